"""What a corpus holds, and what is wrong with it: duplicates, leaks, thin labels."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from signalread.codebook import Codebook
from signalread.training.corpus import LabelledComment

NEAR = 0.8  # Jaccard similarity of character 5-grams from which two comments are near duplicates
# Beginnings of the codebook's own words: a corpus that leans on them teaches words, not meaning.
KEYWORDS = (
    "tillit", "kontroll", "lita", "trygg", "misstag", "högt i tak", "detaljstyr", "mandat",
    "handlingsutrymme", "respekt", "samarbet", "tydlig", "otydlig", "förtroende", "uppskatt",
    "meningsfull", "stöd", "ansvar", "återkoppling", "feedback", "lär",
)  # fmt: skip
MIN_LENGTH = 25  # shorter comments are alike by nature ("Mer personal!")


@dataclass(kw_only=True)
class CorpusReport:
    """Figures about a corpus, and the problems that make a check fail."""

    comments: int = 0
    segments: int = 0
    documents: int = 0
    teams: int = 0
    sectors: int = 0
    questions: int = 0
    unlabelled: float = 0.0
    several: float = 0.0
    keyword_share: float = 0.0
    distinct: dict[int, float] = field(default_factory=dict)
    parts: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    sectors_with: dict[str, int] = field(default_factory=dict)
    rules: Counter[tuple[int, str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def check_corpus(
    comments: Iterable[LabelledComment], *, codebook: Codebook, keywords: Sequence[str] = KEYWORDS
) -> CorpusReport:
    """Return the figures of a corpus and its problems.

    A problem is an id that stands twice, a text that stands twice, a near duplicate within or
    across parts (MinHash over character 5-grams; Broder 1997, SEQUENCES), or a team or notes
    document that stands in two parts. Problems name ids, never a text.
    """
    comments = list(comments)
    report = CorpusReport()
    segments = [segment for comment in comments for segment in comment.segments]
    labelled = [segment for segment in segments if segment.labels]
    report.comments, report.segments = len(comments), len(segments)
    report.documents = len({(c.team, c.wave, c.doc) for c in comments if c.doc})
    report.teams = len({c.team for c in comments})
    report.sectors = len({c.sector for c in comments})
    report.questions = len({c.question for c in comments if c.question})
    if segments:
        report.unlabelled = 1 - len(labelled) / len(segments)
        report.several = sum(len(s.labels) > 1 for s in segments) / len(segments)
    if labelled and keywords:
        pattern = re.compile(rf"\b(?:{'|'.join(keywords)})", re.IGNORECASE)
        report.keyword_share = sum(bool(pattern.search(s.text)) for s in labelled) / len(labelled)
    report.distinct = {n: _distinct(comments, n) for n in (1, 2, 3)}
    for comment in comments:
        report.parts[comment.part] += len(comment.segments)
        for segment in comment.segments:
            report.labels.update(segment.labels)
            if segment.rule is not None:
                report.rules[segment.rule, segment.side or ""] += 1
    sectors: dict[str, set[str]] = defaultdict(set)
    for comment in comments:
        for segment in comment.segments:
            for label in segment.labels:
                sectors[label].add(comment.sector)
    report.sectors_with = {label: len(sectors[label]) for label in codebook.labels}
    report.problems += _twice(comments) + _leaks(comments) + _near_duplicates(comments)
    return report


def _distinct(comments: Sequence[LabelledComment], n: int) -> float:
    """Return distinct-n, the share of n-grams that are different (Li et al. 2016, NAACL)."""
    grams: Counter[tuple[str, ...]] = Counter()
    for comment in comments:
        words = re.findall(r"\w+", comment.text.lower())
        grams.update(zip(*(words[i:] for i in range(n)), strict=False))
    return len(grams) / total if (total := sum(grams.values())) else 0.0


def _twice(comments: Sequence[LabelledComment]) -> list[str]:
    ids = Counter(comment.id for comment in comments)
    problems = [f"the id {id_} stands {n} times" for id_, n in ids.items() if n > 1]
    first: dict[str, LabelledComment] = {}
    for comment in comments:
        text = " ".join(re.findall(r"\w+", comment.text.lower()))
        # A one-word answer to another question is another answer.
        key = text if len(text) >= MIN_LENGTH else f"{text}\n{comment.question}\n{comment.team}"
        if comment.doc is None and text:
            if key in first:
                problems.append(f"{comment.id} has the same text as {first[key].id}")
            first.setdefault(key, comment)
    return problems


def _leaks(comments: Sequence[LabelledComment]) -> list[str]:
    parts: dict[str, set[str]] = defaultdict(set)
    for comment in comments:
        parts[comment.team].add(comment.part)
    return [
        f"the team '{team}' stands in {' and '.join(sorted(found))}"
        for team, found in parts.items()
        if len(found) > 1
    ]


def _near_duplicates(comments: Sequence[LabelledComment]) -> list[str]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=NEAR, num_perm=64)
    shingles: dict[str, frozenset[str]] = {}
    buckets: dict[str, list[str]] = {}
    for comment in comments:
        text = " ".join(re.findall(r"\w+", comment.text.lower()))
        if len(text) < MIN_LENGTH or comment.id in shingles or _is_formula(comment):
            continue
        grams = frozenset(text[i : i + 5] for i in range(len(text) - 4))
        sketch = MinHash(num_perm=64, seed=1)
        sketch.update_batch([gram.encode() for gram in grams])
        buckets[comment.id] = index.query(sketch)
        index.insert(comment.id, sketch)
        shingles[comment.id] = grams
    return [
        f"{one} and {two} are near duplicates"
        for one, others in buckets.items()
        for two in others
        if len(shingles[one] & shingles[two]) >= NEAR * len(shingles[one] | shingles[two])
    ]


def _is_formula(comment: LabelledComment) -> bool:
    """Say whether it is a line that stands in all minutes ("Föregående protokoll godkändes.")."""
    return comment.doc is not None and not any(segment.labels for segment in comment.segments)
