"""Compare readings with labels, and one model with another."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalread.cli.options import (
    CORPUS,
    MODEL,
    NAMES,
    CodebookOption,
    ModelOption,
    VerboseOption,
    chosen_codebook,
    chosen_model,
    shipped,
)
from signalread.errors import InputError

if TYPE_CHECKING:
    from signalread.codebook import Codebook
    from signalread.training.comparison import Difference
    from signalread.training.corpus import LabelledComment
    from signalread.training.evaluate import Evaluation
    from signalread.training.gate import GateResult


def evaluate(
    corpora: Annotated[
        list[Path] | None, typer.Argument(help="Corpus folders; default is the one that ships.")
    ] = None,
    part: Annotated[str, typer.Option(help="Which part to read: train, dev or test.")] = "test",
    model: ModelOption = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Hold the model against this one, label by label: a folder, or `models/current`."
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the comparison to this file as well.")
    ] = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Compare a model's readings with the labels of text that training never saw.

    With `--against` it is the gate: better, same or worse per label, calibration, text that the
    model has seen before, personal data in its folder. Ends with 1 where something stands against
    the model.

    **Examples**

    `signalread evaluate corpora/sv-work --part test`

    `signalread evaluate own-labels/ --model models/own --against models/current --json gate.json`
    """
    from signalread.classification.encoder import load_classifier
    from signalread.training.evaluate import evaluate as compare
    from signalread.training.examples import make_examples

    if json_file is not None and against is None:
        raise InputError("`--json` writes a comparison.", hint="say with what: `--against FOLDER`")
    folder = chosen_model(model)
    codebook = chosen_codebook(codebook_file, folder)
    comments = held_out(corpora, part, codebook=codebook)
    if against is None:
        classifier = load_classifier(folder, codebook=codebook)
        examples = make_examples(comments, codebook=codebook)
        print_evaluation(compare(classifier, examples, codebook=codebook), part=part)
        return
    result = hold(folder, against, comments, corpora, part, codebook=codebook)
    if json_file is not None:
        result.save(json_file)
    print_gate(result)
    if result.faults():
        raise typer.Exit(1)


def held_out(
    corpora: Sequence[Path] | None, part: str, *, codebook: "Codebook"
) -> "list[LabelledComment]":
    """Return one part of the corpora, split as ``train`` splits them."""
    from signalread.training.corpus import PARTS
    from signalread.training.split import read_parts

    if part not in PARTS:
        raise InputError(f"There is no part '{part}'.", hint=f"the parts are {', '.join(PARTS)}")
    folders = corpora or [shipped(CORPUS)]
    comments = [c for f in folders for c in read_parts(f, codebook=codebook)[part]]
    if not comments:
        raise InputError(
            f"The labelled text has no {part} part.",
            hint="add one, give a corpus with several teams, or read another part with `--part`",
        )
    return comments


def hold(
    new: Path,
    old: Path,
    comments: "Sequence[LabelledComment]",
    corpora: Sequence[Path] | None,
    part: str,
    *,
    codebook: "Codebook",
) -> "GateResult":
    """Hold a new model against an old one."""
    from signalread.redaction import load_name_finder
    from signalread.training.gate import run_gate
    from signalread.training.registry import resolve_model

    return run_gate(
        new,
        resolve_model(old, default=shipped(MODEL)),
        comments,
        text=[folder.name for folder in corpora or [CORPUS]],
        part=part,
        codebook=codebook,
        find_names=load_name_finder(shipped(NAMES)),
    )


def print_gate(result: "GateResult") -> None:
    """Print what the gate found, label by label, and in the end whether the model passes."""
    from rich.console import Console

    console = Console()
    if result.comparison is None or result.old is None:
        console.print(f"{result.new.name}: no model reads these labels yet.", markup=False)
    else:
        comparison = result.comparison
        console.print(
            _comparison_table(
                [*comparison.labels, comparison.overall, comparison.calibration],
                title=f"{result.new.name} against {result.old.name}: {comparison.segments} "
                f"segments of the {result.part} part, {comparison.units} independent units",
            )
        )
        console.print(
            "F1, and new minus old with a 90 % interval: a paired bootstrap over whole units; p "
            "adjusted so that at most a tenth of the verdicts are chance. A lower calibration "
            "error is better."
        )
    for name, overlap in ((result.new, result.overlap), (result.old, result.old_overlap)):
        if name is None or overlap is None:
            continue
        seen = (
            f"has seen {overlap.teams} of its teams and {overlap.texts} of its texts"
            if overlap.known
            else "does not say what it was trained on, so leaks cannot be looked for"
        )
        console.print(f"{name.name} {seen}.", markup=False, highlight=False, soft_wrap=True)
    for found in result.personal_data:
        console.print(
            f"{found.file}: {found.kind}, {found.times} times", markup=False, highlight=False
        )
    if not result.personal_data:
        console.print("No personal data found in the model's files.")
    faults = result.faults()
    console.print(
        "It passes." if not faults else f"It does not pass: {'; '.join(faults)}.",
        style="bold" if not faults else "bold red",
        markup=False,
        soft_wrap=True,
    )


def _comparison_table(rows: "Sequence[Difference]", *, title: str) -> object:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for column in ("label", "n", "old", "new", "change", "90 % interval", "p", "verdict"):
        table.add_column(
            column, justify="left" if column in ("label", "verdict") else "right", no_wrap=True
        )
    styles = {"worse": "bold red", "better": "bold green"}
    for row in rows:
        digits = 3 if row is rows[-1] else 2  # the calibration error is small
        table.add_row(
            row.name,
            str(row.support),
            f"{row.old:.{digits}f}",
            f"{row.new:.{digits}f}",
            f"{row.new - row.old:+.{digits}f}",
            f"{row.low:+.{digits}f} {row.high:+.{digits}f}",
            f"{row.adjusted:.2f}" if row.adjusted >= 0.01 else "<.01",
            row.verdict.value,
            style=styles.get(row.verdict.value),
        )
    return table


def print_evaluation(result: "Evaluation", *, part: str) -> None:
    """Print the figures per label and in all."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"{result.segments} segments of the {part} part", title_justify="left")
    for column in ("label", "segments", "precision", "recall", "F1", "90 % interval"):
        table.add_column(column, justify="left" if column == "label" else "right")
    for figure in result.labels:
        table.add_row(
            figure.label,
            str(figure.support),
            *(f"{x:.2f}" for x in (figure.precision, figure.recall, figure.f1)),
            f"{figure.low:.2f}-{figure.high:.2f}",
        )
    console.print(table)
    low, high = result.interval
    console.print(f"micro-F1 {result.micro_f1:.3f} (90 % interval {low:.3f}-{high:.3f})")
    console.print(f"macro-F1 {result.macro_f1:.3f}")
    console.print(f"signals {result.signals_f1:.3f}, themes {result.themes_f1:.3f}")
    console.print(f"unlabelled segments left alone {result.left_alone:.3f}")
    console.print(f"expected calibration error {result.calibration_error:.3f}")
