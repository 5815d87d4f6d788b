"""Whose turn it is: what each person is asked about next, and whether asking more still pays."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from signalread.labelling.sampling import Candidate, choose_segments, random_order, random_sample
from signalread.labelling.stopping import Answered, Progress, judge_progress
from signalread.review import trail
from signalread.review.models import (
    Account,
    Assignment,
    Correction,
    Judgement,
    Reading,
    Run,
    Segment,
)

BATCH = 25
SEED = 1  # which segments are the random ones is decided once, for every run
SAMPLE = 10_000  # answers that the errors are counted on; more would tell no more
LEASE = timedelta(days=2)  # after this, what somebody left lying is asked of others too


def next_segment(account: Account, run: Run) -> Segment | None:
    """Return the first segment in somebody's queue that they have not dealt with."""
    first = (
        Assignment.objects.filter(
            segment__run=run,
            segment__comment__erased=None,
            reviewer=account,
            state=Assignment.State.OPEN,
        )
        .select_related("segment")
        .order_by("id")
        .first()
    )
    return first.segment if first else None


def waiting(account: Account, run: Run) -> int:
    """Return how many segments are left in somebody's queue."""
    return Assignment.objects.filter(
        segment__run=run,
        segment__comment__erased=None,
        reviewer=account,
        state=Assignment.State.OPEN,
    ).count()


def neighbours(account: Account, segment: Segment) -> tuple[Segment | None, Segment | None]:
    """Return the segments before and after one in somebody's queue."""
    mine = Assignment.objects.filter(segment__run=segment.run, reviewer=account)
    here = mine.filter(segment=segment).first()
    if here is None:
        return None, next_segment(account, segment.run)
    before = mine.filter(id__lt=here.id).select_related("segment").order_by("-id").first()
    after = mine.filter(id__gt=here.id).select_related("segment").order_by("id").first()
    return before.segment if before else None, after.segment if after else None


def fill_queue(account: Account, run: Run, *, count: int = BATCH) -> int:
    """Put the next segments into somebody's queue; return how many.

    Those that teach most come first (see :func:`signalread.labelling.sampling.choose_segments`).
    What lies in another person's queue is left to them.
    """
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)  # no two people get the same segments
        mine = Assignment.objects.filter(segment__run=run, reviewer=account)
        if waiting(account, run):
            return 0
        taken = set(
            Assignment.objects.filter(segment__run=run, state=Assignment.State.OPEN)
            .exclude(reviewer=account, blind=False)
            .exclude(blind=False, at__lt=timezone.now() - LEASE)
            .values_list("segment_id", flat=True)
        )
        passed = set(
            mine.filter(state=Assignment.State.SKIPPED).values_list("segment_id", flat=True)
        )
        chosen = choose_segments(
            (c for c in _candidates(run, passed=passed) if int(c.id) not in taken),
            labels=run.labels,
            thresholds=run.thresholds,
            count=count,
            seed=SEED,
            known=_known(run),
        )
        now = timezone.now()
        for choice in chosen:
            mine.filter(segment_id=int(choice.id)).delete()  # asked anew, it comes last
            Assignment.objects.create(segment_id=int(choice.id), reviewer=account, at=now)
        return len(chosen)


def skip(account: Account, segment: Segment) -> None:
    """Leave a segment unanswered. It is not asked of this person again."""
    Assignment.objects.update_or_create(
        segment=segment,
        reviewer=account,
        defaults={"state": Assignment.State.SKIPPED},
        create_defaults={"state": Assignment.State.SKIPPED, "at": timezone.now()},
    )
    trail.record(account.name, "skipped", f"segment:{segment.id}")


def assign_blind(run: Run, raters: Sequence[Account], *, count: int, actor: str) -> int:
    """Ask several people about the same segments by chance, blind to the reading and each other.

    Only segments that nobody was asked about or answered are taken. Returns how many there were.
    """
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        fresh = (
            Segment.objects.filter(run=run, state=Segment.State.UNSEEN, comment__erased=None)
            .exclude(assignments__isnull=False)
            .exclude(corrections__isnull=False)
        )
        ids = random_order(map(str, fresh.values_list("id", flat=True)), seed=SEED)[:count]
        now = timezone.now()
        for id_ in ids:
            for rater in raters:
                Assignment.objects.create(segment_id=int(id_), reviewer=rater, blind=True, at=now)
        names = [rater.name for rater in raters]
        details = {"segments": len(ids), "raters": names}
        trail.record(actor, "assigned blind", f"run:{run.id}", details)
        return len(ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a run has come: segments in all, decided on and disputed, and the errors known."""

    segments: int
    judged: int
    differing: int
    left: int
    progress: Progress


def standing(account: Account, run: Run) -> Standing:
    """Return how far a run has come, and whether more answers still pay."""
    segments = Segment.objects.filter(run=run)
    judged = dict(segments.filter(state=Segment.State.JUDGED).values_list("id", "current"))
    # The model may have been trained on what was decided in an earlier run: what it says of that
    # now tells nothing of its errors.
    carried = set(_carried(run).values_list("segment_id", flat=True))
    ids = [str(id_) for id_ in segments.values_list("id", flat=True)]
    skipped = Assignment.objects.filter(segment__run=run, state=Assignment.State.SKIPPED)
    done = {*map(str, judged), *map(str, skipped.values_list("segment_id", flat=True))}
    sample = [
        int(id_)
        for id_ in random_sample(ids, answered=done, seed=SEED)
        if int(id_) in judged and int(id_) not in carried
    ]
    read = dict(
        Reading.objects.filter(segment_id__in=sample[:SAMPLE]).values_list("segment_id", "labels")
    )
    return Standing(
        segments=len(ids),
        judged=len(judged),
        differing=segments.filter(state=Segment.State.DIFFERS).count(),
        left=waiting(account, run),
        progress=judge_progress(
            (
                Answered(read=frozenset(labels), given=frozenset(judged[id_].split()))
                for id_, labels in read.items()
            ),
            labels=run.labels,
        ),
    )


def _candidates(run: Run, *, passed: set[int]) -> list[Candidate]:
    answers: dict[int, dict[int, frozenset[str]]] = defaultdict(dict)
    standing_answers = Correction.objects.filter(
        segment__run=run, labels__isnull=False, withdrawal=None
    ).order_by("id")
    for segment, reviewer, labels in standing_answers.values_list(
        "segment_id", "reviewer_id", "labels"
    ):
        answers[segment][reviewer] = frozenset(labels)
    for segment, by, labels in _carried(run).values_list("segment_id", "by_id", "labels"):
        answers[segment][by] = frozenset(labels)
    rows = Reading.objects.filter(segment__run=run, segment__comment__erased=None).values_list(
        "segment_id", "scores", "segment__state"
    )
    return [
        Candidate(
            id=str(segment),
            scores=tuple(scores),
            answers=tuple(answers[segment].values()) if segment in answers else (),
            settled=state != Segment.State.DIFFERS,
            passed=segment in passed,
        )
        for segment, scores, state in rows.iterator(chunk_size=2000)
    ]


def _carried(run: Run) -> QuerySet[Judgement]:
    """Return the judgements that count from an earlier run of the same answers."""
    return Judgement.objects.filter(
        segment__run=run, rule=Judgement.Rule.CARRIED, version=F("segment__version")
    )


def _known(run: Run) -> Counter[str]:
    judged = Segment.objects.filter(run=run, state=Segment.State.JUDGED)
    return Counter(
        label for current in judged.values_list("current", flat=True) for label in current.split()
    )
