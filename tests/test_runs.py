import errno
import json
import stat
from pathlib import Path

import polars as pl
import pytest

from signalread.codebook import Codebook
from signalread.errors import RunError
from signalread.records import Cell, Estimate, Reason, Source, Withheld
from signalread.runs import RunFolder
from tests.builders import judgement, redacted


def _write(out: Path, codebook: Codebook, *, force: bool = False) -> None:
    cell = Cell(team="A", level=1, wave="1", source=Source.SURVEY, label="trust")
    with RunFolder(out, labels=codebook.labels, force=force) as run:
        comments = run.keep_comments([redacted("c1", text="Vi bestämmer själva.")])
        list(run.keep_judgements(judgement(c, ["trust"], codebook=codebook) for c in comments))
        run.finish(
            [
                Estimate(cell=cell, n=9, share=0.5, low=0.2, high=0.8),
                Withheld(cell=cell, reason=Reason.TOO_FEW),
            ],
            description={"signalread": "test"},
        )


def test_a_run_folder_holds_comments_segments_and_estimates(
    tmp_path: Path, codebook: Codebook
) -> None:
    _write(tmp_path / "run", codebook)
    comments = pl.read_parquet(tmp_path / "run/restricted/comments.parquet")
    segments = pl.read_parquet(tmp_path / "run/restricted/segments.parquet")
    estimates = pl.read_parquet(tmp_path / "run/report/estimates.parquet")
    assert comments["text"].to_list() == ["Vi bestämmer själva."]
    assert segments["labels"].to_list() == [["trust"]]
    assert estimates["status"].to_list() == ["shown", "withheld"]


def test_a_withheld_row_has_no_numbers(tmp_path: Path, codebook: Codebook) -> None:
    _write(tmp_path / "run", codebook)
    row = pl.read_parquet(tmp_path / "run/report/estimates.parquet").row(1, named=True)
    assert row["n"] is row["share"] is row["low"] is row["high"] is None
    assert row["reason"] == "too_few"


def test_what_is_restricted_is_readable_by_its_owner_alone(
    tmp_path: Path, codebook: Codebook
) -> None:
    _write(tmp_path / "run", codebook)
    restricted = tmp_path / "run/restricted"
    assert stat.S_IMODE(restricted.stat().st_mode) == 0o700
    for file in restricted.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_another_run_is_not_overwritten_unless_forced(tmp_path: Path, codebook: Codebook) -> None:
    _write(tmp_path / "run", codebook)
    with pytest.raises(RunError, match="another run"):
        _write(tmp_path / "run", codebook)
    _write(tmp_path / "run", codebook, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_that_is_no_run_is_never_replaced(tmp_path: Path, codebook: Codebook) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"cat")
    with pytest.raises(RunError, match="not a run folder"):
        _write(tmp_path / "photos", codebook, force=True)
    assert (tmp_path / "photos/cat.jpg").exists()


def test_a_run_that_fails_leaves_nothing_and_the_old_run_whole(
    tmp_path: Path, codebook: Codebook
) -> None:
    _write(tmp_path / "run", codebook)
    before = (tmp_path / "run/run.json").read_text(encoding="utf-8")

    def fail() -> None:
        with RunFolder(tmp_path / "run", labels=codebook.labels, force=True) as run:
            list(run.keep_comments([redacted("c9")]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run/run.json").read_text(encoding="utf-8") == before


def test_a_full_disk_is_said_in_words(tmp_path: Path, codebook: Codebook) -> None:
    with (
        pytest.raises(RunError, match="disk is full"),
        RunFolder(tmp_path / "run", labels=codebook.labels),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_run_json_counts_what_was_read_and_left_out(tmp_path: Path, codebook: Codebook) -> None:
    _write(tmp_path / "run", codebook)
    facts = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
    assert facts["format"] == 1
    assert facts["counts"] == {"read": 1, "segments": 1}
