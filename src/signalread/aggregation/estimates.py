"""From counts to shares with an interval, set against the parent unit and the wave before."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from signalread.aggregation.comparison import above_last_wave, above_parent, call
from signalread.aggregation.layout import Counted, plant, read_signal
from signalread.aggregation.misreading import Misreading, spread_errors
from signalread.aggregation.pooling import expect
from signalread.aggregation.posterior import integrate
from signalread.aggregation.tally import Group
from signalread.codebook import Codebook
from signalread.records import Cell, ErrorRates, Estimate, Source, level
from signalread.waves import previous_waves

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]


def estimate_shares(
    groups: Iterable[Group],
    *,
    codebook: Codebook,
    coverage: float,
    rates: ErrorRates | None = None,
) -> Iterator[Estimate]:
    """Yield an estimate for every group and label.

    ``groups`` hold the units above each of them. A share is corrected for the classifier's
    ``rates`` (without them, readings count as true) and pooled towards the rest of the unit
    above; its interval holds chance and the doubt about the rates. A share is called higher or
    lower so that, of all such calls in one wave, a share of ``1 - coverage`` at most is chance.
    """
    groups = sorted(groups, key=lambda g: (level(g.team), g.team, g.wave, g.source))
    if not groups:
        return
    labels = codebook.labels
    earlier = {
        source: previous_waves(g.wave for g in groups if g.source is source) for source in Source
    }
    tree = plant(groups, [earlier[g.source].get(g.wave) for g in groups])
    counted = Counted.of(groups)
    misreading = spread_errors(rates, labels=len(labels))
    own = read_signal(counted, misreading)
    expected = expect(
        counted, own, misreading, tree, _number((level(g.team), g.source) for g in groups)
    )
    weight = _weigh(groups, counted, own.floor, own.gain, misreading)
    posterior = integrate(counted, own, expected, weight, coverage=coverage)
    rounds = _number((g.wave, g.source) for g in groups)
    probabilities = (
        above_parent(posterior, own, expected, weight),
        above_last_wave(posterior, tree, weight),
    )
    words = [call(p, rounds, rate=1 - coverage) for p in probabilities]
    numbers = [a.tolist() for a in (posterior.share, posterior.low, posterior.high)]
    chances = [
        [[None if x != x else x for x in line] for line in p.tolist()] for p in probabilities
    ]
    for row, group in enumerate(groups):
        depth = level(group.team)
        columns = zip(
            labels,
            *(a[row] for a in (*numbers, *chances, *words)),
            group.counts.tolist(),
            strict=True,
        )
        for label, share, low, high, over, up, beside, last, count in columns:
            yield Estimate(
                cell=Cell(
                    team=group.team, level=depth, wave=group.wave, source=group.source, label=label
                ),
                n=group.n,
                share=share,
                low=low,
                high=high,
                parent=beside,
                last_wave=last,
                above_parent=over,
                above_last_wave=up,
                count=count,
                voices=group.voices,
            )


def _weigh(
    groups: Sequence[Group],
    counted: Counted,
    floor: Singles,
    gain: Singles,
    misreading: Misreading,
) -> Floats:
    """Return how likely each value of the error rates is, shape (values, groups, labels).

    What the whole organisation's people were read to say rules out values that could not have
    brought it about, such as more false alarms than there were labels. Only that total is used:
    finer patterns would trust the model of lengths more than it deserves.
    """
    theta = np.linspace(0.0, 1.0, 41)[:, None]
    weight = np.empty((len(misreading.weight), len(groups), counted.read.shape[1]))
    for source in Source:
        log = np.log(misreading.weight)
        for row, group in enumerate(groups):
            if group.team or group.source is not source:
                continue
            n = counted.n[row]
            seen = (counted.read[row] + counted.certain[row]) / n
            for value in range(len(log)):
                expected = np.clip(floor[value, row] + theta * gain[value, row], 1e-6, 1 - 1e-6)
                # A little room beside the sampling error: error rates differ between workplaces.
                spread = expected * (1 - expected) / n + 0.005**2
                fit = np.exp(-0.5 * (seen - expected) ** 2 / spread) / np.sqrt(spread)
                log[value] += np.log(fit.mean(axis=0) + 1e-30)
        found = np.exp(log - log.max(axis=0))
        mine = [row for row, group in enumerate(groups) if group.source is source]
        weight[:, mine] = (found / found.sum(axis=0))[:, None]
    return weight


def _number(keys: Iterable[object]) -> npt.NDArray[np.int64]:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
