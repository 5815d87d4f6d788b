"""One way to write the same text: composed letters, and nothing that cannot be seen."""

import re
import unicodedata

# Built from code points, so that no reader of this file meets a character that it cannot see.
# Joiners inside emoji (U+200D) and variation selectors are kept: they carry the picture.
_CONTROLS = "".join(chr(c) for c in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if c not in (9, 10))
_ZERO_WIDTH = "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in (
        *((c, c) for c in (0xAD, 0x34F, 0x61C, 0x200B, 0x200C, 0x200E, 0x200F, 0xFEFF)),
        *((0x115F, 0x1160), (0x3164, 0x3164), (0xFFA0, 0xFFA0)),  # Korean letters of no shape
        *((0x17B4, 0x17B5), (0x180B, 0x180F), (0x202A, 0x202E), (0x2060, 0x206F)),
        *((0xFFF0, 0xFFFB), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    )
)
# Half of a pair, and the two that are no characters: neither can be written to any file of XML.
_NO_CHARACTERS = f"{chr(0xD800)}-{chr(0xDFFF)}{chr(0xFFFE)}{chr(0xFFFF)}"
_REMOVED = re.compile(f"[{re.escape(_CONTROLS)}{_ZERO_WIDTH}]")
_NO_CHARACTER = re.compile(f"[{_NO_CHARACTERS}]")
_JOINER = chr(0x200D)
_SELECTORS = f"{chr(0xFE00)}-{chr(0xFE0F)}"
_JOINER_IN_WORD = re.compile(
    rf"(?<=\w)[{_JOINER}{_SELECTORS}]+(?=\w)|(?<=\w){_JOINER}|{_JOINER}(?=\w)"
)
_LINE_BREAK = re.compile(f"\r\n?|{chr(0x85)}|{chr(0x2028)}|{chr(0x2029)}|\v|\f")
_MANY_MARKS = re.compile(rf"([{chr(0x300)}-{chr(0x36F)}]{{2}})[{chr(0x300)}-{chr(0x36F)}]+")
# Marks are put in order by a sort of quadratic time; no alphabet has so many on a letter.
_COMBINING = "".join(map(chr, filter(lambda c: unicodedata.combining(chr(c)), range(0x20000))))
_PILE = re.compile(f"([{_COMBINING}]{{8}})[{_COMBINING}]+")
_BLANKS = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile(f"[{_ZERO_WIDTH}{_SELECTORS}{chr(0x300)}-{chr(0x36F)}]|[{_COMBINING}]{{9}}")
# Most texts have none of these and are as they should be.
_UNTIDY = re.compile(
    rf"[{re.escape(_CONTROLS)}{_ZERO_WIDTH}{_NO_CHARACTERS}{_JOINER}{_SELECTORS}"
    rf"{chr(0x2028)}{chr(0x2029)}{chr(0x300)}-{chr(0x36F)}]|[^\S\n ]|\s\s|[{_COMBINING}]{{9}}"
)
_REPLACEMENT = chr(0xFFFD)


def clean_text(text: str) -> str:
    r"""Return the text in NFC, without characters that cannot be seen, line breaks as ``\n``.

    A lone surrogate and what is no character become U+FFFD; a pile of combining marks is cut to
    two on each letter.

    >>> clean_text(" Chefen\x00 lyss\u200bnar\r\npa\u030a oss. ")
    'Chefen lyssnar\npå oss.'
    """
    # All that is untidy cannot be printed or seen, which is far quicker to ask.
    tidy = text.isprintable() and "  " not in text and _INVISIBLE.search(text) is None
    if (tidy or _UNTIDY.search(text) is None) and unicodedata.is_normalized("NFC", text):
        return text.strip()
    text = _LINE_BREAK.sub("\n", text)
    text = _REMOVED.sub("", text)
    text = _JOINER_IN_WORD.sub("", text)
    text = _NO_CHARACTER.sub(_REPLACEMENT, text)
    text = _PILE.sub(r"\1", _MANY_MARKS.sub(r"\1", text))
    text = unicodedata.normalize("NFC", text)
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n")).strip()


def clean_name(text: str) -> str:
    """Return a name (of a team, wave, column …) on one line.

    >>> clean_name(" Hemtjänst\\n Norr ")
    'Hemtjänst Norr'
    """
    return " ".join(clean_text(text).split())


def fold(text: str) -> str:
    """Return only the letters and digits, without case or accents, to compare names by.

    >>> fold("Förvaltning / ÅR 2")
    'forvaltningar2'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if character.isalnum())
