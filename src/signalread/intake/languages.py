"""Which language a text is in – so unwilling to say that it is not Swedish that dialect passes."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import ConfidenceValue, LanguageDetector

# Languages that people at Swedish workplaces write, as far as the detector knows them.
_CANDIDATES = """
    SWEDISH BOKMAL NYNORSK DANISH FINNISH ENGLISH GERMAN FRENCH SPANISH PORTUGUESE ITALIAN POLISH
    ROMANIAN BOSNIAN CROATIAN SERBIAN ALBANIAN TURKISH ARABIC PERSIAN SOMALI RUSSIAN UKRAINIAN
    THAI
"""
# Taken together: within a family the detector often divides its confidence.
_FAMILIES = (frozenset({"nb", "nn", "da"}), frozenset({"bs", "hr", "sr"}))
_NEIGHBOURS = _FAMILIES[0]

_FEWEST_WORDS = 4
_FEWEST_WORDS_NEIGHBOUR = 5
_LEAST = 0.4  # confidence in another language
_LEAST_NEIGHBOUR = 0.8
_MARGIN = 7.0  # times the confidence in Swedish
_MARGIN_NEIGHBOUR = 9.0

_WORD = re.compile(r"[^\W\d_]+")
# Words of Swedish alone. A text with enough of them is not worth the detector's millisecond; what
# is another language is for the detector to say, never for this list.
_SWEDISH_TEXT = """
    och att är inte jag för från när mycket även också vad något någon några någonting nån nåt
    våra vårt bara här där själv själva bättre varför vågar tycker måste ska åt inga inget än
    sedan sen blev chefen cheferna vill kunna säger säga gör göra hör sätt därför samma nej
    väldigt ganska ibland dom honom hela gång gånger dagar veckan möten mötet möte frågor frågar
    arbetet jobbet jobbar jobba arbetar kollegor kollegorna ledningen känner känns finns
    fungerar behöver istället tillsammans bestämmer bestämma hinner varandra medarbetare
    enhetschefen ledning arbetsmiljö samarbete flera ofta sällan tyvärr bestämt verksamheten
    personalen
"""
_SWEDISH_WORDS = frozenset(_SWEDISH_TEXT.split())
_SHARE_OF_WORDS = 8  # one in so many


def detect_languages(texts: Sequence[str], *, home: str = "sv") -> list[str | None]:
    """Return the ISO 639-1 code of each text's language; ``None`` where it cannot be told.

    Any other code than ``home`` is said only of a text of at least four words, with a clear margin
    (a very clear one for Danish and Norwegian, in which short Swedish often seems to be).
    """
    result: list[str | None] = [None] * len(texts)
    asked = []
    for position, text in enumerate(texts):
        words = _WORD.findall(text.lower())
        if home == "sv" and _is_plainly_swedish(text, words):
            result[position] = home
        elif len(words) >= _FEWEST_WORDS or not text.isascii():
            asked.append(position)
    if asked:
        answers = _detector().compute_language_confidence_values_in_parallel(
            [texts[position] for position in asked]
        )
        for position, values in zip(asked, answers, strict=True):
            result[position] = _decide(values, texts[position], home=home)
    return result


def _is_plainly_swedish(text: str, words: Sequence[str]) -> bool:
    if "å" in text and ("ä" in text or "ö" in text):
        return True  # no other candidate has both
    known = sum(word in _SWEDISH_WORDS for word in words)
    return known > 0 and known * _SHARE_OF_WORDS >= len(words)


def _decide(values: "list[ConfidenceValue]", text: str, *, home: str) -> str | None:
    confidence: dict[str, float] = {}
    for value in values:
        code = value.language.iso_code_639_1.name.lower()
        confidence[code] = confidence.get(code, 0.0) + value.value
    best = max(confidence, key=lambda code: confidence[code])
    own = confidence.get(home, 0.0)
    if best == home:
        return home
    family = next((codes for codes in _FAMILIES if best in codes), frozenset({best}))
    other = sum(confidence.get(code, 0.0) for code in family if code != home)
    neighbour = home == "sv" and best in _NEIGHBOURS
    least, margin, fewest = (
        (_LEAST_NEIGHBOUR, _MARGIN_NEIGHBOUR, _FEWEST_WORDS_NEIGHBOUR)
        if neighbour
        else (_LEAST, _MARGIN, _FEWEST_WORDS)
    )
    enough = len(_WORD.findall(text)) >= fewest and other >= least and other >= margin * own
    return best if enough else None


@cache
def _detector() -> "LanguageDetector":
    from lingua import Language, LanguageDetectorBuilder

    languages = [getattr(Language, name) for name in _CANDIDATES.split()]
    return LanguageDetectorBuilder.from_languages(*languages).build()
