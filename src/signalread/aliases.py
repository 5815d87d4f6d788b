"""What a file or a sheet is called where its own name may not stand: a name may name a person."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

_DIGITS = 8  # of the content's hash: enough to tell the files of one run apart
_YEAR = r"20[1-9]\d"  # nobody who works was born in it
_DATE = rf"{_YEAR}(?:-?(?:0[1-9]|1[0-2])(?:-?(?:0[1-9]|[12]\d|3[01]))?)?"
_PIECE = re.compile(
    rf"(?P<date>(?<!\d)(?<!\d-){_DATE}(?!-?\d))|(?P<word>[^\W\d_]+)|(?P<number>\d+)"
)
# None of them is anybody's name ("maj", "mars" and "april" are).
_ORDINARY_TEXT = """
    enkat enkaten enkater enkatsvar medarbetarenkat medarbetarenkaten medarbetarundersokning
    medarbetarundersokningen personalenkat pulsenkat puls pulsmatning undersokning matning svar
    oppna fritext fritextsvar kommentar kommentarer omdome synpunkter resultat underlag utskick
    survey employee pulse comment comments answer answers response responses result results
    export data lista tabell table sheet blad kopia copy slutlig final version ny new
    exempel example test prov alla all apt arbetsplatstraff mote motet moten motesanteckningar
    anteckning anteckningar minnesanteckningar protokoll notes note minutes meeting retro
    vag omgang wave round kvartal quarter vecka week ar year var host vt ht q v
"""
_ORDINARY = frozenset(_ORDINARY_TEXT.split())
_SHORT = 2  # digits of a number that may follow such a word: "omgång 2", "Q3"


def name_alias(stem: str, *, digest: Callable[[], str]) -> str:
    """Return the name if it is of ordinary words and dates alone, else those of it and a hash.

    ``digest`` gives the hash of what bears the name, in hexadecimal; it is asked where a word is
    left out. Only words of a closed list are kept, so that no name has to be recognised.

    >>> name_alias("Enkät VT 2026", digest=lambda: "3f9a2c1b77")
    'Enkät VT 2026'
    >>> name_alias("kerstin-andersson-svar-2026-03-14", digest=lambda: "3f9a2c1b77")
    'svar-2026-03-14-3f9a2c1b'
    """
    pieces = list(_PIECE.finditer(unicodedata.normalize("NFC", stem)))
    kept = [
        piece[0]
        for piece, before in zip(pieces, [None, *pieces], strict=False)
        if _may_stay(piece, before)
    ]
    if pieces and len(kept) == len(pieces):
        return stem
    return "-".join([*kept, digest()[:_DIGITS]])


def file_alias(path: Path, *, digest: Callable[[], str]) -> str:
    """Return what a file is called in what is written about it; its suffix is kept.

    >>> file_alias(Path("svar/Kerstin.XLSX"), digest=lambda: "3f9a2c1b77")
    '3f9a2c1b.xlsx'
    """
    return name_alias(path.stem, digest=digest) + path.suffix.lower()


def is_ordinary(word: str) -> bool:
    """Say whether a word is one that files are called by, and nobody.

    >>> is_ordinary("Enkät"), is_ordinary("Maj")
    (True, False)
    """
    return _fold(word) in _ORDINARY


def _may_stay(piece: re.Match[str], before: re.Match[str] | None) -> bool:
    if piece["number"] is None:
        return piece["date"] is not None or is_ordinary(piece["word"])
    return len(piece[0]) <= _SHORT and before is not None and is_ordinary(before[0])


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))
