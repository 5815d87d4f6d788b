"""How much a workbook makes of itself: cells and texts counted before a reader holds them."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from signalread.errors import InputError
from signalread.intake.archives import OVERLAP, broken, unpack
from signalread.intake.files import PARSER_ERRORS

MOST_CELLS = 50_000_000
MOST_CHARACTERS = 1_000_000_000  # of a workbook, a text counted each time that it is shown
_CHUNK = 1024**2
_CELL = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{0,4})\$?(\d{1,12})["']""")
_CELL_TAG = re.compile(rb"<(?:\w{1,20}:)?c[\s/>]")
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def check_sheets(path: Path) -> None:
    """Raise :class:`InputError` for an Excel file with more in its sheets than can be held.

    A reader makes room for every cell up to the last row and column, empty ones included, and
    for a shared text as often as it is shown. Any part may be a sheet, whatever its name.
    """
    shown = longest = 0
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            rows = columns = tags = 0
            for chunk in unpack(archive, part):
                tags += sum(1 for _ in _CELL_TAG.finditer(chunk, OVERLAP // 2))
                for letters, number in _CELL.findall(chunk):
                    rows = max(rows, int(number))
                    columns = max(columns, _column_number(letters))
            _check_area(max(rows * columns, tags), path)
            shown += tags
            if _holds_texts(part):
                longest = max(longest, _longest_text(archive, part))
        # Cell by cell only where it could be too much: that takes a second for 300,000 cells.
        if shown * longest > MOST_CHARACTERS:
            counter = _ShownCounter(path)
            parts = [part for part in archive.infolist() if part.filename.lower().endswith(".xml")]
            for part in sorted(parts, key=_holds_texts, reverse=True):
                with archive.open(part) as content:
                    _parse(content, counter, path)


def check_repeats(path: Path) -> None:
    """Raise :class:`InputError` for an ODS file that repeats cells or texts too many times."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
        _parse(content, _RepeatCounter(path), path)


class _RepeatCounter:
    """Hears of the tags of ODS sheets, and counts cells and characters; nothing is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cells = self._shown = 0  # of all rows so far
        self._width = self._filled = self._length = 0  # of the row at hand
        self._rows = self._columns = 1  # how often the row and the cell at hand are repeated
        self._depth = 0  # how deep inside a cell

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._depth:
            self._depth += 1
            self._filled = self._width
            if tag == f"{_TEXT}s":  # so many spaces
                self._length += self._columns * _number(attributes.get(f"{_TEXT}c"))
        elif tag in _CELLS:
            self._depth = 1
            self._columns = _number(attributes.get(f"{_TABLE}number-columns-repeated"))
            self._width += self._columns
            self._length += self._columns * sum(map(len, attributes.values()))
        elif tag == f"{_TABLE}table-row":
            self._rows = _number(attributes.get(f"{_TABLE}number-rows-repeated"))
            self._width = self._filled = self._length = 0

    def data(self, text: str) -> None:
        if self._depth:
            self._length += self._columns * len(text)

    def end(self, tag: str) -> None:
        if self._depth:
            self._depth -= 1
        elif tag == f"{_TABLE}table-row":
            if self._filled:
                self._cells += self._filled * self._rows
                self._shown += self._length * self._rows
            _check_area(self._cells, self._path)
            _check_shown(self._shown, self._path)


class _ShownCounter:
    """Hears of the tags of shared texts and of sheets, and counts the characters shown."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lengths: list[int] = []
        self._shown = self._length = 0
        self._is_shared = self._in_value = False
        self._value = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        match _local(tag):
            case "si":
                self._length = 0
            case "c":
                self._is_shared = attributes.get("t") == "s"
            case "v":
                self._in_value, self._value = True, ""

    def data(self, text: str) -> None:
        self._length += len(text)
        if self._in_value and self._is_shared and len(self._value) < 12:
            self._value += text[:12]

    def end(self, tag: str) -> None:
        match _local(tag):
            case "si":
                self._lengths.append(self._length)
            case "v":
                self._in_value = False
                number = self._value.strip()
                if self._is_shared and number.isdecimal() and int(number) < len(self._lengths):
                    self._shown += self._lengths[int(number)]
                    _check_shown(self._shown, self._path)


def _parse(content: IO[bytes], target: object, path: Path) -> None:
    """Tell the target of each tag as it is read; a document type is refused."""
    from defusedxml.ElementTree import DefusedXMLParser

    try:
        parser = DefusedXMLParser(target=target, forbid_dtd=True)
        while chunk := content.read(_CHUNK):
            parser.feed(chunk)
        parser.close()
    except PARSER_ERRORS as error:
        raise broken(path) from error


def _check_area(cells: int, path: Path) -> None:
    if cells > MOST_CELLS:
        raise InputError(
            f"A sheet of {path.name} reaches over {cells:,} cells; at most {MOST_CELLS:,} are "
            "held.",
            hint="delete stray cells far below or to the right, or save the sheet as CSV",
        )


def _check_shown(characters: int, path: Path) -> None:
    if characters > MOST_CHARACTERS:
        raise InputError(
            f"{path.name} shows over {MOST_CHARACTERS:,} characters, the same text again and "
            "again.",
            hint="save the sheet as CSV, or in files of its own",
        )


def _holds_texts(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith("sharedstrings.xml")


def _longest_text(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Return how long a shared text can be at most, its markup included."""
    longest = length = 0
    for chunk in unpack(archive, part):
        first, *others = chunk[OVERLAP:].split(b"</si>")
        length += len(first)
        for other in others:
            longest, length = max(longest, length), len(other)
    return max(longest, length)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 12 else 1


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
