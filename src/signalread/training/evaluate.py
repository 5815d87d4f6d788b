"""How well a classifier reads text from organisations that training never saw."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from signalread.classification import Classifier
from signalread.codebook import Codebook
from signalread.training.calibrate import expected_calibration_error
from signalread.training.examples import Examples

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """Precision, recall and F1 of one label, and on how many segments."""

    label: str
    support: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a classifier gets right. All shares are in [0, 1].

    ``left_alone`` is the share of unlabelled segments that got no label; ``rules`` maps each
    codebook rule to its segments and the share of them read exactly right; ``interval`` is a
    90 % bootstrap interval of micro-F1 over teams.
    """

    segments: int
    micro_f1: float
    interval: tuple[float, float]
    macro_f1: float
    signals_f1: float
    themes_f1: float
    left_alone: float
    exact: float
    calibration_error: float
    labels: tuple[LabelFigures, ...]
    rules: dict[int, tuple[int, float]]


def evaluate(classifier: Classifier, examples: Examples, *, codebook: Codebook) -> Evaluation:
    """Read the examples with the classifier and compare with their labels."""
    scores = classifier.score(examples.passages)
    return evaluate_scores(scores, classifier.thresholds, examples, codebook=codebook)


def evaluate_scores(
    scores: npt.NDArray[np.float32],
    thresholds: npt.NDArray[np.float32],
    examples: Examples,
    *,
    codebook: Codebook,
) -> Evaluation:
    """Compare scores of shape (n, labels), cut at ``thresholds``, with the examples' labels."""
    given: Bools = scores >= thresholds
    true: Bools = examples.targets == 1
    signals = len(codebook.signals)
    figures = tuple(
        _figures(label, given[:, i], true[:, i]) for i, label in enumerate(codebook.labels)
    )
    empty = ~true.any(axis=1)
    right = (given == true).all(axis=1)
    rules: dict[int, list[bool]] = defaultdict(list)
    for segment, is_right in zip(examples.segments, right, strict=True):
        if segment.rule is not None:
            rules[segment.rule].append(bool(is_right))
    return Evaluation(
        segments=len(examples),
        micro_f1=f1(given, true),
        interval=_interval(given, true, [comment.team for comment in examples.comments]),
        macro_f1=float(np.mean([figure.f1 for figure in figures])),
        signals_f1=f1(given[:, :signals], true[:, :signals]),
        themes_f1=f1(given[:, signals:], true[:, signals:]),
        left_alone=float((~given[empty].any(axis=1)).mean()) if empty.any() else 1.0,
        exact=float(right.mean()),
        calibration_error=expected_calibration_error(scores, examples.targets),
        labels=figures,
        rules={rule: (len(hits), float(np.mean(hits))) for rule, hits in sorted(rules.items())},
    )


def f1(given: Bools, true: Bools) -> float:
    """Return micro-F1 over everything in two arrays of one shape.

    >>> f1(np.array([True, True, False]), np.array([True, False, False]))
    0.6666666666666666
    """
    total = given.sum() + true.sum()
    return float(2 * (given & true).sum() / total) if total else 1.0


def _figures(label: str, given: Bools, true: Bools) -> LabelFigures:
    hits = int((given & true).sum())
    return LabelFigures(
        label=label,
        support=int(true.sum()),
        precision=hits / max(int(given.sum()), 1),
        recall=hits / max(int(true.sum()), 1),
        f1=f1(given, true),
    )


def _interval(given: Bools, true: Bools, teams: Sequence[str]) -> tuple[float, float]:
    """Bootstrap over teams: segments of one team share authors, topics and habits."""
    names = sorted(set(teams))
    index = {name: i for i, name in enumerate(names)}
    group = np.array([index[team] for team in teams])
    hits = np.bincount(group, weights=(given & true).sum(axis=1), minlength=len(names))
    total = np.bincount(group, weights=given.sum(axis=1) + true.sum(axis=1), minlength=len(names))
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(names), size=(1000, len(names)))
    values = 2 * hits[drawn].sum(axis=1) / np.maximum(total[drawn].sum(axis=1), 1)
    low, high = np.quantile(values, [0.05, 0.95])
    return float(low), float(high)
