"""Reading what a form sent; anything odd is a bad request."""

import uuid

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from signalread.review.models import Run

LONGEST = 2000  # characters of free text


def sent_key(request: HttpRequest) -> uuid.UUID:
    """Return the key that a form was made with."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise SuspiciousOperation("key") from None


def sent_labels(request: HttpRequest, run: Run) -> tuple[str, ...]:
    """Return the labels that were ticked, in the order of the codebook."""
    ticked = set(request.POST.getlist("label"))
    if not ticked <= set(run.labels):
        raise SuspiciousOperation("label")
    return tuple(label for label in run.labels if label in ticked)


def sent_text(request: HttpRequest, name: str) -> str:
    """Return a line or more of free text, not longer than it may be."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]


def sent_number(request: HttpRequest, name: str) -> int:
    """Return a whole number that is not negative."""
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise SuspiciousOperation(name)
    return int(text)
