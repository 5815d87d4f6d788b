"""Dates and ages that are told as somebody's birthday."""

from __future__ import annotations

import re
from collections.abc import Iterator

from signalread.redaction.spans import Kind, Span

_MONTH = (
    "jan(?:uari)?|feb(?:ruari)?|mars|apr(?:il)?|maj|juni|juli|aug(?:usti)?|sept?(?:ember)?|"
    "okt(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DATE = (
    rf"(?:\d{{1,2}}(?::[ae]|\.)? (?:{_MONTH})(?: (?:19|20)?\d\d)?|(?:19|20)\d\d-\d\d-\d\d|(?:19|"
    rf"20)\d{{6}}|"
    rf"\d{{2}}-?\d{{2}}-?\d{{2}}|\d{{1,2}}[/.]\d{{1,2}}(?:[ -/.](?:19|20)?\d\d)?|"
    rf"(?:{_MONTH}) (?:19|20)\d\d)\b"
)
_BIRTHDAY = re.compile(
    rf"\b(?:född(?:es|a)?|f\.|fyll(?:er|de|t)(?: (?:jämnt|år|\d{{2,3}}(?: år)?))?|"
    rf"födelsedag(?:en)?(?: är| var)?|födelsedatum(?:et)?(?: är)?|bursdag|kalas)"
    rf"[ :]{{1,2}}(?:(?:år|den|var|är|på|i|nu|redan) ){{0,3}}(?P<named>{_DATE})"
    rf"|(?:\b(?:jag|hon|han)|[^\W\d_]{{2,20}})(?: som)? fyll(?:er|de|t)(?: jämna)? "
    rf"(?P<age>[1-9]\d(?: år)?(?: (?:nu )?(?:i|den|på) (?:lördags|fredags|söndags|måndags|våras|"
    rf"somras|höstas|vintras|vår|höst|"
    rf"sommar|{_DATE}|{_MONTH}))?)(?![\w%])"
    rf"|\bfödd(?:a)?(?: år)? (?P<year>(?:19[3-9]|20[01])\d|[4-9]\d:?a?)\b",
    re.IGNORECASE,
)


def find_birthdays(text: str) -> Iterator[Span]:
    """Yield dates and ages that are told as somebody's birthday."""
    for match in _BIRTHDAY.finditer(text):
        group = next(name for name in ("named", "age", "year") if match[name])
        yield Span(match.start(group), match.end(group), Kind.BIRTHDAY)
