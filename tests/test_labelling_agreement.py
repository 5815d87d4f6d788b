from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from signalread.labelling.agreement import Agreement, Rating, measure_agreement
from signalread.labelling.distance import masi_distance

NOTHING = frozenset[str]()


def ratings(rows: dict[str, str], *, label: str | None = None) -> list[Rating]:
    """Read one row of answers a person: a letter or digit per item, a dot where none was given."""
    return [
        Rating(
            item=f"{i:03}",
            annotator=name,
            labels=frozenset({value})
            if label is None
            else frozenset({label} if value == "1" else ()),
        )
        for name, row in rows.items()
        for i, value in enumerate(row.split())
        if value != "."
    ]


def measure(found: list[Rating], labels: str = "x", **options: int) -> Agreement:
    return measure_agreement(found, labels=labels.split(), **{"resamples": 200, **options})


def test_alpha_of_two_observers_is_the_published_one() -> None:
    # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example A.
    rows = {"Meg": "0 1 0 0 0 0 0 0 1 0", "Owen": "1 1 1 0 0 1 0 0 0 0"}
    found = measure(ratings(rows, label="x"))
    assert found.labels[0].alpha.value == pytest.approx(0.095, abs=5e-4)
    assert found.labels[0].given == 6
    assert found.decisions == found.labels[0].alpha


def test_alpha_of_four_observers_with_missing_answers_is_the_published_one() -> None:
    # The same paper, example C; with one label an item, MASI is the nominal distance.
    rows = {
        "A": "1 2 3 3 2 1 4 1 2 . . .",
        "B": "1 2 3 3 2 2 4 1 2 5 . 3",
        "C": ". 3 3 3 2 3 4 2 2 5 1 .",
        "D": "1 2 3 3 2 4 4 1 2 5 1 .",
    }
    found = measure(ratings(rows), "1 2 3 4 5")
    assert found.overall.value == pytest.approx(0.743, abs=5e-4)
    assert found.items == 11  # the twelfth was answered by one person alone


def test_kappa_is_the_published_one() -> None:
    # 50 applications read by two: 20 times both yes, 15 both no, 5 and 10 they differ.
    one = ["1"] * 25 + ["0"] * 25
    two = ["1"] * 20 + ["0"] * 5 + ["1"] * 10 + ["0"] * 15
    found = measure(ratings({"one": " ".join(one), "two": " ".join(two)}, label="x"))
    assert found.pairs[0].labels[0].value == pytest.approx(0.4)
    assert found.labels[0].kappa.value == pytest.approx(0.4)
    assert found.pairs[0].same == pytest.approx(0.7)


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=30))
def test_kappa_is_scikit_learns(answers: list[tuple[bool, bool]]) -> None:
    found = measure(
        [
            Rating(item=str(i), annotator=name, labels=frozenset({"x"} if says else ()))
            for i, pair in enumerate(answers)
            for name, says in zip("ab", pair, strict=True)
        ],
        resamples=2,
    )
    value = found.pairs[0].labels[0].value
    if len({says for pair in answers for says in pair}) < 2:
        assert value is None
    else:
        one, two = zip(*answers, strict=True)
        assert value == pytest.approx(cohen_kappa_score(one, two))


sets = st.frozensets(st.sampled_from("abc"))
tables = st.lists(st.lists(st.none() | sets, min_size=3, max_size=3), min_size=1, max_size=12)


@settings(deadline=None)
@given(tables)
def test_alpha_over_sets_is_its_definition(table: list[list[frozenset[str] | None]]) -> None:
    found = measure(
        [
            Rating(item=str(i), annotator=str(who), labels=answer)
            for i, row in enumerate(table)
            for who, answer in enumerate(row)
            if answer is not None
        ],
        "a b c",
        resamples=2,
    )
    units = [[a for a in row if a is not None] for row in table]
    units = [unit for unit in units if len(unit) > 1]
    values = [answer for unit in units for answer in unit]
    n = len(values)
    expected = sum(masi_distance(a, b) for a, b in permutations(values, 2))
    if not expected:
        assert found.overall.value is None
        return
    observed = sum(
        masi_distance(a, b) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2)
    )
    assert found.overall.value == pytest.approx(1 - (observed / n) / (expected / (n * (n - 1))))


