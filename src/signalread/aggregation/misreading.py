"""How often a person's answers are misread, from how often a single segment is.

A respondent *has* a label when at least one of their segments has it, and is *read* to have it
when at least one is read so. With more segments there are more chances of a false alarm, so the
error rates that matter depend on how much a person has written:

- false alarm over ``m`` segments: ``1 - specificity ** m``;
- hit over ``m`` segments: the label stands in one of them, and with :data:`RECURRENCE` in a
  second one; each of those can be found, and each of the others can give a false alarm.

People who write more also say more. In 14,600 labelled comments the share that has a label grew
with the number of segments as ``m ** 0.9`` (:data:`EXPOSURE`), and 0.2 more segments had the label
than the first one, whatever the length. Both numbers only weight the lengths against each other
inside a group; where everybody writes one segment they have no effect at all.

Organisations differ in how often they are misread: false alarms come from words that one
workplace uses and another does not. Among the organisations of the corpus' dev part specificity
had an intraclass correlation of 0.0014 (:data:`UNLIKE`, pooled over the labels), which is much
where it is nearly one; that of sensitivity could not be told from none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from signalread.aggregation.tally import LONGEST
from signalread.records import ErrorRates

Floats = npt.NDArray[np.float64]

EXPOSURE = 0.9
RECURRENCE = 0.2
UNLIKE = 0.0014
NODES = 3  # values of each error rate: exact for all moments up to the fifth
LEAST_GAIN = 0.02  # below this a reading says next to nothing, and dividing by it is noise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Misreading:
    """False alarms and hits of respondents with 0, 1, 2 … segments, at some values of the errors.

    ``false_alarm`` and ``hit`` have shape (values, lengths, labels); ``weight``, shape
    (values, labels), is how likely each pair of error rates is, and sums to one.
    """

    false_alarm: Floats
    hit: Floats
    weight: Floats

    def rates(self, lengths: Floats) -> tuple[Floats, Floats]:
        """Return floor and gain for groups whose people have these lengths.

        ``lengths`` has shape (groups, lengths); the results have shape (values, groups, labels).
        Of a group in which a share θ has the label, ``floor + θ * gain`` is read to have it.
        """
        m = np.arange(lengths.shape[1])
        lengths = np.where(m == 0, 0.0, lengths)  # who wrote nothing to read is not misread
        people = lengths.sum(axis=1, keepdims=True)
        # Where no one is read by the model alone the rates are never used: any length will do.
        plain = np.where(people > 0, lengths, (m == 1).astype(float))
        share = plain / plain.sum(axis=1, keepdims=True)
        exposed = share * m**EXPOSURE
        exposed = exposed / np.maximum(exposed.sum(axis=1, keepdims=True), 1e-12)
        floor = share @ self.false_alarm
        gain = exposed @ (self.hit - self.false_alarm)
        return floor, np.maximum(gain, LEAST_GAIN)


def spread_errors(rates: ErrorRates | None, *, labels: int) -> Misreading:
    """Return the error rates with their own uncertainty, or none at all where ``rates`` is none.

    The posterior of an error rate is a Beta over the segments that it was counted on (Jeffreys'
    prior); a Gauss quadrature of it stands for its whole shape.
    """
    if rates is None:
        ones = np.ones((1, labels))
        sensitivity, specificity, weight = ones, ones, ones
    else:
        hit, hit_weight = _beta_nodes(rates.sensitivity, rates.positives)
        calm, calm_weight = _beta_nodes(
            rates.specificity, [_worth(count, UNLIKE) for count in rates.negatives]
        )
        pairs = [(i, j) for i in range(NODES) for j in range(NODES)]
        sensitivity = np.stack([hit[i] for i, _ in pairs])
        specificity = np.stack([calm[j] for _, j in pairs])
        weight = np.stack([hit_weight[i] * calm_weight[j] for i, j in pairs])
    m = np.arange(LONGEST + 1)[:, None]
    missed, quiet = 1 - sensitivity[:, None, :], specificity[:, None, :]
    second = np.where(m >= 2, RECURRENCE * missed + (1 - RECURRENCE) * quiet, 1.0)
    return Misreading(
        false_alarm=1 - quiet**m,
        hit=np.where(m >= 1, 1 - missed * second * quiet ** np.maximum(m - 2, 0), 0.0),
        weight=weight,
    )


def _worth(count: float, unlike: float) -> float:
    """Return how many segments of the very organisation that is read would say as much.

    >>> round(_worth(2000, 0.0014))
    526
    """
    return 1 / (unlike + (1 - unlike) / (count + 1)) - 1


def _beta_nodes(means: Sequence[float], counts: Sequence[float]) -> tuple[Floats, Floats]:
    """Return nodes and weights, each of shape (NODES, labels), of every label's Beta.

    ``means`` are posterior means: ``(hits + 1/2) / (count + 1)``.
    """
    found = [_beta_quadrature(mean, count + 1) for mean, count in zip(means, counts, strict=True)]
    return np.stack([x for x, _ in found], axis=1), np.stack([w for _, w in found], axis=1)


def _beta_quadrature(mean: float, total: float) -> tuple[Floats, Floats]:
    """Return Gauss nodes and weights of Beta(mean * total, (1 - mean) * total) on [0, 1].

    Golub & Welsch 1969 (Mathematics of Computation 23:221-230), with Jacobi's recurrence.

    >>> x, w = _beta_quadrature(0.8, 100.0)
    >>> f"{(w * x).sum():.3f} {(w * (x - 0.8) ** 2).sum():.6f} {0.8 * 0.2 / 101:.6f}"
    '0.800 0.001584 0.001584'
    """
    mean = min(max(mean, 1e-4), 1 - 1e-4)
    b, a = mean * total - 1, (1 - mean) * total - 1  # (1 - t)^a (1 + t)^b on [-1, 1]
    k = np.arange(NODES, dtype=float)
    s = 2 * k + a + b
    diagonal = np.where(
        k == 0, (b - a) / (a + b + 2), (b * b - a * a) / np.where(k == 0, 1.0, s * (s + 2))
    )
    n = np.arange(1, NODES, dtype=float)
    t = 2 * n + a + b
    # (n + a + b) / (t - 1) is 0 / 0 at n = 1 and a + b = -1, where it is one.
    ratio = np.where(n == 1, 1.0, (n + a + b) / np.where(t == 1, 1.0, t - 1))
    beside = 4 * n * (n + a) * (n + b) * ratio / (t * t * (t + 1))
    matrix = np.diag(diagonal) + np.diag(np.sqrt(beside), 1) + np.diag(np.sqrt(beside), -1)
    values, vectors = np.linalg.eigh(matrix)
    return (values + 1) / 2, vectors[0] ** 2
