"""Names that are not written in the letters that they seem to be.

"Anna" may begin with a Cyrillic letter and hold one that cannot be seen. Such a text is looked
through as a reader sees it; what is found is replaced where it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

# All that Swedish is written with. A text without anything else is what it seems to be.
_UNUSUAL = re.compile("[^\t\n\r -~\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u20ac]")
_SWEDISH = frozenset("åäöéüÅÄÖÉÜ")
# Letters of other alphabets that look like Latin ones, each above the one that it looks like.
_CYRILLIC = "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁһӏԛԝѵӀ"
_AS_LATIN = "ABESIJKMHOPCTYXaesijopcyxdhlqwvI"
_GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχϲ"
_GREEK_AS_LATIN = "ABEZHIKMNOPTYXaiknopuxc"
_ARMENIAN = "ՍՕոսօհցԼ"
_ARMENIAN_AS_LATIN = "SOnuohgL"
_LOOKALIKES = dict(
    zip(
        _CYRILLIC + _GREEK + _ARMENIAN,
        _AS_LATIN + _GREEK_AS_LATIN + _ARMENIAN_AS_LATIN,
        strict=True,
    )
) | {"ɑ": "a", "ɡ": "g", "ɩ": "i", "ⅼ": "l", "\u2c9f": "o"}
_NO_SHAPE = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5")


@dataclass(frozen=True, slots=True)
class Revealed:
    """A text as it is seen; ``places`` are the characters it was, ``None`` where all are the same.

    ``length`` is that of the text before.
    """

    text: str
    places: Sequence[int] | None
    length: int

    def restore(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span stood in the text before, marks and unseen letters after it too."""
        if self.places is None:
            return start, end
        behind = self.places[end] if end < len(self.places) else self.length
        return self.places[start], max(self.places[end - 1] + 1, behind)

    def restore_all(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return where spans stood in the text before."""
        return [self.restore(start, end) for start, end in spans]


def reveal(text: str) -> Revealed:
    """Return a text in the letters that a reader takes it to be in.

    >>> reveal("\u0410n\u200bna \uff10\uff17\uff10").text
    'Anna 070'
    """
    if _UNUSUAL.search(text) is None:
        return Revealed(text, None, len(text))
    seen: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if unicodedata.combining(character) and seen:
            # A mark belongs to its letter in "å", and to nothing in a pile of them.
            whole = unicodedata.normalize("NFC", seen[-1] + character)
            if whole in _SWEDISH:
                seen[-1] = whole
            else:
                seen[-1] = _bare(seen[-1])
            continue
        for letter in _seen_as(character):
            seen.append(letter)
            places.append(place)
    return Revealed("".join(seen), places, len(text))


@lru_cache(maxsize=1 << 12)
def _seen_as(character: str) -> str:
    """Return the letters that a character looks like; none where it cannot be seen."""
    if character in _LOOKALIKES:
        return _LOOKALIKES[character]
    if character <= "\u024f" and character != "\xad":
        return character
    kind = unicodedata.category(character)
    if kind in ("Cf", "Mn", "Me") or character in _NO_SHAPE:
        return ""
    plain = unicodedata.normalize("NFKC", character)
    if plain.isascii() and (len(plain) == 1 or (len(plain) <= 4 and plain.isalnum())):
        return plain
    return character


def _bare(letter: str) -> str:
    """Return a letter without its marks, but for those that make another letter of it."""
    return letter if letter in _SWEDISH else unicodedata.normalize("NFD", letter)[0]
