"""Runs, what was written in them, and what the model read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models


class Run(models.Model):
    """A run folder that the site knows. ``identity`` follows the run when its folder moves.

    ``labels`` and ``thresholds`` stand in the order of the run's codebook.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    identity: models.CharField[str, str] = models.CharField(max_length=64, unique=True)
    name: models.CharField[str, str] = models.CharField(max_length=255)
    path: models.TextField[str, str] = models.TextField()
    codebook_path: models.TextField[str, str] = models.TextField(default="")
    codebook_digest: models.CharField[str, str] = models.CharField(max_length=64, default="")
    model_digest: models.CharField[str, str] = models.CharField(max_length=64)
    labels: models.JSONField[Any, Any] = models.JSONField()
    thresholds: models.JSONField[Any, Any] = models.JSONField()
    min_respondents_quotes: models.IntegerField[int, int] = models.IntegerField()
    created: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    registered: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    purged: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Comment(models.Model):
    """A redacted comment of a run. Erasure blanks what was written and who wrote it."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    run: models.ForeignKey[Run, Run] = models.ForeignKey(Run, on_delete=models.CASCADE)
    comment_id: models.TextField[str, str] = models.TextField()
    respondent: models.TextField[str, str] = models.TextField(db_index=True)
    team: models.TextField[str, str] = models.TextField()
    wave: models.TextField[str, str] = models.TextField()
    source: models.CharField[str, str] = models.CharField(max_length=16)
    question: models.TextField[str, str] = models.TextField(default="")
    text: models.TextField[str, str] = models.TextField()
    erased: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)

    class Meta:
        """Unique within its run."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "comment_id"], name="comment_once_per_run")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "team"], name="comment_team")
        ]


class Segment(models.Model):
    """A segment of a comment, and where its decisions stand.

    ``version`` counts the judgements; ``state`` and ``current`` (the labels that count, each
    between spaces) repeat what the other tables say so that a search finds it.
    """

    reading: Reading

    class State(models.TextChoices):
        """How far people have come with a segment."""

        UNSEEN = "unseen"
        JUDGED = "judged"
        DIFFERS = "differs"

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    run: models.ForeignKey[Run, Run] = models.ForeignKey(Run, on_delete=models.CASCADE)
    comment: models.ForeignKey[Comment, Comment] = models.ForeignKey(
        Comment, on_delete=models.CASCADE, related_name="segments"
    )
    index: models.IntegerField[int, int] = models.IntegerField()
    start: models.IntegerField[int, int] = models.IntegerField()
    end: models.IntegerField[int, int] = models.IntegerField()
    folded: models.TextField[str, str] = models.TextField()  # case-folded, for the search
    current: models.TextField[str, str] = models.TextField(default=" ")
    state: models.CharField[str, str] = models.CharField(
        max_length=8, choices=State.choices, default=State.UNSEEN
    )
    version: models.IntegerField[int, int] = models.IntegerField(default=0)

    class Meta:
        """Unique within its comment."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["comment", "index"], name="segment_once_per_comment")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "state"], name="segment_state")
        ]

    @property
    def text(self) -> str:
        """The segment's own characters."""
        return self.comment.text[self.start : self.end]


class Reading(models.Model):
    """What the model said of a segment. Nothing that people do changes it.

    ``scores`` has a probability for each of the run's labels; ``evidence`` is filled in the first
    time that somebody asks for it.
    """

    segment: models.OneToOneField[Segment, Segment] = models.OneToOneField(
        Segment, on_delete=models.CASCADE, primary_key=True
    )
    labels: models.JSONField[Any, Any] = models.JSONField()
    scores: models.JSONField[Any, Any] = models.JSONField()
    evidence: models.JSONField[Any, Any] = models.JSONField(null=True)
