"""What has left the house before: a small SQLite file beside the runs, readable by its owner."""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from signalread.errors import RunError
from signalread.records import Source

NAME = "signalread-ledger.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS exports (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, run TEXT NOT NULL,
    wave TEXT NOT NULL, source TEXT NOT NULL, smallest INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS units (
    export INTEGER NOT NULL REFERENCES exports, unit TEXT NOT NULL,
    n INTEGER NOT NULL, shown INTEGER NOT NULL, PRIMARY KEY (export, unit)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The units of one wave and source in one export, with the limit that held.

    ``sizes`` hold the hidden ones too: without them nobody could check the next export.
    """

    wave: str
    source: Source
    limit: int
    sizes: Mapping[str, int]
    shown: frozenset[str]


class Ledger:
    """A context in which one export is checked and remembered; others wait for its end.

    Raises :class:`RunError` where the file cannot be read or written: without it nothing leaves.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def __enter__(self) -> Self:
        try:
            self._path.touch(mode=0o600)
            self._connection = sqlite3.connect(self._path, timeout=60, isolation_level=None)
            self._connection.executescript(_SCHEMA)
            self._connection.execute("BEGIN IMMEDIATE")
        except (OSError, sqlite3.Error) as error:
            raise RunError(
                f"The release ledger {self._path.name} cannot be used ({error}).",
                hint="it lies beside the run folders; check that you may write there",
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.execute("ROLLBACK" if error is not None else "COMMIT")
        self._connection.close()
        os.chmod(self._path, 0o600)  # noqa: PTH101

    def releases(self) -> list[Release]:
        """Return everything that has been exported, oldest first."""
        units: dict[int, list[tuple[str, int, bool]]] = {}
        for export, unit, n, shown in self._connection.execute(
            "SELECT export, unit, n, shown FROM units"
        ):
            units.setdefault(export, []).append((unit, n, bool(shown)))
        return [
            Release(
                wave=wave,
                source=Source(source),
                limit=limit,
                sizes={unit: n for unit, n, _ in units.get(number, [])},
                shown=frozenset(unit for unit, _, shown in units.get(number, []) if shown),
            )
            for number, wave, source, limit in self._connection.execute(
                "SELECT id, wave, source, smallest FROM exports ORDER BY id"
            )
        ]

    def remember(self, releases: Iterable[Release], *, run: str, now: datetime) -> None:
        """Write down what an export shows; an export just like an earlier one adds nothing."""
        known = self.releases()
        for release in releases:
            if release in known:
                continue
            cursor = self._connection.execute(
                "INSERT INTO exports (created, run, wave, source, smallest) VALUES (?, ?, ?, ?, ?)",
                (
                    now.isoformat(timespec="seconds"),
                    run,
                    release.wave,
                    release.source.value,
                    release.limit,
                ),
            )
            self._connection.executemany(
                "INSERT INTO units VALUES (?, ?, ?, ?)",
                [
                    (cursor.lastrowid, unit, n, unit in release.shown)
                    for unit, n in release.sizes.items()
                ],
            )
