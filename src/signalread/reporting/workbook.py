"""The XLSX report: a sheet to read, a sheet with one row per cell, and a sheet that explains."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from signalread.records import Compared, Reason, Source
from signalread.reporting import wording
from signalread.reporting.palette import INK, LINE, SHADES, SOFT, shade
from signalread.reporting.view import Hidden, Profile, Share, Unit, View

COLUMNS = {
    "team": 46,
    "nivå": 7,
    "omgång": 13,
    "källa": 14,
    "etikett": 28,
    "svarande": 11,
    "andel": 9,
    "låg": 9,
    "hög": 9,
    "jämfört med övriga": 20,
    "jämfört med förra omgången": 27,
    "status": 9,
    "skäl": 36,
    "etikett-id": 18,
}
NUMBERS = {"svarande", "andel", "låg", "hög"}


def write_workbook(view: View, path: Path) -> None:
    """Write the workbook. Every text is stored as text, never as a formula or a link."""
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": _title(view), "created": view.facts.created})
        formats = _Formats(book)
        _write_map(view, book.add_worksheet("Översikt"), formats)
        _write_cells(view, book.add_worksheet("Alla tal"), formats)
        _write_readme(view, book.add_worksheet("Läs mig"), formats)


class _Formats:
    """The looks that the sheets share, made once per workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
        self.text = book.add_format(base)
        self.wrapped = book.add_format(base | {"text_wrap": True, "valign": "top"})
        self.bold = book.add_format(base | {"bold": True})
        self.title = book.add_format(base | {"bold": True, "font_size": 16})
        self.head = book.add_format(
            base | {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"}
        )
        self.centred = book.add_format(
            base | {"bold": True, "align": "center", "text_wrap": True, "valign": "bottom"}
        )
        self.group = book.add_format(
            base | {"bold": True, "align": "center", "bottom": 1, "font_color": f"#{SOFT}"}
        )
        self.pole = book.add_format(
            base | {"align": "center", "bottom": 2, "font_color": f"#{SOFT}"}
        )
        self.number = book.add_format(base | {"num_format": "#,##0"})
        self.percent = book.add_format(base | {"num_format": "0 %"})
        self.why = book.add_format(base | {"italic": True, "font_color": f"#{SOFT}"})
        self.number_head = book.add_format(
            base
            | {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom", "align": "right"}
        )
        self.depth = book.add_format(base | {"align": "left"})
        self.indent = [
            book.add_format(base | {"indent": 2 * max(i - 1, 0), "bold": i < 2})
            for i in range(0, 7)
        ]
        self.shade = {
            sign: [
                book.add_format(
                    base
                    | {
                        "num_format": f'"{"+" if sign == "+" else "−"}"0 %;;0 %',
                        "bg_color": f"#{colour}",
                        "font_color": "#FFFFFF" if i == len(colours) - 1 else f"#{INK}",
                        "align": "right",
                        "bottom": 4,
                        "bottom_color": f"#{LINE}",
                    }
                )
                for i, colour in enumerate(colours)
            ]
            for sign, colours in SHADES.items()
        }


def _write_map(view: View, sheet: Any, formats: _Formats) -> None:
    first = 2
    sheet.write_string(0, 0, _title(view), formats.title)
    sheet.write_string(
        1,
        0,
        "Andel av de svarande som beskriver temat som styrka (+) eller bekymmer (−). "
        "Intervall, jämförelser och skäl står i bladet Alla tal.",
        formats.text,
    )
    top = 3
    for column, name in ((0, "Team"), (1, "Svarande")):
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
    for row, unit in enumerate(view.units, start=top + 3):
        profile = view.now(unit)
        indent = formats.indent[min(unit.level, len(formats.indent) - 1)]
        sheet.write_string(row, 0, unit.name, indent)
        if profile.n is None:
            sheet.write_string(row, 1, _why(view, profile, None), formats.why)
            continue
        sheet.write_number(row, 1, profile.n, formats.number)
        for column, label in enumerate(view.labels, start=first):
            share = profile.share(label)
            if share is None:
                sheet.write_string(row, column, _why(view, profile, label), formats.why)
            else:
                sheet.write_number(row, column, share.percent / 100, _look(share, label, formats))
    last = top + 2 + len(view.units)
    sheet.autofilter(top + 2, 0, max(last, top + 3), first + len(view.labels) - 1)
    sheet.freeze_panes(top + 3, 1)
    sheet.set_column(0, 0, 38)
    sheet.set_column(1, 1, 10)
    sheet.set_column(first, first + len(view.signals) - 1, 10)
    sheet.set_column(first + len(view.signals), first + len(view.labels) - 1, 9)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3: 30 columns are too small to read on A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top, top + 2)


def _look(share: Share, label: str, formats: _Formats) -> Any:
    if label[-1] not in SHADES:
        return formats.percent
    return formats.shade[label[-1]][shade(share.percent)]


def _write_cells(view: View, sheet: Any, formats: _Formats) -> None:
    for column, (name, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(
            0, column, name, formats.number_head if name in NUMBERS else formats.head
        )
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
    sheet.autofilter(0, 0, max(row, 1), len(COLUMNS) - 1)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


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
        "enkät" if profile.source is Source.SURVEY else "anteckningar",
        name,
    )
    if isinstance(figure, Hidden):
        why = wording.reason_text(
            figure.reason, limit=view.facts.min_respondents, source=profile.source
        )
        return (*head, None, None, None, None, "", "", "dold", why, label)
    return (
        *head,
        profile.n,
        figure.percent / 100,
        figure.low / 100,
        figure.high / 100,
        _compared(figure.parent),
        _compared(figure.last_wave),
        "visas",
        "",
        label,
    )


def _write_readme(view: View, sheet: Any, formats: _Formats) -> None:
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, _title(view), formats.title)
    row = 2
    for name, text in _readme(view):
        sheet.write_string(row, 0, name, formats.bold if text == "" else formats.wrapped)
        sheet.write_string(row, 1, text, formats.wrapped)
        row += 1
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


