"""What a decision does: corrections are added, judgements follow from them, nothing is replaced."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from signalread.review import trail
from signalread.review.models import Account, Assignment, Correction, Judgement, Run, Segment
from signalread.review.registration import spaced


class Outcome(StrEnum):
    """What became of an answer. It is kept in every case."""

    COUNTS = "counts"  # it is now the judgement
    WAITS = "waits"  # the other blind rater has not answered yet
    DIFFERS = "differs"  # somebody else says otherwise; somebody has to settle it
    REPEATED = "repeated"  # the same form came before


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody says of a segment, and the version of the judgement that they saw."""

    segment: int
    labels: tuple[str, ...]
    why: str
    key: uuid.UUID
    seen: int


def correct(account: Account, answer: Answer) -> Outcome:
    """Keep an answer, and let it count where nothing stands against it.

    It does not count yet where another rater is blind to it, or where somebody else answered
    after this person opened the page.
    """
    with transaction.atomic():
        # The lock makes two who answer at once come one after the other.
        segment = Segment.objects.select_for_update().get(pk=answer.segment)
        key = _fresh_key(answer)
        if key is None:
            return Outcome.REPEATED
        blind = Assignment.objects.filter(segment=segment, reviewer=account, blind=True).exists()
        correction = Correction.objects.create(
            segment=segment,
            reviewer=account,
            labels=list(answer.labels),
            blind=blind,
            why=answer.why,
            at=timezone.now(),
            key=key,
        )
        Assignment.objects.filter(segment=segment, reviewer=account).update(
            state=Assignment.State.ANSWERED
        )
        outcome = _let_count(segment, account, correction, seen=answer.seen)
        trail.record(
            account.name,
            "corrected",
            f"segment:{segment.id}",
            {"labels": list(answer.labels), "outcome": outcome.value, "blind": blind},
        )
        return outcome


def settle_answers(account: Account, answer: Answer) -> Outcome:
    """Decide what counts between answers. Others' answers and the person's own stay as they are.

    Differs where somebody decided after this person opened the page, or where a blind rater has
    not answered yet.
    """
    with transaction.atomic():
        segment = Segment.objects.select_for_update().get(pk=answer.segment)
        key = _fresh_key(answer)
        if key is None:
            return Outcome.REPEATED
        correction = Correction.objects.create(
            segment=segment,
            reviewer=account,
            labels=list(answer.labels),
            why=answer.why,
            at=timezone.now(),
            key=key,
        )
        Assignment.objects.filter(segment=segment, reviewer=account).update(
            state=Assignment.State.ANSWERED
        )
        if is_blind(segment):
            outcome = Outcome.WAITS
        elif segment.version != answer.seen:
            _mark(segment, state=Segment.State.DIFFERS)
            outcome = Outcome.DIFFERS
        else:
            _judge(segment, account, correction, rule=Judgement.Rule.SETTLED)
            outcome = Outcome.COUNTS
        trail.record(
            account.name,
            "settled",
            f"segment:{segment.id}",
            {"labels": list(answer.labels), "outcome": outcome.value},
        )
        return outcome


def undo_last(account: Account, run: Run, *, key: uuid.UUID) -> Segment | None:
    """Take back the person's last answer in a run; return its segment, or ``None`` without one."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)  # two undos at once are two
        done = Correction.objects.filter(key=key).first()
        if done is not None:
            return done.segment
        last = (
            Correction.objects.filter(
                reviewer=account, segment__run=run, labels__isnull=False, withdrawal=None
            )
            .order_by("-id")
            .first()
        )
        if last is None:
            return None
        segment = Segment.objects.select_for_update().get(pk=last.segment.pk)
        Correction.objects.create(
            segment=segment,
            reviewer=account,
            labels=None,
            withdraws=last,
            blind=last.blind,
            at=timezone.now(),
            key=key,
        )
        Assignment.objects.filter(segment=segment, reviewer=account).update(
            state=Assignment.State.OPEN
        )
        _fall_back(segment, account, last)
        trail.record(account.name, "withdrew", f"segment:{segment.id}")
        return segment


def take_over(segment: Segment, earlier: Judgement) -> bool:
    """Let an earlier run's judgement of the same words count; say whether nothing did before.

    From then on the segment follows what is decided there, until somebody answers it here.
    """
    with transaction.atomic():
        segment = Segment.objects.select_for_update().get(pk=segment.pk)
        answered = Correction.objects.filter(segment=segment).exists()
        if answered or segment.state != Segment.State.UNSEEN:
            return False
        _judge(segment, earlier.by, earlier.correction, rule=Judgement.Rule.CARRIED)
        return True


def follow(segment: Segment, origin: Segment) -> bool:
    """Let what counts of the same words in an earlier run count; say whether that is a change.

    A segment that was answered here goes its own way, and one that somebody is being asked about
    is given no judgement meanwhile.
    """
    with transaction.atomic():
        segment = Segment.objects.select_for_update().get(pk=segment.pk)
        if answers_of(segment) or segment.state == Segment.State.DIFFERS:
            return False
        there, here = last_judgement(origin), last_judgement(segment)
        new, old = _standing(there), None if here is None else here.correction
        if there is None or new == old:
            return False
        if new is None and old is not None and old.segment != origin:
            return False  # what counts here was decided in yet another run
        if old is None and (
            _is_asked(segment) or Correction.objects.filter(segment=segment).exists()
        ):
            return False
        rule = Judgement.Rule.WITHDRAWN if new is None else Judgement.Rule.CARRIED
        _judge(segment, there.by, new, rule=rule)
        subject = f"run:{segment.run.pk}"
        trail.record(there.by.name, "judgements carried over", subject, {"segments": 1})
        return True


def answers_of(segment: Segment) -> dict[str, Correction]:
    """Return each person's last answer that still stands, by name."""
    standing = (
        Correction.objects.filter(segment=segment, labels__isnull=False, withdrawal=None)
        .select_related("reviewer")
        .order_by("id")
    )
    return {correction.reviewer.name: correction for correction in standing}


