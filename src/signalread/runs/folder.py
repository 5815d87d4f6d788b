"""The run folder on disk: made beside its place, and put there whole or not at all."""

import errno
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

from signalread.errors import RunError
from signalread.records import Comment, Estimate, Judgement, RedactedComment, Withheld
from signalread.runs.job import Job
from signalread.runs.layout import COMMENTS, ESTIMATES, FORMAT, SEGMENTS, estimate_row
from signalread.runs.parts import Part, PartWriter, cut_parts
from signalread.runs.saved import SavedRun
from signalread.runs.tables import Table, sync_folder, write_text
from signalread.runs.work import WorkFolder


class RunFolder:
    """A run in the making. Use it as a context: leaving it without :meth:`finish` breaks it off.

    Of a run that is broken off the whole parts are kept for one that goes on with it
    (``resume``); the error is noted with how much that is. Where there is none yet, or no
    ``job``, nothing is left. Raises :class:`RunError` where another run, a run that was broken
    off, or a folder that is not a run is in the way, and where another process writes this run.
    """

    def __init__(
        self,
        out: Path,
        *,
        labels: Sequence[str],
        job: Job | None = None,
        force: bool = False,
        resume: bool = False,
    ) -> None:
        self.out = out
        self.counts: Counter[str] = Counter()
        self.is_whole = False
        self._labels = list(labels)
        self._part: PartWriter | None = None
        self._kept: list[Part] = []
        self._job = job
        with translated_errors(out):
            self._work = WorkFolder(out)
            try:
                self._begin(force=force, resume=resume)
            except BaseException:
                self._work.release()
                raise

    def _begin(self, *, force: bool, resume: bool) -> None:
        self._work.restore()
        kept = self._work.broken_off()
        if resume and self._job is not None and self._work.has_job():
            earlier = self._work.job()
            changed = self._job.changed(earlier)
            if not changed:
                self._job = earlier
                self._resume(earlier)
                return
            if kept is not None and not force:
                raise RunError(
                    f"The run into {self.out} that was broken off cannot go on: {changed} changed.",
                    hint="go on with what it was begun with, or begin anew with `--force`",
                )
        if kept is not None and not force:
            raise RunError(
                f"A run into {self.out} was broken off; {kept:,} comments of it are kept.",
                hint="go on with `--resume`, or begin anew with `--force`",
            )
        if resume and kept is None and self._job is not None and self._tells_of(self._job):
            self._work.remove()
            self.is_whole = True
            return
        _check_place(self.out, force=force)
        if self._job is not None:
            self._job = replace(
                self._job,
                salt=self._job.salt or token_hex(16),
                # In the form that it is read back in when the run goes on.
                started=datetime.fromisoformat(self._job.started.isoformat()),
                replaces=(self.out / "run.json").exists(),
            )
        self._work.begin(self._job)

    def _resume(self, job: Job) -> None:
        if self._tells_of(job, same_start=True):  # stopped after it had been put in place
            self._work.remove()
            self.is_whole = True
            return
        _check_place(self.out, force=job.replaces)
        self._kept = self._work.go_on()
        for part in self._kept:
            self.counts.update(part.counts)

    def _tells_of(self, job: Job, *, same_start: bool = False) -> bool:
        """Say whether the run in place is this job's, and put its counts where ours would be."""
        try:
            described = json.loads((self.out / "run.json").read_text("utf-8"))
            same = job.made(described, same_start=same_start)
            counts = {str(name): int(n) for name, n in described["counts"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return False
        self.counts = Counter(counts if same else {})
        return same

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._part is not None:
            self._part.abandon()
        kept = 0
        try:
            if self.is_whole:
                self._work.remove()
            else:
                kept = self._work.break_off()
        finally:
            self._work.release()
        note = f"{kept:,} comments that were read are kept; go on with `--resume`." if kept else ""
        if isinstance(error, OSError):
            with translated_errors(self.out, note=note):
                raise error
        if error is not None and note:
            error.add_note(note)

    @property
    def job(self) -> Job:
        """What the run is made of; of a resumed one, as it was first begun, with its salt."""
        if self._job is None:
            raise ValueError("this run folder was opened without a job")
        return self._job

    @property
    def report(self) -> Path:
        """Where writers put what may leave the house."""
        return self._work.whole / "report"

    def kept_parts(self) -> Iterator[SavedRun]:
        """Yield what was read before the run was broken off, each part as a run of its own."""
        for part in self._kept:
            yield part.saved(self.job.description)

    def missing_parts(self, comments: Iterable[Comment]) -> Iterator[Iterator[Comment]]:
        """Yield all comments that are not in the kept parts, in parts of a fixed number.

        Each part has to be read to its end, and is then on the disk. Its bounds depend on the
        input alone, so what is made of it is the same whether or not the run was broken off.
        """
        for number, part in cut_parts(comments, size=self.job.part_size, without=self.kept_numbers):
            self._part = self._work.open_part(number, labels=self._labels)
            yield part
            self._close_part()

    @property
    def kept_numbers(self) -> frozenset[int]:
        """Where in the order of the parts, from 1, the kept ones stand."""
        return frozenset(part.number for part in self._kept)

    def add_part(self, number: int, files: Mapping[str, bytes]) -> int:
        """Take in a part that was read elsewhere; return how many comments it holds.

        Raises :class:`RunError` for one that did not arrive as it was written.
        """
        part = self._work.lay_part(number, files)
        self.counts.update(part.counts)
        return part.comments

    def keep_comments(self, comments: Iterable[RedactedComment]) -> Iterator[RedactedComment]:
        """Write each comment as it passes by, and count what became of it."""
        return self._open_part().keep_comments(comments)

    def keep_judgements(self, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """Write each segment with its labels, scores and evidence as it passes by."""
        return self._open_part().keep_judgements(judgements)

    def finish(
        self, released: Iterable[Estimate | Withheld], *, description: Mapping[str, Any]
    ) -> None:
        """Write the estimates and ``run.json``, then put the folder in its place."""
        with translated_errors(self.out):
            self._close_part()
            whole = self._work.whole
            self._join_parts(whole / "restricted")
            estimates = Table(self.report / "estimates.parquet", ESTIMATES, mode=0o644)
            for cell in released:
                estimates.add(estimate_row(cell))
            estimates.close()
            text = json.dumps(
                {"format": FORMAT, **description, "counts": dict(sorted(self.counts.items()))},
                ensure_ascii=False,
                indent=2,
            )
            sync_folder(self.report)
            write_text(whole / "run.json", text + "\n", mode=0o644)
            whole.chmod(0o755)
            self._work.put_in_place()
            self.is_whole = True

    def _join_parts(self, restricted: Path) -> None:
        parts = self._work.parts()
        for name, schema in (("comments.parquet", COMMENTS), ("segments.parquet", SEGMENTS)):
            table = Table(restricted / name, schema)
            for part in parts:
                table.copy(part.table(name))
            table.close()
        sync_folder(restricted)

    def _open_part(self) -> PartWriter:
        if self._part is None:
            self._part = self._work.open_part(len(self._kept) + 1, labels=self._labels)
        return self._part

    def _close_part(self) -> None:
        if self._part is not None:
            self._part.close()
            self.counts.update(self._part.counts)
            self._part = None


def _check_place(out: Path, *, force: bool) -> None:
    """Raise :class:`RunError` where something lies at ``out`` that may not be replaced."""
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / "run.json").is_file()):
        raise RunError(
            f"{out} exists and is not a run folder.", hint="name another folder as `--out`"
        )
    if (out / "run.json").is_file() and not force:
        raise RunError(
            f"{out} holds another run.",
            hint="name another folder as `--out`, or replace that run with `--force`",
        )


@contextmanager
def translated_errors(out: Path, *, note: str = "") -> Iterator[None]:
    """Turn what the file system refuses into a :class:`RunError` that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            told = RunError(
                f"The disk is full; nothing was left in {out}.",
                hint="free some space, or name a folder on another disk as `--out`",
            )
        else:
            told = RunError(
                f"{out} cannot be written: {os.strerror(error.errno or 0)}.",
                hint="check that you may write there, or name another folder as `--out`",
            )
        if note:
            told.add_note(note)
        raise told from error
