"""Where everybody in a group says the same: a share of all of them tells of each of them."""

from collections.abc import Collection, Mapping

from signalread.disclosure.tree import Tree
from signalread.records import Reason


def uniform_cells(
    tree: Tree, counts: Mapping[str, int], hidden: Collection[str]
) -> dict[str, Reason]:
    """Return which units hide one label, beside those in ``hidden``, and why.

    ``counts`` are the people with the label. No shown unit, and no remainder that a subtraction
    gives, may consist of nothing but people who have it.

    >>> from signalread.disclosure.tree import grow_tree
    >>> tree = grow_tree({"": 20, "A": 8, "B": 12})
    >>> uniform_cells(tree, {"": 11, "A": 8, "B": 3}, hidden=())
    {'A': <Reason.UNIFORM: 'uniform'>, 'B': <Reason.PROTECTS_OTHERS: 'protects_others'>}
    """
    sizes = tree.sizes
    found = {
        unit: Reason.UNIFORM
        for unit, n in sizes.items()
        if unit not in hidden and counts[unit] == n > 0
    }
    if not found and not hidden:
        return found
    upwards = list(tree.upwards())
    while True:
        for unit in upwards:
            if unit in hidden or unit in found:
                continue
            below = _nearest_shown(unit, tree, hidden, found)
            people = sizes[unit] - sum(sizes[u] for u in below)
            said = counts[unit] - sum(counts[u] for u in below)
            if people > 0 and said >= people:
                # A neighbour in which not everybody says it blurs the remainder; else the unit.
                helpful = [u for u in below if counts[u] < sizes[u]]
                found[min(helpful or [unit], key=lambda u: (sizes[u], u))] = Reason.PROTECTS_OTHERS
                break
        else:
            return found


def _nearest_shown(
    unit: str, tree: Tree, hidden: Collection[str], found: Collection[str]
) -> list[str]:
    shown, waiting = [], list(tree.below[unit])
    while waiting:
        below = waiting.pop()
        if below in hidden or below in found:
            waiting += tree.below[below]
        else:
            shown.append(below)
    return shown
