"""Kill a run with SIGKILL at random points, resume it, and compare every byte.

One run is left in peace. Then the same run is begun over and over, and each time killed: in turns
at a moment, drawn evenly from the processor time that a run takes, and at a file operation, drawn
evenly from all that a run makes (so that the short steps in which a run is put in its place are
hit as well). It is resumed, killed again now and then while it is resumed, and has to end as the
one in peace did: the same files with the same bytes and modes, the same ledger, nothing beside.

    python -m scripts.kill_test FOLDER --points 200 --comments 400

The model is a small one of random weights: the reading is quick, and all else is as it always is.
Each attempt is a fork of one process that has loaded the libraries. POSIX only.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from signalread.disclosure.ledger import NAME as LEDGER
from signalread.pipeline import Models, analyze
from signalread.settings import Settings

BEGUN = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
OPERATIONS = frozenset(
    ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "sqlite3.connect")
)
# Loaded before the forks; none of them starts a thread by that.
_LOADED_BEFORE = (
    "babel.dates", "jinja2", "lingua", "onnx.helper", "onnxruntime", "polars", "pptx.chart.data",
    "signalread.classification.onnx_graph", "tokenizers", "vl_convert", "xlsxwriter",
)  # fmt: skip
PARTS = 8  # of a run, so that most kills have some before and some after them
TEAMS = ("Omsorg / Norr", "Omsorg / Syd", "Teknik / Gata", "Skola / Ekbacken")
SAID = (
    "Vi får bestämma schemat själva.",
    "Chefen litar på oss, men ingen vågar säga något på mötena.",
    "Varje fredag ska vi redovisa timmarna i tre system.",
    "Kaffet är gott.",
    "Kerstin lyssnar på oss när det blir fel.",
    "inget att tillägga",
    "",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every attempt works with."""

    survey: Path
    model: Path
    part_size: int
    nlp: Any
    find_names: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """When an attempt is killed: after so much processor time, or before a file operation."""

    seconds: float | None = None
    operation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """How many runs were killed, how often in all, and which did not end as they should."""

    points: int
    kills: int
    begun_anew: int  # killed before there was anything to resume
    resumed: int
    differed: tuple[str, ...]


def kill_and_resume(folder: Path, *, points: int, comments: int, seed: int) -> Tested:
    """Kill and resume as often as ``points`` says; print a line for each that differs."""
    folder.mkdir(parents=True, exist_ok=True)
    bench = _set_up(folder, comments=comments)
    rng = random.Random(seed)
    peace = folder / "peace"
    shutil.rmtree(peace, ignore_errors=True)
    status, seconds = _attempt(bench, peace, now=BEGUN, record=folder / "operations.txt")
    assert status == 0, "the run in peace failed"
    operations = len((folder / "operations.txt").read_text().splitlines())
    wanted = _snapshot(peace)
    print(f"In peace: {seconds:.1f} s of processor time, {operations} file operations.", flush=True)
    kills = begun_anew = resumed = 0
    differed = []
    for point in range(points):
        house = folder / "house"
        shutil.rmtree(house, ignore_errors=True)
        first = (
            Kill(seconds=rng.uniform(0, seconds))
            if point % 2
            else Kill(operation=rng.randrange(operations))
        )
        kill: Kill | None = first
        tries = 0
        while True:
            begun = any((house / name).exists() for name in ("run", ".run.partial/job.json"))
            now = BEGUN + timedelta(days=tries) if begun else BEGUN
            status, _ = _attempt(bench, house, now=now, kill=kill, resume=tries > 0)
            tries += 1
            if status != -signal.SIGKILL:
                break
            kills += 1
            parts = any((house / ".run.partial" / "parts").glob("[0-9]*"))
            resumed, begun_anew = resumed + parts, begun_anew + (not parts)
            again = rng.random() < 0.25
            kill = Kill(operation=rng.randrange(operations)) if again else None
        wrong = list(_differences(wanted, _snapshot(house))) if status == 0 else [f"exit {status}"]
        if wrong:
            differed.append(f"{point}: {first}: {', '.join(wrong)}")
            print(differed[-1], flush=True)
            shutil.move(house, folder / f"differed-{point}")
        if point % 10 == 9:
            print(f"{point + 1} runs, {kills} kills, {len(differed)} differed", flush=True)
    return Tested(
        points=points,
        kills=kills,
        begun_anew=begun_anew,
        resumed=resumed,
        differed=tuple(differed),
    )


