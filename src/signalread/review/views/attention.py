"""Quotations and escalations: what leaves the site by a person's decision."""

import uuid

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from signalread.review import quoting, trail
from signalread.review.access import account_of, needs
from signalread.review.models import Escalation, Quotation, Run, Segment
from signalread.review.pages import show
from signalread.review.roles import Ability
from signalread.review.views.forms import sent_key, sent_text

KINDS = {
    "threat": lambda: _("Hot eller våld"),
    "harassment": lambda: _("Trakasserier eller kränkningar"),
    "self_harm": lambda: _("Risk för självskada"),
}


@needs(Ability.SEGMENTS)
@require_POST
def quote(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """Approve a quotation."""
    segment = get_object_or_404(Segment.objects.select_related("comment", "run"), pk=segment_id)
    try:
        quoting.approve(
            account_of(request),
            segment,
            text=sent_text(request, "text"),
            checks=set(request.POST.getlist("check")) & set(quoting.CHECKS),
            key=sent_key(request),
        )
    except quoting.NotQuotableError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Citatet är godkänt för rapporten."))
    return redirect("segment", segment.id)


@needs(Ability.SEGMENTS)
@require_POST
def unquote(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """Take a quotation back."""
    segment = get_object_or_404(Segment, pk=segment_id)
    quoting.withdraw(account_of(request), segment, key=sent_key(request))
    messages.success(request, _("Citatet används inte längre."))
    return redirect("segment", segment.id)


@needs(Ability.SEGMENTS)
@require_POST
def escalate(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """Hand a segment to a named person. No label and no share changes by it."""
    segment = get_object_or_404(Segment, pk=segment_id)
    account, key = account_of(request), sent_key(request)
    kind, recipient = request.POST.get("kind", ""), sent_text(request, "recipient")[:200]
    if kind not in KINDS:
        raise SuspiciousOperation("kind")
    if not recipient:
        messages.error(request, _("Skriv vem som ska ta emot ärendet."))
        return redirect("segment", segment.id)
    with transaction.atomic():
        Segment.objects.select_for_update().get(pk=segment.pk)
        if not Escalation.objects.filter(key=key).exists():
            Escalation.objects.create(
                segment=segment,
                kind=kind,
                recipient=recipient,
                note=sent_text(request, "note"),
                by=account,
                at=timezone.now(),
                key=key,
            )
            details = {"kind": kind, "recipient": recipient}
            trail.record(account.name, "escalated", f"segment:{segment.id}", details)
    text = _("Ärendet är noterat. Kontakta %(name)s själv: inget skickas härifrån.")
    messages.success(request, text % {"name": recipient})
    return redirect("segment", segment.id)


@needs(Ability.SEGMENTS)
@require_GET
def list_quotations(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Show the quotations that are approved."""
    run = get_object_or_404(Run, pk=run_id)
    trail.record(account_of(request).name, "saw quotations", f"run:{run.id}")
    last: dict[int, Quotation] = {}
    rows = Quotation.objects.filter(segment__run=run).select_related("segment__comment", "by")
    for row in rows.order_by("id"):
        last[row.segment.id] = row
    standing = [row for row in last.values() if row.approved and row.text]
    keys = [uuid.uuid4() for _row in standing]
    return show(
        request,
        "quotations.html",
        run=run,
        quotations=list(zip(standing, keys, strict=True)),
        here="quotations",
    )


@needs(Ability.SEGMENTS)
@require_GET
def list_escalations(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Show what was handed on, to whom and when."""
    run = get_object_or_404(Run, pk=run_id)
    trail.record(account_of(request).name, "saw escalations", f"run:{run.id}")
    rows = Escalation.objects.filter(segment__run=run).select_related("segment__comment", "by")
    return show(
        request,
        "escalations.html",
        run=run,
        escalations=[(row, KINDS[row.kind]()) for row in rows.order_by("-id")],
        here="escalations",
    )
