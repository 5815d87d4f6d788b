"""A run folder that is there: its comments and readings, read back as records."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from signalread.codebook import Codebook
from signalread.errors import RunError
from signalread.records import (
    ErrorRates,
    Evidence,
    Reading,
    RedactedComment,
    Segment,
    Source,
    Status,
)
from signalread.runs.layout import COMMENTS, FORMAT, SEGMENTS

BATCH = 10_000  # rows read at a time
_NEEDED = ("comment_id", "team", "wave", "respondent", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRun:
    """A run folder; ``description`` is its ``run.json``."""

    folder: Path
    description: dict[str, Any]

    @property
    def name(self) -> str:
        """The folder's own name, by which the ledger knows the run."""
        return self.folder.resolve().name

    @property
    def error_rates(self) -> ErrorRates:
        """How often the model that read the comments errs, label by label of its codebook."""
        try:
            rates = self.description["model"]["error_rates"]
            read = {name: tuple(map(float, values)) for name, values in rates.items()}
            if not all(0 <= value < float("inf") for values in read.values() for value in values):
                raise ValueError("no rate")
            return ErrorRates(**read)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise self._damaged("run.json does not say how often its model errs") from error

    def comments(self) -> Iterator[RedactedComment]:
        """Yield every comment, also those that were left out, in the order they came in."""
        for row in self._rows("comments.parquet", COMMENTS):
            if any(row[name] is None for name in _NEEDED):
                raise self._damaged("a comment lacks a value")
            try:
                source, status = Source(row["source"]), Status(row["status"])
            except ValueError as error:
                raise self._damaged("a comment has an unknown source or status") from error
            yield RedactedComment(
                id=row["comment_id"],
                team=row["team"],
                wave=row["wave"],
                respondent=row["respondent"],
                question=row["question"],
                source=source,
                text=row["text"],
                status=status,
                language=row["language"],
            )

    def readings(self, codebook: Codebook) -> Iterator[Reading]:
        """Yield what the model read, segment by segment, comment after comment.

        Raises :class:`RunError` where the run was read by another codebook.
        """
        read_by = self.description["codebook"]
        if read_by["digest"] != codebook.digest:
            raise RunError(
                f"{self.folder} was read by the codebook of version {read_by['version']}, "
                "which is another one.",
                hint="give the codebook of that run as `--codebook`, or analyze anew",
            )
        for row, comment in self._places():
            yield self._reading(row, comment, codebook)

    def segments(self) -> Iterator[Segment]:
        """Yield the segments in the order of :meth:`readings`; that needs no codebook."""
        for row, comment in self._places():
            yield Segment(comment=comment, index=row["segment"], start=row["start"], end=row["end"])

    def _places(self) -> Iterator[tuple[dict[str, Any], RedactedComment]]:
        """Yield the row of each segment with its comment."""
        comments = self.comments()
        comment = next(comments, None)
        for row in self._rows("segments.parquet", SEGMENTS):
            # Both files are in the order that the comments came in.
            while comment is not None and comment.id != row["comment_id"]:
                comment = next(comments, None)
            if comment is None:
                raise self._damaged("a segment has no comment")
            yield row, comment

    def _reading(
        self, row: dict[str, Any], comment: RedactedComment, codebook: Codebook
    ) -> Reading:
        try:
            evidence = tuple(Evidence(**found) for found in row["evidence"])
            segment = Segment(
                comment=comment, index=row["segment"], start=row["start"], end=row["end"]
            )
            spans = [(segment.start, segment.end), *((e.start, e.end) for e in evidence)]
            labels, scores = tuple(row["labels"]), dict(row["scores"])
            known = {*labels, *(e.label for e in evidence)} <= set(codebook.labels)
            inside = all(0 <= start <= end <= len(comment.text) for start, end in spans)
            if not known or not inside or segment.index < 0 or len(set(labels)) != len(labels):
                raise ValueError("not of this comment")
            return Reading(
                segment=segment,
                labels=labels,
                scores=self._scores(scores, codebook),
                evidence=evidence,
            )
        except (TypeError, ValueError) as error:
            raise self._damaged("a segment does not fit its comment or the codebook") from error

    def _scores(self, scores: dict[str, float], codebook: Codebook) -> tuple[float, ...]:
        if set(scores) != set(codebook.labels) or not all(
            score is not None and 0 <= score <= 1 for score in scores.values()
        ):
            raise self._damaged("its scores are not one for each label of its codebook")
        return tuple(scores[label] for label in codebook.labels)

    def _rows(self, name: str, schema: pa.Schema) -> Iterator[dict[str, Any]]:
        path = self.folder / "restricted" / name
        try:
            with pq.ParquetFile(path) as file:
                if not set(schema.names) <= set(file.schema_arrow.names):
                    raise self._damaged(f"{name} lacks a column")
                for column in schema:
                    if file.schema_arrow.field(column.name).type != column.type:
                        raise self._damaged(f"{name} has a column of another kind")
                for batch in file.iter_batches(BATCH, columns=schema.names):
                    yield from batch.to_pylist()
        except FileNotFoundError as error:
            raise RunError(
                f"{self.folder} no longer holds its comments ({name} is gone).",
                hint="they may have been purged; analyze the input anew",
            ) from error
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise self._damaged(f"{name} cannot be read") from error

    def _damaged(self, what: str) -> RunError:
        return RunError(
            f"{self.folder} is damaged: {what}.", hint="analyze the input anew with `--force`"
        )


def open_run(folder: Path) -> SavedRun:
    """Open a run folder, checking that it is one of this format.

    Raises :class:`RunError` for a folder that is no run, is damaged, or comes of a later version.
    """
    try:
        description = json.loads((folder / "run.json").read_text("utf-8"))
        written = description["format"]
        for part in ("model", "codebook"):
            if not isinstance(description[part]["digest"], str):
                raise TypeError(part)
        str(description["codebook"]["version"])
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(
            f"{folder} is not a run folder.", hint="name a folder that `signalread analyze` wrote"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(
            f"{folder} is damaged: run.json cannot be read.",
            hint="analyze the input anew with `--force`",
        ) from error
    if written != FORMAT:
        raise RunError(
            f"{folder} is a run of format {written!r}; this signalread reads format {FORMAT}.",
            hint="open it with the signalread that wrote it, or analyze the input anew",
        )
    return SavedRun(folder=folder, description=description)
