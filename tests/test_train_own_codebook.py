"""The whole way with a codebook of one's own: train, evaluate, analyze, with no code changed."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import signalread
from signalread.classification.model_folder import check_folder, codebook_of
from tests.tiny_model import make_tiny_encoder, write_corpus

CODEBOOK = """\
version: "1"
signals:
  - {id: praise, name: {sv: Beröm, en: Praise}}
  - {id: complaint, name: {sv: Klagomål, en: Complaint}}
  - {id: wish, name: {sv: Önskan, en: Wish}}
themes: []
"""
SAYINGS = {
    "kaffet är gott": ["praise"],
    "ingen vågar säga något": ["complaint"],
    "vi får bestämma själva på schemat": [],
    "chefen litar på oss": ["praise", "wish"],
}


def _signalread(*arguments: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "signalread", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100"},
        check=False,
        timeout=900,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("own")
    (place / "own.yaml").write_text(CODEBOOK, encoding="utf-8")
    write_corpus(place / "labels", SAYINGS)
    make_tiny_encoder(place / "encoder")
    with (place / "survey.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["Svar", "Enhet", "Kommentar"])
        for i in range(48):
            text = list(SAYINGS)[i % 4]
            table.writerow([i, f"Enhet {i // 16 + 1}", f"{text.capitalize()}."])
    done = _signalread(
        *("train", "labels", "--codebook", "own.yaml", "--encoder", "encoder"),
        *("--epochs", "2", "--out", "models/own"),
        cwd=place,
    )
    assert done.returncode == 0, done.stderr
    return place


def test_the_model_carries_its_codebook(place: Path) -> None:
    assert codebook_of(place / "models/own").labels == ("praise", "complaint", "wish")
    assert signalread.load(place / "models/own").codebook.name("wish") == "Önskan"
    assert "codebook.yaml" in check_folder(place / "models/own").files


def test_it_is_evaluated_on_teams_that_training_did_not_see(place: Path) -> None:
    done = _signalread("evaluate", "labels", "--model", "models/own", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "complaint" in done.stdout
    held = check_folder(place / "models/own").training["segments"]["test"]
    assert f"{held} segments of the test part" in done.stdout


def test_it_is_promoted_and_then_read_with_by_default(place: Path) -> None:
    promoted = _signalread(
        "models", "promote", "own", "labels", "--why", "the first of its codebook", cwd=place
    )
    assert promoted.returncode == 0, promoted.stderr
    done = _signalread("analyze", "survey.csv", "--out", "run", cwd=place)
    assert done.returncode == 0, done.stderr
    facts = json.loads((place / "run/run.json").read_text(encoding="utf-8"))
    assert facts["model"]["name"] == "own"
    assert facts["codebook"]["version"] == "1"
    shares = pl.read_parquet(place / "run/report/estimates.parquet")
    assert set(shares["label"]) == {"praise", "complaint", "wish"}
    page = (place / "run/report/report.html").read_text(encoding="utf-8")
    assert "Beröm" in page
    assert "Klagomål" in page


def test_a_codebook_of_other_labels_is_refused(place: Path) -> None:
    (place / "other.yaml").write_text(CODEBOOK.replace("wish", "dream"), encoding="utf-8")
    done = _signalread(
        *("analyze", "survey.csv", "--codebook", "other.yaml"),
        *("--model", "models/own", "--out", "nowhere"),
        cwd=place,
    )
    assert done.returncode == 3
    assert "other labels" in done.stderr
    assert not (place / "nowhere").exists()
