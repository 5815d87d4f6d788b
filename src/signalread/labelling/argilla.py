"""Argilla 2: records as it writes them to JSON (nested), and flattened as in its data sets.

The labels are a ``MultiLabelQuestion`` named ``labels``, comments a ``TextQuestion`` named ``why``
and evidence a ``SpanQuestion`` named ``evidence``. The nested form does not say which answers are
drafts or discarded.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
from signalread.labelling.questions import join_labels, keep_questions, split_labels

TOOL = "argilla"
LABELS, EVIDENCE, WHY = "labels", "evidence", "why"
_STATUS = {
    "submitted": AnswerStatus.SUBMITTED,
    "draft": AnswerStatus.DRAFT,
    "discarded": AnswerStatus.SKIPPED,
}
_STATUS_NAME = {status: name for name, status in _STATUS.items()} | {
    AnswerStatus.REJECTED: "discarded"
}
Response = dict[str, Any]  # value, user_id and, where the form has it, status


def build_record(item: Item) -> dict[str, Any]:
    """Return the nested record of an item."""
    fields = {"text": item.text}
    metadata = {k: _flat(v) for k, v in to_metadata(item).items()}
    responses = _build_responses(item)
    for given in responses.values():
        for response in given:
            del response["status"]
    return {
        "id": item.id,
        "fields": fields,
        "metadata": metadata,
        "suggestions": {
            question: {"value": given, "score": _scores(p, given), "agent": p.model}
            for p in item.predictions[:1]
            for question, given in split_labels(p.labels, p.tool.get(TOOL, {}), name=LABELS).items()
        },
        "responses": responses,
        **{"vectors": {}, **item.tool.get(TOOL, {})},
    }


def parse_record(record: Mapping[str, Any], *, labels: Sequence[str]) -> Item:
    """Return the item of a nested record; every answer counts as submitted."""
    fields = dict(record["fields"])
    kept = {
        k: v
        for k, v in record.items()
        if k not in ("id", "fields", "metadata", "suggestions", "responses")
        and (k, v) != ("vectors", {})
    }
    return _item(
        id_=record.get("id"),
        text=fields.pop("text"),
        metadata={**fields, **record.get("metadata", {})},
        suggestions=record.get("suggestions", {}),
        responses=record.get("responses", {}),
        kept=kept,
        labels=labels,
    )


def build_flat(item: Item) -> dict[str, Any]:
    """Return the flattened record of an item."""
    record: dict[str, Any] = {"id": item.id, "text": item.text}
    record |= {k: _flat(v) for k, v in to_metadata(item).items()}
    for prediction in item.predictions[:1]:
        kept = prediction.tool.get(TOOL, {})
        for question, given in split_labels(prediction.labels, kept, name=LABELS).items():
            record[f"{question}.suggestion"] = given
            record[f"{question}.suggestion.score"] = _scores(prediction, given)
            record[f"{question}.suggestion.agent"] = prediction.model
    for question, said in _build_responses(item).items():
        record[f"{question}.responses"] = [response["value"] for response in said]
        record[f"{question}.responses.users"] = [response["user_id"] for response in said]
        record[f"{question}.responses.status"] = [response["status"] for response in said]
    return {**item.tool.get(TOOL, {}), **record}


def parse_flat(record: Mapping[str, Any], *, labels: Sequence[str]) -> Item:
    """Return the item of a flattened record."""
    data = dict(record)
    questions = [k.removesuffix(".responses") for k in data if k.endswith(".responses")]
    suggested = [k.removesuffix(".suggestion") for k in data if k.endswith(".suggestion")]
    suggestions = {}
    for question in suggested:
        name = f"{question}.suggestion"
        value, score, agent = (data.pop(name + end, None) for end in ("", ".score", ".agent"))
        if value is not None:
            suggestions[question] = {"value": value, "score": score, "agent": agent}
    responses = {}
    for question in questions:
        name = f"{question}.responses"
        values, users, status = (data.pop(name + end, None) for end in ("", ".users", ".status"))
        given = values or []
        responses[question] = [
            {"value": value, "user_id": user, "status": state}
            for value, user, state in zip(
                given,
                users or [""] * len(given),
                status or ["submitted"] * len(given),
                strict=True,
            )
        ]
    kept: dict[str, Any] = {k: data.pop(k) for k in ("status", "_server_id") if k in data}
    return _item(
        id_=data.pop("id", None),
        text=data.pop("text"),
        metadata=data,
        suggestions=suggestions,
        responses=responses,
        kept=kept,
        labels=labels,
    )


def _build_responses(item: Item) -> dict[str, list[Response]]:
    responses: dict[str, list[Response]] = defaultdict(list)
    for annotation in item.annotations:
        asked = split_labels(annotation.labels, annotation.tool.get(TOOL, {}), name=LABELS)
        said: dict[str, Any] = {
            **asked,
            EVIDENCE: [to_plain(span) for span in annotation.spans],
            WHY: annotation.why,
        }
        for question, value in said.items():
            if value or question in asked:
                responses[question].append(
                    {
                        "value": value,
                        "user_id": annotation.annotator,
                        "status": _STATUS_NAME[annotation.status],
                    }
                )
    return dict(responses)


def _item(
    *,
    id_: Any,
    text: Any,
    metadata: Mapping[str, Any],
    suggestions: Mapping[str, Any],
    responses: Mapping[str, Any],
    kept: Mapping[str, Any],
    labels: Sequence[str],
) -> Item:
    if not isinstance(text, str):
        raise TypeError("text")
    return Item(
        id="" if id_ is None else str(id_),
        text=text,
        annotations=tuple(_annotations(responses, labels)),
        predictions=tuple(_predictions(suggestions, labels)),
        tool={TOOL: dict(kept)} if kept else {},
        **from_metadata({k: v for k, v in metadata.items() if v is not None}),
    )


def _annotations(responses: Mapping[str, Any], labels: Sequence[str]) -> Iterator[Annotation]:
    # A person answers each question once; where there are more answers, the first of one question
    # goes with the first of the others.
    said: dict[tuple[str, int], dict[str, Any]] = {}
    for question, given in responses.items():
        turn: Counter[str] = Counter()
        for response in given:
            user = str(response.get("user_id") or "")
            answer = said.setdefault((user, turn[user]), {"labels": {}, "spans": [], "why": []})
            turn[user] += 1
            answer.setdefault("status", response.get("status") or "submitted")
            _add(answer, question, response["value"], labels)
    for (user, _), answer in said.items():
        yield Annotation(
            annotator=user,
            status=_STATUS[answer["status"]],
            labels=join_labels(answer["labels"]),
            spans=tuple(answer["spans"]),
            why="\n".join(answer["why"]),
            tool=_keep(answer["labels"]),
        )


def _add(answer: dict[str, Any], question: str, value: Any, labels: Sequence[str]) -> None:
    """Add what was answered to a question: labels, spans, or words."""
    if isinstance(value, list):
        if any(isinstance(part, Mapping) for part in value):
            answer["spans"] += map(span_from_plain, value)
        elif question != EVIDENCE:
            answer["labels"][question] = list(value)
    elif isinstance(value, str) and (value in labels or question == LABELS):
        answer["labels"][question] = [value]
    elif value is not None:
        answer["why"].append(str(value))


def _predictions(suggestions: Mapping[str, Any], labels: Sequence[str]) -> Iterator[Prediction]:
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for question, suggestion in suggestions.items():
        value, score = suggestion["value"], suggestion.get("score")
        if isinstance(value, str) and (value in labels or question == LABELS):
            value = [value]
        if not isinstance(value, list) or any(isinstance(part, Mapping) for part in value):
            continue
        agent = str(suggestion.get("agent") or "")
        found[agent][question] = list(value)
        told = score if isinstance(score, list) else [score] * len(value)
        scores[agent] |= {k: float(s) for k, s in zip(value, told, strict=False) if s is not None}
    for agent, given in found.items():
        yield Prediction(
            model=agent, labels=join_labels(given), scores=scores[agent], tool=_keep(given)
        )


def _keep(given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    kept = keep_questions(given, name=LABELS)
    return {TOOL: kept} if kept else {}


def _scores(prediction: Prediction, labels: Sequence[str]) -> list[float] | None:
    known = all(label in prediction.scores for label in labels)
    return [prediction.scores[label] for label in labels] if known else None


def _flat(value: Any) -> Any:
    """Argilla's metadata are texts and numbers: the rest is written as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
