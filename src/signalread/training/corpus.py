"""Labelled text on disk: JSON lines, one comment a line, split into parts by folder."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.records import Source

PARTS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSegment:
    """A segment with the labels that an annotator gave it.

    ``rule`` is the codebook rule that the segment is an example of, ``side`` whether it lies
    ``inside`` the rule or just ``outside``.
    """

    text: str
    labels: tuple[str, ...]
    rule: int | None = None
    side: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledComment:
    """One comment, or one entry of meeting notes, with its segments in order."""

    id: str
    source: Source
    sector: str
    team: str
    wave: str
    question: str | None
    segments: tuple[LabelledSegment, ...]
    part: str
    doc: str | None = None
    line: int | None = None
    origin: str = ""
    annotator: str = ""

    @property
    def text(self) -> str:
        """The comment as it was written: its segments joined by one space."""
        return " ".join(segment.text for segment in self.segments)


def read_corpus(
    folder: Path, *, codebook: Codebook, parts: Sequence[str] = PARTS
) -> Iterator[LabelledComment]:
    """Yield the comments of a corpus folder, part by part and file by file.

    A part is a subfolder (``train``, ``dev``, ``test``) with ``*.jsonl`` files; files that lie in
    the folder itself belong to ``train``. Raises :class:`InputError` where a line is not of the
    format, naming file and line but not the text.
    """
    files = [
        (part, path)
        for part in parts
        for path in [
            *sorted((folder / part).glob("*.jsonl")),
            *(sorted(folder.glob("*.jsonl")) if part == "train" else []),
        ]
    ]
    if not files:
        raise InputError(
            f"No labelled text in {folder}.",
            hint="a corpus is a folder of *.jsonl files, or has the subfolders train, dev and test",
        )
    for part, path in files:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _comment(line, part=part, where=f"{path.name}:{number}", book=codebook)


def _comment(line: str, *, part: str, where: str, book: Codebook) -> LabelledComment:
    try:
        data: dict[str, Any] = json.loads(line)
        segments = tuple(
            LabelledSegment(
                text=str(s["text"]),
                labels=tuple(s["labels"]),
                rule=s.get("rule"),
                side=s.get("side"),
            )
            for s in data["segments"]
        )
        comment = LabelledComment(
            id=str(data["id"]),
            source=Source(data["source"]),
            sector=str(data["sector"]),
            team=str(data["team"]),
            wave=str(data["wave"]),
            question=data.get("question"),
            segments=segments,
            part=part,
            doc=data.get("doc"),
            line=data.get("line"),
            origin=data.get("origin", ""),
            annotator=data.get("annotator", ""),
        )
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{where} is not a labelled comment ({type(error).__name__}).",
            hint="each line is one JSON object as described in corpora/README.md",
        ) from None
    for segment in segments:
        unknown = [label for label in segment.labels if label not in book.position]
        if unknown or len(set(segment.labels)) != len(segment.labels):
            raise InputError(
                f"{where} has a label that is unknown or stands twice.",
                hint=f"the codebook's labels are {', '.join(book.labels)}",
            )
        if not segment.text.strip():
            raise InputError(f"{where} has an empty segment.", hint="remove it, or write its text")
    return comment
