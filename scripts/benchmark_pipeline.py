"""How fast signalread is, stage by stage, and what else one would do costs on the same machine.

    python -m scripts.benchmark_pipeline corpora/sv-work --size 1000 --size 10000 --plot FILE.svg

Comments are put together anew from the corpus's segments, so that hardly any text comes twice: a
cache gains no more here than it would on a survey. Everything runs in a process of its own. CPU
seconds are counted, not the clock, since a machine is seldom idle; of the peers, a sample is
enough. Peers need the extras ``train`` and ``benchmark``; those that are not installed are left
out. (An installed Presidio is imported by every spaCy that loads, ours too: it then weighs on
loading and memory, not on the time per comment.) None of the peers cuts segments, hides small
teams or writes a report.
"""

import csv
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

ROOT = Path(__file__).resolve().parents[1]
NAMES = ROOT / "models" / "names-sv"
TEAMS = 40
SHORT = 0.05  # of comments are stock answers, which people give over and over
STOCK = ("Bra.", "Vet ej", "Inget särskilt", "Bra chef!", "Mer tid", "Trivs bra", "-")
STAGES = {
    "read": "read_comments",
    "redact": "redact_comments",
    "segment": "split_segments",
    "classify": "classify_segments",
}
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Timing:
    """What one way of reading took. Times in seconds, memory in MiB."""

    name: str
    comments: int
    load: float  # CPU before the first comment
    cpu: float  # CPU after that
    clock: float  # of all, loading included
    first: float  # on the clock until the first comment was read
    memory: int
    stages: dict[str, float] = field(default_factory=dict)  # CPU

    @property
    def per_thousand(self) -> float:
        """CPU seconds per 1,000 comments, once all is loaded."""
        return 1000 * self.cpu / self.comments


class Meter:
    """Counts CPU time, all threads of the process together, for whatever passes through it."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.loaded = 0.0
        self.first = 0.0
        self.stages: dict[str, float] = {}
        self._within = 0.0  # seconds of the watched stages that the present one has asked

    def start(self) -> None:
        """Say that all is loaded."""
        self.loaded = time.process_time()

    def watch(self, name: str, items: Iterable[T]) -> Iterator[T]:
        """Pass items on, and count what making them took, without the watched stages within."""
        iterator = iter(items)
        while True:
            begun, outer, self._within = time.process_time(), self._within, 0.0
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                spent = time.process_time() - begun
                self.stages[name] = self.stages.get(name, 0.0) + spent - self._within
                self._within = outer + spent
            yield item

    def see(self) -> None:
        """Say that a comment has been read."""
        self.first = self.first or time.perf_counter() - self.begun

    def timing(self, name: str, comments: int) -> Timing:
        """Return what was counted."""
        return Timing(
            name=name,
            comments=comments,
            load=self.loaded,
            cpu=time.process_time() - self.loaded,
            clock=time.perf_counter() - self.begun,
            first=self.first,
            memory=peak_memory(),
            stages=dict(self.stages),
        )


def peak_memory() -> int:
    """Return the most memory that this process has had, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():  # what a parent had does not count here, as it does below
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 1024**2


def make_table(corpus: Path, path: Path, *, comments: int) -> None:
    """Write a CSV of comments made from the corpus's segments, the same ones each time."""
    rng = random.Random(7)
    pools: dict[str, list[str]] = {}
    lengths = []
    for file in sorted((corpus / "train").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            comment = json.loads(line)
            if comment["source"] == "survey" and comment["question"]:
                texts = [segment["text"] for segment in comment["segments"]]
                pools.setdefault(comment["question"], []).extend(texts)
                lengths.append(len(texts))
    questions = sorted(pools, key=lambda question: -len(pools[question]))[:20]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["team", "respondent", "wave", "question", "text"])
        for number in range(comments):
            team = rng.randrange(TEAMS)
            question = rng.choice(questions)
            text = " ".join(rng.choices(pools[question], k=rng.choice(lengths)))
            if rng.random() < SHORT:
                text = rng.choice(STOCK)
            writer.writerow(
                [f"Omsorg / Område {team % 6} / Enhet {team}", f"p{number}", "2026", question, text]
            )


