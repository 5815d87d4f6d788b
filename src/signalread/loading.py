"""Loading what a run reads with, once, before the first comment."""

import hashlib
from pathlib import Path

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

    Labels are read on ``threads`` cores (default: all).

    Raises :class:`~signalread.errors.ModelError` where a folder is not what it says.
    """
    return Models(
        nlp=load_nlp(),
        find_names=load_name_finder(names),
        classifier=load_classifier(folder, codebook=codebook, threads=threads),
        names_digest=_digest(names),
    )


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = [f"{hash_file(path)} {path.relative_to(folder).as_posix()}\n" for path in files]
    return hashlib.sha256("".join(listed).encode()).hexdigest()
