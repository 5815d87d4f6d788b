"""Words that stand beside names: titles, greetings, and what persons say and do."""

from __future__ import annotations

import re
from importlib.resources import files

import yaml

_LISTS: dict[str, str] = yaml.safe_load(
    files("signalread.redaction.lexicon").joinpath("cues.yaml").read_text(encoding="utf-8")
)


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


BEFORE_TITLE = _words("titles")
BEFORE_LOOSE = _words("before_loose")
GREETINGS = _words("greetings")
SPEAKS = _words("speaks")
STATES = _words("states")
PERSONAL = _words("personal")
FUNCTION_WORDS = _words("function_words")
WORKPLACES = _words("workplaces")
NAMED_THINGS = _words("named_things")
FELT_ON = _words("felt_on")
SENT = _words("sent")
PREPOSITIONS_OF_PLACE = _words("place_prepositions")
PARTICLES = _words("particles")
DOUBLED = _words("doubled")
NEVER_LOW = _words("never_low")
NEVER_OPENING = _words("never_opening")
DETERMINERS = _words("determiners")
GIVEN = _words("given")
SHORT_UNITS = _words("short_units")
BEFORE_NAME = BEFORE_TITLE | _words("before_name")
DOES = SPEAKS | _words("does")
PLACE_ENDS = tuple(_LISTS["place_ends"].split())
NOUN_ENDS = tuple(_LISTS["noun_ends"].split())

# "Per-Olof", "Karl-Gustav", "Lars-Erik", as they are signed and spoken of.
LETTERS = frozenset(
    {f"{first}-{second}" for first in "KPLCBHJSTUGA" for second in "OGAEÅIMUJ"}
    | {"PO", "PG", "KG", "LG", "BG", "CG", "PA", "CJ", "PE"}
)


# At the very end: "Mvh Kerstin", "/Bosse", "// A.K.", "Hälsningar från Lena på kundtjänst".
SIGNATURE = re.compile(
    r"(?:\b(?:mvh|hälsn(?:ingar|ing)?|hälsar|vänligen|vänliga hälsningar|kram|kramar|vh|m\.v\.h\.?|"
    r"med vänlig hälsning|undertecknat|sign(?:erat|\.)?)[,:!]?\s{0,3}(?:från )?|(?:^|"
    r"\s)(?:/{1,2}|—|–|-) ?)"
    r"(?P<name>[^\W\d_][\w.'’-]{0,25}(?: [^\W\d_][\w.'’-]{0,25}){0,2})[.!]?\s{0,5}\Z",
    re.IGNORECASE,
)
