"""The order of survey waves, read from how people name them."""

import re
import unicodedata
from collections.abc import Iterable

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "mars march mar",
            "april apr",
            "maj may",
            "juni june jun",
            "juli july jul",
            "augusti august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
# Where in the year a part stands, in months, so that "vår 2026" falls before "2026-11".
_SEASONS = {
    "vinter": 1.5,
    "vår": 4.0,
    "våren": 4.0,
    "vt": 4.0,
    "vårtermin": 4.0,
    "vårterminen": 4.0,
    "spring": 4.0,
    "sommar": 7.0,
    "sommaren": 7.0,
    "höst": 10.0,
    "hösten": 10.0,
    "ht": 10.0,
    "hösttermin": 10.0,
    "höstterminen": 10.0,
    "autumn": 10.0,
}
# A part of the year with a number: how many there are in one year.
_PARTS = {
    "q": 4,
    "k": 4,
    "kv": 4,
    "kvartal": 4,
    "t": 3,
    "tertial": 3,
    "halvår": 2,
    "h": 2,
    "v": 53,
    "vecka": 53,
    "w": 53,
    "månad": 12,
}

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)?(?!\d)")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")

_Key = tuple[int, int, float, float, tuple[tuple[int, int, str], ...]]


def wave_key(wave: str) -> _Key:
    """Return what a wave sorts by: its year, the part of the year, and then its name.

    A name without a year sorts after those with one; its numbers count by size.

    >>> sorted(["HT2026", "VT2026", "2025 höst", "Q3 2025"], key=wave_key)
    ['Q3 2025', '2025 höst', 'VT2026', 'HT2026']
    >>> sorted(["Omgång 10", "Omgång 9"], key=wave_key)
    ['Omgång 9', 'Omgång 10']
    """
    name = unicodedata.normalize("NFC", wave).casefold()
    # "202605" and "20260514" are a year with month and day.
    name = _COMPACT.sub(lambda m: " ".join(filter(None, m.groups())), name)
    tokens = _TOKEN.findall(name)
    year = next((int(t) for t in tokens if _YEAR.fullmatch(t)), None)
    numbers: list[float] = []
    place: float | None = None
    for before, token in zip(["", *tokens], tokens, strict=False):
        if token.isdecimal():
            if len(token) == 4 and year == int(token):
                continue
            if before in _PARTS and place is None and 1 <= int(token[:15]) <= _PARTS[before]:
                place = (int(token[:15]) - 0.5) * 12 / _PARTS[before] + 0.5
            elif before in _SEASONS and year is None and len(token) == 2:
                year = 2000 + int(token)  # "VT26"
            else:
                numbers.append(float(int(token[:15])))
        elif place is None and (token in _SEASONS or token in _MONTHS):
            place = _SEASONS.get(token) or float(_MONTHS[token])
    if year is not None and place is None and numbers:
        first = numbers[0]
        if numbers[1:] and 12 < first <= 31 and numbers[1] <= 12:  # "14/5 2026"
            numbers[0], numbers[1] = numbers[1], first
        place = numbers.pop(0)
    rest = numbers[0] if year is not None and numbers else 0.0
    if year is None:
        year_first, year = 1, 0
    else:
        year_first = 0
    return year_first, year, place if place is not None else 0.0, rest, _natural(tokens)


def order_waves(waves: Iterable[str]) -> list[str]:
    """Return each wave once, oldest first.

    >>> order_waves(["vår 2026", "höst 2025", "vår 2026"])
    ['höst 2025', 'vår 2026']
    """
    return sorted(set(waves), key=lambda wave: (wave_key(wave), wave))


def previous_waves(waves: Iterable[str]) -> dict[str, str]:
    """Map each wave to the one before it; the first has none.

    >>> previous_waves(["2026", "2025", "2024"])
    {'2025': '2024', '2026': '2025'}
    """
    ordered = order_waves(waves)
    return dict(zip(ordered[1:], ordered, strict=False))


def _natural(tokens: Iterable[str]) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, int(t[:15]), "") if t.isdecimal() else (1, 0, t) for t in tokens)
