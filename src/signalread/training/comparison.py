"""Whether one model reads better than another: the same held-out text, read by both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.training.examples import Examples
from signalread.training.units import number_units

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]

DRAWS = 5000
COVERAGE = 0.9
FALSE_DISCOVERIES = 0.1  # the share of "better" and "worse" that may be chance
BINS = 15
CALIBRATION_MATTERS = 0.01  # a smaller change of the calibration error is nobody's concern


class Verdict(StrEnum):
    """How the new model stands to the old one."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    NOT_SEEN = "not seen"  # the held-out text has no such segment, and neither model says it has


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure of both models, and new minus old with a 90 % interval.

    ``p`` is the two-sided p-value, ``adjusted`` the one after control of the false discovery rate
    where many differences are looked at together.
    """

    name: str
    support: int
    old: float
    new: float
    low: float
    high: float
    p: float
    adjusted: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two models on the same text: F1 per label, micro-F1 over all, calibration error.

    ``units`` is how many organisations (or teams, where there are few organisations) were
    resampled. The calibration error is better where it is lower.
    """

    segments: int
    units: int
    labels: tuple[Difference, ...]
    overall: Difference
    calibration: Difference

    @property
    def worse(self) -> tuple[str, ...]:
        """The labels that the new model reads worse."""
        return tuple(d.name for d in self.labels if d.verdict is Verdict.WORSE)


def compare_scores(
    new: Floats,
    old: Floats,
    *,
    thresholds: tuple[Floats, Floats],
    examples: Examples,
    codebook: Codebook,
    rng: np.random.Generator,
) -> Comparison:
    """Compare two models' scores, shape (n, labels) each; ``thresholds`` are the new's and old's.

    Intervals come from a paired bootstrap (Efron & Tibshirani 1993) that draws whole units of the
    organisation tree, so that both models meet the same draw; p-values from a randomization test
    that exchanges the two models' readings unit by unit (Yeh 2000, COLING). With few units the
    bootstrap's own p-values are too small: of forty pairs of equal models they told nine apart,
    where four are allowed. P-values over labels are adjusted by Benjamini and Hochberg (1995,
    JRSS B). Raises :class:`InputError` for text of a single unit.
    """
    rows, units = number_units([comment.team for comment in examples.comments])
    if units < 2:
        raise InputError(
            "The held-out text is of one team, so nothing can be said of others.",
            hint="give labelled text of several teams",
        )
    group = np.asarray(rows)
    chance = _Chance(
        draws=rng.multinomial(units, np.full(units, 1 / units), size=DRAWS).astype(np.float64),
        swaps=rng.integers(0, 2, size=(DRAWS, units)).astype(np.float64),
    )
    true = examples.targets == 1
    counts = {
        side: _counts(scores >= cut, true, group, units)
        for side, scores, cut in (("new", new, thresholds[0]), ("old", old, thresholds[1]))
    }
    labels = _adjust(
        [
            _difference(
                label,
                int(true[:, i].sum()),
                old=tuple(count[:, i] for count in counts["old"]),
                new=tuple(count[:, i] for count in counts["new"]),
                chance=chance,
            )
            for i, label in enumerate(codebook.labels)
        ]
    )
    overall = _difference(
        "all labels",
        int(true.sum()),
        old=tuple(count.sum(axis=1) for count in counts["old"]),
        new=tuple(count.sum(axis=1) for count in counts["new"]),
        chance=chance,
    )
    return Comparison(
        segments=len(examples),
        units=units,
        labels=labels,
        overall=overall,
        calibration=_calibration(new, old, examples.targets, group, units, chance),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chance:
    """What chance does, shape (DRAWS, units): how often a unit is drawn, whether it is swapped."""

    draws: Numbers
    swaps: Numbers


def _counts(
    given: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_], group: npt.NDArray[np.int_], n: int
) -> tuple[Numbers, Numbers]:
    """Return hits, and given plus true, per unit and label: arrays of shape (units, labels)."""
    hits = np.zeros((n, true.shape[1]))
    total = np.zeros((n, true.shape[1]))
    np.add.at(hits, group, (given & true).astype(float))
    np.add.at(total, group, given.astype(float) + true)
    return hits, total


