import json
import shutil
from pathlib import Path

import pytest

from signalread.codebook import Codebook
from signalread.errors import RunError
from signalread.records import Cell, Estimate, Reading, RedactedComment, Source
from signalread.runs import RunFolder, open_run
from tests.builders import judgement, redacted

CELL = Cell(team="A", level=1, wave="1", source=Source.SURVEY, label="trust")


@pytest.fixture
def read(codebook: Codebook) -> list[RedactedComment]:
    return [
        redacted("c1", text="Vi bestämmer själva."),
        redacted("c2", text=""),
        redacted("c3", text="Chefen ringer varje kväll."),
    ]


@pytest.fixture
def run(tmp_path: Path, codebook: Codebook, read: list[RedactedComment]) -> Path:
    out = tmp_path / "run"
    with RunFolder(out, labels=codebook.labels) as folder:
        kept = list(folder.keep_comments(read))
        made = [judgement(kept[0], ["trust"], codebook=codebook)]
        made.append(judgement(kept[2], ["control"], codebook=codebook))
        list(folder.keep_judgements(made))
        folder.finish(
            [Estimate(cell=CELL, n=9, share=0.5, low=0.2, high=0.8)],
            description={
                "model": {"name": "m", "digest": "d"},
                "codebook": {"version": codebook.version, "digest": codebook.digest},
            },
        )
    return out


def test_comments_and_readings_come_back_as_they_were(
    run: Path, codebook: Codebook, read: list[RedactedComment]
) -> None:
    saved = open_run(run)
    readings = list(saved.readings(codebook))
    assert list(saved.comments()) == read
    assert [reading.segment.comment for reading in readings] == [read[0], read[2]]
    assert [reading.labels for reading in readings] == [("trust",), ("control",)]
    assert all(isinstance(reading, Reading) for reading in readings)
    assert [reading.segment.text for reading in readings] == [read[0].text, read[2].text]


def test_a_folder_that_is_no_run_is_told_apart_from_a_damaged_one(run: Path) -> None:
    with pytest.raises(RunError, match="not a run folder"):
        open_run(run.parent / "elsewhere")
    (run / "run.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        open_run(run)


def test_a_run_of_a_later_format_is_not_guessed_at(run: Path) -> None:
    described = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(described | {"format": 2}))
    with pytest.raises(RunError, match="format 2"):
        open_run(run)


@pytest.mark.parametrize("name", ["comments.parquet", "segments.parquet"])
def test_a_damaged_part_file_is_named_without_what_it_held(
    run: Path, codebook: Codebook, name: str
) -> None:
    path = run / "restricted" / name
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(RunError, match=name):
        list(open_run(run).readings(codebook))


def test_a_purged_run_says_so(run: Path, codebook: Codebook) -> None:
    shutil.rmtree(run / "restricted")
    with pytest.raises(RunError, match="no longer holds its comments"):
        list(open_run(run).comments())


def test_another_codebook_is_refused(run: Path) -> None:
    other = run / "run.json"
    described = json.loads(other.read_text())
    described["codebook"] = {"version": "9", "digest": "other"}
    other.write_text(json.dumps(described))
    from signalread.codebook import load_codebook

    with pytest.raises(RunError, match="version 9"):
        list(open_run(run).readings(load_codebook()))
