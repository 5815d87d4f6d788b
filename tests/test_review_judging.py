import uuid
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError

from signalread.codebook import Codebook
from signalread.correction import settle
from signalread.review.site import Site
from signalread.runs import open_run
from tests.review_site import (
    POSTGRESQL,
    add_people,
    close_connections,
    fresh_site,
    make_run,
    new_database,
    postgresql_server,
)

NUMBERS = count()
WITHOUT = pytest.mark.skipif(POSTGRESQL is None, reason="PostgreSQL is not installed")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=WITHOUT)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    database = None
    if request.param == "postgresql":
        database = new_database(request.getfixturevalue("server"), f"judging{next(NUMBERS)}")
    yield fresh_site(tmp_path / "site", database=database)
    close_connections()


@pytest.fixture
def run(site: Site, tmp_path: Path, codebook: Codebook) -> Any:
    from signalread.review.registration import register_run

    return register_run(make_run(tmp_path / "run", codebook), actor="test")


@pytest.fixture
def people(site: Site) -> dict[str, Any]:
    return add_people(["reviewer anna", "reviewer bo", "reviewer cia"])


def give(person: Any, segment: Any, *labels: str, **given: Any) -> str:
    from signalread.review import judging
    from signalread.review.models import Segment

    now = Segment.objects.get(pk=segment.pk)
    answer = judging.Answer(
        segment=segment.pk,
        labels=labels,
        why=given.get("why", ""),
        key=given.get("key", uuid.uuid4()),
        seen=given.get("seen", now.version),
    )
    how = judging.settle_answers if given.get("settle") else judging.correct
    return how(person, answer).value


def asked(person: Any, run: Any) -> Any:
    """Return the segment that somebody is asked about next."""
    from signalread.review.queueing import next_segment

    segment = next_segment(person, run)
    assert segment is not None
    return segment


def first(run: Any, index: int = 0) -> Any:
    from signalread.review.models import Segment

    return Segment.objects.filter(run=run).order_by("id")[index]


def corrections(site: Site, tmp_path: Path) -> list[tuple[str, tuple[str, ...], str]]:
    from signalread.review.judgements import corrections_of

    found = corrections_of(tmp_path / "run", site.database, folder=site.folder)
    return [(c.comment_id, c.labels, c.reviewer) for c in found]


def test_a_correction_counts_and_the_reading_stays(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path, codebook: Codebook
) -> None:
    segment = first(run)
    assert give(people["reviewer anna"], segment, "control", why="ironi") == "counts"
    assert segment.reading.labels == ["trust", "autonomy+"]
    from signalread.review.judgements import corrections_of

    decided = list(corrections_of(tmp_path / "run", site.database, folder=site.folder))
    saved = open_run(tmp_path / "run")
    judged = list(settle(saved.readings(codebook), decided))
    assert judged[0].labels == ("control",)
    assert judged[0].reading.labels == ("trust", "autonomy+")
    assert judged[0].correction is not None
    assert judged[0].correction.why == "ironi"
    assert judged[1].correction is None


