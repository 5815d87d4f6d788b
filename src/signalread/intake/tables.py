"""From a table's rows to comments: one per row and column of comments."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from signalread.errors import InputError
from signalread.intake.cleaning import clean_name, clean_text
from signalread.intake.columns import (
    Columns,
    find_columns,
    find_texts,
    parse_source,
    shorten,
    split_team,
)
from signalread.intake.delimited import read_delimited
from signalread.intake.structured import read_json_lines, read_parquet
from signalread.intake.table import Row, Table
from signalread.intake.workbooks import read_sheets
from signalread.records import TEAM_SEPARATOR, Comment, Source
from signalread.settings import Settings

_clean_name = lru_cache(maxsize=4096)(clean_name)  # teams and questions come again and again
NO_TEAM = "Utan team"  # a row whose team is empty, as a report shows it
FIRST_WAVE = "1"
LONGEST_NAME = 10_000  # characters of an id, a team path, a question …
MOST_LEVELS = 50  # of a team path


def open_table(path: Path, *, settings: Settings) -> tuple[Table, Columns]:
    """Return a table and its columns; of a workbook, the first sheet with a column of comments.

    Raises :class:`InputError` for what cannot be read as a table of comments.
    """
    table = _open(path, settings=settings)
    return table, find_columns(table, settings=settings)


def find_roles(path: Path, *, settings: Settings) -> set[str]:
    """Return what has a column of its own: team, wave, respondent, question.

    Raises :class:`InputError` as :func:`open_table` does.
    """
    _, columns = open_table(path, settings=settings)
    roles = {"team": columns.teams, "wave": columns.wave}
    roles |= {"respondent": columns.respondent, "question": columns.question}
    return {role for role, found in roles.items() if found not in (None, ())}


def read_table(path: Path, *, stem: str, settings: Settings) -> Iterator[Comment]:
    """Yield the comments of a table in the order of its rows, not yet screened.

    ``stem`` and the row's number name a comment that has no id of its own.
    """
    table, columns = open_table(path, settings=settings)
    for row in table.rows:
        yield from _read_row(row, columns, table=table, stem=stem, settings=settings)


def _open(path: Path, *, settings: Settings) -> Table:
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        return read_delimited(path)
    if suffix == ".parquet":
        return read_parquet(path)
    if suffix in (".jsonl", ".ndjson"):
        return read_json_lines(path)
    tables = read_sheets(path, sheet=settings.sheet)
    first = next(tables)
    if _has_comments(first, settings):
        return first
    return next((table for table in tables if _has_comments(table, settings)), first)


def _has_comments(table: Table, settings: Settings) -> bool:
    if not settings.text_columns:
        return bool(find_texts(table))
    try:
        find_columns(table, settings=settings)
    except InputError:
        return False
    return True


def _read_row(
    row: Row, columns: Columns, *, table: Table, stem: str, settings: Settings
) -> Iterator[Comment]:
    def cell(position: int | None) -> str:
        if position is None:
            return ""
        value = row.cells[position]
        if len(value) > LONGEST_NAME:
            raise InputError(
                f"Row {row.number} of {table.path.name} has {len(value):,} characters in the "
                f"column '{shorten(table.columns[position])}', which is no comment's.",
                hint="name the columns of comments with `--text-column`, or mend that row",
            )
        return _clean_name(value)

    base = cell(columns.id) or f"{stem}#{row.number}"
    team = _team([cell(position) for position in columns.teams], columns.separator)
    if team.count(TEAM_SEPARATOR) >= MOST_LEVELS:
        raise InputError(
            f"Row {row.number} of {table.path.name} has a team of over {MOST_LEVELS} levels.",
            hint="give the path from the whole organisation to the team, or the team alone",
        )
    wave = cell(columns.wave).removesuffix(" 00:00:00").removesuffix(".0")
    question = cell(columns.question) or None
    source = Source.SURVEY
    if columns.source is not None and (said := cell(columns.source)):
        known = parse_source(said)
        if known is None:
            raise InputError(
                f"Row {row.number} of {table.path.name} has an unknown source in the column "
                f"'{table.columns[columns.source]}'.",
                hint="the sources are 'survey' and 'notes'",
            )
        source = known
    for number, text in enumerate(columns.texts, start=1):
        yield Comment(
            id=base if len(columns.texts) == 1 else f"{base}.{number}",
            team=team or settings.team or NO_TEAM,
            wave=wave or settings.wave or FIRST_WAVE,
            respondent=cell(columns.respondent) or None,
            question=_question(text.question, question, several=len(columns.texts) > 1),
            source=source,
            text=clean_text(row.cells[text.position]),
        )


def _question(header: str | None, cell: str | None, *, several: bool) -> str | None:
    return header or cell if several else cell or header


def _team(cells: list[str], separator: str | None) -> str:
    if len(cells) == 1:
        return TEAM_SEPARATOR.join(split_team(cells[0], separator=separator))
    # A separator within a level's own name must not make a level of its own.
    levels = [cell.replace(TEAM_SEPARATOR, "/") for cell in cells if cell.strip(".")]
    return TEAM_SEPARATOR.join(levels)
