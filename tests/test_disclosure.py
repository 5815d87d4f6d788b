import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.attack import attack
from signalread.disclosure import Ledger, Release, disclose, hidden_units, review
from signalread.disclosure.attacker import find_exposure
from signalread.disclosure.ledger import NAME
from signalread.errors import DisclosureError, InputError, RunError
from signalread.records import Cell, Compared, Estimate, Reason, Source, Withheld, level, units

LIMIT = 5


def _estimate(team: str, n: int, *, wave: str = "1", last_wave: Compared | None = None) -> Estimate:
    cell = Cell(team=team, level=level(team), wave=wave, source=Source.SURVEY, label="trust")
    return Estimate(cell=cell, n=n, share=0.5, low=0.2, high=0.8, last_wave=last_wave)


def test_a_small_team_is_withheld() -> None:
    cells = list(disclose([_estimate("A", 4)], min_respondents=LIMIT))
    assert cells == [Withheld(cell=cells[0].cell, reason=Reason.TOO_FEW)]


def test_a_withheld_cell_has_no_number() -> None:
    (cell,) = disclose([_estimate("A", 4)], min_respondents=LIMIT)
    assert not any(hasattr(cell, name) for name in ("n", "share", "low", "high"))


def test_a_team_is_hidden_where_a_subtraction_would_give_its_small_neighbour_away() -> None:
    hidden = hidden_units({"": 40, "A": 20, "B": 17, "C": 3}, limit=LIMIT)
    assert hidden == {"C": Reason.TOO_FEW, "B": Reason.PROTECTS_OTHERS}


def test_two_small_teams_that_are_large_enough_together_hide_nobody_else() -> None:
    hidden = hidden_units({"": 27, "A": 20, "B": 4, "C": 3}, limit=LIMIT)
    assert hidden is not None
    assert set(hidden) == {"B", "C"}


def test_small_teams_whose_sizes_follow_from_their_sum_are_not_left_alone() -> None:
    # Each of two is below five and together they are eight: then both are four.
    hidden = hidden_units({"": 28, "A": 20, "B": 4, "C": 4}, limit=LIMIT)
    assert hidden is not None
    assert "A" in hidden


def test_the_fewest_units_are_hidden() -> None:
    # Hiding B alone protects C; hiding the larger A, or both, would do so too.
    hidden = hidden_units({"": 45, "A": 25, "B": 17, "C": 3}, limit=LIMIT)
    assert hidden == {"C": Reason.TOO_FEW, "B": Reason.PROTECTS_OTHERS}


def test_people_who_belong_to_the_unit_itself_are_protected_like_a_team() -> None:
    # Twelve in A, ten of them in its only team: the two others would stand alone.
    hidden = hidden_units({"": 12, "A": 12, "A / B": 10}, limit=LIMIT)
    assert hidden is not None
    assert "A / B" in hidden


def test_a_manager_who_answers_beside_the_teams_is_not_singled_out() -> None:
    # 21 in A, ten in each of its teams: the one who is left would be the manager.
    sizes = {"": 61, "A": 21, "A / B": 10, "A / C": 10, "D": 40}
    hidden = hidden_units(sizes, limit=LIMIT)
    assert hidden is not None
    assert {"A / B", "A / C"} & set(hidden)


def test_a_share_of_everybody_is_withheld_and_does_not_follow_from_the_others() -> None:
    counts = {"": 26, "A": 8, "B": 9, "C": 9}
    sizes = {"": 48, "A": 8, "B": 20, "C": 20}
    estimates = [replace(_estimate(team, n), count=counts[team]) for team, n in sizes.items()]
    found = {c.cell.team: c for c in disclose(estimates, min_respondents=LIMIT)}
    reasons = {team: c.reason for team, c in found.items() if isinstance(c, Withheld)}
    assert reasons == {"A": Reason.UNIFORM, "B": Reason.PROTECTS_OTHERS}


def test_what_is_shown_says_nothing_of_the_count_behind_it() -> None:
    (cell,) = disclose([replace(_estimate("A", 9), count=4)], min_respondents=LIMIT)
    assert isinstance(cell, Estimate)
    assert cell.count is None


def test_no_limit_goes_below_the_floor() -> None:
    (cell,) = disclose([_estimate("A", 2)], min_respondents=1)
    assert isinstance(cell, Withheld)


@pytest.mark.parametrize("sizes", [{"": 9, "A": -1}, {"": 9, "A": 12}, {"": 10**9}])
def test_sizes_that_cannot_be_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(InputError):
        hidden_units(sizes, limit=LIMIT)


