"""Where what ships with the project lies, and which model and codebook are read with."""

from pathlib import Path

from signalread.codebook import Codebook, load_codebook

MODELS = Path("models")
MODEL = MODELS / "signalread-sv"
NAMES = MODELS / "names-sv"
CORPUS = Path("corpora/sv-work")


def shipped(path: Path) -> Path:
    """Return a path that ships with the project, from here or from where it was installed."""
    if path.exists():
        return path
    return Path(__file__).resolve().parents[2] / path


def chosen_model(model: Path | None) -> Path:
    """Return the folder of the model to read with.

    The one that was named (``models/current`` names the one in use); else the one that was
    promoted in ``models/``, checked against what was promoted; else the one that ships.
    """
    from signalread.training.registry import ALIAS, resolve_model

    return resolve_model(model or shipped(MODELS) / ALIAS, default=shipped(MODEL))


def chosen_codebook(codebook_file: Path | None, model: Path) -> Codebook:
    """Return the codebook that was named, else the one that the (checked) model reads by."""
    from signalread.classification.model_folder import codebook_of

    return load_codebook(codebook_file) if codebook_file else codebook_of(model)
