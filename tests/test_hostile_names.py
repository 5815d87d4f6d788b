"""A name is found in whatever letters it is written, and what is found keeps its place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from signalread.intake.cleaning import clean_text
from signalread.records import Comment, Source
from signalread.redaction import redact_comments
from signalread.redaction.disguises import reveal
from signalread.redaction.names import ListedNames

UNSEEN = [
    0xAD, 0x34F, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x202E,
    0x2060, 0x2064, 0x2066, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xE0020, 0xE0100,
]  # fmt: skip
ZALGO = "".join(chr(c) for c in (0x334, 0x335, 0x336, 0x489, 0x31B, 0x300))


def redact(text: str, *, team: str = "") -> str:
    comment = Comment(
        id="1", team=team, wave="1", respondent="1", question=None, source=Source.SURVEY, text=text
    )
    (redacted,) = redact_comments([comment], find_names=ListedNames(), salt="s")
    return redacted.text


@pytest.mark.parametrize("code", UNSEEN, ids=hex)
@pytest.mark.parametrize("cleaned", [True, False])
def test_a_letter_that_cannot_be_seen_hides_no_name(code: int, *, cleaned: bool) -> None:
    text = f"Fråga Ker{chr(code)}stin Lund{chr(code)}qvist om schemat."
    assert redact(clean_text(text) if cleaned else text) == "Fråga [NAMN 1] om schemat."


@pytest.mark.parametrize(
    "name",
    ["\u0410nn\u0430", "K\u0435rstin", "\uff21\uff4e\uff4e\uff41", "\U0001d40a\U0001d41erstin",
     "\u0391nna", "J\u03bfhan", "\u24b6nna"],
    ids=ascii,
)  # fmt: skip
def test_letters_of_another_alphabet_hide_no_name(name: str) -> None:
    assert redact(clean_text(f"prata med {name} om det.")) == "prata med [NAMN 1] om det."


def test_a_pile_of_marks_hides_no_name() -> None:
    for name in ("Kerstin", "Åsa", "Björn"):
        piled = "".join(letter + ZALGO for letter in name)
        assert redact(clean_text(f"prata med {piled} om det.")) == "prata med [NAMN 1] om det."


def test_a_name_in_parted_letters_and_marks_is_found() -> None:
    parted = unicodedata.normalize("NFD", "prata med Åsa Öberg om det.")
    assert redact(parted) == "prata med [NAMN 1] om det."


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("\uff10\uff17\uff10-\uff11\uff12\uff13 45 67", "[TELEFON]"),
        ("070\u200b-123\u200b45\u200b67", "[TELEFON]"),
        ("anna.berg\uff20kommun.se", "[E-POST]"),
        ("811228\u2060-9874", "[PERSONNUMMER]"),
    ],
    ids=ascii,
)
def test_numbers_and_addresses_are_found_in_disguise(written: str, kind: str) -> None:
    assert kind in redact(f"Nås på {written} i dag.")


def test_a_text_read_from_right_to_left_keeps_its_words() -> None:
    assert redact("\u202eDet är bra\u202c här.").endswith("här.")


@given(st.text(max_size=60))
@limits(max_examples=300, deadline=None)
def test_every_span_is_restored_to_characters_of_the_text(text: str) -> None:
    seen = reveal(text)
    for start in range(len(seen.text)):
        begun, ended = seen.restore(start, start + 1)
        assert 0 <= begun < ended <= len(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F, exclude_characters="\xad\x7f")))
@limits(max_examples=200, deadline=None)
def test_swedish_is_what_it_seems_to_be(text: str) -> None:
    assert reveal(text).text == text


@given(st.text(max_size=80))
@limits(max_examples=300, deadline=None)
def test_a_clean_text_is_not_changed_again(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


@given(st.text(max_size=40), st.text(max_size=40))
@limits(max_examples=200, deadline=None)
def test_a_name_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    said = redact(clean_text(f"{before}\nprata med Kerstin Lundqvist om det.\n{after}"))
    assert "Kerstin" not in said
    assert "Lundqvist" not in said


@given(st.text(max_size=200))
@limits(max_examples=200, deadline=None)
def test_a_clean_text_can_be_written_to_any_file(text: str) -> None:
    from lxml import etree  # type: ignore[import-untyped]

    element = etree.Element("a")
    element.text = clean_text(text)  # refuses what XML cannot hold
    assert etree.tostring(element)
