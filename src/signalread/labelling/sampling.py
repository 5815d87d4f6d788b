"""What to label next. :mod:`~signalread.labelling.stopping` says when it stops paying."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from signalread.labelling.distance import masi_distance

RANDOM_SHARE = 0.2
LEAST_SCORE = 0.05  # a segment less likely than this is no find for a rare label
_LEAST = 1e-4  # scores are kept this far from 0 and 1, where a logit has no value


class Why(StrEnum):
    """Why a segment is asked about. Do not show it to who answers: it would sway the answer."""

    RANDOM = "random"
    UNCERTAIN = "uncertain"
    RARE = "rare"
    DISAGREEMENT = "disagreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A segment that could be asked about.

    ``scores`` are the reading's probabilities, one per label in the order of ``labels``.
    ``answers`` are the label sets that people gave (drafts and skips are none), and ``settled``
    says that somebody has decided between them. ``passed`` says that it was skipped, so that it
    is not asked again.
    """

    id: str
    scores: tuple[float, ...]
    answers: tuple[frozenset[str], ...] = ()
    settled: bool = False
    passed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A segment to ask about, why, and the label that it turns on (none where it is by chance)."""

    id: str
    why: Why
    label: str | None = None


def choose_segments(
    candidates: Iterable[Candidate],
    *,
    labels: Sequence[str],
    thresholds: Sequence[float],
    count: int,
    seed: int,
    known: Mapping[str, int] | None = None,
    random_share: float = RANDOM_SHARE,
) -> list[Choice]:
    """Return up to ``count`` segments to ask about, in the order to ask, each once.

    ``random_share`` of them are the next of a random order of *all* candidates, which ``seed``
    alone decides; the rest are taken in turn from three lists:

    - uncertain: the score of some label lies closest to its threshold (in log-odds);
    - rare: the likeliest segment for the label with the fewest segments, counting ``known`` (how
      many are labelled with each already) and those chosen here by their scores;
    - disagreement: answers that differ and are not settled, the furthest apart first (MASI).

    The first two and the random list hold segments without an answer that were not passed; a list
    that runs dry leaves its places to the others. Whoever stops early has had about the same mix.
    The same candidates in any order, with the same seed, give the same list. Give all segments of
    a run, the answered ones too: :func:`random_sample` then tells which answers are by chance.
    Memory grows with the candidates, some 300 bytes each with 30 labels' scores.
    """
    if len(labels) != len(thresholds):
        raise ValueError("one threshold per label, please")
    if not 0 <= random_share <= 1:
        raise ValueError("random_share is a share, from 0 to 1")
    pool = sorted(candidates, key=lambda c: _ticket(c.id, seed))
    unasked = [c for c in pool if not c.answers and not c.passed]
    streams = {
        Why.RANDOM: iter([Choice(id=c.id, why=Why.RANDOM) for c in unasked]),
        Why.UNCERTAIN: _uncertain(unasked, labels, thresholds),
        Why.RARE: _rare(unasked, labels, known or {}),
        Why.DISAGREEMENT: _disagreements(pool),
    }
    rest = (1 - random_share) / 3
    shares = {why: random_share if why is Why.RANDOM else rest for why in streams}
    # The random ones are set aside first: picking among what is left after the others would make
    # them a sample of the easy segments.
    reserved = {c.id for c in unasked[: round(random_share * count)]}
    return _interleave(streams, shares, reserved, count)


def random_order(ids: Iterable[str], *, seed: int) -> list[str]:
    """Return the ids in the random order that :func:`choose_segments` asks in.

    >>> random_order(["a", "b", "c"], seed=1) == random_order(["c", "a", "b"], seed=1)
    True
    """
    return sorted(ids, key=lambda id_: _ticket(id_, seed))


def random_sample(ids: Iterable[str], *, answered: Iterable[str], seed: int) -> list[str]:
    """Return the answered segments that are a simple random sample of ``ids``.

    They are the random order up to its first unanswered segment: whatever was answered for another
    reason counts where its turn has come, and nowhere else. Error rates that are to hold for all
    segments are counted on these alone. Let ``answered`` include segments that were skipped, and
    leave those out afterwards.

    >>> order = random_order("abcdef", seed=3)
    >>> random_sample("abcdef", answered={order[0], order[1], order[4]}, seed=3) == order[:2]
    True
    """
    done = set(answered)
    sample = []
    for id_ in random_order(ids, seed=seed):
        if id_ not in done:
            break
        sample.append(id_)
    return sample


def _ticket(id_: str, seed: int) -> bytes:
    """Draw lots by id, so that neither order nor later segments change anybody's lot."""
    return blake2b(f"{seed}:{id_}".encode(errors="surrogatepass"), digest_size=16).digest()


