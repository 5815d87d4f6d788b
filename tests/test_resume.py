"""A run that is broken off, at whatever moment, goes on and ends as one that was not."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from signalread.codebook import Codebook
from signalread.disclosure import Ledger
from signalread.errors import RunError
from signalread.pipeline import Models
from signalread.records import Comment, RedactedComment, Source
from signalread.redaction import redact_comments
from signalread.redaction.names import ListedNames
from signalread.runs import Job, RunFolder
from signalread.settings import Settings
from tests.builders import judgement
from tests.small_runs import (
    NOW,
    PART,
    SALTED,
    At,
    LengthReader,
    make_models,
    run,
    snapshot,
    stop,
    write_survey,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def models() -> Models:
    return make_models()


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return write_survey(tmp_path / "enkat.csv")


@pytest.fixture(scope="module")
def peace(tmp_path_factory: pytest.TempPathFactory, models: Models) -> dict[str, str]:
    """What a run that nobody broke off leaves."""
    folder = tmp_path_factory.mktemp("peace")
    house = folder / "house"
    house.mkdir()
    run(write_survey(folder / "enkat.csv"), house / "run", models=models)
    return snapshot(house)


@pytest.fixture
def house(tmp_path: Path, survey: Path, models: Models) -> Path:
    """A folder with a run that was broken off after three parts of six."""
    folder = tmp_path / "house"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt) as stopped:
        run(survey, folder / "run", models=models, progress=At(3 * PART + 7, stop))
    assert stopped.value.__notes__ == [
        "60 comments that were read are kept; go on with `--resume`."
    ]
    return folder


def test_a_run_that_goes_on_ends_as_one_that_was_not_broken_off(
    house: Path, survey: Path, peace: dict[str, str], models: Models
) -> None:
    run(survey, house / "run", models=models, now=LATER, resume=True)
    assert snapshot(house) == peace


def test_what_was_read_is_not_read_again(house: Path, survey: Path) -> None:
    reader = make_models()
    run(survey, house / "run", models=reader, resume=True)
    whole = make_models()
    run(survey, house.parent / "other" / "run", models=whole)
    assert isinstance(reader.classifier, LengthReader)
    assert isinstance(whole.classifier, LengthReader)
    assert 0 < reader.classifier.read <= whole.classifier.read * 0.55


def test_pseudonyms_stay_the_same_where_no_salt_was_given(
    house: Path, survey: Path, models: Models
) -> None:
    given_by_none = Settings()
    with pytest.raises(KeyboardInterrupt):
        run(
            survey, house / "run", models=models, settings=given_by_none, force=True,
            progress=At(3 * PART + 7, stop),
        )  # fmt: skip
    salt = json.loads((house / ".run.partial/job.json").read_text("utf-8"))["salt"]
    assert len(salt) == 32
    run(survey, house / "run", models=models, settings=given_by_none, resume=True)
    run(survey, house / "other", models=models, settings=replace(given_by_none, salt=salt))
    one, two = (
        (house / name / "restricted/comments.parquet").read_bytes() for name in ("run", "other")
    )
    assert one == two
    held = [path.read_bytes() for path in house.rglob("*") if path.is_file()]
    assert not any(salt.encode() in data for data in held)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda: {"settings": replace(SALTED, min_respondents=6)}, "the settings changed"),
        (lambda: {"settings": replace(SALTED, salt="another")}, "the salt changed"),
        (lambda: {"models": make_models(digest="length-2")}, "the model changed"),
        (lambda: {"models": make_models(names_digest="trained")}, "the name recogniser changed"),
    ],
)
def test_a_run_does_not_go_on_with_something_else(
    house: Path, survey: Path, changed: Callable[[], dict[str, Any]], said: str
) -> None:
    with pytest.raises(RunError, match=f"cannot go on: {said}"):
        run(survey, house / "run", resume=True, **changed())
    assert (house / ".run.partial/parts/000003").is_dir()


def test_a_run_does_not_go_on_with_another_input(house: Path, survey: Path, models: Models) -> None:
    write_survey(survey, comments=121)
    with pytest.raises(RunError, match="the input changed"):
        run(survey, house / "run", models=models, resume=True)


def test_a_run_that_was_broken_off_is_in_the_way_until_somebody_decides(
    house: Path, survey: Path, peace: dict[str, str], models: Models
) -> None:
    with pytest.raises(RunError, match="60 comments of it are kept") as told:
        run(survey, house / "run", models=models)
    assert "--resume" in str(told.value)
    assert "--force" in str(told.value)
    run(survey, house / "run", models=models, force=True)
    assert snapshot(house) == peace


def test_to_resume_what_was_never_begun_is_to_begin(
    tmp_path: Path, survey: Path, peace: dict[str, str], models: Models
) -> None:
    run(survey, tmp_path / "new" / "run", models=models, resume=True)
    assert snapshot(tmp_path / "new") == peace


def test_to_resume_a_whole_run_changes_nothing(
    house: Path, survey: Path, peace: dict[str, str], models: Models
) -> None:
    first = run(survey, house / "run", models=models, resume=True)
    written = (house / "run/run.json").stat().st_mtime_ns
    again = run(survey, house / "run", models=models, now=LATER, resume=True)
    assert again.counts == first.counts
    assert (house / "run/run.json").stat().st_mtime_ns == written
    assert snapshot(house) == peace


def test_another_run_is_not_replaced_by_one_that_goes_on(
    house: Path, survey: Path, models: Models
) -> None:
    other = write_survey(house.parent / "other.csv", comments=40)
    shutil.move(house / ".run.partial", house / ".kept")
    run(other, house / "run", models=models)
    shutil.move(house / ".kept", house / ".run.partial")
    before = snapshot(house / "run")
    with pytest.raises(RunError, match="holds another run"):
        run(survey, house / "run", models=models, resume=True)
    assert snapshot(house / "run") == before


def test_an_earlier_run_stands_until_the_one_that_replaces_it_is_whole(
    tmp_path: Path, survey: Path, models: Models
) -> None:
    out = tmp_path / "house" / "run"
    run(write_survey(tmp_path / "other.csv", comments=40), out, models=models)
    before = snapshot(out)
    with pytest.raises(KeyboardInterrupt):
        run(survey, out, models=models, force=True, progress=At(70, stop))
    assert snapshot(out) == before
    done = run(survey, out, models=models, resume=True)
    assert done.counts["read"] == 90
    assert snapshot(out) != before


def test_the_ledger_remembers_a_run_that_was_resumed_once(
    house: Path, survey: Path, models: Models
) -> None:
    run(survey, house / "run", models=models, now=LATER, resume=True)
    with Ledger(house) as ledger:
        assert len(ledger.releases()) == 1


def test_before_the_first_part_nothing_is_left(
    tmp_path: Path, survey: Path, models: Models
) -> None:
    with pytest.raises(KeyboardInterrupt) as stopped:
        run(survey, tmp_path / "house" / "run", models=models, progress=At(PART - 1, stop))
    assert list((tmp_path / "house").iterdir()) == []
    assert not hasattr(stopped.value, "__notes__")


def test_two_cannot_write_one_run_at_once(
    house: Path, survey: Path, peace: dict[str, str], models: Models
) -> None:
    def meanwhile() -> None:
        with pytest.raises(RunError, match="Another signalread is writing"):
            run(survey, house / "run", models=models, force=True)

    run(survey, house / "run", models=models, resume=True, progress=At(100, meanwhile))
    assert snapshot(house) == peace


def test_while_a_run_is_made_nobody_else_may_look_into_it(
    tmp_path: Path, survey: Path, models: Models
) -> None:
    house = tmp_path / "house"
    seen: list[str] = []

    def look() -> None:
        assert [path.name for path in house.iterdir() if path.is_dir()] == [".run.partial"]
        assert stat.S_IMODE((house / ".run.partial").stat().st_mode) == 0o700
        for path in (house / ".run.partial").rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            if "report" not in path.parts and path.name != "whole":
                assert mode == (0o700 if path.is_dir() else 0o600), path.name
            seen.append(path.name)

    old = os.umask(0)  # whatever the umask is
    try:
        run(survey, house / "run", models=models, progress=At(70, look))
    finally:
        os.umask(old)
    assert {"job.json", "part.json", "comments.parquet", "000003", "000004.new"} <= set(seen)


def _comments(count: int) -> Iterator[Comment]:
    for i in range(count):
        yield Comment(
            id=f"c{i}", team="A", wave="1", respondent=f"r{i}", question=None,
            source=Source.SURVEY, text=f"Vi bestämmer schemat själva {i}.",
        )  # fmt: skip


def _read(
    out: Path, codebook: Codebook, *, comments: int, part_size: int, until: int | None = None
) -> None:
    """Write a run of comments that are segments as a whole; stop at one of them."""
    job = Job(description={"input": comments}, started=NOW, salt="test", part_size=part_size)

    def passing(redacted: Iterator[RedactedComment]) -> Iterator[RedactedComment]:
        for comment in redacted:
            if comment.id == f"c{until}":
                stop()
            yield comment

    with RunFolder(out, labels=codebook.labels, job=job, resume=True) as folder:
        if folder.is_whole:
            return
        for part in folder.missing_parts(_comments(comments)):
            redacted = redact_comments(part, find_names=ListedNames(), salt="a")
            kept = folder.keep_comments(passing(redacted))
            for _ in folder.keep_judgements(judgement(c, (), codebook=codebook) for c in kept):
                pass
        folder.finish([], description=job.description)


@given(comments=st.integers(0, 12), part_size=st.integers(1, 5), stops=st.lists(st.integers(0, 11)))
@tried(max_examples=20, deadline=None)
def test_however_often_a_run_is_stopped_it_ends_the_same(
    codebook: Codebook, comments: int, part_size: int, stops: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        for name, moments in (("peace", [None]), ("stopped", [*stops[:4], None])):
            for until in moments:
                with suppress(KeyboardInterrupt):
                    _read(
                        Path(folder, name, "run"), codebook,
                        comments=comments, part_size=part_size, until=until,
                    )  # fmt: skip
        assert snapshot(Path(folder, "stopped")) == snapshot(Path(folder, "peace"))


@pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
def test_killed_at_random_points_a_run_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.kill_test", str(tmp_path), "--points", "3",
         "--comments", "48"],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["kills"] >= 2
    assert told["differed"] == 0
