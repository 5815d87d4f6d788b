"""Rows into Parquet files of bounded memory, and the files onto the disk before they count."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from signalread.records import Judgement, RedactedComment

ROWS = 20_000  # rows of a row group: kept until they go to disk together
_LOOSE = 1_000  # rows kept as Python has them, which takes some six times the memory


class Table:
    """A Parquet file in the making, in row groups of bounded size; readable as ``mode`` says."""

    def __init__(self, path: Path, schema: pa.Schema, *, mode: int = 0o600) -> None:
        self._path = path
        self._schema = schema
        self._rows: list[dict[str, Any]] = []
        self._packed: list[pa.RecordBatch] = []
        path.touch(mode=mode)
        self._writer: pq.ParquetWriter | None = pq.ParquetWriter(path, schema, compression="zstd")

    def add(self, row: dict[str, Any]) -> None:
        """Add a row."""
        self._rows.append(row)
        if len(self._rows) >= _LOOSE:
            self._pack()

    def copy(self, path: Path) -> None:
        """Add every row of another file of the same schema, keeping its row groups."""
        assert self._writer is not None
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                self._writer.write_table(file.read_row_group(group))

    def close(self) -> None:
        """Write what is left, and wait until the disk has it."""
        if self._writer is not None:
            self._flush()
            writer, self._writer = self._writer, None
            writer.close()
            sync_file(self._path)

    def abandon(self) -> None:
        """Let go of the file without writing what is left."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with suppress(OSError):  # the disk is full, say; the file is thrown away
                writer.close()

    def _pack(self) -> None:
        self._packed.append(pa.RecordBatch.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()
        if len(self._packed) * _LOOSE >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._pack()
        if self._packed and self._writer is not None:
            rows = pa.Table.from_batches(self._packed, schema=self._schema)
            self._packed.clear()
            self._writer.write_table(rows.combine_chunks())


def comment_row(comment: RedactedComment) -> dict[str, Any]:
    """Return the row of ``comments.parquet``."""
    return {
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


def segment_row(judgement: Judgement, labels: Sequence[str]) -> dict[str, Any]:
    """Return the row of ``segments.parquet``; ``labels`` are the codebook's, as the scores are."""
    reading = judgement.reading
    segment = reading.segment
    return {
        "comment_id": segment.comment.id,
        "segment": segment.index,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "labels": list(judgement.labels),
        "scores": list(zip(labels, reading.scores, strict=True)),
        "evidence": [asdict(evidence) for evidence in reading.evidence],
    }


def sync_file(path: Path) -> None:
    """Wait until the disk has what was written to a file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has which files a folder holds; Windows keeps that order by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str, *, mode: int) -> None:
    """Write a small file beside its place and put it there whole, readable as ``mode`` says."""
    write_bytes(path, text.encode(), mode=mode)


def write_bytes(path: Path, data: bytes, *, mode: int) -> None:
    """Write bytes as :func:`write_text` does text."""
    work = path.with_name(f"{path.name}.new")
    work.unlink(missing_ok=True)
    work.touch(mode=mode)
    work.write_bytes(data)
    sync_file(work)
    work.replace(path)
    sync_folder(path.parent)
