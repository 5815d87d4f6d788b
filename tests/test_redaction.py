import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalread.errors import ModelError
from signalread.records import Comment, RedactedComment, Source, Status
from signalread.redaction import (
    Kind,
    Span,
    load_name_finder,
    pseudonym,
    redact_comments,
    replace_spans,
)

MODEL = Path(__file__).parents[1] / "models" / "names-sv"


def comment(
    text: str,
    *,
    id: str = "c1",
    team: str = "Omsorg / Norr",
    respondent: str | None = "p1",
    question: str | None = None,
) -> Comment:
    return Comment(
        id=id,
        team=team,
        wave="2026-1",
        respondent=respondent,
        question=question,
        source=Source.SURVEY,
        text=text,
    )


def redact(*comments: Comment) -> list[RedactedComment]:
    return list(redact_comments(comments, find_names=load_name_finder(), salt="salt"))


def redacted(text: str, team: str = "Omsorg / Norr") -> str:
    return redact(comment(text, team=team))[0].text


def test_one_person_keeps_one_number_in_a_comment() -> None:
    assert (
        redacted("Kerstin Lund lyssnar. Prata med kerstin, inte med Bosse. Kerstins dörr är öppen.")
        == "[NAMN 1] lyssnar. Prata med [NAMN 1], inte med [NAMN 2]. [NAMN 1]s dörr är öppen."
    )


def test_numbers_begin_anew_in_each_comment() -> None:
    texts = [c.text for c in redact(comment("Tack Bosse!", id="a"), comment("Tack Ulla!", id="b"))]
    assert texts == ["Tack [NAMN 1]!", "Tack [NAMN 1]!"]


def test_the_question_is_redacted_like_the_text() -> None:
    (result,) = redact(comment("Bra.", question="Hur fungerar Kerstins grupp?"))
    assert result.question == "Hur fungerar [NAMN 1]s grupp?"


def test_the_name_of_the_own_team_is_kept() -> None:
    assert redacted("Vi på Ellagården trivs med Ella.", team="Norr / Ellagården") == (
        "Vi på Ellagården trivs med [NAMN 1]."
    )
    assert redacted("Team Signe är bäst.", team="Norr / Team Signe") == "Team Signe är bäst."


def test_the_own_chief_is_no_stranger_by_a_place() -> None:
    text = "Enhetschefen i Vansbro lyssnar."
    assert redacted(text, team="Omsorg / Vansbro") == text
    assert redacted(text, team="Omsorg / Mora") == "[ROLL] lyssnar."


@pytest.mark.parametrize(
    ("text", "team"),
    [
        ("Vansbros enhetschef lyssnar.", "Omsorg / Vansbro"),
        ("Sköterskan på avdelning 4 lyssnar.", "Vård / Avdelning 4"),
        ("VD:n för Ekbacka lyssnar.", "Ekbacka"),
    ],
)
def test_a_role_at_the_own_place_is_kept_however_it_is_put(text: str, team: str) -> None:
    assert redacted(text, team=team) == text
    assert redacted(text, team="Omsorg / Mora") == "[ROLL] lyssnar."


@pytest.mark.parametrize(
    "text",
    [
        "Hon som jobbar natt i receptionen lyssnar.",
        "Vår enda kurator i Receptionen lyssnar.",
        "Den äldsta i teamet lyssnar.",
        "Sköterskan på avdelning 4 lyssnar.",
    ],
)
def test_a_person_told_apart_within_the_own_team_is_hidden(text: str) -> None:
    assert redacted(text, team="Teamet / Receptionen / Avdelning 5") == "[ROLL] lyssnar."


def test_everything_else_of_a_comment_travels_on() -> None:
    before = comment("Bra.", question="Hur är det?")
    (after,) = redact(before)
    assert (after.id, after.team, after.wave, after.source, after.status, after.language) == (
        before.id,
        before.team,
        before.wave,
        before.source,
        Status.READ,
        None,
    )


def test_a_respondent_has_the_same_pseudonym_only_under_the_same_salt() -> None:
    assert pseudonym("anställd 17", "a") == pseudonym("anställd 17", "a")
    assert pseudonym("anställd 17", "a") != pseudonym("anställd 17", "b")
    assert pseudonym("anställd 17", "a" * 200) != pseudonym("anställd 17", "a" * 201)


