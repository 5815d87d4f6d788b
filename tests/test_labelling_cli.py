"""The commands, from a run to a corpus and back."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from signalread.codebook import Codebook
from signalread.labelling.exchange import read_labels, write_labels
from signalread.labelling.items import Annotation
from signalread.runs import RunFolder
from signalread.training.corpus import read_corpus
from tests.builders import judgement, redacted

ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}


def signalread(*arguments: str | Path, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "signalread", "labels", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def run(tmp_path: Path, codebook: Codebook) -> Path:
    comments = [
        redacted(f"c{i}", text=f"Vi får planera vecka {i}.", team=f"Lag {i % 4}", question="Hur?")
        for i in range(40)
    ]
    with RunFolder(tmp_path / "run", labels=codebook.labels) as folder:
        kept = folder.keep_comments(comments)
        list(
            folder.keep_judgements(
                judgement(c, ["trust"] if i % 2 else [], codebook=codebook)
                for i, c in enumerate(kept)
            )
        )
        folder.finish(
            [],
            description={
                "model": {"name": "m1", "digest": "d"},
                "codebook": {"version": codebook.version, "digest": codebook.digest},
            },
        )
    return tmp_path / "run"


def label(path: Path, out: Path, person: str, *, wrong: int) -> None:
    """Answer the tasks as Label Studio would write it, ``wrong`` of them otherwise."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for n, task in enumerate(tasks):
        given = [] if n < wrong else task["predictions"][0]["result"]
        task["annotations"] = [
            {"id": n, "completed_by": {"email": person}, "was_cancelled": n == 39, "result": given}
        ]
    out.write_text(json.dumps(tasks), encoding="utf-8")


def test_a_run_goes_out_is_labelled_by_two_agreed_on_and_comes_back_as_a_corpus(
    run: Path, codebook: Codebook, tmp_path: Path
) -> None:
    tasks = tmp_path / "tasks.json"
    said = signalread("export", run, tasks, "--to", "label-studio", "--count", "40")
    assert "40 of 40 segments" in said
    anna, bo = tmp_path / "anna.json", tmp_path / "bo.json"
    label(tasks, anna, "anna@example.org", wrong=0)
    label(tasks, bo, "bo@example.org", wrong=8)
    agreement = json.loads(signalread("agree", anna, bo, "--json", "--resamples", "100"))
    trust = agreement["labels"][0]
    assert trust["label"] == "trust"
    assert 0 < trust["alpha"]["value"] < 1
    assert agreement["items"] == 39
    decide = tmp_path / "decide.jsonl"
    listed = signalread("adjudicate", anna, bo, "--out", decide)
    items = read_labels(decide, codebook=codebook)
    assert f"{len(items)} disagreements among 40 items" in listed
    answer = Annotation(annotator="cy", labels=("care-",))
    decided = [replace(item, annotations=(answer,)) for item in items[:-1]]
    write_labels(decided, tmp_path / "decided.csv", codebook=codebook, format_="csv")
    said = signalread(
        "import", anna, bo, "--adjudicated", tmp_path / "decided.csv", "--out", tmp_path / "own"
    )
    assert f"by a third person {len(decided)}" in said
    assert f"weigh the same: 1 ({items[-1].id})" in said
    assert "left out: skipped 1" in said
    comments = list(read_corpus(tmp_path / "own", codebook=codebook))
    assert len(comments) == 38
    assert sum(c.segments[0].labels == ("care-",) for c in comments) == len(decided)
    assert {c.question for c in comments} == {"Hur?"}


def test_an_export_holds_the_models_labels_unless_it_is_blind_and_nobody_s_pseudonym(
    run: Path, codebook: Codebook, tmp_path: Path
) -> None:
    signalread("export", run, tmp_path / "seen.jsonl", "--count", "10")
    signalread("export", run, tmp_path / "blind.jsonl", "--count", "10", "--blind")
    seen = read_labels(tmp_path / "seen.jsonl", codebook=codebook)
    blind = read_labels(tmp_path / "blind.jsonl", codebook=codebook)
    assert [item.id for item in seen] == [item.id for item in blind]
    assert all(item.predictions[0].model == "m1" for item in seen)
    assert not any(item.predictions for item in blind)
    assert seen[0].extra == {"comment": seen[0].text}
    why = [item.tool["sampling"]["why"] for item in seen]
    assert why.count("random") >= 2
    assert "respondent" not in (tmp_path / "seen.jsonl").read_text(encoding="utf-8")


def test_converting_says_what_a_format_does_not_tell_and_what_is_wrong(
    codebook: Codebook, tmp_path: Path
) -> None:
    source = tmp_path / "export.jsonl"
    source.write_text('{"id": 1, "text": "Vi får planera.", "label": []}\n', encoding="utf-8")
    said = signalread("convert", source, tmp_path / "out.csv")
    assert "note: doccano, JSON lines: a text without labels counts as unanswered" in said
    assert "1 items with 0 answers" in said
    assert "did you mean 'huggingface'?" in signalread(
        "convert", source, tmp_path / "x", "--to", "huggingfac", code=2
    )
    source.write_text('{"id": 1, "text": "Hemligt.", "label": ["trst"]}\n', encoding="utf-8")
    said = signalread("convert", source, tmp_path / "out2.csv", code=2)
    assert "unknown label 'trst'" in said
    assert "Hemligt" not in said
