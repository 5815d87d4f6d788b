"""Runs of a second or so, for tests of what lies on the disk while they are made and after."""

import sqlite3
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from signalread.classification import Passage
from signalread.codebook import Codebook, load_codebook
from signalread.disclosure.ledger import NAME as LEDGER
from signalread.pipeline import Models, RunSummary, analyze
from signalread.records import ErrorRates
from signalread.redaction import load_name_finder
from signalread.segmentation import load_nlp
from signalread.settings import Settings

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
SALTED = Settings(salt="test")
PART = 20  # comments in a part
TEAMS = ("Omsorg / Norr", "Omsorg / Syd", "Teknik / Gata")
SAID = (
    "Vi bestämmer schemat själva.",
    "Chefen litar på oss, men ingen vågar säga något på mötena.",
    "inget att tillägga",
    "Kerstin lyssnar på oss när det blir fel.",
)


class LengthReader:
    """Gives scores that depend on a passage's letters alone, and counts what it has read."""

    name = "length"

    def __init__(self, codebook: Codebook, *, digest: str = "length-1") -> None:
        self.digest = digest
        self.labels = codebook.labels
        self.thresholds = np.full(len(self.labels), 0.7, dtype=np.float32)
        self.read = 0

    @property
    def error_rates(self) -> ErrorRates:
        """Errs as seldom as a good model."""
        n = len(self.labels)
        return ErrorRates(
            sensitivity=(0.95,) * n,
            specificity=(0.99,) * n,
            positives=(500.0,) * n,
            negatives=(5000.0,) * n,
        )

    def score(self, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        """Return scores between 0 and 1."""
        self.read += len(passages)
        sums = np.array([sum(map(ord, passage.text)) for passage in passages])
        columns = np.arange(1, len(self.labels) + 1)
        return (np.outer(sums, columns) % 101 / 101).astype(np.float32)

    def evidence(self, passages: Sequence[Passage], label: str) -> list[tuple[int, int]]:
        """Return the whole text."""
        return [(0, len(passage.text)) for passage in passages]


class At:
    """Does something once, when so many comments have come in."""

    def __init__(self, comment: int, act: Callable[[], None]) -> None:
        self._left = comment
        self._act = act

    def advance(self) -> None:
        """Count one more."""
        self._left -= 1
        if self._left == 0:
            self._act()


def stop() -> None:
    """Stop the run as Ctrl-C does."""
    raise KeyboardInterrupt


def write_survey(path: Path, *, comments: int = 120) -> Path:
    """Write a survey in three teams, two comments a respondent."""
    rows = ["Svarsnummer;Enhet;Omgång;Fråga;Kommentar"]
    for i in range(comments):
        who = i // 2
        said = f"{SAID[i % len(SAID)]} {i // 8}" if i % len(SAID) != 2 else SAID[2]
        rows.append(f"{who};{TEAMS[who % len(TEAMS)]};1;Fråga {i % 2}?;{said}")
    path.write_text("\r\n".join(rows), encoding="utf-8")
    return path


def make_models(*, digest: str = "length-1", names_digest: str = "lists") -> Models:
    """Return models that load in no time."""
    return Models(
        nlp=load_nlp(),
        find_names=load_name_finder(None),
        classifier=LengthReader(load_codebook(), digest=digest),
        names_digest=names_digest,
    )


def run(
    survey: Path,
    out: Path,
    *,
    models: Models | None = None,
    settings: Settings = SALTED,
    now: datetime = NOW,
    progress: At | None = None,
    resume: bool = False,
    force: bool = False,
) -> RunSummary:
    """Analyze a survey in parts of :data:`PART` comments."""
    return analyze(
        [survey],
        out,
        codebook=load_codebook(),
        settings=settings,
        models=models or make_models(),
        now=now,
        progress=progress,
        resume=resume,
        force=force,
        part_size=PART,
    )


def snapshot(house: Path) -> dict[str, str]:
    """Return what each file holds and who may read it; of the ledger, what its tables hold."""
    found = {}
    for path in sorted(house.rglob("*")):
        held = path.read_bytes() if path.is_file() else b""
        if path.name == LEDGER:
            with closing(sqlite3.connect(path)) as ledger:
                held = "\n".join(ledger.iterdump()).encode()
        mode = stat.S_IMODE(path.stat().st_mode)
        found[path.relative_to(house).as_posix()] = f"{mode:o} {sha256(held).hexdigest()}"
    return found
