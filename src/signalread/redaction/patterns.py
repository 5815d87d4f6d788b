"""Everything a pattern can see: numbers, addresses of all kinds, and who a number belongs to.

Every pattern has bounded repeats, so that no text can make one run away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from signalread.redaction.birthdays import find_birthdays
from signalread.redaction.glances import fold_case, holds_any
from signalread.redaction.lexicon import load_lexicon
from signalread.redaction.numbers import find_numbers
from signalread.redaction.roles import find_roles
from signalread.redaction.spans import Kind, Span

# Endings that are also Swedish words ("nu", "de") are links only with www or http before.
_DOMAIN_END = "se|com|org|net|eu|io|dk|fi|info|gov|edu|biz|app|cloud"
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"”]{1,2000}"
    rf"|(?<![\w@.])(?:[a-z0-9åäö][a-z0-9åäö-]{{0,62}}\.){{1,5}}(?:{_DOMAIN_END})(?![\w-])"
    r"(?:/[^\s<>\"”]{0,2000})?",
    re.IGNORECASE,
)
# A link has a letter right after a full stop, or one of these marks.
_LINK_GLANCE = re.compile(r"\.[^\W\d_]|://|[wW]\.")
_DIGIT = re.compile(r"\d")
_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}")
_AT_CUES = (" at", "(at", "[at", "{at", "snabel")
_AT = re.compile(r"[(\[{ ]at[)\]} ]|snabel", re.IGNORECASE)
_SPELT_EMAIL = re.compile(
    r"[\w.+-]{1,64} ?(?:\(at\)|\[at\]|\{at\}| snabel-?a | at ) ?"
    r"[\w-]{1,63}(?: ?(?:\.|\(dot\)|\[dot\]| punkt | dot ) ?[\w-]{1,63}){0,3}"
    r" ?(?:\.|\(dot\)|\[dot\]| punkt | dot ) ?(?:se|nu|com|org|net)\b",
    re.IGNORECASE,
)
_USER_NAME = re.compile(
    r"(?<![\w.@])@[\w.-]{1,40}\w"
    r"|\b(?:användarnamn|användar-?id|inlogg(?:ning)?|login|insta(?:gram)?|snap(?:chat)?|discord|"
    r"slack|nick(?:name)?|konto(?:namn)?)(?:et|en)?(?: är| heter|:| =){1,2} {0,2}"
    r"(?P<named>[\w.-]{2,40}[\w#])",
    re.IGNORECASE,
)
_NAMED_AS = "@ användar inlogg login insta snap discord slack nick konto"
_USER_NAME_CUES = tuple(_NAMED_AS.split())
_EMPLOYEE_NUMBER = re.compile(
    r"\bSE\d{10}-[A-Z0-9]{4}\b|"
    r"\b(?:anställnings(?:nummer|nr|id)|anst\.? ?(?:nr|id|nummer)|anst-(?:nr|id)|anstnr|"
    r"(?:personal|medarbetar|tjänste)(?:-?id|nummer|nr)|(?:tjänste)?legitimation|hsa-?id|signum|"
    r"brickn(?:umme)?r|bricka|id-?nummer|emp(?:loyee)? ?id)(?:et|t)?\.?"
    r"(?: mitt| är| nr| :|:| =| #|#){0,3} {0,2}(?P<named>SE\d{10}-\w{4}|"
    r"[A-ZÅÄÖa-z]{0,4}[ -]?\d[\d-]{1,11}\w?|"
    r"[a-zåäö]{2,6}\d{1,4})\b",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"(?<![\w/-])(?P<letters>[A-HJ-PR-UW-Z]{3})(?P<gap>[ -]?)\d\d[0-9A-HJ-PR-UW-Z](?![\w:/-]|"
    r"[.,]\d)"
)
_CUED_PLATE = re.compile(
    r"\b(?:reg(?:istrerings)?\.?[ -]?(?:nr|nummer|skylt)|bilen|bil|reg|skylt|plåt|"
    r"lastbil(?:en)?|skåpbil(?:en)?)"
    r"\.?(?: är| med|:| nr){0,2} {1,2}"
    r"(?P<named>[a-hj-pr-uw-zA-HJ-PR-UW-Z]{3}[ -]?\d\d[\da-zA-Z])\b",
    re.IGNORECASE,
)
_NOT_PLATES = frozenset(
    [
        "RUM",
        "SAL",
        "HUS",
        "TEL",
        "KRS",
        "LAG",
        "SFS",
        "APT",
        "MBL",
        "LAS",
        "EKG",
        "PCB",
        "LED",
        "USB",
        "HDR",
        "SEK",
        "EUR",
        "USD",
        "DKK",
        "NOK",
        "KPL",
        "ART",
        "STK",
        "MAX",
        "DEL",
        "LSS",
        "SOL",
        "FUB",
        "AFS",
        "BUS",
        "TUR",
        "UCK",
        "SPF",
        "EAN",
        "SKU",
        "ORD",
        "DOK",
        "PLC",
        "RAD",
        "NPM",
    ]
)
_STREET_END = (
    "gatan|gata|vägen|väg|gränd|gränden|stigen|stig|backen|backe|torget|torg|allén|allé|plan|"
    "slingan|kroken|leden|kajen|esplanaden|stråket|parken|bron|brinken|höjden|ringen|svängen|promenaden"
)
_ADDRESS = re.compile(
    r"(?:\b(?:S:t|S:ta|Sankt|Norra|Södra|Östra|Västra|Stora|Lilla|Nya|Gamla|Övre|Nedre|"
    r"[A-ZÅÄÖ][\w-]{2,20}s?) ){0,2}"
    rf"\b[^\W\d_][\w-]{{1,30}}?(?:{_STREET_END}) (?:nr )?\d{{1,4}}(?: ?[A-Za-z])?\b"
    r"(?:,? (?:lgh|lägenhet|port|uppgång|vån(?:ing)?|tr) ?\d{1,4}\b)?"
    r"(?:,? \d{3} ?\d{2} [A-ZÅÄÖ][\w-]{1,25})?"
    r"|\b\d{3} \d{2} [A-ZÅÄÖ][a-zåäö][\w-]{1,25}"
    r"|\b[Bb]ox \d{1,5}\b(?:,? \d{3} ?\d{2} [A-ZÅÄÖ][\w-]{1,25})?"
)
_YEAR = re.compile(r" (?:19|20)\d\d\Z")
_HOME = re.compile(
    rf"\b(?:bor|bodde|bott|hemma|hem|granne|adress(?:en)?)(?: hos [^\W\d_]{{1,20}})?(?: till)?"
    rf" (?:på|i|vid|är) (?P<named>(?:(?:Norra|Södra|Östra|Västra|Stora|Lilla|Nya|"
    rf"Gamla) )?[^\W\d_]{{2,25}}?(?:{_STREET_END})"
    r"(?: \d{1,4}(?: ?[A-Za-z]\b)?)?)(?!\w)",
    re.IGNORECASE,
)
_HOME_CUES = ("bor", "bodde", "bott", "hem", "granne", "adress")
_UNITS_AFTER = re.compile(
    r" ?(?:kr|kronor|sek|st|tim|timmar|min|personer|%|km|mil|kg|m2|kvm|:-)\b", re.I
)


def find_patterns(text: str) -> Iterator[Span]:
    """Yield what patterns find in a text; spans may overlap, and come in no order."""
    folded = fold_case(text)
    has_digit = _DIGIT.search(text) is not None
    if "@" in text:
        yield from _whole(_EMAIL, text, Kind.EMAIL)
    if holds_any(folded, _AT_CUES) and _AT.search(text):
        yield from _whole(_SPELT_EMAIL, text, Kind.EMAIL)
    if _LINK_GLANCE.search(text):
        for match in _LINK.finditer(text):
            end = match.end() - (len(match[0]) - len(match[0].rstrip(".,;:!?)'")))
            if text[match.start() - 1 : match.start()] != "@":
                yield Span(match.start(), end, Kind.LINK)
    if holds_any(folded, _USER_NAME_CUES):
        yield from _named(_USER_NAME, text, Kind.USER_NAME)
    if holds_any(folded, _HOME_CUES):
        yield from _named(_HOME, text, Kind.ADDRESS)
    yield from find_roles(text)
    if has_digit:
        yield from find_birthdays(text)
        yield from find_numbers(text)
        yield from _named(_EMPLOYEE_NUMBER, text, Kind.EMPLOYEE_NUMBER)
        yield from _find_addresses(text)
        yield from _find_plates(text)


def _whole(pattern: re.Pattern[str], text: str, kind: Kind) -> Iterator[Span]:
    for match in pattern.finditer(text):
        yield Span(match.start(), match.end(), kind)


def _named(pattern: re.Pattern[str], text: str, kind: Kind) -> Iterator[Span]:
    for match in pattern.finditer(text):
        group = "named" if "named" in pattern.groupindex and match["named"] else 0
        yield Span(match.start(group), match.end(group), kind)


def _find_addresses(text: str) -> Iterator[Span]:
    for match in _ADDRESS.finditer(text):
        head = match[0].split(" ")[0].lower()
        # "Plan 3", "väg 40" are no one's address; "på plan 2" neither.
        if head in ("plan", "väg", "torg", "parken", "ringen") or (
            head.isdigit() and _UNITS_AFTER.match(text, match.end())
        ):
            continue
        if _YEAR.search(match[0]) and load_lexicon().is_word(head):
            continue  # "faktureringen 2024"
        start = match.start()
        # A capital word before the street belongs to it unless it is a word of the sentence.
        words = match[0].split(" ")
        while len(words) > 2 and not words[0][0].isdigit() and not _belongs(words):
            start += len(words.pop(0)) + 1
        yield Span(start, match.end(), Kind.ADDRESS)


def _belongs(words: list[str]) -> bool:
    first = words[0].lower()
    if first.endswith(tuple(_STREET_END.split("|"))) or first == "box":
        return True
    if first in (
        "norra",
        "södra",
        "östra",
        "västra",
        "stora",
        "lilla",
        "nya",
        "gamla",
        "övre",
        "nedre",
    ):
        return True
    return not load_lexicon().is_word(first) and words[0][0].isupper()


def _find_plates(text: str) -> Iterator[Span]:
    for match in _PLATE.finditer(text):
        if match["letters"] not in _NOT_PLATES and not _UNITS_AFTER.match(text, match.end()):
            yield Span(match.start(), match.end(), Kind.PLATE)
    yield from _named(_CUED_PLATE, text, Kind.PLATE)
