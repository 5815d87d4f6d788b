"""Training end to end with a tiny encoder made here: any encoder, any codebook, one folder out."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from signalread.classification import Passage
from signalread.classification.encoder import load_classifier
from signalread.classification.model_folder import check_folder
from signalread.codebook import Codebook, load_codebook
from signalread.errors import InputError, ModelError
from signalread.training.corpus import read_corpus
from signalread.training.examples import make_examples
from signalread.training.fingerprints import FINGERPRINTS, Fingerprints
from signalread.training.fit import FitOptions
from signalread.training.fit_linear import fit_linear
from signalread.training.train import train_model, work_folder
from tests.tiny_model import make_tiny_encoder, write_corpus

NOW = datetime(2026, 11, 28, tzinfo=UTC)
SAYINGS = {
    "vi bestämmer själva": ["trust", "autonomy+"],
    "ingen vågar säga något": ["speaking_up-"],
    "kaffet är gott": [],
    "chefen litar på oss": ["trust"],
}


def _corpus(folder: Path, sayings: dict[str, list[str]] = SAYINGS) -> Path:
    return write_corpus(folder, sayings)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, codebook: Codebook) -> Path:
    root = tmp_path_factory.mktemp("training")
    result = train_model(
        [_corpus(root / "corpus")],
        root / "model",
        encoder=str(make_tiny_encoder(root / "encoder")),
        codebook=codebook,
        now=NOW,
        options=FitOptions(epochs=4, rate=1e-2, head_rate=1e-2),
    )
    return result.folder


def test_a_model_learns_what_its_corpus_says(trained: Path, codebook: Codebook) -> None:
    classifier = load_classifier(trained, codebook=codebook)
    for text, labels in SAYINGS.items():
        (scores,) = classifier.score([Passage(text=text, question="Hur är det?")])
        given = {
            label
            for label, score, threshold in zip(
                codebook.labels, scores, classifier.thresholds, strict=True
            )
            if score >= threshold
        }
        assert given == set(labels)


def test_the_folder_says_what_it_was_trained_on(trained: Path) -> None:
    manifest = json.loads((trained / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["training"]["encoder"] == "encoder"
    assert manifest["training"]["corpora"][0]["name"] == "corpus"
    assert "micro-F1" in (trained / "README.md").read_text(encoding="utf-8")


def test_no_path_of_the_machine_is_saved(trained: Path) -> None:
    root = str(trained.parent)
    for name in ("config.json", "manifest.json", "README.md"):
        assert root not in (trained / name).read_text(encoding="utf-8")


def test_whole_teams_are_held_out_where_the_corpus_has_no_parts(trained: Path) -> None:
    manifest = json.loads((trained / "manifest.json").read_text(encoding="utf-8"))
    segments = manifest["training"]["segments"]
    assert sum(segments.values()) == 240
    assert all(n and n % 12 == 0 for n in segments.values())  # twelve comments a team


def test_the_card_says_what_it_reads_worst_and_whether_scores_hold(trained: Path) -> None:
    card = (trained / "README.md").read_text(encoding="utf-8")
    for said in (
        "Known errors",
        "90 % interval",
        "reliability.svg",
        "What it is for, and what not",
    ):
        assert said in card
    assert (trained / "reliability.svg").read_text(encoding="utf-8").startswith("<svg")


def test_an_encoder_of_another_family_is_trained_and_read(
    tmp_path: Path, codebook: Codebook
) -> None:
    result = train_model(
        [_corpus(tmp_path / "corpus")],
        tmp_path / "model",
        encoder=str(make_tiny_encoder(tmp_path / "encoder", roberta=True)),
        codebook=codebook,
        now=NOW,
        options=FitOptions(epochs=1),
    )
    classifier = load_classifier(result.folder, codebook=codebook)
    assert classifier.score([Passage(text="kaffet är gott")]).shape == (1, 30)


def test_an_own_codebook_needs_no_code(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "version: 1\nsignals: [{id: praise, name: {sv: Beröm, en: Praise}}]\n"
        "themes: [{id: food, name: {sv: Mat, en: Food}}]\n",
        encoding="utf-8",
    )
    codebook = load_codebook(tmp_path / "own.yaml")
    sayings = {"kaffet är gott": ["praise", "food+"], "ingen vågar": []}
    result = train_model(
        [_corpus(tmp_path / "corpus", sayings)],
        tmp_path / "model",
        encoder=str(make_tiny_encoder(tmp_path / "encoder")),
        codebook=codebook,
        now=NOW,
        options=FitOptions(epochs=2, rate=1e-2),
    )
    assert result.dev.labels[0].label == "praise"
    with pytest.raises(ModelError, match="other labels"):
        load_classifier(result.folder, codebook=load_codebook())


def test_a_missing_hub_is_one_clear_sentence(
    tmp_path: Path, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="No encoder 'nobody/nothing'"):
        train_model(
            [_corpus(tmp_path / "corpus")],
            tmp_path / "model",
            encoder="nobody/nothing",
            codebook=codebook,
            now=NOW,
        )
    assert not (tmp_path / "model").exists()


def test_too_little_text_is_said(tmp_path: Path, codebook: Codebook) -> None:
    (tmp_path / "corpus").mkdir()
    with pytest.raises(InputError, match="No labelled text"):
        train_model([tmp_path / "corpus"], tmp_path / "m", encoder="x", codebook=codebook, now=NOW)


def test_the_linear_reader_survives_being_saved_in_eight_bits(
    tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.classification.linear import LinearReader

    examples = make_examples(
        read_corpus(_corpus(tmp_path / "corpus"), codebook=codebook), codebook=codebook
    )
    reader = fit_linear(examples)
    reader.save(tmp_path / "linear.safetensors")
    loaded = LinearReader.load(tmp_path / "linear.safetensors", labels=30)
    passages = examples.passages[:20]
    assert np.abs(reader.logits(passages) - loaded.logits(passages)).max() < 0.2
    with pytest.raises(ModelError, match="does not fit"):
        LinearReader.load(tmp_path / "linear.safetensors", labels=3)


def test_training_stops_when_it_no_longer_gets_better(tmp_path: Path, codebook: Codebook) -> None:
    result = train_model(
        [_corpus(tmp_path / "corpus")],
        tmp_path / "model",
        encoder=str(make_tiny_encoder(tmp_path / "encoder")),
        codebook=codebook,
        now=NOW,
        options=FitOptions(epochs=3, patience=1, rate=0.0, head_rate=0.0),
    )
    assert check_folder(result.folder).training["best_epoch"] == 1


def test_what_the_starting_model_had_seen_the_new_one_has_seen(
    trained: Path, tmp_path: Path, codebook: Codebook
) -> None:
    other = {"schemat kommer alldeles för sent varje månad": ["clarity-"], "lönen är låg": []}
    result = train_model(
        [_corpus(tmp_path / "corpus", other)],
        tmp_path / "model",
        encoder=str(trained),
        codebook=codebook,
        now=NOW,
        options=FitOptions(epochs=1),
    )
    first = Fingerprints.load(trained / FINGERPRINTS)
    both = Fingerprints.load(result.folder / FINGERPRINTS)
    assert set(first.texts) < set(both.texts)
    assert set(first.teams) <= set(both.teams)


def _train(root: Path, out: str, *options: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "signalread", "train", str(root / "corpus"), "--out", out]
    long = ["--encoder", str(root / "encoder"), "--epochs", "60", "--patience", "60"]
    return subprocess.Popen(
        [*command, *long, *options],
        cwd=root,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name not in ("manifest.json", "README.md")  # they hold the folder's name
    }


def test_a_killed_run_goes_on_to_the_same_model(tmp_path: Path) -> None:
    _corpus(tmp_path / "corpus")
    make_tiny_encoder(tmp_path / "encoder")
    whole = _train(tmp_path, "whole")
    killed = _train(tmp_path, "killed")
    work = tmp_path / ".killed-training"
    deadline = time.monotonic() + 900
    try:
        while not any(int(path.name[6:]) >= 3 for path in work.glob("epoch-*")):
            assert killed.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert not (tmp_path / "killed").exists()
    assert any(work.glob("epoch-*"))
    assert _train(tmp_path, "killed", "--resume").wait() == 0
    assert whole.wait() == 0
    assert _digests(tmp_path / "killed") == _digests(tmp_path / "whole")
    assert not work.exists()


def test_a_run_is_not_taken_up_with_other_text(tmp_path: Path, codebook: Codebook) -> None:
    out = tmp_path / "model"
    work_folder(out).mkdir()
    (work_folder(out) / "run.json").write_text('{"corpora": []}', encoding="utf-8")
    with pytest.raises(InputError, match="another signalread and corpora"):
        train_model(
            [_corpus(tmp_path / "corpus")],
            out,
            encoder=str(make_tiny_encoder(tmp_path / "encoder")),
            codebook=codebook,
            now=NOW,
            resume=True,
        )
