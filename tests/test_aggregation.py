import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalread.aggregation import Group, Tally, estimate_shares
from signalread.aggregation.estimates import jeffreys_interval
from signalread.codebook import Codebook, load_codebook
from signalread.records import Compared, Source, Status
from tests.builders import judgement, redacted


def _count(codebook: Codebook, said: list[tuple[str, str, list[str]]]) -> dict[str, Group]:
    """Tally (team, respondent, labels) rows of one wave; return groups by team."""
    tally = Tally(codebook)
    comments = [
        redacted(f"c{i}", team=team, respondent=who) for i, (team, who, _) in enumerate(said)
    ]
    list(tally.people(comments))
    list(
        tally.watch(
            judgement(comment, labels, codebook=codebook)
            for comment, (_, _, labels) in zip(comments, said, strict=True)
        )
    )
    return {group.team: group for group in tally.groups()}


def test_someone_who_writes_three_times_counts_once(codebook: Codebook) -> None:
    groups = _count(codebook, [("A", "p1", ["trust"])] * 3 + [("A", "p2", [])])
    assert groups["A"].n == 2
    assert groups["A"].counts[codebook.position["trust"]] == 1


def test_every_unit_above_a_team_counts_its_people(codebook: Codebook) -> None:
    groups = _count(codebook, [("A / B", "p1", ["trust"]), ("A / C", "p2", []), ("D", "p3", [])])
    assert {team: group.n for team, group in groups.items()} == {
        "": 3, "A": 2, "A / B": 1, "A / C": 1, "D": 1,
    }  # fmt: skip


def test_a_person_in_two_teams_counts_once_above_them(codebook: Codebook) -> None:
    groups = _count(codebook, [("A / B", "p1", ["trust"]), ("A / C", "p1", ["control"])])
    assert groups["A"].n == 1
    assert groups["A / B"].n == groups["A / C"].n == 1


def test_a_comment_without_labels_still_counts_its_writer(codebook: Codebook) -> None:
    assert _count(codebook, [("A", "p1", [])])["A"].n == 1


def test_a_comment_that_was_left_out_counts_nobody(codebook: Codebook) -> None:
    tally = Tally(codebook)
    list(tally.people([redacted(status=Status.EMPTY)]))
    assert list(tally.groups()) == []


def test_notes_count_lines_and_are_never_pooled_with_the_survey(codebook: Codebook) -> None:
    tally = Tally(codebook)
    lines = [redacted(f"n{i}", respondent="secretary", source=Source.NOTES) for i in range(4)]
    list(tally.people([*lines, redacted("c1", respondent="p1")]))
    sizes = {(g.source, g.team): g.n for g in tally.groups()}
    assert sizes[Source.NOTES, "Omsorg / Norr"] == 4
    assert sizes[Source.SURVEY, "Omsorg / Norr"] == 1


@given(st.lists(st.tuples(st.sampled_from(["A / B", "A / C", "D"]), st.integers(0, 9)), min_size=1))
def test_no_unit_has_more_people_than_the_unit_above(rows: list[tuple[str, int]]) -> None:
    book = load_codebook()
    groups = _count(book, [(team, f"p{who}", ["trust"]) for team, who in rows])
    for team, group in groups.items():
        above = groups[team.rpartition(" / ")[0]]
        assert group.n <= above.n
        assert (group.counts <= above.counts).all()


def test_the_interval_of_three_in_eight_is_wide() -> None:
    low, high = jeffreys_interval(np.array([3]), 8, coverage=0.9)
    assert low[0] == pytest.approx(0.152, abs=0.005)
    assert high[0] == pytest.approx(0.657, abs=0.005)


@given(n=st.integers(1, 200), share=st.floats(0, 1), coverage=st.sampled_from([0.8, 0.9, 0.95]))
def test_the_interval_holds_the_share(n: int, share: float, coverage: float) -> None:
    count = np.array([round(share * n)])
    low, high = jeffreys_interval(count, n, coverage=coverage)
    assert 0 <= low[0] <= count[0] / n <= high[0] <= 1


def _group(team: str, n: int, trust: int, codebook: Codebook, *, wave: str = "2026-1") -> Group:
    counts = np.zeros(len(codebook.labels), dtype=np.int64)
    counts[codebook.position["trust"]] = trust
    return Group(team=team, wave=wave, source=Source.SURVEY, n=n, counts=counts)


def test_a_team_is_compared_with_the_rest_of_its_parent(codebook: Codebook) -> None:
    groups = [_group("", 120, 40, codebook), _group("A", 20, 18, codebook)]
    estimates = list(estimate_shares(groups, codebook=codebook, coverage=0.9))
    found = {(e.cell.team, e.cell.label): e for e in estimates}
    assert found["A", "trust"].parent is Compared.HIGHER
    assert found["", "trust"].parent is None


def test_a_small_difference_is_not_certain(codebook: Codebook) -> None:
    groups = [_group("", 30, 12, codebook), _group("A", 6, 3, codebook)]
    estimates = estimate_shares(groups, codebook=codebook, coverage=0.9)
    found = {(e.cell.team, e.cell.label): e for e in estimates}
    assert found["A", "trust"].parent is Compared.NOT_CERTAIN


def test_a_wave_is_compared_with_the_one_before(codebook: Codebook) -> None:
    groups = [
        _group("", 60, 50, codebook, wave="2025-2"),
        _group("", 60, 15, codebook, wave="2026-1"),
    ]
    estimates = estimate_shares(groups, codebook=codebook, coverage=0.9)
    found = {(e.cell.wave, e.cell.label): e for e in estimates}
    assert found["2026-1", "trust"].last_wave is Compared.LOWER
    assert found["2025-2", "trust"].last_wave is None