def _set_up(folder: Path, *, comments: int) -> Bench:
    survey = folder / "enkat.csv"
    rows = ["Svarsnummer;Enhet;Omgång;Fråga;Kommentar"]
    rows += [
        f"{i // 2};{TEAMS[i // 2 % len(TEAMS)]};1;Fråga {i % 2}?;{SAID[i % len(SAID)]} {i // 20}"
        for i in range(comments)
    ]
    survey.write_text("\r\n".join(rows), encoding="utf-8")
    model = folder / "model"
    if not (model / "manifest.json").exists():
        make = "import sys, pathlib; from tests.tiny_model import make_tiny_model as make; "
        # In a process of its own: the threads of what makes it would not outlive a fork.
        subprocess.run(
            [sys.executable, "-c", f"{make} make(pathlib.Path(sys.argv[1]))", str(model)],
            check=True,
        )
    from signalread.redaction import load_name_finder
    from signalread.segmentation import load_nlp

    for library in _LOADED_BEFORE:
        __import__(library)
    find_names = load_name_finder(None)
    find_names(["Vi får bestämma schemat själva."])  # which loads the lists of names
    return Bench(
        survey=survey,
        model=model,
        part_size=max(1, -(-comments // PARTS)),
        nlp=load_nlp(),
        find_names=find_names,
    )


def _attempt(
    bench: Bench,
    house: Path,
    *,
    now: datetime,
    kill: Kill | None = None,
    resume: bool = False,
    record: Path | None = None,
) -> tuple[int, float]:
    """Run in a fork, and return its exit status (negative: the signal) and processor seconds."""
    house.mkdir(exist_ok=True)
    child = os.fork()
    if child == 0:
        _run(bench, house, now=now, kill=kill or Kill(), resume=resume, record=record)
    if kill is not None and kill.seconds is not None:
        while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            if _processor_seconds(child) >= kill.seconds:
                os.kill(child, signal.SIGKILL)
                break
            time.sleep(0.002)
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def _run(
    bench: Bench, house: Path, *, now: datetime, kill: Kill, resume: bool, record: Path | None
) -> NoReturn:
    status = 1
    try:
        from signalread.classification.encoder import load_classifier
        from signalread.codebook import load_codebook

        codebook = load_codebook()
        models = Models(
            nlp=bench.nlp,
            find_names=bench.find_names,
            classifier=load_classifier(bench.model, codebook=codebook),
        )
        sys.addaudithook(_watcher(house, before=kill.operation, record=record))
        analyze(
            [bench.survey],
            house / "run",
            codebook=codebook,
            settings=Settings(salt="the same in every attempt"),
            models=models,
            now=now,
            resume=resume,
            part_size=bench.part_size,
        )
        status = 0
    finally:
        if sys.exc_info()[0] is not None:
            sys.excepthook(*sys.exc_info())
        os._exit(status)


def _watcher(
    house: Path, *, before: int | None, record: Path | None
) -> Callable[[str, tuple[Any, ...]], None]:
    """Return a hook that counts file operations in ``house`` and dies before a certain one."""
    done = 0
    handle = None if record is None else os.open(record, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    inside = str(house)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal done
        if event not in OPERATIONS or not str(arguments[0]).startswith(inside):
            return
        if done == before:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1
        if handle is not None:
            os.write(handle, f"{event} {arguments[0]}\n".encode())

    return watch


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _snapshot(house: Path) -> dict[str, str]:
    """Return what each file holds and who may read it; of the ledger, what its tables hold."""
    found = {}
    for path in sorted(house.rglob("*")):
        mode = f"{stat.S_IMODE(path.stat().st_mode):o}"
        if path.name == LEDGER:
            with closing(sqlite3.connect(path)) as ledger:
                held = "\n".join(ledger.iterdump()).encode()
        else:
            held = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(house))] = f"{mode} {sha256(held).hexdigest()}"
    return found


def _differences(wanted: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            yield f"{name} {wanted.get(name, 'not there')} became {found.get(name, 'not there')}"


def main() -> int:
    """Test as many kills as the command line says; 1 where a run did not end as it should."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where to work")
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--comments", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tested = kill_and_resume(
        given.folder.resolve(), points=given.points, comments=given.comments, seed=given.seed
    )
    told = {name: getattr(tested, name) for name in ("points", "kills", "begun_anew", "resumed")}
    print(json.dumps({**told, "differed": len(tested.differed)}))
    return 1 if tested.differed else 0


if __name__ == "__main__":
    raise SystemExit(main())
