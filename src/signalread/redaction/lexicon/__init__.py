"""Names, everyday words, places and things: what a capital or a small letter may mean.

Names come from Faker's lists for Sweden and for the countries many in Sweden come from; the text
files beside this module were written or counted for signalread (``scripts/list_words.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files

_SWEDISH = "sv_SE"
_OTHERS = """
fi_FI no_NO da_DK en_GB en_US de_DE pl_PL tr_TR es_ES hr_HR sl_SI et_EE is_IS it_IT fr_FR nl_NL
ro_RO cs_CZ en_NG en_KE sw en_IN pt_PT hu_HU lt_LT ha_NG en_PK en_IE fr_CA fr_CH fr_DZ de_AT de_CH
es_MX es_AR es_CO es_CL pt_BR vi_VN yo_NG nl_BE uz_UZ
"""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists in lower case.

    ``first`` are Swedish first names and pet names, ``last`` Swedish last names, ``foreign``
    names of other countries; none of them holds an ``everyday`` word.
    """

    first: frozenset[str]
    last: frozenset[str]
    foreign: frozenset[str]
    everyday: frozenset[str]
    words: frozenset[str]
    places: frozenset[str]
    things: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """Swedish names, first and last, that mean nothing else."""
        return self.first

    def is_word(self, word: str) -> bool:
        """Say whether a lower-case word is Swedish, whole or put together from two words.

        >>> load_lexicon().is_word("personalrummet"), load_lexicon().is_word("reinhold")
        (True, False)
        """
        return word in self.words or _is_inflected(word) or _is_compound(word)

    def is_near_first(self, word: str) -> bool:
        """Say whether a word is one slip of the fingers from a Swedish first name.

        >>> load_lexicon().is_near_first("kertsin"), load_lexicon().is_near_first("kretsen")
        (True, False)
        """
        return 5 <= len(word) <= _LONGEST_NAME and not _slips().isdisjoint(_shortened(word))


_LONGEST_NAME = 20  # letters of one word; longer ones would only cost time
_ENDED = "n na de t r rna d s en et ar er or ade ande aste"
_ENDINGS = tuple(_ENDED.split())
_SPOKEN = ("arn", "orn", "ern")  # "förmannen" is written in full, "ägarn" as it is said


@cache
def load_lexicon() -> Lexicon:
    """Read the lists, once."""
    words = _read("words.txt")
    first, last = _faker_names(_SWEDISH)
    first |= _read("nicknames.txt")
    others = [_faker_names(locale) for locale in _OTHERS.split()]
    foreign = frozenset().union(*(names for pair in others for names in pair))
    places = _read("places.txt") | _faker_places()

    listed = _read("everyday.txt")
    # A listed name in small letters in running text is a word too; a pet name is one by choice.
    everyday = listed | (last & words) | (places & last)
    return Lexicon(
        first=first - everyday,
        last=last - everyday - first,
        foreign=frozenset(n for n in foreign if len(n) > 2) - words - listed - first - last,
        everyday=everyday,
        words=words - (first - everyday),
        places=places - (first - everyday),
        things=_read("things.txt"),
    )


def _read(name: str) -> frozenset[str]:
    lines = files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return frozenset(
        word.lower() for line in lines if not line.startswith("#") for word in line.split()
    )


def _faker_names(locale: str) -> tuple[frozenset[str], frozenset[str]]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    names: dict[str, set[str]] = {"first": set(), "last": set()}
    for attribute in dir(provider):
        kind = attribute.partition("_")[0]
        if "_name" in attribute and kind in names:
            listed = getattr(provider, attribute)
            if isinstance(listed, Sequence | Mapping):  # a mapping gives each name's frequency
                names[kind].update(
                    part.lower()
                    for name in listed
                    if isinstance(name, str)
                    for part in name.split()
                    if part.replace("-", "").isalpha()
                )
    return frozenset(names["first"]), frozenset(names["last"])


def _faker_places() -> frozenset[str]:
    provider = import_module("faker.providers.address.sv_SE").Provider
    return frozenset(
        place.lower() for place in (*provider.cities, *provider.countries) if " " not in place
    )


@lru_cache(maxsize=1 << 16)
def _is_inflected(word: str) -> bool:
    words = load_lexicon().words
    if word.endswith(_SPOKEN) and f"{word[:-1]}en" in words:
        return True
    return any(
        word.endswith(ending) and len(word) - len(ending) >= 4 and word[: -len(ending)] in words
        for ending in _ENDINGS
    )


@cache
def _slips() -> frozenset[str]:
    """Return the longer Swedish first names, each also with one letter left out."""
    return frozenset(
        form for name in load_lexicon().first if len(name) >= 5 for form in _shortened(name)
    )


def _shortened(word: str) -> set[str]:
    # A word and a name that differ by a dropped, doubled, swapped or wrong letter share one form.
    return {word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))}


@lru_cache(maxsize=1 << 16)  # bounded: texts never run out of new words
def _is_compound(word: str) -> bool:
    if not 6 <= len(word) <= 40:
        return False
    words = load_lexicon().words
    for cut in range(3, len(word) - 3):
        tail = word[cut:]
        if tail in words:
            head = word[:cut]
            if head in words or (head[-1] == "s" and head[:-1] in words):
                return True
    return False
