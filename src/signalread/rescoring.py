"""A new model on all waves of a saved run: which shares move, and which trends would with them.

A share may change because people say other things, or because another model reads them. Here one
set of comments is read by two models, wave by wave, each corrected for its own errors, so that
what is left of a difference between waves cannot be the change of model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import tee
from typing import TYPE_CHECKING, Any

from signalread.aggregation import Tally
from signalread.classification import classify_segments
from signalread.correction import settle
from signalread.errors import InputError, ModelError, RunError
from signalread.pipeline import release
from signalread.records import Cell, Compared, Correction, Estimate, Reading, Source
from signalread.settings import Settings
from signalread.waves import previous_waves

if TYPE_CHECKING:
    from signalread.classification import Classifier
    from signalread.codebook import Codebook
    from signalread.disclosure import Export
    from signalread.pipeline import Progress
    from signalread.runs import SavedRun

COLUMNS = (
    *("table", "team", "source", "label", "since", "wave", "segments", "old", "new", "mixed"),
    *("old_word", "new_word", "differs", "agreement", "kappa"),
)
LEAST = 0.01  # a change that is not seen in whole percentage points has no direction

_Round = tuple[str, Source]


class Differs(StrEnum):
    """How a trend depends on the model that tells of it."""

    NO = "no"
    CERTAINTY = "certainty"  # one model is certain of it and the other is not
    DIRECTION = "direction"  # up with one model, down with the other, and one of them is certain


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelShift:
    """How often two models give one label, as shares of the ``segments`` that both have read.

    ``agreement`` is the share of segments that both give it or both do not; ``kappa`` is what of
    that is more than chance (Cohen 1960), none where neither gives the label.
    """

    label: str
    segments: int
    old: float
    new: float
    agreement: float
    kappa: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendShift:
    """The change of one share since the wave before, by the old model and by the new.

    ``mixed`` is the change that would be seen if the wave before had been read by the old model
    and this one by the new: what it differs from the others by is a change of model.
    """

    cell: Cell
    since: str
    old: float
    new: float
    mixed: float
    old_word: Compared
    new_word: Compared

    @property
    def differs(self) -> Differs:
        """Whether readers of the two would be told different things."""
        if self.old_word is self.new_word:
            return Differs.NO
        if self.old * self.new < 0 and min(abs(self.old), abs(self.new)) >= LEAST:
            return Differs.DIRECTION
        return Differs.CERTAINTY


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelComparison:
    """Two models on one run. ``withheld`` trends may not be shown for either of them.

    ``decided`` segments have labels that people gave; of these ``old_right`` and ``new_right``
    were read by the models exactly as people read them.
    """

    run: str
    old: str
    new: str
    labels: tuple[LabelShift, ...]
    trends: tuple[TrendShift, ...]
    withheld: int
    decided: int = 0
    old_right: int = 0
    new_right: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON has it; shares and changes are in [-1, 1]."""
        return {
            "run": self.run,
            "old": self.old,
            "new": self.new,
            "labels": [
                {
                    "label": shift.label,
                    "segments": shift.segments,
                    "old": round(shift.old, 4),
                    "new": round(shift.new, 4),
                    "agreement": round(shift.agreement, 4),
                    "kappa": None if shift.kappa is None else round(shift.kappa, 4),
                }
                for shift in self.labels
            ],
            "trends": [
                {
                    "team": shift.cell.team,
                    "source": shift.cell.source.value,
                    "label": shift.cell.label,
                    "since": shift.since,
                    "wave": shift.cell.wave,
                    "old": round(shift.old, 4),
                    "new": round(shift.new, 4),
                    "mixed": round(shift.mixed, 4),
                    "old_word": shift.old_word.value,
                    "new_word": shift.new_word.value,
                    "differs": shift.differs.value,
                }
                for shift in self.trends
            ],
            "withheld": self.withheld,
            "decided": {
                "segments": self.decided,
                "old_right": self.old_right,
                "new_right": self.new_right,
            },
        }

    def to_rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row per label and per trend, as a spreadsheet has them; blank where not due."""
        told = self.to_json()
        for table in ("labels", "trends"):
            for row in told[table]:
                yield dict.fromkeys(COLUMNS, "") | {"table": table} | row


def compare_models(
    run: SavedRun,
    classifier: Classifier,
    *,
    codebook: Codebook,
    now: datetime,
    corrections: Iterable[Correction] = (),
    progress: Progress | None = None,
) -> ModelComparison:
    """Read all segments of a saved run with ``classifier`` and set its shares against the run's.

    What people decided counts on both sides, as it would in a report; how often the models give a
    label is told of their own readings. Both sides pass the disclosure gate and are held against
    the ledger beside the run; a cell that one of them withholds is withheld. Raises
    :class:`ModelError` where it is the model that read the run, :class:`RunError` for a run that
    cannot be read, and :class:`InputError` for a correction of what the run does not have.
    """
    corrections = list(corrections)
    described = run.description["model"]
    if described["digest"] == classifier.digest:
        raise ModelError(
            f"{run.folder} was read by this very model.", hint="name another one as `--model`"
        )
    settings = _settings(run)
    tallies = Tally(codebook), Tally(codebook)
    for comment in run.comments():
        for tally in tallies:
            list(tally.people([comment]))
    counted: dict[_Round, _Segments] = {}
    before, after = tee(_watched(run.readings(codebook), progress))
    news = classify_segments((reading.segment for reading in after), classifier=classifier)
    decided: Counter[str] = Counter()
    for old, new in zip(
        tallies[0].watch(settle(before, corrections)),
        tallies[1].watch(settle(news, corrections)),
        strict=True,
    ):
        comment = old.reading.segment.comment
        segments = counted.setdefault((comment.wave, comment.source), _Segments())
        segments.add(old.reading.labels, new.reading.labels)
        if old.correction is not None:
            decided["segments"] += 1
            decided["old"] += set(old.reading.labels) == set(old.labels)
            decided["new"] += set(new.reading.labels) == set(new.labels)
    _check_all_found(corrections, decided["segments"])
    exports = [
        release(
            tally, run.folder.resolve(), codebook=codebook, settings=settings, rates=rates, now=now
        )
        for tally, rates in zip(tallies, (run.error_rates, classifier.error_rates), strict=True)
    ]
    olds, news_shown = (_shown(export) for export in exports)
    trends = tuple(_trends(olds, news_shown))
    possible = sum(1 for _ in _pairs(cell.cell for cell in exports[0].cells))
    return ModelComparison(
        run=run.name,
        old=described["name"],
        new=classifier.name,
        labels=tuple(_labels(counted, olds.keys() & news_shown.keys(), codebook.labels)),
        trends=trends,
        withheld=possible - len(trends),
        decided=decided["segments"],
        old_right=decided["old"],
        new_right=decided["new"],
    )


def _check_all_found(corrections: Sequence[Correction], decided: int) -> None:
    wanted = {(correction.comment_id, correction.segment) for correction in corrections}
    if len(wanted) > decided:
        raise InputError(
            f"{len(wanted) - decided} corrections name segments that this run does not have.",
            hint="give corrections that were made of this run",
        )


class _Segments:
    """Counts of segments: all, by label of the old model, of the new, and of both."""

    def __init__(self) -> None:
        self.n = 0
        self.old: Counter[str] = Counter()
        self.new: Counter[str] = Counter()
        self.both: Counter[str] = Counter()

    def add(self, old: Iterable[str], new: Iterable[str]) -> None:
        self.n += 1
        self.old.update(old)
        self.new.update(new)
        self.both.update(set(old) & set(new))


def _labels(
    counted: dict[_Round, _Segments], shown: Iterable[Cell], labels: Sequence[str]
) -> Iterator[LabelShift]:
    """Yield each label's shift over the waves in which its share of the whole may be shown."""
    whole = {(cell.wave, cell.source, cell.label) for cell in shown if not cell.team}
    for label in labels:
        open_ = [c for (wave, source), c in counted.items() if (wave, source, label) in whole]
        n = sum(segments.n for segments in open_)
        if not n:
            continue
        old, new, both = (
            sum(getattr(segments, side)[label] for segments in open_)
            for side in ("old", "new", "both")
        )
        agreement = 1 - (old + new - 2 * both) / n
        chance = (old * new + (n - old) * (n - new)) / n**2
        yield LabelShift(
            label=label,
            segments=n,
            old=old / n,
            new=new / n,
            agreement=agreement,
            kappa=(agreement - chance) / (1 - chance) if chance < 1 else None,
        )