def _interleave(
    streams: Mapping[Why, Iterator[Choice]],
    shares: Mapping[Why, float],
    reserved: set[str],
    count: int,
) -> list[Choice]:
    """Take from the stream that is furthest behind its share, until all are dry."""
    chosen: dict[str, Choice] = {}
    taken = dict.fromkeys(streams, 0)
    open_ = [why for why in streams if shares[why] > 0]
    while open_ and len(chosen) < count:
        place = len(chosen) + 1
        why = max(open_, key=lambda w: shares[w] * place - taken[w])
        held = reserved if why is not Why.RANDOM else set()
        choice = next((c for c in streams[why] if c.id not in chosen and c.id not in held), None)
        if choice is None:
            open_.remove(why)
            continue
        chosen[choice.id] = choice
        taken[why] += 1
    return list(chosen.values())


def _uncertain(
    unasked: Sequence[Candidate], labels: Sequence[str], thresholds: Sequence[float]
) -> Iterator[Choice]:
    if not labels:
        return
    cuts = [_logit(t) for t in thresholds]
    found = []
    for candidate in unasked:
        gaps = [abs(_logit(s) - cut) for s, cut in zip(candidate.scores, cuts, strict=True)]
        nearest = min(range(len(gaps)), key=gaps.__getitem__)
        found.append((gaps[nearest], candidate.id, labels[nearest]))
    found.sort(key=lambda row: row[0])  # stable: equal ones stay in the random order
    for _, id_, label in found:
        yield Choice(id=id_, why=Why.UNCERTAIN, label=label)


def _rare(
    unasked: Sequence[Candidate], labels: Sequence[str], known: Mapping[str, int]
) -> Iterator[Choice]:
    column = {label: i for i, label in enumerate(labels)}
    likeliest = {label: iter(_likeliest(unasked, i)) for label, i in column.items()}
    expected = {label: float(known.get(label, 0)) for label in labels}
    given: set[str] = set()
    while likeliest:
        label = min(likeliest, key=lambda name: expected[name])
        candidate = next((c for c in likeliest[label] if c.id not in given), None)
        if candidate is None or candidate.scores[column[label]] < LEAST_SCORE:
            del likeliest[label]
            continue
        given.add(candidate.id)
        for name, score in zip(labels, candidate.scores, strict=True):
            expected[name] += score
        yield Choice(id=candidate.id, why=Why.RARE, label=label)


def _likeliest(unasked: Sequence[Candidate], column: int) -> list[Candidate]:
    return sorted(unasked, key=lambda candidate: -candidate.scores[column])


def _disagreements(pool: Sequence[Candidate]) -> Iterator[Choice]:
    found = []
    for candidate in pool:
        answers = candidate.answers
        if candidate.settled or len(set(answers)) < 2:
            continue
        pairs = [(a, b) for i, a in enumerate(answers) for b in answers[i + 1 :]]
        apart = sum(masi_distance(a, b) for a, b in pairs) / len(pairs)
        disputed = frozenset.union(*answers) - frozenset.intersection(*answers)
        found.append((apart, candidate.id, min(disputed)))
    found.sort(key=lambda row: -row[0])
    for _, id_, label in found:
        yield Choice(id=id_, why=Why.DISAGREEMENT, label=label)


def _logit(p: float) -> float:
    p = min(max(p, _LEAST), 1 - _LEAST)
    return math.log(p / (1 - p))
