"""The main job from files to a report, with a tiny encoder of random weights."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.tiny_model import make_tiny_model

ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny") / "model")


def _signalread(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "signalread", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=ENVIRONMENT,
        check=False,
        timeout=600,
    )


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    lines = ["Svarsnummer;Enhet;Omgång;Fråga;Kommentar"]
    for i in range(15):
        team, text = (
            ("Omsorg / Norr", "Vi bestämmer schemat själva här")
            if i < 12
            else ("Omsorg / Syd", "Zelimkhan Qvarnholt lyssnar på oss")
        )
        lines.append(f"{i};{team};1;Vad fungerar bra?;{text} {i}.")
    lines.append("15;Omsorg / Norr;1;Något mer?;inget att tillägga")
    path = tmp_path / "enkat.csv"
    path.write_text("\r\n".join(lines), encoding="cp1252")
    return path


def test_one_command_goes_from_a_survey_file_to_a_report(
    survey: Path, model: Path, tmp_path: Path
) -> None:
    done = _signalread("analyze", survey, "--out", "run", "--model", model, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
    assert facts["counts"]["read"] == 15
    assert facts["counts"]["nothing_to_add"] == 1
    page = (tmp_path / "run/report/report.html").read_text(encoding="utf-8")
    assert "Omsorg" in page
    assert (tmp_path / "run/report/report.xlsx").stat().st_size > 1000


def test_a_table_without_waves_is_told_of(survey: Path, model: Path, tmp_path: Path) -> None:
    text = survey.read_text(encoding="cp1252")
    survey.write_text(text.replace("Omgång", "Mätn."), encoding="cp1252")
    done = _signalread("analyze", survey, "--out", "run", "--model", model, cwd=tmp_path)
    assert "no column of waves: its answers count as one wave" in done.stdout
    done = _signalread(
        "analyze", survey, "--out", "two", "--model", model, "--wave", "2026-1", cwd=tmp_path
    )
    assert "no column of waves" not in done.stdout


def test_a_name_is_in_no_file_of_the_run(survey: Path, model: Path, tmp_path: Path) -> None:
    done = _signalread("analyze", survey, "--out", "run", "--model", model, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    texts = pl.read_parquet(tmp_path / "run/restricted/comments.parquet")["text"]
    assert not texts.str.contains("Zelimkhan|Qvarnholt").any()
    for path in (tmp_path / "run").rglob("*.*"):
        assert b"Qvarnholt" not in path.read_bytes()
    assert "Qvarnholt" not in done.stdout + done.stderr


def test_a_small_team_has_no_numbers_in_the_run(survey: Path, model: Path, tmp_path: Path) -> None:
    _signalread("analyze", survey, "--out", "run", "--model", model, cwd=tmp_path)
    rows = pl.read_parquet(tmp_path / "run/report/estimates.parquet")
    small = rows.filter(pl.col("team") == "Omsorg / Syd")
    assert small["status"].unique().to_list() == ["withheld"]
    assert small["n"].is_null().all()


def test_one_late_answer_is_not_singled_out_by_a_second_run(
    survey: Path, model: Path, tmp_path: Path
) -> None:
    _signalread("analyze", survey, "--out", "one", "--model", model, cwd=tmp_path)
    with survey.open("a", encoding="cp1252") as file:
        file.write("\r\n16;Omsorg / Norr;1;Vad fungerar bra?;Vi bestämmer själva här också.")
    done = _signalread("analyze", survey, "--out", "two", "--model", model, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    one, two = (
        pl.read_parquet(tmp_path / out / "report/estimates.parquet") for out in ("one", "two")
    )
    assert (one["status"] == "shown").any()
    assert not (two["status"] == "shown").any()


def test_the_same_input_gives_the_same_readings(survey: Path, model: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        _signalread("analyze", survey, "--out", out, "--model", model, cwd=tmp_path)
    one, two = (
        (tmp_path / out / "restricted/segments.parquet").read_bytes() for out in ("one", "two")
    )
    assert one == two


def test_the_restricted_part_is_closed_to_others(survey: Path, model: Path, tmp_path: Path) -> None:
    _signalread("analyze", survey, "--out", "run", "--model", model, cwd=tmp_path)
    assert stat.S_IMODE((tmp_path / "run/restricted").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.csv", "--out", "run"], "missing.csv"),
        (["enkat.csv", "--out", "run", "--text-column", "Fritext"], "Kommentar"),
        (["enkat.csv", "--out", "photos"], "not a run folder"),
        (["enkat.csv", "--out", "run", "--model", "nowhere"], "signalread train"),
        (["enkat.csv", "--out", "run", "--min-respondents", "2"], "never set below 3"),
        (["empty", "--out", "run"], "empty"),
    ],
)
def test_a_users_mistake_is_a_sentence_and_a_hint(
    survey: Path, model: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"cat")
    (tmp_path / "empty").mkdir()
    if "--model" not in arguments:
        arguments = [*arguments, "--model", str(model)]
    done = _signalread("analyze", *arguments, cwd=tmp_path)
    assert done.returncode in (1, 2, 3, 4)
    assert said in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr
    assert "bestämmer" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_help_shows_examples(tmp_path: Path) -> None:
    assert "enkat.csv" in _signalread("analyze", "--help", cwd=tmp_path).stdout


def test_the_command_line_loads_no_heavy_library_for_help() -> None:
    code = (
        "import sys, signalread.cli; "
        "print([m for m in ('torch', 'spacy', 'polars', 'numpy', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
