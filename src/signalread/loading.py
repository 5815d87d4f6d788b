"""Loading what a run reads with, once, before the first comment."""

from pathlib import Path

from signalread.classification.encoder import load_classifier
from signalread.codebook import Codebook
from signalread.pipeline import Models
from signalread.redaction import load_name_finder
from signalread.segmentation import load_nlp


def load_models(folder: Path, *, names: Path, codebook: Codebook) -> Models:
    """Check and load the model folder, the name recogniser in ``names`` and the sentence finder.

    Raises :class:`~signalread.errors.ModelError` where a folder is not what it says.
    """
    return Models(
        nlp=load_nlp(),
        find_names=load_name_finder(names),
        classifier=load_classifier(folder, codebook=codebook),
    )
