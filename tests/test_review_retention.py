import errno
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signalread.codebook import Codebook
from signalread.errors import ReviewError, RunError, SettingsError
from signalread.review.site import Site
from signalread.runs import open_run
from tests.review_site import (
    SENTENCES,
    add_people,
    close_connections,
    fresh_site,
    make_run,
    restricted_rows,
    told,
)
from tests.small_runs import NOW, SAID, At, run, stop, write_survey

LATER = datetime(2027, 12, 1, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield fresh_site(tmp_path / "site")
    close_connections()


@pytest.fixture
def folder(site: Site, tmp_path: Path, codebook: Codebook) -> Path:
    from signalread.review.judging import Answer, correct
    from signalread.review.models import Escalation, Quotation, Segment
    from signalread.review.registration import register_run

    folder = make_run(tmp_path / "run", codebook)
    run = register_run(folder, actor="test")
    anna = add_people(["reviewer anna"])["reviewer anna"]
    for segment in Segment.objects.filter(run=run)[:4]:
        answer = Answer(
            segment=segment.id,
            labels=("care+",),
            why="skribenten skrev hemligt",
            key=uuid.uuid4(),
            seen=0,
        )
        correct(anna, answer)
        shared = {"segment": segment, "by": anna, "at": LATER}
        Quotation.objects.create(
            **shared, text="hemligt", approved=True, checks=[], key=uuid.uuid4()
        )
        Escalation.objects.create(
            **shared, kind="threat", recipient="Eva", note="hemligt", key=uuid.uuid4()
        )
    return folder


def bytes_on_disk(site: Site, folder: Path) -> bytes:
    close_connections()
    files = [*site.folder.glob("review.sqlite3*"), *folder.rglob("*")]
    return b"".join(path.read_bytes() for path in files if path.is_file())


def test_a_run_that_is_old_enough_loses_all_its_text_and_keeps_its_shares(
    site: Site, folder: Path
) -> None:
    from signalread.review.models import AuditEntry
    from signalread.review.retention import purge_run

    shares = (folder / "report" / "estimates.parquet").read_bytes()
    assert purge_run(folder, created_before=LATER, actor="test") == 40
    left = bytes_on_disk(site, folder)
    for sentence, _labels in SENTENCES:
        assert sentence.encode() not in left
        assert sentence.casefold().encode() not in left
    assert b"hemligt" not in left
    assert (folder / "report" / "estimates.parquet").read_bytes() == shares
    assert not list((folder / "restricted").iterdir())
    assert AuditEntry.objects.get(action="purged").details == {"comments": 40}
    assert told(folder)["removed"][0]["comments"] == 40


def test_a_run_that_is_younger_is_left_alone(site: Site, folder: Path) -> None:
    from signalread.review.retention import purge_run

    before = datetime(2026, 10, 1, tzinfo=UTC)
    assert purge_run(folder, created_before=before, actor="test") is None
    assert len(restricted_rows(folder, "comments.parquet")) == 40


def test_purging_twice_is_purging_once(site: Site, folder: Path) -> None:
    from signalread.review.retention import purge_run

    purge_run(folder, created_before=LATER, actor="test")
    assert purge_run(folder, created_before=LATER, actor="test") == 0


def test_a_purged_run_is_still_known_and_still_shows_its_shares(site: Site, folder: Path) -> None:
    from django.test import Client

    from signalread.review.models import Account
    from signalread.review.registration import find_run
    from signalread.review.retention import purge_run

    purge_run(folder, created_before=LATER, actor="test")
    run = find_run(folder)
    assert run is not None
    client = Client()
    client.force_login(Account.objects.get(name="reviewer anna"))
    assert "+37" in client.get(f"/runs/{run.id}/").content.decode()
    assert client.get(f"/runs/{run.id}/queue/").status_code == 200


def broken_off(tmp_path: Path, *, force: bool = False) -> Path:
    """Return the place of a run that was stopped after some of its parts were kept."""
    survey = write_survey(tmp_path / "enkat.csv")
    with pytest.raises(KeyboardInterrupt):
        run(survey, tmp_path / "run", progress=At(70, stop), force=force)
    assert SAID[0].encode() in b"".join(text_beside(tmp_path / "run"))
    return tmp_path / "run"


def text_beside(folder: Path) -> list[bytes]:
    """Return the text of all comments that lie in the hidden folder beside a run."""
    import pyarrow.parquet as pq

    hidden = folder.parent / f".{folder.name}.partial"
    return [
        text.encode()
        for path in hidden.rglob("comments.parquet")
        for text in pq.read_table(path)["text"].to_pylist()
    ]


def test_what_is_kept_of_a_run_that_was_broken_off_goes_once_it_is_old_enough(
    site: Site, tmp_path: Path
) -> None:
    from signalread.review.models import AuditEntry
    from signalread.review.retention import purge_run

    place = broken_off(tmp_path)
    assert purge_run(place, created_before=LATER, actor="test") == 60
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".run")] == []
    assert AuditEntry.objects.get(action="unfinished run removed").details == {"comments": 60}
    with pytest.raises(RunError, match="not a run folder"):
        purge_run(place, created_before=LATER, actor="test")


