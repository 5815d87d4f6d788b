"""The deletion test: does a reading rest on the words that are shown as its evidence?

    python -m scripts.measure_evidence corpora/sv-work models/signalread-sv --judge .cache/benchmark

Of the dev part, a sample of the labels that the model gives. For each the evidence is left out,
and as many words somewhere else. Evidence is chosen by deletion, so the model itself must agree;
a second reader that had no say in the choice (the words-and-letters peer that
``scripts/benchmark.py`` keeps in its cache) says whether people would find more there than chance.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from scripts.benchmark_peers import load_words
from scripts.benchmark_worker import examples_of
from signalread.classification import Passage
from signalread.classification.encoder import load_classifier
from signalread.codebook import load_codebook

Floats = npt.NDArray[np.float32]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A given label, its evidence, and a random span of as many words that is not the evidence."""

    passage: Passage
    column: int
    evidence: Span
    random: Span


def main(
    corpus: Annotated[Path, typer.Argument(help="The corpus folder.")],
    model: Annotated[Path, typer.Argument(help="The model folder.")],
    judge: Annotated[
        Path | None, typer.Option(help="The benchmark's cache, for the second reader.")
    ] = None,
    readings: Annotated[int, typer.Option(help="How many given labels to look at.")] = 300,
) -> None:
    """Print the table."""
    codebook = load_codebook()
    classifier = load_classifier(model, codebook=codebook, threads=2)
    dev = examples_of(corpus, "dev")
    given = classifier.score(dev.passages) >= classifier.thresholds
    rng = np.random.default_rng(0)
    pairs = rng.permutation(np.argwhere(given))[:readings]
    cases = []
    clock, processor = time.perf_counter(), time.process_time()
    for row, column in pairs.tolist():
        passage = dev.passages[row]
        (span,) = classifier.evidence([passage], classifier.labels[column])
        found = random_span(passage.text, span, rng)
        if found is not None:
            cases.append(Case(passage=passage, column=column, evidence=span, random=found))
    seconds = (time.perf_counter() - clock) / len(pairs)
    cpu = (time.process_time() - processor) / len(pairs)
    words = [len(c.passage.text[slice(*c.evidence)].split()) for c in cases]
    total = [len(c.passage.text.split()) for c in cases]
    result = {
        "readings": len(pairs),
        "compared": len(cases),
        "seconds_per_reading": seconds,
        "cpu_seconds_per_reading": cpu,
        "words_in_evidence": float(np.mean(words)),
        "words_in_segment": float(np.mean(total)),
        "model": compare(cases, classifier.score, thresholds=classifier.thresholds),
    }
    if judge is not None:
        read = load_words(judge / "words", model, 2)
        result["second reader"] = compare(cases, read, thresholds=None)
    print(json.dumps(result, indent=1))


def compare(
    cases: Sequence[Case],
    score: Callable[[Sequence[Passage]], Floats],
    *,
    thresholds: Floats | None,
) -> dict[str, float]:
    """Return what leaving out does to the label's score, on average over the cases."""
    columns = np.array([case.column for case in cases])
    rows = np.arange(len(cases))
    whole = score([case.passage for case in cases])[rows, columns]
    bare = score([without(case.passage, case.evidence) for case in cases])[rows, columns]
    other = score([without(case.passage, case.random) for case in cases])[rows, columns]
    alone = score([only(case.passage, case.evidence) for case in cases])[rows, columns]
    found = {
        "evidence lowers more": float((bare < other).mean()),
        "drop, evidence": float((whole - bare).mean()),
        "drop, random": float((whole - other).mean()),
    }
    if thresholds is not None:
        cut = thresholds[columns]
        found |= {
            "lost without evidence": float((bare < cut).mean()),
            "lost without random": float((other < cut).mean()),
            "kept by evidence alone": float((alone >= cut).mean()),
        }
    return found


def random_span(text: str, span: Span, rng: np.random.Generator) -> Span | None:
    """Return another span of as many words, or None where there is no other.

    >>> random_span("vi litar", (3, 8), np.random.default_rng(0))
    (0, 2)
    """
    starts, ends, place = [], [], 0
    for word in text.split():
        place = text.index(word, place)
        starts.append(place)
        place += len(word)
        ends.append(place)
    width = len(text[slice(*span)].split())
    spans = [
        found
        for found in zip(starts, ends[width - 1 :], strict=False)
        if found != span and width < len(starts)
    ]
    return spans[int(rng.integers(len(spans)))] if spans else None


def without(passage: Passage, span: Span) -> Passage:
    """Return the passage with the span left out."""
    low, high = span
    return replace(passage, text=(passage.text[:low] + passage.text[high:]).strip())


def only(passage: Passage, span: Span) -> Passage:
    """Return the passage with nothing but the span."""
    return replace(passage, text=passage.text[slice(*span)])


if __name__ == "__main__":
    typer.run(main)
