"""One segment in its comment, with what the reader found and what people said of it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from signalread.codebook import Codebook
from signalread.review import judging, queueing, trail
from signalread.review.access import account_of, needs
from signalread.review.evidence import evidence_of
from signalread.review.judging import Answer, Outcome
from signalread.review.models import Correction, Escalation, Judgement, Quotation, Segment
from signalread.review.pages import label_name, score_word, show
from signalread.review.quoting import CHECKS, why_not_quoted
from signalread.review.registration import codebook_of
from signalread.review.roles import Ability
from signalread.review.views.forms import sent_key, sent_labels, sent_number, sent_text
from signalread.review.views.queue import go_on
from signalread.review.views.shares import Entry, codebook_entries, headings

KEYS = 9  # labels that have a digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A label that can be ticked."""

    entry: Entry
    ticked: bool
    read: bool
    word: str  # how sure the reader is
    key: str  # the digit that ticks it


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a comment: of this segment or around it, evidence or not."""

    text: str
    own: bool
    evidence: str  # names of the labels that rest on it


@needs(Ability.SEGMENTS)
@require_GET
def show_segment(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """Show a segment and the form that answers it."""
    segment = _segment(segment_id)
    account, run = account_of(request), segment.run
    hidden = judging.is_blind(segment)
    trail.record(account.name, "saw", f"segment:{segment.id}", {"blind": hidden})
    before, after = queueing.neighbours(account, segment)
    codebook = codebook_of(run)
    evidence = {} if hidden else evidence_of(segment)
    answers = judging.answers_of(segment)
    mine = answers.get(account.name)
    return show(
        request,
        "segment.html",
        run=run,
        segment=segment,
        comment=segment.comment,
        pieces=_pieces(segment, evidence or {}, codebook),
        no_evidence=evidence is None,
        groups=_choices(segment, hidden=hidden, mine=None if mine is None else mine.labels),
        hidden=hidden,
        answers=[] if hidden else _shown(answers.items(), codebook),
        history=[] if hidden else _history(segment, codebook),
        mine=mine,
        differs=segment.state == Segment.State.DIFFERS and not hidden,
        before=before,
        after=after,
        key=uuid.uuid4(),
        undo_key=uuid.uuid4(),
        left=queueing.waiting(account, run),
        quotation=Quotation.objects.filter(segment=segment).order_by("-id").first(),
        checks=[(name, text()) for name, text in CHECKS.items()],
        no_quote=why_not_quoted(segment),
        escalations=Escalation.objects.filter(segment=segment).order_by("-id"),
        here="queue",
    )


@needs(Ability.SEGMENTS)
@require_POST
def answer(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """Keep what somebody says of a segment and go on to the next in their queue."""
    segment = _segment(segment_id)
    account = account_of(request)
    given = Answer(
        segment=segment.id,
        labels=sent_labels(request, segment.run),
        why=sent_text(request, "why"),
        key=sent_key(request),
        seen=sent_number(request, "seen"),
    )
    settling = segment.state == Segment.State.DIFFERS and not judging.is_blind(segment)
    outcome = (judging.settle_answers if settling else judging.correct)(account, given)
    if outcome is Outcome.DIFFERS:
        text = _("Ditt svar är sparat, men någon annan har svarat olika. Avgör vad som ska gälla.")
        messages.warning(request, text)
        return redirect("segment", segment.id)
    if outcome is Outcome.WAITS:
        messages.success(request, _("Sparat. Räknas när den andra har svarat."))
    else:
        messages.success(request, _("Sparat."))
    return go_on(request, segment.run)


@needs(Ability.SEGMENTS)
@require_POST
def skip(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """Leave a segment unanswered."""
    segment = _segment(segment_id)
    queueing.skip(account_of(request), segment)
    messages.info(request, _("Överhoppat."))
    return go_on(request, segment.run)


def _segment(segment_id: int) -> Segment:
    return get_object_or_404(
        Segment.objects.select_related("comment", "run", "reading"), pk=segment_id
    )


def _choices(
    segment: Segment, *, hidden: bool, mine: list[str] | None
) -> list[tuple[str, list[tuple[str, list[Choice]]]]]:
    """Return every label in its group and theme, ticked as it stands."""
    run, codebook = segment.run, codebook_of(segment.run)
    scores = segment.reading.scores
    read = set() if hidden else set(segment.reading.labels)
    ticked = set(mine) if mine is not None else set() if hidden else set(segment.current.split())
    order = list(range(len(run.labels)))
    if not hidden:  # the likeliest have the digits; a blind rater's must not tell which they are
        order.sort(key=lambda i: -scores[i] / max(run.thresholds[i], 0.01))
    keys = {run.labels[i]: str(n) for n, i in enumerate(order[:KEYS], 1)}
    choices = {
        entry.label: Choice(
            entry=entry,
            ticked=entry.label in ticked,
            read=entry.label in read,
            word="" if hidden else score_word(score, threshold),
            key=keys.get(entry.label, ""),
        )
        for entry, score, threshold in zip(
            codebook_entries(codebook), scores, run.thresholds, strict=True
        )
    }
    return [
        (heading, [(name, [choices[label] for label in labels]) for _id, name, labels in entries])
        for heading, entries in headings(codebook)
    ]


def _pieces(
    segment: Segment, evidence: dict[str, list[list[int]]], codebook: Codebook
) -> list[Piece]:
    """Cut the comment where the segment or a piece of evidence begins or ends."""
    text = segment.comment.text
    cuts = {0, len(text), segment.start, segment.end}
    cuts.update(edge for spans in evidence.values() for span in spans for edge in span)
    edges = sorted(cut for cut in cuts if 0 <= cut <= len(text))
    return [
        Piece(
            text=text[start:end],
            own=segment.start <= start and end <= segment.end,
            evidence=", ".join(
                label_name(codebook, label)
                for label, spans in evidence.items()
                if any(low <= start and end <= high for low, high in spans)
            ),
        )
        for start, end in pairwise(edges)
    ]


def _names(labels: list[str], codebook: Codebook) -> str:
    return ", ".join(label_name(codebook, label) for label in labels) or _("ingen etikett")


def _shown(
    answers: Iterable[tuple[str, Correction]], codebook: Codebook
) -> list[tuple[str, str, str, datetime]]:
    return [(name, _names(a.labels, codebook), a.why, a.at) for name, a in answers]


def _history(segment: Segment, codebook: Codebook) -> list[tuple[str, str, str, datetime]]:
    """Return the judgements, last first: who, which labels, by what rule, when."""
    rules = {
        "reviewed": _("granskat"),
        "agreed": _("två eniga"),
        "settled": _("avgjort"),
        "withdrawn": _("ångrat"),
        "carried": _("granskat i en tidigare körning"),
    }
    return [
        (
            judgement.by.name,
            _("läsningen gäller")
            if judgement.labels is None
            else _names(judgement.labels, codebook),
            rules[judgement.rule],
            judgement.at,
        )
        for judgement in Judgement.objects.filter(segment=segment)
        .select_related("by")
        .order_by("-version")
    ]
