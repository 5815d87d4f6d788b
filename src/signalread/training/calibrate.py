"""Slopes, offsets and thresholds, chosen on the dev part and nothing else."""

import numpy as np
import numpy.typing as npt

from signalread.classification.calibration import Calibration

Floats = npt.NDArray[np.float32]

GRID = np.linspace(0.05, 0.9, 86, dtype=np.float32)
FOLDS = 10
# A label too many misleads a reader of the report more than one too few, and shares are corrected
# for both: precision counts more than recall. On dev (cross-fitted) .8 leaves 3 points more of the
# unlabelled segments alone than 1 does, and costs half a point of micro-F1.
BETA = 0.8
POOLING = 1.0  # weight of the average label when a label's own threshold is chosen


def calibrate(
    logits: Floats, targets: Floats, *, encoder_share: float = 1.0, ridge: float = 2.0
) -> Calibration:
    """Return the calibration of logits of shape (n, labels) to 0/1 targets of that shape.

    Each label's slope and offset are Platt's, pulled towards the pooled fit over all labels
    (``ridge``), so that a label seen forty times does not get a calibrator of its own making.
    The error rates are cross-fitted: each tenth of the rows is read with the slopes and thresholds
    that the other nine give. On the rows that chose a threshold it errs less than on new ones, and
    shares corrected by such rates would be too sure of themselves.
    """
    slope, offset, thresholds = _fit(logits, targets, ridge=ridge)
    given = _read_by_the_others(logits, targets, ridge=ridge)
    positives = targets.sum(axis=0)
    negatives = len(targets) - positives
    return Calibration(
        encoder_share=encoder_share,
        slope=slope,
        offset=offset,
        thresholds=thresholds,
        unsure=(thresholds / 2).astype(np.float32),
        sensitivity=_share((given & (targets == 1)).sum(axis=0), positives),
        specificity=_share((~given & (targets == 0)).sum(axis=0), negatives),
        positives=positives.astype(np.float32),
        negatives=negatives.astype(np.float32),
    )


def choose_share(encoder: Floats, linear: Floats, targets: Floats) -> float:
    """Return the encoder's share in a mix of two logits that reads the targets best (micro-F1)."""

    def best(share: float) -> float:
        mixed = share * encoder + (1 - share) * linear
        slope, offset, thresholds = _fit(mixed, targets)
        given = _probabilities(mixed, slope, offset) >= thresholds
        return float(2 * (given & (targets == 1)).sum() / (given.sum() + targets.sum()))

    return max((round(0.05 * i, 2) for i in range(4, 21)), key=best)


def choose_thresholds(probabilities: Floats, targets: Floats) -> Floats:
    """Return for each label the threshold of best F-beta (van Rijsbergen 1979), shape (labels,).

    The counts of the average label are added to each label's own (``POOLING``), which steadies
    the choice where a label is rare.
    """
    n = probabilities.shape[1]
    hits = np.zeros((len(GRID), n))
    given = np.zeros((len(GRID), n))
    for row, threshold in enumerate(GRID):
        chosen = probabilities >= threshold
        hits[row] = (chosen & (targets == 1)).sum(axis=0)
        given[row] = chosen.sum(axis=0)
    present = targets.sum(axis=0)
    hits += POOLING * hits.mean(axis=1, keepdims=True)
    given += POOLING * given.mean(axis=1, keepdims=True)
    present = present + POOLING * present.mean()
    score = (1 + BETA**2) * hits / np.maximum(given + BETA**2 * present, 1e-9)
    best: Floats = GRID[score.argmax(axis=0)]
    return best


def expected_calibration_error(probabilities: Floats, targets: Floats, *, bins: int = 15) -> float:
    """Return the expected calibration error over all (segment, label) pairs.

    Equal-width bins, as in Guo et al. 2017 (ICML), here over binary outcomes.
    """
    p, y = probabilities.ravel(), targets.ravel()
    which = np.minimum((p * bins).astype(int), bins - 1)
    total = np.bincount(which, minlength=bins)
    gap = np.abs(
        np.bincount(which, weights=p, minlength=bins)
        - np.bincount(which, weights=y, minlength=bins)
    )
    return float(gap.sum() / max(total.sum(), 1))


def _fit(logits: Floats, targets: Floats, *, ridge: float = 2.0) -> tuple[Floats, Floats, Floats]:
    """Return each label's slope, offset and threshold."""
    pooled = _platt(logits.ravel(), targets.ravel(), centre=(1.0, 0.0), ridge=0.0)
    fits = np.array(
        [
            _platt(logits[:, i], targets[:, i], centre=pooled, ridge=ridge)
            for i in range(logits.shape[1])
        ],
        dtype=np.float32,
    )
    slope, offset = fits[:, 0], fits[:, 1]
    return slope, offset, choose_thresholds(_probabilities(logits, slope, offset), targets)


def _read_by_the_others(logits: Floats, targets: Floats, *, ridge: float) -> npt.NDArray[np.bool_]:
    """Return which labels each row is given, its own tenth left out of the fit."""
    given = np.zeros(targets.shape, dtype=bool)
    # Neighbouring rows are one comment's segments: whole stretches are left out.
    for rows in np.array_split(np.arange(len(logits)), min(FOLDS, len(logits))):
        others = np.setdiff1d(np.arange(len(logits)), rows)
        if not len(others):
            others = rows
        slope, offset, thresholds = _fit(logits[others], targets[others], ridge=ridge)
        given[rows] = _probabilities(logits[rows], slope, offset) >= thresholds
    return given


def _probabilities(logits: Floats, slope: Floats, offset: Floats) -> Floats:
    scaled = (slope * logits + offset).astype(np.float64)
    return (1 / (1 + np.exp(-scaled))).astype(np.float32)


def _share(part: npt.NDArray[np.generic], whole: npt.NDArray[np.generic]) -> Floats:
    # Half a case on either side: an error rate is never nought because few were looked at.
    return ((part.astype(float) + 0.5) / (whole.astype(float) + 1.0)).astype(np.float32)


def _platt(
    logits: npt.NDArray[np.floating],
    targets: npt.NDArray[np.floating],
    *,
    centre: tuple[float, float],
    ridge: float,
) -> tuple[float, float]:
    """Fit slope and offset by Newton's method, with a ridge towards ``centre``."""
    x = logits.astype(np.float64)
    y = targets.astype(np.float64)
    weights = np.array(centre, dtype=np.float64)
    start = weights.copy()
    design = np.stack([x, np.ones_like(x)], axis=1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (p - y) + ridge * (weights - start)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + (ridge + 1e-6) * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return float(max(weights[0], 0.05)), float(weights[1])
