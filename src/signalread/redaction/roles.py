"""Roles and other words that only one person answers to, told by what stands beside them.

"Vår enda kurator", "enhetschefen i Vansbro", "hon som jobbar natt i receptionen", "yngst i laget".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

import yaml

from signalread.redaction.cues import PLACE_ENDS
from signalread.redaction.glances import fold_case, holds_any
from signalread.redaction.lexicon import load_lexicon
from signalread.redaction.spans import Kind, Span

_LISTS: dict[str, str] = yaml.safe_load(
    files("signalread.redaction.lexicon").joinpath("roles.yaml").read_text(encoding="utf-8")
)


def _words(name: str) -> tuple[str, ...]:
    return tuple(_LISTS[name].split())


def _any_of(*names: str) -> str:
    """Return an alternation of the lists' words, the longest first."""
    words = {word for name in names for word in _words(name)}
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


_ROLE_WORDS = _words("roles") + _words("definite_roles")
_DEFINITE, _LEADERS = _words("definite_roles"), _words("leaders")
_DEFINITE_LEADERS = _words("definite_leaders")
# Words of one form for one and for many ("Malmös läkare") would be whole professions.
_SINGULAR = (*(role for role in _words("roles") if not role.endswith("are")), "föreståndare")
_PERSONS = frozenset(_words("persons"))
_SINGLED_OUT = frozenset({"enda", "ende", "ensam"})
_PRONOUNS = frozenset({"han", "hon", "hen"})
_BEFORE_SUBJECT = frozenset(_words("before_subject"))
_BEFORE_LEADER = frozenset({"som", "är", "var", "blev", "blivit", "min", "vår", "er", "deras"})
_NO_PLACES = frozenset(_words("no_places"))

