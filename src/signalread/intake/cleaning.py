"""One way to write the same text: composed letters, and nothing that cannot be seen."""

import re
import unicodedata

# Built from code points, so that no reader of this file meets a character that it cannot see.
# Joiners inside emoji (U+200D) and variation selectors are kept: they carry the picture.
_CONTROLS = "".join(chr(c) for c in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if c not in (9, 10))
_SURROGATES = f"{chr(0xD800)}-{chr(0xDFFF)}"
_ZERO_WIDTH = "".join(
    chr(c)
    for c in (
        *(0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200C, 0x200E, 0x200F, 0xFEFF),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    )
)
_REMOVED = re.compile(f"[{re.escape(_CONTROLS)}{_ZERO_WIDTH}]")
_LONE_SURROGATE = re.compile(f"[{_SURROGATES}]")
_JOINER = chr(0x200D)
_JOINER_IN_WORD = re.compile(rf"(?<=\w){_JOINER}|{_JOINER}(?=\w)")
_LINE_BREAK = re.compile(f"\r\n?|{chr(0x85)}|{chr(0x2028)}|{chr(0x2029)}|\v|\f")
_MANY_MARKS = re.compile(rf"([{chr(0x300)}-{chr(0x36F)}]{{2}})[{chr(0x300)}-{chr(0x36F)}]+")
_BLANKS = re.compile(r"[^\S\n]+")
# Most texts have none of these and are as they should be.
_UNTIDY = re.compile(
    rf"[{re.escape(_CONTROLS)}{_ZERO_WIDTH}{_SURROGATES}{_JOINER}{chr(0x2028)}{chr(0x2029)}"
    rf"{chr(0x300)}-{chr(0x36F)}]|[^\S\n ]|\s\s"
)
_REPLACEMENT = chr(0xFFFD)


def clean_text(text: str) -> str:
    r"""Return the text in NFC, without characters that cannot be seen, line breaks as ``\n``.

    A lone surrogate becomes U+FFFD; a pile of combining marks is cut to two on each letter.

    >>> clean_text(" Chefen\x00 lyss\u200bnar\r\npa\u030a oss. ")
    'Chefen lyssnar\npå oss.'
    """
    if _UNTIDY.search(text) is None and unicodedata.is_normalized("NFC", text):
        return text.strip()
    text = _LINE_BREAK.sub("\n", text)
    text = _REMOVED.sub("", text)
    text = _JOINER_IN_WORD.sub("", text)
    text = _LONE_SURROGATE.sub(_REPLACEMENT, text)
    text = unicodedata.normalize("NFC", _MANY_MARKS.sub(r"\1", text))
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
