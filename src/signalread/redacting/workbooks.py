"""Excel workbooks: every sheet with a column of comments, the other cells and sheets kept."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signalread.errors import InputError
from signalread.intake.archives import check_archive
from signalread.intake.cleaning import clean_text
from signalread.intake.columns import Columns, find_columns
from signalread.intake.files import PARSER_ERRORS
from signalread.intake.sheets import check_sheets
from signalread.intake.structured import to_text
from signalread.intake.table import Row, Table, split_header
from signalread.redacting.passages import Passage, Redactor
from signalread.settings import Settings

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet


def redact_workbook(
    path: Path, out: Path, *, settings: Settings, redactor: Redactor
) -> dict[str, bool]:
    """Write the workbook with its formats and formulas; the whole of it is held in memory.

    A formula in a column of comments becomes the text that it last gave. Notes and links on such
    cells, pivot tables, charts and pictures, which hold copies of cells, and the names of authors
    are left out. Raises :class:`InputError` where no sheet has a column of comments.
    """
    check_archive(path)
    check_sheets(path)
    book, values = _load(path, shown=False), _load(path, shown=True)
    told: dict[str, bool] = {}
    fault: InputError | None = None
    for sheet, shown in zip(book.worksheets, values.worksheets, strict=True):
        try:
            table = split_header(_rows(shown), path=path, sheet=sheet.title)
            columns = find_columns(table, settings=settings)
        except InputError as error:
            fault = fault or error
            told[f"sheet {sheet.title}"] = False
            continue
        _redact_sheet(sheet, table, columns, redactor)
        texts = {column.position for column in columns.texts}
        several = len(book.worksheets) > 1
        told |= {
            f"{sheet.title}: {name}" if several else name: position in texts
            for position, name in enumerate(table.columns)
        }
    if not any(told.values()) and fault is not None:
        raise fault
    values.close()
    _strip(book)
    book.save(out)
    return told


def _load(path: Path, *, shown: bool) -> Workbook:
    """Open a workbook to change it, or to read the values that it shows, row by row."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that it passes by
            return load_workbook(
                path, rich_text=True, keep_links=False, data_only=shown, read_only=shown
            )
    except (InvalidFileException, *PARSER_ERRORS) as error:
        raise InputError(
            f"{path.name} cannot be read as a workbook.",
            hint="open it in Excel or LibreOffice and save it again",
        ) from error


def _rows(shown: Worksheet) -> Iterator[Row]:
    for number, cells in enumerate(shown.iter_rows(values_only=True), start=1):
        yield Row(number=number, cells=[_text(cell) for cell in cells])


def _text(value: Any) -> str:
    # Text with formats inside is a list of its parts to others, and its text to str().
    return str(value) if isinstance(value, list) else to_text(value)


def _redact_sheet(sheet: Worksheet, table: Table, columns: Columns, redactor: Redactor) -> None:
    from openpyxl.cell import MergedCell

    def rows() -> Iterator[tuple[Row, list[Passage]]]:
        for row in table.rows:
            team = " ".join(row.cells[position] for position in columns.teams)
            yield (
                row,
                [
                    Passage(
                        row=row.number,
                        column=table.columns[column.position],
                        text=clean_text(row.cells[column.position]),
                        team=team,
                    )
                    for column in columns.texts
                ],
            )

    for row, texts in redactor.redact_rows(rows()):
        for column, text in zip(columns.texts, texts, strict=True):
            cell = sheet.cell(row.number, column.position + 1)
            if not isinstance(cell, MergedCell):  # which holds nothing
                _write(cell, text, old=row.cells[column.position])


def _write(cell: Cell, text: str | None, *, old: str) -> None:
    cell.hyperlink = None
    cell.comment = None
    if text is not None or cell.data_type == "f":
        cell.value = old if text is None else text
        cell.data_type = "s"  # also where a text begins with "=", which is then no formula


def _strip(book: Workbook) -> None:
    """Take away what holds copies of cells, or says who worked on the file."""
    book.properties.creator = ""
    book.properties.lastModifiedBy = None
    for chart in book.chartsheets:
        book.remove(chart)
    for sheet in book.worksheets:
        sheet.auto_filter.filterColumn = []
        for copies in ("_pivots", "_charts", "_images"):
            setattr(sheet, copies, [])
