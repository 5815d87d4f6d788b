"""A glance saves time and never changes what is found."""

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalread.intake import cleaning
from signalread.redaction import birthdays, cues, neighbours, numbers, patterns, roles
from signalread.redaction.glances import fold_case, holds_any

# What the patterns are made of, in all the letters that a pattern without case takes for them.
PIECES = (
    "@ . , : / // - – | _ # 1 12 1987 19870312 0701234567 4 ² ٣ i ı İ ſ K å Å ä ö "
    "mvh MVH häls hälsningar Hälsar vänligen VÄNLIGEN vänlıgen kram Kramar vh m.v.h sign Sıgn "
    "undertecknat /Bo //Bo —Bo från Bo Anna 😀 at AT (at) [at] snabel-a ſnabel-A snabela dot punkt "
    "användarnamn ANVÄNDAR-ID användar-ıd inloggning ınlogg login logın insta INSTAGRAM snap "
    "snapchat discord dıscord slack nick NİCKNAME konto kontonamn är heter = bor BODDE bott hemma "
    "hem Hem granne adress hos på i vid Storgatan storvägen Kyrkbacken rektorn chefen Malmö Norra "
    "för från född f. F. fyller fyllde jag hon som födelsedag bursdag kalas mars maj år den nu "
    "ensam Enſam kvinna den äldsta Äldst yngst nyast gruppen 58-åringen som SOM sköter schemat "
    "jobbar natt receptionen "
    "www. WWW.a http:// HTTPS://b a.se b.COM c.ſe .nu enda ENDA ende vår kurator man"
)
texts = st.lists(
    st.tuples(st.sampled_from(PIECES.split()), st.sampled_from(["", " ", " ", "\n"])).map("".join),
    max_size=12,
).map("".join)


def matches(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


@settings(max_examples=1500, deadline=None)
@given(texts)
def test_a_glance_holds_no_text_back_in_which_the_pattern_matches(text: str) -> None:
    folded = fold_case(text)
    glances = [
        (holds_any(folded, patterns._AT_CUES), patterns._AT),
        (matches(patterns._LINK_GLANCE, text), patterns._LINK),
        (holds_any(folded, patterns._USER_NAME_CUES), patterns._USER_NAME),
        (holds_any(folded, patterns._HOME_CUES), patterns._HOME),
        *((holds_any(folded, needed), pattern) for needed, pattern in roles._CUED),
        (
            holds_any(fold_case(text[-neighbours._LONGEST_SIGNATURE :]), neighbours._SIGNS),
            cues.SIGNATURE,
        ),
    ]
    has_digit = matches(patterns._DIGIT, text)
    for pattern in (
        birthdays._BIRTHDAY,
        numbers._VAT,
        numbers._PERSONAL,
        numbers._PHONE,
        numbers._CUED_PHONE,
        patterns._EMPLOYEE_NUMBER,
        patterns._ADDRESS,
        patterns._PLATE,
        patterns._CUED_PLATE,
    ):
        glances.append((has_digit, pattern))
    for let_through, pattern in glances:
        assert let_through or not matches(pattern, text)


@pytest.mark.parametrize("letter", "abcdefghijklmnopqrstuvwxyzåäö")
def test_folding_knows_every_letter_that_a_pattern_takes_for_another(letter: str) -> None:
    pattern = re.compile(letter, re.IGNORECASE)
    for code in range(sys.maxunicode + 1):
        if pattern.fullmatch(chr(code)):
            assert letter in fold_case(chr(code))


def test_what_is_untidy_cannot_be_printed_or_seen() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if cleaning._UNTIDY.search(character) and character != " ":
            assert not character.isprintable() or cleaning._INVISIBLE.search(character)
