from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.simulate_shares import draw_organisation, measure
from signalread.aggregation import Group, Tally, balance_shares, estimate_shares
from signalread.aggregation.tally import LONGEST
from signalread.codebook import Codebook, load_codebook
from signalread.errors import InputError
from signalread.records import (
    Cell,
    Compared,
    Correction,
    ErrorRates,
    Estimate,
    Judgement,
    Source,
    Status,
)
from tests.builders import judgement, redacted


def corrected(judged: Judgement, labels: Sequence[str]) -> Judgement:
    """Return the judgement after a reviewer has decided it."""
    segment = judged.reading.segment
    correction = Correction(
        comment_id=segment.comment.id,
        segment=segment.index,
        labels=tuple(labels),
        reviewer="r",
        at="2026-11-28T10:00",
    )
    return replace(judged, labels=tuple(labels), correction=correction)


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


@pytest.mark.parametrize(
    ("authors", "voices"),
    [
        ([None, None, None, None, None], 5),  # lines without a name are a voice each
        (["p", "q", "p", "q", "r", None], 4),
        (["p", "p", "p", "p", "q", "r", "s"], 1),  # one is behind most of it
    ],
)
def test_noted_lines_count_as_the_voices_behind_them(
    authors: list[str | None], voices: int, codebook: Codebook
) -> None:
    tally = Tally(codebook)
    lines = [
        redacted(f"n{i}", respondent=who, source=Source.NOTES) for i, who in enumerate(authors)
    ]
    list(tally.watch(judgement(line, ["trust"], codebook=codebook) for line in tally.people(lines)))
    whole = next(group for group in tally.groups() if not group.team)
    assert (whole.n, whole.voices) == (len(authors), voices)


@given(
    st.lists(
        st.tuples(st.sampled_from(["A / B", "A / C", "D"]), st.integers(0, 9)),
        min_size=1,
        max_size=9,  # of twenty rows (two an answer here), most by one id are refused
    )
)
@settings(deadline=None)
def test_no_unit_has_more_people_than_the_unit_above(rows: list[tuple[str, int]]) -> None:
    book = load_codebook()
    groups = _count(book, [(team, f"p{who}", ["trust"]) for team, who in rows])
    for team, group in groups.items():
        above = groups[team.rpartition(" / ")[0]]
        assert group.n <= above.n
        assert (group.counts <= above.counts).all()


def _group(
    team: str,
    n: int,
    trust: int,
    codebook: Codebook,
    *,
    wave: str = "2026-1",
    certain: int = 0,
    absent: int = 0,
    segments: int = 1,
) -> Group:
    """Return a group in which only trust is spoken of; ``certain`` of them a person has decided."""
    counts = np.zeros((3, len(codebook.labels)), dtype=np.int64)
    counts[:, codebook.position["trust"]] = trust, certain, absent
    lengths = np.zeros(LONGEST + 1, dtype=np.int64)
    lengths[segments] = n - certain - absent
    return Group(
        team=team, wave=wave, source=Source.SURVEY, n=n, lengths=lengths,
        counts=counts[0], certain=counts[1], absent=counts[2],
    )  # fmt: skip


def _rates(
    codebook: Codebook, sensitivity: float, specificity: float, *, counted: float = 1e6
) -> ErrorRates:
    labels = len(codebook.labels)
    return ErrorRates(
        sensitivity=(sensitivity,) * labels,
        specificity=(specificity,) * labels,
        positives=(counted,) * labels,
        negatives=(counted,) * labels,
    )


def _trust(
    groups: Iterable[Group], codebook: Codebook, rates: ErrorRates | None = None
) -> dict[tuple[str, str], Estimate]:
    estimates = estimate_shares(groups, codebook=codebook, coverage=0.9, rates=rates)
    return {(e.cell.team, e.cell.wave): e for e in estimates if e.cell.label == "trust"}


def test_the_interval_of_three_in_eight_is_wide(codebook: Codebook) -> None:
    e = _trust([_group("", 8, 3, codebook)], codebook)["", "2026-1"]
    # Jeffreys' interval, from tables of the Beta distribution.
    assert e.low == pytest.approx(0.152, abs=0.01)
    assert e.high == pytest.approx(0.657, abs=0.01)


@given(n=st.integers(1, 200), share=st.floats(0, 1), coverage=st.sampled_from([0.8, 0.9, 0.95]))
@settings(deadline=None, max_examples=40)
def test_the_interval_holds_the_share(n: int, share: float, coverage: float) -> None:
    book = load_codebook()
    for e in estimate_shares(
        [_group("", n, round(share * n), book)],
        codebook=book,
        coverage=coverage,
        rates=_rates(book, 0.8, 0.95, counted=50),
    ):
        assert 0 <= e.low <= e.share <= e.high <= 1


