"""Options and paths that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from signalread.shipped import (
    CORPUS,
    MODEL,
    MODELS,
    NAMES,
    chosen_codebook,
    chosen_model,
    shipped,
)

__all__ = [
    "CORPUS",
    "MODEL",
    "MODELS",
    "NAMES",
    "CodebookOption",
    "ModelOption",
    "VerboseOption",
    "chosen_codebook",
    "chosen_model",
    "shipped",
]

CodebookOption = Annotated[
    Path | None, typer.Option("--codebook", help="A codebook of your own (YAML).")
]
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="The model folder; default is the one in use (`signalread models list`), else the "
        "one that ships.",
    ),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Say more when it fails.")]
