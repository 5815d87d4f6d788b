"""How far people who labelled the same segments agree: Krippendorff's alpha and Cohen's kappa."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from signalread.labelling.distance import masi_distance
from signalread.labelling.resampling import Coefficient, Draws, alpha, kappa

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One person's answer about one item; an empty set is an answer too.

    ``asked`` are the labels that the question was about; ``None`` is all. A label that was not
    asked about is missing, not absent. ``group`` is what the item belongs to (its comment):
    groups, not items, are drawn for the intervals.
    """

    item: str
    annotator: str
    labels: frozenset[str]
    asked: frozenset[str] | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAgreement:
    """Agreement on one label, given or not.

    ``items`` were answered by at least two people; ``given`` is how many of their ``answers`` have
    the label. ``kappa`` is the mean over pairs of people (Light 1971).
    """

    label: str
    items: int
    answers: int
    given: int
    alpha: Coefficient
    kappa: Coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Two people's agreement over the items that both answered.

    ``same`` is the share of items with exactly the same labels, ``kappa`` is over all decisions
    (item by label) and ``labels`` has Cohen's kappa for each label, in the order asked for.
    """

    one: str
    two: str
    items: int
    same: float
    kappa: Coefficient
    labels: tuple[Coefficient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What :func:`measure_agreement` found.

    ``overall`` is alpha over label sets with the MASI distance; ``decisions`` is nominal alpha
    over all decisions, item by label; ``same`` is the share of pairs of answers to one item that
    are exactly equal, ``None`` where nothing was answered twice.
    """

    items: int
    annotators: tuple[str, ...]
    overall: Coefficient
    decisions: Coefficient
    same: float | None
    labels: tuple[LabelAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    coverage: float


def measure_agreement(
    ratings: Iterable[Rating],
    *,
    labels: Sequence[str],
    coverage: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
) -> Agreement:
    """Return how far the ratings agree, per label, per pair of people and in all.

    Items answered by one person alone are left out. What somebody said last about a label counts,
    so partial answers (``asked``) by one person add up; who was not asked about every label is
    left out of what is about whole label sets. Intervals are percentile bootstraps over groups.
    Alpha is Krippendorff's (2011, "Computing Krippendorff's Alpha-Reliability"): any number of
    people, some answers missing.
    """
    table = _Table(ratings, labels)
    rng = np.random.default_rng(seed)
    draws = Draws(table.groups, resamples=resamples, coverage=coverage, rng=rng)
    alphas = [table.decision_counts([i]) for i in range(len(labels))]
    everything = table.decision_counts(range(len(labels)))
    pairs = tuple(_pair(table, draws, one, two) for one, two in table.pairs())
    return Agreement(
        items=len(table.items),
        annotators=table.annotators,
        overall=_overall(table, draws),
        decisions=draws.interval(everything, alpha),
        same=table.same(),
        labels=tuple(
            LabelAgreement(
                label=label,
                items=int(counts[:, 3].sum()),
                answers=int(counts[:, 0].sum()),
                given=int(counts[:, 1].sum()),
                alpha=draws.interval(counts, alpha),
                kappa=_light(table, draws, i),
            )
            for i, (label, counts) in enumerate(zip(labels, alphas, strict=True))
        ),
        pairs=pairs,
        coverage=coverage,
    )


class _Table:
    """Ratings as an array of shape (items, people, labels): 1 given, 0 not, NaN missing."""

    def __init__(self, ratings: Iterable[Rating], labels: Sequence[str]) -> None:
        self.labels = labels
        by_item: dict[str, dict[str, list[Rating]]] = defaultdict(lambda: defaultdict(list))
        for rating in ratings:
            by_item[rating.item][rating.annotator].append(rating)
        self.items = {id_: found for id_, found in sorted(by_item.items()) if len(found) > 1}
        self.annotators = tuple(sorted({name for found in self.items.values() for name in found}))
        column = {name: i for i, name in enumerate(self.annotators)}
        self.values = np.full((len(self.items), len(column), len(labels)), np.nan)
        for row, found in enumerate(self.items.values()):
            for name, given in found.items():
                for rating in given:  # in order, so that what was said last about a label counts
                    self._put(self.values[row, column[name]], rating)
        names = [next(iter(found.values()))[0].group or id_ for id_, found in self.items.items()]
        place = {name: i for i, name in enumerate(sorted(set(names)))}
        self.group = np.array([place[name] for name in names], dtype=np.intp)
        self.groups = len(place)

    def _put(self, row: Floats, rating: Rating) -> None:
        for i, label in enumerate(self.labels):
            if rating.asked is None or label in rating.asked:
                row[i] = label in rating.labels

    def per_group(self, per_item: Floats) -> Floats:
        """Add up rows of shape (items, …) within each group, giving (groups, …)."""
        total = np.zeros((self.groups, *per_item.shape[1:]))
        np.add.at(total, self.group, per_item)
        return total

    def decision_counts(self, columns: Sequence[int] | range) -> Floats:
        """Return (groups, 4): answers, of them given, disagreement, items; binary decisions."""
        total = np.zeros((self.groups, 4))
        for i in columns:
            values = self.values[:, :, i]
            answers = (~np.isnan(values)).sum(axis=1)
            given = np.nansum(values, axis=1)
            paired = answers > 1
            apart = 2 * given * (answers - given) / np.maximum(answers - 1, 1)
            total += self.per_group(
                np.column_stack([answers, given, apart, np.ones(len(answers))]) * paired[:, None]
            )
        return total

    def sets(self) -> list[list[frozenset[str]]]:
        """Return the answers of each item that are about every label."""
        return [
            [
                frozenset(label for label, given in zip(self.labels, row, strict=True) if given)
                for row in rows
                if not np.isnan(row).any()
            ]
            for rows in self.values
        ]

    def same(self) -> float | None:
        pairs = [a == b for found in self.sets() for a, b in combinations(found, 2)]
        return float(np.mean(pairs)) if pairs else None

    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs of people who answered some item both."""
        answered = (~np.isnan(self.values)).any(axis=2)
        return [
            (one, two)
            for one, two in combinations(range(len(self.annotators)), 2)
            if (answered[:, one] & answered[:, two]).any()
        ]

    def pair_counts(self, one: int, two: int) -> Floats:
        """Return (groups, labels, 4): items that both answered, given by one, by two, by both."""
        a, b = self.values[:, one], self.values[:, two]
        both = ~np.isnan(a) & ~np.isnan(b)
        a, b = np.nan_to_num(a) * both, np.nan_to_num(b) * both
        return self.per_group(np.stack([both.astype(float), a, b, a * b], axis=2))


def _pair(table: _Table, draws: Draws, one: int, two: int) -> PairAgreement:
    counts = table.pair_counts(one, two)
    a, b = table.values[:, one], table.values[:, two]
    both = ~np.isnan(a) & ~np.isnan(b)
    shared = both.any(axis=1)
    alike = (~both | (a == b)).all(axis=1)
    return PairAgreement(
        one=table.annotators[one],
        two=table.annotators[two],
        items=int(shared.sum()),
        same=float(alike[shared].mean()),
        kappa=draws.interval(counts.sum(axis=1), kappa),
        labels=tuple(draws.interval(counts[:, i], kappa) for i in range(counts.shape[1])),
    )


def _light(table: _Table, draws: Draws, label: int) -> Coefficient:
    """Return the mean kappa over the pairs for which it says something."""
    found = [kappa(draws.totals(table.pair_counts(*pair)[:, label])) for pair in table.pairs()]
    if not found:
        return Coefficient(value=None)
    values = np.stack(found)
    told = ~np.isnan(values)
    means = np.nansum(values, axis=0) / np.maximum(told.sum(axis=0), 1)
    return draws.summarize(np.where(told.any(axis=0), means, np.nan))


def _overall(table: _Table, draws: Draws) -> Coefficient:
    """Return alpha over label sets, with the MASI distance."""
    sets = [found if len(found) > 1 else [] for found in table.sets()]
    kinds = sorted({kind for found in sets for kind in found}, key=sorted)
    place = {kind: i for i, kind in enumerate(kinds)}
    distance = np.array([[masi_distance(a, b) for b in kinds] for a in kinds])
    counts = np.zeros((len(sets), len(kinds) + 1))
    for row, found in enumerate(sets):
        for kind in found:
            counts[row, place[kind]] += 1
        apart = sum(distance[place[a], place[b]] for a, b in combinations(found, 2))
        counts[row, -1] = 2 * apart / max(len(found) - 1, 1)
    totals = draws.totals(table.per_group(counts))
    kinds_drawn, apart_drawn = totals[:, :-1], totals[:, -1]
    n = kinds_drawn.sum(axis=1)
    if not kinds:
        return Coefficient(value=None)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = ((kinds_drawn @ distance) * kinds_drawn).sum(axis=1) / (n * (n - 1))
        values = np.where(expected > 0, 1 - apart_drawn / n / expected, np.nan)
    return draws.summarize(values)
