"""A table on its way in: column names, and rows of text read as they are asked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from signalread.errors import InputError
from signalread.intake.cleaning import clean_name

SAMPLE_ROWS = 500  # what columns are recognised by
MOST_COLUMNS = 5000
_TITLE_ROWS = 20  # how far down a header is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The cells of a row, and the line or row number that a user finds it by."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Named columns, the first rows to look at, and all rows (those included) to read once."""

    path: Path
    columns: tuple[str, ...]
    sample: tuple[Row, ...]
    rows: Iterator[Row]
    sheet: str | None = None


def make_table(
    columns: Sequence[str], rows: Iterable[Row], *, path: Path, sheet: str | None = None
) -> Table:
    """Return a table with its first rows looked at.

    Raises :class:`InputError` where there are no rows, too many columns, or no names.
    """
    names = _distinct([clean_name(name) for name in columns])
    where = f"The sheet '{sheet}' of {path.name}" if sheet else path.name
    if len(names) > MOST_COLUMNS:
        raise InputError(
            f"{where} has {len(names):,} columns; at most {MOST_COLUMNS:,} are read.",
            hint="keep the columns of comments, team, respondent, wave and question",
        )
    stream = iter(rows)
    sample = tuple(islice(stream, SAMPLE_ROWS))
    if not sample:
        raise InputError(f"{where} has a header but no rows.", hint="export it again with answers")
    return Table(path=path, columns=names, sample=sample, rows=chain(sample, stream), sheet=sheet)


def split_header(records: Iterator[Row], *, path: Path, sheet: str | None = None) -> Table:
    """Take the header from the first rows, titles above it passed by, and square the others.

    A short row is filled with empty cells. Raises :class:`InputError` for a row with more cells
    than the header: what stands where is then not known.
    """
    first = list(islice(records, _TITLE_ROWS))
    where = f"The sheet '{sheet}' of {path.name}" if sheet else path.name
    filled = [sum(bool(cell.strip()) for cell in row.cells) for row in first]
    if not any(filled):
        raise InputError(f"{where} has no header.", hint="name the columns in its first row")
    # A title has one cell in a table that has several.
    needed = min(2, max(filled))
    at = next(i for i, count in enumerate(filled) if count >= needed)
    header = [*first[at].cells]
    while len(header) > 1 and not header[-1].strip():
        header.pop()
    rows = _square(chain(first[at + 1 :], records), width=len(header), where=where)
    return make_table(header, rows, path=path, sheet=sheet)


def _square(rows: Iterable[Row], *, width: int, where: str) -> Iterator[Row]:
    for row in rows:
        if width > 1 and not any(cell.strip() for cell in row.cells):
            continue  # a blank line, as spreadsheets leave them at the end
        if any(cell.strip() for cell in row.cells[width:]):
            raise InputError(
                f"Row {row.number} of {where} has {len(row.cells)} cells, but the header has "
                f"{width}.",
                hint="put the text in quotes if it holds the separator, or export again",
            )
        cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
        yield Row(number=row.number, cells=cells)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Give columns without a name, or with another's, a name of their own."""
    seen: set[str] = set()
    result = []
    for position, name in enumerate(names, start=1):
        base = name or f"column {position}"
        unique, copy = base, 2
        while unique in seen:
            unique, copy = f"{base} ({copy})", copy + 1
        seen.add(unique)
        result.append(unique)
    return tuple(result)