_IN = "i|på|för|vid|från|inom|hos"
_SMALL = frozenset({*_IN.split("|"), "bitr", "biträdande", "n"})  # of "vd:n"
_COMPASS = "Norra|Södra|Östra|Västra|Stora|Lilla|Nya|Gamla|Sankt|S:t"
_NAMED = (
    rf"(?:(?:{_COMPASS}) )?(?P<name>[A-ZÅÄÖ][\w-]{{1,30}})(?:(?<=s) [A-ZÅÄÖ][\w-]{{1,30}})?"
    rf"(?: (?:{_any_of('institutions')})\b)?"
    r"(?: (?:Norr|Söder|Syd|Nord|Öst|Väst|Öster|Väster|Centrum|City|[A-ZÅÄÖ]|\d{1,2})\b)?"
)
_WORKPLACES, _GROUPS = _any_of("workplaces"), _any_of("groups")
_NAMED_PLACE, _LOW_PLACE = re.compile(_NAMED), re.compile(r"[a-zåäöé][\w-]{1,30}")
_UNIT = re.compile(
    rf"(?P<numbered>(?:{_any_of('numbered')})\.? \d{{1,3}}[A-Za-z]?)\b|(?:{_WORKPLACES})\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(rf"(?<=[\w:]) (?:{_IN}) (?=\w)")
_OWNED = re.compile(r"\b(?P<place>[A-ZÅÄÖ][\w-]{2,30}s) (?P<role>[\w-]{2,40})\b")

_ONLY = re.compile(
    r"\b(?:(?:vår|våran|vårt|våra|min|den|deras|er|husets|kommunens|skolans|avdelningens|enhetens|"
    # "Inte en enda chef", "det enda chefen frågar om": nobody is meant.
    r"förvaltningens|sjukhusets|bolagets) )?(?<!\bdet )(?<!\ben )(?:enda|ende)"
    rf"(?: \w{{2,20}}(?:a|e|s))? "
    rf"(?:[\w-]{{0,25}}(?:{_any_of('roles', 'definite_roles')})|{_any_of('kinds')})\b"
    r"(?: (?:på|i|hos|inom|av oss(?: på| i)?) (?:hela )?[\wåäö-]{2,30})?",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"\bensam (?:kvinna|man|kille|tjej|karl|[\w-]{{0,25}}(?:{_any_of('roles')})) "
    r"(?:i|på|bland|av) [\w-]{2,30}",
    re.IGNORECASE,
)
_MOST = re.compile(
    rf"\b(?:den (?:äldsta|yngsta|nyaste)|äldst|yngst|nyast) (?:på|i|bland|av) (?:hela )?"
    rf"(?:{_GROUPS})\b",
    re.IGNORECASE,
)
_AGED = re.compile(rf"\b\d\d-åringen\b(?: (?:på|i) (?:{_WORKPLACES}|{_GROUPS})\b)?", re.IGNORECASE)
_SOMEWHERE = rf"(?:(?:{_WORKPLACES})\b|(?-i:[A-ZÅÄÖ])[\w-]{{2,30}})"
_AT_WORK = re.compile(
    rf"\b(?:{_any_of('persons')}) som (?:"
    rf"(?:{_any_of('work_verbs')}) (?:(?:{_any_of('times')})\b(?: (?:{_IN}) {_SOMEWHERE})?"
    rf"|(?:{_IN}) {_SOMEWHERE})"
    r"|(?:har hand om|hade hand om|sköter|skötte|ansvarar för|ansvarade för|håller i|höll i) "
    r"[\w-]{3,30}(?:en|an|rn|ln|on|na|et|at|ut)\b)",  # "schemat", and not "allt" or "sin"
    re.IGNORECASE,
)


# A pattern, and of what one must stand in the text for it to match.
_CUED = (
    (("nda ", "nde "), _ONLY),
    (("ensam ",), _ALONE),
    (("äldst", "yngst", "nyast"), _MOST),
    (("-åringen",), _AGED),
    ((" som ",), _AT_WORK),
)
_WINDOW = 80  # characters before a preposition: a role, and the word before it


def find_roles(text: str) -> Iterator[Span]:
    """Yield roles and the like that are said to be one person's, with what makes them so."""
    folded = fold_case(text)
    for cues, pattern in _CUED:
        if holds_any(folded, cues):
            for match in pattern.finditer(text):
                yield Span(match.start(), match.end(), Kind.ROLE)
    for match in _PREPOSITION.finditer(text):
        span = _role_at(text, match.start(), match.end())
        if span is not None:
            yield span
    for match in _OWNED.finditer(text):
        if match["role"].lower().endswith(_SINGULAR) and _is_place(match["place"][:-1]):
            yield Span(match.start(), match.end(), Kind.ROLE)


def words_of_place(words: Sequence[str]) -> list[str]:
    """Return the words of a role with a place that name the place; none where it is no such role.

    >>> words_of_place(["bitr", "rektorn", "på", "ekbackaskolan"])
    ['ekbackaskolan']
    >>> words_of_place(["hon", "i", "receptionen"])
    []
    """
    if not any(word.endswith(_ROLE_WORDS) for word in words) or not _SINGLED_OUT.isdisjoint(words):
        return []
    return [word for word in words if word not in _SMALL and not word.endswith(_ROLE_WORDS)]


def _role_at(text: str, end: int, after: int) -> Span | None:
    """Return the role or person before a preposition, with the place after it that tells who."""
    words = text[max(0, end - _WINDOW) : end].split()[-2:]
    word = words[-1].lstrip("\"'”’([«–-/")
    before = words[0].lower() if len(words) > 1 else ""
    role = word.lower()
    start = end - len(word)
    if role in _PERSONS:
        if role in _PRONOUNS and before in _BEFORE_SUBJECT:
            return None  # "nu sitter hon i receptionen" tells of her day
        named, workplace = _is_place, True
    elif role.endswith(_DEFINITE):
        named, workplace = _may_be_place, not role.endswith(_DEFINITE_LEADERS)
        if before in ("bitr.", "biträdande") and word is words[-1]:
            start = text.rindex(words[0], 0, start)
    elif role.endswith(_LEADERS) and before in _BEFORE_LEADER:
        named, workplace = _may_be_place, False
    else:
        return None
    unit = _UNIT.match(text, after)
    if unit is not None and (unit["numbered"] or workplace):
        return Span(start, unit.end(), Kind.ROLE)
    place = _NAMED_PLACE.match(text, after)
    if place is None:
        place = _LOW_PLACE.match(text, after)
        return Span(start, place.end(), Kind.ROLE) if place and _is_low(place[0]) else None
    return Span(start, place.end(), Kind.ROLE) if named(place["name"]) else None


def _is_place(name: str) -> bool:
    place = name.lower()
    if place in _NO_PLACES:
        return False
    lexicon = load_lexicon()
    if place in lexicon.places or place.removesuffix("s") in lexicon.places:
        return True
    return place.endswith(PLACE_ENDS) and place not in lexicon.words  # "Skolans rektor" is ours


def _may_be_place(name: str) -> bool:
    place = name.lower()
    return _is_place(name) or not (place in load_lexicon().things or place in _NO_PLACES)


def _is_low(word: str) -> bool:
    lexicon = load_lexicon()
    return word in lexicon.places and word not in lexicon.words
