"""Files that go with a run: corrections, approved quotations, own views, and numbers asked.

All are small tables (CSV with a header, or JSON lines). A mistake is named by its row, and no
cell's text is quoted but names of teams and elements.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from signalread.codebook import Codebook
from signalread.errors import CodebookError, InputError
from signalread.records import TEAM_SEPARATOR, Correction
from signalread.reporting.beside import Asked, Assessment

MOST_ASKED = 10_000_000  # more people than one survey has ever asked
LONGEST_FILE = 50_000_000  # bytes
NAMES: Mapping[str, Sequence[str]] = {  # as people head their columns
    "comment_id": ("comment_id", "comment", "kommentar-id", "kommentar"),
    "segment": ("segment", "textdel"),
    "labels": ("labels", "label", "etiketter", "etikett"),
    "reviewer": ("reviewer", "granskare"),
    "at": ("at", "tid", "tidpunkt"),
    "why": ("why", "varför", "skäl"),
    "team": ("team", "enhet", "unit"),
    "wave": ("wave", "omgång"),
    "asked": ("asked", "tillfrågade", "utskickade"),
    "answered": ("answered", "svarade"),
    "element": ("element", "del"),
    "framework": ("framework", "ramverk"),
    "value": ("value", "own view", "värde", "egen bild"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, and where it stands, for messages."""

    where: str
    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a cell that must not be empty."""
        value = self.values.get(name, "").strip()
        if not value:
            raise InputError(f"{self.where}: '{name}' is empty.", hint="fill it in")
        return value

    def whole(self, name: str, *, low: int, high: int) -> int:
        """Return a whole number between two bounds."""
        value = self.text(name).replace("\u00a0", "").replace(" ", "")
        try:
            number = int(value)
        except ValueError:
            raise InputError(
                f"{self.where}: '{name}' is not a whole number.",
                hint=f"give a number from {low} to {high}",
            ) from None
        if not low <= number <= high:
            raise InputError(
                f"{self.where}: '{name}' is {number}, which cannot be.",
                hint=f"give a number from {low} to {high}",
            )
        return number


def read_corrections(path: Path, *, codebook: Codebook) -> list[Correction]:
    """Read what reviewers said of segments: comment_id, segment, labels, and who, when and why.

    ``labels`` are ids set apart by spaces or commas, or a list in JSON; none means no label.
    """
    corrections = []
    for row in read_rows(path, needs=("comment_id", "segment", "labels")):
        labels = row.values["labels"].replace(",", " ").replace(";", " ").split()
        try:
            codebook.check(labels)
        except CodebookError as error:
            raise InputError(f"{row.where}: {error.found}", hint=error.hint) from None
        corrections.append(
            Correction(
                comment_id=row.text("comment_id"),
                segment=row.whole("segment", low=0, high=1_000_000),
                labels=tuple(labels),
                reviewer=row.values.get("reviewer", ""),
                at=row.values.get("at", ""),
                why=row.values.get("why", ""),
            )
        )
    return corrections


def read_approved(path: Path) -> dict[tuple[str, int], str]:
    """Read which segments a person has approved as quotations: comment_id, segment.

    The words of the run itself are quoted (``""``), whatever else the file holds.
    """
    return {
        (row.text("comment_id"), row.whole("segment", low=0, high=1_000_000)): ""
        for row in read_rows(path, needs=("comment_id", "segment"))
    }


def read_assessments(path: Path) -> list[Assessment]:
    """Read a manager's own view: team, element, value from 1 to 10, and a framework's id."""
    found: dict[tuple[str, str, str], Assessment] = {}
    for row in read_rows(path, needs=("team", "element", "value")):
        given = Assessment(
            team=clean_path(row.text("team")),
            element=row.text("element"),
            value=row.whole("value", low=1, high=10),
            framework=row.values.get("framework", "").strip(),
            row=row.where,
        )
        key = (given.team, given.element.casefold(), given.framework)
        if key in found:
            raise InputError(
                f"{row.where}: '{given.element}' of '{given.team}' was given before.",
                hint="give each element of a team once",
            )
        found[key] = given
    return list(found.values())


def read_asked(path: Path) -> list[Asked]:
    """Read how many were asked, and maybe answered, in each team and wave."""
    found: dict[tuple[str, str], Asked] = {}
    for row in read_rows(path, needs=("team", "wave", "asked")):
        asked = row.whole("asked", low=0, high=MOST_ASKED)
        answered = None
        if row.values.get("answered", "").strip():
            answered = row.whole("answered", low=0, high=MOST_ASKED)
            if answered > asked:
                raise InputError(
                    f"{row.where}: {answered} answered, but only {asked} were asked.",
                    hint="check whether the columns have been mixed up",
                )
        given = Asked(
            team=clean_path(row.values["team"]),
            wave=row.text("wave"),
            asked=asked,
            answered=answered,
            row=row.where,
        )
        if (given.team, given.wave) in found:
            raise InputError(
                f"{row.where}: '{given.team}' in wave '{given.wave}' was given before.",
                hint="give each team and wave once",
            )
        found[given.team, given.wave] = given
    return list(found.values())


def read_rows(path: Path, *, needs: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a CSV or JSON-lines file with our names for the columns.

    Raises :class:`InputError` where it cannot be read or lacks a column.
    """
    text = _read(path)
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        yield from _read_json(path, text, needs=needs)
        return
    head = text.split("\n", 1)[0]
    separator = max(";,\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = {name: _ours(name) for name in rows.fieldnames or ()}
        _check(path, columns.values(), needs=needs)
        for row in rows:
            where = f"{path.name}, row {rows.line_num}"
            if None in row or None in row.values():
                raise InputError(
                    f"{where} has more or fewer cells than the header.",
                    hint="check the separators and quotes of that row",
                )
            if any(value.strip() for value in row.values()):
                yield Row(where, {columns[name]: value for name, value in row.items()})
    except csv.Error as error:
        raise InputError(
            f"{path.name} cannot be read as CSV from row {rows.line_num}.",
            hint="check the quotes of that row",
        ) from error


def _read_json(path: Path, text: str, *, needs: Sequence[str]) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path.name}, row {number}"
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise InputError(f"{where} is not a JSON object.", hint="give one object a row")
        values = {
            _ours(name): " ".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in data.items()
            if value is not None
        }
        _check(path, values, needs=needs)
        yield Row(where, values)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise InputError(f"{path.name} is too large for what it should hold.")
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read: {error.strerror}.", hint="check the path"
        ) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # as Excel in Sweden saves CSV


def _ours(name: str) -> str:
    written = name.strip().casefold()
    return next((ours for ours, theirs in NAMES.items() if written in theirs), written)


def _check(path: Path, columns: object, *, needs: Sequence[str]) -> None:
    there = set(columns)  # type: ignore[call-overload]
    for name in needs:
        if name not in there:
            raise InputError(
                f"No column '{name}' in {path.name}.",
                hint=f"it needs {', '.join(needs)}; '{name}' may be called "
                + " or ".join(f"'{other}'" for other in NAMES[name]),
            )


def clean_path(text: str) -> str:
    """Return a team's path as runs have it, however its parts are set apart.

    >>> clean_path("Omsorg/Norr ")
    'Omsorg / Norr'
    """
    return TEAM_SEPARATOR.join(part.strip() for part in text.split("/") if part.strip())
