"""What a unit can talk about, whose voices count, and which teams had other names."""

from collections.abc import Mapping

import pytest

from signalread.codebook import Codebook
from signalread.records import Cell, Estimate, Source, level
from signalread.reporting import View, build_view
from signalread.reporting.conversation import plan_conversation
from signalread.reporting.method import explain, list_versions
from signalread.reporting.view import Unit
from tests.report_samples import facts, release


def of_groups(codebook: Codebook, groups: Mapping[str, tuple[int, Mapping[str, float]]]) -> View:
    """Return a view of groups: their sizes, and the shares that are not 2 %."""
    return build_view(
        [
            Estimate(
                cell=Cell(
                    team=team, level=level(team), wave="1", source=Source.SURVEY, label=label
                ),
                n=n,
                share=shares.get(label, 0.02),
                low=0.0,
                high=0.9,
            )
            for team, (n, shares) in groups.items()
            for label in codebook.labels
        ],
        codebook=codebook,
        facts=facts(),
    )


def unit(view: View, name: str) -> Unit:
    (found,) = (unit for unit in view.units if unit.name == name)
    return found


def test_a_unit_talks_about_its_own_strength_and_concern(codebook: Codebook) -> None:
    own = {"respect+": 0.5, "conditions-": 0.4}
    view = of_groups(codebook, {"": (90, {}), "Kök": (20, own)})
    talk = plan_conversation(view, unit(view, "Kök"))
    themes = {theme.id: theme for theme in view.themes}
    assert talk.keep.startswith("Respekt beskrivs som en styrka av 50")
    assert talk.keep_questions == (themes["respect"].keep,)
    assert talk.ask.startswith("Förutsättningar beskrivs som ett bekymmer av 40")
    assert talk.questions == themes["conditions"].questions
    assert talk.steps == themes["conditions"].steps


def test_a_unit_that_names_too_little_begins_with_what_the_whole_names(codebook: Codebook) -> None:
    whole = {"clarity+": 0.3, "care-": 0.2}
    view = of_groups(codebook, {"": (90, whole), "Kök": (9, {})})
    talk = plan_conversation(view, unit(view, "Kök"))
    themes = {theme.id: theme for theme in view.themes}
    assert "Inget tema nämns som styrka av minst tre svarande." in talk.keep
    assert "I helheten nämner flest Tydlighet och gränser" in talk.keep
    assert "I helheten nämner flest Etik och omtanke" in talk.ask
    assert talk.keep_questions == (themes["clarity"].keep,)
    assert talk.questions == themes["care"].questions
    assert talk.steps == ()  # whoever can act should not act on what others said


def test_where_nobody_names_enough_nothing_is_made_up(codebook: Codebook) -> None:
    view = of_groups(codebook, {"": (30, {}), "Kök": (9, {})})
    talk = plan_conversation(view, unit(view, "Kök"))
    assert (talk.keep_questions, talk.questions, talk.steps) == ((), (), ())
    assert talk.ask == "Inget tema nämns som bekymmer av minst tre svarande."


@pytest.mark.parametrize(
    ("language", "people", "lines", "names"),
    [
        ("sv", "en gång i varje grupp", "den noterade raden", "sammanslaget"),
        ("en", "once in each group", "the noted line", "merged"),
    ],
)
def test_the_method_says_whose_voices_count(
    language: str, people: str, lines: str, names: str, codebook: Codebook
) -> None:
    view = build_view(release(codebook), codebook=codebook, facts=facts(), language=language)
    said = " ".join(
        paragraph
        for _, paragraphs in explain(view)
        for paragraph in paragraphs
        if isinstance(paragraph, str)
    )
    for words in (people, lines, names):
        assert words in said


def test_units_with_earlier_names_are_named_where_they_are_reported(codebook: Codebook) -> None:
    renamed = facts(renamed=("Omsorg / Norr", "Teknik", "Stängt"))
    whole = build_view(release(codebook), codebook=codebook, facts=renamed)
    assert ("Hette något annat förut", "Omsorg / Norr, Teknik") in list(list_versions(whole))
    part = build_view(release(codebook), codebook=codebook, facts=renamed, about="Teknik")
    assert ("Hette något annat förut", "Teknik") in list(list_versions(part))
    none = build_view(release(codebook), codebook=codebook, facts=facts())
    assert "Hette något annat förut" not in dict(list_versions(none))
