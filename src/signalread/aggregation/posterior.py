"""The share of each group given its counts: a posterior on a grid, summed over the error rates."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from signalread.aggregation.layout import Counted, Signal
from signalread.aggregation.pooling import Expectation

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

POINTS = 40
REACH = 6.0  # standard deviations on either side that a grid covers
BLOCK = 128  # groups at a time: what fits a processor's cache
LARGE = 2000  # people from which on single precision is too coarse


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """Shares with their intervals, shape (groups, labels), and what comparisons need.

    ``place`` and ``doubt`` are mean and variance of ``arcsin(sqrt(share))`` at each value of the
    error rates, shape (values, groups, labels): there a share's variance hardly depends on the
    share. ``above`` is the probability at each value that the share exceeds the rest's mean.
    """

    share: Floats
    low: Floats
    high: Floats
    place: Singles
    doubt: Singles
    above: Singles


def integrate(
    counted: Counted, own: Signal, expected: Expectation, weight: Floats, *, coverage: float
) -> Posterior:
    """Return the posterior of every group and label.

    ``weight``, shape (values, groups, labels), is how likely each value of the error rates is.
    """
    values, groups, labels = own.estimate.shape
    result = Posterior(
        share=np.empty((groups, labels)),
        low=np.empty((groups, labels)),
        high=np.empty((groups, labels)),
        place=np.empty((values, groups, labels), dtype=np.float32),
        doubt=np.empty((values, groups, labels), dtype=np.float32),
        above=np.empty((values, groups, labels), dtype=np.float32),
    )
    for start in range(0, groups, BLOCK):
        rows = slice(start, start + BLOCK)
        _integrate_block(counted.take(rows), own, expected, weight, rows, coverage, result)
    return result


def _integrate_block(
    counted: Counted,
    own: Signal,
    expected: Expectation,
    weight: Floats,
    rows: slice,
    coverage: float,
    result: Posterior,
) -> None:
    mean = expected.mean[:, rows].astype(float)
    variance = expected.variance[:, rows].astype(float)
    kind: type[np.floating] = np.float64 if counted.n.max() > LARGE else np.float32
    left, width = _range(own, mean, variance, rows)
    offsets = np.arange(POINTS) + 0.5
    # The grid is even in arcsin(sqrt(share)): fine where shares are near 0 or 1.
    x = (left[..., None] + width[..., None] * offsets / POINTS).astype(kind)
    share = np.clip(np.sin(x) ** 2, 1e-9, 1 - 1e-7)
    log_share, log_rest = np.log(share), np.log1p(-share)
    kappa = np.maximum(mean * (1 - mean) / variance - 1, 0.4)
    # Half a power more on each side: the grid's own density, dshare = sin(2x) dx.
    a = (mean * kappa - 0.5 + counted.certain).astype(kind)
    b = ((1 - mean) * kappa - 0.5 + counted.absent).astype(kind)
    read = counted.read.astype(kind)[..., None]
    unread = (counted.open - counted.read).astype(kind)[..., None]
    # Within the open people alone the floor and gain are not diluted by those who are known.
    unsure = np.maximum(counted.open / counted.n, 1e-9)
    floor = np.where(counted.open > 0, own.floor[:, rows] / unsure, 0)
    gain = np.where(counted.open > 0, (own.gain[:, rows] - 1 + unsure) / unsure, 1)
    middle = left + width / 2
    from_middle = (x - middle[..., None]).astype(kind)
    mixture = np.zeros(x.shape)
    for value in range(len(mean)):
        p = a[value, ..., None] * log_share + b[value, ..., None] * log_rest
        seen = share * gain[value].astype(kind)[..., None] + floor[value].astype(kind)[..., None]
        seen = np.clip(seen, 1e-9, 1 - 1e-7)
        p += read * np.log(seen)
        p += unread * np.log1p(-seen)
        p -= p.max(axis=-1, keepdims=True)
        np.exp(p, out=p)
        p /= p.sum(axis=-1, keepdims=True)
        place = middle + np.einsum("glp,glp->gl", p, from_middle)
        result.place[value, rows] = place
        result.doubt[value, rows] = (
            np.einsum("glp,glp,glp->gl", p, from_middle, from_middle) - (place - middle) ** 2
        )
        threshold = np.arcsin(np.sqrt(expected.rest_mean[value, rows].astype(float)))
        result.above[value, rows] = 1 - _mass_below(p, threshold, left, width)
        mixture += weight[value, rows][..., None] * p
    result.share[rows] = np.einsum("glp,glp->gl", mixture, share)
    low, high = _interval(mixture, left, width, coverage)
    low, high = _smooth(result, weight, rows, low, high, coverage)
    result.low[rows] = np.minimum(np.sin(low) ** 2, result.share[rows])
    result.high[rows] = np.maximum(np.sin(high) ** 2, result.share[rows])


def _range(own: Signal, mean: Floats, variance: Floats, rows: slice) -> tuple[Floats, Floats]:
    """Return where each grid begins and how wide it is, in ``arcsin(sqrt(share))``."""
    precision = 1 / variance + 1 / own.variance[:, rows]
    centre = (mean / variance + own.estimate[:, rows] / own.variance[:, rows]) / precision
    sd = np.sqrt(1 / precision)
    centre = np.clip(centre, 0, 1)
    low = np.clip((centre - REACH * sd).min(axis=0), 0, 1)
    high = np.clip((centre + REACH * sd).max(axis=0), 0, 1)
    left, right = np.arcsin(np.sqrt(low)), np.arcsin(np.sqrt(high))
    return left, np.maximum(right - left, 1e-6)


def _mass_below(p: Floats, threshold: Floats, left: Floats, width: Floats) -> Floats:
    """Return how much of each density lies below its threshold."""
    position = (np.clip((threshold - left) / width, 0, 1) * POINTS).astype(p.dtype)
    part = np.clip(position[..., None] - np.arange(POINTS, dtype=p.dtype), 0, 1)
    below: Floats = np.einsum("glp,glp->gl", p, part).astype(float)
    return below


def _interval(
    mixture: Floats, left: Floats, width: Floats, coverage: float
) -> tuple[Floats, Floats]:
    """Return both ends in ``arcsin(sqrt(share))``.

    The tails are equal, unless the most likely shares lie at nobody or at everybody: then the
    interval begins, or ends, right there.
    """
    cumulative = np.cumsum(mixture, axis=-1)
    cumulative /= cumulative[..., -1:]
    tail = (1 - coverage) / 2
    low = left + width * _quantile(cumulative, tail)
    high = left + width * _quantile(cumulative, 1 - tail)
    first, last = left + width * 0.5 / POINTS, left + width * (1 - 0.5 / POINTS)
    reach, fall = (left + width * _quantile(cumulative, q) for q in (coverage, 1 - coverage))
    at_zero = (left == 0) & (
        _density_at(mixture, first, left, width) > _density_at(mixture, reach, left, width)
    )
    at_one = (last + width / POINTS >= np.pi / 2) & (
        _density_at(mixture, last, left, width) > _density_at(mixture, fall, left, width)
    )
    at_one &= ~at_zero
    low, high = np.where(at_zero, 0.0, low), np.where(at_zero, reach, high)
    return np.where(at_one, fall, low), np.where(at_one, np.pi / 2, high)


def _density_at(mixture: Floats, x: Floats, left: Floats, width: Floats) -> Floats:
    """Return the density of the share itself, up to a factor that is the group's own."""
    index = np.clip(((x - left) / width * POINTS).astype(np.int64), 0, POINTS - 1)
    p = np.take_along_axis(mixture, index[..., None], axis=-1)[..., 0]
    middle = left + width * (index + 0.5) / POINTS
    density: Floats = p / np.maximum(np.sin(2 * middle), 1e-12)
    return density


