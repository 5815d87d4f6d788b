from collections.abc import Iterator, Mapping

from signalread.codebook import Codebook
from signalread.codebook.dialogue import Dialogue, load_dialogue


def test_every_theme_has_open_questions_and_a_step_for_each_who_can_act(
    codebook: Codebook,
) -> None:
    dialogue = load_dialogue(codebook)
    assert set(dialogue) == {theme.id for theme in codebook.themes}
    for entry in dialogue.values():
        assert len(entry.questions) in (3, 4)
        assert [step.actor["sv"] for step in entry.steps] == [
            "HR",
            "Chef",
            "Ekonomi och it",
            "Medarbetare",
        ]


def test_all_is_written_in_both_languages(codebook: Codebook) -> None:
    for text in _texts(load_dialogue(codebook)):
        assert set(text) == {"sv", "en"}
        assert all(value.strip() == value and value for value in text.values())


def test_no_question_can_be_answered_with_yes_or_no(codebook: Codebook) -> None:
    for entry in load_dialogue(codebook).values():
        for question in (entry.keep, *entry.questions):
            assert question["sv"].endswith("?")
            first = question["sv"].split()[0]
            assert first in {
                "Hur", "Vad", "Vilka", "Vilken", "Vilket", "När", "Var", "Vem", "I", "Med", "För",
            }  # fmt: skip


def test_no_sentence_is_used_twice(codebook: Codebook) -> None:
    said = [text["sv"] for text in _texts(load_dialogue(codebook), actors=False)]
    assert len(said) == len(set(said))


def _texts(dialogue: Mapping[str, Dialogue], *, actors: bool = True) -> Iterator[Mapping[str, str]]:
    for entry in dialogue.values():
        yield entry.keep
        yield from entry.questions
        for step in entry.steps:
            yield step.text
            if actors:
                yield step.actor
