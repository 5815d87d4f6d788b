"""A report's words in one language: texts by gettext, numbers and dates by Babel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from signalread.records import Compared, Reason, Source
from signalread.reporting.catalogue import SOURCE, load_translations

NBSP = "\u00a0"
_REGIONS = {"en": "en_GB"}  # English as it is written in Europe: 28 November 2026


class Words:
    """What a report says, in one language.

    >>> words = Words("sv")
    >>> words.interval(8, 17).replace(NBSP, " "), Words("en").interval(8, 17)
    ('8–17 %', '8–17%')

    Raises :class:`~signalread.errors.SettingsError` for a language without a catalogue.
    """

    def __init__(self, language: str = "sv") -> None:
        from babel import Locale

        self.language = language
        self.translations = load_translations(language)
        self._locale = Locale.parse(_REGIONS.get(language, language))
        self._percent = lru_cache(maxsize=None)(self._write_percent)

    def say(self, message: str, /, **values: object) -> str:
        """Return a message in this language with the values put in.

        >>> Words("sv").say("%(n)s respondents", n=12)
        '12 svarande'
        """
        text = self.translations.gettext(message)
        return text % values if values else text

    def say_many(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the message that fits a count; ``%(n)s`` is the count itself.

        >>> Words("en").say_many("%(n)s part", "%(n)s parts", 1)
        '1 part'
        """
        text = self.translations.ngettext(one, many, count)
        return text % {"n": self.number(count), **values}

    def text(self, texts: Mapping[str, str]) -> str:
        """Pick a text of the codebook in this language; an own codebook may lack it."""
        return texts.get(self.language) or texts.get(SOURCE) or next(iter(texts.values()), "")

    def number(self, value: int | float) -> str:
        """Write a number.

        >>> Words("sv").number(1234.5).replace(NBSP, " "), Words("en").number(1432)
        ('1 234,5', '1,432')
        """
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self._locale)

    def percent(self, value: int) -> str:
        """Write whole percent.

        >>> Words("sv").percent(12).replace(NBSP, " "), Words("en").percent(12)
        ('12 %', '12%')
        """
        return self._percent(value)

    def interval(self, low: int, high: int) -> str:
        """Write an interval in whole percent."""
        return f"{low}–{self.percent(high)}"

    def points(self, value: int) -> str:
        """Write a difference in whole percentage points, with its sign.

        >>> Words("sv").points(-7), Words("sv").points(7), Words("sv").points(0)
        ('−7', '+7', '0')
        """
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value)}"

    def date(self, value: date) -> str:
        """Write a date in words.

        >>> Words("sv").date(date(2026, 11, 28)).replace(NBSP, " ")
        '28 november 2026'
        """
        from babel.dates import format_date

        return format_date(value, "long", locale=self._locale).replace(" ", NBSP)

    def reason(self, reason: Reason, *, limit: int, source: Source = Source.SURVEY) -> str:
        """Say why a cell shows no number.

        >>> Words("en").reason(Reason.TOO_FEW, limit=5).replace(NBSP, " ")
        'fewer than 5 respondents'
        """
        if reason is Reason.TOO_FEW:
            if source is Source.SURVEY:
                return self.say("fewer than %(limit)s\u00a0respondents", limit=limit)
            return self.say("fewer than %(limit)s\u00a0noted lines", limit=limit)
        return {
            Reason.PROTECTS_OTHERS: self.say("hidden to protect another group"),
            Reason.NO_DATA: self.say("nothing to go by"),
            Reason.UNIFORM: self.say("hidden since everybody in the group says it"),
        }[reason]

    def status(self, status: str) -> str:
        """Say what became of comments of one status, as in "61 were empty"."""
        return {
            "read": self.say("were read"),
            "empty": self.say("were empty"),
            "nothing_to_add": self.say("said only “nothing to add” or the like"),
            "repeats_question": self.say("only repeated the question"),
            "duplicate": self.say("repeated an answer of the same person to the letter"),
            "other_language": self.say("were in another language than Swedish"),
            "attendance": self.say("were attendance lists or lines of names in notes"),
            "too_long": self.say("were too long to be read"),
        }.get(status, status)

    def label(self, name: str, label: str) -> str:
        """Say what a label is: a signal's name, or a theme's with its polarity in words.

        >>> Words("sv").label("Högt i tak", "speaking_up-")
        'Högt i tak, bekymmer'
        """
        if label.endswith("+"):
            return self.say("%(theme)s, strength", theme=name)
        return self.say("%(theme)s, concern", theme=name) if label.endswith("-") else name

    def beside_others(self, compared: Compared | None) -> str:
        """Say how a share stands to the rest of the unit above; nothing where it is not certain."""
        if compared is Compared.HIGHER:
            return self.say("more than others")
        return self.say("fewer than others") if compared is Compared.LOWER else ""

    def beside_last_wave(self, compared: Compared | None) -> str:
        """Say how a share stands to the wave before; nothing where it is not certain."""
        if compared is Compared.HIGHER:
            return self.say("more than last time")
        return self.say("fewer than last time") if compared is Compared.LOWER else ""

    def joined(self, names: Sequence[str]) -> str:
        """Join names as in the beginning of a sentence.

        >>> Words("sv").joined(["Tillit", "Kontroll", "Mening"])
        'Tillit, kontroll och mening'
        """
        names = [*names[:1], *(name.lower() for name in names[1:])]
        if len(names) < 2:
            return "".join(names)
        return self.say("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])

    def _write_percent(self, value: int) -> str:
        from babel.numbers import format_percent

        return format_percent(value / 100, locale=self._locale)


def signs(parent: Compared | None, last_wave: Compared | None) -> str:
    """Return the signs that stand behind a number whose differences are certain.

    >>> signs(Compared.HIGHER, Compared.LOWER), signs(None, Compared.NOT_CERTAIN)
    ('>↓', '')
    """
    return {Compared.HIGHER: ">", Compared.LOWER: "<"}.get(parent, "") + {  # type: ignore[arg-type]
        Compared.HIGHER: "↑",
        Compared.LOWER: "↓",
    }.get(last_wave, "")  # type: ignore[arg-type]


WHOLE = "Hela organisationen"  # as Swedish reports call it


def whole_number(value: int) -> str:
    """Write a whole number as in Sweden.

    >>> whole_number(1432).replace(NBSP, " ")
    '1 432'
    """
    return Words("sv").number(value)


def long_date(value: date) -> str:
    """Write a date in words as in Sweden.

    >>> long_date(date(2026, 11, 28)).replace(NBSP, " ")
    '28 november 2026'
    """
    return Words("sv").date(value)
