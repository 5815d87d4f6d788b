"""The whole way on one screen: from files to a run folder with a report."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from signalread import __version__
from signalread.aggregation import Tally, estimate_shares
from signalread.classification import classify_segments
from signalread.correction import settle
from signalread.disclosure import Ledger, review
from signalread.intake import find_files, read_comments
from signalread.redaction import redact_comments
from signalread.reporting import RunFacts, build_view, write_reports
from signalread.runs import RunFolder, hash_file
from signalread.segmentation import split_segments

if TYPE_CHECKING:
    from spacy.language import Language

    from signalread.classification import Classifier
    from signalread.codebook import Codebook
    from signalread.records import Comment, Correction
    from signalread.redaction import NameFinder
    from signalread.settings import Settings


class Progress(Protocol):
    """Told of each comment that comes in, so that somebody can see how far it has come."""

    def advance(self) -> None:
        """Say that one more comment has been taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What a run reads with, loaded by the caller."""

    nlp: Language
    find_names: NameFinder
    classifier: Classifier


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a run took in and left out, by status, and how many segments it read."""

    out: Path
    counts: dict[str, int]


def analyze(
    paths: Sequence[Path],
    out: Path,
    *,
    codebook: Codebook,
    settings: Settings,
    models: Models,
    now: datetime,
    corrections: Iterable[Correction] = (),
    progress: Progress | None = None,
    force: bool = False,
) -> RunSummary:
    """Read files and folders of comments and write the run folder ``out``.

    Raises a :class:`~signalread.errors.SignalreadError` for input that cannot be read and for an
    output folder that is in the way; nothing half-written is left.
    """
    files = find_files(paths)
    salt = settings.salt or secrets.token_hex(16)
    with RunFolder(out, labels=codebook.labels, force=force) as run:
        tally = Tally(codebook)
        comments = _watched(read_comments(files, settings=settings), progress)
        redacted = redact_comments(comments, find_names=models.find_names, salt=salt)
        kept = run.keep_comments(tally.people(redacted))
        segments = split_segments(kept, nlp=models.nlp)
        readings = classify_segments(segments, classifier=models.classifier)
        judgements = run.keep_judgements(settle(readings, corrections))
        deque(tally.watch(judgements), maxlen=0)  # drives the whole chain, keeps nothing

        estimates = estimate_shares(
            tally.groups(),
            codebook=codebook,
            coverage=settings.coverage,
            rates=models.classifier.error_rates,
        )
        # Remembered before it is written: what might have been read is never forgotten.
        with Ledger(out.parent) as ledger:
            export = review(
                estimates, min_respondents=settings.min_respondents, earlier=ledger.releases()
            )
            ledger.remember(export.releases, run=out.name, now=now)
        facts = RunFacts(
            created=now,
            files=tuple(path.name for path in files),
            counts=dict(run.counts),
            model=models.classifier.name,
            codebook_version=codebook.version,
            min_respondents=settings.min_respondents,
            coverage=settings.coverage,
            signalread_version=__version__,
        )
        write_reports(build_view(export.cells, codebook=codebook, facts=facts), run.report)
        run.finish(
            export.cells,
            description=_description(files, codebook, settings, models.classifier, now),
        )
        return RunSummary(out=out, counts=dict(run.counts))


def _watched(comments: Iterable[Comment], progress: Progress | None) -> Iterator[Comment]:
    for comment in comments:
        if progress is not None:
            progress.advance()
        yield comment


def _description(
    files: Sequence[Path],
    codebook: Codebook,
    settings: Settings,
    classifier: Classifier,
    now: datetime,
) -> dict[str, Any]:
    shown = asdict(settings)
    del shown["salt"]  # whoever knows it can test a guess at who a pseudonym is
    return {
        "signalread": __version__,
        "created": now.isoformat(timespec="seconds"),
        "model": {
            "name": classifier.name,
            "digest": classifier.digest,
            "error_rates": asdict(classifier.error_rates),
        },
        "codebook": {"version": codebook.version, "digest": codebook.digest},
        "settings": shown,
        "input": [
            {"name": path.name, "bytes": path.stat().st_size, "sha256": hash_file(path)}
            for path in files
        ],
    }
