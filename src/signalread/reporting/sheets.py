"""The sheets of the workbook beside the figures: themes, lenses, balances, and how to read it."""

from collections.abc import Iterator, Sequence
from typing import Any

from signalread.reporting.dilemmas import say_tension
from signalread.reporting.formats import Formats
from signalread.reporting.method import explain, explain_quotations, list_uses, list_versions
from signalread.reporting.ordering import explain_order
from signalread.reporting.scheme import LensElement
from signalread.reporting.summary import label_names
from signalread.reporting.view import Profile, View

Value = str | int | float | None


def sheet_title(view: View) -> str:
    """Return what the workbook is called."""
    parts = [view.title, view.about]
    if view.wave:
        parts.append(f"{view.words.say('wave')} {view.wave}")
    return " – ".join(filter(None, parts))


def write_themes(view: View, sheet: Any, formats: Formats) -> None:
    """Write what each theme means, how it is read, and what it does not say."""
    say = view.words.say
    profile = view.now(view.whole)
    quotations = max(
        (len(quoted) for theme in view.themes for quoted in theme.quotations.values()), default=0
    )
    columns = {
        say("theme"): 26,
        say("side"): 12,
        say("meaning"): 48,
        say("share"): 9,
        say("low"): 9,
        say("high"): 9,
        say("how often the reader errs"): 48,
        say("counted elsewhere"): 40,
        say("does not say"): 40,
    } | {say("quotation %(n)s", n=i + 1): 40 for i in range(quotations)}
    rows: list[list[Value]] = []
    for theme in view.themes:
        for label, side, meaning in (
            (theme.strength_label, say("strength"), theme.strength),
            (theme.concern_label, say("concern"), theme.concern),
        ):
            rows.append(
                [
                    theme.name,
                    side,
                    meaning,
                    *_shares(profile, label),
                    theme.accuracy.get(label, ""),
                    theme.elsewhere,
                    theme.silent,
                    *theme.quotations.get(label, ()),
                ]
            )
    _write_table(sheet, formats, columns, rows)
    sheet.write_string(len(rows) + 2, 0, explain_quotations(view), formats.text)


def write_lenses(view: View, sheet: Any, formats: Formats) -> None:
    """Write the shares of the whole under each framework, a row for each label of an element."""
    say = view.words.say
    columns = {
        say("framework"): 34,
        say("source"): 28,
        say("element"): 34,
        say("label"): 28,
        say("share"): 9,
        say("low"): 9,
        say("high"): 9,
        say("remark"): 60,
    }
    profile = view.now(view.whole)
    rows: list[list[Value]] = []
    for lens in view.lenses:
        for element in lens.elements:
            rows += _element_rows(view, profile, [lens.name, lens.source], element, lens.note)
        for pair in lens.dilemmas:
            remark = say_tension(view, profile, pair) or lens.note
            names = f"{pair[0].name} ↔ {pair[1].name}"
            for pole in pair:
                head = [f"{lens.name}: {names}", lens.source]
                rows += _element_rows(view, profile, head, pole, remark)
    _write_table(sheet, formats, columns, rows)


def write_balances(view: View, sheet: Any, formats: Formats) -> None:
    """Write each balance in percentage points, of which both shares are shown."""
    say = view.words.say
    columns = {
        say("team"): 46,
        say("wave"): 13,
        say("balance"): 34,
        say("percentage points"): 12,
        say("low"): 9,
        say("high"): 9,
    }
    rows: list[list[Value]] = [
        [unit.path, profile.wave, name, lean.points, lean.low, lean.high]
        for unit in view.units
        for profile in unit.survey
        for name, lean in view.leans(profile)
    ]
    _write_table(sheet, formats, columns, rows)


def write_own_views(view: View, sheet: Any, formats: Formats) -> None:
    """Write what managers gave each element beside what their teams describe."""
    say = view.words.say
    columns = {
        say("team"): 46,
        say("framework"): 34,
        say("element"): 34,
        say("own view, 1–10"): 12,
        say("label"): 28,
        say("share"): 9,
        say("low"): 9,
        say("high"): 9,
        say("remark"): 36,
    }
    rows: list[list[Value]] = []
    for unit in view.units:
        for given in view.own_views_of(unit):
            profile = view.now(unit)
            for _, _, name, label, *numbers in _labels(view, profile, ["", ""], given.element):
                why = "" if profile.share(str(label)) else view.why(profile, str(label))
                rows.append([unit.path, given.lens, given.element.name, given.value, name])
                rows[-1] += [*numbers, why]
    _write_table(sheet, formats, columns, rows)


def write_readme(view: View, sheet: Any, formats: Formats) -> None:
    """Write what the sheets are, how to read them, and what the report was made from."""
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, sheet_title(view), formats.title)
    for row, (name, text) in enumerate(_readme(view), start=2):
        sheet.write_string(row, 0, name, formats.wrapped if text else formats.bold)
        sheet.write_string(row, 1, text, formats.wrapped)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


def _readme(view: View) -> Iterator[tuple[str, str]]:
    words = view.words
    say = words.say
    yield (
        say("The sheet “Overview”"),
        say(
            "The latest wave, one team a row. %(order)s Sort by the last column to have them as in "
            "the organisation.",
            order=explain_order(view),
        ),
    )
    yield (
        say("The sheet “All figures”"),
        say(
            "One row for each team, wave, source and label. Filter for what you look for. Where "
            "the status is “hidden” there is no number, and the reason stands beside it."
        ),
    )
    yield (
        say("Notes"),
        say(
            "In meeting notes, noted lines are counted, not people. They are never put together "
            "with the survey."
        ),
    )
    yield say("What the report may be used for"), " ".join(list_uses(view))
    for title, paragraphs in explain(view):
        text = " ".join(part for part in paragraphs if isinstance(part, str))
        if text:
            yield title, text
    yield "", ""
    yield view.title, ""
    for signal in view.signals:
        yield signal.name, " ".join(filter(None, [signal.definition, signal.accuracy]))
    if view.intake:
        yield "", ""
        yield say("Of %(n)s comments", n=words.number(view.comments)), ""
        for line in view.intake:
            yield line.text, words.number(line.count)
    yield "", ""
    yield say("Sources and versions"), ""
    yield from list_versions(view)


def _element_rows(
    view: View, profile: Profile, head: list[str], element: LensElement, remark: str
) -> Iterator[list[Value]]:
    for lens, source, name, _, *numbers in _labels(view, profile, head, element):
        yield [lens, source, element.name, name, *numbers, remark]


def _labels(
    view: View, profile: Profile, head: list[str], element: LensElement
) -> Iterator[list[Value]]:
    names = label_names(view)
    for label in element.labels:
        name = view.words.label(names[label], label)
        yield [*head, name, label, *_shares(profile, label)]


def _shares(profile: Profile, label: str) -> list[Value]:
    share = profile.share(label)
    if share is None:
        return [None, None, None]
    return [share.percent / 100, share.low / 100, share.high / 100]


def _write_table(
    sheet: Any, formats: Formats, columns: dict[str, int], rows: Sequence[Sequence[Value]]
) -> None:
    for column, (name, width) in enumerate(columns.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats.head)
    for row, values in enumerate(rows, start=1):
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, column, value, formats.wrapped)
            elif isinstance(value, float):
                sheet.write_number(row, column, value, formats.percent)
            elif value is not None:
                sheet.write_number(row, column, value, formats.number)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
