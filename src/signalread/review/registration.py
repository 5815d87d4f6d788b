"""Bringing a run folder into the site: its redacted segments, to be searched and corrected."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from signalread.classification.calibration import Calibration
from signalread.codebook import Codebook, load_codebook
from signalread.errors import ModelError
from signalread.records import Reading as ReadingRecord
from signalread.review import trail
from signalread.review.models import Comment, Reading, Run, Segment
from signalread.review.readers import find_reader
from signalread.review.site import this_site
from signalread.runs import SavedRun, open_run

BATCH = 1000  # comments written at a time
LEAST = 0.05  # no threshold is taken to be lower


def register_run(folder: Path, *, actor: str) -> Run:
    """Return the run of a folder, brought into the site if it is not there yet.

    Raises :class:`~signalread.errors.RunError` for a folder that cannot be read, or that was read
    by another codebook than the site's.
    """
    saved = open_run(folder)
    known = Run.objects.filter(identity=identify(saved)).first()
    if known is not None:
        Run.objects.filter(pk=known.pk).update(
            path=str(folder.resolve()),
            name=saved.name,
            codebook_digest=saved.description["codebook"]["digest"],
        )
        known.refresh_from_db()
        return known
    site = this_site()
    codebook = load_codebook(site.codebook)
    with transaction.atomic():
        run = Run.objects.create(
            identity=identify(saved),
            name=saved.name,
            path=str(folder.resolve()),
            codebook_path=str(_keep_codebook(codebook, site.folder)) if site.codebook else "",
            codebook_digest=codebook.digest,
            model_digest=saved.description["model"]["digest"],
            labels=list(codebook.labels),
            thresholds=[0.5] * len(codebook.labels),
            min_respondents_quotes=saved.description["settings"]["min_respondents_quotes"],
            created=_moment(saved.description["created"]),
            registered=timezone.now(),
        )
        marks = _Cuts(len(codebook.labels))
        groups = _by_comment(saved.readings(codebook))
        count = 0
        while chunk := list(islice(groups, BATCH)):
            count += _add(run, chunk)
            for reading in (reading for group in chunk for reading in group):
                marks.add(reading, codebook)
        run.thresholds = _readers_thresholds(run, codebook) or marks.thresholds()
        run.save(update_fields=["thresholds"])
        trail.record(actor, "run registered", f"run:{run.id}", {"segments": count})
    return run


def identify(saved: SavedRun) -> str:
    """Return what tells a run from every other, wherever its folder lies and after any purge."""
    told = [saved.description.get(key) for key in ("created", "input")]
    told += [saved.description[key]["digest"] for key in ("model", "codebook")]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def find_run(run: Path | str) -> Run | None:
    """Return the site's run of a folder, or of that name; ``None`` where it knows none."""
    if isinstance(run, Path):
        return Run.objects.filter(identity=identify(open_run(run))).first()
    return Run.objects.filter(name=run).order_by("-registered").first()


def codebook_of(run: Run) -> Codebook:
    """Return the codebook that a run was read by."""
    return load_codebook(Path(run.codebook_path) if run.codebook_path else None)


def _keep_codebook(codebook: Codebook, folder: Path) -> Path:
    """Return a copy of a codebook of one's own: the model that it lies in may be replaced."""
    copy = folder.resolve() / "codebooks" / f"{codebook.digest[:32]}.yaml"
    if not copy.is_file():
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        work = copy.with_suffix(".new")
        work.write_text(codebook.text, encoding="utf-8")
        work.replace(copy)
    return copy


def _by_comment(readings: Iterator[ReadingRecord]) -> Iterator[list[ReadingRecord]]:
    group: list[ReadingRecord] = []
    for reading in readings:
        if group and reading.segment.comment.id != group[0].segment.comment.id:
            yield group
            group = []
        group.append(reading)
    if group:
        yield group


def _add(run: Run, chunk: list[list[ReadingRecord]]) -> int:
    comments = Comment.objects.bulk_create(
        Comment(
            run=run,
            comment_id=written.id,
            respondent=written.respondent,
            team=written.team,
            wave=written.wave,
            source=written.source.value,
            question=written.question or "",
            text=written.text,
        )
        for written in (group[0].segment.comment for group in chunk)
    )
    pairs = [
        (comment, reading)
        for comment, group in zip(comments, chunk, strict=True)
        for reading in group
    ]
    segments = Segment.objects.bulk_create(
        Segment(
            run=run,
            comment=comment,
            index=reading.segment.index,
            start=reading.segment.start,
            end=reading.segment.end,
            folded=reading.segment.text.casefold(),
            current=spaced(reading.labels),
        )
        for comment, reading in pairs
    )
    Reading.objects.bulk_create(
        Reading(
            segment=segment,
            labels=list(reading.labels),
            scores=[round(score, 4) for score in reading.scores],
            evidence=_known_evidence(reading),
        )
        for segment, (_, reading) in zip(segments, pairs, strict=True)
    )
    return len(segments)


def spaced(labels: list[str] | tuple[str, ...]) -> str:
    """Return labels each between spaces, so that one is found without its namesakes.

    >>> spaced(("trust", "care+"))
    ' trust care+ '
    """
    return f" {' '.join(labels)} "


def _known_evidence(reading: ReadingRecord) -> dict[str, list[list[int]]] | None:
    found: dict[str, list[list[int]]] = {}
    for piece in reading.evidence:
        found.setdefault(piece.label, []).append([piece.start, piece.end])
    return found or None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _readers_thresholds(run: Run, codebook: Codebook) -> list[float] | None:
    """Return the thresholds of the model that read the run, where it is at hand."""
    model = find_reader(run)
    if model is None:
        return None
    try:
        calibration = Calibration.load(model / "calibration.json", labels=len(codebook.labels))
    except ModelError:
        return None
    return [round(float(value), 4) for value in calibration.thresholds]


class _Cuts:
    """Where a run's readings show that its thresholds lie: between given and not given."""

    def __init__(self, labels: int) -> None:
        self._given = [1.0] * labels
        self._not = [LEAST] * labels

    def add(self, reading: ReadingRecord, codebook: Codebook) -> None:
        for i, (label, score) in enumerate(zip(codebook.labels, reading.scores, strict=True)):
            if label in reading.labels:
                self._given[i] = min(self._given[i], score)
            else:
                self._not[i] = max(self._not[i], score)

    def thresholds(self) -> list[float]:
        return [
            # A label that nothing got has its threshold somewhere above all that was seen.
            round(max((low + high) / 2, LEAST) if high < 1 else max(low, 0.5), 4)
            for low, high in zip(self._not, self._given, strict=True)
        ]