def test_a_run_that_was_broken_off_of_late_can_still_go_on(site: Site, tmp_path: Path) -> None:
    from signalread.review.retention import purge_run

    place = broken_off(tmp_path)
    with pytest.raises(RunError, match="not a run folder"):
        purge_run(place, created_before=NOW, actor="test")
    assert run(tmp_path / "enkat.csv", place, resume=True).counts["read"] > 0


def test_a_purged_run_leaves_nothing_of_one_that_was_to_replace_it(
    folder: Path, tmp_path: Path
) -> None:
    from signalread.review.retention import purge_run

    broken_off(tmp_path, force=True)
    assert purge_run(folder, created_before=LATER, actor="test") == 100
    assert not (tmp_path / ".run.partial").exists()
    assert not list((folder / "restricted").iterdir())


def test_a_respondent_is_not_erased_while_a_run_that_was_broken_off_may_hold_their_words(
    folder: Path, tmp_path: Path
) -> None:
    from signalread.review.retention import erase_respondent
    from signalread.review.unfinished import drop_unfinished

    broken_off(tmp_path, force=True)
    with pytest.raises(RunError, match="was broken off") as refusal:
        erase_respondent(folder, pseudonym="r0", actor="test")
    assert "--unfinished" in str(refusal.value)
    assert drop_unfinished(folder, actor="test") == 60
    assert erase_respondent(folder, pseudonym="r0", actor="test") == 2
    with pytest.raises(RunError, match="No run into"):
        drop_unfinished(folder, actor="test")


def test_nothing_is_removed_while_a_run_is_being_written(site: Site, tmp_path: Path) -> None:
    from signalread.review.retention import erase_respondent, purge_run
    from signalread.review.unfinished import drop_unfinished

    place = tmp_path / "run"
    refusals = []

    def try_all() -> None:
        attempts: list[Callable[[], object]] = [
            lambda: purge_run(place, created_before=LATER, actor="test"),
            lambda: erase_respondent(place, pseudonym="r0", actor="test"),
            lambda: drop_unfinished(place, actor="test"),
        ]
        for attempt in attempts:
            with pytest.raises(RunError, match="is being written into") as refusal:
                attempt()
            refusals.append(refusal)

    run(write_survey(tmp_path / "enkat.csv"), place, progress=At(70, try_all))
    assert len(refusals) == 3
    assert len(restricted_rows(place, "comments.parquet")) == 120


def test_copies_that_a_crash_left_behind_go_too(site: Site, folder: Path) -> None:
    from signalread.review.retention import erase_respondent, purge_run

    left = folder / "restricted" / ".comments.parquet-x1y2"
    removals: list[Callable[[], object]] = [
        lambda: erase_respondent(folder, pseudonym="r0", actor="test"),
        lambda: purge_run(folder, created_before=LATER, actor="test"),
    ]
    for remove in removals:
        left.write_text("hemligt", encoding="utf-8")
        remove()
        assert not left.exists()


