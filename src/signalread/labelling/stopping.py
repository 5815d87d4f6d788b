"""When more labelling stops paying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BATCH = 50
WORTH = 0.01

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A segment of the random sample: the labels that were read, and those a person gave."""

    read: frozenset[str]
    given: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelProgress:
    """How often a label is read wrong: in ``wrong`` of the ``n`` segments, ``low`` to ``high``.

    A label is read wrong where the reading has it and the person does not, or the other way about.
    ``narrower`` is by how much the next batch would narrow the interval.
    """

    label: str
    n: int
    wrong: int
    low: float
    high: float
    narrower: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How well the reader's errors are known, and whether more labelling pays.

    ``needed`` is how many more segments by chance it takes until it stops paying, were every label
    read wrong as often as so far; 0 where it pays no more.
    """

    n: int
    pays: bool
    needed: int
    labels: tuple[LabelProgress, ...]


def judge_progress(
    sample: Iterable[Answered],
    *,
    labels: Sequence[str],
    batch: int = BATCH,
    worth: float = WORTH,
    coverage: float = 0.9,
) -> Progress:
    """Say whether more labelling pays, from the segments that were asked about by chance.

    It stops paying when the next ``batch`` segments by chance would narrow no label's interval by
    more than ``worth`` (0.01 is one percentage point), were the label read wrong as often as so
    far. Intervals are Jeffreys' (Brown, Cai and DasGupta 2001, Statistical Science). This is about
    knowing the errors that the shares in a report are corrected for; whether the *model* gains
    from more is seen by training it anew (``signalread evaluate``).

    Give the answers that :func:`~signalread.labelling.sampling.random_sample` names, no others:
    errors among segments chosen for their uncertainty say nothing of the rest.
    """
    answers = list(sample)
    n = len(answers)
    wrong = np.array(
        [sum((label in a.read) != (label in a.given) for a in answers) for label in labels],
        dtype=np.float64,
    )
    low, high = _jeffreys(wrong, n, coverage)
    narrower = _narrowing(wrong, n, batch, coverage)
    needed = 0
    rates = (wrong + 0.5) / (n + 1)
    while (_narrowing(rates * (n + needed), n + needed, batch, coverage) > worth).any():
        needed += batch
    pays = bool((narrower > worth).any())
    return Progress(
        n=n,
        pays=pays,
        needed=max(needed, batch) if pays else 0,
        labels=tuple(
            LabelProgress(
                label=label,
                n=n,
                wrong=int(wrong[i]),
                low=float(low[i]),
                high=float(high[i]),
                narrower=float(narrower[i]),
            )
            for i, label in enumerate(labels)
        ),
    )


def _jeffreys(wrong: Floats, n: float, coverage: float) -> tuple[Floats, Floats]:
    from scipy.special import betaincinv

    tails = (1 - coverage) / 2, (1 + coverage) / 2
    low, high = (betaincinv(wrong + 0.5, n - wrong + 0.5, tail) for tail in tails)
    return np.where(wrong == 0, 0.0, low), np.where(wrong == n, 1.0, high)


def _narrowing(wrong: Floats, n: int, batch: int, coverage: float) -> Floats:
    """Return by how much the interval narrows from n to n + batch segments, label by label."""
    share = wrong / n if n else np.full_like(wrong, 0.5)
    low, high = _jeffreys(wrong, n, coverage)
    later_low, later_high = _jeffreys(share * (n + batch), n + batch, coverage)
    return (high - low) - (later_high - later_low)
