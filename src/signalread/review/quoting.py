"""Quotations for the report: approved after a look for what could identify the writer."""

import re
import uuid
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from signalread.errors import RunError
from signalread.review import trail
from signalread.review.models import Account, Escalation, Quotation, Segment
from signalread.review.shares import respondents

# What has to be looked for, one by one, before a quotation is approved.
CHECKS: dict[str, Callable[[], str]] = {
    "role": lambda: _("Ingen roll, titel eller uppgift som få har"),
    "place": lambda: _("Ingen plats, tid eller händelse som går att känna igen"),
    "person": lambda: _("Inget om någons hälsa, familj, ursprung eller övertygelse"),
    "relation": lambda: _("Ingen person utpekas, inte heller utan namn (”chefen på plan två”)"),
    "style": lambda: _("Inget sätt att skriva som avslöjar vem det är"),
}
CUT = re.compile(r"\s*(?:\[…\]|\[\.\.\.\]|…)\s*")
SHORTEST = 3  # characters left when the cuts are taken away


class NotQuotableError(Exception):
    """A quotation that may not be approved; the message says why, in the page's language."""


def why_not_quoted(segment: Segment) -> str:
    """Return why no quotation of a segment may be approved; nothing where one may."""
    if segment.comment.erased or not segment.text:
        return _("Texten är borttagen.")
    if Escalation.objects.filter(segment=segment).exists():
        return _("Segmentet är anmält och får inte citeras.")
    limit = segment.run.min_respondents_quotes
    comment = segment.comment
    try:
        n = respondents(segment.run, team=comment.team, wave=comment.wave, source=comment.source)
    except RunError:
        n = 0
    if n < limit:
        return _("Gruppen har färre än %(limit)s svarande; ur den citeras ingen.") % {
            "limit": limit
        }
    return ""


def approve(
    account: Account, segment: Segment, *, text: str, checks: set[str], key: uuid.UUID
) -> None:
    """Approve a quotation. Raises :class:`NotQuotableError` where that may not be."""
    why = why_not_quoted(segment)
    if not why and checks != set(CHECKS):
        why = _("Gå igenom alla punkter i listan först.")
    if not why and not is_cut_from(text, segment.text):
        why = _("Citatet får kortas med […], men orden ska vara skribentens.")
    if why:
        raise NotQuotableError(why)
    _keep(account, segment, text=text, approved=True, checks=sorted(checks), key=key)


def withdraw(account: Account, segment: Segment, *, key: uuid.UUID) -> None:
    """Take a quotation back."""
    _keep(account, segment, text="", approved=False, checks=[], key=key)


def is_cut_from(text: str, whole: str) -> bool:
    """Return whether a text is the whole, or pieces of it in their order with ``[…]`` between.

    >>> is_cut_from("Chefen […] lyssnar.", "Chefen på plan två lyssnar.")
    True
    >>> is_cut_from("Chefen lyssnar.", "Chefen på plan två lyssnar.")
    False
    """
    place, said = 0, 0
    for piece in CUT.split(" ".join(text.split())):
        place = " ".join(whole.split()).find(piece, place)
        if place < 0:
            return False
        place += len(piece)
        said += len(piece)
    return said >= SHORTEST


def _keep(
    account: Account, segment: Segment, *, text: str, approved: bool, checks: list[str],
    key: uuid.UUID,
) -> None:  # fmt: skip
    with transaction.atomic():
        Segment.objects.select_for_update().get(pk=segment.pk)
        if Quotation.objects.filter(key=key).exists():
            return
        Quotation.objects.create(
            segment=segment,
            text=text,
            approved=approved,
            checks=checks,
            by=account,
            at=timezone.now(),
            key=key,
        )
        action = "quotation approved" if approved else "quotation withdrawn"
        trail.record(account.name, action, f"segment:{segment.id}", {"checks": checks})
