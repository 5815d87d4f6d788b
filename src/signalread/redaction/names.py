"""Person names by lists and by the words around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from signalread.redaction.cues import (
    BEFORE_LOOSE,
    BEFORE_NAME,
    BEFORE_TITLE,
    DOES,
    FELT_ON,
    FUNCTION_WORDS,
    GREETINGS,
    NAMED_THINGS,
    PARTICLES,
    PERSONAL,
    PLACE_ENDS,
    PREPOSITIONS_OF_PLACE,
    SENT,
    SIGNATURE,
    SPEAKS,
    STATES,
    SURNAME_END,
    WORKPLACES,
)
from signalread.redaction.lexicon import Lexicon, load_lexicon

_WORD = re.compile(r"[^\W\d_]+(?:[-’'´`][^\W\d_]+)*")
_INITIALS = re.compile(r"(?<![\w.])[A-ZÅÄÖ]\. ?[A-ZÅÄÖ]\.(?: ?[A-ZÅÄÖ]\.)?(?!\w)")
_SENTENCE_END = re.compile(r"[.!?:;…\n\r•*–—\"”“»(/|]|- ")


class NameFinder(Protocol):
    """Finds the person names of texts."""

    def __call__(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Return the character spans of the names in each text, in order."""


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
    base: str = ""  # without a genitive -s
    # first, last, foreign, everyday (a name and a word), near (a misspelt first name), word,
    # compound (or inflected), place, thing; "" for unknown
    standing: str = ""


def find_names(text: str) -> list[tuple[int, int]]:
    """Return the spans of names that lists and rules are sure of.

    >>> find_names("Prata med kerstin, Björn sa att sten är hårt.")
    [(10, 17), (19, 24)]
    """
    tokens = read_tokens(text)
    chosen = choose_tokens(tokens, text)
    return join_spans(text, tokens, chosen)