def test_a_share_is_corrected_for_false_alarms_and_misses(codebook: Codebook) -> None:
    # A true tenth, read at .80/.90: 10 % * .80 + 90 % * .10 = 17 %.
    group = _group("", 20_000, 3_400, codebook)
    raw = _trust([group], codebook)["", "2026-1"]
    e = _trust([group], codebook, _rates(codebook, 0.8, 0.9))["", "2026-1"]
    assert raw.share == pytest.approx(0.17, abs=0.002)
    assert e.share == pytest.approx(0.10, abs=0.002)


def test_doubt_about_the_error_rates_widens_the_interval(codebook: Codebook) -> None:
    group = _group("", 2_000, 340, codebook)
    sure = _trust([group], codebook, _rates(codebook, 0.8, 0.9))["", "2026-1"]
    unsure = _trust([group], codebook, _rates(codebook, 0.8, 0.9, counted=60))["", "2026-1"]
    assert unsure.high - unsure.low > 2 * (sure.high - sure.low)


def test_people_who_write_more_raise_more_false_alarms(codebook: Codebook) -> None:
    rates = _rates(codebook, 0.8, 0.95)
    short, long = (
        _trust([_group("", 400, 80, codebook, segments=m)], codebook, rates)["", "2026-1"]
        for m in (1, 4)
    )
    # With four segments each, 1 - .95 ** 4 = 19 % would be read to say it though nobody does.
    assert short.share == pytest.approx(0.20, abs=0.02)
    assert long.share < 0.05


def test_what_people_have_decided_counts_exactly(codebook: Codebook) -> None:
    group = _group("", 400, 40, codebook, certain=40, absent=360)
    e = _trust([group], codebook, _rates(codebook, 0.6, 0.8, counted=30))["", "2026-1"]
    assert e.share == pytest.approx(0.10, abs=0.002)
    assert e.low == pytest.approx(0.077, abs=0.004)
    assert e.high == pytest.approx(0.127, abs=0.004)


def test_a_correction_is_counted_as_certain_and_not_as_read(codebook: Codebook) -> None:
    tally = Tally(codebook)
    comments = [redacted(f"c{i}") for i in range(3)]
    list(tally.people(comments))
    list(
        tally.watch(
            [
                corrected(judgement(comments[0], [], codebook=codebook), ["trust"]),
                judgement(comments[0], ["control"], codebook=codebook, index=1),
                corrected(judgement(comments[1], ["trust"], codebook=codebook), []),
                judgement(comments[2], ["trust"], codebook=codebook),
            ]
        )
    )
    group = next(g for g in tally.groups() if not g.team)
    trust, control = codebook.position["trust"], codebook.position["control"]
    assert (group.counts[trust], group.certain[trust], group.absent[trust]) == (2, 1, 1)
    assert (group.counts[control], group.certain[control], group.absent[control]) == (1, 0, 1)
    assert group.lengths.tolist()[:3] == [1, 2, 0]


def test_a_small_team_is_pulled_towards_its_unit_and_a_large_one_is_not(
    codebook: Codebook,
) -> None:
    teams = [_group(f"A / {i}", 40, 10 + i % 3, codebook) for i in range(12)]
    teams += [_group("A / small", 6, 4, codebook), _group("A / large", 300, 200, codebook)]
    whole = _sum("", teams, codebook)
    found = _trust([whole, _sum("A", teams, codebook), *teams], codebook)
    small, large = found["A / small", "2026-1"], found["A / large", "2026-1"]
    assert small.share < 0.6
    assert large.share == pytest.approx(2 / 3, abs=0.03)
    assert small.high - small.low > large.high - large.low


def test_a_team_is_compared_with_the_rest_of_its_parent(codebook: Codebook) -> None:
    found = _trust([_group("", 120, 40, codebook), _group("A", 20, 18, codebook)], codebook)
    higher, none = found["A", "2026-1"], found["", "2026-1"]
    assert higher.parent is Compared.HIGHER
    assert higher.above_parent is not None
    assert higher.above_parent > 0.99
    assert none.parent is None
    assert none.above_parent is None


def test_a_small_difference_is_not_certain(codebook: Codebook) -> None:
    found = _trust([_group("", 30, 12, codebook), _group("A", 6, 3, codebook)], codebook)
    assert found["A", "2026-1"].parent is Compared.NOT_CERTAIN


