"""Personal, organisation and telephone numbers, checked where a number can be checked."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date

from signalread.redaction.spans import Kind, Span

# 6 or 8 digits of a date, a mark or none, and 4 more; spaces wherever people put them.
_PERSONAL = re.compile(
    r"(?<![\d.,-])(?P<century>(?:16|18|19|20)[ -]?)?(?P<date>\d\d[ -]?\d\d[ -]?\d\d)"
    r"(?P<mark> ?[-+–—‐‑] ?| )?(?P<last>\d ?\d ?\d ?\d|[TRSUWXJKLMN]\d{3}|[xX*]{4})(?![\d]|[-.,]\d)"
)
_PHONE = re.compile(
    r"(?<![\w.,-])(?:\+|00)?[\d(](?:[ \-–/.()\u00a0]{0,3}\d){5,16}(?!\d|[,:]\d|-\d| ?(?:kr|%|st)\b)"
)
_CUED_PHONE = re.compile(
    r"\b(?:ring|ringa|ringer|tel|telefon|telefonnummer|tfn|mobil|mobilnr|mobilnummer|sms|smsa|"
    r"nås på|"
    r"nummer|nr|anknytning|ankn|internnummer|växeln|direktnummer|kortnummer)\.?"
    r"(?: (?:mig|honom|henne|på|till|är|nr)){0,3}[ :.]{1,3}(?P<named>\d(?:[ -]?\d){3,14})(?!\d)",
    re.IGNORECASE,
)
_VAT = re.compile(r"\bSE ?\d{6}-?\d{4} ?01\b")
_CALL = re.compile(r"\b(?:ring|tel|mobil|sms|tfn|nås|nummer)", re.IGNORECASE)


def find_numbers(text: str) -> Iterator[Span]:
    """Yield personal, organisation and telephone numbers, and what looks too much like one."""
    for match in _VAT.finditer(text):
        yield Span(match.start(), match.end(), Kind.ORGANISATION_NUMBER)
    taken: list[tuple[int, int]] = []
    for match in _PERSONAL.finditer(text):
        kind = _kind_of_ten(match, text)
        if kind is not None:
            taken.append(match.span())
            yield Span(match.start(), match.end(), kind)
    for match in _PHONE.finditer(text):
        if not _overlaps(taken, match):
            found = match[0]
            if _is_phone(found):
                yield Span(match.start(), match.end(), Kind.PHONE)
    for match in _CUED_PHONE.finditer(text):
        if not _overlaps(taken, match):
            yield Span(match.start("named"), match.end("named"), Kind.PHONE)


def _overlaps(taken: Sequence[tuple[int, int]], match: re.Match[str]) -> bool:
    """Say whether a match shares characters with a span; spans are in order and apart."""
    at = bisect_left(taken, (match.end(), 0)) - 1  # the last that begins before the match ends
    return at >= 0 and taken[at][1] > match.start()


def _kind_of_ten(match: re.Match[str], text: str) -> Kind | None:
    """Say what ten (or twelve) digits are, None where they look like neither."""
    born = re.sub(r"\D", "", match["date"])
    last = re.sub(r"\s", "", match["last"])
    marked = match["mark"] is not None and match["mark"].strip() != ""
    if not last.isdigit():  # masked, or a reserve number with a letter
        return Kind.PERSONAL_NUMBER if _is_date(born) and (marked or match["century"]) else None
    digits = born + last
    valid_date, checks = _is_date(born), _luhn(digits)
    if valid_date and not match["century"] and not marked and digits.startswith("0"):
        # "0701234567" may be either; a call before it, or a wrong check digit, makes it a phone's.
        before = text[max(0, match.start() - 25) : match.start()]
        if not checks or _CALL.search(before):
            return None
    if match["century"] and match["century"].strip(" -") == "16":
        return Kind.ORGANISATION_NUMBER if checks else None
    if valid_date:
        # A wrong check digit is a slip, or a digit changed to hide it: still one person's number.
        return Kind.PERSONAL_NUMBER
    if int(digits[2]) >= 2 and _is_organisation(digits):
        return Kind.ORGANISATION_NUMBER
    dashed = marked and not re.search(r"\s", match["date"])
    return Kind.PERSONAL_NUMBER if dashed or (match["century"] and checks) else None


def _is_date(digits: str) -> bool:
    """Say whether six digits are a date of birth, or one with 60 added to the day."""
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    day -= 60 if day > 60 else 0
    try:
        date(2000 + year if year % 4 == 0 else 1900 + year, month, day)
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(digits))


def _is_organisation(digits: str) -> bool:
    from stdnum.se import orgnr

    return bool(orgnr.is_valid(digits))


def _is_phone(found: str) -> bool:
    digits = re.sub(r"\D", "", found)
    if not found.startswith(("0", "+", "(0")) or digits.startswith("000"):
        return False
    if re.fullmatch(r"0?\d[-–/.]\d\d?[-–/.]\d{2,4}", found):  # a date
        return False
    import phonenumbers

    try:
        number = phonenumbers.parse(found, "SE")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)
