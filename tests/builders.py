"""Small records for tests, so that a test names only what it is about."""

from collections.abc import Sequence

import numpy as np

from signalread.codebook import Codebook
from signalread.records import (
    Judgement,
    Reading,
    RedactedComment,
    Segment,
    Source,
    Status,
)


def redacted(
    id_: str = "c1",
    *,
    text: str = "Vi bestämmer själva.",
    team: str = "Omsorg / Norr",
    wave: str = "2026-1",
    respondent: str | None = None,
    source: Source = Source.SURVEY,
    status: Status = Status.READ,
    question: str | None = None,
) -> RedactedComment:
    """Return a comment that redaction has passed."""
    return RedactedComment(
        id=id_,
        team=team,
        wave=wave,
        respondent=respondent or id_,
        question=question,
        source=source,
        text=text,
        status=status,
        language="sv",
    )


def judgement(
    comment: RedactedComment, labels: Sequence[str], *, codebook: Codebook, index: int = 0
) -> Judgement:
    """Return a judgement of a whole comment as one segment."""
    segment = Segment(comment=comment, index=index, start=0, end=len(comment.text))
    scores = np.full(len(codebook.labels), 0.1)
    for label in labels:
        scores[codebook.position[label]] = 0.9
    reading = Reading(segment=segment, labels=tuple(labels), scores=tuple(map(float, scores)))
    return Judgement(reading=reading, labels=tuple(labels))
