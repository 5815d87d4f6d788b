"""A full disk, a vanished input, a broken part, a signal: a clear error, and no result harmed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from signalread.codebook import Codebook
from signalread.errors import InputError, RunError
from signalread.pipeline import Models
from signalread.runs import RunFolder
from tests.small_runs import PART, At, make_models, run, snapshot, stop, write_survey
from tests.tiny_model import make_tiny_model

# As from a terminal: whoever starts tests in the background may have Ctrl-C ignored.
STARTED = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from signalread.cli import main
main()
"""
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}


@pytest.fixture(scope="module")
def models() -> Models:
    return make_models()


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return write_survey(tmp_path / "enkat.csv")


@pytest.fixture
def house(tmp_path: Path, models: Models) -> Path:
    """A folder with an earlier run, which nothing may harm."""
    folder = tmp_path / "house"
    run(write_survey(tmp_path / "first.csv", comments=40), folder / "run", models=models)
    return folder


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory, models: Models) -> dict[str, str]:
    """What stands there when the earlier run has been replaced, and nothing went wrong."""
    folder = tmp_path_factory.mktemp("peace")
    out = folder / "house" / "run"
    run(write_survey(folder / "first.csv", comments=40), out, models=models)
    run(write_survey(folder / "enkat.csv"), out, models=models, force=True)
    return snapshot(out)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True, check=False
    )
    if not made or made.returncode != 0:
        pytest.skip("a disk of its own can be made by the superuser of a Linux system only")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_is_a_clear_error_and_the_earlier_run_stays_whole(
    small_disk: Path, tmp_path: Path, survey: Path, models: Models, replaced: dict[str, str]
) -> None:
    out = small_disk / "run"
    run(write_survey(tmp_path / "first.csv", comments=40), out, models=models)
    before = snapshot(out)

    def fill_up() -> None:
        with pytest.raises(OSError, match="No space left"):
            (small_disk / "ballast").write_bytes(bytes(16 * 1024**2))

    with pytest.raises(RunError, match="disk is full") as told:
        run(survey, out, models=models, force=True, progress=At(3 * PART + 5, fill_up))
    assert told.value.__notes__ == ["60 comments that were read are kept; go on with `--resume`."]
    assert snapshot(out) == before
    (small_disk / "ballast").unlink()
    run(survey, out, models=models, resume=True)
    assert snapshot(out) == replaced


