"""How far apart two label sets are."""

from collections.abc import Set as AbstractSet


def masi_distance(one: AbstractSet[str], two: AbstractSet[str]) -> float:
    """Return the MASI distance of two sets, in [0, 1] (Passonneau 2006, LREC).

    It is 1 − Jaccard × monotonicity, where monotonicity is 1 for equal sets, 2/3 where one holds
    the other, 1/3 where they overlap and 0 where they share nothing. Two empty sets are equal.

    >>> masi_distance({"trust"}, {"trust", "autonomy+"})
    0.6666666666666667
    >>> masi_distance(set(), set()), masi_distance(set(), {"trust"})
    (0.0, 1.0)
    """
    if one == two:
        return 0.0
    shared = len(one & two)
    if not shared:
        return 1.0
    monotonicity = 2 / 3 if one <= two or two <= one else 1 / 3
    return 1 - shared / len(one | two) * monotonicity
