"""Redaction: comments in, redacted comments out; nothing after this stage sees a name."""

from signalread.redaction.comments import find_spans, pseudonym, redact_comments, redact_texts
from signalread.redaction.names import NameFinder
from signalread.redaction.reasons import explain_span
from signalread.redaction.recogniser import load_name_finder
from signalread.redaction.spans import Kind, Span, choose_placeholders, replace_spans

__all__ = [
    "Kind",
    "NameFinder",
    "Span",
    "choose_placeholders",
    "explain_span",
    "find_spans",
    "load_name_finder",
    "pseudonym",
    "redact_comments",
    "redact_texts",
    "replace_spans",
]
