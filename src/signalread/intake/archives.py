"""Office files are zip archives: looked through before a parser unpacks them."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from signalread.errors import InputError
from signalread.intake.files import PARSER_ERRORS

LARGEST_UNPACKED = 2 * 1024**3  # bytes, all parts together
MOST_CELLS = 50_000_000
_CHUNK = 1024**2
_OVERLAP = 64
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CELL = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{0,4})\$?(\d{1,12})["']""")


def check_archive(path: Path) -> None:
    """Raise :class:`InputError` for what is not an archive, or could hurt when it is unpacked.

    Parts are unpacked in pieces and counted rather than believed; an XML part that declares
    entities (none that Office writes does) is refused.
    """
    check_unprotected(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if "META-INF/manifest.xml" in archive.namelist():
                _check_manifest(archive, path)
            unpacked = 0
            for part in archive.infolist():
                for chunk in _unpack(archive, part):
                    unpacked += len(chunk) - _OVERLAP
                    if unpacked > LARGEST_UNPACKED:
                        raise InputError(
                            f"{path.name} unpacks to over {LARGEST_UNPACKED // 1024**2:,} MB.",
                            hint="save the sheet or the text alone in a new file",
                        )
                    if part.filename.endswith((".xml", ".rels")) and _DECLARATION.search(chunk):
                        raise InputError(
                            f"{path.name} declares XML entities, which Office files do not.",
                            hint="open it in Office and save it again, if you trust it",
                        )
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        raise _broken(path) from error
    except RuntimeError as error:  # zipfile says so of an encrypted part
        raise _protected(path) from error


def check_unprotected(path: Path) -> None:
    """Raise :class:`InputError` for an Office file behind a password, or in the old format."""
    with path.open("rb") as handle:
        if handle.read(4) != b"\xd0\xcf\x11\xe0":
            return
        handle.seek(0)
        import msoffcrypto
        from msoffcrypto.exceptions import FileFormatError

        try:
            protected = msoffcrypto.OfficeFile(handle).is_encrypted()
        except (FileFormatError, *PARSER_ERRORS) as error:
            raise _broken(path) from error
    if protected:
        raise _protected(path)
    raise InputError(
        f"{path.name} is in the Office format from before 2007.",
        hint=f"open it and save it as {path.suffix.lower()}",
    )


def check_sheets(path: Path) -> None:
    """Raise :class:`InputError` for an Excel file with a sheet too wide and high to hold.

    A reader makes room for every cell up to the last row and column, empty ones included.
    """
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if not part.filename.startswith("xl/worksheets/"):
                continue
            rows = columns = 0
            for chunk in _unpack(archive, part):
                for letters, number in _CELL.findall(chunk):
                    rows = max(rows, int(number))
                    columns = max(columns, _column_number(letters))
            _check_area(rows * columns, path)


def check_repeats(path: Path) -> None:
    """Raise :class:`InputError` for an ODS file whose repeated rows and cells are too many."""
    from defusedxml.ElementTree import iterparse

    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
        cells = width = last = 0
        for _, element in iterparse(content, events=("end",)):
            if element.tag in (f"{table}table-cell", f"{table}covered-table-cell"):
                width += _repeats(element.get(f"{table}number-columns-repeated"))
                if len(element):
                    last = width
            elif element.tag == f"{table}table-row":
                if last:
                    cells += last * _repeats(element.get(f"{table}number-rows-repeated"))
                    _check_area(cells, path)
                width = last = 0
            else:
                continue
            element.clear()


def _check_area(cells: int, path: Path) -> None:
    if cells > MOST_CELLS:
        raise InputError(
            f"A sheet of {path.name} reaches over {cells:,} cells; at most {MOST_CELLS:,} are "
            "held.",
            hint="delete stray cells far below or to the right, or save the sheet as CSV",
        )


def _repeats(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 12 else 1


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in chunks, each beginning with the end of the one before."""
    # What a part says of its size is no promise: read on until it ends.
    part.file_size = LARGEST_UNPACKED * 2
    tail = b" " * _OVERLAP
    with archive.open(part) as handle:
        while chunk := handle.read(_CHUNK):
            yield tail + chunk
            tail = (tail + chunk)[-_OVERLAP:]


def _check_manifest(archive: zipfile.ZipFile, path: Path) -> None:
    with archive.open("META-INF/manifest.xml") as manifest:
        if b"encryption-data" in manifest.read(_CHUNK):
            raise _protected(path)


def _protected(path: Path) -> InputError:
    return InputError(
        f"{path.name} is protected by a password.",
        hint="open it, take the password away (File > Info > Protect) and save a copy",
    )


def _broken(path: Path) -> InputError:
    return InputError(
        f"{path.name} cannot be opened; it is broken or something else than its name says.",
        hint="open it in Office and save it again, or save the sheet as CSV",
    )
