import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from signalread.cli import app
from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.labelling.corpus_files import comment_items
from signalread.labelling.exchange import write_labels
from signalread.labelling.items import Annotation, Item
from signalread.labelling.suspects import (
    FEWEST,
    find_seen,
    find_suspects,
    list_suspects,
    make_passages,
    score_out_of_fold,
    too_rare,
)
from signalread.records import Source
from signalread.training.corpus import LabelledComment, LabelledSegment, read_corpus
from signalread.training.fingerprints import FINGERPRINTS, Fingerprints
from tests.tiny_model import make_tiny_model, sign_tiny_model

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
    items: list[Item], tmp_path: Path
) -> None:
    assert find_seen(items, make_tiny_model(tmp_path / "model")) is None


def test_what_a_model_was_trained_on_is_known_again_by_text_and_by_team(
    items: list[Item], tmp_path: Path
) -> None:
    folder = make_tiny_model(tmp_path / "model")
    long = replace(items[5], text="Vi får aldrig veta varför det beslutades.", team="Annat lag")
    taught = [corpus_comment(replace(long, team="X")), corpus_comment(items[2])]
    Fingerprints.of(taught, salt="s").save(folder / FINGERPRINTS)
    seen = find_seen([*items, long], folder)
    assert seen is not None
    of_its_team = [item.team == items[2].team for item in items]
    assert seen.tolist() == [*of_its_team, True]


def corpus_comment(item: Item) -> LabelledComment:
    return LabelledComment(
        id=item.id, source=Source.SURVEY, sector="", team=item.team, wave="", question=None,
        segments=(LabelledSegment(text=item.text, labels=()),), part="train",
    )  # fmt: skip


SHIPPED = Path(__file__).parent.parent


def suspects_of(part: str, tmp_path: Path, codebook: Codebook, *, most: int) -> str:
    """Run ``labels suspects`` with the model that ships on some comments of its own corpus."""
    corpus = SHIPPED / "corpora/sv-work"
    comments = islice(read_corpus(corpus, codebook=codebook, parts=(part,)), most)
    items = [item for comment in comments for item in comment_items(comment)]
    write_labels(items, tmp_path / "labels.jsonl", codebook=codebook, format_="jsonl")
    command = ["labels", "suspects", str(tmp_path / "labels.jsonl")]
    done = CliRunner().invoke(app, [*command, "--model", str(SHIPPED / "models/signalread-sv")])
    assert done.exception is None, done.output
    return done.output


def test_the_model_that_ships_does_not_judge_the_text_that_it_was_trained_on(
    tmp_path: Path, codebook: Codebook
) -> None:
    said = suspects_of("train", tmp_path, codebook, most=60)
    assert re.search(r"was trained on (\d+) of \1 items or their teams", said)
    assert "Scored out of fold" in said


def test_the_model_that_ships_judges_text_that_it_has_not_seen(
    tmp_path: Path, codebook: Codebook
) -> None:
    said = suspects_of("test", tmp_path, codebook, most=60)
    assert "which was not trained on these" in said
    assert "out of fold" not in said


def test_what_was_trained_on_is_left_out_and_the_rest_is_judged(
    items: list[Item], tmp_path: Path, codebook: Codebook
) -> None:
    folder = make_tiny_model(tmp_path / "model")
    taught = [corpus_comment(item) for item in items if item.team in ("Lag 3", "Lag 4")]
    Fingerprints.of(taught, salt="s").save(folder / FINGERPRINTS)
    sign_tiny_model(folder, FINGERPRINTS)
    write_labels(items, tmp_path / "labels.jsonl", codebook=codebook, format_="jsonl")
    command = ["labels", "suspects", str(tmp_path / "labels.jsonl"), "--model", str(folder)]
    done = CliRunner().invoke(app, command)
    assert done.exception is None, done.output
    assert "left out: trained on, or of a team that was: 12" in done.output
    assert "not trained on these 48 items" in done.output.replace("\n", " ")


def test_a_segment_is_read_with_the_one_before_it() -> None:
    two = [
        Item(id=f"c:{n}", text=text, comment_id="c", segment=n)
        for n, text in enumerate(["Chefen lyssnar.", "Ändå ändras inget."])
    ]
    assert [passage.before for passage in make_passages(two)] == ["", "Chefen lyssnar."]
