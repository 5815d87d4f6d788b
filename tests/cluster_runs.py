"""Runs on a real cluster, in a process of their own: an engine that dies takes no test with it.

    python -m tests.cluster_runs FOLDER

``FOLDER`` holds ``enkat.csv``, ``wrong.csv`` and the model folder ``tiny``. A head and another
machine of one processor each are started, for the last run a third, and three runs are made on
them, one after another, in folders of their names. ``outcomes.json`` says how each of them ended.
"""

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ray.cluster_utils import Cluster

from signalread.cluster import RayCluster
from signalread.codebook import load_codebook
from signalread.errors import SignalreadError
from signalread.loading import load_models
from signalread.pipeline import ReadParts, analyze
from signalread.settings import Settings
from signalread.stages import Models

NAMES = Path(__file__).parent.parent / "models/names-sv"
SALT = "the same on every machine"
NOW = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)
LOOPBACK = "127.0.0.2"  # by its first name, the engine takes loopback for the network's
PART = 20


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended: what was told of an error, and which workers' processes were killed."""

    error: str | None = None
    found: str | None = None
    hint: str | None = None
    killed: tuple[int, ...] = ()
    machines_left: int = 0


class BreaksOff:
    """Somebody presses Ctrl-C after so many comments."""

    def __init__(self, after: int) -> None:
        self._left = after

    def advance(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt


class LosesTwo:
    """Loses a worker and a machine after so many comments, as a bad day would."""

    def __init__(self, cluster: Cluster, after: int) -> None:
        self._cluster = cluster
        self._left = after
        self.killed: list[int] = []

    def advance(self) -> None:
        self._left -= 1
        if self._left == 0:
            machines = list(self._cluster.worker_nodes)
            workers = {node: workers_of(node) for node in (self._cluster.head_node, *machines)}
            for pid in [pid for found in workers.values() for pid in found][:1]:
                os.kill(pid, signal.SIGKILL)
                self.killed.append(pid)
            busiest = max(machines, key=lambda node: len(workers[node]))
            self._cluster.remove_node(busiest, allow_graceful=False)


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


def make_run(
    survey: Path,
    out: Path,
    *,
    models: Models,
    read_parts: ReadParts | None = None,
    source_column: str | None = None,
    **options: Any,
) -> None:
    """Make a run with all that decides its bytes fixed."""
    analyze(
        [survey],
        out,
        codebook=load_codebook(),
        settings=Settings(salt=SALT, source_column=source_column),
        models=models,
        now=NOW,
        part_size=PART,
        read_parts=read_parts,
        **options,
    )


def main(folder: Path) -> None:
    """Start the cluster, make the runs, and write down how they ended."""
    codebook, model = load_codebook(), folder / "tiny"
    models = load_models(model, names=NAMES, codebook=codebook)
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "node_ip_address": LOOPBACK, "include_dashboard": False},
    )
    outcomes: dict[str, Outcome] = {}
    try:
        cluster.add_node(num_cpus=1, node_ip_address=LOOPBACK)
        read_parts = RayCluster(
            address=cluster.address, codebook=codebook, model=model, names=NAMES
        ).read_parts
        survey = folder / "enkat.csv"
        try:
            make_run(
                folder / "wrong.csv",
                folder / "wrong",
                models=models,
                read_parts=read_parts,
                source_column="Källa",
            )
        except SignalreadError as error:
            outcomes["wrong"] = Outcome(
                error=type(error).__name__, found=error.found, hint=error.hint
            )
        try:
            make_run(
                survey,
                folder / "broken-off",
                models=models,
                read_parts=read_parts,
                progress=BreaksOff(3 * PART),
            )
        except KeyboardInterrupt:
            outcomes["broken-off"] = Outcome(error="KeyboardInterrupt")
        cluster.add_node(num_cpus=1, node_ip_address=LOOPBACK)
        bad_day = LosesTwo(cluster, after=5 * PART)
        make_run(survey, folder / "lost", models=models, read_parts=read_parts, progress=bad_day)
        outcomes["lost"] = Outcome(
            killed=tuple(bad_day.killed), machines_left=len(cluster.worker_nodes)
        )
    finally:
        cluster.shutdown()
        told = {name: asdict(outcome) for name, outcome in outcomes.items()}
        (folder / "outcomes.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
