"""A run on a cluster: the same bytes as on one machine, also when workers and machines are lost."""

import csv
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections import deque
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("ray")

from signalread.aggregation import Group, Tally
from signalread.cluster import _Failure, parse_cluster
from signalread.codebook import Codebook
from signalread.errors import ClusterError, InputError
from signalread.loading import load_models
from signalread.records import Correction, RedactedComment, Source
from signalread.stages import Models
from tests.builders import judgement, redacted
from tests.cluster_runs import NAMES, PART, make_run
from tests.tiny_model import make_tiny_model

ROOT = Path(__file__).parent.parent
COMMENTS = 400
SAID = (
    "Vi får bestämma schemat själva.",
    "Chefen litar på oss, men ingen vågar säga något på mötena.",
    "Kerstin Wallin lyssnar på oss när det blir fel.",
    "Kaffet är gott. Men chefen bestämmer schemat.",
    "inget att tillägga",
    "",
)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What is read and with what, and what was made of it on a cluster."""

    folder: Path
    models: Models
    outcomes: dict[str, dict[str, Any]]
    printed: str

    @property
    def survey(self) -> Path:
        return self.folder / "enkat.csv"


def write_surveys(folder: Path) -> None:
    """Write ``enkat.csv``, and ``wrong.csv`` with a source that there is not near its end."""
    with (folder / "enkat.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Enhet", "Svarande", "Omgång", "Källa", "Kommentar"])
        for i in range(COMMENTS):
            # Every tenth says again what that person has said before.
            who = i - 7 if i % 10 == 9 else i
            team = ("Omsorg / Norr", "Omsorg / Syd", "Teknik / Gata")[who % 3]
            text = SAID[who % len(SAID)]
            rows.writerow([team, f"p{who}", "2026", "survey", text and f"{text} {who % 4}."])
    lines = (folder / "enkat.csv").read_text("utf-8").splitlines()
    lines[-3] = "Omsorg / Norr,p9,2026,ryktet,Kerstin Wallin skriker."
    (folder / "wrong.csv").write_text("\n".join(lines), encoding="utf-8")


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, codebook: Codebook) -> Bench:
    """Let one process make the runs, however many share the tests: a cluster fills a computer."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cluster"
    printed = folder / "printed.txt"
    with FileLock(f"{folder}.lock"):
        if not printed.exists():
            printed.write_text(make_cluster_runs(folder), encoding="utf-8")
    return Bench(
        folder=folder,
        models=load_models(folder / "tiny", names=NAMES, codebook=codebook),
        outcomes=json.loads((folder / "outcomes.json").read_text("utf-8")),
        printed=printed.read_text("utf-8"),
    )


