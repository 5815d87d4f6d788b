"""Labelled data, whoever's tool it comes from: items, people's annotations, a model's predictions.

Nothing is folded together: several annotators stay several, and an empty answer is not a missing
one. Whatever a tool says that has no place here is kept as it is under ``tool``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from signalread.records import Source


class AnswerStatus(StrEnum):
    """What an annotation is worth: only a submitted one is an answer."""

    SUBMITTED = "submitted"
    DRAFT = "draft"  # begun, or saved without being handed in
    SKIPPED = "skipped"  # the annotator passed the item by
    REJECTED = "rejected"  # handed in, and refused by who looked it over


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Evidence: the characters ``start`` to ``end`` of the item's text, and the label they show."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What one person said of one item. Submitted without labels means: none of them applies.

    ``asked`` are the labels that the question was about, where it was not all of them; ``at`` is
    a time as the tool writes it, in ISO 8601 where it says which.
    """

    annotator: str = ""
    status: AnswerStatus = AnswerStatus.SUBMITTED
    labels: tuple[str, ...] = ()
    asked: tuple[str, ...] | None = None
    at: str = ""
    why: str = field(default="", repr=False)
    spans: tuple[Span, ...] = ()
    tool: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a model said of an item: the labels it gives, and its score for those it scored."""

    model: str = ""
    labels: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    tool: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A text to label, where it comes from, and all that was said of it.

    ``extra`` is metadata of the user's own, kept as it is (JSON values); ``tool`` is what labelling
    tools keep about the item, by tool.
    """

    id: str
    text: str = field(repr=False)
    question: str | None = field(default=None, repr=False)
    team: str = ""
    sector: str = ""
    wave: str = ""
    source: Source | None = None
    comment_id: str | None = None
    segment: int | None = None
    annotations: tuple[Annotation, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
    tool: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def answers(self) -> tuple[Annotation, ...]:
        """The annotations that were handed in and not refused."""
        return tuple(a for a in self.annotations if a.status is AnswerStatus.SUBMITTED)


def to_plain(record: Item | Annotation | Prediction | Span) -> dict[str, Any]:
    """Return a record as what JSON can hold, fields that say nothing left out.

    >>> to_plain(Annotation(annotator="anna", labels=("trust",)))
    {'annotator': 'anna', 'status': 'submitted', 'labels': ['trust']}
    """
    plain: dict[str, Any] = {}
    for name in (f.name for f in fields(record)):
        value = getattr(record, name)
        if name not in _ALWAYS and (value is None or value == "" or value in ((), {})):
            continue
        if isinstance(value, tuple):
            value = [v if isinstance(v, str) else to_plain(v) for v in value]
        elif isinstance(value, StrEnum):
            value = value.value
        elif isinstance(value, Mapping):
            value = dict(value)
        plain[name] = value
    # Told apart: a question about no label at all, and one about every label.
    if isinstance(record, Annotation) and record.asked == ():
        plain["asked"] = []
    if isinstance(record, Item):
        plain |= {name: "" for name in ("question", "comment_id") if getattr(record, name) == ""}
    return plain


def item_from_plain(plain: Mapping[str, Any]) -> Item:
    """Return the item that :func:`to_plain` was given.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is not one.
    """
    _check_names(plain, Item)
    source = plain.get("source")
    segment = plain.get("segment")
    if segment is not None and (not isinstance(segment, int) or isinstance(segment, bool)):
        raise TypeError("segment")
    return Item(
        id=_text(plain["id"]),
        text=_text(plain["text"]),
        question=_maybe(plain.get("question")),
        team=_text(plain.get("team", "")),
        sector=_text(plain.get("sector", "")),
        wave=_text(plain.get("wave", "")),
        source=None if source is None else Source(source),
        comment_id=_maybe(plain.get("comment_id")),
        segment=segment,
        annotations=tuple(map(annotation_from_plain, plain.get("annotations", ()))),
        predictions=tuple(map(prediction_from_plain, plain.get("predictions", ()))),
        extra=_object(plain.get("extra", {})),
        tool=_object(plain.get("tool", {})),
    )


def annotation_from_plain(plain: Mapping[str, Any]) -> Annotation:
    """Return the annotation that :func:`to_plain` was given."""
    _check_names(plain, Annotation)
    asked = plain.get("asked")
    return Annotation(
        annotator=_text(plain.get("annotator", "")),
        status=AnswerStatus(plain["status"]),
        labels=label_list(plain.get("labels", [])),
        asked=None if asked is None else label_list(asked),
        at=_text(plain.get("at", "")),
        why=_text(plain.get("why", "")),
        spans=tuple(map(span_from_plain, plain.get("spans", ()))),
        tool=_object(plain.get("tool", {})),
    )


def prediction_from_plain(plain: Mapping[str, Any]) -> Prediction:
    """Return the prediction that :func:`to_plain` was given."""
    _check_names(plain, Prediction)
    return Prediction(
        model=_text(plain.get("model", "")),
        labels=label_list(plain.get("labels", [])),
        scores={_text(k): float(v) for k, v in _object(plain.get("scores", {})).items()},
        tool=_object(plain.get("tool", {})),
    )


def span_from_plain(plain: Mapping[str, Any]) -> Span:
    """Return the span of an object with ``start``, ``end`` and ``label``, whatever else it has."""
    start, end = plain["start"], plain["end"]
    if type(start) is not int or type(end) is not int:
        raise TypeError("span")
    return Span(start=start, end=end, label=_text(plain["label"]))


def label_list(value: Any) -> tuple[str, ...]:
    """Return a list of labels as a tuple; raise ``TypeError`` for anything else."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise TypeError("labels")
    return tuple(map(_text, value))


_ALWAYS = frozenset({"id", "text", "annotations", "status", "labels", "start", "end", "label"})


def _check_names(plain: Any, kind: type) -> None:
    if not isinstance(plain, Mapping):
        raise TypeError(kind.__name__.lower())
    unknown = set(plain) - {f.name for f in fields(kind)}
    if unknown:  # a slip such as "lables" would otherwise read as "no label applies"
        raise ValueError(f"unknown field in {kind.__name__.lower()}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _maybe(value: Any) -> str | None:
    return None if value is None else _text(value)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("object")
    return dict(value)