class ListedNames:
    """A :class:`NameFinder` of lists and rules alone."""

    def __call__(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Return the character spans of the names in each text, in order."""
        return [find_names(text) for text in texts]


def read_tokens(text: str) -> list[Token]:
    """Return the words of a text with what the lists say of each."""
    lexicon = load_lexicon()
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match[0]
        start = match.start()
        gap = text[end:start]
        token = Token(
            start=start,
            end=match.end(),
            word=word,
            lower=word.lower().replace("’", "'"),
            capital=word[0].isupper(),
            opens=not tokens or bool(_SENTENCE_END.search(gap)),
            gap=gap,
        )
        token.base, token.standing = _stand(token.lower, lexicon)
        tokens.append(token)
        end = token.end
    return tokens


def _stand(lower: str, lexicon: Lexicon) -> tuple[str, str]:
    """Return a word without the genitive it may have, and what the lists call it."""
    forms = [lower]
    if lower.endswith("'s"):
        forms.append(lower[:-2])
    elif lower.endswith("s") and len(lower) > 3:
        forms.append(lower[:-1])
    if "-" in lower:  # "Ann-Charlotte", "Anders-metoden", but "Rut-avdrag"
        head, _, tail = lower.rpartition("-")
        if head in lexicon.first or (
            head in _DOUBLED and any(t in lexicon.first for t in (tail, tail.removesuffix("s")))
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


def choose_tokens(tokens: Sequence[Token], text: str) -> set[int]:
    """Return the indices of words that are names."""
    shouted = _is_shouted(tokens)
    chosen: set[int] = set()
    for index, token in enumerate(tokens):
        if _is_name(tokens, index, shouted=shouted):
            chosen.add(index)
    extend_names(tokens, chosen)
    add_signature(tokens, chosen, text)
    return chosen


def _is_shouted(tokens: Sequence[Token]) -> bool:
    """Say whether most words are all capitals, so that a capital says nothing."""
    return sum(len(t.word) > 1 and t.word.isupper() for t in tokens) * 2 > len(tokens)


def _is_name(tokens: Sequence[Token], index: int, *, shouted: bool) -> bool:
    token = tokens[index]
    capital = token.capital and not shouted
    if len(token.word) == 1 or (token.word.isupper() and len(token.word) < 4 and not shouted):
        return _is_letters(token.word)
    before = tokens[index - 1] if index and token.gap.strip(" \"”“'") in ("", ",") else None
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is not None and after.gap not in (" ", "  "):
        after = None
    if capital and before is not None and before.lower in NAMED_THINGS and token.gap == " ":
        return False  # "Båten Maria", "Avdelning Viktoria"
    titled = before is not None and before.lower in BEFORE_TITLE and token.gap == " "
    cued = titled or (before is not None and before.lower in BEFORE_NAME and token.gap == " ")
    speaks = after is not None and after.lower in DOES
    match token.standing:
        case "first":
            return capital or not _is_in_compound_gap(token, after)
        case "last":
            if capital:
                place = before is not None and before.lower in PREPOSITIONS_OF_PLACE
                return not place or token.base.endswith(("sson", "qvist"))
            return token.base.endswith("sson") or cued or speaks
        case "foreign" | "near":
            if capital:
                return token.standing == "near" or cued or not _in_place(tokens, index)
            loose = before is not None and before.lower in BEFORE_LOOSE and token.gap == " "
            return cued or ((speaks or loose) and len(token.base) >= 4)
        case "everyday":
            return _is_everyday_name(
                token,
                before,
                after,
                following=tokens[index + 2 : index + 6],
                capital=capital,
                titled=titled,
            ) or _is_given_place(tokens, index, capital=capital)
        case "" | "compound":
            if not capital or any(c.isupper() for c in token.word[1:] if c != "-"):
                return _is_letters(token.word)
            if titled or token.standing == "compound":
                return titled and not token.opens
            if token.opens:
                says = after is None and index + 1 < len(tokens) and tokens[index + 1].gap[:1] == ":"
                return (speaks or says) and not _seems_thing(token)
            return not _in_place(tokens, index) and not token.lower.endswith(("en", "et", "na"))
    return False


def _is_letters(word: str) -> bool:
    """Say whether a word is how a double name is shortened: "K-G", "PO"."""
    return word in _LETTERS


def _in_place(tokens: Sequence[Token], index: int) -> bool:
    """Say whether a place may stand here: "i Ekby", but "lita på Zrinka", "mejl från Zrinka"."""
    if index == 0 or tokens[index - 1].lower not in PREPOSITIONS_OF_PLACE:
        return False
    cue = tokens[index - 2].lower if index > 1 else ""
    match tokens[index - 1].lower:
        case "på":
            return cue not in FELT_ON
        case "från":
            return cue not in SENT
    return True


def _is_in_compound_gap(token: Token, after: Token | None) -> bool:
    """Say whether a small-letter name is the head of a word written apart: "anna möte"."""
    return after is not None and after.gap == "-"


def _is_given_place(tokens: Sequence[Token], index: int, *, capital: bool) -> bool:
    """Say whether only a person can stand here: "Sten i receptionen", "det är per som vet"."""
    token = tokens[index]
    if not capital and token.lower in _NEVER_LOW - _GIVEN:
        return False
    if index + 2 < len(tokens) and tokens[index + 1].lower in ("i", "på", "från", "hos"):
        return tokens[index + 2].lower in WORKPLACES
    if 1 < index < len(tokens) - 1 and tokens[index + 1].lower == "som":
        return tokens[index - 1].lower in ("är", "var", "e") and tokens[index - 2].lower == "det"
    return False


def _is_everyday_name(
    token: Token,
    before: Token | None,
    after: Token | None,
    *,
    following: Sequence[Token],
    capital: bool,
    titled: bool,
) -> bool:
    low = token.lower
    greeted = before is not None and before.lower in GREETINGS and token.gap == " "
    if titled or greeted:
        return low not in _NEVER_LOW or (capital and low not in _DETERMINERS)
    verb = after.lower if after is not None else ""
    if not capital:
        return verb in SPEAKS and token.opens and low not in _NEVER_LOW - {"liv", "mark", "klara"}
    if token.opens:
        if low in _NEVER_OPENING:
            return False
        if after is not None and after.capital and after.standing in ("last", "everyday"):
            return True  # "Per Lund"
        if low in _DETERMINERS:  # no verb follows "inga" or "hans" when they are words
            return verb in DOES
        if verb in STATES:  # "Berg är en rättvis chef", but "Berg är högt"
            return any(t.lower in PERSONAL for t in following)
        return verb in SPEAKS or (low in _GIVEN and verb in DOES)
    return low in _GIVEN or before is None or before.lower not in PREPOSITIONS_OF_PLACE


_NOUN_ENDS = tuple(["n", "t", "na", "ar", "or", "er", "ad", "de", "te", "as", "s", "d", "an", "pp", "lt", "ig", "igt", "st"])

# "Per-Olof", "Karl-Gustav", "Lars-Erik", as they are signed and spoken of.
_LETTERS = frozenset(
    f"{first}{mark}{second}"
    for first in "KPLCBHJSTUGA"
    for second in "OGAEÅIMUJ"
    for mark in ("-", "")
    if mark or f"{first}{second}" in ("PO", "PG", "KG", "LG", "BG", "CG", "PA", "LO", "CJ", "PE") and first + second != "LO"
)

# First halves of double names that are words or short by themselves.
_DOUBLED = frozenset(["ann", "maj", "gun", "per", "bo", "inga", "inger", "liv", "sten", "karl", "jan", "lill", "siv", "rose", "britt"])

# Too common as words to be a name in small letters.
_NEVER_LOW = frozenset(
    ["del", "dag", "dagar", "per", "juni", "maj", "liv", "inga", "klara", "mark", "hans", "fred", "ville", "mina", "max", "ben", "tom", "bror", "rita", "lo", "inge", "else", "stor", "liten", "lång", "gammal", "ung", "bred", "rak", "fast", "stark", "sol", "vår", "sommar", "vinter", "höst", "och", "ro", "lov", "se", "om", "vara", "del", "lin", "ren", "ring", "kant", "front", "guld", "skog", "berg", "dal", "strand", "storm", "frisk", "stolt", "glad", "rolig", "svan", "art", "bas", "ås", "å", "ö", "lin", "modig", "norrman", "green", "tuva", "alm", "ek", "gran", "sam", "tim", "ton", "stad", "park", "hall", "varg", "hök", "torn", "bonde", "präst", "äng", "ros", "rosen"]
)
_NEVER_OPENING = frozenset(("vår", "del", "else", "alla", "andra", "dagar"))
_DETERMINERS = frozenset(["hans", "mina", "per", "inga", "ville", "vår", "del", "else", "alla", "andra"])
_GIVEN = frozenset(
    ["björn", "sten", "stig", "siv", "lena", "bo", "per", "hans", "liv", "dag", "rosa", "inger", "rut", "axel", "urban", "bror", "rita", "klara", "max", "tim", "tom", "saga", "mark", "maj", "karl", "jan", "lina", "linda", "tina", "tor", "frej", "love", "ville", "mina", "inga"]
)


def _looks_foreign(base: str) -> bool:
    return len(base) >= 4


def _seems_thing(token: Token) -> bool:
    """Say whether an unknown word is built like a definite noun: "Kvalitetsronden"."""
    return token.opens and token.lower.endswith(_NOUN_ENDS)


def extend_names(tokens: Sequence[Token], chosen: set[int]) -> None:
    """Let names take in the last names, particles and partners beside them."""
    if not chosen and not any(token.lower in PARTICLES for token in tokens):
        return
    shouted = _is_shouted(tokens)
    named = {tokens[i].base for i in chosen if tokens[i].capital}
    # Lists are read from behind: the name after "och" tells what stands before the commas.
    for index in (*range(len(tokens) - 1, -1, -1), *range(len(tokens))):
        token = tokens[index]
        capital = token.capital and not shouted
        if index in chosen or _is_beside_name(tokens, index, chosen, capital=capital):
            chosen.add(index)
        elif token.standing == "everyday" and capital and token.base in named:
            chosen.add(index)  # "Hans Ek slutar. Hans bil står kvar."
        if index and capital and token.gap == " " and tokens[index - 1].lower in PARTICLES:
            _take_particles(tokens, index, chosen)


def _is_beside_name(
    tokens: Sequence[Token], index: int, chosen: set[int], *, capital: bool
) -> bool:
    token = tokens[index]
    if index - 1 in chosen and token.gap == " ":
        if capital and _may_be_surname(tokens, index):
            return True  # "Kerstin Wrzos", "Henrik Stål"
        before = tokens[index - 1]
        if before.lower == before.base and token.base in load_lexicon().last:
            return True  # "kerstin lundqvist"
    return (
        capital
        and not token.word.isupper()
        and token.standing in ("", "everyday", "last", "foreign", "near", "compound")
        and _is_listed_with(tokens, index, chosen)
    )


def _take_particles(tokens: Sequence[Token], index: int, chosen: set[int]) -> None:
    """Take "Van der Berg" and "Anna von Essen" whole."""
    first = index - 1
    while first and tokens[first].gap == " " and tokens[first - 1].lower in PARTICLES:
        first -= 1
    starts = tokens[first].capital or (first - 1 in chosen and tokens[first].gap == " ")
    if starts and tokens[index].standing not in _SETTLED:
        chosen.update(range(first, index + 1))


def _may_be_surname(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    if token.standing in ("word", "compound"):  # "Fråga Eva Jag vet inte" lacks a stop
        return tokens[index - 1].standing == "first" and token.lower not in FUNCTION_WORDS
    return token.standing != "thing"


def _is_listed_with(tokens: Sequence[Token], index: int, chosen: set[int]) -> bool:
    """Say whether the word stands in a row with a name: "Eva, Zrinka och Per"."""
    token = tokens[index]
    if token.opens:
        after = index + 1
        listed = after in chosen and tokens[after].gap == ", " and after + 1 < len(tokens)
        if listed and tokens[after + 1].gap + tokens[after + 1].lower in (" och", " o", " å"):
            return True  # "Nalle, Kurre och Eva"
        return after + 1 < len(tokens) and tokens[after].lower == "och" and after + 1 in chosen
    if token.gap == ", " and index - 1 in chosen:
        return True
    if token.gap == " " and tokens[index - 1].lower in ("och", "eller", "o", "å", "&") and index - 2 in chosen:
        return True
    return index + 2 < len(tokens) and tokens[index + 1].lower in ("och", "eller") and index + 2 in chosen


def add_signature(tokens: Sequence[Token], chosen: set[int], text: str) -> None:
    """Take the words of a signature: "Mvh Åsa i köket", "/ Tompa"."""
    match = SIGNATURE.search(text)
    if match is None:
        return
    for index, token in enumerate(tokens):
        if not match.start("name") <= token.start < match.end("name"):
            continue
        letters = token.word.isupper() and len(token.word) < 4 and token.lower not in _SHORT_UNITS
        if letters or token.standing not in ("word", "compound", "place", "thing"):
            chosen.add(index)


_SHORT_UNITS = frozenset("hr it vd va iva bb ob vab lag hk kc rc".split(" "))
_CUES = (BEFORE_LOOSE | BEFORE_NAME) - {"och"}
_SHORTEST_UNKNOWN = 4  # letters of a small-letter word that may be a name
_SETTLED = ("word", "compound", "thing", "place")


def may_be_name(tokens: Sequence[Token], index: int) -> bool:
    """Say whether the lists leave room for the word to be a name at all."""
    token = tokens[index]
    if not token.capital:
        if token.standing in ("", "everyday") and not _has_cue(tokens, index):
            return False
        return token.standing not in _SETTLED and token.lower not in _NEVER_LOW
    if token.opens and token.lower in _NEVER_OPENING:
        return False
    return token.standing != "thing" and not (token.opens and token.standing in _SETTLED)


def _has_cue(tokens: Sequence[Token], index: int) -> bool:
    """Say whether an unknown small-letter word stands where names stand."""
    if index and tokens[index].gap == " " and (
        tokens[index - 1].lower in _CUES
        or (tokens[index].standing == "everyday" and tokens[index - 1].lower == "och")
    ):
        return True
    return index + 1 < len(tokens) and tokens[index + 1].lower in DOES


def is_doubtful(tokens: Sequence[Token], index: int, *, chosen: bool) -> bool:
    """Say whether lists and rules leave it open if the word is a name."""
    token = tokens[index]
    if token.standing in _SETTLED:
        return False
    if chosen:
        return token.standing in ("", "near") and token.opens
    if token.capital:
        return may_be_name(tokens, index)
    if token.standing == "":
        return len(token.word) >= _SHORTEST_UNKNOWN and _has_cue(tokens, index)
    return token.standing in ("everyday", "foreign", "near") and token.lower not in _NEVER_LOW


def join_spans(text: str, tokens: Sequence[Token], chosen: set[int]) -> list[tuple[int, int]]:
    """Make one span of neighbouring name words, with initials between and around them."""
    spans = [(match.start(), match.end()) for match in _INITIALS.finditer(text)]
    spans += [(tokens[i].start, tokens[i].end) for i in chosen]
    spans.sort()
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined:
            gap = text[joined[-1][1] : start]
            if start < joined[-1][1] or gap == " " or re.fullmatch(r" [A-ZÅÄÖ]\.? ?", gap):
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
                continue
        joined.append((start, end))
    return [_with_initials(text, span) for span in joined]


_INITIAL_BEFORE = re.compile(r"(?<![\w.])[A-ZÅÄÖ]\. ?\Z")
_INITIAL_AFTER = re.compile(r" [A-ZÅÄÖ](?:\.(?= [a-zåäö])|(?=[\s,;:!?)]|\Z))")


def _with_initials(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    before = _INITIAL_BEFORE.search(text, max(0, start - 4), start)
    after = _INITIAL_AFTER.match(text, end)
    return (before.start() if before else start), (after.end() if after else end)
