"""A run on a cluster: the same bytes as on one machine, also when workers and machines are lost."""

import csv
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("ray")

from ray.cluster_utils import Cluster

from signalread.aggregation import Group, Tally
from signalread.cluster import RayCluster, _Failure, parse_cluster
from signalread.codebook import Codebook, load_codebook
from signalread.errors import ClusterError, InputError
from signalread.loading import load_models
from signalread.pipeline import ReadParts, analyze
from signalread.records import Correction, RedactedComment, Source
from signalread.settings import Settings
from signalread.stages import Models
from tests.builders import judgement, redacted
from tests.tiny_model import make_tiny_model

NAMES = Path(__file__).parent.parent / "models/names-sv"
SALT = "the same on every machine"
NOW = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)
LOOPBACK = "127.0.0.2"  # by its first name, the engine takes loopback for the network's
PART = 20
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
    """What is read, with what, and where."""

    survey: Path
    model: Path
    models: Models
    codebook: Codebook
    cluster: Cluster

    def cluster_reader(self) -> ReadParts:
        return RayCluster(
            address=self.cluster.address, codebook=self.codebook, model=self.model, names=NAMES
        ).read_parts

    def run(
        self, out: Path, *, source_column: str | None = None, **options: Any
    ) -> dict[str, bytes]:
        """Make a run and return its files."""
        analyze(
            [self.survey],
            out,
            codebook=self.codebook,
            settings=Settings(salt=SALT, source_column=source_column),
            models=self.models,
            now=NOW,
            part_size=PART,
            **options,
        )
        return files_of(out)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_survey(path: Path, *, comments: int = COMMENTS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Enhet", "Svarande", "Omgång", "Källa", "Kommentar"])
        for i in range(comments):
            # Every tenth says again what that person has said before.
            who = i - 7 if i % 10 == 9 else i
            team = ("Omsorg / Norr", "Omsorg / Syd", "Teknik / Gata")[who % 3]
            text = SAID[who % len(SAID)]
            rows.writerow([team, f"p{who}", "2026", "survey", text and f"{text} {who % 4}."])
    return path


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    codebook = load_codebook()
    model = make_tiny_model(folder / "tiny")
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "node_ip_address": LOOPBACK, "include_dashboard": False},
    )
    try:
        for _ in range(2):
            cluster.add_node(num_cpus=1, node_ip_address=LOOPBACK)
        yield Bench(
            survey=write_survey(folder / "enkat.csv"),
            model=model,
            models=load_models(model, names=NAMES, codebook=codebook),
            codebook=codebook,
            cluster=cluster,
        )
    finally:
        cluster.shutdown()


@pytest.fixture(scope="module")
def expected(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return bench.run(tmp_path_factory.mktemp("here") / "run")


class LosesTwo:
    """Loses a worker and a machine after so many comments, as a bad day would."""

    def __init__(self, cluster: Cluster, after: int) -> None:
        self._cluster = cluster
        self._left = after
        self.killed: list[int] = []

    def advance(self) -> None:
        self._left -= 1
        if self._left == 0:
            head, machine = self._cluster.head_node, next(iter(self._cluster.worker_nodes))
            workers = [pid for node in (head, machine) for pid in workers_of(node)]
            for pid in workers[:1]:
                os.kill(pid, signal.SIGKILL)
                self.killed.append(pid)
            self._cluster.remove_node(machine, allow_graceful=False)


def workers_of(node: Any) -> list[int]:
    """Return the processes in which a machine of the cluster reads."""
    (raylet,) = (info.process.pid for info in node.all_processes["raylet"])
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            title = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == raylet and b"MapWorker" in title:
            found.append(int(place.name))
    return found


def test_a_cluster_writes_what_one_machine_writes(
    bench: Bench, expected: dict[str, bytes], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = bench.run(tmp_path / "run", read_parts=bench.cluster_reader())
    assert found == expected
    assert capfd.readouterr().out == ""


def test_a_run_that_was_broken_off_on_a_cluster_goes_on_here(
    bench: Bench, expected: dict[str, bytes], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        bench.run(tmp_path / "run", read_parts=bench.cluster_reader(), progress=BreaksOff(60))
    assert not (tmp_path / "run").exists()
    assert bench.run(tmp_path / "run", resume=True) == expected


class BreaksOff:
    """Somebody presses Ctrl-C after so many comments."""

    def __init__(self, after: int) -> None:
        self._left = after

    def advance(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt


def test_what_is_wrong_with_the_input_is_told_as_on_one_machine(
    bench: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "enkat.csv"
    lines = bench.survey.read_text("utf-8").splitlines()
    lines[-3] = "Omsorg / Norr,p9,2026,ryktet,Kerstin Wallin skriker."
    wrong.write_text("\n".join(lines), encoding="utf-8")
    bench = replace(bench, survey=wrong)
    with pytest.raises(InputError) as here:
        bench.run(tmp_path / "here", source_column="Källa")
    with pytest.raises(InputError) as there:
        bench.run(tmp_path / "there", source_column="Källa", read_parts=bench.cluster_reader())
    assert (there.value.found, there.value.hint) == (here.value.found, here.value.hint)
    told = "".join(capfd.readouterr())
    assert "Kerstin" not in told
    assert "Traceback" not in told


def test_a_lost_worker_and_a_lost_machine_change_nothing(
    bench: Bench, expected: dict[str, bytes], tmp_path: Path
) -> None:
    bad_day = LosesTwo(bench.cluster, after=5 * PART)
    found = bench.run(tmp_path / "run", read_parts=bench.cluster_reader(), progress=bad_day)
    assert bad_day.killed
    assert len(bench.cluster.worker_nodes) == 1
    assert found == expected


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
            *("--out", str(tmp_path / "run"), "--model", str(bench.model), "--cluster", "ray"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=NAMES.parent.parent,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Kerstin" not in done.stderr
    name = "report/estimates.parquet"
    assert files_of(tmp_path / "run")[name] == expected[name]


WRITTEN = st.tuples(
    st.sampled_from(["Omsorg / Norr", "Omsorg / Syd", "Teknik"]),
    st.sampled_from(["p1", "p2", "p3", "p4"]),
    st.sampled_from(list(Source)),
    st.lists(st.lists(st.sampled_from(["trust", "control"]), unique=True), max_size=3),
    st.booleans(),  # whether a person corrected the first segment
)


@given(parts=st.lists(st.lists(WRITTEN, max_size=5), max_size=5), data=st.data())
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