def last_judgement(segment: Segment) -> Judgement | None:
    """Return what counts for a segment by people's decision; ``None`` where none was made."""
    return Judgement.objects.filter(segment=segment).order_by("-version").first()


def is_blind(segment: Segment) -> bool:
    """Return whether a blind rater has still to answer, so that nobody may see the answers."""
    return Assignment.objects.filter(
        segment=segment, blind=True, state=Assignment.State.OPEN
    ).exists()


def _fresh_key(answer: Answer) -> uuid.UUID | None:
    """Return the key to keep an answer under; ``None`` where the very same one was kept."""
    kept = Correction.objects.filter(key=answer.key).first()
    if kept is None:
        return answer.key
    if kept.labels is not None and set(kept.labels) == set(answer.labels):
        return None
    # The page was gone back to and answered otherwise: that is another answer.
    other = uuid.uuid5(answer.key, " ".join(sorted(answer.labels)))
    return None if Correction.objects.filter(key=other).exists() else other


def _let_count(segment: Segment, account: Account, correction: Correction, *, seen: int) -> Outcome:
    if is_blind(segment):
        return Outcome.WAITS
    others = [a for name, a in answers_of(segment).items() if name != account.name]
    differing = [a for a in others if set(a.labels) != set(correction.labels)]
    if correction.blind and differing:
        _mark(segment, state=Segment.State.DIFFERS)
        return Outcome.DIFFERS
    if segment.version != seen and differing:
        last = last_judgement(segment)
        if last is not None and last.by != account:
            _mark(segment, state=Segment.State.DIFFERS)
            return Outcome.DIFFERS
    agreed = correction.blind and others
    rule = Judgement.Rule.AGREED if agreed else Judgement.Rule.REVIEWED
    _judge(segment, account, correction, rule=rule)
    return Outcome.COUNTS


def _fall_back(segment: Segment, account: Account, withdrawn: Correction) -> None:
    """Let what stood before the withdrawn answer count again, if that answer counts now."""
    last = last_judgement(segment)
    left = list(answers_of(segment).values())
    rests = last is not None and (
        last.correction == withdrawn
        or (withdrawn.blind and last.rule == Judgement.Rule.AGREED.value)
    )
    if rests:
        before = max(left, key=lambda c: c.id) if left else _carried(segment)
        before = None if is_blind(segment) else before
        _judge(segment, account, before, rule=Judgement.Rule.WITHDRAWN)
    elif len({frozenset(answer.labels) for answer in left}) < 2:
        counts = last is not None and last.labels is not None
        _mark(segment, state=Segment.State.JUDGED if counts else Segment.State.UNSEEN)


def _carried(segment: Segment) -> Correction | None:
    """Return what counts for the segment from an earlier run by now, if something does."""
    carried = (
        Judgement.objects.filter(segment=segment, rule=Judgement.Rule.CARRIED)
        .select_related("correction__segment")
        .order_by("-version")
        .first()
    )
    if carried is None or carried.correction is None:
        return None
    return _standing(last_judgement(carried.correction.segment))


def _standing(judgement: Judgement | None) -> Correction | None:
    """Return the correction that a judgement rests on, unless it was taken back."""
    correction = None if judgement is None else judgement.correction
    if correction is None or Correction.objects.filter(withdraws=correction).exists():
        return None
    return correction


def _is_asked(segment: Segment) -> bool:
    return Assignment.objects.filter(segment=segment, state=Assignment.State.OPEN).exists()


def _followers(segment: Segment) -> QuerySet[Segment]:
    """Return the segments of other runs that took over what was said of this one."""
    taken = Judgement.objects.filter(
        rule=Judgement.Rule.CARRIED, correction__segment=segment
    ).exclude(segment=segment)
    return Segment.objects.filter(pk__in=taken.values("segment_id")).order_by("pk")


def _judge(segment: Segment, by: Account, correction: Correction | None, *, rule: str) -> None:
    labels = None if correction is None else correction.labels
    Judgement.objects.create(
        segment=segment,
        version=segment.version + 1,
        labels=labels,
        rule=rule,
        correction=correction,
        by=by,
        why="" if correction is None else correction.why,
        at=timezone.now(),
    )
    segment.version += 1
    segment.current = spaced(segment.reading.labels if labels is None else labels)
    _mark(segment, state=Segment.State.UNSEEN if labels is None else Segment.State.JUDGED)
    for follower in _followers(segment):
        follow(follower, segment)


def _mark(segment: Segment, *, state: str) -> None:
    segment.state = state
    segment.save(update_fields=["state", "version", "current"])
