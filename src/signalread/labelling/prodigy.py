"""Prodigy: JSON lines with an answer each, to a choice among options or about one label."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from signalread.labelling.items import (
    Annotation,
    AnswerStatus,
    Item,
    Prediction,
    span_from_plain,
    to_plain,
)
from signalread.labelling.metadata import from_metadata, to_metadata

TOOL = "prodigy"
_ANSWER = {
    "accept": AnswerStatus.SUBMITTED,
    "ignore": AnswerStatus.SKIPPED,
    "reject": AnswerStatus.REJECTED,
}
_NAME = {status: name for name, status in _ANSWER.items()}
_STYLE = ("config", {"choice_style": "multiple"})  # any number of labels
_MODELLED = frozenset(
    {"text", "meta", "options", "accept", "answer", "label", "spans", "_annotator_id", "_timestamp"}
)


def build_record(item: Item, *, labels: Sequence[str]) -> dict[str, Any]:
    """Return the line of an item with at most one annotation.

    Without one it is a task to annotate, with the prediction's labels already ticked. ``labels``
    are the options; training in Prodigy fails without them.
    """
    record: dict[str, Any] = {"text": item.text, "meta": {"id": item.id, **to_metadata(item)}}
    kept: dict[str, Any] = dict(item.tool.get(TOOL, {}))
    if kept.pop("id", None) == item.id:
        del record["meta"]["id"]
    if not item.annotations:
        suggested = item.predictions[0].labels if item.predictions else ()
        record |= _options(labels, suggested)
    for annotation in item.annotations:
        kept |= annotation.tool.get(TOOL, {})
        record |= _build_answer(annotation, labels, binary=bool(kept.pop("binary", False)))
    shown = kept.pop("options", [])
    if {o["id"] for o in shown} == {o["id"] for o in record.get("options", [])} and shown:
        record["options"] = shown
    return {**kept, **record}


def parse_record(record: Mapping[str, Any], *, labels: Sequence[str]) -> Item:
    """Return the item of a line.

    A refused choice is rejected; a refused single label is an answer: that label does not apply.
    """
    meta = dict(record.get("meta") or {})
    text = record["text"]
    if not isinstance(text, str):
        raise TypeError("text")
    kept = {k: v for k, v in record.items() if k not in _MODELLED and (k, v) != _STYLE}
    id_ = meta.pop("id", None)
    shared: dict[str, Any] = {}
    if id_ is None and "_input_hash" in record:
        id_ = str(record["_input_hash"])
        shared = {"id": id_}
    annotations: tuple[Annotation, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    if "answer" in record:
        annotations = (_parse_answer(record, labels, kept),)
    else:
        shared |= kept
        if record.get("accept"):
            predictions = (Prediction(labels=tuple(record["accept"])),)
    return Item(
        id="" if id_ is None else str(id_),
        text=text,
        annotations=annotations,
        predictions=predictions,
        tool={TOOL: shared} if shared else {},
        **from_metadata(meta),
    )


def _options(labels: Sequence[str], accept: Sequence[str]) -> dict[str, Any]:
    return {
        "options": [{"id": label, "text": label} for label in labels],
        "accept": list(accept),
        _STYLE[0]: _STYLE[1],
    }


def _build_answer(annotation: Annotation, labels: Sequence[str], *, binary: bool) -> dict[str, Any]:
    built: dict[str, Any]
    if binary and annotation.asked is not None and len(annotation.asked) == 1:
        (label,) = annotation.asked
        denied = annotation.status is AnswerStatus.SUBMITTED and not annotation.labels
        built = {"label": label, "answer": "reject" if denied else _name(annotation.status)}
    else:
        asked = labels if annotation.asked is None else annotation.asked
        built = _options(asked, annotation.labels) | {"answer": _name(annotation.status)}
    if annotation.spans:
        built["spans"] = [to_plain(span) for span in annotation.spans]
    if annotation.annotator:
        built["_annotator_id"] = annotation.annotator
    if annotation.at and (stamp := _to_stamp(annotation.at)) is not None:
        built["_timestamp"] = stamp
    return built


def _name(status: AnswerStatus) -> str:
    return _NAME.get(status, "ignore")  # a draft is not to be trained on


def _parse_answer(
    record: Mapping[str, Any], labels: Sequence[str], kept: dict[str, Any]
) -> Annotation:
    status = _ANSWER[record["answer"]]
    asked: tuple[str, ...] | None
    if "options" in record or "accept" in record:
        given = tuple(map(str, record.get("accept", [])))
        options = tuple(str(option["id"]) for option in record.get("options", []))
        # All of the codebook's labels is no partial question, in whatever order they stand.
        asked = None if not options or set(labels) <= set(options) else options
        if options and record["options"] != _options(asked or labels, ())["options"]:
            kept["options"] = record["options"]  # shown by other names, or in another order
    else:
        asked = (record["label"],)
        kept["binary"] = True
        refused = status is AnswerStatus.REJECTED
        given = asked if status is AnswerStatus.SUBMITTED else ()
        status = AnswerStatus.SUBMITTED if refused else status
    stamp = record.get("_timestamp")
    return Annotation(
        annotator=str(record.get("_annotator_id") or record.get("_session_id") or ""),
        status=status,
        labels=given,
        asked=asked,
        at="" if stamp is None else _from_stamp(stamp),
        spans=tuple(map(span_from_plain, record.get("spans") or [])),
        tool={TOOL: kept} if kept else {},
    )


def _from_stamp(stamp: float) -> str:
    return datetime.fromtimestamp(stamp, tz=UTC).isoformat()


def _to_stamp(at: str) -> float | None:
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        return None
    if when.tzinfo is None:
        return None
    stamp = when.timestamp()
    return int(stamp) if stamp.is_integer() else stamp
