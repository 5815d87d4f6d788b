"""Reports from a saved run: corrected, of one team, in another language, through other lenses."""

from __future__ import annotations

import random
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from signalread.aggregation import Tally
from signalread.correction import settle
from signalread.disclosure import quotable
from signalread.errors import DisclosureError, InputError, RunError
from signalread.pipeline import list_balances, release
from signalread.records import TEAM_SEPARATOR, Correction, Estimate, Source, Withheld
from signalread.reporting import Asked, Assessment, Beside, RunFacts, build_view, write_reports
from signalread.reporting.given import clean_path
from signalread.reporting.names import name_file
from signalread.reporting.quotations import QuotationBook
from signalread.reporting.wording import Words
from signalread.runs import SavedRun, estimate_row, translated_errors
from signalread.runs.layout import ESTIMATES
from signalread.settings import Settings
from signalread.waves import order_waves

if TYPE_CHECKING:
    from signalread.codebook import Codebook
    from signalread.codebook.frameworks import Framework
    from signalread.disclosure import Export


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants reported of a run, and what is to be laid beside its shares.

    ``team`` is the path of the unit to report, with all below it; ``""`` is the whole
    organisation. ``frameworks`` of ``None`` are all that ship.
    """

    formats: Sequence[str]
    team: str = ""
    language: str = "sv"
    frameworks: Sequence[Framework] | None = None
    approved: Mapping[tuple[str, int], str] = field(default_factory=dict)
    assessments: Sequence[Assessment] = ()
    asked: Sequence[Asked] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissued:
    """The files that were written, and how many approved quotations were held back."""

    paths: tuple[Path, ...]
    held_back: int


def reissue(
    run: SavedRun,
    out: Path,
    *,
    codebook: Codebook,
    wanted: Wanted,
    now: datetime,
    rng: random.Random,
    corrections: Iterable[Correction] = (),
) -> Reissued:
    """Write reports of a saved run into the folder ``out``.

    The whole organisation is released anew and checked against the ledger, whatever is wanted of
    it, so that a team's report has the numbers of the full one and never more. Raises a
    :class:`~signalread.errors.SignalreadError` where something does not fit the run, and
    :class:`DisclosureError` for a team that may not be shown; nothing half-written is left.
    """
    Words(wanted.language)  # a language that is not there is told before the work begins
    settings = _settings(run)
    corrections = list(corrections)
    tally = Tally(codebook)
    deque(tally.people(run.comments()), maxlen=0)
    book = QuotationBook(wanted.approved, is_common=_common_words(wanted))
    judgements = book.watch(settle(run.readings(codebook), corrections))
    answered = {
        (judgement.reading.segment.comment.id, judgement.reading.segment.index)
        for judgement in tally.watch(judgements)
        if judgement.correction is not None
    }
    _check_corrections(corrections, answered)
    export = release(
        tally, run.folder.resolve(), codebook=codebook, settings=settings,
        rates=run.error_rates, now=now,
    )  # fmt: skip
    wanted = replace(wanted, team=_find_team(wanted.team, {c.cell.team for c in export.cells}))
    _check_team(wanted.team, export.cells, limit=settings.min_respondents)
    _check_given(wanted, export)

    wave = order_waves(c.cell.wave for c in export.cells if c.cell.source is Source.SURVEY)[-1:]
    spoken = quotable(export.cells, min_respondents_quotes=settings.min_respondents_quotes)
    shown = [
        c.cell.label
        for c in export.cells
        if isinstance(c, Estimate) and (c.cell.team, [c.cell.wave]) == (wanted.team, wave)
    ]
    quotations = (
        book.choose(dict.fromkeys(shown), about=wanted.team, wave=wave[0], rng=rng)
        if wave and (wanted.team, wave[0], Source.SURVEY) in spoken
        else []
    )
    view = build_view(
        export.cells,
        codebook=codebook,
        facts=_facts(run, settings, now=now, corrected=len(answered)),
        beside=Beside(
            balances=list_balances(export, codebook),
            rates=run.error_rates,
            frameworks=wanted.frameworks,
            quotations=quotations,
            assessments=wanted.assessments,
            asked=wanted.asked,
        ),
        language=wanted.language,
        about=wanted.team,
    )
    name = name_file("report", wanted.team, "" if wanted.language == "sv" else wanted.language)
    with translated_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".report-", dir=out) as work:
            written = write_reports(view, Path(work), formats=wanted.formats, name=name)
            if not wanted.team:
                estimates = Path(work) / "estimates.parquet"
                rows = [estimate_row(cell) for cell in export.cells]
                pq.write_table(pa.Table.from_pylist(rows, schema=ESTIMATES), estimates)
                written.append(estimates)
            paths = tuple(path.replace(out / path.name) for path in written)
    return Reissued(paths=paths, held_back=book.held_back)


def _settings(run: SavedRun) -> Settings:
    saved: dict[str, Any] = run.description.get("settings", {})
    names = ("min_respondents", "min_respondents_quotes", "coverage", "renamed_teams")
    return Settings(**{name: saved[name] for name in names if name in saved})


def _facts(run: SavedRun, settings: Settings, *, now: datetime, corrected: int) -> RunFacts:
    described = run.description
    try:
        return RunFacts(
            created=now,
            files=tuple(file["name"] for file in described["input"]),
            counts=dict(described["counts"]),
            model=described["model"]["name"],
            codebook_version=described["codebook"]["version"],
            min_respondents=settings.min_respondents,
            coverage=settings.coverage,
            signalread_version=described["signalread"],
            corrections=corrected,
            renamed=settings.renamed_today,
        )
    except (KeyError, TypeError) as error:
        raise RunError(
            f"{run.folder} is damaged: run.json lacks a part.",
            hint="analyze the input anew with `--force`",
        ) from error


def _common_words(wanted: Wanted) -> Callable[[str], bool]:
    if not wanted.approved:
        return frozenset().__contains__
    from signalread.redaction.lexicon import load_lexicon  # reads long lists of names

    return load_lexicon().words.__contains__


def _check_corrections(corrections: Iterable[Correction], answered: set[tuple[str, int]]) -> None:
    for correction in corrections:
        if (correction.comment_id, correction.segment) not in answered:
            raise InputError(
                f"A correction names segment {correction.segment} of comment "
                f"'{correction.comment_id}', which this run does not have.",
                hint="give corrections that were made of this run",
            )


def _find_team(text: str, teams: set[str]) -> str:
    """Return the unit that somebody means: its path however set apart, or its own name alone."""
    same = [team for team in teams if clean_path(team) == clean_path(text)]
    own_names = [team for team in teams if team.rpartition(TEAM_SEPARATOR)[2] == text.strip()]
    for meant in ([text] if text in teams else [], same, own_names):
        if len(meant) == 1:
            return meant[0]
    return text.strip()


def _check_team(team: str, cells: Sequence[Estimate | Withheld], *, limit: int) -> None:
    if not team:
        return
    teams = {cell.cell.team for cell in cells}
    if team not in teams:
        raise _unknown_team(team, teams, where="This run")
    if not any(isinstance(cell, Estimate) and cell.cell.team == team for cell in cells):
        raise DisclosureError(
            f"Nothing about '{team}' may be shown: it has too few respondents, or would give "
            "another group away.",
            hint=f"a group needs at least {limit} respondents; report a unit above it",
        )


def _check_given(wanted: Wanted, export: Export) -> None:
    """Refuse own views of unknown teams, and numbers asked that do not fit those who wrote."""
    teams = {cell.cell.team for cell in export.cells}
    for assessment in wanted.assessments:
        if assessment.team not in teams:
            raise _unknown_team(assessment.team, teams, where=assessment.row)
    sizes = {
        (unit, release.wave): n
        for release in export.releases
        if release.source is Source.SURVEY
        for unit, n in release.sizes.items()
    }
    waves = {wave for _, wave in sizes}
    for asked in wanted.asked:
        if asked.wave not in waves:
            raise InputError(
                f"{asked.row}: this run has no wave '{asked.wave}'.",
                hint=f"its waves are {', '.join(order_waves(waves))}",
            )
        if asked.team not in teams:
            raise _unknown_team(asked.team, teams, where=asked.row)
        few = asked.asked if asked.answered is None else asked.answered
        if few < sizes.get((asked.team, asked.wave), 0):
            raise InputError(
                f"{asked.row}: more people wrote in '{asked.team or 'the whole'}' than are said "
                "to have been asked or to have answered.",
                hint="check the team, the wave and the numbers of that row",
            )


def _unknown_team(team: str, teams: set[str], *, where: str) -> InputError:
    near = get_close_matches(team, sorted(teams - {""}), n=3, cutoff=0.4)
    return InputError(
        f"{where}: no team '{team}'.",
        hint=f"did you mean {' or '.join(repr(name) for name in near)}?"
        if near
        else "write the path as the report does, such as 'Omsorg / Norr'",
    )
