"""CSV and its kin: the separator and the quoting are found, the rows streamed."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, dropwhile, islice, product
from pathlib import Path

from signalread.errors import InputError
from signalread.intake.encoding import LONGEST_LINE, detect_encoding, open_text, read_lines
from signalread.intake.table import MOST_COLUMNS, Row, Table, split_header

_SEPARATORS = ";,\t|"
_SAMPLE_LINES = 200
_SAMPLE_CHARACTERS = 1024**2
_LONGEST_RECORD = 4 * LONGEST_LINE  # characters, over all of its lines
_NO_SEPARATOR = "\x1f"  # a table of one column: what no text holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How cells are parted and quoted."""

    separator: str
    quote: str = '"'
    escape: str | None = None  # a backslash before a quote, where quotes are not doubled
    declared: bool = False  # by a first line "sep=;", which is then no row


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Row):
    """A row, and the lines of the file that it was read from, line breaks and all."""

    lines: Sequence[str]


def read_delimited(path: Path) -> Table:
    """Return a delimited file as a table whose rows are read as they are asked for.

    Raises :class:`InputError` for what is not text, has no rows under its header, has a row with
    more cells than the header, or ends inside a quoted cell.
    """
    encoding = detect_encoding(path)
    form = find_format(path, encoding=encoding)
    records = read_records(path, encoding=encoding, form=form)
    if form.declared:
        next(records, None)
    return split_header(records, path=path)


def find_format(path: Path, *, encoding: str) -> Format:
    """Return how a file parts its cells: as its first line declares, or as its rows show."""
    with open_text(path, encoding=encoding) as handle:
        sample = _sample(read_lines(handle, name=path.name))
    return _declared_format(sample) or detect_format(sample)


def detect_format(lines: list[str]) -> Format:
    """Return the separator and quoting under which most rows have the same number of cells.

    >>> detect_format(["text;enhet\\n", '"Bra, men; hm";Norr\\n']).separator
    ';'
    """
    text = "".join(lines)
    quotes = ['"', "'"] if "'" in lines[0] and '"' not in lines[0] else ['"']
    escapes = [None, "\\"] if '\\"' in text else [None]
    best, best_score = Format(separator=_NO_SEPARATOR), (0.0, 0)
    for separator, quote, escape in product(_SEPARATORS, quotes, escapes):
        form = Format(separator=separator, quote=quote, escape=escape)
        score = _score(lines, form)
        if score > best_score:
            best, best_score = form, score
    return best


def _score(lines: list[str], form: Format) -> tuple[float, int]:
    """Rate a format: the share of rows as wide as the header, then how wide, if quotes close."""
    try:
        records = [record for record in _parse(lines, form) if any(record)]
    except csv.Error:
        return 0.0, 0
    if not records:
        return 0.0, 0
    width, fitting = max(Counter(map(len, records)).items(), key=lambda item: (item[1], item[0]))
    if width < 2:
        return 0.0, 0
    even = fitting / len(records)
    if len(records[0]) != width and not (width > 2 and _has_title(records, width)):
        return 0.0, 0  # the commas of a text, in a table of one column
    stray = sum(cell.count(form.quote) % 2 for record in records for cell in record)
    # Rounded, so that a much wider table wins over one that is just slightly more even.
    return round(even - min(stray / len(records), 0.5), 1), width


def _has_title(records: list[list[str]], width: int) -> bool:
    body = list(dropwhile(lambda record: len(record) < 2, records))
    return len(body) > 2 and all(len(record) == width for record in body)


def _declared_format(lines: list[str]) -> Format | None:
    first = lines[0].rstrip("\r\n")
    # Excel's own hint; a quote or a blank cannot part cells.
    if first.lower().startswith("sep=") and len(first) == 5 and first[4] not in "\"' \r\n":
        return Format(separator=first[4], declared=True)
    return None


def _sample(lines: Iterator[str]) -> list[str]:
    sample: list[str] = []
    size = 0
    for line in islice(lines, _SAMPLE_LINES):
        sample.append(line)
        size += len(line)
        if size > _SAMPLE_CHARACTERS:
            break
    return sample or ["\n"]


def _parse(lines: Iterable[str], form: Format) -> Iterator[list[str]]:
    # Process-wide, and only ever raised: a text that is too long is then told as such.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
    return csv.reader(
        lines,
        delimiter=form.separator,
        quotechar=form.quote,
        escapechar=form.escape,
        doublequote=form.escape is None,
    )


class _Tape:
    """Lines on their way to the parser, those of the record at hand kept."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.number = 0
        self.record: list[str] = []
        self._length = 0  # of the record at hand, in characters

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            self.record.append(line)
            self._length = len(line) + (self._length if len(self.record) > 1 else 0)
            if self._length > _LONGEST_RECORD:
                raise csv.Error("a record over too many lines")
            yield line


def read_records(path: Path, *, encoding: str, form: Format) -> Iterator[Record]:
    """Yield every record, what stands above the header and the header itself included.

    Raises :class:`InputError` for what cannot be read as cells.
    """
    with open_text(path, encoding=encoding) as handle:
        tape = _Tape(read_lines(handle, name=path.name))
        start, last = 1, [""]
        try:
            for record in _parse(tape, form):
                if len(record) > MOST_COLUMNS:
                    raise InputError(
                        f"Line {start} of {path.name} has {len(record):,} cells; at most "
                        f"{MOST_COLUMNS:,} are read.",
                        hint="check that it is a table with a row per comment",
                    )
                # A line without anything is an empty cell where there is but one column.
                yield Record(number=start, cells=record or [""], lines=tape.record)
                start, last, tape.record = tape.number + 1, tape.record, []
            _check_closed(last, form, path=path, start=start - len(last))
        except csv.Error as error:
            raise InputError(
                f"The row that starts on line {start} of {path.name} cannot be read as cells.",
                hint="look for a quote there that is never closed",
            ) from error


def _check_closed(lines: list[str], form: Format, *, path: Path, start: int) -> None:
    """Raise where the last record was ended by the file and not by its quote."""
    mended = chain(lines, ["\n", "x" + form.separator + "x\n"])
    if sum(1 for _ in _parse(lines, form)) == sum(1 for _ in _parse(mended, form)):
        raise InputError(
            f"The quote that opens on line {start} of {path.name} is never closed.",
            hint="close it, or export the table again",
        )
