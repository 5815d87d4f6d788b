"""The units of one wave and source as a tree of sizes, checked before anything rests on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from signalread.errors import InputError
from signalread.records import level, parent

LARGEST = 50_000_000  # people in one unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """How many people are in each unit, and which units lie right below another."""

    sizes: Mapping[str, int]
    below: Mapping[str, tuple[str, ...]]
    roots: tuple[str, ...]

    def upwards(self) -> Iterator[str]:
        """Yield every unit after all that lie below it."""
        return iter(sorted(self.sizes, key=lambda unit: (-level(unit), unit)))

    def outside(self, unit: str) -> int:
        """Return how many people of a unit are in none below it; negative where some are in two.

        A unit with nothing below has no outside.
        """
        children = self.below[unit]
        return self.sizes[unit] - sum(self.sizes[c] for c in children) if children else 0


def grow_tree(sizes: Mapping[str, int]) -> Tree:
    """Return the tree of team paths with their sizes.

    A unit whose parent is not there hangs from the nearest one above that is. Raises
    :class:`InputError` for sizes that cannot be.
    """
    below: dict[str, list[str]] = {unit: [] for unit in sizes}
    roots = []
    for unit in sorted(sizes):
        n = sizes[unit]
        name = unit or "the whole organisation"
        if not 0 <= n <= LARGEST:
            raise InputError(
                f"'{name}' is said to have {n} respondents.", hint="check the team and wave columns"
            )
        above = unit
        while above:
            above = parent(above)
            if above in sizes:
                if sizes[above] < n:
                    raise InputError(
                        f"'{name}' has {n} respondents, more than the unit above it.",
                        hint="a unit's people belong to every unit above it as well",
                    )
                below[above].append(unit)
                break
        else:
            roots.append(unit)
    return Tree(
        sizes=dict(sizes),
        below={unit: tuple(children) for unit, children in below.items()},
        roots=tuple(roots),
    )
