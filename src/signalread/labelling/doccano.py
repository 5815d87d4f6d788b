"""doccano: JSON lines, CSV with labels joined by ``#``, and a ZIP with a file for each annotator.

doccano exports a text that nobody has labelled and one to which no label applies alike, as an
empty list. Such a row is no answer, unless our own note says that it is one, or somebody approved
it (``annotation_approver``).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from signalread.errors import InputError
from signalread.labelling.files import (
    Where,
    parse_json_lines,
    read_parts,
    write_parts,
)
from signalread.labelling.items import Annotation, Item, Span, span_from_plain
from signalread.labelling.metadata import from_metadata, is_column, to_metadata

TOOL = "doccano"
COMMENTS = "Comments"
COLUMNS = ("id", "text", "label", COMMENTS)
ANNOTATOR = "username"  # also in the exports of doccano's first versions
UNNAMED = "all"  # the file of a project in which annotators share one set of labels
JOINER = "#"


def build_record(item: Item) -> dict[str, Any]:
    """Return the row of an item with at most one annotation."""
    id_: Any = int(item.id) if re.fullmatch(r"0|[1-9]\d{0,14}", item.id) else item.id
    record: dict[str, Any] = {"id": id_, "text": item.text, "label": []}
    for annotation in item.annotations:
        record["label"] = list(annotation.labels)
        if annotation.spans:
            record["entities"] = [
                {"id": n, "label": s.label, "start_offset": s.start, "end_offset": s.end}
                for n, s in enumerate(annotation.spans)
            ]
        if annotation.annotator:
            record[ANNOTATOR] = annotation.annotator
        record[COMMENTS] = [annotation.why] if annotation.why else []
    record.setdefault(COMMENTS, [])
    return {**{k: v for k, v in to_metadata(item).items() if k not in record}, **record}


def parse_record(record: Mapping[str, Any]) -> Item:
    """Return the item of a row, in the form of doccano's present or earlier versions."""
    data = dict(record)
    text = data.pop("text")
    if not isinstance(text, str):
        raise TypeError("text")
    given = [data.pop(key) for key in ("label", "labels", "cats") if key in data]
    labels, spans = _labels(given)
    spans += [_entity(e) for e in data.pop("entities", [])]
    comments = data.pop(COMMENTS, [])
    why = "\n".join([comments] if isinstance(comments, str) else map(str, comments))
    approver = data.pop("annotation_approver", None)
    person = str(data.pop(ANNOTATOR, None) or approver or "")
    annotations: tuple[Annotation, ...] = ()
    if labels or spans or approver is not None:
        annotations = (
            Annotation(annotator=person, labels=tuple(labels), spans=tuple(spans), why=why),
        )
    id_ = [data.pop(key) for key in ("id", "doc_id") if key in data]
    return Item(
        id=str(id_[0]) if id_ else "",
        text=text,
        annotations=annotations,
        **from_metadata(data),
    )


def build_csv(item: Item) -> dict[str, str]:
    """Return the row of doccano's CSV."""
    record = build_record(item)
    record["label"] = JOINER.join(record["label"])
    record[COMMENTS] = JOINER.join(record[COMMENTS])
    return {
        k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)
        for k, v in record.items()
        if is_column(k) and v != ""  # an empty cell is as good as none
    }


def parse_csv(row: Mapping[str, str]) -> Item:
    """Return the item of a row of doccano's CSV."""
    data: dict[str, Any] = dict(row)
    data["label"] = [label for label in row.get("label", "").split(JOINER) if label]
    if "entities" in data:
        data["entities"] = json.loads(data["entities"])
    return parse_record(data)


def read_archive(path: Path) -> Iterator[Where]:
    """Yield the rows of each annotator's file, with the annotator's name in them."""
    seen: dict[str, str] = {}
    for name, content in read_parts(path):
        stem, suffix = PurePath(name).stem, PurePath(name).suffix.lower()
        if suffix not in (".jsonl", ".json", ".csv"):
            raise InputError(
                f"{path.name} holds '{name[:80]}', which is no label file.",
                hint="an archive of doccano holds a .jsonl, .json or .csv for each annotator",
            )
        if stem in seen:
            raise InputError(
                f"{path.name} holds two files of '{stem[:80]}'.", hint="keep one of them"
            )
        seen[stem] = name
        for where, record in _read_part(f"{name} in {path.name}", content, suffix):
            if stem != UNNAMED and ANNOTATOR not in record:
                record[ANNOTATOR] = stem
            yield where, record


def _read_part(name: str, content: bytes, suffix: str) -> Iterator[Where]:
    import csv
    import io

    try:
        text = content.decode("utf-8-sig")
        if suffix == ".csv":
            for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), 2):
                record = {k: v for k, v in row.items() if isinstance(k, str) and v}
                record["label"] = [p for p in (row.get("label") or "").split(JOINER) if p]
                yield f"row {number} of {name}", record
        elif suffix == ".json" and text.lstrip().startswith("["):
            for number, record in enumerate(json.loads(text), 1):
                yield f"record {number} of {name}", dict(record)
        else:
            yield from parse_json_lines(text.splitlines(), name)
    except (UnicodeDecodeError, ValueError, TypeError, RecursionError, csv.Error) as error:
        raise InputError(
            f"{name} cannot be read ({type(error).__name__}).", hint="export it again from doccano"
        ) from error


def write_archive(records: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write a file for each annotator; what nobody has labelled stands in ``all.jsonl``."""
    files: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for record in records:
        person = record.get(ANNOTATOR, UNNAMED)
        if person not in names:
            good = re.fullmatch(r"[\w@+-][\w.@+-]{0,100}", person) and person != UNNAMED
            names[person] = person if good else f"annotator-{len(names) + 1}"
            if ANNOTATOR not in record:
                names[person] = UNNAMED
        # The name is the file's, where the file can have it.
        row = {k: v for k, v in record.items() if k != ANNOTATOR or names[person] != v}
        files.setdefault(names[person], []).append(json.dumps(row, ensure_ascii=False))
    write_parts(
        {f"{name}.jsonl": "\n".join(lines) + "\n" for name, lines in sorted(files.items())}, path
    )


def _labels(given: list[Any]) -> tuple[list[str], list[Span]]:
    """Return the labels of a text, and those that lie on characters of it."""
    labels: list[str] = []
    spans: list[Span] = []
    for found in given:
        for label in [found] if isinstance(found, str) else found:
            if isinstance(label, list):
                start, end, name = label
                spans.append(Span(start=int(start), end=int(end), label=str(name)))
            else:
                labels.append(label)
    return labels, spans


def _entity(entity: Any) -> Span:
    if isinstance(entity, list):
        entity = dict(zip(("start_offset", "end_offset", "label"), entity, strict=True))
    return span_from_plain(
        {
            "start": entity["start_offset"],
            "end": entity["end_offset"],
            "label": entity["label"],
        }
    )
