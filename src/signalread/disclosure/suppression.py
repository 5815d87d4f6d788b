"""Which units to hide so that no subtraction brings a small group back, at the smallest loss.

Everything that can be had by adding and subtracting shown numbers is a sum of *remainders*: a
shown unit less the shown units right below it. So each remainder must be nobody or at least the
limit; and no small group inside one may have a size that follows from the others'. Among all ways
to do that, a dynamic programme over the tree finds one that hides the fewest units (and of those,
the fewest people): exact, and linear in the number of units.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from signalread.disclosure.tree import Tree, grow_tree
from signalread.records import Reason

OVERLAP = 60  # people counted in two teams of one unit that can be followed exactly


@dataclass(frozen=True, slots=True)
class _Hidden:
    """People that a subtree leaves to the remainder above it.

    ``people`` is exact up to a cap. ``up`` and ``down``: a hidden size could be one higher, or
    lower, for all that a reader knows. ``small``: a group below the limit is among them.
    """

    people: int
    up: bool
    down: bool
    small: bool


_NONE = _Hidden(0, False, False, False)
_Cost = tuple[int, int]  # units hidden without need, and their people
_Units = tuple["_Units | str", ...]
_Table = dict[_Hidden, tuple[_Cost, _Units]]


def hidden_units(
    sizes: Mapping[str, int],
    *,
    limit: int,
    shown: Collection[str] = (),
    hide: Collection[str] = (),
) -> dict[str, Reason] | None:
    """Return which units of one tree are hidden and why; keys of ``sizes`` are team paths.

    ``shown`` have been published before and cannot be taken back; ``hide`` must not be shown.
    ``None`` means that no choice is safe.

    >>> hidden_units({"": 23, "A": 20, "B": 3}, limit=5)
    {'B': <Reason.TOO_FEW: 'too_few'>, 'A': <Reason.PROTECTS_OTHERS: 'protects_others'>}
    """
    tree = grow_tree(sizes)
    hidden = {
        unit: Reason.NO_DATA if n == 0 else Reason.TOO_FEW
        for unit, n in tree.sizes.items()
        if n < limit and unit not in shown
    }
    tables: dict[str, _Table] = {}
    for unit in tree.upwards():
        tables[unit] = _choose(
            unit,
            tree,
            [tables.pop(child) for child in tree.below[unit]],
            limit=limit,
            forced=unit in shown,
            barred=unit in hide or unit in hidden,
        )
    chosen: list[_Units] = []
    for root in tree.roots:
        if not tables[root]:
            return None
        chosen.append(min(tables[root].values(), key=lambda item: item[0])[1])
    for unit in _flatten(tuple(chosen)):
        hidden.setdefault(unit, Reason.PROTECTS_OTHERS)
    return hidden


def _choose(
    unit: str, tree: Tree, children: list[_Table], *, limit: int, forced: bool, barred: bool
) -> _Table:
    """Return what a unit can leave to the remainder above it, and the cheapest way to each."""
    n, outside = tree.sizes[unit], tree.outside(unit)
    cap = limit + OVERLAP
    inner: _Table = {_NONE: ((0, 0), ())}
    for table in children:
        inner = _merge(inner, table, cap=cap)
    if outside > 0:  # people of the unit itself, a group that has no name
        own = _Hidden(min(outside, cap), True, outside > 1, outside < limit)
        inner = _merge(inner, {own: ((0, 0), ())}, cap=cap)
    found: _Table = {}
    if not barred:
        for state, (cost, units) in inner.items():
            if _is_safe(state, overlap=max(-outside, 0), limit=limit, cap=cap):
                _keep(found, _NONE, cost, units)
    if not forced:
        small = n < limit
        for state, (cost, units) in inner.items():
            if not children:  # a team
                left = _Hidden(min(n, cap), not small or n < limit - 1, _falls(n, limit), small)
                left = left if n else _NONE
            else:
                up = state.up and (not small or n < limit - 1)
                down = state.down and (small or n > limit)
                left = _Hidden(state.people, up, down, state.small)
            price = (cost[0], cost[1]) if barred else (cost[0] + 1, cost[1] + n)
            _keep(found, left, price, (units, unit))
    return found


def _falls(n: int, limit: int) -> bool:
    """Tell whether a hidden team's size could be one lower: it is over its reason's least."""
    return n > 1 if n < limit else n > limit


def _is_safe(state: _Hidden, *, overlap: int, limit: int, cap: int) -> bool:
    if state.people == 0:
        return True
    if overlap and (overlap > OVERLAP or state.people - overlap < limit):
        # With people in two teams the subtraction gives less than the remainder has.
        return False
    if state.people < limit:
        return False
    return not state.small or (state.up and state.down)


def _merge(one: _Table, other: _Table, *, cap: int) -> _Table:
    merged: _Table = {}
    for a, (cost_a, units_a) in one.items():
        for b, (cost_b, units_b) in other.items():
            state = _Hidden(
                min(a.people + b.people, cap), a.up or b.up, a.down or b.down, a.small or b.small
            )
            cost = (cost_a[0] + cost_b[0], cost_a[1] + cost_b[1])
            known = merged.get(state)
            if known is None or cost < known[0]:
                units = (units_a, units_b) if units_a and units_b else units_a or units_b
                merged[state] = (cost, units)
    return merged


def _keep(table: _Table, state: _Hidden, cost: _Cost, units: _Units) -> None:
    known = table.get(state)
    if known is None or cost < known[0]:
        table[state] = (cost, units)


def _flatten(units: _Units) -> list[str]:
    found: list[str] = []
    waiting: list[_Units | str] = [units]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        else:
            waiting += item
    return sorted(found)
