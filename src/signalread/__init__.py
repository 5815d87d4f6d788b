"""signalread: reads Swedish comments and notes for signals of control and trust, per team.

From Python:

    reader = signalread.load()                      # or a model folder of your own
    (reading,) = reader.read(["Vi får bestämma schemat själva."])
    reading.labels                                  # ("trust", "autonomy+")
    reading.scores["trust"]                         # a probability
    reader.find_evidence(reading)                   # which characters it rests on
"""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signalread.reader import Reader

__all__ = ["__version__", "load"]

__version__ = "0.1.0"


def load(
    folder: str | PathLike[str] | None = None, *, codebook: str | PathLike[str] | None = None
) -> Reader:
    """Load a model and return what reads texts with it.

    Without a folder, the model in use is loaded (``signalread models list``), else the one that
    ships. ``codebook`` is a YAML file; without it, the codebook that the model reads by. Raises
    :class:`~signalread.errors.ModelError` where the folder is not what it says.
    """
    from pathlib import Path

    from signalread.reader import load_reader
    from signalread.shipped import NAMES, chosen_codebook, chosen_model, shipped

    model = chosen_model(None if folder is None else Path(folder))
    return load_reader(
        model,
        codebook=chosen_codebook(None if codebook is None else Path(codebook), model),
        names=shipped(NAMES),
    )
