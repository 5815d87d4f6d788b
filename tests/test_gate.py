"""The gate: which model reads better, what it has seen, and what lies in its folder."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalread.codebook import Codebook
from signalread.errors import InputError, ModelError
from signalread.records import Source
from signalread.redaction import load_name_finder
from signalread.training.comparison import Comparison, Verdict, compare_scores
from signalread.training.corpus import LabelledComment, LabelledSegment
from signalread.training.examples import Examples, make_examples
from signalread.training.fingerprints import FINGERPRINTS, Fingerprints, find_overlap
from signalread.training.gate import GateResult, run_gate
from signalread.training.personal_data import scan_folder
from signalread.training.split import read_parts, split_by_unit
from signalread.training.units import independent_units
from tests.tiny_model import make_tiny_model, sign_tiny_model, write_corpus

SAYINGS: dict[str, list[str]] = {
    "vi bestämmer själva hur schemat läggs": ["trust", "autonomy+"],
    "ingen vågar säga något om hur det är": ["speaking_up-"],
    "kaffet är gott": [],
}


def _comment(
    id_: str, text: str = "kaffet är gott", *, team: str = "A / 1", labels: tuple[str, ...] = ()
) -> LabelledComment:
    return LabelledComment(
        id=id_,
        source=Source.SURVEY,
        sector="skola",
        team=team,
        wave="1",
        question=None,
        segments=(LabelledSegment(text=text, labels=labels),),
        part="train",
    )


@pytest.fixture(scope="module")
def examples(codebook: Codebook) -> Examples:
    rng = np.random.default_rng(5)
    return make_examples(
        (
            _comment(
                str(i),
                team=f"{i % 30} / 1",
                labels=tuple(x for x in codebook.labels if rng.uniform() < 0.08),
            )
            for i in range(1500)
        ),
        codebook=codebook,
    )


def _noisy(examples: Examples, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return scores of a reader that is wrong about this share of what it reads."""
    wrong = rng.uniform(size=examples.targets.shape) < share * (0.05 + 0.95 * examples.targets)
    return np.where(wrong, 1 - examples.targets, examples.targets).astype(np.float32)


def _compare(
    new: np.ndarray, old: np.ndarray, examples: Examples, codebook: Codebook
) -> Comparison:
    half = np.full(len(codebook.labels), 0.5, dtype=np.float32)
    return compare_scores(
        new,
        old,
        thresholds=(half, half),
        examples=examples,
        codebook=codebook,
        rng=np.random.default_rng(0),
    )


def test_a_model_is_the_same_as_itself(examples: Examples, codebook: Codebook) -> None:
    scores = _noisy(examples, 0.3, np.random.default_rng(1))
    found = _compare(scores, scores, examples, codebook)
    assert {d.verdict for d in found.labels} == {Verdict.SAME}
    assert found.overall.low == found.overall.high == 0
    assert found.units == 30


def test_the_one_label_that_got_worse_is_found(examples: Examples, codebook: Codebook) -> None:
    rng = np.random.default_rng(2)
    old = _noisy(examples, 0.2, rng)
    new = old.copy()
    column = codebook.position["care-"]
    new[:, column] = _noisy(examples, 0.6, rng)[:, column]
    found = _compare(new, old, examples, codebook)
    assert found.worse == ("care-",)
    assert found.labels[column].high < 0


def test_equal_models_are_seldom_told_apart(examples: Examples, codebook: Codebook) -> None:
    rng = np.random.default_rng(3)
    told_apart = 0
    for _ in range(25):
        found = _compare(_noisy(examples, 0.3, rng), _noisy(examples, 0.3, rng), examples, codebook)
        told_apart += any(d.verdict is not Verdict.SAME for d in found.labels)
    assert told_apart <= 0.1 * 25 + 4  # a tenth, and what chance adds


def test_a_model_that_is_far_too_sure_is_worse_calibrated(
    examples: Examples, codebook: Codebook
) -> None:
    honest = np.where(examples.targets == 1, 0.9, 0.01).astype(np.float32)
    found = _compare(np.full_like(honest, 0.5), honest, examples, codebook)
    assert found.calibration.verdict is Verdict.WORSE


def test_a_label_that_nobody_has_is_not_judged(codebook: Codebook) -> None:
    comments = [_comment(str(i), team=f"{i} / 1", labels=("trust",)) for i in range(12)]
    examples = make_examples(comments, codebook=codebook)
    found = _compare(examples.targets, examples.targets, examples, codebook)
    assert found.labels[codebook.position["trust"]].verdict is Verdict.SAME
    assert found.labels[codebook.position["care-"]].verdict is Verdict.NOT_SEEN


def test_one_team_is_too_little_to_compare_on(codebook: Codebook) -> None:
    examples = make_examples([_comment("1"), _comment("2")], codebook=codebook)
    with pytest.raises(InputError, match="one team"):
        _compare(examples.targets, examples.targets, examples, codebook)


@given(st.lists(st.sampled_from(["", " / Norr", " / Syd", " / Syd / Natt"]), min_size=1))
def test_a_team_stands_in_one_unit_and_a_unit_above_it(tails: list[str]) -> None:
    teams = [f"Org {i % 12}{tail}" for i, tail in enumerate(tails)]
    units = independent_units(teams)
    assert set(units) == set(teams)
    assert all(team == unit or team.startswith(f"{unit} / ") for team, unit in units.items())


def test_organisations_are_resampled_where_there_are_ten() -> None:
    teams = [f"Org {i} / Enhet {j}" for i in range(10) for j in range(3)]
    assert set(independent_units(teams).values()) == {f"Org {i}" for i in range(10)}
    assert independent_units(teams[:27])[teams[0]] == teams[0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=3, max_size=80))
