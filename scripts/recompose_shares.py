"""Do the intervals hold on real readings? Held-out comments put together into organisations.

The corpus' held-out comments are split into sentences and read by the model once (``--cache``).
Half of their organisations then say how often the model errs, as a model folder does, and the
comments of the other half become the answers of new organisations: teams draw what their people
say from distributions of their own, so that every true share is known, and the words for it from
real comments, so that every misreading is a real one. No comment serves both sides.

    python scripts/recompose_shares.py --part dev --plot docs/shares-readings.svg
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scripts.simulate_shares import (
    FIGURES,
    METHODS,
    Organisation,
    Score,
    draw_plot,
    measure,
    score_organisation,
    with_units,
)
from signalread.aggregation import Group
from signalread.aggregation.tally import LONGEST
from signalread.classification.classifier import passages_of
from signalread.classification.encoder import load_classifier
from signalread.codebook import Codebook, load_codebook
from signalread.records import TEAM_SEPARATOR, ErrorRates, RedactedComment, Source, Status
from signalread.training.corpus import read_corpus

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

CORPUS, MODEL = Path("corpora/sv-work"), Path("models/signalread-sv")
SIZES = (5, 8, 12, 20, 40)  # respondents of the teams in each unit
UNITS = 3
ANSWERS = (0.6, 0.3, 0.1)  # respondents with one, two and three comments
# How much the odds of a label differ between units, and between the teams of one (standard
# deviation, common and rare labels). Labels pull on each other; all in all the intraclass
# correlation of teams is then about .03, as in the simulation.
UNLIKE = 0.015
STEEPEST = 0.6
QUAPY = "QuaPy ACC"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Comments with their true labels and with what was read of them.

    ``true`` and ``read`` have shape (comments, labels), ``length`` counts the segments that were
    read. ``counts``, shape (4, organisations, labels), are hits, positives, right rejections and
    negatives among the segments that annotators marked, as error rates are counted.
    """

    home: Ints  # number of each comment's organisation
    true: Bools
    read: Bools
    length: Ints
    counts: Ints

    def take(self, homes: Sequence[int]) -> "Pool":
        """Return the comments of some organisations."""
        mine = np.isin(self.home, homes)
        return Pool(
            home=self.home[mine],
            true=self.true[mine],
            read=self.read[mine],
            length=self.length[mine],
            counts=self.counts[:, homes],
        )

    @property
    def rates(self) -> ErrorRates:
        """How often a marked segment was misread, as a model folder says it."""
        hits, positives, calm, negatives = self.counts.sum(axis=1).astype(float)
        return ErrorRates(
            sensitivity=tuple((hits + 0.5) / (positives + 1)),
            specificity=tuple((calm + 0.5) / (negatives + 1)),
            positives=tuple(positives),
            negatives=tuple(negatives),
        )


def read_pool(part: str, *, codebook: Codebook, cache: Path | None = None) -> Pool:
    """Read the survey comments of one part of the corpus with the model that ships.

    ``cache`` keeps the readings; those of another model are not used.
    """
    from signalread.segmentation import load_nlp, split_segments
    from signalread.training.examples import make_examples

    classifier = load_classifier(MODEL, codebook=codebook)
    if cache is not None and cache.exists():
        with np.load(cache) as saved:
            if str(saved["reader"]) == classifier.digest:
                return Pool(**{f.name: saved[f.name] for f in fields(Pool)})
    comments = [
        c for c in read_corpus(CORPUS, codebook=codebook, parts=[part]) if c.source is Source.SURVEY
    ]
    names = sorted({c.team.split(TEAM_SEPARATOR)[0] for c in comments})
    home = np.array([names.index(c.team.split(TEAM_SEPARATOR)[0]) for c in comments])
    row = {c.id: i for i, c in enumerate(comments)}
    redacted = [
        RedactedComment(
            id=c.id, team=c.team, wave=c.wave, respondent=c.id, question=c.question,
            source=c.source, text=c.text, status=Status.READ, language="sv",
        )
        for c in comments
    ]  # fmt: skip
    segments = list(split_segments(redacted, nlp=load_nlp()))
    given = classifier.score(passages_of(segments)) >= classifier.thresholds
    true, read = np.zeros((2, len(comments), len(codebook.labels)), dtype=bool)
    length = np.zeros(len(comments), dtype=np.int64)
    for segment, labels in zip(segments, given, strict=True):
        read[row[segment.comment.id]] |= labels
        length[row[segment.comment.id]] += 1
    marked = make_examples(comments, codebook=codebook)
    said = marked.targets == 1
    right = (classifier.score(marked.passages) >= classifier.thresholds) == said
    counts = np.zeros((4, len(names), len(codebook.labels)), dtype=np.int64)
    for comment, has, good in zip(marked.comments, said, right, strict=True):
        true[row[comment.id]] |= has
        counts[:, home[row[comment.id]]] += [has & good, has, ~has & good, ~has]
    pool = Pool(home=home, true=true, read=read, length=length, counts=counts)
    if cache is not None:
        arrays = {f.name: getattr(pool, f.name) for f in fields(pool)}
        np.savez(cache, **arrays, reader=classifier.digest)
    return pool


