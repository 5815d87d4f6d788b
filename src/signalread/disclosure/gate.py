"""Puts the rules together. What no rule has looked at does not pass."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from signalread.disclosure.attacker import find_exposure
from signalread.disclosure.history import settle_units
from signalread.disclosure.ledger import Release
from signalread.disclosure.sequence import find_joint_exposure, is_large, public_units
from signalread.disclosure.suppression import hidden_units
from signalread.disclosure.tree import grow_tree
from signalread.disclosure.uniformity import uniform_cells
from signalread.errors import DisclosureError
from signalread.records import Estimate, Reason, Source, Withheld, parent, units
from signalread.settings import FLOOR
from signalread.waves import previous_waves

_Round = tuple[str, Source]
_Hidden = dict[tuple[str, str, Source, str], Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Cells that may be written, and what the ledger is to remember of them."""

    cells: tuple[Estimate | Withheld, ...]
    releases: tuple[Release, ...]


def disclose(
    estimates: Iterable[Estimate], *, min_respondents: int, earlier: Sequence[Release] = ()
) -> Iterator[Estimate | Withheld]:
    """Yield each estimate, or in its place a :class:`Withheld` with the reason."""
    yield from review(estimates, min_respondents=min_respondents, earlier=earlier).cells


def review(
    estimates: Iterable[Estimate], *, min_respondents: int, earlier: Sequence[Release] = ()
) -> Export:
    """Return what may be shown of the estimates, given what earlier exports have shown.

    Raises :class:`DisclosureError`, naming the team and the reason, where nothing safe can be
    written, and :class:`InputError` for sizes that cannot be.
    """
    limit = max(min_respondents, FLOOR)
    estimates = list(estimates)
    numbers: dict[_Round, dict[str, int]] = {}
    voices: dict[_Round, dict[str, int]] = {}
    counts: dict[tuple[_Round, str], dict[str, int]] = {}
    for e in estimates:
        key = (e.cell.wave, e.cell.source)
        if numbers.setdefault(key, {}).setdefault(e.cell.team, e.n) != e.n:
            raise DisclosureError(
                f"'{e.cell.team}' has two numbers of respondents in wave '{e.cell.wave}'."
            )
        voices.setdefault(key, {})[e.cell.team] = e.n if e.voices is None else e.voices
        if e.count is not None:
            counts.setdefault((key, e.cell.label), {})[e.cell.team] = e.count
    # Respondents in a survey; in notes, the people who are known to be behind the lines.
    sizes = {key: _cap(found) if key[1] is Source.NOTES else found for key, found in voices.items()}
    hidden = {key: _hide(key, found, limit=limit, earlier=earlier) for key, found in sizes.items()}
    trees = {key: grow_tree(found) for key, found in numbers.items()}
    cells: _Hidden = {}
    for (key, label), found in counts.items():
        if set(found) == set(sizes[key]):
            for unit, reason in uniform_cells(trees[key], found, hidden[key]).items():
                cells[unit, *key, label] = reason
    return Export(
        cells=tuple(_release(estimates, sizes, hidden, cells)),
        releases=tuple(
            Release(
                wave=wave,
                source=source,
                limit=limit,
                sizes=found,
                shown=frozenset(set(found) - set(hidden[wave, source])),
            )
            for (wave, source), found in sizes.items()
        ),
    )


def quotable(
    cells: Iterable[Estimate | Withheld], *, min_respondents_quotes: int
) -> frozenset[tuple[str, str, Source]]:
    """Return the (team, wave, source) whose people are many enough to be quoted."""
    limit = max(min_respondents_quotes, FLOOR)
    return frozenset(
        (c.cell.team, c.cell.wave, c.cell.source)
        for c in cells
        if isinstance(c, Estimate) and c.n >= limit
    )


def _cap(voices: Mapping[str, int]) -> dict[str, int]:
    """Return the voices of each unit, never more than those of a unit above it.

    Where one voice outweighs a unit, nothing below it is safe from a subtraction either.
    """
    return {
        unit: min(voices.get(above, n) for above in ("", *units(unit))) if unit else n
        for unit, n in voices.items()
    }


