"""The attacker: what follows about a hidden group from everything that an export says.

It knows the tree, every shown size, every reason in words, and this program. Each hidden size is
an unknown whole number; shown sizes are equations, and ``fewer than the limit`` or ``protects
another group`` are bounds. HiGHS (through scipy) gives the exact least and greatest value that
fits; where they meet below the limit, the export has given the group away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from signalread.disclosure.tree import Tree, grow_tree
from signalread.records import Reason

LARGEST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A group that an export would give away, and how."""

    unit: str
    how: str


def find_exposure(
    sizes: Mapping[str, int], hidden: Mapping[str, Reason], *, limit: int
) -> Exposure | None:
    """Return a group of fewer than ``limit`` people that can be worked out, if there is one.

    ``sizes`` are the true ones; the attacker uses those of units that are not ``hidden``.
    """
    tree = grow_tree(sizes)
    for unit, n in tree.sizes.items():
        if unit not in hidden and n < limit:
            return Exposure(unit=unit, how="it is shown with fewer people than the limit")
    done: dict[tuple[object, ...], bool] = {}
    for top in (None, *(u for u in tree.sizes if u not in hidden)):
        members = _members(top, tree, hidden)
        if not members:
            continue
        rest = _remainder(top, tree, hidden)
        if rest is not None and 0 < rest < limit:
            return Exposure(unit=top or "", how="a subtraction leaves fewer people than the limit")
        small = [u for u in members if 0 < tree.sizes[u] < limit]
        form = _form(top, rest, members, tree, hidden)
        if small and done.get(form) is None:
            pinned = next(
                (u for u in small if _is_pinned(u, top, rest, members, tree, hidden, limit)), None
            )
            done[form] = pinned is None
            if pinned is not None:
                return Exposure(unit=pinned, how="its size follows from the others that are shown")
    return None


def size_bounds(
    unit: str, sizes: Mapping[str, int], hidden: Mapping[str, Reason], *, limit: int
) -> tuple[int, int]:
    """Return the least and the greatest size that a hidden unit can have for all that is shown."""
    tree = grow_tree(sizes)
    for top in (None, *(u for u in tree.sizes if u not in hidden)):
        members = _members(top, tree, hidden)
        if unit in members:
            rest = _remainder(top, tree, hidden)
            return (
                _solve(unit, 1, top, rest, members, tree, hidden, limit),
                -_solve(unit, -1, top, rest, members, tree, hidden, limit),
            )
    raise KeyError(unit)


def _members(top: str | None, tree: Tree, hidden: Mapping[str, Reason]) -> list[str]:
    """Return the hidden units between ``top`` and the shown ones below; ``None`` is above all."""
    found = []
    waiting = list(tree.roots if top is None else tree.below[top])
    while waiting:
        unit = waiting.pop()
        if unit in hidden:
            found.append(unit)
            waiting += tree.below[unit]
    return found


def _shown_below(top: str, tree: Tree, hidden: Mapping[str, Reason]) -> Iterator[str]:
    waiting = list(tree.below[top])
    while waiting:
        unit = waiting.pop()
        if unit in hidden:
            waiting += tree.below[unit]
        else:
            yield unit


def _remainder(top: str | None, tree: Tree, hidden: Mapping[str, Reason]) -> int | None:
    if top is None:
        return None
    return tree.sizes[top] - sum(tree.sizes[u] for u in _shown_below(top, tree, hidden))


def _form(
    top: str | None,
    rest: int | None,
    members: list[str],
    tree: Tree,
    hidden: Mapping[str, Reason],
) -> tuple[object, ...]:
    """Return what decides a remainder's bounds, so that equal ones are solved once."""
    if any(tree.below[u] for u in members):
        return (top,)
    outside = 0 if top is None else tree.outside(top)
    kinds = sorted((hidden[u].value, tree.sizes[u]) for u in members)
    return rest, (outside > 0) - (outside < 0), top is None, tuple(kinds)


def _is_pinned(
    unit: str,
    top: str | None,
    rest: int | None,
    members: list[str],
    tree: Tree,
    hidden: Mapping[str, Reason],
    limit: int,
) -> bool:
    n = tree.sizes[unit]
    if _solve(unit, 1, top, rest, members, tree, hidden, limit) < n:
        return False
    return -_solve(unit, -1, top, rest, members, tree, hidden, limit) == n


def _solve(
    unit: str,
    sign: int,
    top: str | None,
    rest: int | None,
    members: list[str],
    tree: Tree,
    hidden: Mapping[str, Reason],
    limit: int,
) -> int:
    """Return the least value of ``sign * size`` that fits everything shown."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    column = {u: i for i, u in enumerate(members)}
    rows: list[dict[int, float]] = []
    low: list[float] = []
    high: list[float] = []

    def relate(above: str, coefficients: dict[int, float], known: float) -> None:
        # Whether some people are in no team is known; how many is not.
        outside = tree.outside(above)
        if outside < 0 or not coefficients:
            return
        rows.append(coefficients)
        low.append(-np.inf if outside > 0 else known)
        high.append(known - 1 if outside > 0 else known)

    if top is not None and rest is not None:
        at_top = [u for u in tree.below[top] if u in column]
        shown = sum(tree.sizes[u] for u in tree.below[top] if u not in column)
        relate(top, {column[u]: 1.0 for u in at_top}, tree.sizes[top] - shown)
    for u in members:
        if tree.below[u]:
            inner = {column[c]: 1.0 for c in tree.below[u] if c in column}
            shown = sum(tree.sizes[c] for c in tree.below[u] if c not in column)
            relate(u, inner | {column[u]: -1.0}, -shown)
    bounds = [_bounds(u, tree, hidden, limit) for u in members]
    cost = np.zeros(len(members))
    cost[column[unit]] = sign
    matrix = csr_array(
        (
            [x for row in rows for x in row.values()],
            ([i for i, row in enumerate(rows) for _ in row], [j for row in rows for j in row]),
        ),
        shape=(len(rows), len(members)),
    )
    result = milp(
        cost,
        integrality=np.ones(len(members), dtype=np.int64),
        bounds=Bounds([b[0] for b in bounds], [b[1] for b in bounds]),
        constraints=LinearConstraint(matrix, low, high) if rows else (),
    )
    if not result.success:  # the truth fits, so this is a fault: let nothing pass
        return sign * tree.sizes[unit]
    return round(float(result.fun))


def _bounds(unit: str, tree: Tree, hidden: Mapping[str, Reason], limit: int) -> tuple[float, float]:
    reason = hidden[unit]
    if reason is Reason.NO_DATA:
        return 0, 0
    if reason is Reason.TOO_FEW:
        above = unit
        inside = False
        while above:
            above = above.rpartition(" / ")[0]
            inside |= hidden.get(above) is Reason.TOO_FEW
            if above in tree.sizes:
                break
        # Below a unit that is itself too small, a team may just as well have nobody.
        return (0 if inside else 1), limit - 1
    return limit, LARGEST
