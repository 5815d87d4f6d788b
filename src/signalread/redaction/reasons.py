"""Why a span was found, in words for the person who reviews a redaction."""

from __future__ import annotations

from signalread.redaction.names import find_names
from signalread.redaction.spans import Kind, Span
from signalread.redaction.tokens import read_tokens

_RULES = {
    Kind.PERSONAL_NUMBER: "pattern: a personal number, whole, masked or with a slip",
    Kind.PHONE: "pattern: a telephone number",
    Kind.EMAIL: "pattern: an e-mail address",
    Kind.LINK: "pattern: a web address",
    Kind.ADDRESS: "pattern: a street, box or postcode",
    Kind.PLATE: "pattern: a car's plate",
    Kind.ORGANISATION_NUMBER: "pattern: an organisation number",
    Kind.USER_NAME: "pattern: a user name",
    Kind.EMPLOYEE_NUMBER: "pattern: an employee number",
    Kind.BIRTHDAY: "pattern: a birthday or an age",
    Kind.ROLE: "pattern: a role that one person has",
}
_STANDINGS = {
    "first": "a first name",
    "last": "a last name",
    "foreign": "a name of another country",
    "near": "a first name with a slip",
    "everyday": "a word that is a name where it stands",
}
_UNLISTED = "rule: a word that no list holds, where names stand"
_INITIALS = "rule: initials or letters"


def explain_span(text: str, span: Span) -> str:
    """Return the pattern, list or rule that a span of the text was found by.

    What lists and rules do not find by themselves, the recogniser did.

    >>> explain_span("Fråga Kerstin Lundqvist.", Span(6, 23, Kind.NAME))
    'list: a first name, a last name'
    """
    if span.kind is not Kind.NAME:
        return _RULES[span.kind]
    if not any(start < span.end and span.start < end for start, end in find_names(text)):
        return "recogniser: the words around it"
    tokens = [t for t in read_tokens(text) if t.start >= span.start and t.end <= span.end]
    listed = dict.fromkeys(_STANDINGS[t.standing] for t in tokens if t.standing in _STANDINGS)
    if listed:
        return f"list: {', '.join(listed)}"
    return _UNLISTED if any(len(t.word) > 3 for t in tokens) else _INITIALS
