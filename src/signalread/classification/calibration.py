"""From a classifier's raw outputs to probabilities that mean what they say."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from signalread.errors import ModelError

Array = npt.NDArray[np.float32]

ARRAYS = (
    "slope", "offset", "thresholds", "unsure",
    "sensitivity", "specificity", "positives", "negatives",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """What turns logits into readings, and how often those readings are wrong.

    ``encoder_share`` is the encoder's part in the logits where a linear reader stands beside it.
    All arrays have shape (labels,). A probability is ``sigmoid(slope * logit + offset)`` (Platt
    1999, Advances in Large Margin Classifiers); a label is given from its threshold up; below the
    threshold but above ``unsure`` a person may want to look. ``sensitivity`` and ``specificity``
    are counted on ``positives`` and ``negatives`` segments of organisations that training never
    saw.
    """

    encoder_share: float = 1.0
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
            {"encoder_share": self.encoder_share}
            | {name: [round(float(x), 6) for x in getattr(self, name)] for name in ARRAYS},
            indent=1,
        )
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path, *, labels: int) -> Self:
        """Read what :meth:`save` wrote; raise :class:`ModelError` where it is not that."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            arrays = {name: np.asarray(data[name], dtype=np.float32) for name in ARRAYS}
            share = float(data["encoder_share"])
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ModelError(
                f"{path.name} cannot be read ({type(error).__name__}).",
                hint="the model folder is damaged; make or fetch the model again",
            ) from None
        finite = all(np.isfinite(a).all() for a in arrays.values()) and np.isfinite(share)
        if not finite or any(a.shape != (labels,) for a in arrays.values()):
            raise ModelError(f"{path.name} does not fit the model's {labels} labels.")
        return cls(encoder_share=share, **arrays)
