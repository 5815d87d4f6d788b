"""How much a larger corpus helps: dev F1 at 1/8, 1/4, 1/2 and all of the train part.

    python scripts/learning_curve.py corpora/sv-work docs/learning-curve.svg

Whole authors' files are left out, so that each step adds people and not only text. The reader is
the linear one (words and letters), which is fitted in minutes.
"""

import random
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from signalread.codebook import load_codebook
from signalread.training.calibrate import calibrate
from signalread.training.corpus import LabelledComment, read_corpus
from signalread.training.evaluate import Evaluation, evaluate_scores
from signalread.training.examples import make_examples
from signalread.training.fit_linear import fit_linear

STEPS = (0.125, 0.25, 0.5, 1.0)


def main(
    corpus: Annotated[Path, typer.Argument(help="The corpus folder.")],
    plot: Annotated[Path, typer.Argument(help="The SVG to draw.")],
) -> None:
    """Print a table and draw the curve."""
    codebook = load_codebook()
    train = list(read_corpus(corpus, codebook=codebook, parts=["train"]))
    dev = make_examples(read_corpus(corpus, codebook=codebook, parts=["dev"]), codebook=codebook)
    points: list[tuple[int, Evaluation]] = []
    for step in track(STEPS, description="Fitting"):
        examples = make_examples(by_authors(train, step), codebook=codebook)
        logits = fit_linear(examples).logits(dev.passages)
        calibration = calibrate(logits, dev.targets)
        figures = evaluate_scores(
            calibration.probabilities(logits), calibration.thresholds, dev, codebook=codebook
        )
        points.append((len(examples), figures))
    print("| train segments | micro-F1 | macro-F1 | signals |\n|---|---|---|---|")
    for size, figures in points:
        print(
            f"| {size} | {figures.micro_f1:.3f} | {figures.macro_f1:.3f} "
            f"| {figures.signals_f1:.3f} |"
        )
    draw(points, plot)


def by_authors(comments: list[LabelledComment], share: float) -> list[LabelledComment]:
    """Return the comments of about this share of the authors, always the same ones."""
    authors = sorted({comment.annotator for comment in comments})
    random.Random(3).shuffle(authors)
    kept = set(authors[: max(1, round(share * len(authors)))])
    return [comment for comment in comments if comment.annotator in kept]


def draw(points: list[tuple[int, Evaluation]], path: Path) -> None:
    """Write the curve as SVG."""
    import vl_convert

    values = [
        {"segments": size, "F1": f1, "mean": mean}
        for size, figures in points
        for mean, f1 in (("micro", figures.micro_f1), ("macro", figures.macro_f1))
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
            "color": {"field": "mean", "type": "nominal"},
            "strokeDash": {"field": "mean", "type": "nominal"},
        },
    }
    path.write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
