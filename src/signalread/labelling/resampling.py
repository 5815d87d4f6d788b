"""Coefficients of agreement from counts per group, with bootstrap intervals."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STEP = 50  # resamples counted at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A coefficient of agreement, 1 at most and 0 by chance, with its bootstrap interval.

    ``value`` is ``None`` where the data say nothing: nobody gave the label, or everybody always
    did. ``low`` and ``high`` are ``None`` then, and where too few resamples say anything.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


class Draws:
    """Resamples of the groups, drawn once and used for every coefficient."""

    def __init__(
        self, groups: int, *, resamples: int, coverage: float, rng: np.random.Generator
    ) -> None:
        self._tails = ((1 - coverage) / 2, (1 + coverage) / 2)
        even = np.full(groups, 1 / groups) if groups else np.zeros(0)
        # How often each group is drawn, (resamples, groups); small integers, so small a type.
        self._weights = (
            np.concatenate(
                [
                    rng.multinomial(groups, even, size=min(_STEP, resamples - start)).astype(
                        np.uint16
                    )
                    for start in range(0, resamples, _STEP)
                ]
            )
            if groups
            else np.zeros((0, 0), dtype=np.uint16)
        )

    def totals(self, counts: Floats) -> Floats:
        """Return sums of shape (1 + resamples, …) of (groups, …): as it is, then each resample."""
        flat = counts.reshape(len(counts), math.prod(counts.shape[1:]))
        drawn = [
            self._weights[start : start + _STEP].astype(np.float64) @ flat
            for start in range(0, len(self._weights), _STEP)
        ]
        total = np.vstack([flat.sum(axis=0, keepdims=True), *drawn])
        return total.reshape(-1, *counts.shape[1:])

    def interval(self, counts: Floats, formula: Callable[[Floats], Floats]) -> Coefficient:
        """Return the formula of the totals of ``counts``, with its interval."""
        return self.summarize(formula(self.totals(counts)))

    def summarize(self, values: Floats) -> Coefficient:
        """Make a coefficient of its value and its resampled values; NaN says nothing."""
        value, drawn = values[0], values[1:]
        if np.isnan(value):
            return Coefficient(value=None)
        drawn = drawn[~np.isnan(drawn)]
        # An interval from the few resamples that happened to have the label would be too narrow.
        if len(drawn) < len(values) // 2 or self._weights.shape[1] < 2:
            return Coefficient(value=float(value))
        low, high = np.quantile(drawn, self._tails)
        return Coefficient(value=float(value), low=float(low), high=float(high))


def alpha(totals: Floats) -> Floats:
    """Return nominal alpha of rows (…, 4): answers, given, disagreement, items."""
    n, given, apart = totals[..., 0], totals[..., 1], totals[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = 2 * given * (n - given) / (n * (n - 1))
        return np.where(expected > 0, 1 - apart / n / expected, np.nan)


def kappa(totals: Floats) -> Floats:
    """Return Cohen's kappa (1960) of rows (…, 4): items, given by one, by two, by both."""
    with np.errstate(divide="ignore", invalid="ignore"):
        n = totals[..., 0]
        one, two, both = (totals[..., i] / n for i in (1, 2, 3))
        expected = one * two + (1 - one) * (1 - two)
        observed = 1 - one - two + 2 * both
        # Where both always say the same thing of everything, there is nothing to agree on.
        return np.where(expected < 1 - 1e-12, (observed - expected) / (1 - expected), np.nan)
