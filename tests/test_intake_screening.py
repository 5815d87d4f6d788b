"""What screening makes of comments, and what it leaves alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalread.intake.cleaning import clean_text, fold
from signalread.intake.digests import SeenTexts
from signalread.intake.languages import detect_languages
from signalread.intake.screening import LONGEST_COMMENT, screen_comments
from signalread.records import Comment, Source, Status

SWEDISH = [
    "Bra!",
    "mer mandat",
    "Chefen lyssnar aldrig",
    "Vi får planera våra turer själva och det funkar fint.",
    "ente fan lyssnar dom på oss int",
    "Hon är la go å prata me, chefen, men ho ä aldri här",
    "He går int å säg nå åt han",
    "Min lead skippar våra one-to-ones och pushar deadlines i Slack",
    "Vi går tre skift.",
    "Han gillar linjaler, den gamle.",
    "Reinhold har bytt område",
    "Bokrea i biblioteket, se anslag.",
    "nej alla har headset på",
    "Facilitator Siri, timebox 60 min",
    "Mer tillit, mindre kontroll",
    "Kollegor hjälper till när det kör ihop sig",
    "APT v 14 kl 13.00",
    "Vår boss litar på oss",
    "Att få ta egna beslut i vardagen",
    "Kul gäng, dålig chef, usel lön",
]

FOREIGN = {
    "en": [
        "Great colleagues but the manager never listens to us",
        "I am afraid to speak up in meetings",
        "We are trusted to plan our own work",
        "Everything has to be approved twice",
        "My boss checks every little thing I do",
        "Nobody tells us anything until it is decided",
        "The workload is far too high right now",
    ],
    "nb": [
        "Sjefen min stoler på oss og lar oss bestemme selv",
        "Vi får ikke være med på å bestemme noe",
        "Jeg tør ikke å si hva jeg mener på møtene",
        "Det er altfor mye kontroll og rapportering",
        "Ledelsen hører ikke på det vi sier",
    ],
    "nn": ["Eg er redd for å seie kva eg meiner i møta"],
    "da": [
        "Min chef stoler på os og lader os bestemme selv",
        "Vi bliver aldrig spurgt før der træffes beslutninger",
        "Jeg tør ikke sige min mening til møderne",
        "Der er alt for meget kontrol og dokumentation i hverdagen",
    ],
    "fi": [
        "Esimies ei koskaan kuuntele meitä kokouksissa",
        "En uskalla sanoa mielipidettäni ääneen täällä",
        "Työkaverit auttavat aina kun on kiire",
    ],
    "de": [
        "Der Chef kontrolliert jeden einzelnen Schritt von uns",
        "Ich traue mich nicht etwas zu sagen",
        "Wir dürfen unsere Arbeit selbst planen",
    ],
    "ar": ["المدير لا يستمع إلينا أبدا في الاجتماعات", "أشعر بالأمان في العمل مع زملائي"],
    "fa": ["مدیر ما هرگز به حرف ما گوش نمی دهد", "من در محل کار احساس امنیت می کنم"],
    "so": [
        "Maamulaha marna nama dhageysto shirarka",
        "Waxaan ku faraxsanahay shaqadayda iyo asxaabtayda",
    ],
    "pl": [
        "Kierownik nigdy nas nie słucha na zebraniach",
        "Boję się powiedzieć co myślę w pracy",
        "Możemy sami planować naszą pracę",
    ],
    "es": [
        "El jefe nunca nos escucha en las reuniones",
        "Tengo miedo de decir lo que pienso",
    ],
    "bs": ["Šef nas nikada ne sluša na sastancima", "Bojim se da kažem šta mislim na poslu"],
    "tr": [
        "Müdür toplantılarda bizi hiç dinlemiyor",
        "İşyerinde fikrimi söylemeye korkuyorum çünkü ceza var",
    ],
    "uk": ["Керівник ніколи не слухає нас на зборах"],
    "ru": ["Начальник никогда не слушает нас на собраниях"],
    "sq": ["Shefi nuk na dëgjon kurrë në mbledhje"],
    "fr": ["Le chef ne nous écoute jamais en réunion"],
    "ro": ["Șeful nu ne ascultă niciodată la ședințe"],
    "it": ["Il capo non ci ascolta mai durante le riunioni"],
}
FAMILIES = [{"nb", "nn", "da"}, {"bs", "hr", "sr"}]


def comment(
    text: str,
    *,
    question: str | None = None,
    respondent: str | None = None,
    wave: str = "1",
    status: Status = Status.READ,
    number: int = 1,
) -> Comment:
    return Comment(
        id=str(number),
        team="Norr",
        wave=wave,
        respondent=respondent,
        question=question,
        source=Source.SURVEY,
        text=text,
        status=status,
    )


def status_of(text: str, **facts: Any) -> Status:
    return next(screen_comments([comment(text, **facts)])).status


@pytest.mark.parametrize(
    "text",
    [
        "Inget att tillägga",
        "inget att tillägga.",
        "Nej, inget att tillägga!",
        "Har inget att tillägga just nu",
        "Jag har inget mer att säga",
        "Inga kommentarer",
        "Ingen kommentar",
        "inga synpunkter",
        "ingen åsikt",
        "INGEN ÅSIKT ALLS",
        "-",
        "---",
        "...",
        "?",
        "N/A",
        "nope",
        "Vet inte",
        "vet ej",
        "se ovan",
        "No comment",
        "Nothing to add",
        "xxx",
    ],
)
def test_nothing_to_add_is_said_in_many_ways(text: str) -> None:
    assert status_of(text) is Status.NOTHING_TO_ADD


@pytest.mark.parametrize(
    "text",
    [
        "Inget fungerar",
        "Inget att tillägga, förutom att chefen skriker",
        "Ingen lyssnar",
        "Ingen kommenterar när det blir fel",
        "Vet inte vem som bestämmer",
        "Inga synpunkter tas på allvar",
        "👍",
        "Rå.",
        "5",
    ],
)
def test_a_short_text_that_says_something_is_read(text: str) -> None:
    assert status_of(text, question="Hur är det hos er?") is Status.READ


@pytest.mark.parametrize("text", ["Nej", "ja", "Nej.", "inget", "NEJ TACK", "vet ej"])
@pytest.mark.parametrize(
    "question", [None, "Övrigt", "Något mer?", "Har du något att tillägga?", "Övriga synpunkter"]
)
def test_a_bare_no_to_an_open_question_is_nothing_to_add(text: str, question: str) -> None:
    assert status_of(text, question=question) is Status.NOTHING_TO_ADD


@pytest.mark.parametrize(
    "question",
    [
        "Känner du dig trygg?",
        "Får ni bestämma själva?",
        "Vågar ni säga ifrån?",
        "Vad kan bli bättre?",
        "Tycker du att chefen lyssnar på synpunkter?",
    ],
)
def test_a_bare_no_to_a_closed_question_is_an_answer(question: str) -> None:
    assert status_of("Nej", question=question) is Status.READ


def test_a_text_that_repeats_its_question_is_not_read_on() -> None:
    assert status_of("VAD ÄR BRA HÄR", question="Vad är bra här?") is Status.REPEATS_QUESTION
    assert status_of("Vad är bra här? Inte mycket", question="Vad är bra här?") is Status.READ


def test_the_same_text_by_the_same_respondent_is_a_duplicate_once_more_only() -> None:
    said = [
        comment("Chefen lyssnar", respondent="r1", question="Vad är bra?"),
        comment("Chefen lyssnar", respondent="r1", question="Vad är bra?"),
        comment("Chefen lyssnar", respondent="r2", question="Vad är bra?"),
        comment("Chefen lyssnar", respondent="r1", question="Vad är dåligt?"),
        comment("Chefen lyssnar", respondent="r1", question="Vad är bra?", wave="2"),
        comment("Chefen lyssnar.", respondent="r1", question="Vad är bra?"),
    ]
    statuses = [each.status for each in screen_comments(said)]
    assert statuses == [Status.READ, Status.DUPLICATE, *[Status.READ] * 4]


def test_without_a_respondent_nothing_is_a_duplicate() -> None:
    statuses = {each.status for each in screen_comments([comment("Bra chef här")] * 3)}
    assert statuses == {Status.READ}


def test_a_text_that_is_too_long_is_told_and_cut() -> None:
    screened = next(screen_comments([comment("a b " * LONGEST_COMMENT)]))
    assert screened.status is Status.TOO_LONG
    assert len(screened.text) == LONGEST_COMMENT


def test_a_status_that_is_already_set_stays() -> None:
    assert status_of("", status=Status.ATTENDANCE) is Status.ATTENDANCE


def test_every_comment_comes_out_in_its_order() -> None:
    texts = ["Bra", "", "-", "Vi hjälps åt"] * 700
    said = [comment(text, number=number) for number, text in enumerate(texts)]
    assert [each.id for each in screen_comments(said)] == [each.id for each in said]


@pytest.mark.parametrize("text", SWEDISH)
def test_swedish_is_never_taken_for_another_language(text: str) -> None:
    assert status_of(text) is Status.READ


def test_other_languages_are_told() -> None:
    texts = [(code, text) for code, group in FOREIGN.items() for text in group]
    found = detect_languages([text for _, text in texts])
    told = 0
    for (code, text), said in zip(texts, found, strict=True):
        family = next((group for group in FAMILIES if code in group), {code})
        assert said in {*family, None}, text
        told += said is not None
    assert len(texts) >= 40
    assert told / len(texts) >= 0.95


def test_a_comment_in_another_language_carries_its_code() -> None:
    said = next(screen_comments([comment("Nobody asks us before the roster is changed")]))
    assert (said.status, said.language) == (Status.OTHER_LANGUAGE, "en")


def test_a_few_foreign_words_are_not_a_foreign_comment() -> None:
    assert status_of("Thank you") is Status.READ
    assert status_of("Great place, men vi får inte bestämma något själva") is Status.READ


@given(st.text(st.characters(exclude_categories=[])))
def test_a_cleaned_text_is_clean_and_stays_as_it_is(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    cleaned.encode("utf-8")
    assert not {"\0", "\r", chr(0x200B), chr(0xFEFF), chr(0x202E)} & set(cleaned)


def test_a_letter_in_two_parts_is_the_same_as_one() -> None:
    assert clean_text("fo" + chr(0x308) + "rr pa" + chr(0x30A)) == "förr på"


def test_signs_that_hide_in_a_name_are_taken_out() -> None:
    hidden = chr(0x200B).join("Anna") + chr(0x200D) + " Berg" + chr(0xAD)
    assert clean_text(hidden) == "Anna Berg"


def test_an_emoji_of_several_signs_stays_whole() -> None:
    family = chr(0x1F469) + chr(0x200D) + chr(0x1F467)
    assert clean_text(f"Bra {family}") == f"Bra {family}"


def test_a_pile_of_marks_is_cut_down() -> None:
    assert len(clean_text("a" + chr(0x301) * 500)) <= 3


def test_names_are_compared_without_case_accents_and_signs() -> None:
    assert fold("Förvaltning (nivå 1)") == fold("FORVALTNING niva1")


@given(st.lists(st.text(max_size=8), max_size=200))
def test_seen_texts_remember_exactly_what_was_added(texts: list[str]) -> None:
    seen = SeenTexts()
    expected: set[str] = set()
    for text in texts:
        assert seen.add(text) == (text not in expected)
        expected.add(text)
    assert len(seen) == len(expected)


def test_seen_texts_grow() -> None:
    seen = SeenTexts()
    assert all(seen.add(str(number)) for number in range(5000))
    assert not any(seen.add(str(number)) for number in range(5000))


def test_the_border_between_parts_counts() -> None:
    seen = SeenTexts()
    assert seen.add("ab", "c")
    assert seen.add("a", "bc")
