"""Train, evaluate and read with another codebook: attitudes to immigration in ABSAbank-Imm.

    python scripts/try_absabank.py DATA WORK --segments 600

DATA is the folder with ``absabank-imm_{train,dev,test}.jsonl.xz`` of SuperLim (CC BY 4.0;
https://spraakbanken.gu.se/en/resources/superlim). WORK gets a codebook of three labels, a corpus,
a model and a run, all made by the ordinary commands.
"""

import json
import lzma
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

CODEBOOK = """\
version: "absabank-imm"
signals:
  - {id: negative, name: {sv: Negativ, en: Negative}}
  - {id: neutral, name: {sv: Neutral, en: Neutral}}
  - {id: positive, name: {sv: Positiv, en: Positive}}
themes: []
"""
PARTS = ("train", "dev", "test")


def main(
    data: Annotated[Path, typer.Argument(help="The folder of ABSAbank-Imm.")],
    work: Annotated[Path, typer.Argument(help="A new folder to work in.")],
    segments: Annotated[int, typer.Option(help="How many paragraphs to train on.")] = 600,
    epochs: int = 3,
) -> None:
    """Convert the corpus, then train, evaluate and analyze with nothing but commands."""
    work.mkdir(parents=True)
    (work / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    sizes = {"train": segments, "dev": max(60, segments // 4), "test": max(60, segments // 4)}
    for part in PARTS:
        (work / "corpus" / part).mkdir(parents=True)
        lines = list(convert(data / f"absabank-imm_{part}.jsonl.xz"))[: sizes[part]]
        (work / "corpus" / part / "absabank.jsonl").write_text(
            "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines),
            encoding="utf-8",
        )
    write_survey(work / "corpus" / "test" / "absabank.jsonl", work / "survey.csv")
    model = ("--model", work / "model")
    codebook = ("--codebook", work / "codebook.yaml")
    run("train", work / "corpus", *codebook, "--out", work / "model", "--epochs", epochs)
    run("evaluate", work / "corpus", *model)
    run("analyze", work / "survey.csv", *model, "--out", work / "run")


def convert(path: Path) -> Iterator[dict[str, Any]]:
    """Yield comments of the corpus format: a paragraph each, its document as the team.

    The average of the annotators (1 very negative to 5 very positive) becomes one of three labels.
    """
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            paragraph = json.loads(line)
            value = float(paragraph["label"])
            label = "negative" if value < 2.5 else "positive" if value > 3.5 else "neutral"
            yield {
                "id": paragraph["id"],
                "source": "notes",
                "sector": "debatt",
                "team": paragraph["id"].rsplit("_", 1)[0],
                "wave": "1",
                "question": None,
                "segments": [{"text": paragraph["text"], "labels": [label]}],
                "origin": "ABSAbank-Imm",
            }


def write_survey(corpus: Path, out: Path) -> None:
    """Write the paragraphs as a survey of three teams, so that there is something to report."""
    import csv

    with out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["Svar", "Enhet", "Kommentar"])
        for i, line in enumerate(corpus.read_text(encoding="utf-8").splitlines()):
            table.writerow([i, f"Grupp {i % 3 + 1}", json.loads(line)["segments"][0]["text"]])


def run(*arguments: object) -> None:
    """Run a signalread command."""
    print("$ signalread", *arguments, flush=True)
    subprocess.run([sys.executable, "-m", "signalread", *map(str, arguments)], check=True)


if __name__ == "__main__":
    typer.run(main)