class Deck:
    """Comments to deal out: those with one set of labels lie in one heap, used up in turn."""

    def __init__(self, pool: Pool, *, rng: np.random.Generator) -> None:
        self.kinds, self._kind = np.unique(pool.true, axis=0, return_inverse=True)
        self.often = np.bincount(self._kind.ravel())
        self._rng = rng
        self._heaps: list[list[int]] = []
        self.shuffle()

    def shuffle(self) -> None:
        """Put every comment back."""
        self._heaps = [
            self._rng.permutation(np.flatnonzero(self._kind.ravel() == kind)).tolist()
            for kind in range(len(self.kinds))
        ]

    def deal(self, kind: int) -> int:
        """Return a comment with the labels of this kind; none comes twice before all have come."""
        comment = self._heaps[kind].pop(0)
        self._heaps[kind].append(comment)
        return comment


def recompose(pool: Pool, rates: ErrorRates, *, rng: np.random.Generator) -> Organisation:
    """Return an organisation of two waves, in which nothing changes, made of a pool's comments."""
    deck = Deck(pool, rng=rng)
    common = (deck.often @ deck.kinds / deck.often.sum()).clip(0.01, 0.9)
    steep = np.minimum(np.sqrt(UNLIKE / (common * (1 - common))), STEEPEST)
    teams, sizes, tastes = [], [], []
    for u in range(UNITS):
        unit = rng.normal(0, steep)
        for t, size in enumerate(SIZES):
            weight = deck.often * np.exp(deck.kinds @ (unit + rng.normal(0, steep)))
            tastes.append(weight / weight.sum())
            teams.append(f"Unit {u}{TEAM_SEPARATOR}Team {t}")
            sizes.append(size)
    once = np.array([taste @ deck.kinds for taste in tastes])
    never = sum(p * (1 - once) ** (k + 1) for k, p in enumerate(ANSWERS))
    waves, leaves = ("2025", "2026"), []
    for wave in waves:
        deck.shuffle()
        leaves += [
            answer(pool, deck, team, wave, n, taste, rng=rng)[0]
            for team, n, taste in zip(teams, sizes, tastes, strict=True)
        ]
    return Organisation(
        teams=tuple(teams),
        sizes=np.array(sizes),
        truth=np.asarray(1 - never),
        waves=waves,
        groups=tuple(with_units(leaves)),
        rates=rates,
    )


def answer(
    pool: Pool, deck: Deck, team: str, wave: str, n: int, taste: Floats, *, rng: np.random.Generator
) -> tuple[Group, Bools, Bools]:
    """Let ``n`` people answer; return their group, what they said and what was read of it."""
    labels = pool.true.shape[1]
    said, read = np.zeros((2, n, labels), dtype=bool)
    length = np.zeros(n, dtype=np.int64)
    for person, many in enumerate(1 + rng.choice(len(ANSWERS), size=n, p=ANSWERS)):
        for kind in rng.choice(len(taste), size=many, p=taste):
            comment = deck.deal(int(kind))
            said[person] |= pool.true[comment]
            read[person] |= pool.read[comment]
            length[person] += pool.length[comment]
    nobody = np.zeros(labels, dtype=np.int64)
    group = Group(
        team=team,
        wave=wave,
        source=Source.SURVEY,
        n=n,
        counts=read.sum(axis=0),
        certain=nobody,
        absent=nobody,
        lengths=np.bincount(np.minimum(length, LONGEST), minlength=LONGEST + 1),
    )
    return group, said, read


