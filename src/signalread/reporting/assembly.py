"""From what disclosure let through to the view: round once, put in order, find what matters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from signalread.codebook import Codebook
from signalread.records import (
    TEAM_SEPARATOR,
    Balance,
    Cell,
    Estimate,
    Reason,
    Source,
    Withheld,
    level,
    parent,
    units,
)
from signalread.reporting.beside import Asked, Beside
from signalread.reporting.lenses import find_own_views, view_lenses
from signalread.reporting.names import clean_name, swedish_key
from signalread.reporting.ordering import list_orders
from signalread.reporting.summary import find_changes, summarize
from signalread.reporting.themes import view_groups, view_signals
from signalread.reporting.view import (
    Figure,
    Hidden,
    IntakeLine,
    Lean,
    Profile,
    RunFacts,
    Share,
    Turnout,
    Unit,
    View,
)
from signalread.reporting.wording import Words
from signalread.waves import order_waves

CARRIES = 3  # people who say it, before a report lifts a share out of the table

_Groups = dict[str, dict[tuple[Source, str], list[Estimate | Withheld]]]


def build_view(
    released: Sequence[Estimate | Withheld],
    *,
    codebook: Codebook,
    facts: RunFacts,
    beside: Beside | None = None,
    language: str = "sv",
    about: str = "",
) -> View:
    """Return the view model that every output is written from.

    Shares become whole percent here and nowhere else. The report's wave is the last one of the
    survey, by the year and part of the year in its name. ``about`` is the path of the one unit
    that is reported, with all below it; counts of the whole run are then left out.
    """
    words, beside = Words(language), beside or Beside()
    groups: _Groups = {about: {}}
    for item in released:
        for unit in ("", *units(item.cell.team)) if item.cell.team else ("",):
            if _is_within(unit, about):
                groups.setdefault(unit, {})
        if _is_within(item.cell.team, about):
            found = groups[item.cell.team]
            found.setdefault((item.cell.source, item.cell.wave), []).append(item)
    tree, keys = _build_units(groups, about, words, _Laid(beside))
    waves = tuple(
        order_waves(p.wave for unit in tree for p in unit.survey)
        # notes alone are reported too: then the survey's last wave is the notes'
        or order_waves(p.wave for unit in tree for p in unit.notes)
    )
    counts = {} if about else {k: v for k, v in facts.counts.items() if k != "segments"}
    lenses = view_lenses(codebook, beside.frameworks, words)
    view = View(
        words=words,
        facts=replace(
            facts,
            files=tuple(clean_name(name) for name in facts.files),
            counts={} if about else facts.counts,
            model=clean_name(facts.model),
            codebook_version=clean_name(facts.codebook_version),
            renamed=tuple(clean_name(unit) for unit in facts.renamed if unit in keys),
        ),
        about=clean_name(about),
        signals=tuple(view_signals(codebook, beside, words)),
        groups=tuple(view_groups(codebook, beside, words)),
        lenses=lenses,
        own_views=find_own_views(
            beside.assessments, codebook, beside.frameworks, words=words, units=keys
        ),
        waves=waves,
        units=tree,
        orders=(),
        summary=(),
        changes=(),
        comparisons=0,
        intake=tuple(
            IntakeLine(status=status, text=words.status(status), count=counts[status])
            for status in sorted(counts, key=lambda s: (s != "read", -counts[s], s))
            if counts[status]
        ),
        comments=sum(counts.values()),
    )
    changes, comparisons = find_changes(view)
    view = replace(view, changes=changes, comparisons=comparisons, orders=list_orders(view))
    return replace(view, summary=summarize(view))


def _is_within(unit: str, about: str) -> bool:
    return not about or unit == about or unit.startswith(about + TEAM_SEPARATOR)


class _Laid:
    """What is laid beside a unit's profiles, by unit, wave and source."""

    def __init__(self, beside: Beside) -> None:
        self.balances: dict[tuple[str, str, Source], list[Balance]] = {}
        for balance in beside.balances:
            place = (balance.team, balance.wave, balance.source)
            self.balances.setdefault(place, []).append(balance)
        self.asked: dict[tuple[str, str], Asked] = {(a.team, a.wave): a for a in beside.asked}


