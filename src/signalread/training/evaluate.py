"""How well a classifier reads text from organisations that training never saw."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from signalread.classification import Classifier
from signalread.codebook import Codebook
from signalread.training.calibrate import expected_calibration_error
from signalread.training.examples import Examples
from signalread.training.reliability import Bin, reliability_bins
from signalread.training.units import number_units

Bools = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

DRAWS = 1000
MIXUPS = 8  # how many of the commonest mix-ups are told of


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """Precision, recall and F1 of one label, and on how many segments.

    ``low`` and ``high`` are a 90 % bootstrap interval of F1.
    """

    label: str
    support: int
    precision: float
    recall: float
    f1: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixup:
    """How many segments lacked the label ``true`` and got ``given`` without having it."""

    true: str
    given: str
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a classifier gets right. All shares are in [0, 1].

    ``left_alone`` is the share of unlabelled segments that got no label; ``rules`` maps each
    codebook rule to its segments and the share of them read exactly right, ``rule_f1`` to the
    micro-F1 over them; ``interval`` is a 90 % interval of micro-F1. Intervals come from a
    bootstrap over organisations, or over teams where there are few organisations.
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
    rule_f1: dict[int, float]
    mixups: tuple[Mixup, ...]
    reliability: tuple[Bin, ...]


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
    micro, per_label = _intervals(given, true, [comment.team for comment in examples.comments])
    figures = tuple(
        _figures(label, given[:, i], true[:, i], interval)
        for i, (label, interval) in enumerate(zip(codebook.labels, per_label, strict=True))
    )
    empty = ~true.any(axis=1)
    right = (given == true).all(axis=1)
    rules: dict[int, list[int]] = defaultdict(list)
    for row, segment in enumerate(examples.segments):
        if segment.rule is not None:
            rules[segment.rule].append(row)
    return Evaluation(
        segments=len(examples),
        micro_f1=f1(given, true),
        interval=micro,
        macro_f1=float(np.mean([figure.f1 for figure in figures])),
        signals_f1=f1(given[:, :signals], true[:, :signals]),
        themes_f1=f1(given[:, signals:], true[:, signals:]),
        left_alone=float((~given[empty].any(axis=1)).mean()) if empty.any() else 1.0,
        exact=float(right.mean()),
        calibration_error=expected_calibration_error(scores, examples.targets),
        labels=figures,
        rules={
            rule: (len(rows), float(right[rows].mean())) for rule, rows in sorted(rules.items())
        },
        rule_f1={rule: f1(given[rows], true[rows]) for rule, rows in sorted(rules.items())},
        mixups=_mixups(given, true, codebook),
        reliability=reliability_bins(scores, examples.targets),
    )


def f1(given: Bools, true: Bools) -> float:
    """Return micro-F1 over everything in two arrays of one shape.

    >>> f1(np.array([True, True, False]), np.array([True, False, False]))
    0.6666666666666666
    """
    total = given.sum() + true.sum()
    return float(2 * (given & true).sum() / total) if total else 1.0


def _figures(label: str, given: Bools, true: Bools, interval: tuple[float, float]) -> LabelFigures:
    hits = int((given & true).sum())
    return LabelFigures(
        label=label,
        support=int(true.sum()),
        precision=hits / max(int(given.sum()), 1),
        recall=hits / max(int(true.sum()), 1),
        f1=f1(given, true),
        low=interval[0],
        high=interval[1],
    )


def _mixups(given: Bools, true: Bools, codebook: Codebook) -> tuple[Mixup, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    missed, wrong = true & ~given, given & ~true
    for row in np.flatnonzero(missed.any(axis=1) & wrong.any(axis=1)):
        for lost in np.flatnonzero(missed[row]):
            for gained in np.flatnonzero(wrong[row]):
                counts[codebook.labels[lost], codebook.labels[gained]] += 1
    return tuple(
        Mixup(true=lost, given=gained, segments=n)
        for (lost, gained), n in counts.most_common(MIXUPS)
    )


def _intervals(
    given: Bools, true: Bools, teams: Sequence[str]
) -> tuple[tuple[float, float], list[tuple[float, float]]]:
    """Return 90 % intervals of micro-F1 and of each label's F1.

    Whole units are drawn: segments of one share authors, topics and habits.
    """
    rows, units = number_units(teams)
    hits = np.zeros((units, true.shape[1]))
    total = np.zeros((units, true.shape[1]))
    np.add.at(hits, rows, (given & true).astype(float))
    np.add.at(total, rows, given.astype(float) + true)
    drawn = np.random.default_rng(0).multinomial(units, np.full(units, 1 / units), size=DRAWS)
    hits, total = drawn @ hits, drawn @ total
    micro = 2 * hits.sum(axis=1) / np.maximum(total.sum(axis=1), 1)
    each = 2 * hits / np.maximum(total, 1)
    return _interval(micro), [_interval(each[:, i]) for i in range(each.shape[1])]


def _interval(values: Numbers) -> tuple[float, float]:
    low, high = np.quantile(values, [0.05, 0.95])
    return float(low), float(high)
