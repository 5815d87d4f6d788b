"""The words of a text, and what the lists say of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from signalread.redaction.cues import DOUBLED, PLACE_ENDS
from signalread.redaction.lexicon import Lexicon, load_lexicon

_WORD = re.compile(r"[^\W\d_]+(?:[-’'´`][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;…\n\r•*–—\"”“»(/|]|- ")

# Standings of words that lists know to be no name, most of the time.
SETTLED = ("word", "compound", "thing", "place")


@dataclass(slots=True)
class Token:
    """A word, where it stands, and what the lists say of it."""

    start: int
    end: int
    word: str
    lower: str
    capital: bool
    opens: bool  # the first word of a sentence
    gap: str  # what stands between the word before and this one
    base: str  # without a genitive -s
    # first, last, foreign, everyday (a name and a word), near (a misspelt first name), word,
    # compound (or inflected), place, thing; "" for unknown
    standing: str


def read_tokens(text: str) -> list[Token]:
    """Return the words of a text with what the lists say of each."""
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match[0]
        start, after = match.span()
        gap = text[end:start]
        opens = not tokens or (gap != " " and _SENTENCE_END.search(gap) is not None)
        lower, base, standing = _look_up(word)
        # By position: this is the innermost loop of a run.
        tokens.append(
            Token(start, after, word, lower, word[0].isupper(), opens, gap, base, standing)
        )
        end = after
    return tokens


@lru_cache(maxsize=1 << 16)  # most words of a text come again; bounded, as new ones never end
def _look_up(word: str) -> tuple[str, str, str]:
    """Return a word in lower case, without the genitive it may have, and what lists call it."""
    lower = word.lower().replace("’", "'")
    return (lower, *_stand(lower, load_lexicon()))


def _stand(lower: str, lexicon: Lexicon) -> tuple[str, str]:
    forms = [lower]
    if lower.endswith("'s"):
        forms.append(lower[:-2])
    elif lower.endswith("s") and len(lower) > 3:
        forms.append(lower[:-1])
    if "-" in lower:  # "Ann-Charlotte", "Anders-metoden", but "Rut-avdrag"
        head, _, tail = lower.rpartition("-")
        if head in lexicon.first or (
            head in DOUBLED and any(t in lexicon.first for t in (tail, tail.removesuffix("s")))
        ):
            return forms[-1] if tail.removesuffix("s") in lexicon.first else lower, "first"
        if lexicon.is_word(tail) and tail not in lexicon.everyday:
            return lower, "word"
        halves = (head, tail.removesuffix("s"))
        if all(half.isalpha() for half in halves) and any(
            half in names for half in halves for names in (lexicon.first, lexicon.foreign)
        ):
            return lower, "foreign"
    for standing, names in (("first", lexicon.first), ("last", lexicon.last)):
        if lower in names:
            return lower, standing
    if lower in lexicon.everyday:
        return lower, "everyday"
    if lower in lexicon.things:
        return lower, "thing"
    if lower in lexicon.words:
        return lower, "word"
    for form in forms:
        for standing, names in (
            ("first", lexicon.first),
            ("last", lexicon.last),
            ("place", lexicon.places),
            ("thing", lexicon.things),
            ("everyday", lexicon.everyday),
            ("foreign", lexicon.foreign),
        ):
            if form in names:
                return form, standing
    if lower.endswith(PLACE_ENDS):
        return lower, "place"
    if any(map(lexicon.is_word, forms)):
        return lower, "compound"
    if any(map(lexicon.is_near_first, forms)):
        return lower, "near"
    return lower, ""


def is_shouted(tokens: Sequence[Token]) -> bool:
    """Say whether most words are all capitals, so that a capital says nothing."""
    return len([t for t in tokens if t.word.isupper() and len(t.word) > 1]) * 2 > len(tokens)