def _build_units(
    groups: _Groups, top: str, words: Words, laid: _Laid
) -> tuple[tuple[Unit, ...], dict[str, str]]:
    """Return the units in tree order, and the key of each path."""
    below: dict[str, list[str]] = {}
    for team in groups:
        if team != top:
            below.setdefault(parent(team), []).append(team)
    order: list[str] = []
    waiting = [top]
    while waiting:
        team = waiting.pop()
        order.append(team)
        waiting += sorted(
            below.get(team, []),
            key=lambda t: (swedish_key(t.rpartition(TEAM_SEPARATOR)[2]), t),
            reverse=True,
        )
    place = {team: i for i, team in enumerate(order)}
    keys = {team: f"u{i}" for team, i in place.items()}
    nameless = words.say("(no name)")
    return tuple(
        Unit(
            key=keys[team],
            names=tuple(clean_name(part) or nameless for part in team.split(TEAM_SEPARATOR))
            if team
            else (words.say("The whole organisation"),),
            level=level(team) - level(top),
            parent=keys[parent(team)] if team != top else None,
            children=tuple(keys[t] for t in sorted(below.get(team, []), key=place.__getitem__)),
            survey=_profiles(groups[team], Source.SURVEY, laid),
            notes=_profiles(groups[team], Source.NOTES, laid),
        )
        for team in order
    ), keys


def _profiles(
    found: Mapping[tuple[Source, str], list[Estimate | Withheld]], source: Source, laid: _Laid
) -> tuple[Profile, ...]:
    mine = {wave: items for (s, wave), items in found.items() if s is source}
    return tuple(_profile(mine[wave], laid) for wave in order_waves(mine))


def _profile(items: Iterable[Estimate | Withheld], laid: _Laid) -> Profile:
    figures: dict[str, Figure] = {}
    n: int | None = None
    reason: Reason | None = None
    for item in items:
        cell = item.cell
        if isinstance(item, Withheld):
            figures[cell.label] = Hidden(reason=item.reason)
            reason = item.reason
        else:
            n = item.n
            figures[cell.label] = _share(item)
    return Profile(
        wave=clean_name(cell.wave),
        source=cell.source,
        n=n,
        reason=reason if n is None else None,
        figures=figures,
        leans=_leans(laid.balances.get((cell.team, cell.wave, cell.source), ()), figures),
        turnout=_turnout(laid, cell) if n is not None else None,
    )


def _leans(balances: Iterable[Balance], figures: Mapping[str, Figure]) -> dict[str, Lean]:
    """Return the balances of which both shares are shown, in whole points."""
    leans: dict[str, Lean] = {}
    for balance in balances:
        one, other = (
            figures.get(label)
            for label in (
                ("trust", "control")
                if balance.label == "trust-control"
                else (f"{balance.label}+", f"{balance.label}-")
            )
        )
        if isinstance(one, Share) and isinstance(other, Share):
            # The difference of what stands in the table, so that nobody finds it a point off.
            points = one.percent - other.percent
            leans[balance.label] = Lean(
                points=points,
                low=min(points, round(100 * balance.low)),
                high=max(points, round(100 * balance.high)),
            )
    return leans


def _turnout(laid: _Laid, cell: Cell) -> Turnout | None:
    found = laid.asked.get((cell.team, cell.wave)) if cell.source is Source.SURVEY else None
    return None if found is None else Turnout(asked=found.asked, answered=found.answered)


def _share(estimate: Estimate) -> Share:
    return Share(
        percent=_percent(estimate.share),
        low=_percent(estimate.low),
        high=_percent(estimate.high),
        parent=estimate.parent,
        last_wave=estimate.last_wave,
        carries=round(estimate.share * estimate.n) >= CARRIES,
    )


def _percent(share: float) -> int:
    # Halves go up, as a reader with a calculator expects; round() would send them to even.
    return int(100 * share + 0.5 + 1e-9)
