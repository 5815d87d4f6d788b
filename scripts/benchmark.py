"""Quality against speed, for signalread and its peers, in one run.

    python -m scripts.benchmark corpora/sv-work models/signalread-sv --out docs

Needs the extras ``benchmark`` and ``train``. Peers are fitted on the train part and calibrated on
dev, thresholds and all, exactly as the model that ships is; the test part only reports. What was
fitted stays in ``--cache``; ``--only ours`` measures a new model against the peers that lie there.

Each peer reads in a process of its own, all on as many threads. Rounds are interleaved: every peer
reads once before any reads again, so that whatever else the machine does hits all alike.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import IO, Annotated, Any

import numpy as np
import typer

from scripts.benchmark_peers import PEERS, Peer
from scripts.benchmark_tables import write_page
from scripts.benchmark_worker import examples_of
from signalread.codebook import load_codebook
from signalread.training.calibrate import calibrate
from signalread.training.evaluate import Evaluation, evaluate_scores
from signalread.training.examples import Examples

RESULTS = "benchmark.json"


def main(
    corpus: Annotated[Path, typer.Argument(help="The corpus folder, with train, dev and test.")],
    model: Annotated[Path, typer.Argument(help="The model folder that ships.")],
    out: Annotated[Path, typer.Option(help="Where benchmark.{json,md,svg} are written.")],
    cache: Annotated[Path, typer.Option(help="Where fitted peers stay.")] = Path(
        ".cache/benchmark"
    ),
    only: Annotated[
        list[str] | None,
        typer.Option(help="Score these peers anew; the others' quality is taken from before."),
    ] = None,
    segments: Annotated[
        int | None, typer.Option(help="Fit peers on this many segments, to try the script out.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="How often each peer reads.")] = 5,
    threads: Annotated[
        int, typer.Option(help="Threads per reader; one, where others work on the machine too.")
    ] = 2,
) -> None:
    """Fit, score and time the peers; write the table and the plot."""
    chosen = [peer for peer in PEERS if only is None or peer.name in only]
    fit_missing(chosen, corpus, cache, segments)
    stored = cache / "results.json"
    results: dict[str, Any] = (
        json.loads(stored.read_text(encoding="utf-8")) if stored.is_file() else {}
    )
    # Ratios hold within a run only, so all that can be timed are timed together.
    timed = [p for p in PEERS if p in chosen or p.speed_only or p.name in results]
    parts = {part: examples_of(corpus, part) for part in ("dev", "test")}
    with ExitStack() as stack:
        workers = {
            peer: stack.enter_context(Worker(peer, cache, model, corpus, threads)) for peer in timed
        }
        for peer, worker in workers.items():
            results[peer.name] = results.get(peer.name, {}) | {
                "megabytes": size_mb(peer, cache, model),
                "fitted_on": fitted_on(peer, cache, model),
            }
            if peer in chosen and not peer.speed_only:
                results[peer.name] |= quality(worker, parts, cache)
                print(f"{peer.name}: {results[peer.name]['test']['micro_f1']:.3f}", flush=True)
        for peer, speed in measure(workers, rounds).items():
            results[peer.name] |= speed
    results["_"] = {
        "train_segments": segments or len(examples_of(corpus, "train")),
        "dev_segments": len(parts["dev"]),
        "test_segments": len(parts["test"]),
        "rounds": rounds,
        "threads": threads,
        "cores": os.cpu_count(),
    }
    text = json.dumps(results, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    stored.write_text(text, encoding="utf-8")
    (out / RESULTS).write_text(text, encoding="utf-8")
    write_page(results, out)


def fit_missing(peers: list[Peer], corpus: Path, cache: Path, segments: int | None) -> None:
    """Fit the peers that are not in the cache yet."""
    train: Examples | None = None
    for peer in peers:
        folder = cache / peer.name
        if peer.fit is None or (folder / "fitted.json").is_file():
            continue
        train = train or some(examples_of(corpus, "train"), segments)
        folder.mkdir(parents=True, exist_ok=True)
        clock, processor = time.perf_counter(), sum(os.times()[:4])
        peer.fit(train, folder)
        spent = {
            "segments": len(train),
            "fit_s": time.perf_counter() - clock,
            "fit_cpu_s": sum(os.times()[:4]) - processor,
        }
        print(f"{peer.name}: fitted in {spent['fit_s']:.0f} s", flush=True)
        (folder / "fitted.json").write_text(json.dumps(spent), encoding="utf-8")


def some(examples: Examples, segments: int | None) -> Examples:
    """Return evenly spread examples, or all."""
    if segments is None or segments >= len(examples):
        return examples
    rows = np.linspace(0, len(examples) - 1, segments).astype(int).tolist()
    return Examples(
        passages=[examples.passages[i] for i in rows],
        targets=examples.targets[rows],
        segments=[examples.segments[i] for i in rows],
        comments=[examples.comments[i] for i in rows],
    )


class Worker:
    """A peer's process. It has loaded once the context is entered."""

    def __init__(self, peer: Peer, cache: Path, model: Path, corpus: Path, threads: int) -> None:
        (cache / peer.name).mkdir(parents=True, exist_ok=True)
        arguments = [peer.name, *map(str, (cache, model, corpus, threads))]
        self._threads = threads
        self._command = [sys.executable, "-m", "scripts.benchmark_worker", *arguments]
        self.peer = peer

    def __enter__(self) -> "Worker":
        # Fixed for all, whatever a library would take by itself.
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        fixed = dict.fromkeys((*names, "RAYON_NUM_THREADS"), str(self._threads))
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | fixed | {"TOKENIZERS_PARALLELISM": "true"},
        )
        self.loaded = self._answer()
        return self

    def __exit__(self, *_: object) -> None:
        _open(self._process.stdin).close()
        self._process.wait()

    def ask(self, line: str) -> dict[str, Any]:
        """Send a line and return the answer."""
        pipe = _open(self._process.stdin)
        pipe.write(line + "\n")
        pipe.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        for line in _open(self._process.stdout):
            if line.startswith("{"):  # libraries may print too
                found: dict[str, Any] = json.loads(line)
                return found
        raise SystemExit(f"The process of '{self.peer.name}' ended; run it by hand to see why.")


