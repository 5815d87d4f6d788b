"""What the fuzzer feeds: each target has examples, and reads an input as the program would."""

import io
import json
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from scripts.fuzz_examples import (
    CODEBOOK,
    CSV,
    FRAMEWORKS,
    JSON_LINES,
    LABELS,
    NOTES,
    PDF,
    SETTINGS,
    TEXTS,
    make_docx,
    make_ods,
    make_parquet,
    make_run,
    make_xlsx,
)
from signalread.codebook import load_codebook
from signalread.intake.files import TABLES, check_file
from signalread.settings import Settings

_SETTINGS = Settings(team="Kök")


class Target(Protocol):
    """Something that reads: examples to damage, and the reading itself."""

    @property
    def words(self) -> Sequence[bytes]:
        """What the format is made of."""

    def examples(self) -> Sequence[bytes]:
        """Return inputs that are read without a fault."""

    def read(self, data: bytes) -> None:
        """Read an input to its end."""


class FileTarget:
    """A file that intake reads, whatever its name says it is."""

    def __init__(self, folder: Path, *, name: str, examples: Sequence[bytes], words: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / name
        self.words = tuple(word.encode() for word in words.split())
        self._examples = examples

    def examples(self) -> Sequence[bytes]:
        """Return whole files."""
        return self._examples

    def read(self, data: bytes) -> None:
        """Read all comments; their languages are not looked for, which would take the time."""
        from signalread.intake.notes import read_notes
        from signalread.intake.tables import read_table

        self.path.write_bytes(data)
        check_file(self.path)
        read = read_table if self.path.suffix in TABLES else read_notes
        for comment in read(self.path, stem="a", settings=_SETTINGS):
            comment.text.encode()  # half a pair of surrogates could be written to no file


class PartTarget(FileTarget):
    """One part of an archive that is whole: the first byte says which."""

    def __init__(self, folder: Path, *, name: str, archive: bytes, words: str) -> None:
        with zipfile.ZipFile(io.BytesIO(archive)) as parts:
            self._parts = {part: parts.read(part) for part in parts.namelist()}
        self._names = [part for part in self._parts if part != "mimetype"]
        examples = [bytes([i]) + self._parts[part] for i, part in enumerate(self._names)]
        super().__init__(folder, name=name, examples=examples, words=words)

    def read(self, data: bytes) -> None:
        """Put the part in its place and read the archive."""
        changed = self._names[data[0] % len(self._names)] if data else self._names[0]
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            for part, content in self._parts.items():
                archive.writestr(part, data[1:] if part == changed else content)
        super().read(made.getvalue())


class RedactionTarget:
    """A comment, its names replaced; nothing of it may be lost or come twice."""

    words: Sequence[bytes] = tuple(
        word.encode()
        for word in (
            "Anna",
            "Björn",
            "von",
            "chefen",
            "fyller",
            "född",
            "enda",
            "tel",
            "@",
            "[NAMN",
        )
    )

    def __init__(self, folder: Path) -> None:
        from signalread.redaction.names import ListedNames

        self._find_names = ListedNames()

    def examples(self) -> Sequence[bytes]:
        """Return comments with all that redaction looks for."""
        return TEXTS

    def read(self, data: bytes) -> None:
        """Redact the text, as intake cleans it and as it came."""
        from signalread.intake.cleaning import clean_text
        from signalread.redaction import choose_placeholders, find_spans

        text = data.decode("utf-8", errors="surrogateescape")
        for given in (clean_text(text), text):
            (names,) = self._find_names([given])
            placed = choose_placeholders(given, find_spans(given, names, team="Björn"))
            edges = [edge for span, _ in placed for edge in (span.start, span.end)]
            if edges != sorted(edges) or not all(0 <= edge <= len(given) for edge in edges):
                raise AssertionError("spans out of order")


class SegmentationTarget:
    """A comment, cut into segments that hold all of it but the space."""

    words: Sequence[bytes] = tuple("bl.a. kl. men ... :) ( ) – • 1. A. 👍".encode().split())

    def __init__(self, folder: Path) -> None:
        from signalread.segmentation import load_nlp

        self._nlp = load_nlp()

    def examples(self) -> Sequence[bytes]:
        """Return comments."""
        return TEXTS

    def read(self, data: bytes) -> None:
        """Cut the text, as intake cleans it."""
        from signalread.intake.cleaning import clean_text
        from signalread.records import RedactedComment, Source, Status
        from signalread.segmentation import split_segments

        comment = RedactedComment(
            id="1",
            team="A",
            wave="1",
            respondent="1",
            question=None,
            source=Source.SURVEY,
            text=clean_text(data.decode("utf-8", errors="surrogateescape")),
            status=Status.READ,
            language="sv",
        )
        kept = "".join(segment.text for segment in split_segments([comment], nlp=self._nlp))
        if "".join(kept.split()) != "".join(comment.text.split()):
            raise AssertionError("a segment is lost, or comes twice")


class PathTarget(ABC):
    """A file that one function reads."""

    def __init__(self, folder: Path, *, name: str, examples: Sequence[bytes], words: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / name
        self.words = tuple(word.encode() for word in words.split())
        self._examples = examples
        self._codebook = load_codebook()

    def examples(self) -> Sequence[bytes]:
        """Return whole files."""
        return self._examples

    def read(self, data: bytes) -> None:
        """Write the file and read it."""
        self.path.write_bytes(data)
        self.open()

    @abstractmethod
    def open(self) -> None:
        """Read what was written."""


class SettingsTarget(PathTarget):
    """``signalread.toml``."""

    def open(self) -> None:
        """Read the settings."""
        from signalread.settings import load_settings

        load_settings(self.path)


class CodebookTarget(PathTarget):
    """A codebook of an organisation's own."""

    def open(self) -> None:
        """Read the codebook, and name its labels."""
        repr(load_codebook(self.path).position)


class FrameworksTarget(PathTarget):
    """Frameworks of an organisation's own."""

    def open(self) -> None:
        """Read the frameworks."""
        from signalread.codebook.frameworks import load_frameworks

        load_frameworks(self._codebook, self.path)


class LabelsTarget(PathTarget):
    """Labels from a labelling tool."""

    def open(self) -> None:
        """Read the labels."""
        from signalread.labelling.exchange import read_labels

        list(read_labels(self.path, codebook=self._codebook))


class ManifestTarget(PathTarget):
    """A model folder's manifest; the files beside it are whole."""

    def open(self) -> None:
        """Check the folder."""
        from signalread.classification.model_folder import check_folder

        check_folder(self.path.parent)


class CalibrationTarget(PathTarget):
    """A model folder's calibration."""

    def open(self) -> None:
        """Read the calibration."""
        from signalread.classification.calibration import Calibration

        Calibration.load(self.path, labels=len(self._codebook.labels))


class RunTarget(PathTarget):
    """A file of a run folder; the others are whole."""

    def open(self) -> None:
        """Read the run back, comment by comment and segment by segment."""
        from signalread.runs.saved import open_run

        folder = self.path.parent
        run = open_run(folder if self.path.name == "run.json" else folder.parent)
        repr(run.error_rates)
        for reading in run.readings(self._codebook):
            reading.segment.text.encode()


def _manifest(folder: Path) -> ManifestTarget:
    from signalread.classification.model_folder import FORMAT, REQUIRED, hash_of

    folder.mkdir(parents=True, exist_ok=True)
    for name in REQUIRED:
        (folder / name).write_text("{}", encoding="utf-8")
    manifest = {
        "format": FORMAT,
        "name": "a",
        "created": "2026-11-28",
        "signalread": "0.1",
        "codebook_version": "1",
        "codebook_digest": "0",
        "labels": ["trust"],
        "training": {},
        "files": {name: hash_of(folder / name) for name in REQUIRED},
    }
    examples = [json.dumps(manifest, indent=1).encode()]
    return ManifestTarget(folder, name="manifest.json", examples=examples, words='{} [] null "a" 1')


def _calibration(folder: Path) -> CalibrationTarget:
    from signalread.classification.calibration import ARRAYS

    values = {name: [0.5] * len(load_codebook().labels) for name in ARRAYS}
    examples = [json.dumps({"encoder_share": 1.0, **values}).encode()]
    return CalibrationTarget(folder, name="c.json", examples=examples, words="NaN 1e999 {} []")


def _run(folder: Path, name: str) -> RunTarget:
    make_run(folder)
    place = folder / name
    return RunTarget(
        place.parent, name=place.name, examples=[place.read_bytes()], words="{} [] null 1 NaN"
    )


_XML = '<x/> </x> <c r="A1"/> t="s" <v>0</v> <!-- <![CDATA[ <?x?> &#0; &#x10ffff; xmlns= r=""'

TARGETS: dict[str, Callable[[Path], Target]] = {
    "csv": lambda folder: FileTarget(folder, name="a.csv", examples=CSV, words='; , " sep=; \\"'),
    "jsonl": lambda folder: FileTarget(
        folder, name="a.jsonl", examples=JSON_LINES, words='{} [] {"text": \\ud800 null 1e5'
    ),
    "xlsx": lambda folder: PartTarget(folder, name="a.xlsx", archive=make_xlsx(), words=_XML),
    "ods": lambda folder: PartTarget(folder, name="a.ods", archive=make_ods(), words=_XML),
    "docx": lambda folder: PartTarget(folder, name="a.docx", archive=make_docx(), words=_XML),
    "xlsx-archive": lambda folder: FileTarget(
        folder, name="a.xlsx", examples=[make_xlsx()], words="PK\1\2 PK\3\4 PK\5\6"
    ),
    "docx-archive": lambda folder: FileTarget(
        folder, name="a.docx", examples=[make_docx()], words="PK\1\2 PK\3\4 PK\5\6"
    ),
    "parquet": lambda folder: FileTarget(
        folder, name="a.parquet", examples=[make_parquet()], words="PAR1"
    ),
    "pdf": lambda folder: FileTarget(
        folder, name="a.pdf", examples=[PDF], words="obj endobj << >> /Kids 3 0 R stream (a) Tj Do"
    ),
    "md": lambda folder: FileTarget(folder, name="a.md", examples=NOTES, words="# - * > | ` [](b)"),
    "txt": lambda folder: FileTarget(folder, name="a.txt", examples=NOTES, words="- : Anna: möte"),
    "redaction": RedactionTarget,
    "segmentation": SegmentationTarget,
    "toml": lambda folder: SettingsTarget(
        folder, name="a.toml", examples=[SETTINGS], words="[ ] = . [[a]] '''"
    ),
    "codebook": lambda folder: CodebookTarget(
        folder, name="a.yaml", examples=[CODEBOOK], words="- : {} [] !!set | > ~"
    ),
    "frameworks": lambda folder: FrameworksTarget(
        folder, name="a.yaml", examples=[FRAMEWORKS], words="- : {} [] !!set | > ~"
    ),
    "labels": lambda folder: LabelsTarget(folder, name="a.jsonl", examples=LABELS, words="{} []"),
    "manifest": _manifest,
    "calibration": _calibration,
    "run-json": lambda folder: _run(folder, "run.json"),
    "run-segments": lambda folder: _run(folder, "restricted/segments.parquet"),
}
