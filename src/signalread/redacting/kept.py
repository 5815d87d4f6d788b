"""Columns that stay as they were and yet tell of people: nobody should learn of them too late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from signalread.errors import InputError
from signalread.intake.cleaning import clean_text
from signalread.intake.columns import find_columns
from signalread.intake.table import Table
from signalread.intake.tables import open_table
from signalread.intake.workbooks import read_sheets
from signalread.redaction import Kind, find_spans
from signalread.redaction.names import ListedNames
from signalread.redaction.spans import settle_spans
from signalread.settings import Settings

_LONGEST = 2000  # characters of a cell that are looked at


def find_telling(path: Path, *, settings: Settings) -> dict[str, tuple[Kind, ...]]:
    """Return the columns that redaction keeps in which something points at a person, with what.

    Names are those of lists and rules: the recogniser knows sentences, and most cells are none.
    Only the first rows are looked at, and the columns of the team are not: its names are public.
    """
    if path.suffix.lower() != ".xlsx":
        return dict(_telling_columns(open_table(path, settings=settings)[0], settings=settings))
    telling: dict[str, tuple[Kind, ...]] = {}
    columns: dict[str, dict[str, tuple[Kind, ...]]] = {}
    for table in read_sheets(path, sheet=None):  # one sheet at a time in memory
        sheet = table.sheet or ""
        if kinds := _kinds([sheet]):
            telling[f"the name of the sheet {sheet}"] = kinds
        columns[sheet] = dict(_telling_columns(table, settings=settings))
    for sheet, found in columns.items():
        for name, kinds in found.items():
            telling[f"{sheet}: {name}" if len(columns) > 1 else name] = kinds
    return telling


def _telling_columns(table: Table, *, settings: Settings) -> Iterator[tuple[str, tuple[Kind, ...]]]:
    try:
        columns = find_columns(table, settings=settings)
        known = {*columns.teams, *(column.position for column in columns.texts)}
    except InputError:  # a sheet without comments
        known = set()
    for position, name in enumerate(table.columns):
        if position in known:
            continue
        cells = [clean_text(row.cells[position])[:_LONGEST] for row in table.sample]
        if kinds := _kinds([name, *dict.fromkeys(filter(None, cells))]):
            yield name, kinds


def _kinds(texts: Sequence[str]) -> tuple[Kind, ...]:
    found = zip(texts, ListedNames()(texts), strict=True)
    spans = (span for text, names in found for span in settle_spans(find_spans(text, names)))
    return tuple(dict.fromkeys(span.kind for span in spans))
