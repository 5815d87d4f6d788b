"""Ids that tell who somebody is: an address, a personal number, a name in pieces."""

from __future__ import annotations

import re
from functools import lru_cache

from signalread.aliases import is_ordinary
from signalread.redaction.lexicon import load_lexicon
from signalread.redaction.numbers import find_numbers
from signalread.redaction.spans import Kind

_LEAST_DIGITS = 10  # of a personal number or a telephone's
_DIGITS = re.compile(r"\d+")
# Drawn ids hold short names by chance ("R_3kLia9"), so beside a digit five letters are asked for.
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{3,}(?![^\W_])|[^\W\d_]{5,}")
_TELLING = (Kind.PERSONAL_NUMBER, Kind.PHONE)


def names_person(identifier: str) -> bool:
    """Say whether an id that a file gives to an answer tells whose answer it is.

    >>> names_person("kerstin.lund-17"), names_person("850712-9800"), names_person("enkat#17")
    (True, True, False)
    """
    if "." in identifier.partition("@")[2]:
        return True
    digits = sum(map(len, _DIGITS.findall(identifier)))
    if digits >= _LEAST_DIGITS and any(span.kind in _TELLING for span in find_numbers(identifier)):
        return True
    # Ids of one file differ in their numbers alone.
    return _has_name(_DIGITS.sub("0", identifier))


@lru_cache(maxsize=4096)
def _has_name(pattern: str) -> bool:
    lexicon = load_lexicon()
    names = lexicon.first, lexicon.last, lexicon.foreign, lexicon.everyday
    words = [word.lower() for word in _WORD.findall(pattern) if not is_ordinary(word)]
    return any(word in listed for word in words for listed in names)
