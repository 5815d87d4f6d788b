import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalread.labelling.sampling import (
    Candidate,
    Choice,
    Why,
    choose_segments,
    random_order,
    random_sample,
)
from signalread.labelling.stopping import Answered, judge_progress

LABELS = ("trust", "control", "care-")
CUTS = (0.5, 0.5, 0.3)


def candidates(n: int = 400, *, seed: int = 1) -> list[Candidate]:
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.3, 2, size=(n, 3))
    return [Candidate(id=f"s{i}", scores=tuple(map(float, row))) for i, row in enumerate(scores)]


def choose(found: list[Candidate], count: int = 50, **options: object) -> list[Choice]:
    given: dict[str, object] = {"seed": 7, **options}
    return choose_segments(
        found,
        labels=LABELS,
        thresholds=CUTS,
        count=count,
        **given,  # type: ignore[arg-type]
    )


def test_a_fifth_is_by_chance_and_the_rest_is_shared_evenly() -> None:
    found = [
        *candidates(),
        *(
            Candidate(id=f"d{i}", scores=(0.1,) * 3, answers=(frozenset(), frozenset({"trust"})))
            for i in range(40)
        ),
    ]
    counts = Counter(choice.why for choice in choose(found, 60))
    assert counts[Why.RANDOM] == 12
    assert all(counts[why] == 16 for why in Why if why is not Why.RANDOM)


def test_who_stops_early_has_had_the_same_mix() -> None:
    early = Counter(choice.why for choice in choose(candidates(), 100)[:20])
    assert early[Why.RANDOM] >= 4
    assert early[Why.UNCERTAIN] >= 4
    assert early[Why.RARE] >= 4


@settings(deadline=None)
@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_order_of_the_segments_does_not_matter_but_the_seed_does(
    seed: int, chance: random.Random
) -> None:
    found = candidates(60)
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert choose(found, 20, seed=seed) == choose(shuffled, 20, seed=seed)
    assert choose(found, 20, seed=seed) != choose(found, 20, seed=seed + 1)


def test_no_segment_is_asked_twice_and_an_answered_or_passed_one_not_at_all() -> None:
    found = [
        *candidates(30),
        Candidate(id="answered", scores=(0.5,) * 3, answers=(frozenset({"trust"}),)),
        Candidate(id="passed", scores=(0.5,) * 3, passed=True),
    ]
    ids = [choice.id for choice in choose(found, 1000)]
    assert sorted(ids) == sorted(c.id for c in found[:30])


def test_the_uncertain_ones_lie_nearest_their_own_threshold() -> None:
    found = [
        Candidate(id="near", scores=(0.05, 0.05, 0.31)),
        Candidate(id="far", scores=(0.9, 0.05, 0.05)),
        Candidate(id="half", scores=(0.05, 0.05, 0.5)),
    ]
    chosen = [c for c in choose(found, 3, random_share=0) if c.why is Why.UNCERTAIN]
    assert chosen[0] == Choice(id="near", why=Why.UNCERTAIN, label="care-")


def test_the_rarest_label_is_looked_for_where_it_is_likeliest() -> None:
    found = [
        Candidate(id="a", scores=(0.9, 0.0, 0.1)),
        Candidate(id="b", scores=(0.9, 0.0, 0.6)),
        Candidate(id="c", scores=(0.5, 0.9, 0.0)),  # the uncertain one
    ]
    known = {"trust": 100, "control": 100, "care-": 2}
    rare = [c for c in choose(found, 3, random_share=0, known=known) if c.why is Why.RARE]
    assert rare[0] == Choice(id="b", why=Why.RARE, label="care-")


def test_a_label_that_no_segment_may_have_takes_no_place() -> None:
    found = [Candidate(id=f"s{i}", scores=(0.6, 0.4, 0.001)) for i in range(20)]
    assert all(c.label != "care-" for c in choose(found, 20) if c.why is Why.RARE)


def test_answers_furthest_apart_come_first_and_settled_ones_never() -> None:
    one, two = frozenset({"trust"}), frozenset({"trust", "care-"})
    found = [
        Candidate(id="apart", scores=(0.1,) * 3, answers=(one, frozenset({"control"}))),
        Candidate(id="close", scores=(0.1,) * 3, answers=(one, two)),
        Candidate(id="agree", scores=(0.1,) * 3, answers=(one, one)),
        Candidate(id="settled", scores=(0.1,) * 3, answers=(one, two), settled=True),
    ]
    assert choose(found, 9) == [
        Choice(id="apart", why=Why.DISAGREEMENT, label="control"),
        Choice(id="close", why=Why.DISAGREEMENT, label="care-"),
    ]


def test_error_rates_of_the_random_sample_are_those_of_all_whatever_else_was_answered() -> None:
    """Batch after batch of the queue is answered; only the sample by chance stays honest."""
    found = candidates(3000)
    # The reader errs where it is uncertain: what the queue prefers is what it reads wrong.
    errs = {
        c.id: min(abs(s - cut) for s, cut in zip(c.scores, CUTS, strict=True)) < 0.1 for c in found
    }
    truth = float(np.mean(list(errs.values())))
    by_chance, answered_rates = [], []
    for seed in range(20):
        pool = {c.id: c for c in found}
        for _ in range(4):
            for choice in choose(list(pool.values()), 150, seed=seed):
                old = pool[choice.id]
                pool[choice.id] = Candidate(id=old.id, scores=old.scores, answers=(frozenset(),))
        answered = {c.id for c in pool.values() if c.answers}
        sample = random_sample(pool, answered=answered, seed=seed)
        assert len(sample) >= 120
        by_chance.append(np.mean([errs[id_] for id_ in sample]))
        answered_rates.append(np.mean([errs[id_] for id_ in answered]))
    assert abs(np.mean(by_chance) - truth) < 0.02
    assert np.mean(answered_rates) > truth + 0.1


def test_later_segments_do_not_change_the_random_order_of_the_others() -> None:
    ids = [f"s{i}" for i in range(50)]
    more = random_order([*ids, "new1", "new2"], seed=3)
    assert [id_ for id_ in more if id_ in ids] == random_order(ids, seed=3)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_random_share_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        choose(candidates(3), random_share=share)


def answered(n: int, *, wrong: int) -> list[Answered]:
    right = Answered(read=frozenset({"trust"}), given=frozenset({"trust"}))
    missed = Answered(read=frozenset(), given=frozenset({"trust"}))
    return [missed] * wrong + [right] * (n - wrong)


def test_labelling_pays_until_the_errors_are_known_well_enough() -> None:
    few = judge_progress(answered(20, wrong=2), labels=LABELS)
    many = judge_progress(answered(400, wrong=40), labels=LABELS)
    assert few.pays
    assert few.needed > 0
    assert not many.pays
    assert many.needed == 0
    rates = {p.label: p for p in many.labels}
    assert rates["trust"].wrong == 40
    assert rates["trust"].low < 0.1 < rates["trust"].high
    assert rates["care-"].low == 0


def test_a_label_that_is_often_read_wrong_asks_for_more() -> None:
    seldom = judge_progress(answered(150, wrong=1), labels=LABELS)
    often = judge_progress(answered(150, wrong=70), labels=LABELS)
    assert often.needed > seldom.needed


def test_before_the_first_answer_everything_is_open() -> None:
    start = judge_progress([], labels=LABELS)
    assert start.pays
    assert all((p.low, p.high) == (0, 1) for p in start.labels)
