"""Which kind of label file a file or folder is, told by what it holds."""

import zipfile
from collections.abc import Set as AbstractSet
from itertools import islice
from pathlib import Path
from typing import Any

from signalread.errors import InputError
from signalread.labelling import doccano
from signalread.labelling.files import read_json, table_columns
from signalread.labelling.formats import CORPUS, FORMATS

_HEAD = 64 * 1024  # bytes that a file is told by
_LOOKED_AT = 200  # records; the first may be one that nobody has answered


def detect_format(path: Path) -> str:
    """Return the format of a file or folder, told by what it holds.

    Raises :class:`InputError` where it is none of those that are read.
    """
    if path.is_dir():
        if any(path.rglob("*.parquet")) or any(path.rglob("*.arrow")):
            return "huggingface"
        return CORPUS
    try:
        with path.open("rb") as handle:
            head = handle.read(_HEAD)
    except OSError as error:
        raise InputError(f"No file or folder '{path}'.", hint="check the path") from error
    if head.startswith(b"PAR1"):
        return "huggingface"
    if head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                return "xlsx" if "[Content_Types].xml" in archive.namelist() else "doccano-zip"
        except (zipfile.BadZipFile, OSError) as error:
            raise InputError(f"{path.name} cannot be unpacked.", hint="export it again") from error
    if head[:1] == b"\x78":  # how packed data begin, and no text that is read here
        return "spacy"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        told = (_detect_record(record) for _, record in islice(read_json(path), _LOOKED_AT))
        name = next((name for name in told if name is not None), None)
    else:
        name = _detect_columns(set(table_columns(path)))
    if name is None:
        raise InputError(
            f"{path.name} is not a label file that is known.",
            hint=f"name its format with `--from`: {', '.join(FORMATS)}",
        )
    return name


def _detect_record(record: dict[str, Any]) -> str | None:
    keys = set(record)
    signs: list[tuple[bool, str]] = [
        ("data" in keys and bool(keys & {"annotations", "predictions", "drafts"}), "label-studio"),
        ("fields" in keys and bool(keys & {"responses", "suggestions"}), "argilla"),
        (any(k.endswith((".responses", ".suggestion")) for k in keys), "argilla-flat"),
        (bool(keys & {"_input_hash", "_task_hash", "answer", "options"}), "prodigy"),
        (bool(keys & {"annotation_id", "lead_time", "annotator"}), "label-studio-min"),
        (any(_is_choices(value) for value in record.values()), "label-studio-min"),
        ("annotations" in keys and "text" in keys and not _is_old_doccano(record), "jsonl"),
        ("text" in keys and bool(keys & {"label", "labels", "entities", "cats"}), "doccano"),
    ]
    return next((name for holds, name in signs if holds), None)


def _is_choices(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"choices"}


def _is_old_doccano(record: dict[str, Any]) -> bool:
    given = record["annotations"]
    return isinstance(given, list) and any("user" in a for a in given if isinstance(a, dict))


def _detect_columns(columns: AbstractSet[str]) -> str | None:
    signs = [
        (bool(columns & {"annotation_id", "lead_time"}), "label-studio-csv"),
        ({"label", doccano.COMMENTS} <= columns, "doccano-csv"),
        ({"text", "labels"} <= columns or {"text", "status"} <= columns, "csv"),
        ({"text", "label"} <= columns, "doccano-csv"),
    ]
    return next((name for holds, name in signs if holds), None)
