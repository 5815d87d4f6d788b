"""Text files as text: which encoding it is, and lines of bounded length."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from signalread.errors import InputError
from signalread.intake.files import recognize

LONGEST_LINE = 4 * 1024**2  # characters; a row beyond this is no comment
_SAMPLE = 1024**2  # bytes
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What Swedish text in one byte a letter is made of, apart from ASCII.
_SWEDISH = frozenset("åäöÅÄÖéÉèàüÜçñáóíøæ–—‘’“”„…•·§½¼²°´»«€£×®™\u00a0")
_ONE_BYTE = ("cp1252", "cp850", "mac_roman")
_ESCAPE = "save it again as UTF-8 (in Excel: 'CSV UTF-8')"


def detect_encoding(path: Path) -> str:
    """Return the name of the encoding that the whole file can be decoded with.

    Tried in turn: a byte order mark, UTF-8, UTF-16 without a mark, the one-byte encodings of
    Swedish Windows, DOS and old Macintosh, and last what charset-normalizer makes of it. Raises
    :class:`InputError` for what is not text, or is text of two encodings.
    """
    with path.open("rb") as handle:
        head = handle.read(_SAMPLE)
    what = recognize(head)
    if what is not None:
        raise InputError(
            f"{path.name} is not text but {what}.", hint="give it its right suffix, or export again"
        )
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _checked(path, name)
    if (unmarked := _utf16_without_mark(head)) is not None:
        return _checked(path, unmarked)
    # Only a few NULs are slips of an export, and are taken out; many are not text.
    if _junk_share(head) > 0.02:
        raise InputError(f"{path.name} is not text.", hint="export the table again as CSV in UTF-8")
    fault = _first_fault(path, "utf-8")
    if fault is None:
        return "utf-8"
    telling = _telling_lines(path)
    if _mostly_utf8(telling):
        raise InputError(
            f"{path.name} is UTF-8 except on line {fault}.", hint=f"mend that line, or {_ESCAPE}"
        )
    return _one_byte(path, telling)


def open_text(path: Path, *, encoding: str) -> IO[str]:
    """Open a text file with its line breaks untouched."""
    return path.open(encoding=encoding, newline="")


def read_lines(handle: IO[str], *, name: str) -> Iterator[str]:
    """Yield lines with their line breaks, NULs taken out.

    Raises :class:`InputError` for a line that is too long to be one.
    """
    number = 0
    while line := handle.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise InputError(
                f"Line {number} of {name} is over {LONGEST_LINE:,} characters.",
                hint="check that it is a table with a row per comment",
            )
        yield line.replace("\0", "") if "\0" in line else line


def _checked(path: Path, encoding: str) -> str:
    fault = _first_fault(path, encoding)
    if fault is not None:
        raise InputError(
            f"{path.name} says that it is {encoding.removesuffix('-sig').upper()}, but line "
            f"{fault} is not.",
            hint=_ESCAPE,
        )
    return encoding


def _first_fault(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as handle:
        while True:
            chunk = handle.read(_SAMPLE)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeError as error:
                start = error.start if isinstance(error, UnicodeDecodeError) else 0
                return line + chunk[:start].count(b"\n")
            if not chunk:
                return None


def _utf16_without_mark(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _junk_share(head: bytes) -> float:
    controls = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1a")
    return 1 - len(head.translate(None, controls)) / max(len(head), 1)


def _telling_lines(path: Path) -> bytes:
    """Return what is not plain ASCII, from wherever in the file it begins."""
    telling = bytearray()
    with path.open("rb") as handle:
        while (chunk := handle.read(_SAMPLE)) and len(telling) < _SAMPLE // 4:
            if not chunk.isascii():
                telling += b"\n".join(line for line in chunk.splitlines() if not line.isascii())
    return bytes(telling[: _SAMPLE // 4])


def _mostly_utf8(telling: bytes) -> bool:
    kept = telling.decode("utf-8", errors="ignore")
    good = sum(len(c.encode()) for c in kept if not c.isascii())
    bad = len(telling) - len(kept.encode())
    return good > 2 * bad


def _one_byte(path: Path, telling: bytes) -> str:
    shares = {}
    for name in _ONE_BYTE:
        high = [c for c in telling.decode(name, errors="replace") if not c.isascii()]
        shares[name] = sum(c in _SWEDISH for c in high) / max(len(high), 1)
    best = max(shares, key=lambda name: shares[name])  # the first of equals: Windows
    if shares[best] >= 0.8 and _first_fault(path, best) is None:
        return best
    from charset_normalizer import from_bytes

    guess = from_bytes(telling).best()
    if guess is not None and guess.language not in ("", "Unknown") and guess.chaos < 0.1:
        return _checked(path, guess.encoding)
    raise InputError(f"The encoding of {path.name} is not known.", hint=_ESCAPE)
