"""Which names in one comment are the same person's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from signalread.redaction.lexicon import load_lexicon

_MOST_COMPARED = 100  # persons of one comment that a name is compared with
_PART = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def number_persons(names: Sequence[str]) -> list[tuple[int, bool]]:
    """Return each name's person, counted from 1, and whether it was written with a genitive -s.

    A first or last name alone, initials and a slip of one letter count as the name met before.

    >>> number_persons(["Eva Lund", "Bo", "Evas", "E.L."])
    [(1, False), (2, False), (1, True), (1, False)]
    """
    persons: list[list[str]] = []
    numbered: list[tuple[int, bool]] = []
    for name in names:
        parts = bare_words(name)
        bare, possessive = _without_genitive(parts)
        for index, known in enumerate(persons[:_MOST_COMPARED]):
            if _same(known, parts) or _same(known, bare):
                possessive = possessive and parts != known
                if len(bare) > len(known):
                    persons[index] = bare
                numbered.append((index + 1, possessive))
                break
        else:
            persons.append(bare)
            numbered.append((len(persons), possessive))
    return numbered


def bare_words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return [part.lower() for part in _PART.findall(text)]


def _without_genitive(parts: list[str]) -> tuple[list[str], bool]:
    if not parts or len(parts[-1]) < 3 or not parts[-1].endswith("s"):
        return parts, False
    last = parts[-1]
    names = load_lexicon().names
    if last in names and last[:-1] not in names:  # "Lars", "Jonas"
        return parts, False
    return [*parts[:-1], last[:-1]], True


def _same(known: Sequence[str], parts: Sequence[str]) -> bool:
    if not known or not parts:
        return False
    shorter, longer = sorted((known, parts), key=len)
    if all(len(part) == 1 for part in parts) or all(len(part) == 1 for part in known):
        return [part[0] for part in known] == [part[0] for part in parts]
    if len(shorter) == 1:
        return any(_near(shorter[0], part) for part in longer)
    return len(shorter) == len(longer) and all(map(_near, shorter, longer))


def _near(one: str, other: str) -> bool:
    """Say whether two names differ by at most one slip of the fingers, from five letters on."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 5:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    rest = min(len(one), len(other)) - start
    while end < rest and one[-1 - end] == other[-1 - end]:
        end += 1
    a, b = one[start : len(one) - end], other[start : len(other) - end]
    # Names of one letter's difference ("Marie", "Maria") are two persons: only a doubled,
    # dropped or swapped letter is a slip.
    return not a or not b or a == b[::-1]
