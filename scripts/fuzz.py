"""Feed damaged and hostile input to everything that reads, and say what ends in a crash.

A crash is any end but a result or a ``SignalreadError``, more than ten seconds for one input, or
more than a gigabyte of memory.

    python -m scripts.fuzz work/                       # every target in turn, 1,000 inputs each
    python -m scripts.fuzz work/ --target csv -n 100000
    python -m scripts.fuzz work/ --target toml --guided    # by coverage, with the extra `fuzz`

What was counted is kept in ``work/counts.json`` and added to by the next call, which goes on with
the seeds that have not been used; inputs that crash are kept in ``work/crashes/``.
"""

import argparse
import contextlib
import faulthandler
import json
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.fuzz_inputs import mutate
from scripts.fuzz_targets import TARGETS, Target
from signalread.errors import SignalreadError

LONGEST = 10.0  # seconds for one input
MEMORY = 1024**3  # bytes beyond what the program takes by itself
SAVE_EVERY = 500  # inputs


class TooSlow(BaseException):
    """One input took too long; no base of Exception, so that nothing on the way catches it."""


def fuzz_target(name: str, work: Path, *, inputs: int) -> dict[str, Any]:
    """Run a target over so many new inputs; return its counts over all calls so far."""
    target = TARGETS[name](work / "scratch" / name)
    counts = read_counts(work).get(
        name, {"inputs": 0, "read": 0, "refused": 0, "crashes": 0, "seconds": 0.0}
    )
    examples = target.examples()
    limit_memory()
    signal.signal(signal.SIGVTALRM, _give_up)
    started = time.process_time()
    for seed in range(counts["inputs"], counts["inputs"] + inputs):
        rng = random.Random(f"{name}/{seed}")
        data = mutate(examples, rng, words=target.words)
        (work / "last-input").write_bytes(data)  # of a crash that takes the program with it
        outcome, trace = run_once(target, data)
        counts["inputs"] += 1
        counts[outcome] += 1
        if outcome == "crashes":
            keep_crash(work, name, seed, data, trace)
        if counts["inputs"] % SAVE_EVERY == 0:
            counts["seconds"] += time.process_time() - started
            started = time.process_time()
            write_counts(work, name, counts)
    counts["seconds"] = round(counts["seconds"] + time.process_time() - started, 1)
    write_counts(work, name, counts)
    return counts


def run_once(target: Target, data: bytes) -> tuple[str, str]:
    """Give one input to a target; return what became of it, and the trace of a crash."""
    # Processor time, so that a busy machine is no crash.
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        target.read(data)
    except SignalreadError:
        return "refused", ""
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of a Rust library is no Exception
        return "crashes", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return "read", ""


def fuzz_guided(name: str, work: Path, *, inputs: int) -> None:
    """Let atheris choose the inputs by what code they reach; it stops at the first crash."""
    import atheris

    with atheris.instrument_imports(include=["signalread", "yaml", "tomllib", "csv", "json"]):
        target = TARGETS[name](work / "scratch" / name)
    corpus = work / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, example in enumerate(target.examples()):
        (corpus / f"example-{number}").write_bytes(example)

    def test_one(data: bytes) -> None:
        with contextlib.suppress(SignalreadError):
            target.read(data)

    options = [f"-runs={inputs}", f"-timeout={LONGEST:.0f}", "-rss_limit_mb=3072"]
    kept = f"-artifact_prefix={work}/crashes/{name}-"
    (work / "crashes").mkdir(exist_ok=True)
    atheris.Setup([sys.argv[0], *options, kept, str(corpus)], test_one)
    atheris.Fuzz()


def limit_memory() -> None:
    """Let this process have so much more memory than it has, and no more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def keep_crash(work: Path, name: str, seed: int, data: bytes, trace: str) -> None:
    """Keep an input and what it did; of each place in the code the first alone."""
    lines = [line for line in trace.splitlines() if line.startswith('  File "')]
    place = (lines[-1] if lines else "none").encode()
    kept = work / "crashes" / f"{name}-{zlib.crc32(place):08x}"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(data)
        kept.with_suffix(".txt").write_text(f"seed {seed}\n{trace}", encoding="utf-8")


def read_counts(work: Path) -> dict[str, dict[str, Any]]:
    """Return the counts of all targets so far."""
    path = work / "counts.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def write_counts(work: Path, name: str, counts: dict[str, Any]) -> None:
    """Write the counts of one target beside those of the others, whole or not at all."""
    merged = read_counts(work) | {name: counts}
    with tempfile.NamedTemporaryFile("w", dir=work, delete=False, encoding="utf-8") as file:
        json.dump(merged, file, indent=1)
    Path(file.name).replace(work / "counts.json")


def _give_up(*_: object) -> None:
    raise TooSlow(f"over {LONGEST:.0f} seconds")


def main() -> None:
    """Read the command line and fuzz."""
    faulthandler.enable()
    parser = argparse.ArgumentParser(description="Fuzz everything that reads.")
    parser.add_argument("work", type=Path, help="a folder for counts and crashes")
    parser.add_argument("--target", choices=sorted(TARGETS), action="append")
    parser.add_argument("-n", "--inputs", type=int, default=1000, help="per target")
    parser.add_argument("--guided", action="store_true", help="by coverage, with atheris")
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    run: Callable[..., Any] = fuzz_guided if chosen.guided else fuzz_target
    for name in chosen.target or sorted(TARGETS):
        counts = run(name, chosen.work, inputs=chosen.inputs)
        print(name, counts, flush=True)


if __name__ == "__main__":
    main()
