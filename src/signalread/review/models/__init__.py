"""What the site remembers. Readings, corrections and judgements are tables of their own."""

from signalread.review.models.accounts import Account, LoginAttempt, OneTimeLink
from signalread.review.models.decisions import (
    Assignment,
    Correction,
    Escalation,
    Judgement,
    Quotation,
)
from signalread.review.models.readings import Comment, Reading, Run, Segment
from signalread.review.models.trail import AuditEntry, AuditHead

__all__ = [
    "Account",
    "Assignment",
    "AuditEntry",
    "AuditHead",
    "Comment",
    "Correction",
    "Escalation",
    "Judgement",
    "LoginAttempt",
    "OneTimeLink",
    "Quotation",
    "Reading",
    "Run",
    "Segment",
]