@pytest.mark.skipif(os.name != "posix", reason="the limit is POSIX's")
def test_a_disk_that_refuses_to_write_on_is_a_clear_error(tmp_path: Path, survey: Path) -> None:
    limited = (
        "import resource, sys; from pathlib import Path;"
        "from tests.small_runs import run;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000));"
        "run(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, survey, tmp_path / "house" / "run"],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert "RunError" in done.stderr
    assert "cannot be written: File too large" in done.stderr
    assert not (tmp_path / "house" / "run").exists()


def test_a_folder_that_cannot_be_written_is_a_clear_error(survey: Path, models: Models) -> None:
    # Where a file stands in place of a folder, not even the superuser can write.
    with pytest.raises(RunError, match="cannot be written"):
        run(survey, survey / "run", models=models)


@pytest.mark.skipif(
    os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="the superuser may write everywhere",
)
def test_a_read_only_folder_is_a_clear_error(tmp_path: Path, survey: Path, models: Models) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(RunError, match="cannot be written: Permission denied"):
        run(survey, closed / "run", models=models)
    assert list(closed.iterdir()) == []


def test_a_read_only_disk_is_a_clear_error(small_disk: Path, survey: Path, models: Models) -> None:
    run(survey, small_disk / "run", models=models)
    before = snapshot(small_disk)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(RunError, match="cannot be written: Read-only file system"):
        run(survey, small_disk / "run", models=models, force=True)
    assert snapshot(small_disk) == before


def test_an_input_that_vanishes_is_a_clear_error_and_the_earlier_run_stays_whole(
    house: Path, survey: Path, models: Models
) -> None:
    before = snapshot(house / "run")
    kept = survey.read_bytes()
    with pytest.raises(InputError, match=r"enkat\.csv is gone since the reading of it began"):
        run(survey, house / "run", models=models, force=True, progress=At(50, survey.unlink))
    assert snapshot(house / "run") == before
    survey.write_bytes(kept)
    assert run(survey, house / "run", models=models, resume=True).counts["read"] == 90


def test_an_input_that_is_written_to_meanwhile_is_a_clear_error(
    house: Path, survey: Path, models: Models
) -> None:
    before = snapshot(house / "run")

    def write_on() -> None:
        with survey.open("a", encoding="utf-8") as file:
            file.write("\r\n99;Teknik / Gata;1;Fråga 1?;Nu kom det en till.")

    with pytest.raises(InputError, match=r"enkat\.csv was changed while it was read"):
        run(survey, house / "run", models=models, force=True, progress=At(50, write_on))
    assert snapshot(house / "run") == before


@pytest.fixture
def broken_off(house: Path, survey: Path, models: Models) -> Path:
    """The work folder of a run that was broken off after three parts of six."""
    with pytest.raises(KeyboardInterrupt):
        run(survey, house / "run", models=models, force=True, progress=At(3 * PART + 5, stop))
    return house / ".run.partial"


@pytest.mark.parametrize("file", ["restricted/comments.parquet", "part.json"])
def test_a_damaged_part_is_named_and_can_be_read_again(
    broken_off: Path,
    house: Path,
    survey: Path,
    models: Models,
    replaced: dict[str, str],
    file: str,
) -> None:
    before = snapshot(house / "run")
    path = broken_off / "parts/000002" / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data if file != "part.json" else data[:10])
    with pytest.raises(RunError, match=r"parts/000002, a part .* is damaged") as told:
        run(survey, house / "run", models=models, resume=True)
    assert "remove that folder and go on with `--resume`" in str(told.value)
    assert snapshot(house / "run") == before
    shutil.rmtree(broken_off / "parts/000002")
    run(survey, house / "run", models=models, resume=True)
    assert snapshot(house / "run") == replaced


def test_a_damaged_job_is_a_clear_error(
    broken_off: Path, house: Path, survey: Path, models: Models
) -> None:
    (broken_off / "job.json").write_text("{")
    with pytest.raises(RunError, match=r"job\.json cannot be read"):
        run(survey, house / "run", models=models, resume=True)
    run(survey, house / "run", models=models, force=True)
    assert not broken_off.exists()


def test_what_takes_the_place_of_a_run_never_leaves_a_gap(
    tmp_path: Path, codebook: Codebook
) -> None:
    # As a kill leaves it between the two moves that exchange an old run for a new one.
    moved = tmp_path / ".run.partial/replaced"
    moved.mkdir(parents=True)
    (moved / "run.json").write_text("{}", encoding="utf-8")
    with (
        pytest.raises(RunError, match="holds another run"),
        RunFolder(tmp_path / "run", labels=codebook.labels),
    ):
        pass
    assert (tmp_path / "run/run.json").is_file()


@pytest.mark.skipif(os.name != "posix", reason="these signals are POSIX's")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_stopped_says_what_is_kept_and_goes_on(
    tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    rows = ["Svarsnummer;Enhet;Omgång;Kommentar"]
    rows += [f"{i};Norr;1;inget att tillägga" for i in range(10_000)]
    rows += [f"{i};Norr;1;Vi bestämmer schemat själva på plan {i}." for i in range(3_000)]
    (tmp_path / "enkat.csv").write_text("\n".join(rows), encoding="utf-8")
    command = [
        sys.executable, "-c", STARTED, "analyze", "enkat.csv", "--out", "run",
        "--model", str(make_tiny_model(tmp_path / "model")),
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        while not (tmp_path / ".run.partial/parts/000001").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(sent)
        _, said = process.communicate()
    assert process.returncode == code
    assert "10,000 comments that were read are kept; go on with `--resume`." in said
    assert "Traceback" not in said
    assert not (tmp_path / "run").exists()
    done = subprocess.run(
        [*command, "--resume"], cwd=tmp_path, env=ENVIRONMENT, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "13000 comments came in" in done.stdout
    assert not (tmp_path / ".run.partial").exists()