def _export(sizes: dict[str, int], earlier: Sequence[Release] = ()) -> tuple[set[str], Release]:
    """Return which units an export shows, and what the ledger keeps of it."""
    found = review(
        [_estimate(team, n) for team, n in sizes.items()], min_respondents=LIMIT, earlier=earlier
    )
    return {c.cell.team for c in found.cells if isinstance(c, Estimate)}, found.releases[0]


def test_one_late_answer_is_not_singled_out() -> None:
    shown, first = _export({"": 40, "A": 20, "B": 20})
    assert shown == {"", "A", "B"}
    shown, _ = _export({"": 41, "A": 21, "B": 20}, [first])
    assert shown == {"B"}


def test_many_late_answers_are_shown() -> None:
    _, first = _export({"": 40, "A": 20, "B": 20})
    shown, _ = _export({"": 48, "A": 28, "B": 20}, [first])
    assert shown == {"", "A", "B"}


def test_the_same_export_again_shows_the_same() -> None:
    sizes = {"": 40, "A": 20, "B": 17, "C": 3}
    shown, first = _export(sizes)
    again, second = _export(sizes, [first])
    assert again == shown
    assert second == first


def test_a_filter_does_not_bring_a_hidden_team_back() -> None:
    # All less one shown and one hidden team: nine fewer, of whom five are known.
    sizes = {"": 60, "A": 5, "B": 4, "C": 3, "D": 2, "E": 46}
    _, first = _export(sizes)
    shown, _ = _export({"": 51, "C": 3, "D": 2, "E": 46}, [first])
    assert "" not in shown


def test_a_team_that_took_in_three_people_does_not_tell_of_them() -> None:
    _, first = _export({"": 63, "A": 20, "B": 20, "C": 3, "D": 20})
    shown, _ = _export({"": 63, "A och C": 23, "B": 20, "D": 20}, [first])
    assert "A och C" not in shown


def test_a_team_renamed_after_an_export_is_hidden_in_that_wave() -> None:
    # Nobody but its readers can tell whether the same people are in it.
    _, first = _export({"": 40, "A": 20, "B": 20})
    shown, _ = _export({"": 40, "A, ny": 20, "B": 20}, [first])
    assert "A, ny" not in shown


def test_two_teams_of_one_name_under_two_units_are_two_teams() -> None:
    # Four and three people: together they would be seven, and shown.
    shown, _ = _export({"": 47, "A": 24, "A / Kök": 4, "B": 23, "B / Kök": 3})
    assert not {"A / Kök", "B / Kök"} & shown


def test_a_unit_that_lies_below_its_own_name_is_another_unit() -> None:
    sizes = {"": 20, "A": 20, "A / B": 12, "A / B / A": 12, "A / C": 8}
    shown, _ = _export(sizes)
    assert shown == set(sizes)


def test_teams_put_together_do_not_give_a_third_away_by_the_reason_for_hiding_them() -> None:
    # Six people in three small teams; that two of them have five leaves one for the third.
    _, first = _export({"": 6, "A": 1, "B": 2, "C": 3})
    with pytest.raises(DisclosureError, match="cannot be shown again"):
        _export({"": 6, "A": 1, "B + C": 5}, [first])


@pytest.mark.parametrize("number", [3966, 4748, 7118, 8731])
def test_an_organisation_that_was_given_away_once_no_longer_is(number: int) -> None:
    # Found among ten thousand: merged teams, and units without the teams beside their own people.
    assert attack(number, largest=400).pinned == 0


def _notes(sizes: dict[str, tuple[int, int]]) -> dict[str, Estimate | Withheld]:
    """Send notes through the gate; ``sizes`` are lines and voices."""
    estimates = [
        replace(
            _estimate(team, lines),
            cell=replace(_estimate(team, lines).cell, source=Source.NOTES),
            voices=voices,
        )
        for team, (lines, voices) in sizes.items()
    ]
    return {c.cell.team: c for c in disclose(estimates, min_respondents=LIMIT)}


def test_many_lines_of_few_voices_are_withheld() -> None:
    found = _notes({"": (60, 30), "A": (30, 4), "B": (30, 26)})
    assert found["A"] == Withheld(cell=found["A"].cell, reason=Reason.TOO_FEW)
    # Neither does a subtraction bring the four back.
    assert isinstance(found["B"], Withheld) or isinstance(found[""], Withheld)


def test_where_one_voice_outweighs_a_unit_nothing_in_it_is_shown() -> None:
    found = _notes({"": (60, 1), "A": (40, 1), "B": (20, 20)})
    assert all(isinstance(cell, Withheld) for cell in found.values())


def test_notes_whose_lines_have_no_names_are_shown_by_their_lines() -> None:
    found = _notes({"": (30, 30), "A": (12, 12), "B": (18, 18)})
    assert all(isinstance(cell, Estimate) and cell.voices is None for cell in found.values())


