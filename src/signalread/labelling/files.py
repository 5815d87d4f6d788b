"""Label files on disk: JSON, tables and archives, opened with care and written whole."""

import csv
import json
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from signalread.errors import InputError
from signalread.intake.encoding import detect_encoding, open_text, read_lines
from signalread.labelling.formulas import guard, unguard

Where = tuple[str, Any]  # how a user finds the record in the file, and the record

LARGEST = 256 * 1024**2  # bytes of a file that has to be held whole, packed or unpacked
MOST_PARTS = 1000  # files in an archive: one for each annotator
LONGEST_CELL = 32_767  # characters, Excel's own limit


def read_json(path: Path) -> Iterator[Where]:
    """Yield the objects of a JSON list, or of JSON lines, whichever the file holds."""
    check_size(path)
    encoding = detect_encoding(path)
    with open_text(path, encoding=encoding) as handle:
        start = handle.read(64 * 1024).lstrip()
    if start.startswith("["):
        yield from _read_list(path.read_text(encoding=encoding), path.name)
    else:
        with open_text(path, encoding=encoding) as handle:
            yield from parse_json_lines(read_lines(handle, name=path.name), path.name)


def parse_json_lines(lines: Iterable[str], name: str) -> Iterator[Where]:
    """Yield the object of each line that is not blank."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            where = f"line {number} of {name}"
            yield where, _object(_load(line, where), where)


def _read_list(text: str, name: str) -> Iterator[Where]:
    records = _load(text, name)
    for number, record in enumerate(records, 1):
        where = f"record {number} of {name}"
        yield where, _object(record, where)


def _load(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{where[0].upper()}{where[1:]} is not JSON.",
            hint="give a list of objects, or one object a line",
        ) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are no JSON, and no score


def _object(record: Any, where: str) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise InputError(
            f"{where[0].upper()}{where[1:]} is not a JSON object.",
            hint="give a list of objects, or one object a line",
        )
    return record


def write_json(records: Iterable[Any], path: Path) -> None:
    """Write a JSON list."""
    text = json.dumps(list(records), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_json_lines(records: Iterable[Any], path: Path) -> None:
    """Write one object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for record in records:
            handle.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")


def read_table(path: Path) -> Iterator[Where]:
    """Yield the rows of a CSV, TSV or Excel file as column → text, formulas' guards taken off."""
    from signalread.intake.delimited import read_delimited
    from signalread.intake.workbooks import read_sheets

    check_size(path)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        tables, unguarded = list(read_sheets(path, sheet=None))[:1], False
    else:
        tables, unguarded = [read_delimited(path)], True
    for table in tables:
        for row in table.rows:
            cells = map(unguard, row.cells) if unguarded else row.cells
            yield (
                f"row {row.number} of {path.name}",
                {k: v for k, v in zip(table.columns, cells, strict=True) if v},
            )


def table_columns(path: Path) -> Sequence[str]:
    """Return the column names of a CSV or TSV file."""
    from signalread.intake.delimited import read_delimited

    check_size(path)
    return read_delimited(path).columns


