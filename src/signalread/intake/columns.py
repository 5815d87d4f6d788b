"""Which column holds what: by the user's word, by common names, or by what stands in it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from signalread.errors import InputError
from signalread.intake import names
from signalread.intake.cleaning import fold
from signalread.intake.table import Table
from signalread.records import Source
from signalread.settings import Settings

_QUESTION_PREFIX = re.compile(
    r"^(?:kommentar(?:er)?|fritext(?:svar)?|öppet svar|comments?|open answer)\s*[:–-]\s+(?=\S)",
    re.IGNORECASE,
)
_SEPARATORS = (" / ", ">", "\\", "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn:
    """Where comments stand, and the question they answer when the column's name says it."""

    position: int
    question: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The position of each column that is read; ``separator`` parts a team path in one column."""

    texts: tuple[TextColumn, ...]
    id: int | None
    teams: tuple[int, ...]
    separator: str | None
    respondent: int | None
    wave: int | None
    question: int | None
    source: int | None


def find_columns(table: Table, *, settings: Settings) -> Columns:
    """Return which columns of a table are read as what.

    Raises :class:`InputError` for a named column that does not exist, where no column of comments
    is found, and where neither a column nor a setting says the team.
    """
    named = [*settings.team_columns, *settings.text_columns]
    singles = {
        "id": (settings.id_column, names.ID),
        "respondent": (settings.respondent_column, names.RESPONDENT),
        "wave": (settings.wave_column, names.WAVE),
        "question": (settings.question_column, names.QUESTION),
        "source": (settings.source_column, names.SOURCE),
    }
    named += [name for name, _ in singles.values() if name]
    taken = {_position(name, table) for name in named}
    found: dict[str, int | None] = {}
    for role, (name, known) in singles.items():
        position = _position(name, table) if name else _first_known(known, table, taken)
        found[role] = position
        if position is not None:
            taken.add(position)
    if settings.source_column is None and not _tells_source(found["source"], table):
        found["source"] = None
    teams = tuple(_position(name, table) for name in settings.team_columns)
    teams = teams or _find_teams(table, taken)
    if not teams and settings.team is None:
        raise InputError(
            f"No column of {table.path.name} says which team a comment belongs to. "
            f"{_list_columns(table)}",
            hint="name it with `--team-column`, or give all of them one team with `--team`",
        )
    texts = tuple(_position(name, table) for name in settings.text_columns)
    texts = texts or find_texts(table, taken | set(teams))
    if not texts:
        raise InputError(
            f"No column of comments in {_where(table)}. {_list_columns(table)}",
            hint="name it with `--text-column`",
        )
    return Columns(
        texts=tuple(
            TextColumn(
                position=position, question=_asked(table.columns[position], among=len(texts))
            )
            for position in texts
        ),
        teams=teams,
        separator=_find_separator(_values(teams[0], table)) if len(teams) == 1 else None,
        id=found["id"],
        respondent=found["respondent"],
        wave=found["wave"],
        question=found["question"],
        source=found["source"],
    )


def find_texts(table: Table, taken: Iterable[int] = ()) -> tuple[int, ...]:
    """Return the columns of comments: by a known name, or else those of long, differing texts."""
    free = [i for i in range(len(table.columns)) if i not in set(taken)]
    folded = {i: fold(table.columns[i]) for i in free}
    for known, numbered in ((names.TEXT, names.NUMBERED_TEXT), (names.ANSWER, None)):
        hits = [i for i in free if folded[i] in known or (numbered and numbered.match(folded[i]))]
        worded = sorted(i for i in hits if _has_words(_values(i, table)))
        if worded:
            return tuple(worded)
        if hits:
            return (hits[0],)
    return tuple(i for i in free if _is_free_text(_values(i, table), table.columns[i]))


def split_team(value: str, *, separator: str | None) -> list[str]:
    """Return the levels of a team path.

    >>> split_team("Omsorg > Norr >", separator=">")
    ['Omsorg', 'Norr']
    """
    parts = value.split(separator) if separator else [value]
    # A level that is only dots would be a step in a path; nothing is written under its name.
    return [part for part in (part.strip() for part in parts) if part.strip(".")]


def _position(name: str, table: Table) -> int:
    if name in table.columns:
        return table.columns.index(name)
    for position, column in enumerate(table.columns):
        if fold(column) == fold(name) and fold(name):
            return position
    raise InputError(
        f"No column '{name}' in {_where(table)}. {_list_columns(table)}",
        hint="name the right one on the command line or in signalread.toml",
    )


def shorten(name: str) -> str:
    """Return a column's name as an error shows it: a header may be a whole question."""
    return name if len(name) <= 60 else f"{name[:57]}…"


