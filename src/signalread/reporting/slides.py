"""The PPTX report: native text, tables and charts that can be edited, a slide for each unit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from signalread.records import Compared, Reason
from signalread.reporting import wording
from signalread.reporting.deck import Deck, Look
from signalread.reporting.palette import SHADES, TINT, ink_on, shade
from signalread.reporting.summary import concern_to_talk_about, strengths_to_keep
from signalread.reporting.view import Hidden, Profile, Share, Unit, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAP_ROWS = 14  # units in a table that can be read from the back of a room
CHART_UNITS = 10
CHANGES = 12


def write_slides(view: View, path: Path) -> None:
    """Write a deck: the summary, the maps, then a slide for every unit that is shown."""
    deck = Deck()
    whole = view.now(view.whole)
    deck.add_title(
        view.title,
        [
            f"Omgång {view.wave}" if view.wave else "",
            f"{wording.whole_number(whole.n)} svarande" if whole.n is not None else "",
            f"Framtagen {wording.long_date(view.facts.created)}",
            "Gäller grupper, aldrig enskilda",
        ],
    )
    deck.add_text("I korthet", list(_summary(view)), size=24)
    _add_signals(view, deck)
    for group in view.groups:
        rows = [_map_row(view, unit, [t.id for t in group.themes]) for unit in view.units]
        starts = range(0, len(rows), MAP_ROWS)
        for number, start in enumerate(starts, start=1):
            deck.add_table(
                f"{group.name} ({number} av {len(starts)})" if len(starts) > 1 else group.name,
                [_head("Team"), _head("n"), *(_head(t.name, span=2) for t in group.themes)],
                rows[start : start + MAP_ROWS],
                widths=[2.65, 0.45, *[4.6 / len(group.themes)] * (2 * len(group.themes))],
                note="+ andel som beskriver temat som styrka, − som bekymmer, i procent av de "
                "svarande. > och < säkert fler eller färre än i resten av enheten ovanför. "
                "↑ ↓ säker förändring.",
            )
    _add_changes(view, deck)
    for unit in view.shown():
        _add_unit(view, unit, deck)
    deck.add_text("Så läser du bilderna", list(_method(view)), size=18)
    deck.save(path)


def _summary(view: View) -> Iterator[str]:
    for finding in view.summary:
        beside = "".join(f" och {name} av {_exact(share)}" for name, share in finding.beside)
        before = f", mot {_exact(finding.before)} förra omgången" if finding.before else ""
        n = wording.whole_number(finding.n)
        yield f"{finding.lead} {_exact(finding.share)}{beside} av {n} svarande{before}."
    if not view.summary:
        yield "Underlaget räcker inte för att säga något om hela organisationen."


def _add_signals(view: View, deck: Deck) -> None:
    shown = {unit.key for unit in view.shown()}
    units = [view.unit(key) for key in view.whole.children if key in shown][:CHART_UNITS]
    if view.whole.key in shown:
        units.insert(0, view.whole)
    if not units or not view.signals:
        return
    deck.add_chart(
        view.title,
        categories=[unit.name for unit in units],
        series={
            signal.name: [
                share.percent if (share := view.now(unit).share(signal.label)) else None
                for unit in units
            ]
            for signal in view.signals
        },
        note="Andel av de svarande, i procent. Intervallen står på varje enhets bild.",
    )


def _map_row(view: View, unit: Unit, themes: Sequence[str]) -> list[Look]:
    profile = view.now(unit)
    name = Look(text=unit.name, indent=max(unit.level - 1, 0), bold=unit.level < 2)
    if profile.n is None:
        why = _why(view, profile, None)
        return [name, Look(text="–"), Look(text=why, italic=True, span=2 * len(themes))]
    cells = [name, Look(text=wording.whole_number(profile.n), right=True)]
    return cells + [
        _shaded(profile, f"{theme}{polarity}", _signed(view, profile, f"{theme}{polarity}"))
        for theme in themes
        for polarity in "+-"
    ]


def _head(text: str, *, span: int = 1) -> Look:
    return Look(text=text, bold=True, span=span, fill=TINT)


def _shaded(profile: Profile, label: str, text: str) -> Look:
    share = profile.share(label)
    if share is None:
        return Look(text=text, italic=True)
    return Look(text=text, fill=SHADES[label[-1]][shade(share.percent)], ink=ink_on(share.percent))


def _signed(view: View, profile: Profile, label: str) -> str:
    share = profile.share(label)
    if share is None:
        return _why(view, profile, label)
    sign = ("+" if label.endswith("+") else "−") if share.percent else ""
    marks = wording.compared_text(share.parent, higher=">", lower="<")
    marks += wording.compared_text(share.last_wave, higher="↑", lower="↓")
    return f"{sign}{share.percent}{marks}"


def _add_changes(view: View, deck: Deck) -> None:
    rows = [
        [
            Look(text=change.unit.path),
            Look(text=wording.label_text(change.name, change.label)),
            Look(text=f"{_exact(change.before)} av {wording.whole_number(change.before_n)}"),
            Look(text=f"{_exact(change.now)} av {wording.whole_number(change.now_n)}", bold=True),
            Look(text="↑ fler" if change.now.last_wave is Compared.HIGHER else "↓ färre"),
        ]
        for change in view.changes
        if change.unit.level < 2
    ]
    if not view.comparisons:
        return
    title = "Sedan förra omgången"
    if not rows:
        deck.add_text(title, ["Inget har säkert ändrats i hela enheter."], size=24)
    else:
        deck.add_table(
            title,
            [_head(name) for name in ("Enhet", "Vad", "Förra omgången", "Nu", "Riktning")],
            rows[:CHANGES],
            widths=[3.6, 3.0, 2.4, 2.4, 0.9],
            note="Bara säkra förändringar i de största enheterna; alla team står i rapporten.",
        )


def _add_unit(view: View, unit: Unit, deck: Deck) -> None:
    profile = view.now(unit)
    rows = []
    for theme in view.themes:
        rows.append(
            [
                Look(text=theme.name),
                *(
                    _shaded(profile, label, _full(view, profile, label))
                    for label in (theme.strength_label, theme.concern_label)
                ),
            ]
        )
    says: list[tuple[str, list[str]]] = [
        (signal.name, [_full(view, profile, signal.label)]) for signal in view.signals
    ]
    good = strengths_to_keep(view, profile)
    if good:
        lines = [f"{theme.name}: {wording.percent(share.percent)}" for theme, share in good]
        says.append(("Värt att bevara", [*lines, *_points([good[0][0].keep])]))
    hard = concern_to_talk_about(view, profile)
    if hard:
        theme, share = hard
        says.append(
            (
                "Värt att prata om",
                [f"{theme.name}: {wording.percent(share.percent)}", *_points(theme.questions)],
            )
        )
        says.append(("Ett steg för var och en", [f"{who}: {text}" for who, text in theme.steps]))
    deck.add_profile(
        unit.name,
        unit.path if unit.level > 1 else "",
        f"{wording.whole_number(profile.n or 0)} svarande"
        + (f" · omgång {profile.wave}" if profile.wave else ""),
        [_head(name) for name in ("Tema", "+ Styrka", "− Bekymmer")],
        rows,
        says,
    )


def _points(questions: Iterable[str]) -> Iterator[str]:
    return (f"– {question}" for question in questions if question)


def _method(view: View) -> Iterator[str]:
    limit = view.facts.min_respondents
    coverage = wording.percent(round(100 * view.facts.coverage))
    yield "Talen är andelen svarande i gruppen som minst en gång beskriver temat."
    yield f"Inom parentes står intervallet, med {coverage} sannolikhet."
    yield f"Grupper med färre än {limit} svarande visas aldrig."
    yield "Andelarna är vad läsningen fann, inte sanningen."
    yield "Bilderna gäller grupper, aldrig enskilda. Börja med styrkorna."
    yield "Inte för lön, disciplinära åtgärder eller för att bedöma eller rangordna chefer."


def _exact(share: Share) -> str:
    return f"{wording.percent(share.percent)} ({wording.interval(share.low, share.high)})"


def _full(view: View, profile: Profile, label: str) -> str:
    share = profile.share(label)
    if share is None:
        return _why(view, profile, label)
    words = [
        wording.compared_text(share.parent, higher="> fler än övriga", lower="< färre än övriga"),
        wording.compared_text(share.last_wave, higher="↑ fler än förra", lower="↓ färre än förra"),
    ]
    return "  ".join([_exact(share), *filter(None, words)])


def _why(view: View, profile: Profile, label: str | None) -> str:
    figure: Any = profile.figures.get(label) if label else None
    reason = figure.reason if isinstance(figure, Hidden) else profile.reason
    return wording.reason_text(reason or Reason.NO_DATA, limit=view.facts.min_respondents)
