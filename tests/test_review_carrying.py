import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from signalread.codebook import Codebook
from signalread.review.site import Site
from tests.review_site import (
    POSTGRESQL,
    add_people,
    close_connections,
    fresh_site,
    make_run,
    new_database,
    postgresql_server,
)

LATER = datetime(2027, 1, 1, tzinfo=UTC)
NUMBERS = count()
WITHOUT = pytest.mark.skipif(POSTGRESQL is None, reason="PostgreSQL is not installed")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=WITHOUT)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with postgresql_server() as server:
        yield server


@pytest.fixture
def site(database: str | None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    url = new_database(database, f"db{next(NUMBERS)}") if database else None
    yield fresh_site(tmp_path / "site", database=url)
    close_connections()


@pytest.fixture
def anna(site: Site) -> Any:
    return add_people(["reviewer anna"])["reviewer anna"]


@pytest.fixture
def first(site: Site, anna: Any, tmp_path: Path, codebook: Codebook) -> Any:
    """Bring a run in, of which ten segments are decided on: all are about care."""
    from signalread.review.carrying import bring_in

    run = bring_in(make_run(tmp_path / "first", codebook), actor="test")
    for segment in segments(run)[:10]:
        answer(anna, segment, "care+")
    return run


def segments(run: Any) -> list[Any]:
    from signalread.review.models import Segment

    return list(Segment.objects.filter(run=run).select_related("comment").order_by("id"))


def answer(person: Any, segment: Any, *labels: str) -> None:
    from signalread.review.judging import Answer, correct
    from signalread.review.models import Segment

    seen = Segment.objects.get(pk=segment.pk).version
    given = Answer(segment=segment.id, labels=labels, why="sagt", key=uuid.uuid4(), seen=seen)
    correct(person, given)


def read_anew(tmp_path: Path, codebook: Codebook, *, name: str = "second") -> Path:
    """Write the run of the same answers that a later model has read."""
    return make_run(tmp_path / name, codebook, created=LATER)


def decided(folder: Path, site: Site) -> list[tuple[str, int, tuple[str, ...], str]]:
    from signalread.review.judgements import corrections_of

    found = corrections_of(folder, site.database, folder=site.folder)
    return [(c.comment_id, c.segment, c.labels, c.reviewer) for c in found]


TEN = [(f"c{i}", 0, ("care+",), "reviewer anna") for i in range(10)]


def test_a_run_that_was_read_anew_keeps_what_people_decided(
    site: Site, first: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.carrying import bring_in

    folder = read_anew(tmp_path, codebook)
    assert sorted(decided(folder, site)) == TEN  # the site does not know this run
    second = bring_in(folder, actor="test")
    assert second != first
    assert sorted(decided(folder, site)) == TEN
    assert sorted(decided(tmp_path / "first", site)) == TEN
    assert [s.state for s in segments(second)] == ["judged"] * 10 + ["unseen"] * 30
    assert bring_in(folder, actor="test") == second  # and once more changes nothing
    assert {s.version for s in segments(second)[:10]} == {1}


def test_what_was_decided_later_comes_along_when_the_run_is_opened_again(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.carrying import bring_in

    folder = read_anew(tmp_path, codebook)
    bring_in(folder, actor="test")
    answer(anna, segments(first)[20], "trust")
    bring_in(folder, actor="test")
    assert ("c20", 0, ("trust",), "reviewer anna") in decided(folder, site)


def test_other_words_are_not_the_same_segment(
    site: Site, first: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.carrying import bring_in
    from signalread.review.models import Comment

    Comment.objects.filter(run=first, comment_id="c0").update(text="Något annat.")
    Comment.objects.filter(run=first, comment_id="c1").update(team="Omsorg / Öst")
    Comment.objects.filter(run=first, comment_id="c2").update(question="Vad saknas?")
    Comment.objects.filter(run=first, comment_id="c3").update(wave="2019")
    folder = read_anew(tmp_path, codebook)
    assert sorted(decided(folder, site)) == TEN[4:]
    bring_in(folder, actor="test")
    assert sorted(decided(folder, site)) == TEN[4:]


def test_another_codebook_takes_nothing_over(
    site: Site, first: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.carrying import bring_in
    from signalread.review.models import Run

    Run.objects.filter(pk=first.pk).update(codebook_digest="0" * 64)
    folder = read_anew(tmp_path, codebook)
    assert decided(folder, site) == []
    bring_in(folder, actor="test")
    assert decided(folder, site) == []


def test_what_was_taken_back_or_erased_does_not_come_along(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.judging import undo_last
    from signalread.review.retention import erase_respondent

    undo_last(anna, first, key=uuid.uuid4())  # c9
    erase_respondent(tmp_path / "first", pseudonym="r0", actor="test")  # c0 and c1
    assert sorted(decided(read_anew(tmp_path, codebook), site)) == TEN[2:9]


def test_it_is_not_asked_again_and_tells_nothing_of_the_new_models_errors(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review import queueing
    from signalread.review.carrying import bring_in
    from signalread.review.models import Assignment

    second = bring_in(read_anew(tmp_path, codebook), actor="test")
    assert queueing.fill_queue(anna, second, count=40) == 30
    asked = Assignment.objects.filter(segment__run=second).values_list("segment_id", flat=True)
    assert set(asked) == {segment.id for segment in segments(second)[10:]}
    assert queueing.standing(anna, second).judged == 10
    assert queueing.standing(anna, second).progress.n == 0
    for segment in segments(second)[10:]:
        answer(anna, segment, "trust")
    assert queueing.standing(anna, second).progress.n == 30


def test_a_new_answer_goes_before_it_and_undoing_that_brings_it_back(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.carrying import bring_in
    from signalread.review.judging import undo_last

    folder = read_anew(tmp_path, codebook)
    second = bring_in(folder, actor="test")
    answer(anna, segments(second)[0], "control")
    assert ("c0", 0, ("control",), "reviewer anna") in decided(folder, site)
    undo_last(anna, second, key=uuid.uuid4())
    assert sorted(decided(folder, site)) == TEN


def test_it_is_exported_as_what_counts_and_shown_as_of_an_earlier_run(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from django.test import Client

    from signalread.review.carrying import bring_in
    from signalread.review.exporting import labelled_items

    second = bring_in(read_anew(tmp_path, codebook), actor="test")
    items = list(labelled_items(second, settled=True))
    assert [item.comment_id for item in items] == [f"c{i}" for i in range(10)]
    assert {item.annotations[0].labels for item in items} == {("care+",)}
    assert list(labelled_items(second, settled=False)) == []
    client = Client()
    client.force_login(anna)
    page = client.get(f"/segments/{segments(second)[0].id}/").content.decode()
    assert "granskat i en tidigare körning" in page
    export = client.get(f"/runs/{second.id}/export/").content.decode()
    assert "för träning (segment: 10)" in export
    assert "för att jämföra (segment: 0)" in export


def test_what_is_taken_back_or_changed_there_follows_here(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.carrying import bring_in
    from signalread.review.judging import undo_last

    folder = read_anew(tmp_path, codebook)
    second = bring_in(folder, actor="test")
    undo_last(anna, first, key=uuid.uuid4())  # c9
    assert sorted(decided(folder, site)) == TEN[:9]
    assert segments(second)[9].state == "unseen"
    answer(anna, segments(first)[0], "trust")
    assert ("c0", 0, ("trust",), "reviewer anna") in decided(folder, site)
    assert segments(second)[0].current == " trust "
    answer(anna, segments(first)[9], "control")
    assert ("c9", 0, ("control",), "reviewer anna") in decided(folder, site)


def test_a_segment_answered_here_goes_its_own_way(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.carrying import bring_in
    from signalread.review.judging import undo_last

    folder = read_anew(tmp_path, codebook)
    second = bring_in(folder, actor="test")
    answer(anna, segments(second)[9], "control")
    undo_last(anna, first, key=uuid.uuid4())  # c9
    assert ("c9", 0, ("control",), "reviewer anna") in decided(folder, site)
    undo_last(anna, second, key=uuid.uuid4())  # then nothing is left of it anywhere
    assert sorted(decided(folder, site)) == TEN[:9]


def test_what_somebody_is_being_asked_about_is_not_decided_from_elsewhere(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review import queueing
    from signalread.review.carrying import bring_in
    from signalread.review.judging import undo_last

    folder = read_anew(tmp_path, codebook)
    second = bring_in(folder, actor="test")
    undo_last(anna, first, key=uuid.uuid4())  # c9
    assert queueing.assign_blind(second, [anna], count=40, actor="test") == 31
    answer(anna, segments(first)[9], "control")
    assert sorted(decided(folder, site)) == TEN[:9]


def test_what_an_earlier_version_let_stand_is_put_right_when_the_run_is_opened_again(
    site: Site, first: Any, anna: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review import judging
    from signalread.review.carrying import bring_in
    from signalread.review.models import Segment

    folder = read_anew(tmp_path, codebook)
    bring_in(folder, actor="test")
    with pytest.MonkeyPatch.context() as patch:  # that version told the later run nothing
        patch.setattr(judging, "_followers", lambda _: Segment.objects.none())
        judging.undo_last(anna, first, key=uuid.uuid4())  # c9
        answer(anna, segments(first)[0], "trust")
    assert sorted(decided(folder, site)) == TEN
    bring_in(folder, actor="test")
    told = [("c0", 0, ("trust",), "reviewer anna"), *TEN[1:9]]
    assert sorted(decided(folder, site)) == told


def test_a_report_needs_no_codebook_file_of_an_earlier_run(
    site: Site, first: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.models import Run

    gone = str(tmp_path / "gone.yaml")
    Run.objects.filter(pk=first.pk).update(codebook_path=gone)
    assert sorted(decided(read_anew(tmp_path, codebook), site)) == TEN


def test_the_log_says_how_much_came_along(
    site: Site, first: Any, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.carrying import bring_in
    from signalread.review.models import AuditEntry

    bring_in(read_anew(tmp_path, codebook), actor="test")
    assert AuditEntry.objects.get(action="judgements carried over").details == {"segments": 10}
    assert "Vi bestämmer" not in json.dumps(
        [entry.details for entry in AuditEntry.objects.all()], ensure_ascii=False
    )
