"""spaCy: a DocBin of documents with ``doc.cats``, one for each answer."""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signalread.errors import InputError
from signalread.labelling.files import LARGEST, Where, check_size
from signalread.labelling.items import Annotation, Item, Span, to_plain
from signalread.labelling.metadata import from_metadata, to_metadata

if TYPE_CHECKING:
    from spacy.tokens import Doc

KEY = "signalread"  # in doc.user_data
SPANS = "evidence"  # in doc.spans
GIVEN = 0.5  # a category from here up is given


def build_doc(item: Item, *, labels: Sequence[str]) -> dict[str, Any]:
    """Return what a document of an item with at most one annotation holds.

    ``cats`` has 1.0 or 0.0 for every label that was asked about, and nothing where there is no
    answer.
    """
    doc: dict[str, Any] = {"text": item.text, "cats": {}, "spans": [], "meta": {"id": item.id}}
    doc["meta"] |= to_metadata(item)
    for annotation in item.annotations:
        asked = labels if annotation.asked is None else annotation.asked
        doc["cats"] = {label: float(label in annotation.labels) for label in asked}
        doc["spans"] = [to_plain(span) for span in annotation.spans]
    return doc


def parse_doc(doc: Mapping[str, Any], *, labels: Sequence[str]) -> Item:
    """Return the item of a document."""
    meta = dict(doc["meta"])
    cats = doc["cats"]
    annotations: tuple[Annotation, ...] = ()
    if cats:
        annotations = (
            Annotation(
                labels=tuple(label for label, score in cats.items() if score >= GIVEN),
                asked=None if set(labels) <= set(cats) else tuple(cats),
                spans=tuple(Span(**span) for span in doc["spans"]),
            ),
        )
    id_ = meta.pop("id", "")
    return Item(id=str(id_), text=doc["text"], annotations=annotations, **from_metadata(meta))


def write_docs(docs: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write documents as a DocBin, with spaCy's Swedish tokens."""
    import json

    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("sv")
    box = DocBin(store_user_data=True)
    for held in docs:
        doc = nlp.make_doc(held["text"])
        doc.cats = dict(held["cats"])
        spans = [
            doc.char_span(s["start"], s["end"], label=s["label"], alignment_mode="expand")
            for s in held["spans"]
        ]
        doc.spans[SPANS] = [span for span in spans if span is not None]
        meta = held["meta"]
        if _read_spans(doc) != held["spans"]:  # one that begins or ends inside a token
            meta = {**meta, SPANS: held["spans"]}
        # As JSON: spaCy packs user data by means that not every value survives.
        doc.user_data[KEY] = json.dumps(meta, ensure_ascii=False)
        box.add(doc)
    path.write_bytes(box.to_bytes())


def read_docs(path: Path) -> Iterator[Where]:
    """Yield what each document of a DocBin holds.

    Raises :class:`InputError` for what is no DocBin, or unpacks to more than is held.
    """
    import json

    import spacy
    from spacy.tokens import DocBin

    check_size(path)
    packed = path.read_bytes()
    _check_unpacked(packed, path)
    nlp = spacy.blank("sv")
    try:
        docs = list(DocBin().from_bytes(packed).get_docs(nlp.vocab))
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        zlib.error,
        struct.error,
    ) as error:
        raise _broken(path) from error
    for number, doc in enumerate(docs, 1):
        meta: dict[str, Any] = {}
        if isinstance(told := doc.user_data.get(KEY), str):
            try:
                meta = dict(json.loads(told))
            except (ValueError, TypeError, RecursionError) as error:
                raise _broken(path) from error
        exact = meta.pop(SPANS, None)
        yield (
            f"document {number} of {path.name}",
            {
                "text": doc.text,
                "cats": dict(doc.cats),
                "spans": _read_spans(doc) if exact is None else exact,
                "meta": meta,
            },
        )


def _read_spans(doc: "Doc") -> list[dict[str, Any]]:
    return [
        {"start": span.start_char, "end": span.end_char, "label": span.label_}
        for span in doc.spans.get(SPANS, [])
    ]


def _check_unpacked(packed: bytes, path: Path) -> None:
    try:
        unpacker = zlib.decompressobj()
        unpacker.decompress(packed, LARGEST)
        if unpacker.unconsumed_tail:
            raise InputError(
                f"{path.name} unpacks to over {LARGEST // 1024**2:,} MB.",
                hint="split it into several files",
            )
    except zlib.error as error:
        raise _broken(path) from error


def _broken(path: Path) -> InputError:
    return InputError(
        f"{path.name} is not a DocBin of spaCy.", hint="write it again with `to_disk`"
    )
