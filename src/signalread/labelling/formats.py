"""Every kind of label file that is read and written."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from signalread.errors import InputError
from signalread.labelling import (
    argilla,
    docbin,
    doccano,
    hugging_face,
    label_studio,
    label_studio_flat,
    own,
    prodigy,
)
from signalread.labelling.files import (
    Where,
    read_json,
    read_table,
    write_csv,
    write_json,
    write_json_lines,
)
from signalread.labelling.items import Item, item_from_plain, to_plain

CORPUS = "corpus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of label file: how its records are read, written and understood.

    ``rows`` says that a record is one answer rather than one item; ``caveat`` what such a file
    does not tell.
    """

    name: str
    about: str
    suffix: str
    rows: bool
    load: Callable[[Path], Iterator[Where]]
    save: Callable[[Iterable[Any], Path, Sequence[str]], None]
    build: Callable[[Item, Sequence[str]], Any]
    parse: Callable[[Any, Sequence[str]], Item]
    caveat: str = ""


def _without_labels(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take the codebook's labels and pass them by, for a form that does not ask for them."""
    return lambda *given: function(*given[:-1])


def _with_labels(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: function(*given[:-1], labels=given[-1])


_JSON = _without_labels(write_json)
_LINES = _without_labels(write_json_lines)
_UNNAMED_STATUS = "it has no status: every answer counts as submitted"
_EMPTY = "a text without labels counts as unanswered: the file does not tell the two apart"

FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format(
            name="jsonl",
            about="JSON lines of signalread, with everything",
            suffix=".jsonl",
            rows=False,
            load=read_json,
            save=_LINES,
            build=_without_labels(to_plain),
            parse=_without_labels(item_from_plain),
        ),
        Format(
            name="csv",
            about="a table with a row for each item and annotator",
            suffix=".csv",
            rows=True,
            load=read_table,
            save=_without_labels(own.save_csv),
            build=_without_labels(own.build_row),
            parse=_without_labels(own.parse_row),
        ),
        Format(
            name="xlsx",
            about="the same table in Excel",
            suffix=".xlsx",
            rows=True,
            load=read_table,
            save=_without_labels(own.save_xlsx),
            build=_without_labels(own.build_row),
            parse=_without_labels(own.parse_row),
        ),
        Format(
            name="label-studio",
            about="Label Studio, JSON",
            suffix=".json",
            rows=False,
            load=read_json,
            save=_JSON,
            build=_without_labels(label_studio.build_task),
            parse=_without_labels(label_studio.parse_task),
        ),
        Format(
            name="label-studio-min",
            about="Label Studio, JSON-MIN",
            suffix=".json",
            rows=True,
            load=read_json,
            save=_JSON,
            build=_without_labels(label_studio_flat.build_flat),
            parse=_with_labels(label_studio_flat.parse_flat),
            caveat=_UNNAMED_STATUS,
        ),
        Format(
            name="label-studio-csv",
            about="Label Studio, CSV or TSV",
            suffix=".csv",
            rows=True,
            load=read_table,
            save=_without_labels(
                partial(write_csv, columns=label_studio_flat.COLUMNS, quoting=csv.QUOTE_NONNUMERIC)
            ),
            build=_without_labels(label_studio_flat.build_csv),
            parse=_with_labels(label_studio_flat.parse_csv),
            caveat=_UNNAMED_STATUS,
        ),
        Format(
            name="argilla",
            about="Argilla 2, records as JSON",
            suffix=".json",
            rows=False,
            load=read_json,
            save=_JSON,
            build=_without_labels(argilla.build_record),
            parse=_with_labels(argilla.parse_record),
            caveat=f"{_UNNAMED_STATUS}; `to_list(flatten=True)` tells them apart",
        ),
        Format(
            name="argilla-flat",
            about="Argilla 2, flattened records as JSON",
            suffix=".json",
            rows=False,
            load=read_json,
            save=_JSON,
            build=_without_labels(argilla.build_flat),
            parse=_with_labels(argilla.parse_flat),
        ),
        Format(
            name="doccano",
            about="doccano, JSON lines",
            suffix=".jsonl",
            rows=True,
            load=read_json,
            save=_LINES,
            build=_without_labels(doccano.build_record),
            parse=_without_labels(doccano.parse_record),
            caveat=_EMPTY,
        ),
        Format(
            name="doccano-csv",
            about="doccano, CSV with labels joined by #",
            suffix=".csv",
            rows=True,
            load=read_table,
            save=_without_labels(partial(write_csv, columns=doccano.COLUMNS)),
            build=_without_labels(doccano.build_csv),
            parse=_without_labels(doccano.parse_csv),
            caveat=_EMPTY,
        ),
        Format(
            name="doccano-zip",
            about="doccano, ZIP with a file for each annotator",
            suffix=".zip",
            rows=True,
            load=doccano.read_archive,
            save=_without_labels(doccano.write_archive),
            build=_without_labels(doccano.build_record),
            parse=_without_labels(doccano.parse_record),
            caveat=_EMPTY,
        ),
        Format(
            name="prodigy",
            about="Prodigy, JSON lines of choices or single labels",
            suffix=".jsonl",
            rows=True,
            load=read_json,
            save=_LINES,
            build=_with_labels(prodigy.build_record),
            parse=_with_labels(prodigy.parse_record),
        ),
        Format(
            name="spacy",
            about="spaCy, a DocBin with doc.cats",
            suffix=".spacy",
            rows=True,
            load=docbin.read_docs,
            save=_without_labels(docbin.write_docs),
            build=_with_labels(docbin.build_doc),
            parse=_with_labels(docbin.parse_doc),
        ),
        Format(
            name="huggingface",
            about="Hugging Face, a folder of Parquet files",
            suffix="",
            rows=True,
            load=hugging_face.read_folder,
            save=_with_labels(hugging_face.write_folder),
            build=_with_labels(hugging_face.build_row),
            parse=_with_labels(hugging_face.parse_row),
        ),
    )
}


def choose_format(path: Path) -> str:
    """Return the format that a name asks for.

    Raises :class:`InputError` where it could be several.
    """
    named = {".csv": "csv", ".xlsx": "xlsx", ".jsonl": "jsonl"}
    named |= {".spacy": "spacy", ".zip": "doccano-zip"}
    if path.suffix.lower() not in named:
        raise InputError(
            f"The format of {path.name} is not given by its name.",
            hint=f"name it with `--to`: {', '.join(FORMATS)}",
        )
    return named[path.suffix.lower()]


def check_format(name: str | None) -> str | None:
    """Return a format's name as it is; raise :class:`InputError` where there is none of it."""
    if name is not None and name not in (*FORMATS, CORPUS):
        near = get_close_matches(name, [*FORMATS, CORPUS], n=1, cutoff=0.5)
        raise InputError(
            f"Unknown format '{name}'.",
            hint=f"did you mean '{near[0]}'?" if near else f"the formats are {', '.join(FORMATS)}",
        )
    return name


def caveat(name: str) -> str:
    """Return what files of a format do not tell, or nothing."""
    form = FORMATS.get(name)
    return f"{form.about}: {form.caveat}" if form is not None and form.caveat else ""
