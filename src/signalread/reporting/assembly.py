"""From what disclosure let through to the view: round once, put in order, find what matters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from signalread.codebook import Codebook, Theme
from signalread.codebook.dialogue import Dialogue, load_dialogue
from signalread.codebook.frameworks import Element, load_frameworks
from signalread.records import (
    TEAM_SEPARATOR,
    Estimate,
    Reason,
    Source,
    Withheld,
    parent,
    units,
)
from signalread.reporting.summary import find_changes, summarize
from signalread.reporting.view import (
    Figure,
    Hidden,
    IntakeLine,
    Lens,
    LensElement,
    Profile,
    RunFacts,
    Share,
    SignalView,
    ThemeGroup,
    ThemeView,
    Unit,
    View,
)
from signalread.reporting.wording import STATUSES, WHOLE, clean_name, swedish_key
from signalread.waves import order_waves

CARRIES = 3  # people who say it, before a report lifts a share out of the table

_Groups = dict[str, dict[tuple[Source, str], list[Estimate | Withheld]]]


def build_view(
    released: Sequence[Estimate | Withheld], *, codebook: Codebook, facts: RunFacts
) -> View:
    """Return the view model that every output is written from.

    Shares become whole percent here and nowhere else. The report's wave is the last one of the
    survey, by the year and part of the year in its name.
    """
    groups: _Groups = {"": {}}
    for item in released:
        cell = item.cell
        for unit in units(cell.team) if cell.team else ():
            groups.setdefault(unit, {})
        groups[cell.team].setdefault((cell.source, cell.wave), []).append(item)
    tree = _build_units(groups)
    waves = tuple(
        order_waves(p.wave for unit in tree for p in unit.survey)
        # notes alone are reported too: then the survey's last wave is the notes'
        or order_waves(p.wave for unit in tree for p in unit.notes)
    )
    counts = {k: v for k, v in facts.counts.items() if k != "segments"}
    view = View(
        facts=replace(
            facts,
            files=tuple(clean_name(name) for name in facts.files),
            model=clean_name(facts.model),
            codebook_version=clean_name(facts.codebook_version),
        ),
        signals=tuple(
            SignalView(
                label=signal.id,
                name=_swedish(signal.name),
                definition=_swedish(signal.definition),
            )
            for signal in codebook.signals
        ),
        groups=tuple(_theme_groups(codebook)),
        lenses=tuple(_lenses(codebook)),
        waves=waves,
        units=tree,
        summary=(),
        changes=(),
        comparisons=0,
        intake=tuple(
            IntakeLine(status=status, text=STATUSES.get(status, status), count=counts[status])
            for status in sorted(counts, key=lambda s: (s != "read", -counts[s], s))
            if counts[status]
        ),
        comments=sum(counts.values()),
    )
    changes, comparisons = find_changes(view)
    view = replace(view, changes=changes, comparisons=comparisons)
    return replace(view, summary=summarize(view))


def _build_units(groups: _Groups) -> tuple[Unit, ...]:
    below: dict[str, list[str]] = {}
    for team in groups:
        if team:
            below.setdefault(parent(team), []).append(team)
    order: list[str] = []
    waiting = [""]
    while waiting:
        team = waiting.pop()
        order.append(team)
        waiting += sorted(
            below.get(team, []),
            key=lambda t: (swedish_key(t.rpartition(TEAM_SEPARATOR)[2]), t),
            reverse=True,
        )
    keys = {team: f"u{i}" for i, team in enumerate(order)}
    return tuple(
        Unit(
            key=keys[team],
            names=tuple(clean_name(part) or "(utan namn)" for part in team.split(TEAM_SEPARATOR))
            if team
            else (WHOLE,),
            level=len(team.split(TEAM_SEPARATOR)) if team else 0,
            parent=keys[parent(team)] if team else None,
            children=tuple(keys[t] for t in order if t and parent(t) == team)
            if team in below
            else (),
            survey=_profiles(groups[team], Source.SURVEY),
            notes=_profiles(groups[team], Source.NOTES),
        )
        for team in order
    )


def _profiles(
    found: Mapping[tuple[Source, str], list[Estimate | Withheld]], source: Source
) -> tuple[Profile, ...]:
    mine = {wave: items for (s, wave), items in found.items() if s is source}
    return tuple(_profile(mine[wave]) for wave in order_waves(mine))


def _profile(items: Iterable[Estimate | Withheld]) -> Profile:
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
    )


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


def _theme_groups(codebook: Codebook) -> Iterable[ThemeGroup]:
    dialogue = load_dialogue(codebook)
    ids = list(codebook.groups) + [t.group for t in codebook.themes]
    for group in dict.fromkeys(ids):
        themes = tuple(
            _theme(theme, dialogue.get(theme.id))
            for theme in codebook.themes
            if theme.group == group
        )
        if themes:
            name = _swedish(codebook.groups.get(group, {})) or "Teman"
            yield ThemeGroup(name=name, themes=themes)


def _theme(theme: Theme, dialogue: Dialogue | None) -> ThemeView:
    view = ThemeView(
        id=theme.id,
        name=_swedish(theme.name),
        strength=_swedish(theme.strength),
        concern=_swedish(theme.concern),
    )
    if dialogue is None:
        return view
    return replace(
        view,
        keep=_swedish(dialogue.keep),
        questions=tuple(map(_swedish, dialogue.questions)),
        steps=tuple((_swedish(step.actor), _swedish(step.text)) for step in dialogue.steps),
    )


def _lenses(codebook: Codebook) -> Iterable[Lens]:
    for framework in load_frameworks(codebook):
        yield Lens(
            name=_swedish(framework.name),
            source=framework.source,
            note=_swedish(framework.note),
            elements=tuple(map(_lens_element, framework.elements)),
            dilemmas=tuple(
                (_lens_element(dilemma.first), _lens_element(dilemma.second))
                for dilemma in framework.dilemmas
            ),
        )


def _lens_element(element: Element) -> LensElement:
    return LensElement(name=_swedish(element.name), labels=element.labels)


def _swedish(text: Mapping[str, str]) -> str:
    """Return the Swedish text; an organisation's own codebook may have it in another language."""
    return text.get("sv") or next(iter(text.values()), "")