def test_a_limit_is_kept_for_a_survey() -> None:
    _, first = _export({"": 40, "A": 20, "B": 20})
    raised = replace(first, limit=8)
    with pytest.raises(DisclosureError, match="a limit of 8 respondents, and 5 is lower"):
        _export({"": 40, "A": 20, "B": 20}, [raised])


def test_another_survey_in_the_same_folder_has_nothing_to_do_with_it() -> None:
    _, first = _export({"": 40, "A": 20, "B": 20})
    shown, _ = _export({"": 41, "X": 21, "Y": 20}, [first])
    assert shown == {"", "X", "Y"}


def test_the_ledger_remembers_and_is_closed_to_others(tmp_path: Path) -> None:
    _, release = _export({"": 40, "A": 20, "B": 17, "C": 3})
    now = datetime(2026, 11, 28)
    for _ in range(2):
        with Ledger(tmp_path) as ledger:
            ledger.remember([release], run="run", now=now)
    with Ledger(tmp_path) as ledger:
        assert ledger.releases() == [release]
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_ledger_that_cannot_be_read_stops_the_export(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(RunError, match="ledger"), Ledger(tmp_path):
        pass


def test_the_attacker_finds_what_a_careless_export_gives_away() -> None:
    sizes = {"": 40, "A": 20, "B": 17, "C": 3}
    exposure = find_exposure(sizes, {"C": Reason.TOO_FEW}, limit=LIMIT)
    assert exposure is not None
    exposure = find_exposure(
        {"": 28, "A": 20, "B": 4, "C": 4},
        {"B": Reason.TOO_FEW, "C": Reason.TOO_FEW},
        limit=LIMIT,
    )
    assert exposure is not None
    assert exposure.unit in ("B", "C")


def test_people_in_two_teams_do_not_open_a_way_in() -> None:
    # Two of A are in B as well: the sum of the teams is more than the unit has.
    hidden = hidden_units({"": 40, "A": 20, "B": 18, "C": 4}, limit=LIMIT)
    assert hidden is not None
    assert "C" in hidden
    assert {"A", "B"} & set(hidden) or "" in hidden


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_no_sequence_of_exports_gives_a_small_group_away(seed: int) -> None:
    assert attack(seed, largest=12).pinned == 0


def test_a_comparison_with_something_hidden_is_not_shown() -> None:
    cells = list(
        disclose(
            [_estimate("A", 4, wave="1"), _estimate("A", 9, wave="2", last_wave=Compared.HIGHER)],
            min_respondents=LIMIT,
        )
    )
    assert isinstance(cells[1], Estimate)
    assert cells[1].last_wave is None


@st.composite
def organisations(draw: st.DrawFn) -> dict[str, int]:
    """Return the sizes of all units of a random tree of up to three levels."""
    leaves = draw(
        st.dictionaries(
            st.tuples(st.sampled_from("AB"), st.sampled_from("KLM"), st.sampled_from("XY")).flatmap(
                lambda t: st.sampled_from([t[:1], t[:2], t]).map(" / ".join)
            ),
            st.integers(1, 14),
            min_size=1,
            max_size=9,
        )
    )
    sizes: dict[str, int] = {}
    for team, n in leaves.items():
        for unit in ("", *units(team)):
            sizes[unit] = sizes.get(unit, 0) + n
    return sizes


@given(organisations())
@settings(deadline=None)
def test_no_difference_of_shown_units_is_a_small_group(sizes: dict[str, int]) -> None:
    hidden = hidden_units(sizes, limit=LIMIT)
    assert hidden is not None
    shown = {unit: n for unit, n in sizes.items() if unit not in hidden}
    assert all(n >= LIMIT for n in shown.values())
    for unit, n in shown.items():
        below = [
            other
            for other in shown
            if other != unit and (not unit or other.startswith(unit + " / "))
        ]
        for count in range(1, min(len(below), 4) + 1):
            for some in combinations(below, count):
                if any(b.startswith(a + " / ") for a in some for b in some if a):
                    continue  # nested: their people would be subtracted twice
                if "" in some:
                    continue
                rest = n - sum(shown[other] for other in some)
                assert rest == 0 or rest >= LIMIT, (unit, some, rest)


@pytest.mark.parametrize("limit", [5, 8, 12])
def test_raising_the_limit_never_shows_more(limit: int) -> None:
    sizes = {"": 60, "A": 30, "A / K": 16, "A / L": 14, "B": 23, "C": 7}
    low, high = (hidden_units(sizes, limit=k) for k in (5, limit))
    assert low is not None
    assert high is not None
    assert set(low) <= set(high)
