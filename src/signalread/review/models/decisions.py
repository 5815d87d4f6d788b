"""What people say: assignments, corrections, judgements, quotations and escalations.

Rows are added, never changed: an undo is a row of its own. The one exception is erasure, which
may blank the free text that a row holds; the database refuses any other change.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from signalread.review.models.accounts import Account
from signalread.review.models.readings import Segment


class Assignment(models.Model):
    """A segment in somebody's queue. Blind ones show neither the reading nor other people."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open"
        ANSWERED = "answered"
        SKIPPED = "skipped"

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    segment: models.ForeignKey[Segment, Segment] = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="assignments"
    )
    reviewer: models.ForeignKey[Account, Account] = models.ForeignKey(
        Account, on_delete=models.PROTECT
    )
    blind: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    state: models.CharField[str, str] = models.CharField(
        max_length=8, choices=State.choices, default=State.OPEN
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Once per person and segment; the queue is in the order of ``id``."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["segment", "reviewer"], name="assigned_once")
        ]


class Correction(models.Model):
    """What one person says of one segment, or that they take it back (``labels`` is null).

    ``key`` names the form that it came with, so that a double submit is one correction.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    segment: models.ForeignKey[Segment, Segment] = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="corrections"
    )
    reviewer: models.ForeignKey[Account, Account] = models.ForeignKey(
        Account, on_delete=models.PROTECT
    )
    labels: models.JSONField[Any, Any] = models.JSONField(null=True)
    withdraws: models.OneToOneField[Correction | None, Correction | None] = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="withdrawal"
    )
    blind: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    why: models.TextField[str, str] = models.TextField(default="")
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    key: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(unique=True)


class Judgement(models.Model):
    """Which labels count for a segment from now on; ``labels`` is null where the reading does."""

    class Rule(models.TextChoices):
        """Why these labels count."""

        REVIEWED = "reviewed"  # one person's correction
        AGREED = "agreed"  # blind raters said the same
        SETTLED = "settled"  # somebody decided between answers
        WITHDRAWN = "withdrawn"  # a correction was taken back
        CARRIED = "carried"  # decided of the same words in an earlier run

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    segment: models.ForeignKey[Segment, Segment] = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="judgements"
    )
    version: models.IntegerField[int, int] = models.IntegerField()
    labels: models.JSONField[Any, Any] = models.JSONField(null=True)
    rule: models.CharField[str, str] = models.CharField(max_length=10, choices=Rule.choices)
    correction: models.ForeignKey[Correction | None, Correction | None] = models.ForeignKey(
        Correction, null=True, on_delete=models.PROTECT
    )
    by: models.ForeignKey[Account, Account] = models.ForeignKey(Account, on_delete=models.PROTECT)
    why: models.TextField[str, str] = models.TextField(default="")
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Two people cannot both make the next version."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["segment", "version"], name="judgement_version")
        ]


class Quotation(models.Model):
    """A quotation approved for the report, or withdrawn from it (``text`` is empty)."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    segment: models.ForeignKey[Segment, Segment] = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="quotations"
    )
    text: models.TextField[str, str] = models.TextField()
    approved: models.BooleanField[bool, bool] = models.BooleanField()
    checks: models.JSONField[Any, Any] = models.JSONField()
    by: models.ForeignKey[Account, Account] = models.ForeignKey(Account, on_delete=models.PROTECT)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    key: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(unique=True)


class Escalation(models.Model):
    """A segment handed to a named person because somebody may be in danger."""

    class Kind(models.TextChoices):
        """What it is about."""

        THREAT = "threat"
        HARASSMENT = "harassment"
        SELF_HARM = "self_harm"

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    segment: models.ForeignKey[Segment, Segment] = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="escalations"
    )
    kind: models.CharField[str, str] = models.CharField(max_length=10, choices=Kind.choices)
    recipient: models.CharField[str, str] = models.CharField(max_length=200)
    note: models.TextField[str, str] = models.TextField(default="")
    by: models.ForeignKey[Account, Account] = models.ForeignKey(Account, on_delete=models.PROTECT)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    key: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(unique=True)
