"""What can be expected of a unit before its own people are counted: partial pooling, top down.

A team's share is thought of as drawn around the share of the *rest* of its parent (leaving the
team out, so that nothing is used twice), as wide as units of that level differ. How much they
differ is learnt from the counts, label by label: beta-binomial, empirical Bayes, averaged over
what the counts leave open instead of taking the best value, since few teams say little of it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from signalread.aggregation.layout import Counted, Signal, Tree, read_signal
from signalread.aggregation.misreading import Misreading

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# How alike units are: Beta concentrations, from "each is a world of its own" to "all the same".
ALIKE = np.array([2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0])
SAMPLED = 1500  # units of a level that suffice to learn how alike they are
LEARNING = 8  # rounds in which labels learn from each other
EDGE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expectation:
    """Beta priors of all groups, and the rest of the parent that they come from.

    Arrays have shape (values, groups, labels); ``between`` is the variance of the difference to
    the rest that is expected beforehand, 0 where there is no rest.
    """

    mean: Singles
    variance: Singles
    rest_mean: Singles
    rest_variance: Singles
    between: Singles


def expect(
    counted: Counted, own: Signal, misreading: Misreading, tree: Tree, families: Ints
) -> Expectation:
    """Return priors for all groups.

    ``families`` numbers the (source, level) that groups learn together with.
    """
    shape = own.estimate.shape
    mean = np.full(shape, 0.5, dtype=np.float32)
    variance = np.full(
        shape, 0.125, dtype=np.float32
    )  # Jeffreys' Beta(1/2, 1/2) for the whole organisation
    rest_mean, rest_variance = mean.copy(), variance.copy()
    between = np.zeros(shape, dtype=np.float32)
    middle = int(misreading.weight.sum(axis=1).argmax())
    for family in np.unique(families):
        # Families are numbered from the top: the unit above has had its turn.
        rows = np.flatnonzero((families == family) & (tree.above >= 0))
        if not len(rows):
            continue
        above = tree.above[rows]
        others = counted.take(above).without(counted.take(rows))
        said = read_signal(others, misreading)
        alone = np.broadcast_to((others.n == 0)[None], (shape[0], len(rows), shape[2]))
        m, v = _combine(mean[:, above], variance[:, above], others, said)
        apart = 1 + tree.spread[rows]
        # A team that comes back wave after wave is one witness, not several.
        waves = len(rows) / max(int((tree.before[rows] < 0).sum()), 1)
        differs = _differences(
            counted.take(rows), own, rows, m[middle], v[middle], apart,
            value=middle, waves=waves,
        )  # fmt: skip
        v = v * _steady(m, v)
        spread = np.maximum(m * (1 - m) * _steady(m, v) - v, EDGE)
        spread = spread * (differs * apart).astype(np.float32)
        rest_mean[:, rows], rest_variance[:, rows] = m, v
        between[:, rows] = np.where(alone, 0, spread)
        mean[:, rows] = np.where(alone, mean[:, above], m)
        variance[:, rows] = np.where(alone, variance[:, above], v + spread)
    return Expectation(
        mean=mean,
        variance=np.minimum(variance, 0.7 * mean * (1 - mean)),
        rest_mean=rest_mean,
        rest_variance=rest_variance,
        between=between,
    )


def _combine(
    mean: Singles, variance: Singles, counted: Counted, said: Signal
) -> tuple[Singles, Singles]:
    """Return mean and variance of shares with this prior, given the counts.

    Beta and binomial, on the scale of what is read; then cut to what a share can be.
    """
    from scipy.special import ndtr

    # Weighed by their own estimated variances, low counts would pull more than high ones do.
    read = np.clip(said.floor + said.gain * mean, EDGE, 1 - EDGE)
    kappa = np.maximum(read * (1 - read) / (said.gain**2 * variance) - 1, 0.2)
    total = kappa + counted.n
    read = (read * kappa + counted.read + counted.certain) / total
    centre = (read - said.floor) / said.gain
    precision = said.gain**2 * (total + 1) / np.maximum(read * (1 - read), EDGE)
    sd = np.sqrt(1 / precision)
    low, high = (0 - centre) / sd, (1 - centre) / sd
    # Far outside, the mass runs out of floating point: the edge is then the answer.
    inside = np.maximum(ndtr(high) - ndtr(low), 1e-12)
    at_low, at_high = _density(low.astype(np.float32)), _density(high.astype(np.float32))
    first = (at_low - at_high) / inside
    second = 1 + (low * at_low - high * at_high) / inside - first**2
    cut = centre + sd * first
    beyond = (low > 6) | (high < -6)
    cut = np.where(beyond, np.clip(centre, 0, 1), cut)
    second = np.where(beyond, 1 / np.maximum(np.minimum(abs(low), abs(high)), 1) ** 2, second)
    doubt = np.maximum(second, 1e-3) / precision
    return np.clip(cut, EDGE, 1 - EDGE).astype(np.float32), doubt.astype(np.float32)


def _steady(mean: Singles, variance: Singles) -> Singles:
    """Return by how much a variance is larger where a share is as high as it may well be.

    Shares vary the less the nearer they are to nobody. Taken at its estimate, a share that seems
    low by chance would be thought to be surer than one that seems high: so one more on either
    side of what the estimate is worth in people.
    """
    people = np.maximum(mean * (1 - mean) / variance - 1, 0)
    steady = (mean * people + 1) / (people + 2)
    return np.asarray(steady * (1 - steady) / (mean * (1 - mean)), dtype=np.float32)


def _density(x: Singles) -> Singles:
    density: Singles = np.exp(-0.5 * np.minimum(x * x, 600)) / np.float32(np.sqrt(2 * np.pi))
    return density


def _differences(
    counted: Counted,
    own: Signal,
    rows: Ints,
    mean: Singles,
    variance: Singles,
    apart: Floats,
    *,
    value: int,
    waves: float,
) -> Floats:
    """Return the expected ``1 / (concentration + 1)`` of the units, shape (labels,)."""
    from scipy.special import gammaln

    step = -(-len(rows) // SAMPLED)
    pick = slice(None, None, step)
    some = counted.take(pick)
    n, positive = some.n, some.read + some.certain
    floor, gain = own.floor[value, rows[pick]], own.gain[value, rows[pick]]
    m, v, apart = mean[pick].astype(float), variance[pick].astype(float), apart[pick]
    read = np.clip(floor + m * gain, EDGE, 1 - EDGE)
    likelihood = np.empty((len(ALIKE), m.shape[1]))
    for row, alike in enumerate(ALIKE):
        spread = v + np.maximum(m * (1 - m) - v, EDGE) * apart / (alike + 1)
        kappa = np.maximum(read * (1 - read) / (gain**2 * spread) - 1, 0.2)
        a, b = read * kappa, (1 - read) * kappa
        each = (
            gammaln(positive + a) + gammaln(n - positive + b) - gammaln(n + kappa)
            - gammaln(a) - gammaln(b) + gammaln(kappa)
        )  # fmt: skip
        likelihood[row] = each.sum(axis=0) * step / waves
    likelihood = np.exp(likelihood - likelihood.max(axis=0))
    # Labels learn from each other how unlike units tend to be; a tenth is left to each alone.
    prior = np.full((len(ALIKE), 1), 1 / len(ALIKE))
    for _ in range(LEARNING):
        weight = prior * likelihood
        weight /= weight.sum(axis=0)
        prior = 0.9 * weight.mean(axis=1, keepdims=True) + 0.1 / len(ALIKE)
    expected: Floats = (weight / (ALIKE[:, None] + 1)).sum(axis=0)
    return expected