def _quantile(cumulative: Floats, q: float) -> Floats:
    index = (cumulative < q).sum(axis=-1)
    index = np.minimum(index, POINTS - 1)
    after = np.take_along_axis(cumulative, index[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(cumulative, np.maximum(index - 1, 0)[..., None], axis=-1)[..., 0]
    before = np.where(index == 0, 0.0, before)
    inside = (q - before) / np.maximum(after - before, 1e-12)
    found: Floats = (index + np.clip(inside, 0, 1)) / POINTS
    return found


def _smooth(
    result: Posterior, weight: Floats, rows: slice, low: Floats, high: Floats, coverage: float
) -> tuple[Floats, Floats]:
    """Replace the ends where the error rates matter more than chance does.

    In a large unit each value of the error rates is a spike of its own on the grid. Quadrature
    has the moments of their sum right, but not its quantiles: there a normal takes its place.
    """
    from scipy.special import ndtri

    w = weight[:, rows]
    place, doubt = result.place[:, rows], result.doubt[:, rows]
    centre = (w * place).sum(axis=0)
    inside = (w * doubt).sum(axis=0)
    between = (w * (place - centre) ** 2).sum(axis=0)
    reach = ndtri((1 + coverage) / 2) * np.sqrt(inside + between)
    spiky = between > inside
    return (
        np.where(spiky, np.clip(centre - reach, 0, np.pi / 2), low),
        np.where(spiky, np.clip(centre + reach, 0, np.pi / 2), high),
    )
