"""What stands beside a name and belongs to it or is one too: last names, lists, signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from signalread.redaction.cues import FUNCTION_WORDS, PARTICLES, SHORT_UNITS, SIGNATURE
from signalread.redaction.glances import fold_case, holds_any
from signalread.redaction.lexicon import load_lexicon
from signalread.redaction.tokens import SETTLED, Token, is_shouted

_MOST_PARTICLES = 3
_LONGEST_SIGNATURE = 150  # characters, more than the pattern can take
_SIGNED = "mvh häls vänlig kram vh m.v.h undertecknat sign / — – -"
_SIGNS = tuple(_SIGNED.split())
_INITIALS = re.compile(r"(?<![\w.])[A-ZÅÄÖ]\. ?[A-ZÅÄÖ]\.(?: ?[A-ZÅÄÖ]\.)?(?!\w)")
_INITIAL_BEFORE = re.compile(r"(?<![\w.])[A-ZÅÄÖ]\. ?\Z")
_INITIAL_AFTER = re.compile(r" [A-ZÅÄÖ](?:\.(?= [a-zåäö])|(?=[\s,;:!?)]|\Z))")


def extend_names(tokens: Sequence[Token], chosen: set[int]) -> None:
    """Let names take in the last names, particles and partners beside them."""
    if not chosen and PARTICLES.isdisjoint([token.lower for token in tokens]):
        return
    shouted = is_shouted(tokens)
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
    while (
        first > index - 3
        and first
        and tokens[first].gap == " "
        and tokens[first - 1].lower in PARTICLES
    ):
        first -= 1
    starts = tokens[first].capital or (first - 1 in chosen and tokens[first].gap == " ")
    if starts and tokens[index].standing not in SETTLED:
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
    if (
        token.gap == " "
        and tokens[index - 1].lower in ("och", "eller", "o", "å", "&")
        and index - 2 in chosen
    ):
        return True
    return (
        index + 2 < len(tokens)
        and tokens[index + 1].lower in ("och", "eller")
        and index + 2 in chosen
    )


def add_signature(tokens: Sequence[Token], chosen: set[int], text: str) -> None:
    """Take the words of a signature: "Mvh Åsa i köket", "/ Tompa"."""
    if not holds_any(fold_case(text[-_LONGEST_SIGNATURE:]), _SIGNS):
        return
    match = SIGNATURE.search(text)
    if match is None:
        return
    for index, token in enumerate(tokens):
        if not match.start("name") <= token.start < match.end("name"):
            continue
        letters = token.word.isupper() and len(token.word) < 4 and token.lower not in SHORT_UNITS
        if letters or token.standing not in SETTLED:
            chosen.add(index)


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


def _with_initials(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    before = _INITIAL_BEFORE.search(text, max(0, start - 4), start)
    after = _INITIAL_AFTER.match(text, end)
    return (before.start() if before else start), (after.end() if after else end)
