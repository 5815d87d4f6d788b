"""The one gate before every writer: what may be shown, and why the rest may not.

A group is shown when it has at least the limit of respondents, and when what is left of every
unit above it after subtracting the shown groups is nobody or again at least the limit.
"""

from collections.abc import Iterable, Iterator, Mapping

from signalread.records import (
    TEAM_SEPARATOR,
    Cell,
    Estimate,
    Reason,
    Source,
    Withheld,
    parent,
)

__all__ = ["disclose", "hidden_units"]


def disclose(
    estimates: Iterable[Estimate], *, min_respondents: int
) -> Iterator[Estimate | Withheld]:
    """Yield each estimate, or in its place a :class:`Withheld` with the reason."""
    estimates = list(estimates)
    trees: dict[tuple[str, Source], dict[str, int]] = {}
    for e in estimates:
        trees.setdefault((e.cell.wave, e.cell.source), {})[e.cell.team] = e.n
    hidden = {key: hidden_units(sizes, limit=min_respondents) for key, sizes in trees.items()}
    shown_cells = {
        (e.cell.team, e.cell.wave, e.cell.source)
        for e in estimates
        if e.cell.team not in hidden[(e.cell.wave, e.cell.source)]
    }
    waves = sorted({e.cell.wave for e in estimates})
    before = dict(zip(waves[1:], waves, strict=False))
    for e in estimates:
        reason = hidden[(e.cell.wave, e.cell.source)].get(e.cell.team)
        if reason is not None:
            yield Withheld(cell=e.cell, reason=reason)
        else:
            yield _without_hidden_comparisons(e, shown_cells, before)


def hidden_units(sizes: Mapping[str, int], *, limit: int) -> dict[str, Reason]:
    """Return which units of one tree must be hidden; keys of ``sizes`` are team paths.

    >>> hidden_units({"": 23, "A": 20, "B": 3}, limit=5)
    {'B': <Reason.TOO_FEW: 'too_few'>, 'A': <Reason.PROTECTS_OTHERS: 'protects_others'>}
    """
    hidden = {
        unit: Reason.NO_DATA if n == 0 else Reason.TOO_FEW for unit, n in sizes.items() if n < limit
    }
    # Every number that can be had by subtraction is a sum of such remainders (one per shown
    # unit), so it is enough that each of them is empty or large enough. Deepest first.
    while True:
        exposed = [
            (unit, rest)
            for unit in sizes
            if unit not in hidden and 0 < (rest := _remainder(unit, sizes, hidden)) < limit
        ]
        if not exposed:
            return hidden
        unit, rest = max(exposed, key=lambda item: (item[0].count(TEAM_SEPARATOR), item[0]))
        below = _nearest_shown(unit, sizes, hidden)
        helpful = [u for u in below if rest + _remainder(u, sizes, hidden) >= limit]
        # With nothing below that fills the remainder up, the unit itself gives way.
        smallest = min(helpful or below or [unit], key=lambda u: (sizes[u], u))
        hidden[smallest] = Reason.PROTECTS_OTHERS


def _nearest_shown(unit: str, sizes: Mapping[str, int], hidden: Mapping[str, Reason]) -> list[str]:
    """Return the shown units below ``unit`` that have no other shown unit in between."""
    found = []
    for other in sizes:
        if other in hidden or other == unit:
            continue
        above = parent(other)
        while above != unit and above in hidden and above:
            above = parent(above)
        if above == unit:
            found.append(other)
    return found


def _remainder(unit: str, sizes: Mapping[str, int], hidden: Mapping[str, Reason]) -> int:
    return sizes[unit] - sum(sizes[below] for below in _nearest_shown(unit, sizes, hidden))


def _without_hidden_comparisons(
    estimate: Estimate, shown: set[tuple[str, str, Source]], before: Mapping[str, str]
) -> Estimate:
    """Drop a comparison whose other side is hidden: its sign would tell of a hidden number."""
    cell: Cell = estimate.cell
    last = (cell.team, before.get(cell.wave, ""), cell.source)
    above = (parent(cell.team), cell.wave, cell.source)
    return Estimate(
        cell=cell,
        n=estimate.n,
        share=estimate.share,
        low=estimate.low,
        high=estimate.high,
        parent=estimate.parent if above in shown else None,
        last_wave=estimate.last_wave if last in shown else None,
    )
