"""What people decided of the same words in an earlier run counts in a new run of them too.

A segment is the same where the comment has the same id, text, question and place in the tree and
the round, and the segment the same bounds; both runs were read by the same codebook. So whoever
analyzes the same answers with a better model need not review them again. What was carried over
follows what is decided, or taken back, in the earlier run (:func:`judging.follow`).
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from signalread.records import Segment as SegmentRecord
from signalread.review import judging, trail
from signalread.review.models import Comment, Judgement, Run, Segment
from signalread.review.registration import register_run
from signalread.runs import SavedRun

Place = tuple[str, int]  # a comment's id, and the segment's number in it
BATCH = 500  # comments asked for at a time


def bring_in(folder: Path, *, actor: str) -> Run:
    """Return the run of a folder, brought into the site, with what was decided of it before.

    Raises as :func:`~signalread.review.registration.register_run` does.
    """
    run = register_run(folder, actor=actor)
    carry_over(run, actor=actor)
    return run


def carry_over(run: Run, *, actor: str) -> int:
    """Let earlier judgements count in a run of the site, and return how many now do.

    Segments that somebody has answered here, or is being asked about, are left as they are. What
    came along before and does not stand there any more is brought up to date.
    """
    earlier = _decided(run.codebook_digest, besides=run)
    count = 0
    with transaction.atomic():
        for judgement in _outdated(run):
            if judgement.correction is not None:
                judging.follow(judgement.segment, judgement.correction.segment)
        for segment in _unseen(run, {comment_id for comment_id, _ in earlier}):
            found = earlier.get((segment.comment.comment_id, segment.index))
            if found is not None and _in_site(segment) == _in_site(found.segment):
                count += judging.take_over(segment, found)
        if count:
            trail.record(actor, "judgements carried over", f"run:{run.id}", {"segments": count})
    return count


def find_earlier(saved: SavedRun) -> Iterator[tuple[Place, Judgement]]:
    """Yield what earlier runs hold of the segments of a run that the site does not know."""
    earlier = _decided(saved.description["codebook"]["digest"])
    if not earlier:
        return
    for segment in saved.segments():
        place = (segment.comment.id, segment.index)
        judgement = earlier.get(place)
        if judgement is not None and _in_run(segment) == _in_site(judgement.segment):
            yield place, judgement


def _decided(codebook: str, *, besides: Run | None = None) -> Mapping[Place, Judgement]:
    """Return the last decision of people about each segment, of all runs of a codebook."""
    if not codebook:
        return {}
    rows = (
        Judgement.objects.filter(
            segment__run__codebook_digest=codebook,
            segment__comment__erased=None,
            labels__isnull=False,
            correction__withdrawal=None,
            version=F("segment__version"),
        )
        .exclude(rule=Judgement.Rule.CARRIED)
        .exclude(segment__state=Segment.State.DIFFERS)
        .select_related("segment__comment", "segment__run", "correction__reviewer", "by")
        .order_by("at", "id")
    )
    if besides is not None:
        rows = rows.exclude(segment__run=besides)
    return {(row.segment.comment.comment_id, row.segment.index): row for row in rows}


def _outdated(run: Run) -> QuerySet[Judgement]:
    """Return what counts in a run from an earlier one, although it does not count there now."""
    there = Judgement.objects.filter(
        segment=OuterRef("correction__segment"),
        version=F("segment__version"),
        correction=OuterRef("correction"),
    )
    return (
        Judgement.objects.filter(
            segment__run=run, rule=Judgement.Rule.CARRIED, version=F("segment__version")
        )
        .exclude(Exists(there))
        .select_related("segment", "correction__segment")
    )


def _unseen(run: Run, ids: Iterable[str]) -> Iterator[Segment]:
    """Yield a run's segments in some comments that nobody has dealt with."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), BATCH):
        comments = Comment.objects.filter(
            run=run, erased=None, comment_id__in=wanted[start : start + BATCH]
        )
        yield from (
            Segment.objects.filter(comment__in=comments, state=Segment.State.UNSEEN)
            .exclude(assignments__isnull=False)
            .exclude(corrections__isnull=False)
            .select_related("comment", "reading")
            .order_by("id")
        )


def _in_site(segment: Segment) -> tuple[object, ...]:
    comment = segment.comment
    return (
        comment.team, comment.wave, comment.source, comment.question, comment.text,
        segment.start, segment.end,
    )  # fmt: skip


def _in_run(segment: SegmentRecord) -> tuple[object, ...]:
    comment = segment.comment
    return (
        comment.team, comment.wave, comment.source.value, comment.question or "", comment.text,
        segment.start, segment.end,
    )  # fmt: skip
