"""How much a larger corpus helps: dev F1 at 1/8, 1/4, 1/2 and all of the train part.

    python scripts/learning_curve.py corpora/sv-work docs/learning-curve.svg
    python scripts/learning_curve.py corpora/sv-work docs/learning-curve.svg --encoder build/e5-sv \
        --record curve.jsonl

Whole authors' files are left out, so that each step adds people and not only text. Without an
encoder the reader is the linear one (words and letters), which is fitted in minutes. With one it
is the classifier that ``signalread train`` makes of it: the encoder is fine-tuned anew for each
step until dev no longer rises, and mixed with the linear reader; an hour and more of two cores.
What the record holds already is not trained again.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer
from rich.progress import Progress

from signalread.codebook import Codebook, load_codebook
from signalread.training.calibrate import calibrate, choose_share
from signalread.training.corpus import LabelledComment, read_corpus
from signalread.training.evaluate import evaluate_scores
from signalread.training.examples import Examples, make_examples
from signalread.training.fit import FitOptions, fit, load_encoder
from signalread.training.fit_linear import fit_linear

STEPS = (0.125, 0.25, 0.5, 1.0)
WORDS, CLASSIFIER = "words and letters", "classifier"
Point = dict[str, Any]  # segments, reader, micro, macro, signals


def main(
    corpus: Annotated[Path, typer.Argument(help="The corpus folder.")],
    plot: Annotated[Path, typer.Argument(help="The SVG to draw.")],
    encoder: Annotated[str | None, typer.Option(help="The encoder to fine-tune.")] = None,
    record: Annotated[Path | None, typer.Option(help="Keep points here, and draw all.")] = None,
    steps: Annotated[list[float] | None, typer.Option("--step", help="Only these shares.")] = None,
    epochs: Annotated[int, typer.Option(help="At most so many epochs.")] = 6,
) -> None:
    """Print a table and draw the curve."""
    codebook = load_codebook()
    train = list(read_corpus(corpus, codebook=codebook, parts=["train"]))
    dev = make_examples(read_corpus(corpus, codebook=codebook, parts=["dev"]), codebook=codebook)
    points = read_points(record)
    done = {(point["reader"], point["segments"]) for point in points}
    wanted = (WORDS, CLASSIFIER) if encoder else (WORDS,)
    with Progress() as progress:
        for step in steps or STEPS:
            examples = make_examples(by_authors(train, step), codebook=codebook)
            task = progress.add_task(f"{len(examples)} segments", total=1.0)

            def told(_line: str, share: float, task: Any = task) -> None:
                progress.update(task, completed=share)

            if done >= {(reader, len(examples)) for reader in wanted}:
                told("kept from before", 1.0)
                continue
            linear = fit_linear(examples).logits(dev.passages)
            found = [measure(WORDS, len(examples), linear, dev, codebook)]
            if encoder:
                deep = fit_encoder(encoder, examples, dev, codebook, epochs, told)
                share = choose_share(deep, linear, dev.targets)
                mixed = share * deep + (1 - share) * linear
                found.append(measure(CLASSIFIER, len(examples), mixed, dev, codebook))
            points += [p for p in found if (p["reader"], p["segments"]) not in done]
            told("done", 1.0)
            keep_points(record, points)
    print("| reader | train segments | micro-F1 | macro-F1 | signals |\n|---|---|---|---|---|")
    for point in sorted(points, key=lambda p: (p["reader"], p["segments"])):
        figures = " | ".join(f"{point[name]:.3f}" for name in ("micro", "macro", "signals"))
        print(f"| {point['reader']} | {point['segments']} | {figures} |")
    draw(points, plot)


def by_authors(comments: list[LabelledComment], share: float) -> list[LabelledComment]:
    """Return the comments of about this share of the authors, always the same ones."""
    authors = sorted({comment.annotator for comment in comments})
    random.Random(3).shuffle(authors)
    kept = set(authors[: max(1, round(share * len(authors)))])
    return [comment for comment in comments if comment.annotator in kept]


def fit_encoder(
    encoder: str, train: Examples, dev: Examples, codebook: Codebook, epochs: int, told: Any
) -> npt.NDArray[np.float32]:
    """Return the fine-tuned encoder's logits on dev, shape (n, labels)."""
    import torch

    torch.manual_seed(0)  # a new head begins at random
    network, tokenizer = load_encoder(encoder, labels=codebook.labels)
    options = FitOptions(epochs=epochs)
    return fit(network, tokenizer, train=train, dev=dev, options=options, told=told).dev_logits


def measure(
    reader: str, segments: int, logits: npt.NDArray[np.float32], dev: Examples, codebook: Codebook
) -> Point:
    """Return one point of the curve."""
    calibration = calibrate(logits, dev.targets)
    figures = evaluate_scores(
        calibration.probabilities(logits), calibration.thresholds, dev, codebook=codebook
    )
    return {
        "reader": reader,
        "segments": segments,
        "micro": figures.micro_f1,
        "macro": figures.macro_f1,
        "signals": figures.signals_f1,
    }


def read_points(record: Path | None) -> list[Point]:
    """Return what an earlier run kept."""
    if record is None or not record.is_file():
        return []
    return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]


def keep_points(record: Path | None, points: Sequence[Point]) -> None:
    """Write the points found so far."""
    if record is not None:
        record.write_text("".join(json.dumps(p) + "\n" for p in points), encoding="utf-8")


def draw(points: Sequence[Point], path: Path) -> None:
    """Write the curves as SVG."""
    import vl_convert

    values = [
        {"segments": p["segments"], "reader": p["reader"], "mean": mean, "F1": p[mean]}
        for p in points
        for mean in ("micro", "macro")
    ]
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 420,
        "height": 260,
        "data": {"values": values},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "segments", "type": "quantitative", "scale": {"type": "log"}},
            "y": {"field": "F1", "type": "quantitative", "scale": {"zero": False}},
            "color": {"field": "reader", "type": "nominal"},
            "strokeDash": {"field": "mean", "type": "nominal"},
        },
    }
    path.write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
