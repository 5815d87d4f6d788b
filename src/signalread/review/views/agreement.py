"""How far the people who answered the same segments agree."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from signalread.labelling.agreement import Rating, measure_agreement
from signalread.review import trail
from signalread.review.access import account_of, needs
from signalread.review.models import Assignment, Correction, Run
from signalread.review.pages import label_name, show
from signalread.review.registration import codebook_of
from signalread.review.roles import Ability

RESAMPLES = 500


@needs(Ability.SEGMENTS)
@require_GET
def show_agreement(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Show agreement in all, by label and by pair of people."""
    run = get_object_or_404(Run, pk=run_id)
    codebook = codebook_of(run)
    blind = request.GET.get("blind") == "1"
    found = measure_agreement(
        _ratings(run, blind=blind), labels=codebook.labels, resamples=RESAMPLES
    )
    trail.record(account_of(request).name, "saw agreement", f"run:{run.id}")
    return show(
        request,
        "agreement.html",
        run=run,
        agreement=found,
        blind=blind,
        labels=[(label_name(codebook, row.label), row) for row in found.labels if row.given],
        here="agreement",
    )


def _ratings(run: Run, *, blind: bool) -> Iterator[Rating]:
    """Yield everybody's standing answers, but none to a segment with a blind rater to come."""
    waiting = Assignment.objects.filter(blind=True, state=Assignment.State.OPEN)
    rows = Correction.objects.filter(segment__run=run, labels__isnull=False, withdrawal=None)
    if blind:
        rows = rows.filter(blind=True)
    rows = rows.exclude(segment__in=waiting.values("segment_id")).order_by("id")
    fields = ("segment_id", "segment__comment_id", "reviewer__name", "labels")
    for segment, comment, name, labels in rows.values_list(*fields):
        yield Rating(
            item=str(segment), annotator=name, labels=frozenset(labels), group=str(comment)
        )