def measure_signalread(path: Path) -> Timing:
    """Run ``analyze`` on a table, report and all, each stage watched."""
    meter = Meter()
    from signalread import pipeline, stages
    from signalread.codebook import load_codebook
    from signalread.loading import load_models
    from signalread.settings import Settings
    from signalread.shipped import chosen_model

    def watched(stage: str, run: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        def call(items: Any, **named: Any) -> Iterator[Any]:
            if stage == "segment":  # what stands between it and redaction
                items = meter.watch("keep comments", items)
            for item in meter.watch(stage, run(items, **named)):
                if stage == "classify":
                    meter.see()
                yield item

        return call

    for stage, function in STAGES.items():
        module = pipeline if stage == "read" else stages
        setattr(module, function, watched(stage, getattr(module, function)))
    codebook = load_codebook()
    models = load_models(chosen_model(None), names=NAMES, codebook=codebook)
    meter.start()
    with tempfile.TemporaryDirectory() as folder:
        summary = pipeline.analyze(
            [path],
            Path(folder) / "run",
            codebook=codebook,
            settings=Settings(),
            models=models,
            now=datetime(2026, 1, 1).astimezone(),
        )
    comments = sum(count for name, count in summary.counts.items() if name != "segments")
    timing = meter.timing("signalread", comments)
    timing.stages["keep, count, report"] = timing.cpu - sum(timing.stages.values())
    return timing


def measure_textcat(path: Path) -> Timing:
    """Read with pandas and a spaCy text categorizer of the same labels (not trained: as fast)."""
    meter = Meter()
    import pandas as pd
    import spacy

    from scripts.benchmark_peers import add_categorizer
    from signalread.codebook import load_codebook

    nlp = spacy.blank("sv")
    add_categorizer(nlp, load_codebook().labels)
    nlp.initialize()
    meter.start()
    table = pd.read_csv(path)
    rows = []
    for doc in nlp.pipe(table["text"]):
        rows.append(doc.cats)
        meter.see()
    (pd.DataFrame(rows) > 0.5).groupby(table["team"]).mean()
    return meter.timing("pandas + spaCy textcat", len(table))


def measure_transformer(path: Path) -> Timing:
    """Read with the pipeline of transformers and a BERT of base size (random: as fast)."""
    meter = Meter()
    import pandas as pd

    from scripts.benchmark_peers import bert_pipeline
    from signalread.shipped import chosen_model

    read: Any = bert_pipeline(chosen_model(None), threads=os.cpu_count() or 1)
    meter.start()
    table = pd.read_csv(path)
    rows = []
    for start in range(0, len(table), 16):
        texts = list(table["text"][start : start + 16])
        found = read(
            texts, batch_size=16, truncation=True, max_length=256, function_to_apply="sigmoid"
        )
        rows += [{label["label"]: label["score"] for label in one} for one in found]
        meter.see()
    (pd.DataFrame(rows) > 0.5).groupby(table["team"]).mean()
    return meter.timing("transformers, BERT base", len(table))


def measure_presidio(path: Path) -> Timing:
    """Redact with Presidio (and spaCy), read with scikit-learn's linear model."""
    meter = Meter()
    import pandas as pd
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import (
        EmailRecognizer,
        PhoneRecognizer,
        SpacyRecognizer,
        UrlRecognizer,
    )
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    from signalread.codebook import load_codebook
    from signalread.redaction.recogniser import load_recogniser

    names = SpacyNlpEngine(ner_model_configuration=NerModelConfiguration())
    names.nlp = {"sv": load_recogniser(NAMES)}
    registry = RecognizerRegistry(supported_languages=["sv"])
    for recogniser in (EmailRecognizer, UrlRecognizer):
        registry.add_recognizer(recogniser(supported_language="sv"))
    registry.add_recognizer(PhoneRecognizer(supported_language="sv", supported_regions=["SE"]))
    registry.add_recognizer(SpacyRecognizer(supported_language="sv", supported_entities=["PERSON"]))
    engine = AnalyzerEngine(registry=registry, nlp_engine=names, supported_languages=["sv"])
    table = pd.read_csv(path)
    labels = len(load_codebook().labels)
    reader = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2)), OneVsRestClassifier(SGDClassifier(loss="log_loss"))
    )
    rng = random.Random(7)
    drawn = [[int(rng.random() < 0.1) for _ in range(labels)] for _ in table["text"]]
    reader.fit(table["text"], drawn)
    meter.start()
    hidden = []
    for text in table["text"]:
        for span in sorted(engine.analyze(text, language="sv"), key=lambda s: -s.start):
            text = f"{text[: span.start]}[{span.entity_type}]{text[span.end :]}"
        hidden.append(text)
        meter.see()
    pd.DataFrame(reader.predict(hidden)).groupby(table["team"]).mean()
    return meter.timing("Presidio + scikit-learn", len(table))


