"""The attacker with a memory: what several exports of one wave tell together.

Groups that have no smaller part are the unknowns: teams, and the people of a unit that are in no
team. Every shown unit of every export is an equation over them, every reason a bound; where
answers came in between two exports, each group may have grown, and by how much is unknown too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from signalread.disclosure.attacker import Exposure
from signalread.disclosure.ledger import Release
from signalread.disclosure.tree import grow_tree
from signalread.records import parent

LARGEST = 10_000_000
MOST = 300  # unknowns that are attacked one by one; with more, nothing new is shown
PAIRED = 8  # changes that are attacked two by two as well
ROUNDS = 3
_Group = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """One release: the sizes of its smallest groups, and which of them make up each unit."""

    release: Release
    groups: Mapping[str, int]
    made_of: Mapping[str, _Group]


def find_joint_exposure(releases: Sequence[Release], *, limit: int) -> Exposure | None:
    """Return a handful of people that the releases give away together, if there is one.

    The last release is the one that has not been written yet. All are of one wave and source.
    """
    views = _tie_merged([_look(release) for release in releases])
    versions = _versions(views)
    now: dict[_Group, int] = {}
    for version in sorted(set(versions), key=lambda v: v != versions[-1]):
        same = [view for view, v in zip(views, versions, strict=True) if v == version]
        sizes = _subtract(same)
        if version == versions[-1]:
            now = sizes
        for members, people in sizes.items():
            if 0 < people < limit:
                how = "two exports differ by fewer people than the limit"
                return Exposure(unit=_name(members), how=how)
            if 0 < abs(now.get(members, people) - people) < limit:
                how = "fewer people than the limit have come or gone between two exports"
                return Exposure(unit=_name(members), how=how)
    return _solve_all(views, versions, limit=limit)


def is_large(release: Release, *, limit: int) -> bool:
    """Tell whether a release has too many small groups to attack each of them."""
    return sum(0 < n < limit for n in release.sizes.values()) > MOST


def _look(release: Release) -> _View:
    tree = grow_tree(release.sizes)
    groups: dict[str, int] = {}
    made_of: dict[str, _Group] = {}
    for unit in tree.upwards():
        members = frozenset[str]().union(*(made_of[child] for child in tree.below[unit]))
        if not tree.below[unit]:
            groups[unit] = tree.sizes[unit]
            members = frozenset([unit])
        elif tree.outside(unit) > 0:
            groups[f"{unit}\0"] = tree.outside(unit)
            members |= {f"{unit}\0"}
        made_of[unit] = members
    return _View(release=release, groups=groups, made_of=made_of)


def _tie_merged(views: Sequence[_View]) -> list[_View]:
    """Say of groups that have been put together, or parted, what they consist of.

    The names do not tell, but readers know their organisation: where the groups that are gone
    from a unit had as many people as the one that is new there, it is made of them.
    """
    made: dict[str, dict[str, int]] = {}
    for one in views:
        for other in views:
            for name, parts in _replaced(one, other):
                made.setdefault(name, parts)
    tied = []
    for view in views:
        groups, made_of = dict(view.groups), dict(view.made_of)
        for name, parts in made.items():
            if name in groups and not parts.keys() & groups.keys():
                del groups[name]
                groups |= parts
                made_of = {
                    unit: (members - {name}).union(parts) if name in members else members
                    for unit, members in made_of.items()
                }
        tied.append(_View(release=view.release, groups=groups, made_of=made_of))
    return tied


def _replaced(one: _View, other: _View) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield each group of ``other`` that stands where ``one`` has others, with those."""
    for name, people in other.groups.items():
        own = f"{name}\0"
        if name in one.made_of and own in one.groups:  # its teams are left out, or not told apart
            inside = {part: one.groups[part] for part in one.made_of[name]}
            if people == one.groups[own]:
                yield name, {own: people}
            elif people == sum(inside.values()):
                yield name, inside
    gone = _by_unit(name for name in one.groups if name not in other.groups)
    new = _by_unit(name for name in other.groups if name not in one.groups)
    for unit, names in new.items():
        parts = {name: one.groups[name] for name in gone.get(unit, ())}
        if len(names) == 1 and len(parts) > 1 and other.groups[names[0]] == sum(parts.values()):
            yield names[0], parts


