"""Read a saved run anew with another model, and tell its trends from a change of model."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalread.cli.options import CodebookOption, VerboseOption, chosen_codebook, chosen_model
from signalread.errors import RunError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from signalread.records import Correction
    from signalread.rescoring import LabelShift, ModelComparison, TrendShift

_WORDS = ("team", "label", "since", "wave")  # which others have written
MARKED = 30  # trends that differ, below the whole organisation, that the screen lists


def compare_models(
    run: Annotated[Path, typer.Argument(help="A run folder that `signalread analyze` wrote.")],
    model: Annotated[Path, typer.Option("--model", help="The new model's folder.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write the tables to this file as well: .json or .csv."),
    ] = None,
    corrections: Annotated[
        Path | None, typer.Option(help="Corrections beside those of the review site (CSV, XLSX).")
    ] = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Read all waves of a run with another model, and show which trends would change.

    Per label: how often each model gives it, and how far they agree. Per wave: the change since
    the last one by either model, and what would have been seen had the model been changed in
    between. Marked is where readers would be told different things. What people decided in the
    review site counts for both. Only what passes the disclosure limits is shown, by both models.

    **Example**

    `signalread compare-models run/ --model models/own --out compared.csv`
    """
    from signalread.classification.encoder import load_classifier
    from signalread.cli.console import Advance, progress
    from signalread.reporting.given import read_corrections
    from signalread.rescoring import compare_models as compare
    from signalread.runs import open_run

    if out is not None:
        _check_suffix(out)
    saved = open_run(run)
    folder = chosen_model(model)
    codebook = chosen_codebook(codebook_file, folder)
    classifier = load_classifier(folder, codebook=codebook)
    with progress() as bar:
        total = saved.description.get("counts", {}).get("segments")
        task = bar.add_task("reading", total=total)
        found = compare(
            saved,
            classifier,
            codebook=codebook,
            now=datetime.now().astimezone(),
            corrections=[
                *_decided(run),
                *(read_corrections(corrections, codebook=codebook) if corrections else ()),
            ],
            progress=Advance(bar, task),
        )
    if out is not None:
        _write(found, out)
    print_comparison(found)


def _check_suffix(out: Path) -> None:
    if out.suffix.lower() not in (".json", ".csv"):
        raise SettingsError(
            f"{out.name} has not the suffix of a format.", hint="name a .json or .csv file"
        )


def _decided(run: Path) -> "Iterator[Correction]":
    """Yield what the review site on this computer holds of a run, where it is installed."""
    try:
        from signalread.review.judgements import corrections_of
    except ImportError:
        return
    yield from corrections_of(run)


def _write(found: "ModelComparison", out: Path) -> None:
    import csv
    import json

    from signalread.labelling.formulas import guard
    from signalread.rescoring import COLUMNS

    is_json = out.suffix.lower() == ".json"
    try:
        with out.open("w", encoding="utf-8" if is_json else "utf-8-sig") as file:
            if is_json:
                file.write(json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n")
                return
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            for row in found.to_rows():
                cells = row.items()
                writer.writerow({k: guard(v) if k in _WORDS else v for k, v in cells})
    except OSError as error:
        raise RunError(f"{out} cannot be written.", hint="name another file as `--out`") from error


def print_comparison(found: "ModelComparison") -> None:
    """Print the labels, the trends of the whole organisation, and all others that differ."""
    from rich.console import Console

    from signalread.rescoring import Differs

    console = Console(soft_wrap=True)
    console.print(
        f"{found.run}: read by {found.old} (old) and by {found.new} (new)", highlight=False
    )
    if found.decided:
        console.print(
            f"Decided by people, and counted as they said: {found.decided} segments. Read just so "
            f"by the old model: {_part(found.old_right, found.decided)}, by the new one: "
            f"{_part(found.new_right, found.decided)}.",
            highlight=False,
        )
    if not found.labels:
        console.print("Nothing of it may be shown: too few people wrote.")
        return
    console.print(_label_table(found.labels))
    whole = [shift for shift in found.trends if not shift.cell.team]
    if whole:
        console.print(_trend_table(whole, title="The whole organisation, since the wave before"))
    differing = [s for s in found.trends if s.cell.team and s.differs is not Differs.NO]
    if differing:
        title = "Below it: trends that are told differently"
        console.print(_trend_table(differing[:MARKED], title=title))
        if len(differing) > MARKED:
            console.print(f"… and {len(differing) - MARKED} more (`--out` has them all).")
    marked = sum(shift.differs is not Differs.NO for shift in found.trends)
    if found.trends:
        console.print(
            f"{marked} of {len(found.trends)} trends are told differently by the two models; "
            f"{found.withheld} are withheld.",
            highlight=False,
        )
    else:
        console.print("No trends: there is one wave, or what there is may not be shown.")


def _label_table(shifts: "tuple[LabelShift, ...]") -> "Table":
    from rich.table import Table

    table = Table("label", title="Share of segments", title_justify="left")
    for name in ("old", "new", "agreement", "kappa"):
        table.add_column(name, justify="right")
    for shift in shifts:
        table.add_row(
            shift.label,
            f"{100 * shift.old:.1f} %",
            f"{100 * shift.new:.1f} %",
            f"{100 * shift.agreement:.1f} %",
            "" if shift.kappa is None else f"{shift.kappa:.2f}",
        )
    return table


def _trend_table(shifts: "list[TrendShift]", *, title: str) -> "Table":
    from rich.table import Table

    from signalread.rescoring import Differs

    words = {
        Differs.NO: "",
        Differs.CERTAINTY: "certain with one",
        Differs.DIRECTION: "other direction",
    }
    table = Table(title=title, title_justify="left")
    below = any(shift.cell.team for shift in shifts)
    for name in (*(["unit"] if below else []), "source", "label", "waves"):
        table.add_column(name)
    for name in ("old", "new", "mixed"):
        table.add_column(name, justify="right")
    table.add_column("differs")
    for shift in shifts:
        cell = shift.cell
        table.add_row(
            *([cell.team] if below else []),
            cell.source.value,
            cell.label,
            f"{shift.since} → {cell.wave}",
            _change(shift.old, shift.old_word),
            _change(shift.new, shift.new_word),
            f"{100 * shift.mixed:+.1f}",
            words[shift.differs],
        )
    return table


def _part(count: int, whole: int) -> str:
    return f"{100 * count / whole:.0f} %"


def _change(value: float, word: str) -> str:
    """Return a change in percentage points, with a mark where it is certain."""
    mark = {"higher": " ▲", "lower": " ▼"}.get(word, "  ")
    return f"{100 * value:+.1f}{mark}"
