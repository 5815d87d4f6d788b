"""What the commands about labelled data show on the screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections import Counter

    from signalread.labelling.agreement import Agreement
    from signalread.labelling.resampling import Coefficient
    from signalread.labelling.settling import Settled
    from signalread.labelling.suspects import Suspect


def print_formats() -> None:
    """Print the formats and their caveats."""
    from rich.console import Console
    from rich.table import Table

    from signalread.labelling.formats import CORPUS, FORMATS

    table = Table("format", "what it is", "what it does not tell")
    for form in FORMATS.values():
        table.add_row(form.name, form.about, form.caveat)
    table.add_row(CORPUS, "a corpus folder (read; written by `labels import`)", "")
    Console().print(table)


def print_agreement(found: "Agreement") -> None:
    """Print agreement in all, per label and per pair of people."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(
        f"{found.items} items answered by two or more of {len(found.annotators)} people"
        + (
            f", exactly the same labels in {found.same:.2f} of pairs"
            if found.same is not None
            else ""
        )
    )
    if not found.items:
        return
    console.print(f"alpha over label sets (MASI) {show(found.overall)}")
    console.print(f"alpha over all decisions {show(found.decisions)}")
    table = Table(title=f"Per label, with {found.coverage:.0%} intervals", title_justify="left")
    for column in ("label", "given", "of", "alpha", "kappa"):
        table.add_column(column, justify="left" if column == "label" else "right")
    for label in found.labels:
        table.add_row(
            label.label, str(label.given), str(label.answers), show(label.alpha), show(label.kappa)
        )
    console.print(table)
    pairs = Table(title="Per pair", title_justify="left")
    for column in ("one", "other", "items", "same", "kappa"):
        pairs.add_column(column, justify="left" if column in ("one", "other") else "right")
    for pair in found.pairs:
        pairs.add_row(pair.one, pair.two, str(pair.items), f"{pair.same:.2f}", show(pair.kappa))
    console.print(pairs)
    console.print(
        "alpha is Krippendorff's, kappa Cohen's (mean over pairs); – : nobody gave the label, or "
        "everybody always did, so it says nothing"
    )


def print_suspects(
    found: "Sequence[Suspect]", *, of: int, items: int, too_rare: Sequence[str]
) -> None:
    """Print the labels that are likely wrong, the likeliest first; never the text."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if too_rare:
        console.print(f"too few examples to judge: {', '.join(too_rare)}")
    console.print(f"{of} labels of {items} items may be wrong")
    if not found:
        return
    table = Table("item", "label", "the item", "confidence that it is right")
    for suspect in found:
        says = "has it" if suspect.given else "lacks it"
        table.add_row(suspect.id, suspect.label, says, f"{suspect.confidence:.3f}")
    console.print(table)


def print_settled(settled: "Settled") -> None:
    """Say how differing answers were settled, and what was left out and why."""
    left: Counter[str] = settled.left_out
    if settled.by_majority or settled.decided:
        typer.echo(
            f"settled by majority {settled.by_majority}, by a third person {settled.decided}"
        )
    if left:
        typer.echo("left out: " + ", ".join(f"{reason} {n}" for reason, n in left.most_common()))
    if settled.tied:
        shown = ", ".join(settled.tied[:20]) + (", …" if len(settled.tied) > 20 else "")
        typer.echo(f"left out because answers weigh the same: {len(settled.tied)} ({shown})")
        typer.echo("hint: let a third person decide: `signalread labels adjudicate`", err=True)


def show(coefficient: "Coefficient") -> str:
    """Return a coefficient with its interval, or a dash where there is none."""
    if coefficient.value is None:
        return "–"
    if coefficient.low is None or coefficient.high is None:
        return f"{coefficient.value:.2f}"
    return f"{coefficient.value:.2f} ({coefficient.low:.2f} – {coefficient.high:.2f})"
