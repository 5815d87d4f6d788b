"""Labelled data out, and into the log that it went out."""

import hashlib
import tempfile
from pathlib import Path

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from signalread.review import exporting, trail
from signalread.review.access import account_of, needs
from signalread.review.models import Run
from signalread.review.pages import show
from signalread.review.roles import Ability


@needs(Ability.SEGMENTS)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Ask which data in which format, and send the file."""
    run = get_object_or_404(Run, pk=run_id)
    if request.method == "GET":
        return show(
            request,
            "export.html",
            run=run,
            decided=exporting.decided_segments(run).count(),
            answered=exporting.answered_segments(run).count(),
            here="export",
        )
    format_, which = request.POST.get("format", ""), request.POST.get("which", "")
    if format_ not in exporting.FORMATS or which not in ("settled", "everybody"):
        raise SuspiciousOperation("format")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"labels.{format_}"
        items = exporting.labelled_items(run, settled=which == "settled")
        count = exporting.write_items(items, path, format_=format_)
        content = path.read_bytes()
    details = {
        "format": format_,
        "which": which,
        "segments": count,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    # Logged before it is sent: a file that left is never missing from the log.
    trail.record(account_of(request).name, "exported", f"run:{run.id}", details)
    kind = "text/csv; charset=utf-8" if format_ == "csv" else "application/x-ndjson"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="labels-{run.id}.{format_}"'
    return response
