"""Hugging Face: a folder of Parquet files, which ``datasets.load_dataset`` opens as it is.

Parquet rather than what ``save_to_disk`` writes: it is what the hub holds, opens in every other
tool too, and is written without the ``datasets`` package. Both are read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from signalread.errors import InputError
from signalread.labelling.files import LARGEST, Where, check_size
from signalread.labelling.items import (
    Annotation,
    AnswerStatus,
    Item,
    Prediction,
    span_from_plain,
    to_plain,
)
from signalread.labelling.metadata import FIELDS, REST, from_metadata, to_metadata

TARGETS = "label"  # 1 or 0 for each label in the order of the codebook, as trainers want it
_ANSWER = ("annotator", "status", "labels", "asked", "at", "why", "spans", TARGETS)
_PREDICTED = ("predicted", "scores", "model")


def build_row(item: Item, *, labels: Sequence[str]) -> dict[str, Any]:
    """Return the row of an item with at most one annotation and one prediction."""
    metadata = to_metadata(item)
    row: dict[str, Any] = {"id": item.id, "text": item.text}
    row |= {name: metadata.pop(name) for name in (*FIELDS, REST) if name in metadata}
    if type(row.get("segment", 0)) is not int:
        metadata["segment"] = row.pop("segment")
    for annotation in item.annotations:
        row |= {
            "annotator": annotation.annotator,
            "status": annotation.status.value,
            "labels": list(annotation.labels),
            "asked": None if annotation.asked is None else list(annotation.asked),
            "at": annotation.at,
            "why": annotation.why,
            "spans": [to_plain(span) for span in annotation.spans],
        }
        if annotation.status is AnswerStatus.SUBMITTED and annotation.asked is None:
            row[TARGETS] = [int(label in annotation.labels) for label in labels]
    for prediction in item.predictions[:1]:
        row |= {
            "predicted": list(prediction.labels),
            "scores": [
                {"label": label, "score": score} for label, score in prediction.scores.items()
            ],
            "model": prediction.model,
        }
    if metadata:
        row["extra"] = json.dumps(metadata, ensure_ascii=False)
    return row


def parse_row(row: Mapping[str, Any], *, labels: Sequence[str]) -> Item:
    """Return the item of a row; rows of others have a ``text`` and ``labels`` or ``label``."""
    data = {k: v for k, v in row.items() if v is not None}
    text, id_ = data.pop("text"), data.pop("id", "")
    if not isinstance(text, str):
        raise TypeError("text")
    answer = {name: data.pop(name) for name in _ANSWER if name in data}
    predicted = {name: data.pop(name) for name in _PREDICTED if name in data}
    given = answer.get("labels")
    if given is None and TARGETS in answer:
        given = _names(answer[TARGETS], labels)
    annotations: tuple[Annotation, ...] = ()
    if given is not None:
        asked = answer.get("asked")
        annotations = (
            Annotation(
                annotator=answer.get("annotator", ""),
                status=AnswerStatus(answer.get("status", "submitted")),
                labels=tuple([given] if isinstance(given, str) else given),
                asked=None if asked is None else tuple(asked),
                at=answer.get("at", ""),
                why=answer.get("why", ""),
                spans=tuple(map(span_from_plain, answer.get("spans", []))),
            ),
        )
    predictions: tuple[Prediction, ...] = ()
    if "predicted" in predicted:
        predictions = (
            Prediction(
                model=predicted.get("model", ""),
                labels=tuple(predicted["predicted"]),
                scores={s["label"]: s["score"] for s in predicted.get("scores", [])},
            ),
        )
    extra = json.loads(data.pop("extra", "{}"))
    return Item(
        id=str(id_),
        text=text,
        annotations=annotations,
        predictions=predictions,
        **from_metadata({**data, **extra}),
    )


def _names(value: Any, labels: Sequence[str]) -> list[str]:
    """Return the labels of a text label, a list of them, or ones and zeros for all labels."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise TypeError("label")
    if all(isinstance(part, str) for part in value):
        return value
    if len(value) != len(labels) or any(part not in (0, 1) for part in value):
        raise ValueError("label is not one number for each label of the codebook")
    return [label for label, part in zip(labels, value, strict=True) if part]