def test_a_comment_without_respondent_is_a_person_of_its_own() -> None:
    first, second, named = redact(
        comment("Bra.", id="1", respondent=None),
        comment("Bra.", id="2", respondent=None),
        comment("Bra.", id="3", respondent="1"),
    )
    assert len({first.respondent, second.respondent, named.respondent}) == 3


@pytest.mark.parametrize(
    "written",
    [
        "kerstin.lund@kommun.se",
        "850712-9805",
        "070-123 45 67",
        "Kerstin Lund",
        "lund_3",
        "kerstin17",
    ],
)
def test_an_id_that_names_somebody_becomes_a_pseudonym(written: str) -> None:
    [redacted] = redact(comment("Bra.", id=written))
    assert written not in redacted.id
    assert redact(comment("Sämre.", id=written))[0].id == redacted.id


@pytest.mark.parametrize(
    "written",
    ["17", "enkat#17", "comment-3", "R_3kLia9Xz", "550e8400-e29b-41d4-a716-446655440000", "20261"],
)
def test_an_id_that_names_nobody_stays(written: str) -> None:
    assert redact(comment("Bra.", id=written))[0].id == written


def test_comments_are_taken_in_bounded_chunks() -> None:
    taken = 0

    def endless() -> Iterator[Comment]:
        nonlocal taken
        while True:
            taken += 1
            yield comment("Tack Bosse!", id=str(taken))

    results = redact_comments(endless(), find_names=load_name_finder(), salt="s")
    assert next(results).text == "Tack [NAMN 1]!"
    assert taken <= 1000


def test_a_finder_of_the_caller_is_used() -> None:
    def find_first_word(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        return [[(0, text.index(" "))] for text in texts]

    (result,) = redact_comments([comment("Zork tiger.")], find_names=find_first_word, salt="s")
    assert result.text == "[NAMN 1] tiger."


def test_a_folder_without_a_recogniser_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No name recogniser"):
        load_name_finder(tmp_path)


def test_a_damaged_recogniser_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_name_finder(tmp_path)


def test_the_recogniser_that_ships_holds_no_pickle_and_no_word_list() -> None:
    names = {path.name for path in MODEL.rglob("*") if path.is_file()}
    assert names == {"config.cfg", "meta.json", "tokenizer", "cfg", "model", "moves", "README.md"}


def test_the_recogniser_finds_names_that_no_list_holds() -> None:
    text = "Sen Zlorgan slutade är det Brixala som håller ihop gruppen."
    (found,) = load_name_finder(MODEL)([text])
    assert [text[start:end] for start, end in found] == ["Zlorgan", "Brixala"]


@pytest.mark.parametrize("part", ["dev", "test"])
def test_most_marked_names_are_hidden_and_most_of_the_rest_is_left(part: str) -> None:
    path = Path(__file__).parents[1] / "corpora" / "redaction" / f"{part}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = load_name_finder(MODEL)([row["text"] for row in rows])
    marked = covered = spans = right = 0
    for row, names in zip(rows, found, strict=True):
        hidden = {i for start, end in names for i in range(start, end)}
        gold = [(s, e) for s, e, kind in row["spans"] if kind == "NAMN"]
        marked += len(gold)
        covered += sum(
            all(i in hidden for i in range(s, e) if row["text"][i].isalnum()) for s, e in gold
        )
        anything = {i for s, e, _ in row["spans"] for i in range(s, e)}
        spans += len(names)
        right += sum(any(i in anything for i in range(s, e)) for s, e in names)
    assert covered / marked >= 0.94
    assert right / spans >= 0.91


kinds = st.sampled_from(Kind)


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4EFF), max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10), kinds), max_size=5),
)
def test_nothing_inside_a_span_survives(text: str, drawn: list[tuple[int, int, Kind]]) -> None:
    spans = [
        Span(start, min(start + length, len(text)), kind)
        for start, length, kind in drawn
        if start < len(text)
    ]
    inside = {i for start, end, _ in spans for i in range(start, end)}
    kept = "".join(character for i, character in enumerate(text) if i not in inside)
    result = replace_spans(text, spans)
    assert "".join(c for c in result if "\u4e00" <= c <= "\u4eff") == kept


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_redacted(text: str) -> None:
    assert isinstance(redacted(text), str)
