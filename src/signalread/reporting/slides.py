"""The PPTX report: native text, tables and charts that can be edited, a slide for each unit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from signalread.records import Compared
from signalread.reporting.deck import Deck, Look
from signalread.reporting.dilemmas import say_tension, write_pole
from signalread.reporting.lenses import by_name
from signalread.reporting.method import list_uses
from signalread.reporting.ordering import explain_order
from signalread.reporting.palette import TINT
from signalread.reporting.quadrants import find_ends, find_places
from signalread.reporting.scheme import Lens, LensElement
from signalread.reporting.stamps import stamp
from signalread.reporting.summary import write_summary
from signalread.reporting.unit_slides import add_unit, full, head, shaded, signed
from signalread.reporting.view import Profile, Unit, View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAP_ROWS = 14  # units in a table that can be read from the back of a room
CHART_UNITS = 10
CHANGES = 12


def write_slides(view: View, path: Path) -> None:
    """Write a deck: the summary, the maps, then a slide for every unit that is shown."""
    words = view.words
    say = words.say
    deck = Deck(language=words.language)
    whole = view.now(view.whole)
    deck.add_title(
        view.title,
        [
            view.about,
            say("Wave %(wave)s", wave=view.wave) if view.wave else "",
            say("%(n)s respondents", n=words.number(whole.n)) if whole.n is not None else "",
            say("Made on %(date)s", date=words.date(view.facts.created)),
            say("About groups, never about single persons"),
        ],
    )
    note = say(
        "In brackets: the interval in which the share lies with a probability of %(coverage)s. "
        "The sentences are chosen from what holds for the whole. A low share means that few wrote "
        "about it, not that it is missing.",
        coverage=words.percent(round(100 * view.facts.coverage)),
    )
    deck.add_text(
        say("In short"), list(write_summary(view)), size=24, note=note if view.summary else ""
    )
    _add_signals(view, deck)
    for group in view.groups:
        rows = [_map_row(view, unit, [t.id for t in group.themes]) for unit in view.mapped]
        starts = range(0, len(rows), MAP_ROWS)
        for number, start in enumerate(starts, start=1):
            deck.add_table(
                say(
                    "%(title)s (%(number)s of %(all)s)",
                    title=group.name,
                    number=number,
                    all=len(starts),
                )
                if len(starts) > 1
                else group.name,
                [
                    head(say("Team")),
                    head("n", right=True),
                    *(head(t.name, span=2) for t in group.themes),
                ],
                rows[start : start + MAP_ROWS],
                widths=[2.6, 0.6, *[4.55 / len(group.themes)] * (2 * len(group.themes))],
                note=" ".join(
                    [
                        say(
                            "+ share who describe the theme as a strength, − as a concern, in "
                            "percent of the respondents. > and < certainly more or fewer than in "
                            "the rest of the unit above. ↑ ↓ certain change."
                        ),
                        explain_order(view),
                    ]
                ),
            )
    _add_changes(view, deck)
    for lens in view.lenses if whole.n is not None else ():
        _add_lens(view, lens, deck)
    for unit in view.shown():
        add_unit(view, unit, deck)
    _add_themes(view, deck)
    deck.add_text(say("How to read the slides"), list(_method(view)), size=18)
    deck.save(path)
    stamp(path, made=view.facts.created)


def _add_signals(view: View, deck: Deck) -> None:
    shown = {unit.key for unit in view.shown()}
    units = [view.unit(key) for key in view.whole.children if key in shown][:CHART_UNITS]
    if view.whole.key in shown:
        units.insert(0, view.whole)
    if not units or not view.signals:
        return
    deck.add_bars(
        view.title,
        categories=[unit.name for unit in units],
        series={
            signal.name: [
                share.percent if (share := view.now(unit).share(signal.label)) else None
                for unit in units
            ]
            for signal in view.signals
        },
        note=view.words.say(
            "Share of the respondents, in percent. The intervals stand on each unit's slide."
        ),
        format=f'0"{view.words.percent(0)[1:]}"',
    )
    _add_places(view, units, deck)


def _add_places(view: View, units: Sequence[Unit], deck: Deck) -> None:
    """Add where units lie when clarity and trust are seen together."""
    say, places = view.words.say, find_places(view, units)
    if not places:
        return
    deck.add_points(
        say("Structure and trust"),
        points=[
            (place.unit.name, place.structure.percent, place.trust.percent) for place in places
        ],
        axes=(say("Clarity (strength)"), say("Trust")),
        ends=find_ends(places),
        note=". ".join(
            [
                "; ".join(f"{place.number} {place.unit.name}" for place in places),
                say(
                    "Without clarity, trust becomes leaving people alone; without trust, clarity "
                    "becomes steering. The intervals stand on each unit's slide."
                ),
            ]
        ),
        format=f'0"{view.words.percent(0)[1:]}"',
    )


def _map_row(view: View, unit: Unit, themes: Sequence[str]) -> list[Look]:
    profile = view.now(unit)
    name = Look(text=unit.name, indent=max(unit.level - 1, 0), bold=unit.level < 2)
    if profile.n is None:
        why = view.why(profile)
        return [name, Look(text="–", right=True), Look(text=why, italic=True, span=2 * len(themes))]
    cells = [name, Look(text=view.words.number(profile.n), right=True)]
    return cells + [
        shaded(profile, f"{theme}{polarity}", signed(view, profile, f"{theme}{polarity}"))
        for theme in themes
        for polarity in "+-"
    ]


def _add_changes(view: View, deck: Deck) -> None:
    say, number = view.words.say, view.words.number

    def of(share: str, n: int) -> str:
        return f"{share} {say('of %(n)s', n=number(n))}"

    rows = [
        [
            Look(text=change.unit.path),
            Look(text=view.words.label(change.name, change.label)),
            Look(text=of(view.exact(change.before), change.before_n)),
            Look(text=of(view.exact(change.now), change.now_n), bold=True),
            Look(
                text=f"↑ {say('more')}"
                if change.now.last_wave is Compared.HIGHER
                else f"↓ {say('fewer')}"
            ),
        ]
        for change in view.changes
        if change.unit.level < 2
    ]
    if not view.comparisons:
        return
    title = say("Since last time")
    if not rows:
        deck.add_text(title, [say("Nothing has certainly changed in whole units.")], size=24)
        return
    heads = (say("Unit"), say("What"), say("Last time"), say("Now"), say("Direction"))
    deck.add_table(
        title,
        [head(name) for name in heads],
        rows[:CHANGES],
        widths=[3.6, 3.0, 2.4, 2.4, 0.9],
        note=say("Only certain changes in the largest units; all teams stand in the report."),
    )


def _add_lens(view: View, lens: Lens, deck: Deck) -> None:
    say = view.words.say
    profile = view.now(view.whole)
    rows = [
        [Look(text=element.name, bold=True), Look(text=_under(view, profile, element))]
        for element in lens.elements
    ]
    if rows:
        deck.add_table(
            lens.name,
            [head(say("Element")), head(say("Share of the respondents, in percent"))],
            rows,
            widths=[4.3, 8.0],
            note=". ".join(filter(None, [lens.source, lens.note])),
            size=14,
        )
    if lens.dilemmas:
        _add_dilemmas(view, lens, deck)


def _add_dilemmas(view: View, lens: Lens, deck: Deck) -> None:
    """Add the poles of each dilemma side by side, and a mark where they may pull apart."""
    say = view.words.say
    profile = view.now(view.whole)
    rows = []
    for pair in lens.dilemmas:
        tense = bool(say_tension(view, profile, pair))
        fill = TINT if tense else None
        cells = [
            (
                Look(text=pole.name, bold=True, fill=fill),
                Look(text="\n".join(write_pole(view, profile, pole)), fill=fill),
            )
            for pole in pair
        ]
        rows.append(
            [*cells[0], Look(text="↔ !" if tense else "↔", bold=tense, fill=fill), *cells[1]]
        )
    deck.add_table(
        lens.name,
        [
            head(say("One pole")),
            head(say("Share of the respondents")),
            head(""),
            head(say("The other pole")),
            head(say("Share of the respondents")),
        ],
        rows,
        widths=[1.7, 4.2, 0.5, 1.7, 4.2],
        note=". ".join(filter(None, [lens.source, lens.note]))
        + " "
        + say(
            "+ strength, − concern, with interval. ! at least every tenth speaks of each pole: "
            "they may pull apart."
        ),
        size=12,
    )


def _under(view: View, profile: Profile, element: LensElement) -> str:
    return ", ".join(
        f"{name} " + " ".join(signed(view, profile, label) for label in labels)
        for name, labels in by_name(view, element)
    )


def _add_themes(view: View, deck: Deck) -> None:
    """Add what each theme means and how it is read, a slide a theme."""
    say = view.words.say
    profile = view.now(view.whole)
    for theme in view.themes:
        lines = []
        for label, name, meaning in (
            (theme.strength_label, say("Strength"), theme.strength),
            (theme.concern_label, say("Concern"), theme.concern),
        ):
            share = f" {full(view, profile, label)}" if profile.n is not None else ""
            lines.append(f"{'+' if label[-1] == '+' else '−'} {name}:{share}. {meaning}")
            lines += filter(None, [theme.accuracy.get(label, "")])
            lines += [f"”{quotation}”" for quotation in theme.quotations.get(label, ())]
        for name, text in (
            (say("Counted elsewhere"), theme.elsewhere),
            (say("Does not say"), theme.silent),
        ):
            if text:
                lines.append(f"{name}: {text}")
        deck.add_text(theme.name, lines, size=16)


def _method(view: View) -> Iterator[str]:
    say, facts = view.words.say, view.facts
    yield say(
        "The figures are the share of the group's respondents who describe the theme at least once."
    )
    yield say(
        "In brackets stands the interval, with a probability of %(coverage)s.",
        coverage=view.words.percent(round(100 * facts.coverage)),
    )
    yield say(
        "Groups with fewer than %(limit)s respondents are never shown.", limit=facts.min_respondents
    )
    yield say(
        "> and < certainly more or fewer than in the rest of the unit above; ↑ ↓ certain change."
    )
    yield say("The shares are what the reading found, not the truth.")
    yield from list_uses(view)
