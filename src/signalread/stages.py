"""What happens to each comment, from redaction to what counts: the same wherever it is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from signalread.classification import classify_segments
from signalread.correction import settle
from signalread.redaction import redact_comments
from signalread.segmentation import split_segments

if TYPE_CHECKING:
    from spacy.language import Language

    from signalread.aggregation import Tally
    from signalread.classification import Classifier
    from signalread.records import Comment, Correction, Judgement, RedactedComment
    from signalread.redaction import NameFinder


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What a run reads with, loaded by the caller."""

    nlp: Language
    find_names: NameFinder
    classifier: Classifier
    names_digest: str = ""  # tells one name recogniser from another


class Keeper(Protocol):
    """Keeps comments and judgements as they pass by."""

    def keep_comments(self, comments: Iterable[RedactedComment]) -> Iterator[RedactedComment]:
        """Keep each comment, and pass it on."""

    def keep_judgements(self, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """Keep each judgement, and pass it on."""


def read_part(
    part: Iterable[Comment],
    *,
    keeper: Keeper,
    tally: Tally,
    models: Models,
    salt: str,
    corrections: Iterable[Correction] = (),
) -> None:
    """Take the comments of a part of a run through every stage; they are kept and counted."""
    redacted = redact_comments(part, find_names=models.find_names, salt=salt)
    kept = keeper.keep_comments(tally.people(redacted))
    segments = split_segments(kept, nlp=models.nlp)
    readings = classify_segments(segments, classifier=models.classifier)
    judgements = keeper.keep_judgements(settle(readings, corrections))
    deque(tally.watch(judgements), maxlen=0)  # drives the whole chain, keeps nothing