def _readme(view: View) -> Iterator[tuple[str, str]]:
    facts = view.facts
    coverage = wording.percent(round(100 * facts.coverage))
    yield "Bladet Översikt", "Senaste omgången, ett team per rad, i organisationens ordning."
    yield (
        "Bladet Alla tal",
        "En rad per team, omgång, källa och etikett. Filtrera på det du söker. Där status är "
        "”dold” finns inget tal, och skälet står i sista kolumnerna.",
    )
    yield "Andel", "Andel av gruppens svarande som beskriver det minst en gång."
    yield "Låg, hög", f"Andelens intervall med {coverage} sannolikhet."
    yield (
        "Anteckningar",
        "I mötesanteckningar räknas noterade rader, inte personer. De läggs aldrig ihop med "
        "enkäten.",
    )
    yield (
        "Vad den får användas till",
        "Samtal om grupper, aldrig om enskilda. Inte för lön, disciplinära åtgärder eller för att "
        "bedöma eller rangordna chefer eller medarbetare. Andelarna är vad läsningen fann, inte "
        "sanningen.",
    )
    yield (
        "Vad som inte visas",
        f"Grupper med färre än {facts.min_respondents} svarande, och grupper som annars skulle "
        "avslöja dem.",
    )
    yield "", ""
    yield "Signaler och teman", ""
    for signal in view.signals:
        yield signal.name, signal.definition
    for theme in view.themes:
        yield f"{theme.name} +", theme.strength
        yield f"{theme.name} −", theme.concern
    yield "", ""
    yield f"Av {wording.whole_number(view.comments)} kommentarer", ""
    for line in view.intake:
        yield line.text, wording.whole_number(line.count)
    yield "", ""
    yield "Underlag och versioner", ""
    yield "Filer", wording.clip(", ".join(facts.files), 2000)
    yield "Modell", facts.model
    yield "Kodbok", facts.codebook_version
    yield "Program", f"signalread {facts.signalread_version}"
    yield "Framtagen", wording.long_date(facts.created)


def _label_names(view: View) -> dict[str, str]:
    names = {signal.label: signal.name for signal in view.signals}
    for theme in view.themes:
        names[theme.strength_label] = f"{theme.name} +"
        names[theme.concern_label] = f"{theme.name} −"
    return names


def _title(view: View) -> str:
    return f"{view.title} – omgång {view.wave}" if view.wave else view.title


def _why(view: View, profile: Profile, label: str | None) -> str:
    figure = profile.figures.get(label) if label else None
    reason = figure.reason if isinstance(figure, Hidden) else profile.reason
    return wording.reason_text(reason or Reason.NO_DATA, limit=view.facts.min_respondents)


def _compared(compared: Compared | None) -> str:
    if compared is Compared.NOT_CERTAIN:
        return "inte säkert"
    return wording.compared_text(compared, higher="högre", lower="lägre")