def write_folder(rows: Iterable[Mapping[str, Any]], path: Path, *, labels: Sequence[str]) -> None:
    """Write the folder: its rows as Parquet, and a card that says what they are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, texts = pa.string(), pa.list_(pa.string())
    span = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("label", text)])
    score = pa.struct([("label", text), ("score", pa.float64())])
    kinds: dict[str, Any] = {"segment": pa.int64(), "labels": texts, "asked": texts}
    kinds |= {"predicted": texts, "scores": pa.list_(score), "spans": pa.list_(span)}
    kinds[TARGETS] = pa.list_(pa.int64())
    names = ["id", "text", *FIELDS, *_ANSWER, *_PREDICTED, "extra", REST]
    schema = pa.schema([(name, kinds.get(name, text)) for name in names])
    (path / "data").mkdir(parents=True)
    table = pa.Table.from_pylist(list(rows), schema=schema)
    pq.write_table(table, path / "data" / "train-00000-of-00001.parquet", compression="zstd")
    card = (
        "# Labelled text\n\n"
        f"{len(table):,} rows: one for each text and annotator. `labels` are the labels given, "
        f"`{TARGETS}` the same as ones and zeros in this order:\n\n"
        f"{', '.join(f'`{label}`' for label in labels)}\n\n"
        "Only rows with the status `submitted` are answers; an empty list there means that no "
        "label applies.\n"
    )
    (path / "README.md").write_text(card, encoding="utf-8")


def read_folder(path: Path) -> Iterator[Where]:
    """Yield the rows of a Parquet file, or of all in a folder; Arrow files in it are read too."""
    import pyarrow as pa

    held = 0
    for file in find_files(path):
        check_size(file)
        number = 0
        try:
            for batch, names in _batches(file):
                held += batch.nbytes
                if held > LARGEST:
                    raise InputError(
                        f"{path.name} unpacks to over {LARGEST // 1024**2:,} MB.",
                        hint="split it into several folders",
                    )
                for row in batch.to_pylist():
                    number += 1
                    yield f"row {number} of {file.name}", _named(row, names)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"{file.name} cannot be read as a data set.",
                hint="write it again with `save_to_disk` or `to_parquet`",
            ) from error


def find_files(path: Path) -> list[Path]:
    """Return the Parquet or Arrow files of a data set, links that lead out of it left alone."""
    if path.is_file():
        return [path]
    root = path.resolve()
    found = [
        file
        for suffix in ("parquet", "arrow")
        for file in sorted(path.rglob(f"*.{suffix}"))
        if file.is_file() and file.resolve().is_relative_to(root)
    ]
    if not found:
        raise InputError(
            f"No data set in {path}.", hint="it is a folder with Parquet or Arrow files"
        )
    return found


def _batches(file: Path) -> Iterator[tuple[Any, dict[str, list[str]]]]:
    """Yield record batches, and the names that class numbers in their columns stand for."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if file.suffix == ".arrow":
        with pa.memory_map(str(file)) as source, pa.ipc.open_stream(source) as reader:
            names = _class_names(reader.schema)
            for batch in reader:
                yield batch, names
    else:
        with pq.ParquetFile(file) as table:
            names = _class_names(table.schema_arrow)
            for batch in table.iter_batches(2048):
                yield batch, names


def _class_names(schema: Any) -> dict[str, list[str]]:
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = told.get("info", {}).get("features", {})
        found = {}
        for column, feature in features.items():
            inner = feature.get("feature", feature) if isinstance(feature, dict) else feature
            if isinstance(inner, dict) and isinstance(inner.get("names"), list):
                found[column] = list(map(str, inner["names"]))
        return found
    except (ValueError, AttributeError, RecursionError):
        return {}


def _named(row: dict[str, Any], names: Mapping[str, list[str]]) -> dict[str, Any]:
    for column, classes in names.items():
        value = row.get(column)
        if isinstance(value, int) and 0 <= value < len(classes):
            row[column] = classes[value]
        elif isinstance(value, list) and all(
            isinstance(v, int) and 0 <= v < len(classes) for v in value
        ):
            row[column] = [classes[v] for v in value]
    return row
