"""Files in, screened comments out, each with an id of its own."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from signalread.aliases import name_alias
from signalread.intake.cleaning import clean_name
from signalread.intake.digests import SeenTexts
from signalread.intake.files import TABLES, check_file
from signalread.intake.notes import count_entries, read_notes
from signalread.intake.screening import screen_comments
from signalread.intake.tables import find_roles, open_table, read_table
from signalread.records import Comment
from signalread.settings import Settings

_CHUNK = 1024**2


def read_comments(files: Iterable[Path], *, settings: Settings) -> Iterator[Comment]:
    """Yield what every row, paragraph and bullet of the files says, in order.

    Nothing is dropped: what is not to be read on has a ``status`` that says why. Memory does not
    grow with CSV, JSON lines or Parquet files but for some 20 bytes a comment, which tell ids and
    duplicates; workbooks and notes are held one at a time. Raises :class:`InputError` for a file
    that cannot be read.
    """
    return screen_comments(_read_files(files, settings=settings), language=settings.language)


def count_rows(files: Sequence[Path], *, settings: Settings) -> int | None:
    """Return about how many comments there are, rather too many; ``None`` where it costs to know.

    Raises :class:`InputError` as :func:`read_comments` does for files that cannot be opened.
    """
    total = 0
    for path in files:
        check_file(path)
        table = path.suffix.lower() in TABLES
        count = _count_table(path, settings=settings) if table else count_entries(path)
        if count is None:
            return None
        total += count
    return total


def list_columns(files: Sequence[Path], *, settings: Settings) -> Iterator[set[str]]:
    """Yield for each table what has a column of its own: team, wave, respondent, question.

    Raises :class:`InputError` as :func:`read_comments` does for files that cannot be opened.
    """
    for path in files:
        if path.suffix.lower() in TABLES:
            check_file(path)
            yield find_roles(path, settings=settings)


def _read_files(files: Iterable[Path], *, settings: Settings) -> Iterator[Comment]:
    stems: set[str] = set()
    ids = SeenTexts()
    for path in files:
        check_file(path)
        # The ids of comments are told to others; the file's own name may name a person.
        alias = name_alias(path.stem, digest=partial(_digest, path))
        stem = _unused(clean_name(alias), stems)
        read = read_table if path.suffix.lower() in TABLES else read_notes
        for position, found in enumerate(read(path, stem=stem, settings=settings), start=1):
            team = settings.team_today(found.team)
            comment = found if team == found.team else replace(found, team=team)
            if ids.add(comment.id):
                yield comment
                continue
            # An id that is used twice: told apart by where it stands.
            unique = f"{comment.id}@{stem}#{position}"
            while not ids.add(unique):
                unique += "+"
            yield replace(comment, id=unique)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unused(stem: str, stems: set[str]) -> str:
    name, copy = stem, 2
    while name in stems:
        name, copy = f"{stem}-{copy}", copy + 1
    stems.add(name)
    return name


def _count_table(path: Path, *, settings: Settings) -> int:
    table, columns = open_table(path, settings=settings)
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        from pyarrow.parquet import read_metadata

        rows = int(read_metadata(path).num_rows)
    elif suffix in (".xlsx", ".xlsm", ".ods"):
        rows = sum(1 for _ in table.rows)
    else:
        rows = _count_lines(path)
    return rows * len(columns.texts)


def _count_lines(path: Path) -> int:
    lines = 1
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            lines += chunk.count(b"\n")
    return lines