def test_erasing_a_respondent_takes_their_words_and_leaves_the_count(
    site: Site, folder: Path, codebook: Codebook
) -> None:
    from signalread.review.models import AuditEntry, Comment
    from signalread.review.retention import erase_respondent

    before = restricted_rows(folder, "segments.parquet")
    assert erase_respondent(folder, pseudonym="r0", actor="test") == 2
    comments = restricted_rows(folder, "comments.parquet")
    assert "r0" not in {row["respondent"] for row in comments}
    erased = [row for row in comments if row["comment_id"].startswith("erased-")]
    assert [(row["text"], row["team"]) for row in erased] == [("", "Omsorg / Norr")] * 2
    assert len({row["respondent"] for row in erased}) == 1
    assert len({row["respondent"] for row in comments}) == 20
    after = restricted_rows(folder, "segments.parquet")
    assert [row["labels"] for row in after] == [row["labels"] for row in before]
    saved = open_run(folder)
    assert len(list(saved.readings(codebook))) == 40
    assert Comment.objects.filter(respondent="r0").count() == 0
    assert Comment.objects.exclude(erased=None).count() == 2
    assert AuditEntry.objects.get(action="erased").details == {"comments": 2}
    assert (folder / "restricted" / "comments.parquet").stat().st_mode & 0o777 == 0o600


def test_what_was_decided_of_an_erased_segment_still_counts(site: Site, folder: Path) -> None:
    from signalread.review.judgements import approved_quotations, corrections_of
    from signalread.review.retention import erase_respondent

    erase_respondent(folder, pseudonym="r0", actor="test")
    known = {row["comment_id"] for row in restricted_rows(folder, "comments.parquet")}
    decided = list(corrections_of(folder, folder=site.folder))
    assert len(decided) == 4
    assert {correction.comment_id for correction in decided} <= known
    assert sorted(correction.why for correction in decided)[:2] == ["", ""]
    assert len(list(approved_quotations(folder, folder=site.folder))) == 2


def test_an_erased_segment_is_not_asked_about_and_not_found(site: Site, folder: Path) -> None:
    from django.test import Client

    from signalread.review import queueing
    from signalread.review.models import Account, Assignment, Comment
    from signalread.review.registration import find_run
    from signalread.review.retention import erase_respondent

    anna, run = Account.objects.get(name="reviewer anna"), find_run(folder)
    assert run is not None
    for number in range(15):
        erase_respondent(folder, pseudonym=f"r{number}", actor="test")
    queueing.fill_queue(anna, run, count=40)
    asked = Assignment.objects.filter(reviewer=anna, state="open").values("segment__comment")
    assert Comment.objects.filter(pk__in=asked).exclude(erased=None).count() == 0
    client = Client()
    client.force_login(anna)
    page = client.get(f"/runs/{run.id}/search/").content.decode()
    assert 'role="status">10 segment' in page


def test_a_removal_that_fails_half_way_says_so_and_can_be_done_again(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signalread.review.retention import erase_respondent, purge_run

    stuck, replace, unlink = {""}, Path.replace, Path.unlink

    def refuse(self: Path, name: str) -> None:
        if name in stuck:
            raise OSError(errno.EIO, "the disk fails", str(self))

    def replaced(self: Path, target: Path) -> Path:
        refuse(self, target.name)
        return replace(self, target)

    def unlinked(self: Path, missing_ok: bool = False) -> None:
        refuse(self, self.name)
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(Path, "unlink", unlinked)
    removals: list[tuple[str, Callable[[], object]]] = [
        ("comments.parquet", lambda: erase_respondent(folder, pseudonym="r0", actor="test")),
        ("segments.parquet", lambda: purge_run(folder, created_before=LATER, actor="test")),
    ]
    for name, remove in removals:
        stuck.add(name)
        with pytest.raises(RunError, match="the rest is still there"):
            remove()
        stuck.remove(name)
        stuck.add("run.json")
        with pytest.raises(RunError, match="is removed; only the note"):
            remove()
        stuck.remove("run.json")
        assert not any(removed_texts(folder))


def removed_texts(folder: Path) -> list[str]:
    """Return the text of what r0 wrote, of which there is none once it was removed."""
    if not (folder / "restricted" / "comments.parquet").exists():
        return []
    return [row["text"] for row in restricted_rows(folder, "comments.parquet")[:2]]


def test_an_unknown_pseudonym_is_said_to_be_unknown(site: Site, folder: Path) -> None:
    from signalread.review.retention import erase_respondent

    with pytest.raises(ReviewError, match="no respondent"):
        erase_respondent(folder, pseudonym="nobody", actor="test")


@pytest.mark.parametrize("age", ["", "365", "d", "1w", "-3d"])
def test_an_age_that_is_none_is_refused(age: str) -> None:
    from signalread.cli.purge import read_age

    with pytest.raises(SettingsError, match="no age"):
        read_age(age)
