"""Names made safe to print in any file, and put in the order that people in Sweden expect."""

import re
import unicodedata

LONGEST_NAME = 120  # characters; a longer name is cut, so that no file or page chokes on it

_SWEDISH_ORDER = str.maketrans({"å": "z\ue001", "ä": "z\ue002", "ö": "z\ue003"})


def clean_name(text: str) -> str:
    """Return a name that can be shown anywhere: one line, no marks that steer text, not endless.

    >>> clean_name("Kök\\u202e \\x00 3")
    'Kök 3'
    """
    return clip(clean_text(text, longest=LONGEST_NAME * 50), LONGEST_NAME)


def clean_text(text: str, *, longest: int) -> str:
    """Return up to ``longest`` characters of a text as one line without marks that steer text.

    >>> clean_text("en\\u2066 rad\\ntill", longest=99)
    'en rad till'
    """
    kept = "".join(
        " " if unicodedata.category(c) in ("Zl", "Zp", "Zs") or c in "\t\r\n\v\f" else c
        for c in text[:longest]
        if c in "\t\r\n\v\f" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return re.sub(r" +", " ", kept).strip()


def clip(text: str, longest: int) -> str:
    """Cut a text that is too long, and show that it was.

    >>> clip("Hemtjänst", 5)
    'Hemt…'
    """
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def name_file(*parts: str) -> str:
    """Return a file name, without its ending, that any system takes.

    >>> name_file("report", "Omsorg / Norr", ""), name_file("report", "../..", "en")
    ('report-omsorg-norr', 'report-en')
    """
    kept = (re.sub(r"[^0-9a-zåäöéü]+", "-", part.casefold()).strip("-") for part in parts)
    return "-".join(filter(None, kept))[:100].rstrip("-") or "report"


def swedish_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort as people in Sweden do, and numbers by their size.

    >>> sorted(["Öst", "Team 10", "Äng", "Team 2", "Ås"], key=swedish_key)
    ['Team 2', 'Team 10', 'Ås', 'Äng', 'Öst']
    """
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]+", name.casefold().translate(_SWEDISH_ORDER))
    return tuple((0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in parts)
