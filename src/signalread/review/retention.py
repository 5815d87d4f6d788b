"""Removing what people wrote: of a whole run, or of one respondent; what was released stays.

Text goes from the run folder and from the site's database. Counts that were released are in
``report/`` and the ledger, which hold no text and are not touched.
"""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.utils import timezone

from signalread.errors import ReviewError, RunError
from signalread.review import trail
from signalread.review.models import (
    Comment,
    Correction,
    Escalation,
    Judgement,
    OneTimeLink,
    Quotation,
    Reading,
    Run,
    Segment,
)
from signalread.review.registration import find_run
from signalread.review.unfinished import held_place, remove_unfinished, translated_errors
from signalread.runs import open_run
from signalread.runs.layout import COMMENTS, SEGMENTS

BATCH = 10_000  # rows rewritten at a time
TABLES = ("comments.parquet", "segments.parquet")

# What an error that comes half-way leaves behind, and what to do.
HALF_WAY = (
    "some of it may be removed and the rest is still there; check that you may write there and "
    "do it again: that removes the rest"
)
ONLY_NOTE = "what was to be removed is removed; only the note of it is missing in run.json"


def purge_run(folder: Path, *, created_before: datetime, actor: str) -> int | None:
    """Remove everything written from a run made before a moment; return how many comments.

    ``None`` where the run is younger. What anybody said of a segment stays without its text. What
    is kept of a run into that folder that was broken off goes by its own age. Raises
    :class:`RunError` while a run is being written there.
    """
    with held_place(folder) as work:
        left = remove_unfinished(work, begun_before=created_before, actor=actor)
        if left is not None and not (folder / "run.json").exists():
            return left
        saved = open_run(folder)
        if datetime.fromisoformat(saved.description["created"]) >= created_before:
            return left
        return _purge_whole(folder, actor=actor) + (left or 0)


def _purge_whole(folder: Path, *, actor: str) -> int:
    restricted = folder / "restricted"
    count = 0
    if (restricted / "comments.parquet").is_file():
        count = pq.read_metadata(restricted / "comments.parquet").num_rows
    run = find_run(folder)
    now = timezone.now()
    _clear(restricted)
    with transaction.atomic():
        if run is not None:
            count = max(count, Comment.objects.filter(run=run, erased=None).count())
            _erase(Comment.objects.filter(run=run), now=now)
            Run.objects.filter(pk=run.pk).update(purged=now)
        trail.record(actor, "purged", _subject(run, folder), {"comments": count})
    _forget_pages()
    _note(folder, {"at": now.isoformat(), "what": "everything", "comments": count})
    return count


def erase_respondent(folder: Path, *, pseudonym: str, actor: str) -> int:
    """Remove what one respondent wrote and who they were; return how many comments.

    Their comments stay in the count, without text, under a new pseudonym that leads nowhere.
    Raises :class:`ReviewError` where the run has no such respondent, and :class:`RunError` while
    a run is being written there or is kept half-way: pseudonyms differ from run to run, so what
    this person wrote could not be found in it.
    """
    with held_place(folder) as work:
        if work is not None and work.folder.exists():
            raise RunError(
                f"A run into {folder} was broken off, and what it has read so far is kept.",
                hint=f"go on with it (`analyze … --resume`) or remove it "
                f"(`signalread purge {folder} --unfinished`), and erase then",
            )
        return _erase_respondent(folder, pseudonym=pseudonym, actor=actor)


