"""Measure a run on a cluster: how much faster more workers are, and what one machine has to do.

    python -m scripts.measure_cluster WORK --comments 40000 --workers 1 2

A cluster of so many machines of one processor each is started here, and the same comments are read
by each of them. The rate counts from the first part that arrives, when all models are loaded. Two
things are done in one place however many workers there are: the input is read in its order, and
the parts are taken in. Their processor time tells how many workers one machine can feed.
"""

import argparse
import csv
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

from ray.cluster_utils import Cluster

from signalread.aggregation import Tally
from signalread.cluster import RayCluster
from signalread.codebook import Codebook, load_codebook
from signalread.intake import read_comments
from signalread.loading import load_models
from signalread.pipeline import Progress, analyze
from signalread.records import Correction
from signalread.runs import RunFolder
from signalread.settings import Settings
from signalread.stages import Models
from signalread.training.corpus import read_corpus

MODEL = Path("models/signalread-sv")
NAMES = Path("models/names-sv")
CORPUS = Path("corpora/sv-work")
NOW = datetime(2026, 11, 28, tzinfo=UTC)
LOOPBACK = "127.0.0.2"  # by its first name, the engine takes loopback for the network's


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How a run went: seconds in all, comments a second once all work, and the driver's own."""

    workers: int
    comments: int
    seconds: float
    first_part: float  # seconds until the first part had arrived
    rate: float  # comments a second from then on
    taking_in: float  # processor seconds a part cost where the run is written


class Clock:
    """Notes when parts arrive."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.count = 0
        self.arrivals: list[tuple[float, int]] = []

    def advance(self) -> None:
        """Count a comment, and note the time where a part begins."""
        now = time.perf_counter() - self.begun
        if not self.arrivals or now - self.arrivals[-1][0] > 0.05:
            self.arrivals.append((now, self.count))
        self.count += 1


def write_survey(path: Path, *, codebook: Codebook, comments: int) -> Path:
    """Write a table of the corpus's comments, over and over under new respondents."""
    corpus = list(read_corpus(CORPUS, codebook=codebook, parts=["train"]))
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Enhet", "Svarande", "Omgång", "Fråga", "Kommentar"])
        for i, comment in enumerate(islice(cycle(corpus), comments)):
            rows.writerow([comment.team, f"p{i}", "2026", comment.question or "", comment.text])
    return path


def measure_run(
    survey: Path, out: Path, *, workers: int, part_size: int, codebook: Codebook, models: Models
) -> Measured:
    """Read the survey on a cluster of ``workers`` machines with one processor each."""
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "node_ip_address": LOOPBACK, "include_dashboard": False},
    )
    try:
        for _ in range(workers - 1):
            cluster.add_node(num_cpus=1, node_ip_address=LOOPBACK)
        reader = RayCluster(address=cluster.address, codebook=codebook, model=MODEL, names=NAMES)
        clock = Clock()
        spent: list[float] = []

        def read_parts(
            run: RunFolder,
            tally: Tally,
            *,
            files: Sequence[Path],
            settings: Settings,
            corrections: Sequence[Correction],
            progress: Progress | None,
        ) -> None:
            begun = time.process_time()
            reader.read_parts(
                run,
                tally,
                files=files,
                settings=settings,
                corrections=corrections,
                progress=progress,
            )
            spent.append(time.process_time() - begun)

        summary = analyze(
            [survey],
            out,
            codebook=codebook,
            settings=Settings(salt="measured"),
            models=models,
            now=NOW,
            progress=clock,
            force=True,
            part_size=part_size,
            read_parts=read_parts,
        )
    finally:
        cluster.shutdown()
    first, before = clock.arrivals[0][0], part_size
    last = clock.arrivals[-1][0]
    total = sum(n for name, n in summary.counts.items() if name != "segments")
    return Measured(
        workers=workers,
        comments=total,
        seconds=time.perf_counter() - clock.begun,
        first_part=first,
        rate=(total - before) / (last - first),
        taking_in=spent[0] / (total / part_size),
    )


def measure_reading(survey: Path) -> float:
    """Return how many comments a second the one place takes in that reads the input."""
    begun = time.process_time()
    comments = sum(1 for _ in read_comments([survey], settings=Settings()))
    return comments / (time.process_time() - begun)


def main() -> None:
    """Measure, print a line a run, and write ``cluster.json`` into the work folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--comments", type=int, default=40_000)
    parser.add_argument("--part-size", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    codebook = load_codebook()
    survey = write_survey(options.work / "enkat.csv", codebook=codebook, comments=options.comments)
    models = load_models(MODEL, names=NAMES, codebook=codebook)
    reading = measure_reading(survey)
    print(f"input: {reading:,.0f} comments a processor second, in one place")
    found = []
    for workers in options.workers:
        measured = measure_run(
            survey,
            options.work / f"run-{workers}",
            workers=workers,
            part_size=options.part_size,
            codebook=codebook,
            models=models,
        )
        found.append(measured)
        gain = measured.rate / found[0].rate / (workers / found[0].workers)
        print(
            f"{workers} workers: {measured.rate:,.0f} comments/s, {gain:.0%} of what "
            f"{workers // found[0].workers} times {found[0].workers} would be; "
            f"{measured.taking_in * 1000:,.0f} ms a part where the run is written"
        )
    told = {"reading": reading, "part_size": options.part_size, "runs": list(map(asdict, found))}
    (options.work / "cluster.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
