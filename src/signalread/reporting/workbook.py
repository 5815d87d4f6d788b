"""The XLSX report: sheets to read, a sheet with one row per cell, and a sheet that explains."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from signalread.records import Compared, Source
from signalread.reporting.formats import Formats
from signalread.reporting.ordering import explain_order
from signalread.reporting.sheets import (
    sheet_title,
    write_balances,
    write_lenses,
    write_own_views,
    write_readme,
    write_themes,
)
from signalread.reporting.view import Hidden, Profile, Share, Unit, View


def write_workbook(view: View, path: Path) -> None:
    """Write the workbook. Every text is stored as text, never as a formula or a link."""
    import xlsxwriter

    say = view.words.say
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": sheet_title(view), "created": view.facts.created})
        formats = Formats(book)
        _write_map(view, book.add_worksheet(say("Overview")), formats)
        _write_cells(view, book.add_worksheet(say("All figures")), formats)
        write_themes(view, book.add_worksheet(say("Themes")), formats)
        if view.lenses:
            write_lenses(view, book.add_worksheet(say("Frameworks")), formats)
        if any(profile.leans for unit in view.units for profile in unit.survey):
            write_balances(view, book.add_worksheet(say("Balance")), formats)
        if view.own_views:
            write_own_views(view, book.add_worksheet(say("Own views")), formats)
        write_readme(view, book.add_worksheet(say("Read me")), formats)


def _write_map(view: View, sheet: Any, formats: Formats) -> None:
    first = 2
    words = view.words
    sheet.write_string(0, 0, sheet_title(view), formats.title)
    sheet.write_string(
        1,
        0,
        words.say(
            "Share of the respondents who describe the theme as a strength (+) or a concern (−). "
            "Intervals, comparisons and reasons stand in the sheet “All figures”."
        ),
        formats.text,
    )
    sheet.write_string(2, 0, explain_order(view), formats.text)
    top = 4
    for column, name in ((0, words.say("Team")), (1, words.say("Respondents"))):
        look = formats.number_head if column else formats.head
        sheet.merge_range(top, column, top + 2, column, "", look)
        sheet.write_string(top, column, name, look)
    column = first
    for signal in view.signals:
        sheet.merge_range(top, column, top + 2, column, "", formats.number_head)
        sheet.write_string(top, column, signal.name, formats.number_head)
        column += 1
    for group in view.groups:
        width = 2 * len(group.themes)
        sheet.merge_range(top, column, top, column + width - 1, "", formats.group)
        sheet.write_string(top, column, group.name, formats.group)
        for theme in group.themes:
            sheet.merge_range(top + 1, column, top + 1, column + 1, "", formats.centred)
            sheet.write_string(top + 1, column, theme.name, formats.centred)
            sheet.write_string(top + 2, column, "+", formats.pole)
            sheet.write_string(top + 2, column + 1, "−", formats.pole)
            column += 2
    sheet.set_row(top + 1, 46)
    last_column = first + len(view.labels)
    sheet.merge_range(top, last_column, top + 2, last_column, "", formats.number_head)
    sheet.write_string(
        top, last_column, words.say("order in the organisation"), formats.number_head
    )
    places = {unit.key: place for place, unit in enumerate(view.units, start=1)}
    for row, unit in enumerate(view.mapped, start=top + 3):
        profile = view.now(unit)
        indent = formats.indent[min(unit.level, len(formats.indent) - 1)]
        sheet.write_string(row, 0, unit.name, indent)
        sheet.write_number(row, last_column, places[unit.key], formats.number)
        if profile.n is None:
            sheet.write_string(row, 1, view.why(profile), formats.why)
            continue
        sheet.write_number(row, 1, profile.n, formats.number)
        for column, label in enumerate(view.labels, start=first):
            share = profile.share(label)
            if share is None:
                sheet.write_string(row, column, view.why(profile, label), formats.why)
            else:
                sheet.write_number(row, column, share.percent / 100, formats.look(share, label))
    last = top + 2 + len(view.units)
    sheet.autofilter(top + 2, 0, max(last, top + 3), last_column)
    sheet.freeze_panes(top + 3, 1)
    sheet.set_row(0, 24)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 10)
    sheet.set_column(first, first + len(view.signals) - 1, 10)
    sheet.set_column(first + len(view.signals), first + len(view.labels) - 1, 8.3)
    sheet.set_column(last_column, last_column, 13)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3: 30 columns are too small to read on A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top, top + 2)


def _write_cells(view: View, sheet: Any, formats: Formats) -> None:
    columns = list(_columns(view))
    for column, (name, width, is_number) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats.number_head if is_number else formats.head)
    row = 0
    for row, values in enumerate(_rows(view), start=1):
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif isinstance(value, float):
                sheet.write_number(row, column, value, formats.percent)
            elif value is not None:
                look = formats.depth if column == 1 else formats.number
                sheet.write_number(row, column, value, look)
    sheet.autofilter(0, 0, max(row, 1), len(columns) - 1)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _columns(view: View) -> Iterator[tuple[str, int, bool]]:
    """Yield each column's name, its width in characters, and whether it holds numbers."""
    say = view.words.say
    yield say("team"), 46, False
    yield say("level"), 7, False
    yield say("wave"), 13, False
    yield say("source"), 14, False
    yield say("label"), 28, False
    yield say("respondents"), 11, True
    yield say("share"), 9, True
    yield say("low"), 9, True
    yield say("high"), 9, True
    yield say("beside the others"), 20, False
    yield say("beside last time"), 27, False
    yield say("status"), 9, False
    yield say("reason"), 36, False
    yield say("label id"), 18, False
    yield say("asked"), 9, True
    yield say("answered"), 10, True


def _rows(view: View) -> Iterator[Sequence[str | int | float | None]]:
    names = _label_names(view)
    for unit in view.units:
        for profile in (*unit.survey, *unit.notes):
            for label, figure in profile.figures.items():
                yield _row(view, unit, profile, label, names.get(label, label), figure)


def _row(
    view: View, unit: Unit, profile: Profile, label: str, name: str, figure: Share | Hidden
) -> Sequence[str | int | float | None]:
    head = (
        unit.path,
        unit.level,
        profile.wave,
        view.words.say("survey") if profile.source is Source.SURVEY else view.words.say("notes"),
        name,
    )
    if isinstance(figure, Hidden):
        hidden = view.words.say("hidden")
        why = view.why(profile, label)
        return (*head, None, None, None, None, "", "", hidden, why, label, None, None)
    return (
        *head,
        profile.n,
        figure.percent / 100,
        figure.low / 100,
        figure.high / 100,
        _compared(view, figure.parent),
        _compared(view, figure.last_wave),
        view.words.say("shown"),
        "",
        label,
        profile.turnout.asked if profile.turnout else None,
        profile.turnout.answered if profile.turnout else None,
    )


def _label_names(view: View) -> dict[str, str]:
    names = {signal.label: signal.name for signal in view.signals}
    for theme in view.themes:
        names[theme.strength_label] = f"{theme.name} +"
        names[theme.concern_label] = f"{theme.name} −"
    return names


def _compared(view: View, compared: Compared | None) -> str:
    if compared is Compared.NOT_CERTAIN:
        return view.words.say("not certain")
    if compared is Compared.HIGHER:
        return view.words.say("higher")
    return view.words.say("lower") if compared is Compared.LOWER else ""
