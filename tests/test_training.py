import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from signalread.codebook import Codebook, load_codebook
from signalread.errors import InputError
from signalread.training.calibrate import calibrate, choose_thresholds, expected_calibration_error
from signalread.training.corpus import read_corpus
from signalread.training.corpus_check import check_corpus
from signalread.training.evaluate import evaluate_scores
from signalread.training.examples import make_examples


def _line(
    id_: str, *segments: tuple[str, list[str]], team: str = "A / B", question: str = "Hur är det?"
) -> str:
    return json.dumps(
        {
            "id": id_,
            "source": "survey",
            "sector": "skola",
            "team": team,
            "wave": "2026-1",
            "question": question,
            "segments": [{"text": text, "labels": labels} for text, labels in segments],
        },
        ensure_ascii=False,
    )


def _corpus(folder: Path, **parts: list[str]) -> Path:
    for part, lines in parts.items():
        (folder / part).mkdir(parents=True)
        (folder / part / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_corpus_is_read_part_by_part(tmp_path: Path, codebook: Codebook) -> None:
    folder = _corpus(
        tmp_path,
        train=[
            _line("a1", ("Vi bestämmer själva,", ["trust", "autonomy+"]), ("kaffet är gott.", []))
        ],
        dev=[_line("b1", ("Ingen svarar.", ["speaking_up-"]), team="C / D")],
    )
    comments = list(read_corpus(folder, codebook=codebook))
    assert [(c.id, c.part) for c in comments] == [("a1", "train"), ("b1", "dev")]
    assert comments[0].text == "Vi bestämmer själva, kaffet är gott."


@pytest.mark.parametrize(
    "line",
    ["not json", "{}", '{"id": 1}', _line("x", ("text", ["autonomi"])), _line("x", ("  ", []))],
)
def test_a_line_that_is_no_comment_is_named_without_its_text(
    tmp_path: Path, codebook: Codebook, line: str
) -> None:
    folder = _corpus(tmp_path, train=[_line("a", ("Bra.", [])), line])
    with pytest.raises(InputError, match=r"a\.jsonl:2") as error:
        list(read_corpus(folder, codebook=codebook))
    assert "text" not in str(error.value).replace("empty segment", "").split("hint")[0]


def test_a_segment_is_seen_with_its_question_and_what_came_before(
    tmp_path: Path, codebook: Codebook
) -> None:
    folder = _corpus(tmp_path, train=[_line("a", ("Ett.", []), ("Två.", ["control"]))])
    examples = make_examples(read_corpus(folder, codebook=codebook), codebook=codebook)
    assert [p.before for p in examples.passages] == ["", "Ett."]
    assert examples.passages[1].question == "Hur är det?"
    assert examples.targets[1].sum() == examples.targets[1, codebook.position["control"]] == 1


def _problems(tmp_path: Path, codebook: Codebook, **parts: list[str]) -> str:
    comments = read_corpus(_corpus(tmp_path, **parts), codebook=codebook)
    return "\n".join(check_corpus(comments, codebook=codebook).problems)


def test_a_sound_corpus_has_no_problems(tmp_path: Path, codebook: Codebook) -> None:
    lines = [
        _line("a", ("Vi får prova nya sätt att lägga schemat i vår grupp.", ["trust"])),
        _line("b", ("Bra.", [])),
        _line("c", ("Bra.", []), question="Något mer?"),
    ]
    assert _problems(tmp_path, codebook, train=lines) == ""


def test_the_same_comment_twice_is_found(tmp_path: Path, codebook: Codebook) -> None:
    text = "Ingen vågar säga vad den tycker på våra möten."
    lines = [_line("a", (text, [])), _line("b", (text.upper(), []), question="Annat?")]
    assert "b has the same text as a" in _problems(tmp_path, codebook, train=lines)


def test_a_near_duplicate_across_parts_is_found(tmp_path: Path, codebook: Codebook) -> None:
    text = "Ingen vågar säga vad den tycker på våra möten om måndagarna, sedan i höstas {}."
    problems = _problems(
        tmp_path,
        codebook,
        train=[_line("a", (text.format("ungefär"), []))],
        test=[_line("b", (text.format("nån gång"), []), team="C / D")],
    )
    assert "b and a are near duplicates" in problems


def test_a_team_in_two_parts_is_a_leak(tmp_path: Path, codebook: Codebook) -> None:
    problems = _problems(
        tmp_path, codebook, train=[_line("a", ("Ett.", []))], dev=[_line("b", ("Två.", []))]
    )
    assert "'A / B' stands in dev and train" in problems


def test_calibrated_probabilities_mean_what_they_say() -> None:
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.01, 0.6, size=(4000, 5))
    targets = (rng.uniform(size=truth.shape) < truth).astype(np.float32)
    logits = (3 * np.log(truth / (1 - truth)) + 2).astype(np.float32)  # far too sure of itself
    raw = (1 / (1 + np.exp(-logits))).astype(np.float32)
    calibrated = calibrate(logits, targets).probabilities(logits)
    assert expected_calibration_error(raw, targets) > 0.05
    assert expected_calibration_error(calibrated, targets) < 0.02


@settings(deadline=None)  # nothing here is about time
@given(
    hnp.arrays(np.float32, (30, 3), elements=st.floats(-6, 6, width=32)),
    hnp.arrays(np.float32, (30, 3), elements=st.sampled_from([0.0, 1.0])),
)
def test_calibration_never_turns_the_order_of_a_label_around(
    logits: np.ndarray, targets: np.ndarray
) -> None:
    calibration = calibrate(logits, targets)
    assert (calibration.slope > 0).all()
    assert np.isfinite(calibration.probabilities(logits)).all()


def test_a_threshold_separates_what_can_be_separated() -> None:
    scores = np.array([[0.1], [0.2], [0.7], [0.8]], dtype=np.float32)
    targets = np.array([[0], [0], [1], [1]], dtype=np.float32)
    (threshold,) = choose_thresholds(scores, targets)
    assert 0.2 < threshold <= 0.7


def test_error_rates_do_not_flatter_a_reader_that_knows_nothing() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(400, 30)).astype(np.float32)
    targets = (rng.random((400, 30)) < 0.05).astype(np.float32)
    calibration = calibrate(logits, targets)
    on_the_same_rows = calibration.probabilities(logits) >= calibration.thresholds
    found = (on_the_same_rows & (targets == 1)).sum() / targets.sum()
    left = (~on_the_same_rows & (targets == 0)).sum() / (targets == 0).sum()
    measured = calibration.sensitivity.mean() + calibration.specificity.mean() - 1
    assert measured < 0.02 < found + left - 1


def test_a_perfect_reader_has_perfect_figures(tmp_path: Path) -> None:
    codebook = load_codebook()
    folder = _corpus(tmp_path, test=[_line("a", ("Ett.", ["trust"]), ("Två.", []))])
    examples = make_examples(read_corpus(folder, codebook=codebook), codebook=codebook)
    thresholds = np.full(len(codebook.labels), 0.5, dtype=np.float32)
    perfect = evaluate_scores(examples.targets, thresholds, examples, codebook=codebook)
    assert perfect.micro_f1 == perfect.left_alone == perfect.exact == 1
    silent = evaluate_scores(0 * examples.targets, thresholds, examples, codebook=codebook)
    assert silent.micro_f1 == 0
    assert silent.left_alone == 1