def _erase_respondent(folder: Path, *, pseudonym: str, actor: str) -> int:
    saved = open_run(folder)
    run = find_run(folder)
    try:
        written = [c.id for c in saved.comments() if c.respondent == pseudonym]
    except RunError:  # purged already; the site may still have something
        written = []
    known = Comment.objects.filter(run=run, respondent=pseudonym) if run else Comment.objects.none()
    ids = dict.fromkeys([*written, *known.values_list("comment_id", flat=True)])
    renamed = {id_: f"erased-{secrets.token_hex(8)}" for id_ in ids}
    if not renamed:
        raise ReviewError(
            f"{folder} has no respondent with that pseudonym.",
            hint="pseudonyms stand in the column `respondent` of restricted/comments.parquet",
        )
    nobody = f"erased-{secrets.token_hex(8)}"
    restricted = folder / "restricted"
    _clear(restricted, keep=TABLES)
    blank_comment = {"text": "", "question": None, "respondent": nobody}
    blank_segment = {"text": "", "start": 0, "end": 0, "evidence": []}
    if (restricted / "comments.parquet").is_file():
        segments, comments = (
            restricted / name for name in ("segments.parquet", "comments.parquet")
        )
        # Both are written before either takes its place: they belong together. The comments come
        # last: as long as they say who wrote what, it can be done again.
        with (
            _beside(comments, hint=HALF_WAY) as new_comments,
            _beside(segments, hint=HALF_WAY) as new_segments,
        ):
            _rewrite(segments, new_segments, SEGMENTS, _blanking(renamed, blank_segment))
            _rewrite(comments, new_comments, COMMENTS, _blanking(renamed, blank_comment))
    with transaction.atomic():
        if run is not None:
            for old, new in renamed.items():
                mine = Comment.objects.filter(run=run, comment_id=old)
                _erase(mine, now=timezone.now())
                mine.update(comment_id=new, respondent=nobody)
        trail.record(actor, "erased", _subject(run, folder), {"comments": len(renamed)})
    _forget_pages()
    _note(
        folder,
        {"at": timezone.now().isoformat(), "what": "one respondent", "comments": len(renamed)},
    )
    return len(renamed)


def _clear(restricted: Path, *, keep: Sequence[str] = ()) -> None:
    """Remove what lies in the folder, also copies that a crash half-way left behind."""
    with translated_errors(restricted, hint=HALF_WAY):
        for path in restricted.iterdir() if restricted.is_dir() else ():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name not in keep:
                path.unlink()


def _erase(comments: Any, *, now: datetime) -> None:
    """Blank the text of comments, and what people wrote about them."""
    segments = Segment.objects.filter(comment__in=comments)
    Quotation.objects.filter(segment__in=segments).update(text="")
    Correction.objects.filter(segment__in=segments).update(why="")
    Judgement.objects.filter(segment__in=segments).update(why="")
    Escalation.objects.filter(segment__in=segments).update(note="")
    Reading.objects.filter(segment__in=segments).update(evidence={})
    segments.update(folded="", start=0, end=0)
    comments.update(text="", question="", respondent="", erased=now)


def _blanking(renamed: dict[str, str], blank: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(row: dict[str, Any]) -> None:
        if row["comment_id"] in renamed:
            row.update(blank, comment_id=renamed[row["comment_id"]])

    return change


def _rewrite(
    path: Path, work: Path, schema: pa.Schema, change: Callable[[dict[str, Any]], None]
) -> None:
    """Write a table anew, row by row; columns of a later version are kept."""
    with pq.ParquetFile(path) as file:
        extra = [field for field in file.schema_arrow if field.name not in schema.names]
        whole = pa.schema([*schema, *extra])
        with pq.ParquetWriter(work, whole, compression="zstd") as writer:
            for batch in file.iter_batches(BATCH):
                rows = batch.to_pylist()
                for row in rows:
                    change(row)
                writer.write_table(pa.Table.from_pylist(rows, schema=whole))


def _note(folder: Path, entry: dict[str, Any]) -> None:
    """Write into ``run.json`` that something was removed, and when."""
    path = folder / "run.json"
    told = json.loads(path.read_text("utf-8"))
    told.setdefault("removed", []).append(entry)
    with _beside(path, hint=ONLY_NOTE) as work:
        work.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@contextmanager
def _beside(path: Path, *, hint: str) -> Iterator[Path]:
    """Give a file to write, which takes the place of ``path`` once it is on the disk.

    ``hint`` says what is true of the whole removal where it cannot be written.
    """
    with translated_errors(path, hint=hint):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        os.close(handle)
        work = Path(name)
        try:
            yield work
            with work.open("rb+") as written:
                os.fsync(written.fileno())
            work.chmod(path.stat().st_mode & 0o777)
            work.replace(path)
        finally:
            work.unlink(missing_ok=True)


def _forget_pages() -> None:
    """Take what was removed out of SQLite's write-ahead log and free pages too."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        OneTimeLink.objects.filter(expires__lt=timezone.now()).delete()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _subject(run: Run | None, folder: Path) -> str:
    return f"run:{run.pk}" if run is not None else folder.resolve().name[:80]
