"""The queue: what somebody is asked about next, and undoing the last answer."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from signalread.errors import CodebookError
from signalread.labelling.sampling import RANDOM_SHARE
from signalread.review import judging, queueing
from signalread.review.access import account_of, needs
from signalread.review.models import Run
from signalread.review.pages import label_name, show
from signalread.review.registration import codebook_of
from signalread.review.roles import Ability
from signalread.review.views.forms import sent_key

FEWEST = 20  # answers by chance: of fewer it is not said how often the reading errs


@needs(Ability.SEGMENTS)
@require_GET
def show_queue(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Show how far the run has come, and the way on."""
    run = get_object_or_404(Run, pk=run_id)
    account = account_of(request)
    standing = queueing.standing(account, run)
    progress = standing.progress
    wrong = [row for row in progress.labels if row.wrong] if progress.n >= FEWEST else []
    names = _names(run) if wrong else {}
    return show(
        request,
        "queue.html",
        run=run,
        standing=standing,
        fewest=FEWEST,
        answers_needed=round(progress.needed / RANDOM_SHARE),
        errors=[
            (names.get(row.label, row.label), row)
            for row in sorted(wrong, key=lambda row: -row.wrong)
        ],
        faultless=len(progress.labels) - len(wrong),
        following=queueing.next_segment(account, run),
        batch=queueing.BATCH,
        undo_key=uuid.uuid4(),
        here="queue",
    )


@needs(Ability.SEGMENTS)
@require_POST
def fill(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Put more segments into the person's queue and go to the first."""
    run = get_object_or_404(Run, pk=run_id)
    count = queueing.fill_queue(account_of(request), run)
    if count:
        text = ngettext("%(n)s segment lades i din kö.", "%(n)s segment lades i din kö.", count)
        messages.info(request, text % {"n": count})
    return go_on(request, run)


@needs(Ability.SEGMENTS)
@require_POST
def undo(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Take back the person's last answer and show its segment again."""
    run = get_object_or_404(Run, pk=run_id)
    segment = judging.undo_last(account_of(request), run, key=sent_key(request))
    if segment is None:
        messages.info(request, _("Det finns inget att ångra."))
        return redirect("queue", run.id)
    messages.success(request, _("Ditt senaste svar är ångrat."))
    return redirect("segment", segment.id)


def _names(run: Run) -> dict[str, str]:
    """Return the labels' names; none where the run's codebook is gone, which stops no review."""
    try:
        codebook = codebook_of(run)
    except CodebookError:
        return {}
    return {label: label_name(codebook, label) for label in codebook.labels}


def go_on(request: HttpRequest, run: Run) -> HttpResponse:
    """Go to the next segment in the person's queue, or to the queue's page where it is empty."""
    following = queueing.next_segment(account_of(request), run)
    return redirect("segment", following.id) if following else redirect("queue", run.id)