@settings(deadline=None)
@given(sets, sets)
def test_masi_is_a_distance_between_nothing_and_everything(
    one: frozenset[str], two: frozenset[str]
) -> None:
    assert masi_distance(one, two) == masi_distance(two, one)
    assert (masi_distance(one, two) == 0) is (one == two)
    assert (masi_distance(one, two) == 1) is (one != two and not one & two)


def test_masi_weighs_a_subset_more_than_an_overlap() -> None:
    # Passonneau (2006), LREC: Jaccard times 2/3 for a subset, times 1/3 for an overlap.
    assert masi_distance({"a"}, {"a", "b"}) == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert masi_distance({"a", "b"}, {"b", "c"}) == pytest.approx(1 - 1 / 3 * 1 / 3)


def test_a_label_that_nobody_gave_says_nothing() -> None:
    found = measure(ratings({"a": "0 0 0 0", "b": "0 0 0 0"}, label="x"))
    assert found.labels[0].alpha.value is None
    assert found.labels[0].kappa.value is None
    assert found.same == 1


def test_a_label_that_was_not_asked_about_is_missing_not_absent() -> None:
    asked = frozenset({"x"})
    full = ratings({"a": "1 0 1 0", "b": "1 0 0 0"}, label="x")
    partial = [
        Rating(item="000", annotator="c", labels=frozenset({"x"}), asked=asked),
        Rating(item="001", annotator="c", labels=NOTHING, asked=asked),
    ]
    found = measure([*full, *partial], "x y")
    label_x, label_y = found.labels
    assert (label_x.answers, label_y.answers) == (10, 8)
    assert measure(full, "x y").overall == found.overall


def test_questions_about_one_label_at_a_time_add_up_to_a_whole_answer() -> None:
    whole = [
        Rating(item="1", annotator="a", labels=frozenset({"x"})),
        Rating(item="1", annotator="b", labels=frozenset({"x", "y"})),
    ]
    parts = [
        Rating(item="1", annotator="b", labels=frozenset({label}), asked=frozenset({label}))
        for label in "xy"
    ]
    assert measure([whole[0], *parts], "x y") == measure(whole, "x y")


def test_an_empty_answer_counts_and_is_no_missing_one() -> None:
    found = measure(
        [
            Rating(item="1", annotator="a", labels=NOTHING),
            Rating(item="1", annotator="b", labels=frozenset({"x"})),
        ]
    )
    assert (found.items, found.same, found.labels[0].given) == (1, 0, 1)


def test_the_later_of_two_answers_by_one_person_counts() -> None:
    found = measure(
        [
            Rating(item="1", annotator="a", labels=NOTHING),
            Rating(item="1", annotator="b", labels=frozenset({"x"})),
            Rating(item="1", annotator="a", labels=frozenset({"x"})),
        ]
    )
    assert found.same == 1


def test_intervals_hold_the_value_and_are_wider_where_segments_share_a_comment() -> None:
    rows = {"a": "1 1 1 1 0 0 0 0 " * 10, "b": "1 1 1 1 0 0 1 1 " * 10}
    alone = ratings(rows, label="x")
    grouped = [
        Rating(item=r.item, annotator=r.annotator, labels=r.labels, group=str(int(r.item) // 2))
        for r in alone
    ]
    for found in (alone, grouped):
        alpha = measure(found).labels[0].alpha
        assert alpha.low is not None
        assert alpha.value is not None
        assert alpha.high is not None
        assert alpha.low < alpha.value < alpha.high
    narrow, wide = (measure(found).labels[0].alpha for found in (alone, grouped))
    assert narrow.low is not None
    assert narrow.high is not None
    assert wide.low is not None
    assert wide.high is not None
    assert wide.high - wide.low > 1.2 * (narrow.high - narrow.low)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_the_same_seed_gives_the_same_intervals(seed: int) -> None:
    found = ratings({"a": "1 0 1 0 1 1", "b": "1 0 0 0 1 0"}, label="x")
    assert measure(found, seed=seed, resamples=20) == measure(found, seed=seed, resamples=20)


def test_nothing_answered_twice_is_said_so() -> None:
    found = measure(ratings({"a": "1 0 1"}, label="x"))
    assert (found.items, found.annotators, found.pairs, found.same) == (0, (), (), None)
    assert found.overall.value is None
    assert measure([]).items == 0