def write_csv(
    rows: Iterable[Mapping[str, str]],
    path: Path,
    *,
    columns: Sequence[str],
    encoding: str = "utf-8",
    quoting: int = csv.QUOTE_MINIMAL,
) -> None:
    """Write rows under ``columns`` and, after them, any others that the rows have.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    held = list(rows)
    names = all_columns(held, columns)
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle, quoting=quoting)  # type: ignore[arg-type]
        writer.writerow(names)
        writer.writerows([guard(row.get(name, "")) for name in names] for row in held)


def write_xlsx(
    rows: Iterable[Mapping[str, str]], path: Path, *, columns: Sequence[str], wide: Sequence[str]
) -> None:
    """Write rows as a sheet in which every cell is text; ``wide`` columns are for reading in.

    Raises :class:`InputError` for a cell that Excel cannot hold.
    """
    import xlsxwriter

    held = list(rows)
    names = all_columns(held, columns)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("labels")
        head = book.add_format({"bold": True, "bottom": 1})
        body = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        sheet.write_row(0, 0, names, head)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(held), len(names) - 1)
        for i, name in enumerate(names):
            sheet.set_column(i, i, 60 if name in wide else 16, body)
        for number, row in enumerate(held, 1):
            for i, name in enumerate(names):
                cell = row.get(name, "")
                if len(cell) > LONGEST_CELL:
                    raise InputError(
                        f"Row {number + 1} would have a cell of {len(cell):,} characters under "
                        f"'{name}'; Excel holds {LONGEST_CELL:,}.",
                        hint="write a CSV or JSON lines file instead",
                    )
                if cell:
                    sheet.write_string(number, i, cell, body)


def all_columns(rows: Iterable[Mapping[str, str]], first: Sequence[str]) -> list[str]:
    """Return the columns in ``first``, then the others that the rows have."""
    return list(dict.fromkeys([*first, *(name for row in rows for name in row)]))


def read_parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file in a ZIP archive; nothing is put on disk.

    Raises :class:`InputError` for a link, a name that leads out of the archive, a part behind a
    password, and for what unpacks to more than is held.
    """
    check_size(path)
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [part for part in archive.infolist() if not part.is_dir()]
            if len(parts) > MOST_PARTS:
                raise InputError(
                    f"{path.name} holds {len(parts):,} files; at most {MOST_PARTS:,} are read.",
                    hint="give an archive with one file for each annotator",
                )
            for part in sorted(parts, key=lambda found: found.filename):
                name = _inner_name(part, path)
                if name is None:
                    continue
                content = bytearray()
                part.file_size = 4 * LARGEST  # what it says is no promise: read until it ends
                with archive.open(part) as handle:
                    while chunk := handle.read(1024**2):
                        content += chunk
                        unpacked += len(chunk)
                        if unpacked > LARGEST:
                            raise InputError(
                                f"{path.name} unpacks to over {LARGEST // 1024**2:,} MB.",
                                hint="unpack it and give the files one by one",
                            )
                yield name, bytes(content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise InputError(
            f"{path.name} cannot be unpacked.", hint="export it again from the labelling tool"
        ) from error
    except RuntimeError as error:  # zipfile says so of an encrypted part
        raise InputError(
            f"{path.name} is protected by a password.", hint="unpack it and give its files"
        ) from error


def write_parts(parts: Mapping[str, str], path: Path) -> None:
    """Write texts as the files of a ZIP archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # A fixed time: the same labels make the same file.
            info = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, text.encode("utf-8"))


def _inner_name(part: zipfile.ZipInfo, path: Path) -> str | None:
    """Return a part's own name, ``None`` for what archivers add, and refuse what leads away."""
    name = PurePosixPath(part.filename)
    if stat.S_ISLNK(part.external_attr >> 16):
        found = "a link"
    elif name.is_absolute() or ".." in name.parts or "\\" in part.filename or ":" in part.filename:
        found = "a name that leads out of it"
    elif "__MACOSX" in name.parts or name.name.startswith("."):
        return None
    else:
        return name.name
    raise InputError(f"{path.name} holds {found}.", hint="export it again from the labelling tool")


def check_size(path: Path) -> None:
    """Raise :class:`InputError` for a file that is gone, empty or too large to hold."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"No file '{path}'.", hint="check the path") from error
    if size == 0:
        raise InputError(f"{path.name} is empty.", hint="export it again, or leave it out")
    if size > LARGEST:
        raise InputError(
            f"{path.name} is {size / 1024**2:,.0f} MB; at most {LARGEST // 1024**2:,} MB is read.",
            hint="split it into several files",
        )


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Give a path to write to; what was written takes its place at ``path`` only once it is whole.

    Label files hold what people wrote, so only their owner can read them. Raises
    :class:`InputError` where something is in the way.
    """
    if path.exists():
        raise InputError(f"{path} exists already.", hint="name another file, or move it away")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
            draft = Path(folder) / path.name
            yield draft
            for file in [draft, *draft.rglob("*")]:
                file.chmod(0o700 if file.is_dir() else 0o600)
            draft.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {os.strerror(error.errno or 0)}.",
            hint="check that you may write there, or name another place",
        ) from error
