"""The log of who saw, changed and exported what: entries in a chain of hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models


class AuditEntry(models.Model):
    """One thing that somebody did. It never holds what anybody wrote."""

    number: models.BigIntegerField[int, int] = models.BigIntegerField(primary_key=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    actor: models.CharField[str, str] = models.CharField(max_length=150)
    action: models.CharField[str, str] = models.CharField(max_length=40)
    subject: models.CharField[str, str] = models.CharField(max_length=80)
    details: models.JSONField[Any, Any] = models.JSONField()
    previous: models.CharField[str, str] = models.CharField(max_length=64)
    hash: models.CharField[str, str] = models.CharField(max_length=64)


class AuditHead(models.Model):
    """The end of the chain: the one row that whoever adds an entry holds meanwhile."""

    id: models.IntegerField[int, int] = models.IntegerField(primary_key=True)
    number: models.BigIntegerField[int, int] = models.BigIntegerField()
    hash: models.CharField[str, str] = models.CharField(max_length=64)
