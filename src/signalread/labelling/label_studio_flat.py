"""Label Studio's flat forms, JSON-MIN and CSV: a row for each answer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from signalread.labelling.items import Annotation, Item
from signalread.labelling.label_studio import CHOICES, TOOL, WHY, person_name, to_person
from signalread.labelling.metadata import from_metadata, is_column, to_metadata
from signalread.labelling.questions import KEPT, join_labels, keep_questions, split_labels

# What a row says of an answer rather than of the text.
ANSWER = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time")
# What it says of the task, besides its data.
TASK = ("id", "agreement", "history")
COLUMNS = ("id", "text", CHOICES, "annotator", "annotation_id")


def build_flat(item: Item) -> dict[str, Any]:
    """Return the flat form (JSON-MIN) of an item with at most one annotation."""
    row: dict[str, Any] = {**item.tool.get(TOOL, {}), "text": item.text, **to_metadata(item)}
    row.setdefault("id", item.id)
    for annotation in item.annotations:
        kept = dict(annotation.tool.get(TOOL, {}))
        for name, given in split_labels(annotation.labels, kept, name=CHOICES).items():
            if given:
                row[name] = {"choices": given} if len(given) > 1 else given[0]
        kept.pop(KEPT, None)
        row |= kept
        row["annotator"] = to_person(annotation.annotator)
        if annotation.why:
            row[WHY] = annotation.why
        if annotation.at:
            row["updated_at"] = annotation.at
    return row


def parse_flat(row: Mapping[str, Any], *, labels: Sequence[str]) -> Item:
    """Return the item of a flat row. An answer without a choice is one: none applies.

    A column holds labels where it has the form of choices, or one of ``labels``.
    """
    data = dict(row)
    text = data.pop("text")
    if not isinstance(text, str):
        raise TypeError("text")
    task = {k: data.pop(k) for k in TASK if k in data}
    answer = {k: data.pop(k) for k in ANSWER if k in data}
    found: dict[str, list[str]] = {}
    for name in list(data):
        given = _choices(data[name], name, labels)
        if given is not None:
            found[name] = given
            del data[name]
    why = data.pop(WHY, "")
    annotations: tuple[Annotation, ...] = ()
    if answer or found:
        person = answer.pop("annotator", None)
        at = str(answer.pop("updated_at", None) or "")
        answer |= keep_questions(found, name=CHOICES)
        annotations = (
            Annotation(
                annotator=person_name(person),
                labels=join_labels(found),
                why=why if isinstance(why, str) else json.dumps(why, ensure_ascii=False),
                at=at,
                tool={TOOL: answer} if answer else {},
            ),
        )
    id_ = str(task.get("id", ""))
    if isinstance(task.get("id"), str):
        del task["id"]
    return Item(
        id=id_,
        text=text,
        annotations=annotations,
        tool={TOOL: task} if task else {},
        **from_metadata(data),
    )


def _choices(value: Any, name: str, labels: Sequence[str]) -> list[str] | None:
    if isinstance(value, Mapping) and set(value) == {"choices"}:
        return list(map(str, value["choices"]))
    if isinstance(value, str) and (name == CHOICES or value in labels):
        return [value] if value else []
    return None


def build_csv(item: Item) -> dict[str, str]:
    """Return the row of Label Studio's CSV: the flat form, several choices as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in build_flat(item).items()
        if is_column(name) and value != ""  # an empty cell is as good as none
    }


def parse_csv(row: Mapping[str, str], *, labels: Sequence[str]) -> Item:
    """Return the item of a row of Label Studio's CSV."""
    return parse_flat({name: _cell(name, value) for name, value in row.items()}, labels=labels)


def _cell(name: str, value: str) -> Any:
    """Read what the CSV writes as JSON; a text stays as it is, whatever it looks like."""
    if name in ("id", "annotator", "annotation_id", "lead_time") or value.startswith('{"choices"'):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
