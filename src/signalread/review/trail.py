"""The append-only log: every entry holds the hash of the one before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from signalread.review.models import AuditEntry, AuditHead

START = "0" * 64


def record(
    actor: str, action: str, subject: str = "", details: Mapping[str, object] | None = None
) -> None:
    """Add an entry. ``details`` holds counts, labels and names of things, never anybody's text."""
    with transaction.atomic():
        # Whoever holds the head adds next, so that the chain has one end.
        head = AuditHead.objects.select_for_update().get(pk=1)
        entry = AuditEntry(
            number=head.number + 1,
            at=timezone.now(),
            actor=actor,
            action=action,
            subject=subject,
            details=dict(details or {}),
            previous=head.hash,
        )
        entry.hash = _hash(entry)
        entry.save(force_insert=True)
        AuditHead.objects.filter(pk=1).update(number=entry.number, hash=entry.hash)


def find_break() -> int | None:
    """Return the number of the first entry that was changed or is missing; ``None`` if all hold."""
    previous, number = START, 0
    for entry in AuditEntry.objects.order_by("number").iterator():
        number += 1
        if entry.number != number or entry.previous != previous or entry.hash != _hash(entry):
            return number
        previous = entry.hash
    head = AuditHead.objects.get(pk=1)
    return None if (head.number, head.hash) == (number, previous) else number + 1


def _hash(entry: AuditEntry) -> str:
    at: datetime = entry.at.astimezone(UTC)
    fields = [
        entry.number,
        at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.details,
        entry.previous,
    ]
    text = json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
