"""Numbers, dates and reasons as people in Sweden write them, and names made safe to print."""

import re
import unicodedata
from datetime import date

from signalread.records import Compared, Reason, Source

NBSP = "\u00a0"
LONGEST_NAME = 120  # characters; a longer name is cut, so that no file or page chokes on it
WHOLE = "Hela organisationen"
MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]

STATUSES = {
    "read": "lästes",
    "empty": "var tomma",
    "nothing_to_add": "sade bara ”inget att tillägga” eller liknande",
    "repeats_question": "upprepade bara frågan",
    "duplicate": "var en exakt upprepning av samma persons svar",
    "other_language": "var på ett annat språk än svenska",
    "attendance": "var närvarolistor eller namnrader i anteckningar",
    "too_long": "var för långa för att läsas",
}

_SWEDISH_ORDER = str.maketrans({"å": "z\ue001", "ä": "z\ue002", "ö": "z\ue003"})


def whole_number(value: int) -> str:
    """Write a whole number with a space between thousands.

    >>> whole_number(1432).replace(NBSP, " ")
    '1 432'
    """
    return f"{value:,}".replace(",", NBSP)


def decimal_number(value: float, *, decimals: int = 1) -> str:
    """Write a number with a decimal comma.

    >>> decimal_number(1234.5).replace(NBSP, " ")
    '1 234,5'
    """
    return f"{value:,.{decimals}f}".replace(",", NBSP).replace(".", ",")


def percent(value: int) -> str:
    """Write whole percent.

    >>> percent(12).replace(NBSP, " ")
    '12 %'
    """
    return f"{value}{NBSP}%"


def interval(low: int, high: int) -> str:
    """Write an interval in whole percent.

    >>> interval(8, 17).replace(NBSP, " ")
    '8–17 %'
    """
    return f"{low}–{high}{NBSP}%"


def long_date(value: date) -> str:
    """Write a date in words.

    >>> long_date(date(2026, 11, 28)).replace(NBSP, " ")
    '28 november 2026'
    """
    return f"{value.day}{NBSP}{MONTHS[value.month - 1]}{NBSP}{value.year}"


def reason_text(reason: Reason, *, limit: int, source: Source = Source.SURVEY) -> str:
    """Say why a cell shows no number.

    >>> reason_text(Reason.TOO_FEW, limit=5).replace(NBSP, " ")
    'färre än 5 svarande'
    """
    counted = "svarande" if source is Source.SURVEY else "noterade rader"
    return {
        Reason.TOO_FEW: f"färre än {limit}{NBSP}{counted}",
        Reason.PROTECTS_OTHERS: "dold för att skydda en annan grupp",
        Reason.NO_DATA: "inget underlag",
        Reason.UNIFORM: "dold eftersom alla i gruppen säger det",
    }[reason]


def compared_text(compared: Compared | None, *, higher: str, lower: str) -> str:
    """Pick the word for a certain difference; nothing where it is not certain.

    >>> compared_text(Compared.HIGHER, higher="fler", lower="färre")
    'fler'
    """
    if compared is Compared.HIGHER:
        return higher
    return lower if compared is Compared.LOWER else ""


def label_text(name: str, label: str) -> str:
    """Say what a label is: a signal's name, or a theme's with its polarity in words.

    >>> label_text("Högt i tak", "speaking_up-")
    'Högt i tak, bekymmer'
    """
    return name + {"+": ", styrka", "-": ", bekymmer"}.get(label[-1:], "")


def clean_name(text: str) -> str:
    """Return a name that can be shown anywhere: one line, no marks that steer text, not endless.

    >>> clean_name("Kök\\u202e \\x00 3")
    'Kök 3'
    """
    head = text[: LONGEST_NAME * 50]
    kept = "".join(
        " " if unicodedata.category(c) in ("Zl", "Zp", "Zs") or c in "\t\r\n\v\f" else c
        for c in head
        if c in "\t\r\n\v\f" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return clip(re.sub(r" +", " ", kept).strip(), LONGEST_NAME)


def clip(text: str, longest: int) -> str:
    """Cut a text that is too long, and show that it was.

    >>> clip("Hemtjänst", 5)
    'Hemt…'
    """
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def swedish_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort as people in Sweden do, and numbers by their size.

    >>> sorted(["Öst", "Team 10", "Äng", "Team 2", "Ås"], key=swedish_key)
    ['Team 2', 'Team 10', 'Ås', 'Äng', 'Öst']
    """
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]+", name.casefold().translate(_SWEDISH_ORDER))
    return tuple((0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in parts)


def joined(names: list[str]) -> str:
    """Join names as in the beginning of a sentence.

    >>> joined(["Tillit", "Kontroll", "Mening"])
    'Tillit, kontroll och mening'
    """
    names = names[:1] + [name.lower() for name in names[1:]]
    return " och ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
