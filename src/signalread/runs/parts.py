"""A part of a run: a fixed number of comments and their segments, on the disk whole or not at all.

A part is laid out like a run folder: what reads the one reads the other.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from signalread.allocation import give_back
from signalread.errors import RunError
from signalread.records import Comment, Judgement, RedactedComment
from signalread.runs.inputs import hash_file
from signalread.runs.layout import COMMENTS, SEGMENTS
from signalread.runs.saved import SavedRun
from signalread.runs.tables import (
    Table,
    comment_row,
    segment_row,
    sync_folder,
    write_bytes,
    write_text,
)

TABLES = {"comments.parquet": COMMENTS, "segments.parquet": SEGMENTS}
_TOLD = "part.json"
_FILES = (*(f"restricted/{name}" for name in TABLES), _TOLD)


class PartWriter:
    """A part in the making. It counts once :meth:`close` has moved it to its place.

    ``labels`` are the codebook's, in the order of the scores.
    """

    def __init__(self, place: Path, *, labels: Sequence[str]) -> None:
        self._place = place
        self._labels = labels
        self._work = place.with_name(f"{place.name}.new")
        self._restricted = self._work / "restricted"
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(mode=0o700)
        self._restricted.mkdir(mode=0o700)
        self.counts: Counter[str] = Counter()
        self.comments, self.segments = (
            Table(self._restricted / name, schema) for name, schema in TABLES.items()
        )

    def keep_comments(self, comments: Iterable[RedactedComment]) -> Iterator[RedactedComment]:
        """Write each comment as it passes by, and count what became of it."""
        for comment in comments:
            self.counts[comment.status.value] += 1
            self.comments.add(comment_row(comment))
            yield comment

    def keep_judgements(self, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """Write each segment with its labels, scores and evidence as it passes by."""
        for judgement in judgements:
            self.counts["segments"] += 1
            self.segments.add(segment_row(judgement, self._labels))
            yield judgement

    def close(self) -> None:
        """Write what is left and put the part in its place, whole."""
        self.comments.close()
        self.segments.close()
        digests = {name: hash_file(self._restricted / name) for name in TABLES}
        text = json.dumps({"counts": dict(self.counts), "sha256": digests})
        sync_folder(self._restricted)
        write_text(self._work / _TOLD, text + "\n", mode=0o600)
        self._work.rename(self._place)
        sync_folder(self._place.parent)
        give_back()

    def abandon(self) -> None:
        """Remove what was written."""
        self.comments.abandon()
        self.segments.abandon()
        shutil.rmtree(self._work, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that is on the disk, with what its comments came to."""

    folder: Path
    counts: Mapping[str, int]
    sha256: Mapping[str, str]

    @property
    def comments(self) -> int:
        """How many comments it holds, those left out included."""
        return sum(n for name, n in self.counts.items() if name != "segments")

    @property
    def number(self) -> int:
        """Where in the order of the parts it stands, from 1."""
        return int(self.folder.name)

    def table(self, name: str) -> Path:
        """Return where one of its two tables lies."""
        return self.folder / "restricted" / name

    def check(self) -> None:
        """Raise :class:`RunError` where the disk no longer has what was written."""
        for name, digest in self.sha256.items():
            try:
                same = hash_file(self.table(name)) == digest
            except OSError:
                same = False
            if not same:
                raise damaged(self.folder)

    def saved(self, description: Mapping[str, Any]) -> SavedRun:
        """Return the part as a run that can be read back."""
        return SavedRun(folder=self.folder, description=dict(description))


def cut_parts(
    comments: Iterable[Comment], *, size: int, without: Iterable[int] = ()
) -> Iterator[tuple[int, Iterator[Comment]]]:
    """Yield the number and the comments of each part, those ``without`` which it does passed by.

    A part has to be read to its end before the next one. Its bounds depend on the input alone.
    """
    passed = set(without)
    source = iter(comments)
    for number in count(1):
        first = next(source, None)
        if first is None:
            return
        part = chain((first,), islice(source, size - 1))
        if number in passed:
            for _ in part:
                pass
        else:
            yield number, part


def pack_part(place: Path) -> dict[str, bytes]:
    """Return the files of a whole part, to be sent to where the run is written."""
    return {name: (place / name).read_bytes() for name in _FILES}


def lay_part(place: Path, files: Mapping[str, bytes]) -> Part:
    """Put a part that was read elsewhere in its place, whole, and return it.

    Raises :class:`RunError` for one that is not as it was written.
    """
    work = place.with_name(f"{place.name}.new")
    shutil.rmtree(work, ignore_errors=True)
    for folder in (work, work / "restricted"):
        folder.mkdir(mode=0o700)
    for name in _FILES:
        write_bytes(work / name, files[name], mode=0o600)
    read_part(work).check()
    work.rename(place)
    sync_folder(place.parent)
    return read_part(place)


def find_places(folder: Path) -> list[Path]:
    """Return where the whole parts of a run lie, in order."""
    return sorted(place for place in folder.glob("[0-9]*") if place.name.isdecimal())


def read_part(place: Path) -> Part:
    """Return the part that lies there. Raises :class:`RunError` for one that cannot be read."""
    try:
        told = json.loads((place / _TOLD).read_text("utf-8"))
        counts = {str(name): int(n) for name, n in told["counts"].items()}
        digests = {name: str(told["sha256"][name]) for name in TABLES}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damaged(place) from error
    return Part(folder=place, counts=counts, sha256=digests)


def damaged(place: Path) -> RunError:
    """Return the error of a part that is not as it was written."""
    return RunError(
        f"{place}, a part of the run that was broken off, is damaged.",
        hint="remove that folder and go on with `--resume`: the part is then read again",
    )