def test_no_team_stands_in_two_parts(numbers: list[int]) -> None:
    comments = [_comment(str(i), team=f"A / {n}") for i, n in enumerate(numbers)]
    parts = split_by_unit(comments, wanted=("dev", "test"))
    teams = [{c.team for c in found} for found in parts.values()]
    assert sum(map(len, teams)) == len(set(numbers))
    assert sum(map(len, parts.values())) == len(comments)
    assert parts["train"]


def test_a_team_keeps_its_part_when_the_corpus_grows(tmp_path: Path, codebook: Codebook) -> None:
    few = read_parts(write_corpus(tmp_path / "few", SAYINGS, teams=40), codebook=codebook)
    many = read_parts(
        write_corpus(tmp_path / "many", SAYINGS, comments=900, teams=300), codebook=codebook
    )
    for part in ("dev", "test"):
        assert {c.team for c in few[part]} <= {c.team for c in many[part]}


def test_the_parts_of_a_corpus_are_left_as_they_are(tmp_path: Path, codebook: Codebook) -> None:
    for part, n in (("train", 60), ("dev", 30), ("test", 12)):
        write_corpus(tmp_path / "corpus", SAYINGS, comments=n, part=part)
    parts = read_parts(tmp_path / "corpus", codebook=codebook)
    assert {part: len(found) for part, found in parts.items()} == {
        "train": 60,
        "dev": 30,
        "test": 12,
    }


def test_text_that_training_saw_is_recognized_and_cannot_be_read(tmp_path: Path) -> None:
    seen = [_comment("1", "Vi får aldrig veta varför besluten fattas.", team="Omsorg / Norr")]
    Fingerprints.of(seen, salt="salt").save(tmp_path / FINGERPRINTS)
    assert b"Norr" not in (tmp_path / FINGERPRINTS).read_bytes()
    again = [_comment("x", "vi får aldrig veta, varför besluten fattas", team="B / 1")]
    assert find_overlap(tmp_path, again).texts == 1
    assert find_overlap(tmp_path, [_comment("y", team="Omsorg / Norr")]).teams == 1
    assert not find_overlap(tmp_path, [_comment("z", "Mer personal!", team="B / 1")]).leaks


def test_a_model_that_says_nothing_of_its_text_is_not_called_clean(tmp_path: Path) -> None:
    assert not find_overlap(tmp_path, [_comment("1")]).known


PLANTED = {
    "README.md": "Tack till Kerstin Bergqvist, kerstin@kommun.se, 070-123 45 67.",
    "notes.json": json.dumps({"by": ["Mohammed Al-Hassan"], "born": "19850412-2397"}),
    "tokenizer.json": json.dumps({"model": {"vocab": [["▁Kerstin▁Bergqvist", -1.0]]}}),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_personal_data_is_found_and_not_repeated(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(PLANTED[name], encoding="utf-8")
    found = scan_folder(tmp_path, find_names=load_name_finder())
    assert {f.file for f in found} == {name}
    assert "name" in {f.kind for f in found}
    assert "Bergqvist" not in repr(found)


def test_a_name_in_a_weight_files_notes_is_found(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file(
        {"a": np.zeros(1)}, tmp_path / "m.safetensors", metadata={"author": "Kerstin Bergqvist"}
    )
    (found,) = scan_folder(tmp_path, find_names=load_name_finder())
    assert (found.file, found.kind) == ("m.safetensors", "name")


def test_the_model_that_ships_holds_no_personal_data() -> None:
    folder = Path(__file__).parent.parent / "models/signalread-sv"
    assert scan_folder(folder, find_names=load_name_finder()) == ()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    make_tiny_model(root / "one", seed=1)
    make_tiny_model(root / "two", seed=2)
    return root


def _gate(new: Path, old: Path | None, codebook: Codebook) -> GateResult:
    texts = list(SAYINGS.items())
    comments = [
        _comment(str(i), texts[i % 3][0], team=f"{i % 14} / 1", labels=tuple(texts[i % 3][1]))
        for i in range(84)
    ]
    return run_gate(
        new,
        old,
        comments,
        text=["own"],
        part="test",
        codebook=codebook,
        find_names=load_name_finder(),
    )


def test_the_gates_result_comes_back_from_its_file(
    models: Path, tmp_path: Path, codebook: Codebook
) -> None:
    result = _gate(models / "two", models / "one", codebook)
    result.save(tmp_path / "gate.json")
    assert GateResult.load(tmp_path / "gate.json") == result
    assert result.new.name == "two"


def test_a_file_that_is_no_result_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gate.json").write_text('{"format": 1}', encoding="utf-8")
    with pytest.raises(ModelError, match="not the gate's result"):
        GateResult.load(tmp_path / "gate.json")


def test_leaks_and_personal_data_stand_against_a_model(
    models: Path, tmp_path: Path, codebook: Codebook
) -> None:
    folder = tmp_path / "leaky"
    shutil.copytree(models / "one", folder)
    seen = [_comment("1", next(iter(SAYINGS)), team="3 / 1")]
    Fingerprints.of(seen, salt="s").save(folder / FINGERPRINTS)
    (folder / "README.md").write_text("Fråga Kerstin Bergqvist.\n", encoding="utf-8")
    sign_tiny_model(folder, FINGERPRINTS)
    result = _gate(folder, models / "one", codebook)
    assert result.overlap == replace(result.overlap, known=True, teams=1, texts=1)
    assert "README.md seems to hold personal data" in result.faults()
    assert any("has seen 1 teams and 1 texts" in fault for fault in result.faults())