def _list_columns(table: Table) -> str:
    shown = [shorten(column) for column in table.columns[:40]]
    more = f" and {len(table.columns) - 40} more" if len(table.columns) > 40 else ""
    return f"Columns found: {', '.join(shown)}{more}."


def _where(table: Table) -> str:
    return f"the sheet '{table.sheet}' of {table.path.name}" if table.sheet else table.path.name


def _first_known(ranks: Mapping[str, int], table: Table, taken: set[int]) -> int | None:
    hits = [
        (ranks[name], i)
        for i, name in enumerate(map(fold, table.columns))
        if name in ranks and i not in taken
    ]
    return min(hits)[1] if hits else None


def _find_teams(table: Table, taken: set[int]) -> tuple[int, ...]:
    free = [(i, fold(name)) for i, name in enumerate(table.columns) if i not in taken]
    numbered = [
        (int(hit[1]), i) for i, name in free if (hit := names.NUMBERED_LEVEL.fullmatch(name))
    ]
    if numbered:
        return tuple(i for _, i in sorted(numbered))
    hits = [
        (depth, i) for i, name in free for depth, level in enumerate(names.LEVELS) if name in level
    ]
    for _, i in hits:  # a whole path in one column says more than levels beside it
        if _find_separator(_values(i, table)) in _SEPARATORS[:3]:
            return (i,)
    return tuple(i for _, i in sorted(hits))


def _find_separator(values: Sequence[str]) -> str | None:
    distinct = {value for value in values if value}
    for separator in _SEPARATORS[:3]:
        if any(separator in value for value in distinct):
            return separator
    # "Kök/städ" is a name; a path has its separator nearly everywhere.
    slashed = sum("/" in value for value in distinct)
    return "/" if slashed * 2 > len(distinct) else None


def _values(position: int, table: Table) -> list[str]:
    values = (row.cells[position].strip() for row in table.sample)
    return [value for value in values if value]


def _tells_source(position: int | None, table: Table) -> bool:
    return position is not None and all(
        parse_source(value) is not None for value in _values(position, table)
    )


def parse_source(value: str) -> Source | None:
    """Return the source that a word in Swedish or English names, if it does.

    >>> parse_source("Enkät").value, parse_source("APT-protokoll").value
    ('survey', 'notes')
    """
    word = fold(value)
    if word.startswith(("survey", "enkat", "undersokning", "medarbetarenkat", "fritext")):
        return Source.SURVEY
    if word.startswith(("note", "anteckning", "minnesanteckning", "mote", "protokoll", "apt")):
        return Source.NOTES
    return None


def _has_words(values: Sequence[str]) -> bool:
    return any(sum(part[:1].isalpha() for part in value.split()) >= 2 for value in values)


def _is_free_text(values: Sequence[str], name: str) -> bool:
    if not values:
        return False
    words = sum(len(value.split()) for value in values) / len(values)
    unique = len(set(values)) / len(values)
    long_enough = words >= (2 if name.endswith("?") else 4)
    return long_enough and unique >= 0.7 and _has_words(values)


def _asked(name: str, *, among: int) -> str | None:
    """Return the question that a column's name is, or ``None`` where it is just a name."""
    question = _QUESTION_PREFIX.sub("", name)
    folded = fold(question)
    if folded in names.TEXT or folded in names.ANSWER:
        return None
    if among == 1 and (
        " " not in question or names.NUMBERED_TEXT.fullmatch(folded.rstrip("0123456789"))
    ):
        return None
    return question