PEERS: tuple[Callable[[Path], Timing], ...] = (
    measure_textcat,
    measure_transformer,
    measure_presidio,
)


def alone(measure: Callable[[Path], Timing], path: Path) -> Timing:
    """Measure in a process of its own, started from nothing."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, path).result()


def print_tables(ours: Sequence[Timing], peers: Sequence[Timing]) -> None:
    """Print what docs/performance.md shows."""
    print(
        "| comments | comments/s | CPU s per 1,000 | loading, CPU s | first after | peak memory |"
    )
    print("|---|---|---|---|---|---|")
    for t in ours:
        print(
            f"| {t.comments:,} | {t.comments / t.clock:,.0f} | {t.per_thousand:.2f} | {t.load:.1f} "
            f"| {t.first:.1f} s | {t.memory:,} MB |"
        )
    last = ours[-1]
    print("\n| stage | CPU s per 1,000 comments | share |\n|---|---|---|")
    for stage, cpu in last.stages.items():
        print(f"| {stage} | {1000 * cpu / last.comments:.3f} | {100 * cpu / last.cpu:.0f} % |")
    print(
        "\n| | CPU s per 1,000 | times ours | loading, CPU s | peak memory |\n|---|---|---|---|---|"
    )
    for t in (last, *peers):
        print(
            f"| {t.name} | {t.per_thousand:.2f} | {t.per_thousand / last.per_thousand:.1f} "
            f"| {t.load:.1f} | {t.memory:,} MB |"
        )


def draw(ours: Timing, peers: Sequence[Timing], path: Path) -> None:
    """Draw the stages of a run, and the peers beside it, as shares of the run's CPU time."""
    import vl_convert

    values = [
        {"way": ours.name, "stage": stage, "ratio": cpu / ours.cpu}
        for stage, cpu in ours.stages.items()
    ] + [
        {"way": t.name, "stage": "all of it", "ratio": t.per_thousand / ours.per_thousand}
        for t in peers
    ]
    stages = [*ours.stages, "all of it"]
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 460,
        "height": {"step": 34},
        "data": {"values": values},
        "transform": [{"calculate": f"indexof({json.dumps(stages)}, datum.stage)", "as": "order"}],
        "mark": "bar",
        "encoding": {
            "y": {"field": "way", "type": "nominal", "sort": None, "title": None},
            "x": {
                "field": "ratio",
                "type": "quantitative",
                "title": "CPU time per comment, signalread = 1",
            },
            "color": {
                "field": "stage",
                "type": "nominal",
                "sort": stages,
                "scale": {
                    "domain": stages,
                    "range": ["#1b4965", "#5fa8d3", "#9ad1d4", "#e0a458", "#7a6c5d", "#b8b8b8"],
                },
                "title": None,
            },
            "order": {"field": "order"},
        },
    }
    path.write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")


def main(
    corpus: Annotated[Path, typer.Argument(help="The corpus that texts are made from.")],
    size: Annotated[list[int] | None, typer.Option(help="Comments; once per run.")] = None,
    million: Annotated[bool, typer.Option("--million", help="A run of 1,000,000 too.")] = False,
    sample: Annotated[int, typer.Option(help="Comments that each peer reads.")] = 300,
    plot: Annotated[Path | None, typer.Option(help="The SVG to draw.")] = None,
) -> None:
    """Measure runs of these sizes and the peers, print tables and draw a chart."""
    sizes = sorted({*(size or (1_000, 10_000, 100_000)), *((1_000_000,) if million else ())})
    ours, peers = [], []
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "comments.csv"
        for comments in sizes:
            make_table(corpus, table, comments=comments)
            ours.append(alone(measure_signalread, table))
        make_table(corpus, table, comments=sample)
        for measure in PEERS:
            try:
                peers.append(alone(measure, table))
            except ImportError as error:
                print(f"({measure.__name__} is left out: {error.name} is not installed)")
    print_tables(ours, peers)
    if plot is not None:
        draw(ours[-1], peers, plot)


if __name__ == "__main__":
    typer.run(main)
