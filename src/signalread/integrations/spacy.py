"""A spaCy component: ``nlp.add_pipe("signalread")`` reads each document's segments.

    nlp = spacy.blank("sv")
    nlp.add_pipe("signalread")                       # or config={"model": "models/own"}
    doc = nlp("Vi får bestämma schemat själva.")
    doc.cats["trust"]                                # a probability
    [(span.text, span.label_) for span in doc.spans["signalread"]]

The question that a text answers, which the model reads too, stands in
``doc.user_data["question"]``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from spacy.language import Language

import signalread
from signalread.classification.model_folder import MANIFEST, check_folder
from signalread.errors import ModelError

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from signalread.reader import Reader, TextReading

QUESTION = "question"  # the key of doc.user_data
MODEL = "model"  # the model's folder in a pipeline that was saved


@Language.factory(
    "signalread",
    default_config={"model": None, "codebook": None, "spans_key": "signalread"},
    assigns=["doc.cats", "doc.spans"],
)
def make_component(
    nlp: Language, name: str, model: str | None, codebook: str | None, spans_key: str
) -> SignalreadComponent:
    """Return the component; ``model`` is a model folder, by default the one in use."""
    return SignalreadComponent(
        name=name, reader=signalread.load(model, codebook=codebook), spans_key=spans_key
    )


class SignalreadComponent:
    """Sets ``doc.cats`` to each label's highest probability, and a span per segment and label.

    Spans go to ``doc.spans[spans_key]``; one that begins or ends within a token takes all of it. A
    pipeline that is saved holds a copy of the model, without any pickle, and checks it when it is
    loaded.
    """

    def __init__(self, *, name: str, reader: Reader, spans_key: str) -> None:
        self.name = name
        self.reader = reader
        self.spans_key = spans_key

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        return next(self.pipe([doc], batch_size=1))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Read documents, ``batch_size`` at a time."""
        source = iter(stream)
        while docs := list(islice(source, batch_size)):
            readings = self.reader.read(
                [doc.text for doc in docs], [doc.user_data.get(QUESTION) for doc in docs]
            )
            for doc, reading in zip(docs, readings, strict=True):
                self._set(doc, reading)
                yield doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Copy the model into the pipeline's folder."""
        _write(Path(path) / MODEL, _read(self.reader.folder))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Take the model of the pipeline's folder, after checking it."""
        self.reader = signalread.load(Path(path) / MODEL)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the model's files in one piece (msgpack)."""
        import srsly

        packed: bytes = srsly.msgpack_dumps(_read(self.reader.folder))
        return packed

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Take the model that :meth:`to_bytes` packed, after checking it."""
        import srsly

        files = srsly.msgpack_loads(data)
        # Kept as long as the component: it may be saved again.
        self._unpacked = tempfile.TemporaryDirectory(prefix="signalread-")
        folder = Path(self._unpacked.name) / MODEL
        _write(folder, files)
        self.reader = signalread.load(folder)
        return self

    def _set(self, doc: Doc, reading: TextReading) -> None:
        doc.cats = dict.fromkeys(self.reader.labels, 0.0) | reading.scores
        spans = (
            doc.char_span(segment.start, segment.end, label=label, alignment_mode="expand")
            for segment in reading.segments
            for label in segment.labels
        )
        doc.spans[self.spans_key] = [span for span in spans if span is not None]


def _read(folder: Path) -> dict[str, bytes]:
    names = (*check_folder(folder).files, MANIFEST)
    return {name: (folder / name).read_bytes() for name in names}


def _write(folder: Path, files: Any) -> None:
    if not isinstance(files, dict) or not all(
        isinstance(name, str) and Path(name).name == name and isinstance(content, bytes)
        for name, content in files.items()
    ):
        raise ModelError("What was to be unpacked is no model.", hint="save the pipeline again")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
