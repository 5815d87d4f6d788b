"""What the site decided, as records: the way that a report gets at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from signalread.records import Correction
from signalread.review.site import Site, data_folder, open_site
from signalread.runs import open_run

if TYPE_CHECKING:
    from signalread.review.models import Judgement, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedQuotation:
    """A quotation that somebody approved after a look for what could identify the writer."""

    comment_id: str
    segment: int
    team: str
    wave: str
    source: str
    labels: tuple[str, ...]
    text: str
    approved_by: str
    at: str


def corrections_of(
    run: Path | str, database: str | None = None, *, folder: Path | None = None
) -> Iterator[Correction]:
    """Yield one correction for each segment of a run on which people have decided.

    ``run`` is a run folder (wherever it was moved to) or the name of one. ``database`` and
    ``folder`` are those that ``signalread review`` was started with. What was decided of the same
    words in an earlier run, which another model may have read, counts as well. A run that was
    never reviewed has none.
    """
    if not _open(database, folder):
        return
    from signalread.review.carrying import find_earlier
    from signalread.review.models import Judgement
    from signalread.review.registration import find_run

    found = find_run(run)
    if found is None:
        if isinstance(run, Path):
            for (comment_id, segment), earlier in find_earlier(open_run(run)):
                yield _correction(earlier, comment_id=comment_id, segment=segment)
        return
    judgements = (
        Judgement.objects.filter(segment__run=found, labels__isnull=False)
        .filter(version=_version())
        .select_related("segment__comment", "correction__reviewer")
        .order_by("segment_id")
    )
    for judgement in judgements.iterator(chunk_size=1000):
        place = judgement.segment
        yield _correction(judgement, comment_id=place.comment.comment_id, segment=place.index)


def approved_quotations(
    run: Path | str, database: str | None = None, *, folder: Path | None = None
) -> Iterator[ApprovedQuotation]:
    """Yield the quotations of a run that are approved and not withdrawn; arguments as above."""
    if not _open(database, folder):
        return
    from signalread.review.registration import find_run

    found = find_run(run)
    if found is not None:
        yield from standing_quotations(found)


def standing_quotations(run: "Run") -> Iterator[ApprovedQuotation]:
    """Yield a run's quotations that are approved, not withdrawn and not erased."""
    from signalread.review.models import Quotation

    rows = (
        Quotation.objects.filter(segment__run=run)
        .select_related("segment__comment", "by")
        .order_by("segment_id", "id")
    )
    last: dict[int, Quotation] = {row.segment.id: row for row in rows}
    for quotation in last.values():
        if quotation.approved and quotation.text:
            comment = quotation.segment.comment
            yield ApprovedQuotation(
                comment_id=comment.comment_id,
                segment=quotation.segment.index,
                team=comment.team,
                wave=comment.wave,
                source=comment.source,
                labels=tuple(quotation.segment.current.split()),
                text=quotation.text,
                approved_by=quotation.by.name,
                at=moment(quotation.at),
            )


def moment(at: datetime) -> str:
    """Write a moment so that the order of the texts is the order of the moments."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _version() -> object:
    from django.db.models import F

    return F("segment__version")


def _correction(judgement: "Judgement", *, comment_id: str, segment: int) -> Correction:
    by = judgement.correction.reviewer if judgement.correction else judgement.by
    return Correction(
        comment_id=comment_id,
        segment=segment,
        labels=tuple(judgement.labels),
        reviewer=by.name,
        at=moment(judgement.at),
        why=judgement.why,
    )


def _open(database: str | None, folder: Path | None) -> bool:
    """Turn to the site, if there is one: asking must not leave a database behind."""
    place = folder or data_folder()
    if database is None and not (place / "review.sqlite3").is_file():
        return False
    open_site(Site(folder=place, database=database))
    return True
