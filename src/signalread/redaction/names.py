"""Person names by lists and by the words around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from signalread.redaction.cues import (
    BEFORE_LOOSE,
    BEFORE_NAME,
    BEFORE_TITLE,
    DETERMINERS,
    DOES,
    FELT_ON,
    GIVEN,
    GREETINGS,
    LETTERS,
    NAMED_THINGS,
    NEVER_LOW,
    NEVER_OPENING,
    NOUN_ENDS,
    PERSONAL,
    PREPOSITIONS_OF_PLACE,
    SENT,
    SPEAKS,
    STATES,
    WORKPLACES,
)
from signalread.redaction.disguises import reveal
from signalread.redaction.neighbours import add_signature, extend_names, join_spans
from signalread.redaction.tokens import Token, is_shouted, read_tokens

# Standings of what is no name wherever it stands, but that some have letters for a name.
_NEVER = ("word", "thing", "place")


class NameFinder(Protocol):
    """Finds the person names of texts."""

    def __call__(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Return the character spans of the names in each text, in order."""


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
        seen = [reveal(text) for text in texts]
        return [text.restore_all(find_names(text.text)) for text in seen]


def choose_tokens(tokens: Sequence[Token], text: str) -> set[int]:
    """Return the indices of words that are names."""
    shouted = is_shouted(tokens)
    chosen = {
        i
        for i, token in enumerate(tokens)
        if (token.standing not in _NEVER or len(token.word) <= 3)
        and _is_name(tokens, i, shouted=shouted)
    }
    extend_names(tokens, chosen)
    add_signature(tokens, chosen, text)
    return chosen


def _is_name(tokens: Sequence[Token], index: int, *, shouted: bool) -> bool:
    token = tokens[index]
    capital = token.capital and not shouted
    if len(token.word) == 1 or (token.word.isupper() and len(token.word) < 4 and not shouted):
        return token.word in LETTERS
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
            return capital or after is None or after.gap != "-"
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
                return token.word in LETTERS
            if titled or token.standing == "compound":
                return titled and not token.opens
            if token.opens:
                says = (
                    after is None and index + 1 < len(tokens) and tokens[index + 1].gap[:1] == ":"
                )
                return (speaks or says) and not _seems_thing(token)
            return not _in_place(tokens, index) and not token.lower.endswith(("en", "et", "na"))
    return False


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


def _is_given_place(tokens: Sequence[Token], index: int, *, capital: bool) -> bool:
    """Say whether only a person can stand here: "Sten i receptionen", "det är per som vet"."""
    token = tokens[index]
    if not capital and token.lower in NEVER_LOW - GIVEN:
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
        return low not in NEVER_LOW or (capital and low not in DETERMINERS)
    verb = after.lower if after is not None else ""
    if not capital:
        return verb in SPEAKS and token.opens and low not in NEVER_LOW - {"liv", "mark", "klara"}
    if token.opens:
        if low in NEVER_OPENING:
            return False
        if after is not None and after.capital and after.standing in ("last", "everyday"):
            return True  # "Per Lund"
        if low in DETERMINERS:  # no verb follows "inga" or "hans" when they are words
            return verb in DOES
        if verb in STATES:  # "Berg är en rättvis chef", but "Berg är högt"
            return any(t.lower in PERSONAL for t in following)
        return verb in SPEAKS or (low in GIVEN and verb in DOES)
    return low in GIVEN or before is None or before.lower not in PREPOSITIONS_OF_PLACE


def _seems_thing(token: Token) -> bool:
    """Say whether an unknown word is built like a definite noun: "Kvalitetsronden"."""
    return token.opens and token.lower.endswith(NOUN_ENDS)