def adjust_with_quapy(
    organisation: Organisation, pool: Pool, *, rng: np.random.Generator, people: int = 500
) -> Floats:
    """Return QuaPy's adjusted counts (ACC, Forman 2008), shape (waves, teams, labels).

    It is told how often *people* are misread, from respondents made of the calibrating comments:
    more than signalread knows, which has only the segments' error rates to go by.
    """
    from quapy.method.aggregative import ACC
    from sklearn.dummy import DummyClassifier

    deck = Deck(pool, rng=rng)
    _, said, read = answer(pool, deck, "", "", people, deck.often / deck.often.sum(), rng=rng)
    rows = {(team, wave): (w, t) for w, wave in enumerate(organisation.waves)
            for t, team in enumerate(organisation.teams)}  # fmt: skip
    shares = np.empty((len(organisation.waves), *organisation.truth.shape))
    # QuaPy wants a fitted classifier; the readings are given to it as they are.
    named = DummyClassifier().fit([[0], [1]], [0, 1])
    for label in range(said.shape[1]):
        method = ACC(named, fit_classifier=False, val_split=None, solver="exact-cc")
        method.aggregation_fit(read[:, label].astype(int), said[:, label].astype(int))
        for group in organisation.groups:
            if (place := rows.get((group.team, group.wave))) is not None:
                readings = np.arange(group.n) < group.counts[label]
                shares[(*place, label)] = method.aggregate(readings.astype(int))[1]
    return shares


def prove(
    pool: Pool,
    *,
    codebook: Codebook,
    rng: np.random.Generator,
    organisations: int,
    rates: ErrorRates | None = None,
    quapy: bool = False,
) -> list[Score]:
    """Return how each method did for teams of each size.

    Every organisation has a split of its own into halves; with ``rates`` the error rates are
    these instead, and all comments serve.
    """
    sums: dict[tuple[str, int], list[tuple[float, ...]]] = {}
    homes = np.unique(pool.home)
    for _ in range(organisations):
        order = rng.permutation(homes)
        half = len(order) // 2
        known = pool.take(order[:half].tolist())
        people = pool if rates is not None else pool.take(order[half:].tolist())
        drawn = recompose(people, rates if rates is not None else known.rates, rng=rng)
        found = measure(drawn, codebook=codebook)
        if quapy:
            adjusted = adjust_with_quapy(drawn, known, rng=rng)
            found[QUAPY] = (adjusted, np.full_like(adjusted, np.nan), adjusted)
        for key, figures in score_organisation(drawn, found).items():
            sums.setdefault(key, []).append(figures)
    return [
        Score(
            method=method,
            sensitivity=float(np.mean(pool.rates.sensitivity)),
            specificity=float(np.mean(pool.rates.specificity)),
            size=size,
            **dict(zip(FIGURES, np.mean(found, axis=0).tolist(), strict=True)),
        )
        for (method, size), found in sums.items()
    ]


def summarize(scores: Sequence[Score]) -> str:
    """Return a table of the documentation as Markdown."""
    sizes = sorted({s.size for s in scores})
    lines = [
        "| method | coverage | " + " | ".join(f"n = {n}" for n in sizes)
        + " | width | mean error | rank change of teams under 10 |",
        "|---" * (len(sizes) + 5) + "|",
    ]  # fmt: skip
    for method in (*METHODS, QUAPY):
        mine = {s.size: s for s in scores if s.method == method}
        if not mine:
            continue
        mean = {f: np.mean([getattr(s, f) for s in mine.values()]) for f in FIGURES}
        cells = [mean["coverage"], *(mine[n].coverage for n in sizes)]
        shown = (
            [f"{x:.3f}" for x in (*cells, mean["width"])]
            if method != QUAPY
            else ["–"] * (len(cells) + 1)
        )
        small = np.mean([s.jumps for n, s in mine.items() if n < 10])
        lines.append(f"| {method} | {' | '.join(shown)} | {mean['error']:.4f} | {small:.2f} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, recompose and print the tables; with ``--plot``, draw the coverage as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="dev", choices=("dev", "test"))
    parser.add_argument("--organisations", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, help="where readings are kept (.npz)")
    parser.add_argument("--quapy", action="store_true", help="with QuaPy's adjusted counting")
    parser.add_argument("--plot", type=Path, help="where to draw the picture (SVG)")
    options = parser.parse_args(arguments)
    codebook = load_codebook()
    rng = np.random.default_rng(options.seed)
    start = time.process_time()
    pool = read_pool(options.part, codebook=codebook, cache=options.cache)
    scores = prove(
        pool, codebook=codebook, rng=rng, organisations=options.organisations, quapy=options.quapy
    )
    print(f"Error rates from the other half of the organisations of {options.part}:\n")
    print(summarize(scores))
    if options.part == "test":
        # Counted on dev, so that only the test part can be read with them.
        rates = load_classifier(MODEL, codebook=codebook).error_rates
        shipped = prove(
            pool, codebook=codebook, rng=rng, organisations=options.organisations, rates=rates
        )
        print("\nError rates as the model folder says them, all organisations of test:\n")
        print(summarize(shipped))
    print(f"\n{time.process_time() - start:.0f} s of computing")
    if options.plot:
        draw_plot([s for s in scores if s.method != QUAPY], options.plot)


if __name__ == "__main__":
    main()
