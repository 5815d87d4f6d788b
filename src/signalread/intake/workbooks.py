"""Excel and OpenDocument sheets. Values are read; no formula or macro is ever run."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from signalread.errors import InputError
from signalread.intake.archives import check_archive
from signalread.intake.files import PARSER_ERRORS
from signalread.intake.sheets import check_repeats, check_sheets
from signalread.intake.table import Row, Table, split_header

if TYPE_CHECKING:
    from fastexcel import ExcelReader


def read_sheets(path: Path, *, sheet: str | None) -> Iterator[Table]:
    """Yield the sheet that is named, or else every sheet that has rows, in order.

    Raises :class:`InputError` for a workbook that cannot be read or is behind a password, for a
    sheet that does not exist, and where no sheet has a header and rows.
    """
    check_archive(path)
    import fastexcel

    try:
        if path.suffix.lower() == ".ods":
            check_repeats(path)
        else:
            check_sheets(path)
        workbook = fastexcel.read_excel(path)
    except (fastexcel.FastExcelError, *PARSER_ERRORS) as error:
        raise _unreadable(path) from error
    if sheet is not None:
        yield _read_sheet(workbook, _named(sheet, workbook.sheet_names, path=path), path=path)
        return
    fault: InputError | None = None
    found = False
    for name in workbook.sheet_names:
        try:
            table = _read_sheet(workbook, name, path=path)
        except InputError as error:
            fault = fault or error
            continue
        found = True
        yield table
    if not found:
        raise fault or _unreadable(path)


def _named(sheet: str, names: list[str], *, path: Path) -> str:
    for name in names:
        if name.strip().casefold() == sheet.strip().casefold():
            return name
    raise InputError(
        f"No sheet '{sheet}' in {path.name}. Sheets found: {', '.join(names)}.",
        hint="name the right one with `--sheet`",
    )


def _read_sheet(workbook: "ExcelReader", name: str, *, path: Path) -> Table:
    from fastexcel import FastExcelError

    try:
        # Without a header row and as text, nothing is guessed from the first rows.
        frame = workbook.load_sheet(name, header_row=None, dtypes="string").to_polars()
    except (FastExcelError, *PARSER_ERRORS) as error:
        raise _unreadable(path) from error
    rows = (
        Row(number=number, cells=[cell or "" for cell in cells])
        for number, cells in enumerate(frame.iter_rows(), start=1)
    )
    return split_header(rows, path=path, sheet=name)


def _unreadable(path: Path) -> InputError:
    return InputError(
        f"{path.name} cannot be read as a workbook.",
        hint="open it in Excel or LibreOffice and save it again",
    )
