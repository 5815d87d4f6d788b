"""What earlier exports of the same survey forbid a new one to show, and what they have settled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from signalread.disclosure.ledger import Release
from signalread.errors import DisclosureError
from signalread.records import Source, parent, units


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Units that are public with today's size, units that must not become so, and whence."""

    shown: frozenset[str]
    hide: frozenset[str]
    releases: tuple[Release, ...] = ()


def settle_units(
    wave: str,
    source: Source,
    sizes: Mapping[str, int],
    *,
    limit: int,
    earlier: Iterable[Release],
) -> Settled:
    """Compare the sizes of one wave and source with every earlier release of it.

    A unit whose size differs from a shown one by fewer than ``limit`` people would single these
    out: it must stay hidden, and so must one that was hidden to protect another, and teams that
    have been put together or apart. Raises
    :class:`DisclosureError` where an earlier release had a higher limit.
    """
    shown: set[str] = set()
    hide: set[str] = set()
    about: list[Release] = []
    for release in earlier:
        if (release.wave, release.source) != (wave, source) or not _same_survey(
            release.sizes, sizes
        ):
            continue
        about.append(release)
        if limit < release.limit:
            raise DisclosureError(
                f"Wave '{wave}' was released with a limit of {release.limit} respondents, and "
                f"{limit} is lower.",
                hint=f"a survey keeps its limit: use `--min-respondents {release.limit}`",
            )
        for unit, n in sizes.items():
            before = release.sizes.get(unit)
            if before is None:
                continue
            if unit in release.shown:
                if n == before:
                    shown.add(unit)
                elif abs(n - before) < limit:
                    hide.add(unit)
            elif before >= limit and abs(n - before) < limit:
                hide.add(unit)
        hide |= _recut(release, sizes)
    small = {unit for unit, n in sizes.items() if n < limit}
    return Settled(
        shown=frozenset(shown - hide - small), hide=frozenset(hide), releases=tuple(about)
    )


def _same_survey(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    teams = set(one) - {""}
    return bool(teams & set(other)) or not teams or set(other) <= {""}


def _recut(release: Release, sizes: Mapping[str, int]) -> set[str]:
    """Return units with new names where old names are gone: merged, split or renamed.

    Nobody can tell which people such a unit shares with the old ones, but its readers can.
    """
    gone = {parent(unit) for unit in release.sizes if unit not in sizes}
    new = {unit for unit in sizes if unit not in release.sizes}
    found = {unit for unit in new if parent(unit) in gone}
    return {unit for unit in new if any(above in found for above in units(unit))}
