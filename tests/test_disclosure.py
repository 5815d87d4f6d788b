from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalread.disclosure import disclose, hidden_units
from signalread.records import Cell, Compared, Estimate, Reason, Source, Withheld, level, units

LIMIT = 5


def _estimate(team: str, n: int, *, wave: str = "1", **extra: Compared) -> Estimate:
    cell = Cell(team=team, level=level(team), wave=wave, source=Source.SURVEY, label="trust")
    return Estimate(cell=cell, n=n, share=0.5, low=0.2, high=0.8, **extra)


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
    hidden = hidden_units({"": 28, "A": 20, "B": 4, "C": 4}, limit=LIMIT)
    assert set(hidden) == {"B", "C"}


def test_people_who_belong_to_the_unit_itself_are_protected_like_a_team() -> None:
    # Twelve in A, ten of them in its only team: the two others would stand alone.
    hidden = hidden_units({"": 12, "A": 12, "A / B": 10}, limit=LIMIT)
    assert "A / B" in hidden


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
def test_no_difference_of_shown_units_is_a_small_group(sizes: dict[str, int]) -> None:
    hidden = hidden_units(sizes, limit=LIMIT)
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
    assert set(hidden_units(sizes, limit=5)) <= set(hidden_units(sizes, limit=limit))