def _by_unit(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(parent(name), []).append(name)
    return found


def _versions(views: Sequence[_View]) -> list[int]:
    """Number the states of the data: two releases have one state where no common group differs."""
    kept: list[dict[str, int]] = []
    numbers = []
    for view in views:
        for number, groups in enumerate(kept):
            if all(groups.get(name, n) == n for name, n in view.groups.items()):
                groups.update(view.groups)
                numbers.append(number)
                break
        else:
            kept.append(dict(view.groups))
            numbers.append(len(kept) - 1)
    return numbers


def _name(members: _Group) -> str:
    return min(members).rstrip("\0")


def _subtract(views: Sequence[_View]) -> dict[_Group, int]:
    """Return the size of everything that is shown in one state of the data, or a difference."""
    sizes: dict[str, int] = {}
    known: dict[_Group, str] = {}
    for view in views:
        sizes |= view.groups
        for unit in view.release.shown:
            known.setdefault(view.made_of[unit], unit)
    for _ in range(ROUNDS):
        by_group: dict[str, list[_Group]] = {}
        for members in sorted(known, key=len, reverse=True):
            for name in members:
                by_group.setdefault(name, []).append(members)
        found: dict[_Group, str] = {}
        for members, unit in known.items():
            rest = set(members)
            inside = {part for name in members for part in by_group[name] if part < members}
            for part in sorted(inside, key=lambda p: (-len(p), min(p))):
                if part <= rest:
                    rest -= part
            if rest and frozenset(rest) not in known:
                found[frozenset(rest)] = unit
        if not found:
            break
        known |= found
    return {members: sum(sizes[name] for name in members) for members in known}


def _solve_all(views: Sequence[_View], versions: Sequence[int], *, limit: int) -> Exposure | None:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    last = versions[-1]
    truth: dict[tuple[str, int], int] = {}
    for view, version in zip(views, versions, strict=True):
        truth |= {(name, version): n for name, n in view.groups.items()}
    names = sorted({name for name, _ in truth})
    column = {(name, last): i for i, name in enumerate(names)}
    lowest = [0.0 if 0 in (truth.get((name, v)) for v in versions) else 1.0 for name in names]
    highest = [float(LARGEST)] * len(names)
    targets: dict[int, tuple[str, int]] = {}
    for name in names:
        n = truth.get((name, last))
        if n is not None and 0 < n < limit:
            targets[column[name, last]] = (name, n)
    # In another state of the data a group has as many people as in the last one, and a change.
    for version in sorted(set(versions) - {last}):
        changes = {
            name: truth[name, version] - truth.get((name, last), truth[name, version])
            for name in names
            if (name, version) in truth
        }
        fewer, more = min(changes.values()) < 0, max(changes.values()) > 0
        for name, change in changes.items():
            column[name, version] = len(lowest)
            lowest.append(-LARGEST if fewer else 0)
            highest.append(LARGEST if more else 0)
            if 0 < abs(change) < limit:
                targets[column[name, version]] = (name, change)
    rows: list[list[int]] = []
    low: list[float] = []
    high: list[float] = []
    for view, version in zip(views, versions, strict=True):
        release = view.release
        for unit, members in view.made_of.items():
            n = release.sizes[unit]
            if n > sum(view.groups[name] for name in members):
                continue
            columns = [column[name, last] for name in members]
            if version != last:
                columns += [column[name, version] for name in members]
            if unit in release.shown:
                bounds = (n, n)
            elif n < release.limit:
                bounds = (min(n, 1), release.limit - 1 if n else 0)
            else:
                bounds = (release.limit, LARGEST)
            rows.append(columns)
            low.append(bounds[0])
            high.append(bounds[1])
    width = len(lowest)
    matrix = csr_array(
        (
            np.ones(sum(map(len, rows))),
            (np.repeat(np.arange(len(rows)), [len(r) for r in rows]), np.concatenate(rows)),
        ),
        shape=(len(rows), width),
    )
    constraints = LinearConstraint(matrix, low, high)
    limits = Bounds(lowest, highest)

    def extreme(index: Sequence[int], sign: int) -> int | None:
        cost = np.zeros(width)
        cost[list(index)] = sign
        found = milp(
            cost, integrality=np.ones(width, dtype=np.int64), bounds=limits, constraints=constraints
        )
        return sign * round(float(found.fun)) if found.success else None

    aims: list[tuple[tuple[int, ...], str, int]] = [
        ((index,), *target) for index, target in targets.items()
    ]
    changed = [item for item in targets.items() if item[0] >= len(names)]
    aims += [
        ((i, j), name, n + m)
        for (i, (name, n)), (j, (_, m)) in combinations(changed[:PAIRED], 2)
        if 0 < abs(n + m) < limit
    ]
    for index, name, value in aims:
        if extreme(index, 1) in (value, None) and extreme(index, -1) in (value, None):
            return Exposure(
                unit=name.rstrip("\0"), how="its size follows from this and an earlier export"
            )
    return None


def public_units(release: Release, earlier: Iterable[Release]) -> frozenset[str]:
    """Return the units that an earlier release has shown with the same people as this one."""
    view = _look(release)
    found = set()
    for old in map(_look, earlier):
        for unit in old.release.shown & set(release.sizes):
            same = old.made_of[unit] == view.made_of[unit]
            if same and old.release.sizes[unit] == release.sizes[unit] >= release.limit:
                found.add(unit)
    return frozenset(found)
