"""One peer in a process of its own, which ``scripts/benchmark.py`` starts and asks.

    python -m scripts.benchmark_worker PEER CACHE MODEL CORPUS THREADS

It prints a line of JSON when it has loaded, and one for each line that it is given: after ``read``
the seconds of a round, after ``score PART FILE`` where it has written its outputs.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from scripts.benchmark_peers import PEERS
from signalread.codebook import load_codebook
from signalread.training.corpus import read_corpus
from signalread.training.examples import Examples, make_examples


def main(name: str, cache: Path, model: Path, corpus: Path, threads: int) -> None:
    """Load the peer, then do what is asked until the input ends."""
    peer = next(peer for peer in PEERS if peer.name == name)
    dev = examples_of(corpus, "dev")
    before = peak_mb()
    clock, processor = time.perf_counter(), cpu_seconds()
    read = peer.load(cache / name, model, threads)
    loaded = {"load_s": time.perf_counter() - clock, "load_cpu_s": cpu_seconds() - processor}
    sample = dev.passages[:: max(1, len(dev) // peer.sample)][: peer.sample]
    read(sample[:16])  # what is made at the first call is not counted twice
    tell(loaded | {"base_mb": before, "loaded_mb": peak_mb()})
    for line in sys.stdin:
        match line.split():
            case ["read"]:
                clock, processor = time.perf_counter(), cpu_seconds()
                read(sample)
                tell(
                    {
                        "segments": len(sample),
                        "s": time.perf_counter() - clock,
                        "cpu_s": cpu_seconds() - processor,
                        "peak_mb": peak_mb(),
                    }
                )
            case ["score", part, file]:
                np.save(file, read(examples_of(corpus, part).passages))
                tell({"file": file})


def examples_of(corpus: Path, part: str) -> Examples:
    """Return one part of the corpus."""
    codebook = load_codebook()
    return make_examples(read_corpus(corpus, codebook=codebook, parts=[part]), codebook=codebook)


def cpu_seconds() -> float:
    """Return what this process and its children have used of the processors."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def peak_mb() -> float:
    """Return the most memory that the process has held, in MB, or nan where Linux is not there.

    The kernel's own mark, because ``getrusage`` also counts what the parent held at the fork.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def tell(found: dict[str, Any]) -> None:
    """Print one answer."""
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
