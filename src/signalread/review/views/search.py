"""Finding segments by words, label, team and state."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from signalread.records import TEAM_SEPARATOR
from signalread.review import trail
from signalread.review.access import account_of, needs
from signalread.review.models import Assignment, Comment, Run, Segment
from signalread.review.pages import label_name, show
from signalread.review.registration import codebook_of
from signalread.review.roles import Ability

PAGE = 50


@needs(Ability.SEGMENTS)
@require_GET
def search(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Show the segments that fit, page by page."""
    run = get_object_or_404(Run, pk=run_id)
    codebook = codebook_of(run)
    asked = {
        name: request.GET.get(name, "").replace("\x00", "")[:200]
        for name in ("words", "label", "team", "wave", "source", "state")
    }
    page = Paginator(_find(run, asked), PAGE).get_page(request.GET.get("page"))
    blind = set(
        Assignment.objects.filter(
            segment__in=[segment.pk for segment in page],
            blind=True,
            state=Assignment.State.OPEN,
        ).values_list("segment_id", flat=True)
    )
    details = {
        "asked": sorted(name for name, value in asked.items() if value),
        "segments": [segment.pk for segment in page],
    }
    trail.record(account_of(request).name, "searched", f"run:{run.id}", details)
    hits = [
        (
            segment,
            None
            if segment.pk in blind
            else [label_name(codebook, label) for label in segment.current.split()],
        )
        for segment in page
    ]
    comments = Comment.objects.filter(run=run)
    states = {
        "unseen": _("inte granskade"),
        "judged": _("granskade"),
        "differs": _("oeniga"),
        "none": _("utan etikett"),
    }
    query = request.GET.copy()
    query.pop("page", None)
    return show(
        request,
        "search.html",
        run=run,
        asked=asked,
        hits=hits,
        page=page,
        labels=[(label, label_name(codebook, label)) for label in codebook.labels],
        teams=comments.order_by("team").values_list("team", flat=True).distinct(),
        waves=comments.order_by("wave").values_list("wave", flat=True).distinct(),
        states=states,
        query=query.urlencode(),
        here="search",
    )


def _find(run: Run, asked: dict[str, str]) -> QuerySet[Segment]:
    found = (
        Segment.objects.filter(run=run, comment__erased=None)
        .select_related("comment")
        .order_by("id")
    )
    for word in asked["words"].casefold().split():
        found = found.filter(folded__contains=word)
    if asked["label"] or asked["state"] == "none":
        # Finding a segment by its label would tell a blind rater what was read.
        open_ = Assignment.objects.filter(blind=True, state=Assignment.State.OPEN)
        found = found.exclude(pk__in=open_.values("segment_id"))
    if asked["label"]:
        found = found.filter(current__contains=f" {asked['label']} ")
    if asked["team"]:
        below = found.filter(comment__team__startswith=asked["team"] + TEAM_SEPARATOR)
        found = found.filter(comment__team=asked["team"]) | below
    if asked["wave"]:
        found = found.filter(comment__wave=asked["wave"])
    if asked["source"]:
        found = found.filter(comment__source=asked["source"])
    if asked["state"] in Segment.State.values:
        found = found.filter(state=asked["state"])
    elif asked["state"] == "none":
        found = found.filter(current__regex=r"^ *$")
    return found