def quality(worker: Worker, parts: dict[str, Examples], cache: Path) -> dict[str, Any]:
    """Return the peer's figures on dev and test, calibrated on dev."""
    logits = {}
    for part in parts:
        file = cache / worker.peer.name / f"{part}.npy"
        worker.ask(f"score {part} {file}")
        logits[part] = np.load(file)
    codebook = load_codebook()
    calibration = calibrate(logits["dev"], parts["dev"].targets)
    return {
        part: figures(
            evaluate_scores(
                calibration.probabilities(logits[part]),
                calibration.thresholds,
                examples,
                codebook=codebook,
            )
        )
        for part, examples in parts.items()
    }


def figures(found: Evaluation) -> dict[str, Any]:
    """Return what the tables show of an evaluation."""
    names = ("micro_f1", "macro_f1", "signals_f1", "themes_f1", "left_alone", "calibration_error")
    return {name: getattr(found, name) for name in names} | {
        "interval": list(found.interval),
        "rule_f1": {str(rule): f1 for rule, f1 in found.rule_f1.items()},
        "rule_exact": {str(rule): share for rule, (_, share) in found.rules.items()},
        "rule_segments": {str(rule): n for rule, (n, _) in found.rules.items()},
        "labels": {figure.label: figure.f1 for figure in found.labels},
    }


def measure(workers: dict[Peer, Worker], rounds: int) -> dict[Peer, dict[str, Any]]:
    """Return speeds. Ratios to a BERT-base are medians over rounds, each within its round."""
    answers: dict[Peer, list[dict[str, Any]]] = {peer: [] for peer in workers}
    for number in range(rounds):
        for peer, worker in workers.items():
            answers[peer].append(worker.ask("read"))
        print(f"round {number + 1} of {rounds}", flush=True)

    def per_second(peer: Peer, unit: str) -> list[float]:
        return [answer["segments"] / answer[unit] for answer in answers[peer]]

    found = {}
    for peer, worker in workers.items():
        found[peer] = worker.loaded | {
            "segments_per_s": median(per_second(peer, "s")),
            "segments_per_s_best": max(per_second(peer, "s")),
            "segments_per_cpu_s": median(per_second(peer, "cpu_s")),
            "peak_mb": answers[peer][-1]["peak_mb"],
        }
        for yard in workers:
            if yard.speed_only:
                found[peer][f"times_{yard.name}"] = {
                    unit: median(
                        own / theirs
                        for own, theirs in zip(
                            per_second(peer, unit), per_second(yard, unit), strict=True
                        )
                    )
                    for unit in ("s", "cpu_s")
                }
    return found


def size_mb(peer: Peer, cache: Path, model: Path) -> float:
    """Return what the model takes on disk, in MB of 10^6 bytes."""
    if peer.megabytes is not None:
        return peer.megabytes
    folder = model if peer.fit is None else cache / peer.name
    aside = (".npy", "fitted.json")
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(aside))
    return sum(path.stat().st_size for path in files) / 1e6


def fitted_on(peer: Peer, cache: Path, model: Path) -> int | None:
    """Return how many segments a reader was fitted on, where that is known."""
    if peer.speed_only:
        return None
    if peer.fit is None:
        manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
        found: Any = manifest["training"].get("segments", {}).get("train")
    else:
        found = json.loads((cache / peer.name / "fitted.json").read_text(encoding="utf-8"))[
            "segments"
        ]
    return None if found is None else int(found)


def _open(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # both are pipes
    return pipe


if __name__ == "__main__":
    typer.run(main)
