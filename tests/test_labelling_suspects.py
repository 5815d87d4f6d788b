from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.labelling.items import Annotation, Item
from signalread.labelling.suspects import (
    FEWEST,
    find_suspects,
    list_suspects,
    make_passages,
    score_out_of_fold,
    score_unseen,
    too_rare,
)
from tests.tiny_model import make_tiny_model

SAYS = {
    "trust": ["chefen litar på oss", "vi får bestämma själva", "de tror på oss"],
    "conditions-": ["vi är för få", "det saknas folk", "ingen tid för vila"],
}


@pytest.fixture
def items() -> list[Item]:
    """Say two things in many teams; one item of each kind has the other's label."""
    made = [
        Item(
            id=f"{label}{n}",
            text=f"{SAYS[label][n % 3]} i lag {n}",
            team=f"Lag {n % 10}",
            annotations=(Annotation(annotator="anna", labels=(label,)),),
        )
        for n in range(30)
        for label in SAYS
    ]
    for place, wrong in ((0, "conditions-"), (1, "trust")):
        made[place] = replace(made[place], annotations=(Annotation(labels=(wrong,)),))
    return made


def test_planted_errors_are_found_first(items: list[Item], codebook: Codebook) -> None:
    found = find_suspects(items, score_out_of_fold(items, codebook=codebook), codebook=codebook)
    assert {suspect.id for suspect in found[:4]} == {"trust0", "conditions-0"}
    assert {(s.label, s.given) for s in found if s.id == "trust0"} == {
        ("conditions-", True),
        ("trust", False),
    }
    assert all(s.confidence < 0.5 for s in found[:4])


def test_suspects_are_listed_to_be_labelled_anew(items: list[Item], codebook: Codebook) -> None:
    found = find_suspects(items, score_out_of_fold(items, codebook=codebook), codebook=codebook)
    listed = {item.id: item for item in list_suspects(items, found)}
    assert listed["trust0"].annotations == ()
    assert listed["trust0"].extra["given"] == "conditions-"
    assert "trust missing" in listed["trust0"].extra["suspect"]


def test_an_item_is_scored_by_a_reader_that_did_not_see_its_team(
    items: list[Item], codebook: Codebook
) -> None:
    """A word that stands in one team alone tells that team's readers nothing."""
    marked = [
        replace(item, text="zzz", annotations=(Annotation(labels=("care-",)),))
        if item.team == "Lag 3"
        else item
        for item in items
    ]
    scores = score_out_of_fold(marked, codebook=codebook)
    rows = [i for i, item in enumerate(marked) if item.team == "Lag 3"]
    assert np.all(scores[rows, codebook.position["care-"]] == 0)


def test_a_label_with_few_examples_is_passed_by_and_named(
    items: list[Item], codebook: Codebook
) -> None:
    few = [replace(items[0], id="few", annotations=(Annotation(labels=("care-",)),)), *items]
    assert "care-" in too_rare(few, codebook=codebook)
    assert "trust" not in too_rare(few, codebook=codebook)
    assert len(too_rare(items[: FEWEST - 1], codebook=codebook)) == len(codebook.labels)
    scores = np.full((len(few), len(codebook.labels)), 0.01)
    assert all(s.label != "care-" for s in find_suspects(few, scores, codebook=codebook))


def test_too_few_comments_are_said_to_be(items: list[Item], codebook: Codebook) -> None:
    with pytest.raises(InputError, match="too few"):
        score_out_of_fold(items[:3], codebook=codebook)


def test_a_model_that_does_not_say_what_it_has_seen_does_not_judge(
    items: list[Item], codebook: Codebook, tmp_path: Path
) -> None:
    folder = make_tiny_model(tmp_path / "model")
    assert score_unseen(items, folder, codebook=codebook) is None


def test_a_segment_is_read_with_the_one_before_it() -> None:
    two = [
        Item(id=f"c:{n}", text=text, comment_id="c", segment=n)
        for n, text in enumerate(["Chefen lyssnar.", "Ändå ändras inget."])
    ]
    assert [passage.before for passage in make_passages(two)] == ["", "Chefen lyssnar."]
