import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalread.records import RedactedComment, Source, Status
from signalread.segmentation import _Parts, load_nlp, split_segments

NLP = load_nlp()


def comment(text: str, status: Status = Status.READ) -> RedactedComment:
    return RedactedComment(
        id="c1",
        team="Omsorg / Norr",
        wave="2026-1",
        respondent="p1",
        question=None,
        source=Source.SURVEY,
        text=text,
        status=status,
        language="sv",
    )


def parts(text: str) -> list[str]:
    return [segment.text for segment in split_segments([comment(text)], nlp=NLP)]


@pytest.mark.parametrize(
    "text",
    [
        "Vi får t.ex. byta pass med varandra.",
        "Chefen frågar bl.a. Om vi vill det.",  # a stray capital is no new sentence
        "Mötet börjar kl. 14 varje dag.",
        "Den 14. mars ändrades schemat.",
        "Vi fick 3.5 timmar till det.",
        "Det gäller resp. enhet och ca. 20 personer.",
        "Papper, pärmar m.m. som ingen läser.",
        "Prata med A. K. Lund om det.",
        "Det är... svårt att säga.",
        "Hon sa “det ordnar sig!” och gick.",
        "Vi blev lovade (igen!) att få fler händer.",
        "Trött men glad.",
        "Det är tungt, men roligt.",
        "Vi är nöjda, även om det är mycket att göra.",
        "Mer ☕ på jobbet, tack",
    ],
)
def test_a_sentence_stays_whole(text: str) -> None:
    assert parts(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bra chef. Hon lyssnar.", ["Bra chef.", "Hon lyssnar."]),
        ("bra chef. hon lyssnar", ["bra chef.", "hon lyssnar"]),
        ("Bra chef.Hon lyssnar.", ["Bra chef.", "Hon lyssnar."]),
        ("Papper m.m. Ingen läser dem.", ["Papper m.m.", "Ingen läser dem."]),
        ("Jag slutar kl. 14. Sen är det tyst.", ["Jag slutar kl. 14.", "Sen är det tyst."]),
        ("Vad är det?! Jo, bråk.", ["Vad är det?!", "Jo, bråk."]),
        ("Vi frågar... Ingen svarar.", ["Vi frågar...", "Ingen svarar."]),
        ("Kul att jobba här 😀👍 Schemat är sämre", ["Kul att jobba här 😀👍", "Schemat är sämre"]),
        ("Toppen! 😀 Sen blev det sämre.", ["Toppen! 😀", "Sen blev det sämre."]),
        ("Jag vill ha mer tid Det går för fort", ["Jag vill ha mer tid", "Det går för fort"]),
        ("Hon sa “nej.” Sen gick hon.", ["Hon sa “nej.”", "Sen gick hon."]),
        ("Vi har plan B. Den är bra.", ["Vi har plan B.", "Den är bra."]),
        ("mer tid\nmer folk", ["mer tid", "mer folk"]),
        ("- mer tid\n- mer folk", ["- mer tid", "- mer folk"]),
        ("- mer tid - mer folk", ["- mer tid", "- mer folk"]),
        ("1. Mer tid\n2. Mer folk", ["1. Mer tid", "2. Mer folk"]),
        ("[NAMN 1] är bra. [NAMN 2] är ny.", ["[NAMN 1] är bra.", "[NAMN 2] är ny."]),
    ],
)
def test_a_new_sentence_is_a_new_segment(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Vi pratar vänligt med varandra,", "men ingen vågar säga emot chefen"),
        ("Schemat är bra,", "fast ingen följer det"),
        ("Målen är tydliga för alla,", "däremot saknas det tid"),
        ("Chefen litar på oss", "– däremot gör inte kontoret det"),
        ("Vi får bestämma själva,", "dock kommer beskeden sent"),
        ("Dagpasset har tre chefer,", "medan natten inte har någon"),
        ("Lönen är låg här,", "å andra sidan trivs jag"),
    ],
)
def test_a_turn_of_content_is_a_new_segment(left: str, right: str) -> None:
    assert parts(f"{left} {right}.") == [left, f"{right}."]


def test_a_line_broken_by_its_margin_runs_on() -> None:
    long_line = "Det bestämdes att alla scheman ska läggas av gruppen själv och"
    text = f"{long_line}\natt chefen ser dem efteråt."
    assert parts(text) == [text]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.READ])
def test_a_comment_that_was_left_out_has_no_segments(status: Status) -> None:
    assert list(split_segments([comment("Bra. Tack.", status)], nlp=NLP)) == []


def test_segments_are_numbered_within_their_comment() -> None:
    segments = list(split_segments([comment("Ja. Nej."), comment("Kanske.")], nlp=NLP))
    assert [segment.index for segment in segments] == [0, 1, 0]


PIECES = (
    '. |...|!|?! |\n|\r\n| - |• |, men |, fast |– däremot |“|”|"|(|)|😀|:)|kl. |14.| t.ex. |A. '
    "|Vi har det |bra |\u00a0"
)
pieces = st.sampled_from(PIECES.split("|"))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(pieces, st.text(max_size=8)), max_size=25).map("".join))
def test_segments_lie_in_order_and_hold_every_character_that_is_not_space(text: str) -> None:
    segments = list(split_segments([comment(text)], nlp=NLP))
    end = 0
    for segment in segments:
        assert segment.text == text[segment.start : segment.end] == segment.text.strip() != ""
        assert text[end : segment.start].strip() == ""
        end = segment.end
    assert text[end:].strip() == ""


SPECIAL = ". ... : , - / ' \" % m.m. t.ex. bl.a t.ex ca. m.fl kl. 14.30 a. B. http://a.se a@b.se"
words = st.one_of(st.sampled_from(SPECIAL.split()), st.text("aå.,:-/", min_size=1, max_size=6))


@settings(max_examples=300, deadline=None)
@given(st.lists(words, max_size=8), st.sampled_from([" ", "  ", "\n", " \n "]))
def test_a_word_has_the_same_tokens_wherever_it_stands(found: list[str], space: str) -> None:
    text = space.join(found)
    tokens = [token.text for token in NLP.tokenizer(text) if not token.text.isspace()]
    known = _Parts(NLP).lengths([text])
    lengths = [length for word in text.split() for length in known[word]]
    assert lengths == [len(token) for token in tokens]


def test_a_word_that_was_met_is_forgotten_in_the_end() -> None:
    before = len(NLP.vocab.strings)
    texts = (comment(f"Vi{number} har{number} tid{number}.") for number in range(3000))
    assert sum(1 for _ in split_segments(texts, nlp=NLP)) == 3000
    assert len(NLP.vocab.strings) == before
