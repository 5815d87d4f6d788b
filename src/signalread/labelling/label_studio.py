"""Label Studio: tasks with annotations, drafts and predictions.

The labels stand in a ``<Choices name="labels" toName="text" choice="multiple">``, comments on an
answer in a ``<TextArea name="why">``, and evidence in ``<Labels name="evidence">``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from signalread.labelling.items import Annotation, AnswerStatus, Item, Prediction, Span
from signalread.labelling.metadata import from_metadata, to_metadata

TOOL = "label-studio"
CHOICES, EVIDENCE, WHY = "labels", "evidence", "why"


def build_task(item: Item) -> dict[str, Any]:
    """Return a task with its annotations, drafts and predictions."""
    kept = dict(item.tool.get(TOOL, {}))
    data = {"text": item.text, **to_metadata(item)}
    if str(kept.get("id")) != item.id:
        data["id"] = item.id
    drafts = [a for a in item.annotations if a.status is AnswerStatus.DRAFT]
    done = [a for a in item.annotations if a.status is not AnswerStatus.DRAFT]
    return {
        **kept,
        "data": data,
        "annotations": [_build_annotation(a) for a in done],
        "drafts": [_build_annotation(a) for a in drafts],
        "predictions": [_build_prediction(p) for p in item.predictions],
    }


def parse_task(task: Mapping[str, Any]) -> Item:
    """Return the item of a task; ``was_cancelled`` is skipped, a refused review is rejected."""
    data = dict(task["data"])
    text = data.pop("text")
    id_ = data.pop("id", None)
    kept = {
        k: v for k, v in task.items() if k not in ("data", "annotations", "drafts", "predictions")
    }
    if not isinstance(text, str):
        raise TypeError("text")
    annotations = [_parse_annotation(a) for a in task.get("annotations", [])]
    drafts = [
        _parse_annotation(a, draft=True) for a in task.get("drafts", []) if isinstance(a, dict)
    ]
    return Item(
        id=str(task.get("id", "") if id_ is None else id_),
        text=text,
        annotations=(*annotations, *drafts),
        predictions=tuple(_parse_prediction(p) for p in task.get("predictions", [])),
        tool={TOOL: kept} if kept else {},
        **from_metadata(data),
    )


def _build_annotation(annotation: Annotation) -> dict[str, Any]:
    kept = dict(annotation.tool.get(TOOL, {}))
    built: dict[str, Any] = {
        "result": _again(kept, "result", _build_result(annotation), _read_result)
    }
    if annotation.annotator:
        person = to_person(annotation.annotator)
        if isinstance(person, str):
            person = {"email": person}
        built["completed_by"] = _again(kept, "completed_by", person, person_name)
    if annotation.status is not AnswerStatus.DRAFT:
        built["was_cancelled"] = annotation.status is AnswerStatus.SKIPPED
    if annotation.status is AnswerStatus.REJECTED:
        built["reviews"] = _again(kept, "reviews", [{"accepted": False}], _is_refused)
    if annotation.at:
        built["updated_at"] = annotation.at
    return {**kept, **built}


def _parse_annotation(raw: Mapping[str, Any], *, draft: bool = False) -> Annotation:
    result = raw.get("result") or []
    labels, spans, why = _read_result(result)
    status = AnswerStatus.SUBMITTED
    if draft:
        status = AnswerStatus.DRAFT
    elif raw.get("was_cancelled"):
        status = AnswerStatus.SKIPPED
    elif _is_refused(raw.get("reviews")):
        status = AnswerStatus.REJECTED
    bare = Annotation(
        annotator=person_name(raw.get("completed_by", raw.get("user"))),
        status=status,
        labels=labels,
        spans=spans,
        why=why,
        at=str(raw.get("updated_at") or raw.get("created_at") or ""),
    )
    return _keep(bare, raw, _build_annotation(bare))


def _keep(bare: Annotation, raw: Mapping[str, Any], built: Mapping[str, Any]) -> Annotation:
    """Keep what the tool says besides, which building it anew would lose."""
    kept = {k: v for k, v in raw.items() if k not in built or built[k] != v}
    if not kept:
        return bare
    return replace(bare, tool={TOOL: kept})


def _again(kept: dict[str, Any], key: str, built: Any, read: Any) -> Any:
    """Return what the tool wrote itself, where it still says the same."""
    try:
        return kept[key] if key in kept and read(kept[key]) == read(built) else built
    except (TypeError, KeyError, ValueError, AttributeError):
        return built


def _build_result(annotation: Annotation) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    if annotation.labels:
        result.append(_region("choices", CHOICES, {"choices": list(annotation.labels)}))
    result += [
        _region("labels", EVIDENCE, {"start": s.start, "end": s.end, "labels": [s.label]})
        for s in annotation.spans
    ]
    if annotation.why:
        result.append(_region("textarea", WHY, {"text": [annotation.why]}))
    return result


def _region(kind: str, name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": kind, "value": value}


def _read_result(
    result: Sequence[Mapping[str, Any]],
) -> tuple[tuple[str, ...], tuple[Span, ...], str]:
    labels: list[str] = []
    spans: list[Span] = []
    why: list[str] = []
    for region in result:
        kind, value = region.get("type"), region.get("value", {})
        if kind == "choices":
            labels += value["choices"]
        elif kind == "labels":
            spans += [
                Span(start=int(value["start"]), end=int(value["end"]), label=label)
                for label in value["labels"]
            ]
        elif kind == "textarea":
            told = value.get("text", [])
            why += [told] if isinstance(told, str) else told
    return tuple(dict.fromkeys(labels)), tuple(spans), "\n".join(why)


def person_name(person: Any) -> str:
    """Return a user's name: the number, or the e-mail address where there is one."""
    if isinstance(person, Mapping):
        return str(person.get("email") or person.get("username") or person.get("id") or "")
    return "" if person is None else str(person)


def to_person(name: str) -> Any:
    """Return a user as Label Studio has it: a number where it is one."""
    return int(name) if re.fullmatch(r"0|[1-9][0-9]{0,14}", name) else name


def _is_refused(reviews: Any) -> bool:
    """Say whether the last review refused the answer."""
    return bool(reviews) and reviews[-1].get("accepted") is False


def _build_prediction(prediction: Prediction) -> dict[str, Any]:
    kept = dict(prediction.tool.get(TOOL, {}))
    scores = [prediction.scores[label] for label in prediction.labels if label in prediction.scores]
    annotation = Annotation(labels=prediction.labels)
    built: dict[str, Any] = {
        "model_version": prediction.model,
        "result": _again(kept, "result", _build_result(annotation), _read_result),
    }
    if scores and "score" not in kept:
        built["score"] = min(scores)  # as sure as of the least sure label
    return {**kept, **built}


def _parse_prediction(raw: Mapping[str, Any]) -> Prediction:
    labels, _, _ = _read_result(raw.get("result") or [])
    bare = Prediction(model=str(raw.get("model_version") or ""), labels=labels)
    built = _build_prediction(bare)
    kept = {k: v for k, v in raw.items() if k not in built or built[k] != v}
    return Prediction(model=bare.model, labels=labels, tool={TOOL: kept} if kept else {})
