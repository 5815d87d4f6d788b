"""What notes say about their meeting: which team, which wave, who was there, who spoke."""

import re
from dataclasses import dataclass
from functools import cache

from signalread.intake.cleaning import clean_name, fold

_DATE = re.compile(
    r"\b(?:den )?(?:\d{4}[-./_ ]\d{1,2}[-./_ ]\d{1,2}|\d{8}|\d{6}|\d{1,2}[-./]\d{1,2}"
    r"(?:[-./]\d{2,4})?"
    r"|\d{1,2}(?::?e)? (?:jan|feb|mars?|apr|maj|juni?|juli?|aug|sept?|okt|nov|dec)[a-z]*"
    r"(?: \d{4})?|(?:19|20)\d\d|v(?:ecka)?[. ]{0,2}\d{1,2}|kl[. ]{1,2}\d{1,2}(?:[.:]\d\d)?)\b",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"\b(?:apt|arbetsplatsträff\w*|arbetsplatstraff\w*|(?:mötes|motes|minnes)anteckning(?:ar)?"
    r"|anteckning(?:ar)?|protokoll|mötesprotokoll|dagordning"
    r"|\w*(?:möte|träff|meeting)(?:t|n|s)?"
    r"|(?:team|personal|grupp|enhets|avdelnings|verksamhets|styr|manads|vecko)?(?:mote|traff)"
    r"|retro(?:spektiv)?|notes|minutes)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(r"^(?:(?:för|for|från|fran|med|i|på|pa|hos|den|of|the)\b|\W)+|\W+$", re.I)
_WAVE = re.compile(
    r"\b(?:våg|vag|omgång|omgang|mätning|matning|wave|round)[ :]*([\w.-]{0,60}\d[\w.-]*)",
    re.IGNORECASE,
)
_LONGEST_TITLE = 200  # characters
_TEAM_KEYS = ("team", "grupp", "arbetsgrupp", "enhet", "arbetsplats", "avdelning", "unit")
_WAVE_KEYS = ("wave", "omgang", "vag", "matning", "matomgang", "enkatomgang", "round", "period")
_OTHER_KEYS = (
    "datum",
    "date",
    "motesdatum",
    "tid",
    "time",
    "plats",
    "lokal",
    "place",
    "titel",
    "title",
)

_ROLES = (
    r"(?:mötes|protokolls?)?ordförande|ordf|(?:mötes)?sekreterare|sekr|justerare"
    r"|justera[ts](?: av)?|protokollförare|antecknare|vid protokollet|vid pennan"
    r"|(?:enhets|avdelnings|verksamhets)?chef"
    r"|ledare|facilitator"
)
_PRESENT = re.compile(
    r"^\W*(?:(?:(?:ej |icke[- ])?närvarande|frånvarande|deltagare|kallade|inbjudna|närvarolista"
    r"|anmäl[td] frånvaro|attendees|participants)\b(?: (?:personer|medlemmar|ledamöter))?"
    r"\s*(?P<colon>[:.])?"
    # These are topics as well, and a list only where names follow.
    r"|(?:närvaro|närv|frånvaro|frånv|förfall|deltagande|deltog|present|absent)\b\s*[:.]?)\s*",
    re.IGNORECASE,
)
_OFFICER = re.compile(rf"^\W*(?:{_ROLES}|minutes by|chair)\b\s*:?\s*", re.IGNORECASE)
_ROLE = re.compile(
    rf"{_ROLES}|skyddsombud|\w{{0,30}}ombud|fack\w*|vik\w*|hr|ny|us|ssk|ast", re.IGNORECASE
)
_BETWEEN_NAMES = re.compile(r"[,;/\n&]|[.:](?:\s|$)|\boch\b|\bsamt\b")
_NAME = r"[A-ZÅÄÖÉÜ][\w’'.-]*"
_SPEAKER = re.compile(
    rf"^(?:[–—-]\s*)?(?P<name>{_NAME}(?: (?:von |af |de )?{_NAME}){{0,3}})"
    r"(?: ?\((?P<role>[^()]{1,30})\))? ?:(?!\S*//)\s*"
)
# Labels of content, which look like a speaker's name in front of a colon.
_CONTENT_TEXT = """
    beslut diskussion information info fråga frågor åtgärd åtgärder uppföljning punkt förslag
    notering obs plus minus övrigt arbetsmiljö schema ekonomi hr it apt mål resultat risk risker
    svar bakgrund syfte exempel sammanfattning slutsats rutin rutiner kommentar synpunkt
    synpunkter bra bättre sämre dåligt önskemål nästa steg hur vad varför när dag kväll natt maj
    juni juli augusti april idag positivt negativt nuläge läge status plan idé idéer action
    actions todo ansvarig klart datum tid plats lyft tack utmaning utmaningar styrkor problem
    hinder
"""
_CONTENT = frozenset(fold(word) for word in _CONTENT_TEXT.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A name in front of what was said: its first ``end`` characters of a line."""

    name: str
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a front matter, a heading or a file name says; ``None`` where it says nothing."""

    team: str | None = None
    wave: str | None = None


def read_title(title: str) -> Facts:
    """Return what a heading or file name says.

    Only a title with a word for a meeting, or a date, names its team; any other is a topic.

    >>> read_title("APT Hemtjänst Björkgården 2026-03-14").team
    'Hemtjänst Björkgården'
    >>> read_title("Arbetsmiljö").team is None
    True
    """
    if len(title) > _LONGEST_TITLE:
        return Facts()
    title = clean_name(title.replace("_", " "))
    wave = _WAVE.search(title)
    rest = _WAVE.sub(" ", title) if wave else title
    dated = _DATE.sub(" ", rest)
    team = _MEETING.sub(" ", dated)
    strong = team != rest
    parts = (_FILLER.sub("", " ".join(part.split())) for part in re.split(r"[,:–—|]| - ", team))
    team = " ".join(part for part in parts if part)
    return Facts(
        team=team if strong and any(map(str.isalpha, team)) else None,
        wave=wave[1] if wave else None,
    )


def read_fact(line: str) -> Facts | None:
    """Return what a line such as ``Enhet: Norr`` at the top of notes says, if it is one.

    >>> read_fact("Team: Köket").team, read_fact("Datum: 2026-03-14")
    ('Köket', Facts(team=None, wave=None))
    """
    key, colon, value = line.partition(":")
    if not colon:
        return None
    return read_facts({key: value.strip(" *_")})


def read_facts(values: dict[str, str]) -> Facts | None:
    """Return what named values say, ``None`` where not one of them is about the meeting."""
    folded = {fold(key): clean_name(value) for key, value in values.items()}
    known = [key for key in folded if key in (*_TEAM_KEYS, *_WAVE_KEYS, *_OTHER_KEYS)]
    if not known:
        return None
    return Facts(
        team=next((folded[key] for key in _TEAM_KEYS if folded.get(key)), None),
        wave=next((folded[key] for key in _WAVE_KEYS if folded.get(key)), None),
    )


def match_attendance(line: str) -> str | None:
    """Return the names after a word such as ``Närvarande:``, ``""`` if they follow below.

    ``None`` for a line that is none of this.

    >>> match_attendance("Närvarande: Anna, Petra"), match_attendance("Frånvarande")
    ('Anna, Petra', '')
    >>> match_attendance("Deltagare i projektet ska få tid") is None
    True
    """
    for pattern in (_PRESENT, _OFFICER):
        found = pattern.match(line)
        if found is None:
            continue
        rest = line[found.end() :]
        if not rest.strip(" .:*_"):
            return ""
        # What a chair says is not attendance; who was there always is.
        if (pattern is _PRESENT and found["colon"]) or looks_like_names(rest):
            return rest
    return None


def looks_like_names(line: str) -> bool:
    """Say whether a line is a list of names and nothing else.

    >>> looks_like_names("Anna Berg (ordf), Petra och Ali"), looks_like_names("Vi hjälps åt.")
    (True, False)
    """
    plain = re.sub(r"\([^()]*\)", "", line)
    parts = [part.strip(" .*_\t") for part in _BETWEEN_NAMES.split(plain)]
    parts = [part for part in parts if part]
    return bool(parts) and all(_is_name(part) for part in parts)


def find_speaker(line: str, *, known: frozenset[str] = frozenset()) -> Speaker | None:
    """Return who speaks at the start of a line, if a name with a colon stands there.

    ``known`` are folded names from the attendance list. A single word must be one of them or a
    first name; ``Beslut:`` and other labels are kept.

    >>> find_speaker("Anna Berg (ordf): Vi börjar").name
    'Anna Berg'
    >>> find_speaker("Schema: alla är nöjda") is None
    True
    """
    found = _SPEAKER.match(line)
    if found is None:
        return None
    words = found["name"].split()
    if fold(words[0]) in _CONTENT:
        return None
    first = fold(words[0])
    role = found["role"] is not None and _ROLE.fullmatch(found["role"].strip(" ."))
    if not (role or len(words) > 1 or first in known or first in _first_names()):
        return None
    return Speaker(name=found["name"], end=found.end())


def _is_name(part: str) -> bool:
    words = [word for word in part.split() if word not in ("von", "af", "de", "ordf", "sekr")]
    return 0 < len(words) <= 4 and all(
        word[0].isupper() and word.strip(".-’'").replace("-", "").replace("’", "").isalpha()
        for word in words
    )


@cache
def _first_names() -> frozenset[str]:
    """Return first names in use in Sweden; those that are plain words as well are left out."""
    from importlib import import_module

    found: set[str] = set()
    for locale in ("sv_SE", "fi_FI", "no_NO", "da_DK", "de_DE", "en_GB", "pl_PL", "tr_TR", "hr_HR"):
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for attribute in ("first_names", "first_names_female", "first_names_male"):
            found.update(fold(name) for name in getattr(provider, attribute, ()))
    return frozenset(found) - _CONTENT
