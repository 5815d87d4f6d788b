"""Reading texts from Python: segments, labels and scores, as ``analyze`` reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from signalread.classification import Classifier, classify_segments
from signalread.classification.classifier import passages_of
from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.records import Evidence, Reading, RedactedComment, Segment, Source, Status
from signalread.redaction import NameFinder, Span, choose_placeholders, find_spans
from signalread.segmentation import split_segments

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentReading:
    """What the model says of ``text[start:end]``: its labels, and every label's probability."""

    start: int
    end: int
    labels: tuple[str, ...]
    scores: Mapping[str, float] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReading:
    """What the model says of one text. ``labels`` are those of its segments together."""

    text: str = field(repr=False)
    question: str | None = field(repr=False)
    labels: tuple[str, ...]
    segments: tuple[SegmentReading, ...]

    @property
    def scores(self) -> dict[str, float]:
        """The highest probability of each label among the segments; empty for an empty text."""
        highest: dict[str, float] = {}
        for segment in self.segments:
            for label, score in segment.scores.items():
                highest[label] = max(score, highest.get(label, 0.0))
        return highest


class Reader:
    """Reads Swedish comments and notes with one model; made by :func:`signalread.load`.

    Names and numbers are replaced before anything is read, so the readings are those of
    ``signalread analyze``; all offsets are into the text as it was given.

    - ``labels``: every label, in the codebook's order
    - ``codebook``: names and definitions, such as ``codebook.name("autonomy-")``
    - :meth:`read`: texts in, a :class:`TextReading` each out
    - :meth:`find_evidence`: the characters that a reading's labels rest on
    """

    def __init__(
        self,
        *,
        classifier: Classifier,
        codebook: Codebook,
        nlp: Language,
        find_names: NameFinder,
        folder: Path,
    ) -> None:
        self.classifier = classifier
        self.codebook = codebook
        self.labels = codebook.labels
        self.folder = folder
        self._nlp = nlp
        self._find_names = find_names

    def read(
        self, texts: Sequence[str], questions: Sequence[str | None] | None = None
    ) -> list[TextReading]:
        """Return a reading for each text, in order; ``questions`` are what the texts answer.

        Raises :class:`~signalread.errors.InputError` where there are not as many questions.
        """
        if isinstance(texts, str):
            raise InputError("One text was given.", hint="give a list of texts")
        asked = list(questions) if questions is not None else [None] * len(texts)
        if len(asked) != len(texts):
            raise InputError(
                f"There are {len(texts)} texts and {len(asked)} questions.",
                hint="give a question, or None, for each text",
            )
        redacted = self._redact(texts, asked)
        found: list[list[SegmentReading]] = [[] for _ in texts]
        segments = split_segments((comment for comment, _ in redacted), nlp=self._nlp)
        for reading in classify_segments(segments, classifier=self.classifier):
            row = int(reading.segment.comment.id)
            found[row].append(self._segment_reading(reading, redacted[row][1]))
        return [
            TextReading(
                text=text,
                question=question,
                labels=tuple(
                    label for label in self.labels if any(label in s.labels for s in segments)
                ),
                segments=tuple(segments),
            )
            for text, question, segments in zip(texts, asked, found, strict=True)
        ]

    def find_evidence(self, reading: TextReading) -> tuple[Evidence, ...]:
        """Return for each label of each segment the characters of the text that it rests on."""
        ((comment, places),) = self._redact([reading.text], [reading.question])
        segments: list[Segment] = list(split_segments([comment], nlp=self._nlp))
        evidence = []
        for segment, passage, said in zip(
            segments, passages_of(segments), reading.segments, strict=True
        ):
            for label in said.labels:
                ((low, high),) = self.classifier.evidence([passage], label)
                start, end = places.span(segment.start + low, segment.start + high)
                evidence.append(Evidence(start=start, end=end, label=label))
        return tuple(evidence)

    def _segment_reading(self, reading: Reading, places: _Places) -> SegmentReading:
        start, end = places.span(reading.segment.start, reading.segment.end)
        return SegmentReading(
            start=start,
            end=end,
            labels=reading.labels,
            scores=dict(zip(self.labels, reading.scores, strict=True)),
        )

    def _redact(
        self, texts: Sequence[str], questions: Sequence[str | None]
    ) -> list[tuple[RedactedComment, _Places]]:
        # Redaction's own functions, one by one: the places of what was replaced are needed too.
        asked = list(dict.fromkeys(question or "" for question in questions))
        shown = {
            question: _replace(question, choose_placeholders(question, find_spans(question, names)))
            for question, names in zip(asked, self._find_names(asked), strict=True)
        }
        result = []
        for row, (text, question, names) in enumerate(
            zip(texts, questions, self._find_names(texts), strict=True)
        ):
            clean, places = _replace(text, choose_placeholders(text, find_spans(text, names)))
            comment = RedactedComment(
                id=str(row),
                team="",
                wave="",
                respondent=str(row),
                question=shown[question][0] if question else None,
                source=Source.SURVEY,
                text=clean,
                status=Status.READ,
                language="sv",
            )
            result.append((comment, places))
        return result


class _Places:
    """Where the characters of a redacted text stood in the text before."""

    def __init__(self, moves: Sequence[tuple[int, int, int, int]]) -> None:
        self._moves = moves  # (start, end) redacted, (start, end) before, of each placeholder

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span before; one that begins or ends in a placeholder takes all of it."""
        return self._before(start, side=0), self._before(end, side=1)

    def _before(self, position: int, *, side: int) -> int:
        shift = 0
        for new_start, new_end, old_start, old_end in self._moves:
            if position <= new_start:
                break
            if position < new_end:
                return (old_start, old_end)[side]
            shift = old_end - new_end
        return position + shift


def _replace(text: str, chosen: Sequence[tuple[Span, str]]) -> tuple[str, _Places]:
    parts: list[str] = []
    moves = []
    done = length = 0
    for span, placeholder in chosen:
        parts += (text[done : span.start], placeholder)
        length += span.start - done
        moves.append((length, length + len(placeholder), span.start, span.end))
        length += len(placeholder)
        done = span.end
    return "".join((*parts, text[done:])), _Places(moves)


def load_reader(folder: Path, *, codebook: Codebook, names: Path | None) -> Reader:
    """Check and load a model folder, and redaction's name recogniser from ``names``.

    Raises :class:`~signalread.errors.ModelError` where a folder is not what it says.
    """
    from signalread.classification.encoder import load_classifier
    from signalread.redaction import load_name_finder
    from signalread.segmentation import load_nlp

    return Reader(
        classifier=load_classifier(folder, codebook=codebook),
        codebook=codebook,
        nlp=load_nlp(),
        find_names=load_name_finder(names),
        folder=folder,
    )
