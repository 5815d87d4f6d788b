"""Options and paths that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

MODEL = Path("models/signalread-sv")
NAMES = Path("models/names-sv")
CORPUS = Path("corpora/sv-work")

CodebookOption = Annotated[
    Path | None, typer.Option("--codebook", help="A codebook of your own (YAML).")
]
ModelOption = Annotated[
    Path | None, typer.Option("--model", help="The model folder; default is the one that ships.")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Say more when it fails.")]


def shipped(path: Path) -> Path:
    """Return a path that ships with the project, from here or from where it was installed."""
    if path.exists():
        return path
    return Path(__file__).resolve().parents[3] / path