def make_cluster_runs(folder: Path) -> str:
    """Make the runs of :mod:`tests.cluster_runs` in the folder; return what was printed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    make_tiny_model(folder / "tiny")
    write_surveys(folder)
    done = subprocess.run(
        [sys.executable, "-m", "tests.cluster_runs", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def expected(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("here") / "run"
    make_run(bench.survey, out, models=bench.models)
    return files_of(out)


def test_a_cluster_that_loses_a_worker_and_a_machine_writes_what_one_machine_writes(
    bench: Bench, expected: dict[str, bytes]
) -> None:
    assert bench.outcomes["lost"]["killed"]
    assert bench.outcomes["lost"]["machines_left"] == 1
    assert files_of(bench.folder / "lost") == expected


def test_a_run_that_was_broken_off_on_a_cluster_goes_on_here(
    bench: Bench, expected: dict[str, bytes]
) -> None:
    out = bench.folder / "broken-off"
    assert bench.outcomes["broken-off"]["error"] == "KeyboardInterrupt"
    assert not out.exists()
    parts = [path.name for path in (bench.folder / ".broken-off.partial").rglob("comments.parquet")]
    assert 0 < len(parts) < COMMENTS // PART
    make_run(bench.survey, out, models=bench.models, resume=True)
    assert files_of(out) == expected


def test_what_is_wrong_with_the_input_is_told_as_on_one_machine(
    bench: Bench, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as here:
        make_run(
            bench.folder / "wrong.csv", tmp_path / "run", models=bench.models, source_column="Källa"
        )
    there = bench.outcomes["wrong"]
    assert (there["error"], there["found"], there["hint"]) == (
        "InputError",
        here.value.found,
        here.value.hint,
    )


def test_nothing_of_the_input_is_printed_by_the_cluster(bench: Bench) -> None:
    assert "Kerstin" not in bench.printed
    assert "Traceback" not in bench.printed


def test_a_fault_on_a_worker_is_told_by_its_kind_and_place_alone() -> None:
    try:
        int("Kerstin Wallin skriker")
    except ValueError as error:
        failure = _Failure.of(error)
    told = str(pickle.loads(pickle.dumps(failure)).error)
    assert "ValueError in test_cluster.py" in told
    assert "Kerstin" not in told


def test_an_error_of_ours_comes_back_as_it_was() -> None:
    failure = _Failure.of(InputError("Row 3 is odd.", hint="look at it"))
    error = pickle.loads(pickle.dumps(failure)).error
    assert (type(error), error.found, error.hint) == (InputError, "Row 3 is odd.", "look at it")


@pytest.mark.parametrize("name", ["spark", "ray://", "http://head:6379"])
def test_an_unknown_cluster_is_told(name: str) -> None:
    with pytest.raises(ClusterError, match="Unknown cluster"):
        parse_cluster(name)


def test_the_command_reads_on_a_cluster_of_this_computer(
    bench: Bench, expected: dict[str, bytes], tmp_path: Path
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "signalread", "analyze", str(bench.survey)),
            *("--out", str(tmp_path / "run"), "--model", str(bench.folder / "tiny")),
            *("--cluster", "ray"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    name = "report/estimates.parquet"
    assert files_of(tmp_path / "run")[name] == expected[name]


WRITTEN = st.tuples(
    st.sampled_from(["Omsorg / Norr", "Omsorg / Syd", "Teknik"]),
    st.sampled_from(["p1", "p2", "p3", "p4"]),
    st.sampled_from(list(Source)),
    st.lists(st.lists(st.sampled_from(["trust", "control"]), unique=True), max_size=3),
    st.booleans(),  # whether a person corrected the first segment
)


# Fewer answers than the guard against shared ids begins to look at.
@given(parts=st.lists(st.lists(WRITTEN, max_size=4), max_size=4), data=st.data())
def test_tallies_merged_in_any_order_count_as_one(
    codebook: Codebook, parts: list[list[Any]], data: st.DataObject
) -> None:
    whole, tallies = Tally(codebook), []
    for number, part in enumerate(parts):
        own = Tally(codebook)
        for tally in (own, whole):
            count(tally, part, number=number, codebook=codebook)
        tallies.append(own)
    merged = Tally(codebook)
    for tally in data.draw(st.permutations(tallies)):
        merged.merge(tally)
    assert list(map(shown, merged.groups())) == list(map(shown, whole.groups()))


def count(tally: Tally, part: list[Any], *, number: int, codebook: Codebook) -> None:
    for i, (team, who, source, segments, is_corrected) in enumerate(part):
        comment: RedactedComment = redacted(
            f"c{number}.{i}", team=team, respondent=who, source=source
        )
        judgements = [
            judgement(comment, labels, codebook=codebook, index=index)
            for index, labels in enumerate(segments)
        ]
        if judgements and is_corrected:
            correction = Correction(
                comment_id=comment.id, segment=0, labels=("trust",), reviewer="r", at="2026"
            )
            judgements[0] = replace(judgements[0], labels=("trust",), correction=correction)
        deque(tally.people([comment]), maxlen=0)
        deque(tally.watch(judgements), maxlen=0)


def shown(group: Group) -> tuple[Any, ...]:
    return tuple(
        value.tolist() if isinstance(value, np.ndarray) else value
        for value in (getattr(group, field.name) for field in fields(group))
    )
