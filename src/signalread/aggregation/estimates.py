"""From counts to shares with an interval, set against the parent unit and the wave before."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from signalread.aggregation.tally import Group
from signalread.codebook import Codebook
from signalread.records import Cell, Compared, Estimate, Source, level, parent

if TYPE_CHECKING:
    from collections.abc import Mapping

PRIOR = 0.5  # Jeffreys' prior for a share, Beta(1/2, 1/2)


def estimate_shares(
    groups: Iterable[Group], *, codebook: Codebook, coverage: float
) -> Iterator[Estimate]:
    """Yield an estimate for every group and label.

    The interval is Jeffreys' (Brown, Cai & DasGupta 2001, Statistical Science 16:101-133), which
    keeps its coverage in small teams. A share is called higher or lower than another when the
    posterior probability of the difference's sign reaches ``(1 + coverage) / 2``.
    """
    by_key = {(g.team, g.wave, g.source): g for g in groups}
    waves = sorted({wave for _, wave, _ in by_key})
    before = dict(zip(waves[1:], waves, strict=False))
    for (team, wave, source), group in by_key.items():
        low, high = jeffreys_interval(group.counts, group.n, coverage=coverage)
        above = _compare(group, _rest_of_parent(group, by_key), coverage=coverage)
        last = _compare(group, by_key.get((team, before.get(wave, ""), source)), coverage=coverage)
        for i, label in enumerate(codebook.labels):
            yield Estimate(
                cell=Cell(team=team, level=level(team), wave=wave, source=source, label=label),
                n=group.n,
                share=float(group.counts[i] / group.n),
                low=float(low[i]),
                high=float(high[i]),
                parent=above[i] if above else None,
                last_wave=last[i] if last else None,
            )


def jeffreys_interval(
    counts: npt.NDArray[np.int64], n: int, *, coverage: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return lower and upper bounds, each of ``counts``' shape, for counts out of ``n``.

    >>> low, high = jeffreys_interval(np.array([3]), 8, coverage=0.9)
    >>> f"{low[0]:.2f} {high[0]:.2f}"
    '0.15 0.66'
    """
    from scipy.stats import beta  # slow to import, and only a run needs it

    tail = (1 - coverage) / 2
    low = beta.ppf(tail, counts + PRIOR, n - counts + PRIOR)
    high = beta.ppf(1 - tail, counts + PRIOR, n - counts + PRIOR)
    return np.where(counts == 0, 0.0, low), np.where(counts == n, 1.0, high)


def _rest_of_parent(
    group: Group, by_key: "Mapping[tuple[str, str, Source], Group]"
) -> Group | None:
    """Return the parent unit without this group: a team is not compared with itself."""
    if not group.team:
        return None
    whole = by_key[(parent(group.team), group.wave, group.source)]
    if whole.n <= group.n:
        return None
    return Group(
        team=whole.team,
        wave=whole.wave,
        source=whole.source,
        n=whole.n - group.n,
        counts=np.maximum(whole.counts - group.counts, 0),
    )


def _compare(group: Group, other: Group | None, *, coverage: float) -> list[Compared] | None:
    if other is None:
        return None
    from scipy.stats import norm

    # The difference of two Beta posteriors, by its mean and variance.
    a, b = group.counts + PRIOR, group.n - group.counts + PRIOR
    c, d = other.counts + PRIOR, other.n - other.counts + PRIOR
    difference = a / (a + b) - c / (c + d)
    variance = a * b / ((a + b) ** 2 * (a + b + 1)) + c * d / ((c + d) ** 2 * (c + d + 1))
    probability = norm.cdf(difference / np.sqrt(variance))
    limit = (1 + coverage) / 2
    return [
        Compared.HIGHER
        if p >= limit
        else Compared.LOWER
        if p <= 1 - limit
        else Compared.NOT_CERTAIN
        for p in probability
    ]
