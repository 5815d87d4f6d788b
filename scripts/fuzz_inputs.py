"""Inputs for the fuzzer: examples cut, joined and damaged, and the oddities that break readers."""

import random
from collections.abc import Callable, Sequence

LONGEST = 8 * 1024  # bytes that one change adds at most

_ODD_TEXT = (
    *("", " ", "\n", "\r", "\r\n", "\0", "\ufeff", "\ufffe", "\uffff", "\u200b", "\u200d"),
    *("\u202e", "\u2028", "\x85", "\x1a", "\x1b[2J", "e\u0301" * 9, "a" + "\u0337" * 40),
    *("👩\u200d👩\u200d👧", "🇸🇪", "1\ufe0f\u20e3", "\u0410nna", "\U0001d400nna", "ﷺ", "ß", "İ"),
    *("=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+46", "-1", "../../x", "..\\x", "C:\\x", "CON"),
    *("<script>", "&lt;", "]]>", "<!DOCTYPE x>", "{{7*7}}", "${x}", "%s", "%n", "{0}", "'; --"),
    *("0", "-0", "1e999", "NaN", "Infinity", "null", "true", "9" * 20, "9" * 5000, "0x" + "f" * 30),
    *("2026-99-99", "1900-02-29", "24:61", "[", "]", "{", "}", '"', "'", "`", "\\", "|", ";", ","),
    *("&a", "*a", "!!python/name:os.system", "<<: *a", "---\n", "...\n", ": ", "- ", "? ", "#"),
    *("07" * 6, "19900101-1234", "a@b.se", "http://", "www.", "Anna ", "ring ", "enda ", "fyller "),
)
ODD = (
    *(text.encode() for text in _ODD_TEXT),
    *(b"\xff", b"\xfe\xff", b"\xed\xa0\x80", b"\xc3", b"\x80", b"\xf4\x90\x80\x80"),
    *((2**n).to_bytes(4, "little") for n in (0, 7, 15, 16, 31)),
    *(b"\x7f\xff\xff\xff", b"\xff" * 8, b"\x00" * 8, b"\x80" * 10),
)

Change = Callable[[bytearray, random.Random, Sequence[bytes]], None]


def mutate(examples: Sequence[bytes], rng: random.Random, *, words: Sequence[bytes]) -> bytes:
    """Return an example after a few changes, or, one time in twenty, bytes of any kind.

    ``words`` are what the format is made of; they are put in as odd text is.
    """
    if rng.random() < 0.05:
        return rng.randbytes(rng.randrange(1, 400))
    data = bytearray(rng.choice(examples))
    known = [*ODD, *words, *words]
    for _ in range(min(1 + int(rng.expovariate(0.5)), 12)):
        rng.choice(_CHANGES)(data, rng, known)
    return bytes(data)


def _flip(data: bytearray, rng: random.Random, known: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _overwrite(data: bytearray, rng: random.Random, known: Sequence[bytes]) -> None:
    word = rng.choice(known)
    at = rng.randrange(len(data) + 1)
    data[at : at + len(word)] = word


def _insert(data: bytearray, rng: random.Random, known: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice(known)


def _delete(data: bytearray, rng: random.Random, known: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    del data[at : at + int(rng.expovariate(0.05)) + 1]


def _copy(data: bytearray, rng: random.Random, known: Sequence[bytes]) -> None:
    start, to = rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)
    data[to:to] = data[start : start + int(rng.expovariate(0.02)) + 1]


def _repeat(data: bytearray, rng: random.Random, known: Sequence[bytes]) -> None:
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.randrange(1, 20)] or bytearray(rng.choice(known))
    data[start:start] = piece * min(rng.choice((3, 20, 200, 2000)), LONGEST // (len(piece) or 1))


def _cut(data: bytearray, rng: random.Random, known: Sequence[bytes]) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _any_bytes(data: bytearray, rng: random.Random, known: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at : at + 4] = rng.randbytes(rng.randrange(1, 9))


_CHANGES: tuple[Change, ...] = (
    *(_flip, _overwrite, _overwrite, _insert, _insert, _insert),
    *(_delete, _copy, _repeat, _cut, _any_bytes),
)
