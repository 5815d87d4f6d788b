"""Where lists and rules leave it open whether a word is a name, for the recogniser to settle."""

from __future__ import annotations

from collections.abc import Sequence

from signalread.redaction.cues import (
    BEFORE_LOOSE,
    BEFORE_NAME,
    DOES,
    NEVER_LOW,
    NEVER_OPENING,
)
from signalread.redaction.tokens import SETTLED, Token

_CUES = (BEFORE_LOOSE | BEFORE_NAME) - {"och"}
_SHORTEST_UNKNOWN = 4  # letters of a small-letter word that may be a name


def may_be_name(tokens: Sequence[Token], index: int) -> bool:
    """Say whether the lists leave room for the word to be a name at all."""
    token = tokens[index]
    if not token.capital:
        if token.standing in ("", "everyday") and not _has_cue(tokens, index):
            return False
        return token.standing not in SETTLED and token.lower not in NEVER_LOW
    if token.opens and token.lower in NEVER_OPENING:
        return False
    return token.standing != "thing" and not (token.opens and token.standing in SETTLED)


def _has_cue(tokens: Sequence[Token], index: int) -> bool:
    """Say whether an unknown small-letter word stands where names stand."""
    if (
        index
        and tokens[index].gap == " "
        and (
            tokens[index - 1].lower in _CUES
            or (tokens[index].standing == "everyday" and tokens[index - 1].lower == "och")
        )
    ):
        return True
    return index + 1 < len(tokens) and tokens[index + 1].lower in DOES


def is_doubtful(tokens: Sequence[Token], index: int, *, chosen: bool) -> bool:
    """Say whether lists and rules leave it open if the word is a name."""
    token = tokens[index]
    if token.standing in SETTLED:
        return False
    if chosen:
        return token.standing in ("", "near") and token.opens
    if token.capital:
        return may_be_name(tokens, index)
    if token.standing == "":
        return len(token.word) >= _SHORTEST_UNKNOWN and _has_cue(tokens, index)
    return token.standing in ("everyday", "foreign", "near") and token.lower not in NEVER_LOW
