"""Compare readings with labels."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalread.cli.options import (
    CORPUS,
    MODEL,
    CodebookOption,
    ModelOption,
    VerboseOption,
    shipped,
)

if TYPE_CHECKING:
    from signalread.training.evaluate import Evaluation


def evaluate(
    corpora: Annotated[
        list[Path] | None, typer.Argument(help="Corpus folders; default is the one that ships.")
    ] = None,
    part: Annotated[str, typer.Option(help="Which part to read: train, dev or test.")] = "test",
    model: ModelOption = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Compare a model's readings with the labels of text that training never saw.

    **Example:** `signalread evaluate corpora/sv-work --part test`
    """
    from signalread.classification.encoder import load_classifier
    from signalread.codebook import load_codebook
    from signalread.training.corpus import read_corpus
    from signalread.training.evaluate import evaluate as compare
    from signalread.training.examples import make_examples

    codebook = load_codebook(codebook_file)
    classifier = load_classifier(model or shipped(MODEL), codebook=codebook)
    comments = [
        comment
        for folder in corpora or [shipped(CORPUS)]
        for comment in read_corpus(folder, codebook=codebook, parts=[part])
    ]
    examples = make_examples(comments, codebook=codebook)
    print_evaluation(compare(classifier, examples, codebook=codebook), part=part)


def print_evaluation(result: "Evaluation", *, part: str) -> None:
    """Print the figures per label and in all."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"{result.segments} segments of the {part} part", title_justify="left")
    for column in ("label", "segments", "precision", "recall", "F1"):
        table.add_column(column, justify="left" if column == "label" else "right")
    for figure in result.labels:
        table.add_row(
            figure.label,
            str(figure.support),
            *(f"{x:.2f}" for x in (figure.precision, figure.recall, figure.f1)),
        )
    console.print(table)
    low, high = result.interval
    console.print(f"micro-F1 {result.micro_f1:.3f} (90 % interval {low:.3f}-{high:.3f})")
    console.print(f"macro-F1 {result.macro_f1:.3f}")
    console.print(f"signals {result.signals_f1:.3f}, themes {result.themes_f1:.3f}")
    console.print(f"unlabelled segments left alone {result.left_alone:.3f}")
    console.print(f"expected calibration error {result.calibration_error:.3f}")
