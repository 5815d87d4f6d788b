"""Higher, lower or not certain: differences as probabilities, with a limit on false discoveries."""

import numpy as np
import numpy.typing as npt

from signalread.aggregation.layout import Signal, Tree
from signalread.aggregation.pooling import Expectation
from signalread.aggregation.posterior import Posterior
from signalread.records import Compared

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def above_parent(
    posterior: Posterior, own: Signal, expected: Expectation, weight: Floats
) -> Floats:
    """Return the probability that each share is higher than in the rest of the parent.

    Shape (groups, labels); not a number where there is no rest.
    """
    from scipy.special import ndtr, ndtri

    # The posterior takes the rest for known, and its doubt for a doubt of the difference. In
    # terms of normals that overstates the distance from zero by a factor that is known.
    between, rest = expected.between, expected.rest_variance
    factor = np.sqrt(between * own.variance) / np.sqrt(
        np.maximum((between + rest) * (own.variance + rest), 1e-18)
    )
    z = ndtri(np.clip(posterior.above.astype(float), 1e-9, 1 - 1e-9)) * factor
    probability: Floats = (weight * ndtr(z)).sum(axis=0)
    probability[(between == 0).all(axis=0)] = np.nan
    return probability


def above_last_wave(posterior: Posterior, tree: Tree, weight: Floats) -> Floats:
    """Return the probability that each share is higher than the same unit's the wave before.

    Shape (groups, labels); not a number where there is no wave before. The classifier errs alike
    in both waves, so its errors are held fixed while the waves are compared.
    """
    from scipy.special import ndtr

    probability = np.full(posterior.share.shape, np.nan)
    rows = np.flatnonzero(tree.before >= 0)
    before = tree.before[rows]
    moved = posterior.place[:, rows] - posterior.place[:, before]
    doubt = posterior.doubt[:, rows] + posterior.doubt[:, before]
    z = moved / np.sqrt(np.maximum(doubt, 1e-18))
    probability[rows] = (weight[:, rows] * ndtr(z)).sum(axis=0)
    return probability


def call(probability: Floats, families: Ints, *, rate: float) -> list[list[Compared | None]]:
    """Return a word for every probability, shape (groups, labels) as nested lists.

    Of all the differences in one family (rows with one number in ``families``) that are called
    higher or lower, at most the share ``rate`` is expected to be chance: Benjamini & Hochberg
    1995, Journal of the Royal Statistical Society B 57:289-300.
    """
    words = (Compared.NOT_CERTAIN, Compared.HIGHER, Compared.LOWER, None)
    word = np.where(np.isnan(probability), 3, 0)
    chance = 2 * np.minimum(probability, 1 - probability)
    for family in np.unique(families):
        mine = (families == family)[:, None] & ~np.isnan(probability)
        p = np.sort(chance[mine])
        passed = np.flatnonzero(p <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
        if len(passed):
            sure = mine & (chance <= p[passed[-1]])
            word[sure & (probability > 0.5)] = 1
            word[sure & (probability < 0.5)] = 2
    return [[words[i] for i in row] for row in word.tolist()]
