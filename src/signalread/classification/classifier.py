"""What every classifier can do, and how a stream of segments goes through one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from signalread.allocation import give_back
from signalread.records import ErrorRates, Reading, Segment

CHUNK = 4096  # segments held at a time: enough to sort by length, little enough for any memory


@dataclass(frozen=True, slots=True)
class Passage:
    """What a classifier sees: a segment, the question it answers, and what was said just before."""

    text: str = field(repr=False)
    question: str = field(default="", repr=False)
    before: str = field(default="", repr=False)


class Classifier(Protocol):
    """Scores passages for every label of a codebook."""

    name: str
    digest: str
    labels: tuple[str, ...]
    thresholds: npt.NDArray[np.float32]  # shape (labels,)

    @property
    def error_rates(self) -> ErrorRates:
        """How often a segment is misread, counted on organisations that training never saw."""

    def score(self, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        """Return calibrated probabilities, shape (passages, labels)."""

    def evidence(self, passages: Sequence[Passage], label: str) -> list[tuple[int, int]]:
        """Return for each passage the characters of its text that the label rests on."""


def classify_segments(segments: Iterable[Segment], *, classifier: Classifier) -> Iterator[Reading]:
    """Yield a reading for each segment, in order."""
    for chunk in batched_list(segments, CHUNK):
        passages = passages_of(chunk)
        scores = classifier.score(passages)
        give_back()
        for segment, row in zip(chunk, scores, strict=True):
            labels = tuple(
                label
                for label, score, threshold in zip(
                    classifier.labels, row, classifier.thresholds, strict=True
                )
                if score >= threshold
            )
            yield Reading(segment=segment, labels=labels, scores=tuple(map(float, row)))


def passages_of(segments: Sequence[Segment]) -> list[Passage]:
    """Return each segment with its question and the segment before it in the same comment."""
    found = []
    previous: Segment | None = None
    for segment in segments:
        same = previous is not None and previous.comment.id == segment.comment.id
        found.append(
            Passage(
                text=segment.text,
                question=segment.comment.question or "",
                before=previous.text if same and previous is not None else "",
            )
        )
        previous = segment
    return found


def batched_list(segments: Iterable[Segment], size: int) -> Iterator[list[Segment]]:
    """Yield lists of about ``size`` segments, never cutting a comment in two."""
    chunk: list[Segment] = []
    for segment in segments:
        if len(chunk) >= size and segment.comment.id != chunk[-1].comment.id:
            yield chunk
            chunk = []
        chunk.append(segment)
    if chunk:
        yield chunk