def test_no_label_is_an_answer_too(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    give(people["reviewer anna"], first(run))
    assert corrections(site, tmp_path) == [("c0", (), "reviewer anna")]


def test_a_run_keeps_its_corrections_when_its_folder_moves(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review.judgements import corrections_of

    give(people["reviewer anna"], first(run), "control")
    (tmp_path / "run").rename(tmp_path / "moved")
    moved = corrections_of(tmp_path / "moved", site.database, folder=site.folder)
    assert [c.labels for c in moved] == [("control",)]


def test_asking_for_corrections_where_nothing_was_reviewed_leaves_nothing_behind(
    tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.judgements import corrections_of

    run = make_run(tmp_path / "run", codebook)
    assert list(corrections_of(run, folder=tmp_path / "nowhere")) == []
    assert not (tmp_path / "nowhere").exists()


def test_the_same_form_twice_is_one_correction(run: Any, people: dict[str, Any]) -> None:
    from signalread.review.models import Correction

    key = uuid.uuid4()
    assert give(people["reviewer anna"], first(run), "control", key=key) == "counts"
    assert give(people["reviewer anna"], first(run), "control", key=key) == "repeated"
    assert Correction.objects.count() == 1


def test_going_back_and_answering_otherwise_is_another_answer(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    key = uuid.uuid4()
    give(people["reviewer anna"], first(run), "control", key=key, seen=0)
    assert give(people["reviewer anna"], first(run), "care+", key=key, seen=0) == "counts"
    assert corrections(site, tmp_path) == [("c0", ("care+",), "reviewer anna")]


def test_an_answer_to_a_page_that_is_no_longer_true_is_kept_but_does_not_count(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review.models import Correction

    segment = first(run)
    assert give(people["reviewer anna"], segment, "trust", seen=0) == "counts"
    assert give(people["reviewer bo"], segment, "care+", seen=0) == "differs"
    assert corrections(site, tmp_path) == [("c0", ("trust",), "reviewer anna")]
    assert Correction.objects.count() == 2
    assert give(people["reviewer cia"], segment, "care+", settle=True) == "counts"
    assert corrections(site, tmp_path) == [("c0", ("care+",), "reviewer cia")]
    assert Correction.objects.count() == 3


def test_two_blind_raters_who_agree_make_a_judgement(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review import queueing
    from signalread.review.models import Judgement

    anna, bo, cia = people.values()
    assert queueing.assign_blind(run, [anna, bo], count=5, actor="test") == 5
    segment = asked(anna, run)
    assert give(anna, segment, "trust") == "waits"
    assert give(cia, segment, "care-") == "waits"
    assert corrections(site, tmp_path) == []
    assert give(bo, segment, "trust") == "differs"  # from cia, who was not blind
    other = asked(anna, run)
    assert other.pk != segment.pk
    give(anna, other, "trust")
    assert give(bo, other, "trust") == "counts"
    assert Judgement.objects.get().rule == "agreed"


def test_two_blind_raters_who_differ_wait_for_somebody_to_settle_it(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review import queueing

    anna, bo, cia = people.values()
    queueing.assign_blind(run, [anna, bo], count=1, actor="test")
    segment = asked(anna, run)
    give(anna, segment, "trust")
    assert give(cia, segment, "care-", settle=True) == "waits"
    assert give(bo, segment, "control") == "differs"
    assert corrections(site, tmp_path) == []
    assert give(anna, segment, "control", settle=True) == "counts"
    assert [labels for _, labels, _ in corrections(site, tmp_path)] == [("control",)]


def test_undo_brings_back_what_counted_before(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review.judging import undo_last

    anna, bo = people["reviewer anna"], people["reviewer bo"]
    segment = first(run)
    give(anna, segment, "trust")
    give(bo, segment, "care+")
    assert undo_last(bo, run, key=uuid.uuid4()) == segment
    assert corrections(site, tmp_path) == [("c0", ("trust",), "reviewer anna")]
    key = uuid.uuid4()
    undo_last(anna, run, key=key)
    undo_last(anna, run, key=key)  # pressed twice
    assert corrections(site, tmp_path) == []
    assert undo_last(anna, run, key=uuid.uuid4()) is None


def test_an_undone_answer_is_asked_again(run: Any, people: dict[str, Any]) -> None:
    from signalread.review import queueing
    from signalread.review.judging import undo_last

    anna = people["reviewer anna"]
    assert queueing.fill_queue(anna, run, count=5) == 5
    segment = asked(anna, run)
    give(anna, segment, "trust")
    assert asked(anna, run).pk != segment.pk
    undo_last(anna, run, key=uuid.uuid4())
    assert asked(anna, run).pk == segment.pk


def test_two_reviewers_are_not_asked_about_the_same_segments(
    run: Any, people: dict[str, Any]
) -> None:
    from signalread.review import queueing
    from signalread.review.models import Assignment

    for person in people.values():
        assert queueing.fill_queue(person, run, count=10) == 10
    asked = list(Assignment.objects.values_list("segment_id", flat=True))
    assert len(asked) == len(set(asked)) == 30


def test_a_skipped_segment_is_not_asked_of_the_same_person_again(
    run: Any, people: dict[str, Any]
) -> None:
    from signalread.review import queueing

    anna = people["reviewer anna"]
    skipped = set()
    for _ in range(4):
        queueing.fill_queue(anna, run, count=10)
        while (segment := queueing.next_segment(anna, run)) is not None:
            assert segment.pk not in skipped
            skipped.add(segment.pk)
            queueing.skip(anna, segment)
    assert len(skipped) == 40
    assert queueing.fill_queue(anna, run) == 0


def test_a_restart_in_mid_queue_loses_nothing(
    site: Site, run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review import queueing
    from signalread.review.site import open_site

    anna = people["reviewer anna"]
    queueing.fill_queue(anna, run, count=10)
    for _ in range(4):
        give(anna, asked(anna, run), "trust")
    waiting = asked(anna, run)
    close_connections()
    open_site(site)
    assert asked(anna, run) == waiting
    assert queueing.waiting(anna, run) == 6
    assert len(corrections(site, tmp_path)) == 4


def test_ten_reviewers_at_once_lose_nothing(site: Site, run: Any, tmp_path: Path) -> None:
    from signalread.review import queueing, trail
    from signalread.review.models import AuditEntry, Correction, Judgement, Segment

    people = add_people([f"reviewer {i}" for i in range(10)])
    shared = list(Segment.objects.filter(run=run).order_by("id")[:3])
    faults: list[BaseException] = []
    given: list[str] = []
    queued: list[int] = []  # who comes last finds fewer left where others have gone on already

    def review(person: Any) -> None:
        try:
            queued.append(queueing.fill_queue(person, run, count=4))
            while (segment := queueing.next_segment(person, run)) is not None:
                given.append(give(person, segment, "trust"))
            for segment in shared:  # all ten answer these, from the page as it was at first
                given.append(give(person, segment, "control", seen=0))
        except BaseException as fault:
            faults.append(fault)
        finally:
            close_connections()

    threads = [Thread(target=review, args=(person,)) for person in people.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    answers = sum(queued) + 30
    assert len(given) == Correction.objects.count() == answers >= 40 - len(shared) + 30
    for segment in Segment.objects.filter(corrections__isnull=False).distinct():
        versions = list(Judgement.objects.filter(segment=segment).values_list("version", flat=True))
        assert sorted(versions) == list(range(1, segment.version + 1))
        assert segment.version >= 1
    assert AuditEntry.objects.filter(action="corrected").count() == answers
    assert trail.find_break() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review_auditentry SET actor = 'nobody'",
        "DELETE FROM review_auditentry",
        "DELETE FROM review_correction",
        "UPDATE review_correction SET reviewer_id = reviewer_id + 1",
        "UPDATE review_judgement SET why = 'another'",
        "UPDATE review_judgement SET rule = 'agreed', why = ''",
    ],
)
def test_the_database_refuses_to_change_what_was_said(
    run: Any, people: dict[str, Any], statement: str
) -> None:
    from django.db import connection

    give(people["reviewer anna"], first(run), "trust", why="för att")
    with pytest.raises(DatabaseError, match="append-only"):
        connection.cursor().execute(statement)


def test_tampering_with_the_log_shows(run: Any, people: dict[str, Any]) -> None:
    from django.db import connection

    from signalread.review import trail

    for index in range(3):
        give(people["reviewer anna"], first(run, index), "trust")
    assert trail.find_break() is None
    with connection.cursor() as cursor:
        table = " ON review_auditentry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER review_auditentry_fixed{table}")
        cursor.execute("UPDATE review_auditentry SET actor = 'bo' WHERE number = 5")
    assert trail.find_break() == 5


def test_every_segment_of_a_long_run_is_brought_in(
    site: Site, tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.models import Segment
    from signalread.review.registration import BATCH, register_run

    folder = make_run(tmp_path / "long", codebook, comments=2 * BATCH + 1)
    run = register_run(folder, actor="test")
    assert Segment.objects.filter(run=run).count() == 2 * BATCH + 1
    assert register_run(folder, actor="test") == run