def _hide(
    key: _Round, sizes: Mapping[str, int], *, limit: int, earlier: Sequence[Release]
) -> dict[str, Reason]:
    wave, source = key
    settled = settle_units(wave, source, sizes, limit=limit, earlier=earlier)
    hidden = hidden_units(sizes, limit=limit, shown=settled.shown, hide=settled.hide)
    if settled.releases:
        hidden = _thin(key, sizes, hidden, limit=limit, earlier=settled.releases)
    if hidden is None:
        team = min(settled.hide | {u for u, n in sizes.items() if n < limit}, default="")
        raise DisclosureError(
            f"Wave '{wave}' cannot be shown again as it is now: together with an earlier export, "
            f"'{team or 'the whole organisation'}' would tell of fewer than {limit} people.",
            hint="keep to the earlier export, or wait for more answers",
        )
    exposed = find_exposure(sizes, hidden, limit=limit)
    if exposed is not None:
        raise DisclosureError(
            f"Nothing was written: '{exposed.unit or 'the whole organisation'}' in wave '{wave}' "
            f"would be given away, since {exposed.how}.",
            hint="raise `--min-respondents`, or put small teams together",
        )
    return hidden


def _thin(
    key: _Round,
    sizes: Mapping[str, int],
    hidden: dict[str, Reason] | None,
    *,
    limit: int,
    earlier: Sequence[Release],
) -> dict[str, Reason] | None:
    """Return what to hide so that all exports together are safe; ``None`` where nothing is.

    Where the export would tell too much beside the earlier ones, only what they have shown of
    the very same people is shown again.
    """

    def release(shown: frozenset[str]) -> Release:
        return Release(wave=key[0], source=key[1], limit=limit, sizes=sizes, shown=shown)

    if hidden is not None:
        whole = release(frozenset(set(sizes) - set(hidden)))
        if whole in earlier:
            return hidden
        if not is_large(whole, limit=limit) and not find_joint_exposure(
            [*earlier, whole], limit=limit
        ):
            return hidden
    public = public_units(release(frozenset()), earlier)
    again = release(public)
    # Nothing new is shown then, but the reasons are new, and they bound the hidden sizes.
    if not is_large(again, limit=limit) and find_joint_exposure([*earlier, again], limit=limit):
        return None
    return {
        unit: Reason.NO_DATA if n == 0 else Reason.TOO_FEW if n < limit else Reason.PROTECTS_OTHERS
        for unit, n in sizes.items()
        if unit not in public
    }


def _release(
    estimates: Iterable[Estimate],
    sizes: Mapping[_Round, Mapping[str, int]],
    hidden: Mapping[_Round, Mapping[str, Reason]],
    cells: _Hidden,
) -> Iterator[Estimate | Withheld]:
    before = {
        source: previous_waves(wave for wave, s in hidden if s is source) for source in Source
    }

    def reason_of(team: str, wave: str, source: Source, label: str) -> Reason | None:
        if team not in sizes.get((wave, source), {}):
            return Reason.NO_DATA
        return hidden[wave, source].get(team) or cells.get((team, wave, source, label))

    for e in estimates:
        team, wave, source, label = e.cell.team, e.cell.wave, e.cell.source, e.cell.label
        reason = reason_of(team, wave, source, label)
        if reason is not None:
            yield Withheld(cell=e.cell, reason=reason)
            continue
        # A comparison whose other side is hidden would tell of a hidden number.
        last = before[source].get(wave)
        beside = team != "" and reason_of(parent(team), wave, source, label) is None
        after = last is not None and reason_of(team, last, source, label) is None
        yield Estimate(
            cell=e.cell,
            n=e.n,
            share=e.share,
            low=e.low,
            high=e.high,
            parent=e.parent if beside else None,
            last_wave=e.last_wave if after else None,
            above_parent=e.above_parent if beside else None,
            above_last_wave=e.above_last_wave if after else None,
        )
