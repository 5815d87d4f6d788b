"""The whole way on one screen: from files to a run folder with a report."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from signalread import __version__
from signalread.aggregation import Tally, balance_shares, estimate_shares
from signalread.aliases import name_alias
from signalread.correction import settle
from signalread.disclosure import Export, Ledger, review
from signalread.intake import find_files, read_comments
from signalread.records import Estimate
from signalread.redaction import redact_texts
from signalread.reporting import Beside, RunFacts, build_view, write_reports
from signalread.runs import PART, InputFile, Job, RunFolder, check_inputs, take_inputs
from signalread.stages import Models, read_part

if TYPE_CHECKING:
    from signalread.codebook import Codebook
    from signalread.records import Balance, Comment, Correction, ErrorRates
    from signalread.settings import Settings


__all__ = [
    "Models",
    "Progress",
    "ReadParts",
    "RunSummary",
    "analyze",
    "list_balances",
    "release",
]


class Progress(Protocol):
    """Told of each comment that comes in, so that somebody can see how far it has come."""

    def advance(self) -> None:
        """Say that one more comment has been taken in."""


class ReadParts(Protocol):
    """Reads what a run does not have yet: every part of it is then kept and counted."""

    def __call__(
        self,
        run: RunFolder,
        tally: Tally,
        *,
        files: Sequence[Path],
        settings: Settings,
        corrections: Sequence[Correction],
        progress: Progress | None,
    ) -> None:
        """Read the missing parts of ``files``."""


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
    resume: bool = False,
    part_size: int = PART,
    read_parts: ReadParts | None = None,
) -> RunSummary:
    """Read files and folders of comments and write the run folder ``out``.

    What is read is kept part by part, ``part_size`` comments at a time; where a run was broken
    off, at whatever moment, ``resume`` goes on with it and ends with the same bytes. It is read on
    this machine, unless ``read_parts`` does it elsewhere. Raises a
    :class:`~signalread.errors.SignalreadError` for input that cannot be read and for an output
    folder that is in the way; nothing half-written stands in ``out``.
    """
    inputs = take_inputs(find_files(paths))
    corrections = list(corrections)
    job = Job(
        description=_description(inputs, codebook, settings, models, now),
        beside={
            # Whole, since what is described of them has no names in it.
            "settings": _digest(settings),
            "names": models.names_digest,
            "corrections": [asdict(correction) for correction in corrections],
        },
        started=now,
        salt=settings.salt or "",
        part_size=part_size,
    )
    with RunFolder(out, labels=codebook.labels, job=job, force=force, resume=resume) as run:
        if run.is_whole:
            return RunSummary(out=out, counts=dict(run.counts))
        tally = Tally(codebook)
        for kept_part in run.kept_parts():
            deque(tally.people(kept_part.comments()), maxlen=0)
            deque(tally.watch(settle(kept_part.readings(codebook), corrections)), maxlen=0)
        files = [taken.path for taken in inputs]
        read = read_parts or partial(_read_here, models=models)
        read(run, tally, files=files, settings=settings, corrections=corrections, progress=progress)
        check_inputs(inputs)

        started, rates = run.job.started, models.classifier.error_rates
        export = release(tally, out, codebook=codebook, settings=settings, rates=rates, now=started)
        facts = RunFacts(
            created=started,
            files=tuple(taken.alias for taken in inputs),
            counts=dict(run.counts),
            model=models.classifier.name,
            codebook_version=codebook.version,
            min_respondents=settings.min_respondents,
            coverage=settings.coverage,
            signalread_version=__version__,
            renamed=settings.renamed_today,
        )
        beside = Beside(balances=list_balances(export, codebook), rates=rates)
        view = build_view(export.cells, codebook=codebook, facts=facts, beside=beside)
        write_reports(view, run.report)
        run.finish(export.cells, description=run.job.description)
        return RunSummary(out=out, counts=dict(run.counts))


def release(
    tally: Tally,
    run: Path,
    *,
    codebook: Codebook,
    settings: Settings,
    rates: ErrorRates,
    now: datetime,
) -> Export:
    """Turn what was tallied into what may leave the house, and remember it beside the run."""
    estimates = estimate_shares(
        tally.groups(), codebook=codebook, coverage=settings.coverage, rates=rates
    )
    # Remembered before it is written: what might have been read is never forgotten.
    with Ledger(run.parent) as ledger:
        export = review(
            estimates, min_respondents=settings.min_respondents, earlier=ledger.releases()
        )
        ledger.remember(export.releases, run=run.name, now=now)
    return export


def list_balances(export: Export, codebook: Codebook) -> list[Balance]:
    """Return the balance of every pair of shares that are both shown."""
    shown = (cell for cell in export.cells if isinstance(cell, Estimate))
    return list(balance_shares(shown, codebook=codebook))


def _read_here(
    run: RunFolder,
    tally: Tally,
    *,
    files: Sequence[Path],
    settings: Settings,
    corrections: Sequence[Correction],
    progress: Progress | None,
    models: Models,
) -> None:
    comments = _watched(read_comments(files, settings=settings), progress)
    for part in run.missing_parts(comments):
        read_part(
            part,
            keeper=run,
            tally=tally,
            models=models,
            salt=run.job.salt,
            corrections=corrections,
        )


def _watched(comments: Iterable[Comment], progress: Progress | None) -> Iterator[Comment]:
    for comment in comments:
        if progress is not None:
            progress.advance()
        yield comment


def _description(
    inputs: Sequence[InputFile],
    codebook: Codebook,
    settings: Settings,
    models: Models,
    now: datetime,
) -> dict[str, Any]:
    classifier = models.classifier
    return {
        "signalread": __version__,
        "created": now.isoformat(timespec="seconds"),
        "model": {
            "name": classifier.name,
            "digest": classifier.digest,
            "error_rates": asdict(classifier.error_rates),
        },
        "codebook": {"version": codebook.version, "digest": codebook.digest},
        "settings": _described(settings, models),
        "input": [taken.described() for taken in inputs],
    }


def _described(settings: Settings, models: Models) -> dict[str, Any]:
    """Return the settings without the salt, which tests guesses at pseudonyms, and without names.

    A column's name may be a question about somebody, and a sheet's the name of who answered.
    """
    shown = asdict(settings)
    del shown["salt"]
    for name, value in shown.items():
        if "column" in name and value:
            given = [value] if isinstance(value, str) else value
            told = redact_texts(given, find_names=models.find_names)
            shown[name] = told[0] if isinstance(value, str) else told
    if settings.sheet is not None:
        shown["sheet"] = name_alias(settings.sheet, digest=lambda: "hidden")
    return shown


def _digest(settings: Settings) -> str:
    told = json.dumps({**asdict(settings), "salt": None}, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
