"""From labelled comments to what a classifier is fitted on."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from signalread.classification import Passage
from signalread.codebook import Codebook
from signalread.training.corpus import LabelledComment, LabelledSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Passages and their targets; all sequences have the same length ``n``."""

    passages: list[Passage]
    targets: npt.NDArray[np.float32]  # shape (n, labels), 1 where the segment has the label
    segments: list[LabelledSegment]
    comments: list[LabelledComment]  # the comment of each segment

    def __len__(self) -> int:
        return len(self.passages)


def make_examples(comments: Iterable[LabelledComment], *, codebook: Codebook) -> Examples:
    """Return one example per segment, seen with its question and the segment before it."""
    passages: list[Passage] = []
    segments: list[LabelledSegment] = []
    origins: list[LabelledComment] = []
    for comment in comments:
        before = ""
        for segment in comment.segments:
            passages.append(
                Passage(text=segment.text, question=comment.question or "", before=before)
            )
            segments.append(segment)
            origins.append(comment)
            before = segment.text
    targets = np.zeros((len(segments), len(codebook.labels)), dtype=np.float32)
    for row, segment in enumerate(segments):
        for label in segment.labels:
            targets[row, codebook.position[label]] = 1
    return Examples(passages=passages, targets=targets, segments=segments, comments=origins)
