"""The run folder on disk: written beside its place, and put there whole or not at all."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from signalread.errors import RunError
from signalread.records import Estimate, Judgement, RedactedComment, Withheld
from signalread.runs.layout import COMMENTS, ESTIMATES, FORMAT, SEGMENTS, estimate_row

ROWS = 20_000  # rows buffered before they go to disk


class RunFolder:
    """A run in the making. Use it as a context: leaving it without :meth:`finish` removes it.

    Raises :class:`RunError` where another run or a folder that is not a run is in the way.
    """

    def __init__(self, out: Path, *, labels: Sequence[str], force: bool = False) -> None:
        self.out = out
        self.counts: Counter[str] = Counter()
        self._labels = list(labels)
        if out.exists():
            if not out.is_dir() or (any(out.iterdir()) and not (out / "run.json").is_file()):
                raise RunError(
                    f"{out} exists and is not a run folder.", hint="name another folder as `--out`"
                )
            if (out / "run.json").is_file() and not force:
                raise RunError(
                    f"{out} holds another run.",
                    hint="name another folder as `--out`, or replace that run with `--force`",
                )
        with translated_errors(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            self._work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
            for name in ("restricted", "report"):
                (self._work / name).mkdir(mode=0o700 if name == "restricted" else 0o755)
        restricted = self._work / "restricted"
        self._comments = _Table(restricted / "comments.parquet", COMMENTS)
        self._segments = _Table(restricted / "segments.parquet", SEGMENTS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._comments.close()
        self._segments.close()
        shutil.rmtree(self._work, ignore_errors=True)
        if isinstance(error, OSError):
            with translated_errors(self.out):
                raise error

    @property
    def report(self) -> Path:
        """Where writers put what may leave the house."""
        return self._work / "report"

    def keep_comments(self, comments: Iterable[RedactedComment]) -> Iterator[RedactedComment]:
        """Write each comment as it passes by, and count what became of it."""
        for comment in comments:
            self.counts[comment.status.value] += 1
            self._comments.add(
                {
                    "comment_id": comment.id,
                    "team": comment.team,
                    "respondent": comment.respondent,
                    "wave": comment.wave,
                    "question": comment.question,
                    "source": comment.source.value,
                    "text": comment.text,
                    "language": comment.language,
                    "status": comment.status.value,
                }
            )
            yield comment

    def keep_judgements(self, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """Write each segment with its labels, scores and evidence as it passes by."""
        for judgement in judgements:
            reading = judgement.reading
            segment = reading.segment
            self.counts["segments"] += 1
            self._segments.add(
                {
                    "comment_id": segment.comment.id,
                    "segment": segment.index,
                    "start": segment.start,
                    "end": segment.end,
                    "text": segment.text,
                    "labels": list(judgement.labels),
                    "scores": list(zip(self._labels, reading.scores, strict=True)),
                    "evidence": [asdict(evidence) for evidence in reading.evidence],
                }
            )
            yield judgement

    def finish(
        self, released: Iterable[Estimate | Withheld], *, description: Mapping[str, Any]
    ) -> None:
        """Write the estimates and ``run.json``, then put the folder in its place."""
        with translated_errors(self.out):
            self._comments.close()
            self._segments.close()
            estimates = _Table(self.report / "estimates.parquet", ESTIMATES, mode=0o644)
            for cell in released:
                estimates.add(estimate_row(cell))
            estimates.close()
            text = json.dumps(
                {"format": FORMAT, **description, "counts": dict(sorted(self.counts.items()))},
                ensure_ascii=False,
                indent=2,
            )
            (self._work / "run.json").write_text(text + "\n", encoding="utf-8")
            self._work.chmod(0o755)
            if self.out.exists():
                old = Path(tempfile.mkdtemp(prefix=f".{self.out.name}-old-", dir=self.out.parent))
                self.out.replace(old / self.out.name)
                self._work.replace(self.out)
                shutil.rmtree(old, ignore_errors=True)
            else:
                self._work.replace(self.out)


def hash_file(path: Path) -> str:
    """Return the file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def translated_errors(out: Path) -> Iterator[None]:
    """Turn what the file system refuses into a :class:`RunError` that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise RunError(
                f"The disk is full; nothing was left in {out}.",
                hint="free some space, or name a folder on another disk as `--out`",
            ) from error
        raise RunError(
            f"{out} cannot be written: {os.strerror(error.errno or 0)}.",
            hint="check that you may write there, or name another folder as `--out`",
        ) from error


class _Table:
    """A Parquet file written in row groups of bounded size."""

    def __init__(self, path: Path, schema: pa.Schema, *, mode: int = 0o600) -> None:
        self._schema = schema
        self._rows: list[dict[str, Any]] = []
        path.touch(mode=mode)
        self._writer: pq.ParquetWriter | None = pq.ParquetWriter(path, schema, compression="zstd")

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= ROWS:
            self._flush()

    def close(self) -> None:
        if self._writer is not None:
            self._flush()
            self._writer.close()
            self._writer = None

    def _flush(self) -> None:
        if self._rows and self._writer is not None:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows.clear()
