"""Our own files: JSON lines with everything, and a table with a row for each item and annotator."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from signalread.labelling.files import write_csv, write_xlsx
from signalread.labelling.items import (
    Annotation,
    AnswerStatus,
    Item,
    prediction_from_plain,
    span_from_plain,
    to_plain,
)
from signalread.labelling.metadata import FIELDS, from_metadata, is_column, to_metadata

SEPARATOR = "; "
# What each column of the table holds stands in docs/labels.md.
ANSWER = ("annotator", "status", "labels", "asked", "at", "why", "spans")
COLUMNS = ("id", "text", "question", "predicted", *ANSWER, *FIELDS[1:], "predictions", "extra")
# What our own commands add for people to read stands beside the text.
BESIDE = ("comment", "answers", "disputed", "given", "suspect")
WIDE = ("text", "question", "comment")


def build_row(item: Item) -> dict[str, str]:
    """Return the row of an item with at most one annotation; every cell is text."""
    row = {"id": item.id, "text": item.text}
    rest: dict[str, Any] = {}
    for name, value in to_metadata(item).items():
        if name == "segment" and type(value) is int:
            row[name] = str(value)
        elif isinstance(value, str) and value and (name in FIELDS or _is_own(name)):
            row[name] = value
        else:
            rest[name] = value
    for annotation in item.annotations:
        row |= {
            "annotator": annotation.annotator,
            "status": annotation.status.value,
            "labels": SEPARATOR.join(annotation.labels),
            "asked": SEPARATOR.join(annotation.asked or ()),
            "at": annotation.at,
            "why": annotation.why,
            "spans": _dump([to_plain(span) for span in annotation.spans]),
        }
    if item.predictions:
        row["predicted"] = SEPARATOR.join(item.predictions[0].labels)
        row["predictions"] = _dump([to_plain(p) for p in item.predictions])
    row["extra"] = _dump(rest)
    return {name: cell for name, cell in row.items() if cell}


def parse_row(row: Mapping[str, str]) -> Item:
    """Return the item of a row, with an annotation where a status or labels are filled in.

    Labels without a status are a submitted answer. ``predicted`` is for people's eyes and not read.
    """
    text = row["text"]
    status = row.get("status", "").strip().lower()
    labels = _split(row.get("labels", ""))
    annotations = []
    if status or labels:
        annotations.append(
            Annotation(
                annotator=row.get("annotator", ""),
                status=AnswerStatus(status) if status else AnswerStatus.SUBMITTED,
                labels=labels,
                asked=_split(row["asked"]) if row.get("asked") else None,
                at=row.get("at", ""),
                why=row.get("why", ""),
                spans=tuple(map(span_from_plain, _read(row, "spans", []))),
            )
        )
    metadata: dict[str, Any] = {k: v for k, v in row.items() if k in FIELDS or k not in COLUMNS}
    return Item(
        id=row.get("id", ""),
        text=text,
        annotations=tuple(annotations),
        predictions=tuple(map(prediction_from_plain, _read(row, "predictions", []))),
        **from_metadata({**_read(row, "extra", {}), **metadata}),
    )


def save_csv(rows: Iterable[Mapping[str, str]], path: Path) -> None:
    """Write rows as CSV with a byte order mark, by which Excel knows UTF-8."""
    held = list(rows)
    write_csv(held, path, columns=_arrange(held), encoding="utf-8-sig")


def save_xlsx(rows: Iterable[Mapping[str, str]], path: Path) -> None:
    """Write rows as an Excel sheet."""
    held = list(rows)
    write_xlsx(held, path, columns=_arrange(held), wide=WIDE)


def _arrange(rows: Sequence[Mapping[str, str]]) -> list[str]:
    found = {name for row in rows for name in row}
    text = COLUMNS.index("question") + 1
    return [*COLUMNS[:text], *(name for name in BESIDE if name in found), *COLUMNS[text:]]


def _is_own(name: str) -> bool:
    """Say whether a name of the user's own metadata can be a column beside ours."""
    return name not in COLUMNS and is_column(name)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(label.strip() for label in cell.split(SEPARATOR.strip()) if label.strip())


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _read(row: Mapping[str, str], name: str, empty: Any) -> Any:
    value = json.loads(row[name]) if row.get(name) else empty
    if not isinstance(value, type(empty)):
        raise TypeError(name)
    return value