def _trends(old: dict[Cell, Estimate], new: dict[Cell, Estimate]) -> Iterator[TrendShift]:
    for cell, last in _pairs(old):
        if any(c not in side for c in (cell, last) for side in (old, new)):
            continue
        words = old[cell].last_wave, new[cell].last_wave
        if words[0] is None or words[1] is None:
            continue
        yield TrendShift(
            cell=cell,
            since=last.wave,
            old=old[cell].share - old[last].share,
            new=new[cell].share - new[last].share,
            mixed=new[cell].share - old[last].share,
            old_word=words[0],
            new_word=words[1],
        )


def _pairs(cells: Iterable[Cell]) -> Iterator[tuple[Cell, Cell]]:
    """Yield each cell with the same share in the wave before, if that wave has the unit."""
    known = dict.fromkeys(cells)
    last = {
        source: previous_waves(cell.wave for cell in known if cell.source is source)
        for source in Source
    }
    for cell in known:
        wave = last[cell.source].get(cell.wave)
        if wave is not None:
            earlier = Cell(
                team=cell.team, level=cell.level, wave=wave, source=cell.source, label=cell.label
            )
            if earlier in known:
                yield cell, earlier


def _shown(export: Export) -> dict[Cell, Estimate]:
    return {cell.cell: cell for cell in export.cells if isinstance(cell, Estimate)}


def _settings(run: SavedRun) -> Settings:
    saved: dict[str, Any] = run.description.get("settings", {})
    names = ("min_respondents", "coverage")
    try:
        return Settings(**{name: saved[name] for name in names})
    except (KeyError, TypeError) as error:
        raise RunError(
            f"{run.folder} is damaged: run.json lacks its limits.",
            hint="analyze the input anew with `--force`",
        ) from error


def _watched(readings: Iterable[Reading], progress: Progress | None) -> Iterator[Reading]:
    for reading in readings:
        if progress is not None:
            progress.advance()
        yield reading
