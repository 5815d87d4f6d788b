import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.benchmark import size_mb, some
from scripts.benchmark_peers import PEERS, Peer, fit_words, load_words
from scripts.benchmark_tables import CLOSE, OPEN, replace_between, tables, write_page
from scripts.measure_evidence import only, random_span, without
from signalread.classification import Passage
from signalread.classification.evidence import find_evidence
from signalread.codebook import load_codebook
from signalread.records import Source
from signalread.training.corpus import LabelledComment, LabelledSegment
from signalread.training.examples import Examples, make_examples

TEXTS = (("Chefen litar på oss.", ("trust",)), ("Allt ska godkännas av chefen.", ("control",)))
SPEED = {
    "segments_per_s": 900.0,
    "segments_per_s_best": 1000.0,
    "segments_per_cpu_s": 700.0,
    "times_bert": {"s": 90.0, "cpu_s": 120.4},
    "times_bert-int8": {"s": 9.0, "cpu_s": 1.5},
    "load_cpu_s": 0.7,
    "peak_mb": 300.0,
    "megabytes": 37.0,
}
QUALITY = {
    "micro_f1": 0.75,
    "macro_f1": 0.7,
    "signals_f1": 0.8,
    "themes_f1": 0.7,
    "left_alone": 0.9,
    "calibration_error": 0.01,
    "interval": [0.7, 0.8],
    "rule_f1": {"2": 0.5, "10": 0.75},
    "rule_segments": {"2": 4, "10": 9},
}


def results() -> dict[str, Any]:
    read = SPEED | {"dev": QUALITY, "test": QUALITY, "fitted_on": 43000}
    return {peer.name: SPEED if peer.speed_only else read for peer in PEERS}


def examples(count: int) -> Examples:
    comments = [
        LabelledComment(
            id=str(i),
            source=Source.SURVEY,
            sector="skola",
            team="Kök",
            wave="1",
            question="Hur styrs ni?",
            segments=(LabelledSegment(text=TEXTS[i % 2][0], labels=TEXTS[i % 2][1]),),
            part="train",
        )
        for i in range(count)
    ]
    return make_examples(comments, codebook=load_codebook())


def test_the_tables_have_every_reader_and_the_plot_every_measured_one(tmp_path: Path) -> None:
    write_page(results(), tmp_path)

    page = (tmp_path / "benchmark.md").read_text(encoding="utf-8")
    plot = (tmp_path / "benchmark.svg").read_text(encoding="utf-8")
    for peer in PEERS:
        assert peer.title in page
        assert peer.title in plot.replace("&apos;", "'").replace("&#39;", "'")


def test_writing_the_page_again_keeps_the_words_around_the_tables(tmp_path: Path) -> None:
    page = tmp_path / "benchmark.md"
    page.write_text(f"Before.\n{OPEN}\n{CLOSE}\nAfter.\n", encoding="utf-8")

    write_page(results(), tmp_path)
    once = page.read_text(encoding="utf-8")
    write_page(results(), tmp_path)

    assert page.read_text(encoding="utf-8") == once
    assert once.startswith("Before.\n")
    assert once.endswith("\nAfter.\n")


def test_rules_stand_in_the_order_of_their_numbers() -> None:
    text = tables(results())

    assert text.index("\n| 2 | 4 |") < text.index("\n| 10 | 9 |")


def test_a_ratio_below_ten_keeps_its_decimal() -> None:
    assert "| 120 | 1.5 |" in tables(results())


@given(st.text(), st.text(alphabet="abc|\n"))
def test_what_stood_between_the_marks_is_gone(old: str, new: str) -> None:
    page = f"x {OPEN}{old.replace('<', '')}{CLOSE} y"

    assert replace_between(page, new) == f"x {OPEN}\n\n{new}\n{CLOSE} y"


def test_a_sample_is_spread_over_the_whole_part() -> None:
    whole = examples(9)

    few = some(whole, 3)

    assert [comment.id for comment in few.comments] == ["0", "4", "8"]
    assert np.array_equal(few.targets, whole.targets[[0, 4, 8]])


def test_scores_and_notes_do_not_count_as_the_model(tmp_path: Path) -> None:
    peer = Peer(name="p", title="P", fit=fit_words, load=load_words)
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "model.skops").write_bytes(b"x" * 1_000_000)
    np.save(folder / "dev.npy", np.zeros(10))
    (folder / "fitted.json").write_text(json.dumps({"segments": 1}), encoding="utf-8")

    assert size_mb(peer, tmp_path, tmp_path) == 1.0


@pytest.mark.filterwarnings("ignore:Label not")
def test_the_words_peer_reads_after_saving_what_it_was_fitted_on(tmp_path: Path) -> None:
    pytest.importorskip("skops")
    train = examples(12)
    fit_words(train, tmp_path)

    scores = load_words(tmp_path, tmp_path, 1)(train.passages)

    position = load_codebook().position
    for label, rows in (("trust", slice(0, None, 2)), ("control", slice(1, None, 2))):
        assert (scores[rows, position[label]] > 0).all()


sentences = st.lists(st.text(alphabet="aåb.", min_size=1, max_size=4), min_size=1, max_size=12)


@given(sentences, st.data())
def test_a_random_span_has_as_many_words_and_is_another(words: list[str], data: Any) -> None:
    text = "  ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    starts = [2 * i + sum(map(len, words[:i])) for i in range(len(words))]
    span = (starts[first], starts[last] + len(words[last]))

    found = random_span(text, span, np.random.default_rng(0))

    width = last - first + 1
    if len(words) > width:
        assert found is not None
        assert found != span
        assert len(text[slice(*found)].split()) == width
        assert text[slice(*found)] == text[slice(*found)].strip()
    else:
        assert found is None


@given(sentences, st.integers(0, 3))
def test_evidence_lies_within_the_segment_and_is_trimmed(words: list[str], edge: int) -> None:
    text = " " * edge + "  ".join(words) + " " * edge

    low, high = find_evidence(
        lambda passages: np.array([[p.text.count("å")] for p in passages], dtype=np.float32),
        Passage(text=text),
        0,
    )

    assert 0 <= low < high <= len(text)
    assert text[low:high] == text[low:high].strip()


def test_leaving_a_span_out_and_keeping_it_alone_share_the_text() -> None:
    passage = Passage(text="Chefen litar på oss", question="Hur styrs ni?")

    assert without(passage, (0, 6)).text == "litar på oss"
    assert only(passage, (0, 6)) == Passage(text="Chefen", question="Hur styrs ni?")