def _difference(
    name: str,
    support: int,
    *,
    old: tuple[Numbers, ...],
    new: tuple[Numbers, ...],
    chance: _Chance,
) -> Difference:
    if not (old[1].any() or new[1].any()):
        return Difference(
            name=name, support=support, old=1, new=1, low=0, high=0, p=1, adjusted=1,
            verdict=Verdict.NOT_SEEN,
        )  # fmt: skip
    return _judge(name, support, old, new, _f1, chance)


def _f1(weights: Numbers, hits: Numbers, total: Numbers) -> Numbers:
    result: Numbers = 2 * (weights @ hits) / np.maximum(weights @ total, 1)
    return result


def _judge(
    name: str,
    support: int,
    old: tuple[Numbers, ...],
    new: tuple[Numbers, ...],
    figure: Callable[..., Numbers],
    chance: _Chance,
) -> Difference:
    """Compare a figure of both models; ``old`` and ``new`` are its sums per unit."""
    everything = np.ones((1, chance.draws.shape[1]))
    old_figure, new_figure = (float(figure(everything, *side)[0]) for side in (old, new))
    drawn = figure(chance.draws, *new) - figure(chance.draws, *old)
    low, high = np.quantile(drawn, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    # Both sides' units in one row, of which each draw takes one or the other.
    both = [np.concatenate(pair) for pair in zip(new, old, strict=True)]
    kept, swapped = 1 - chance.swaps, chance.swaps
    exchanged = figure(np.hstack([kept, swapped]), *both) - figure(
        np.hstack([swapped, kept]), *both
    )
    observed = new_figure - old_figure
    # As large as what was seen, but for what rounding makes of equal sums.
    as_large = (np.abs(exchanged) >= abs(observed) - 1e-12).sum()
    p = float(as_large + 1) / (len(exchanged) + 1)
    return Difference(
        name=name,
        support=support,
        old=old_figure,
        new=new_figure,
        low=float(low),
        high=float(high),
        p=p,
        adjusted=p,
        verdict=_verdict(observed, p),
    )


def _verdict(difference: float, p: float) -> Verdict:
    if p > FALSE_DISCOVERIES or difference == 0:
        return Verdict.SAME
    return Verdict.BETTER if difference > 0 else Verdict.WORSE


def _adjust(labels: Sequence[Difference]) -> tuple[Difference, ...]:
    from scipy.stats import false_discovery_control

    seen = [d for d in labels if d.verdict is not Verdict.NOT_SEEN]
    adjusted = list(false_discovery_control([d.p for d in seen])) if seen else []
    by_name = {d.name: float(p) for d, p in zip(seen, adjusted, strict=True)}
    return tuple(
        replace(d, adjusted=by_name[d.name], verdict=_verdict(d.new - d.old, by_name[d.name]))
        if d.name in by_name
        else d
        for d in labels
    )


def _calibration(
    new: Floats,
    old: Floats,
    targets: Floats,
    group: npt.NDArray[np.int_],
    units: int,
    chance: _Chance,
) -> Difference:
    before, after = (_gaps(scores, targets, group, units) for scores in (old, new))
    found = _judge("calibration", len(targets), before, after, _error, chance)
    verdict = Verdict.SAME
    if found.verdict is not Verdict.SAME and abs(found.new - found.old) > CALIBRATION_MATTERS:
        verdict = Verdict.WORSE if found.new > found.old else Verdict.BETTER
    return replace(found, verdict=verdict)


def _gaps(
    scores: Floats, targets: Floats, group: npt.NDArray[np.int_], units: int
) -> tuple[Numbers, Numbers]:
    """Return per unit and bin the sum of score minus truth, and per unit its (segment, label)s."""
    which = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = np.zeros((units, BINS))
    np.add.at(gaps, (np.repeat(group, scores.shape[1]), which.ravel()), (scores - targets).ravel())
    sizes = np.bincount(group, minlength=units).astype(float) * scores.shape[1]
    return gaps, sizes


def _error(weights: Numbers, gaps: Numbers, sizes: Numbers) -> Numbers:
    result: Numbers = np.abs(weights @ gaps).sum(axis=1) / np.maximum(weights @ sizes, 1)
    return result
