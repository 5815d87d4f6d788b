"""Loading what a run reads with, once, before the first comment."""

import hashlib
import sys
from pathlib import Path
from typing import Any

from signalread.classification.encoder import load_classifier
from signalread.codebook import Codebook
from signalread.redaction import load_name_finder
from signalread.runs import hash_file
from signalread.segmentation import load_nlp
from signalread.stages import Models


def load_models(
    folder: Path, *, names: Path, codebook: Codebook, threads: int | None = None
) -> Models:
    """Check and load the model folder, the name recogniser in ``names`` and the sentence finder.

    Labels are read on ``threads`` cores (default: all). In this process spaCy will not work with
    torch, unless it has been imported before.

    Raises :class:`~signalread.errors.ModelError` where a folder is not what it says.
    """
    _import_spacy()
    return Models(
        nlp=load_nlp(),
        find_names=load_name_finder(names),
        classifier=load_classifier(folder, codebook=codebook, threads=threads),
        names_digest=_digest(names),
    )


def _import_spacy() -> None:
    """Import spaCy, but not the torch that it imports wherever that is installed.

    Nothing of spaCy that a run needs uses it, and it takes a second and 230 MB in each process.
    """
    loaded: dict[str, Any] = sys.modules
    if "torch" in loaded:
        import spacy

        return
    loaded["torch"] = None  # the import system's own sign for "not to be found"
    try:
        import spacy  # noqa: F401
    finally:
        del loaded["torch"]


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = [f"{hash_file(path)} {path.relative_to(folder).as_posix()}\n" for path in files]
    return hashlib.sha256("".join(listed).encode()).hexdigest()
