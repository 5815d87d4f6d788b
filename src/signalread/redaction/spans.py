"""Spans of a text that point at a person, and the placeholders that take their place."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from signalread.redaction.persons import number_persons


class Kind(StrEnum):
    """What a span holds; the value is what its placeholder says."""

    NAME = "NAMN"
    PERSONAL_NUMBER = "PERSONNUMMER"
    PHONE = "TELEFON"
    EMAIL = "E-POST"
    LINK = "LÄNK"
    ADDRESS = "ADRESS"
    PLATE = "REGNR"
    ORGANISATION_NUMBER = "ORGNR"
    USER_NAME = "ANVÄNDARNAMN"
    EMPLOYEE_NUMBER = "ANSTÄLLNINGSNR"
    BIRTHDAY = "FÖDELSEDAG"
    ROLE = "ROLL"


class Span(NamedTuple):
    """Characters ``start`` to ``end`` of a text, and what they hold."""

    start: int
    end: int
    kind: Kind


def settle_spans(spans: Iterable[Span]) -> list[Span]:
    """Order spans and make overlapping ones one; the longer says what it is, then the earlier."""
    settled: list[Span] = []
    for span in sorted(spans):
        if settled and span.start < settled[-1].end:
            last = settled[-1]
            longer = max(last, span, key=lambda s: (s.end - s.start, -s.start))
            settled[-1] = Span(last.start, max(last.end, span.end), longer.kind)
        else:
            settled.append(span)
    return settled


def choose_placeholders(text: str, spans: Iterable[Span]) -> list[tuple[Span, str]]:
    """Return settled spans in order, each with what takes its place; one person keeps one number.

    >>> choose_placeholders("Evas bil.", [Span(0, 4, Kind.NAME)])[0][1]
    '[NAMN 1]s'
    """
    ordered = settle_spans(spans)
    names = [text[start:end] for start, end, kind in ordered if kind is Kind.NAME]
    persons = iter(number_persons(names))
    chosen = []
    for span in ordered:
        if span.kind is Kind.NAME:
            number, possessive = next(persons)
            chosen.append((span, f"[{span.kind} {number}]{'s' if possessive else ''}"))
        else:
            chosen.append((span, f"[{span.kind}]"))
    return chosen


def replace_spans(text: str, spans: Iterable[Span]) -> str:
    """Put a placeholder where each span was; one person keeps one number.

    >>> replace_spans("Fråga Eva. Evas bil.", [Span(6, 9, Kind.NAME), Span(11, 15, Kind.NAME)])
    'Fråga [NAMN 1]. [NAMN 1]s bil.'
    """
    parts: list[str] = []
    done = 0
    for span, placeholder in choose_placeholders(text, spans):
        parts += (text[done : span.start], placeholder)
        done = span.end
    return "".join((*parts, text[done:]))
