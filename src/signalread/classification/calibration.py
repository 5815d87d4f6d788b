"""From a classifier's raw outputs to probabilities that mean what they say."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from signalread.errors import ModelError

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """What turns logits into readings, and how often those readings are wrong.

    All arrays have shape (labels,). A probability is ``sigmoid(slope * logit + offset)`` (Platt
    1999, Advances in Large Margin Classifiers); a label is given from its threshold up; below the
    threshold but above ``unsure`` a person may want to look. ``sensitivity`` and ``specificity``
    are counted on ``positives`` and ``negatives`` segments of organisations that training never
    saw.
    """

    slope: Array
    offset: Array
    thresholds: Array
    unsure: Array
    sensitivity: Array
    specificity: Array
    positives: Array
    negatives: Array

    def probabilities(self, logits: Array) -> Array:
        """Return calibrated probabilities of the logits' shape, (n, labels)."""
        scaled = self.slope * logits + self.offset
        return (1 / (1 + np.exp(-scaled.astype(np.float64)))).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the arrays as JSON."""
        text = json.dumps(
            {name: [round(float(x), 6) for x in getattr(self, name)] for name in self.__slots__},
            indent=1,
        )
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path, *, labels: int) -> Self:
        """Read what :meth:`save` wrote; raise :class:`ModelError` where it is not that."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            arrays = {name: np.asarray(data[name], dtype=np.float32) for name in cls.__slots__}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path.name} cannot be read ({type(error).__name__}).",
                hint="the model folder is damaged; make or fetch the model again",
            ) from None
        if any(a.shape != (labels,) or not np.isfinite(a).all() for a in arrays.values()):
            raise ModelError(f"{path.name} does not fit the model's {labels} labels.")
        return cls(**arrays)