def test_teams_that_differ_by_chance_are_hardly_ever_called_different(codebook: Codebook) -> None:
    rng = np.random.default_rng(3)
    teams = []
    for i in range(60):
        group = _group(f"T{i}", 15, 0, codebook)
        teams.append(replace(group, counts=rng.binomial(15, 0.3, size=len(codebook.labels))))
    groups = [_sum("", teams, codebook), *teams]
    words = [e.parent for e in estimate_shares(groups, codebook=codebook, coverage=0.9)]
    called = sum(word in (Compared.HIGHER, Compared.LOWER) for word in words)
    assert called <= 2  # of 1,800 comparisons; one by one, 180 would be


def test_a_wave_is_compared_with_the_one_before(codebook: Codebook) -> None:
    found = _trust(
        [
            _group("", 60, 50, codebook, wave="HT2025"),
            _group("", 60, 15, codebook, wave="VT2026"),
        ],
        codebook,
    )
    assert found["", "VT2026"].last_wave is Compared.LOWER
    assert found["", "HT2025"].last_wave is None


def test_a_wave_of_notes_does_not_stand_between_two_of_the_survey(codebook: Codebook) -> None:
    notes = replace(_group("", 9, 3, codebook, wave="2025-11"), source=Source.NOTES)
    found = _trust(
        [
            _group("", 60, 50, codebook, wave="2025-05"),
            _group("", 60, 15, codebook, wave="2026-05"),
            notes,
        ],
        codebook,
    )
    assert found["", "2026-05"].last_wave is Compared.LOWER


def test_waves_may_come_in_any_order(codebook: Codebook) -> None:
    groups = [
        _group("", 60, trust, codebook, wave=wave)
        for wave, trust in (("VT2026", 15), ("HT2024", 30), ("HT2025", 50), ("VT2025", 20))
    ]
    assert _trust(groups, codebook) == _trust(groups[::-1], codebook)
    assert _trust(groups, codebook)["", "HT2025"].last_wave is Compared.HIGHER


def test_the_balance_of_a_pair_holds_both_intervals(codebook: Codebook) -> None:
    cells = {
        label: Estimate(
            cell=Cell(team="A", level=1, wave="1", source=Source.SURVEY, label=label),
            n=50, share=share, low=share - 0.1, high=share + 0.1,
        )
        for label, share in (("trust", 0.5), ("control", 0.2), ("respect+", 0.4))
    }  # fmt: skip
    (balance,) = balance_shares(cells.values(), codebook=codebook)
    assert balance.label == "trust-control"
    assert balance.value == pytest.approx(0.3)
    assert balance.high - balance.low == pytest.approx(2 * 0.1 * np.sqrt(2))


def test_one_id_for_half_the_company_is_refused(codebook: Codebook) -> None:
    tally = Tally(codebook)
    list(
        tally.people(
            redacted(f"c{i}", team=f"Team {i % 6}", respondent="0" if i % 3 else f"p{i}")
            for i in range(60)
        )
    )
    with pytest.raises(InputError, match="One respondent id stands on 66 % of the answers"):
        list(tally.groups())


def _sum(team: str, groups: Sequence[Group], codebook: Codebook) -> Group:
    whole = _group(team, sum(g.n for g in groups), 0, codebook)
    return replace(
        whole,
        counts=np.sum([g.counts for g in groups], axis=0),
        lengths=np.sum([g.lengths for g in groups], axis=0),
    )


def test_intervals_of_rare_labels_hold_what_they_promise(codebook: Codebook) -> None:
    rng = np.random.default_rng(11)
    held = []
    for _ in range(3):
        drawn = draw_organisation(0.7, 0.99, codebook=codebook, rng=rng, longest=2)
        rare = drawn.truth.mean(axis=0) < 0.1
        _, low, high = measure(drawn, codebook=codebook)["signalread"]
        held.append(((low <= drawn.truth) & (drawn.truth <= high))[..., rare].mean())
    assert 0.86 <= np.mean(held) <= 0.95


def test_organisations_that_are_misread_in_their_own_way_are_allowed_for(
    codebook: Codebook,
) -> None:
    # However many segments of others were looked at, this organisation's alarms are not known.
    group = _group("", 2_000, 40, codebook)
    e = _trust([group], codebook, _rates(codebook, 0.8, 0.99, counted=1e9))["", "2026-1"]
    plain = _trust([group], codebook)["", "2026-1"]
    assert e.high - e.low > 1.3 * (plain.high - plain.low) / 0.79
