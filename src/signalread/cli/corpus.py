"""Look after labelled text."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalread.cli.options import CORPUS, CodebookOption, VerboseOption, shipped

if TYPE_CHECKING:
    from signalread.training.corpus_check import CorpusReport

app = typer.Typer(no_args_is_help=True, help="Look after labelled text.")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The corpus folder.")] = CORPUS,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Check labelled text: format, labels, duplicates, leaks between parts, balance.

    **Example:** `signalread corpus check corpora/sv-work`
    """
    from signalread.codebook import load_codebook
    from signalread.training.corpus import read_corpus
    from signalread.training.corpus_check import check_corpus

    codebook = load_codebook(codebook_file)
    report = check_corpus(
        read_corpus(folder if folder.exists() else shipped(folder), codebook=codebook),
        codebook=codebook,
    )
    _print_corpus(report)
    if report.problems:
        raise typer.Exit(1)


def _print_corpus(report: "CorpusReport") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(
        f"{report.comments} comments, {report.segments} segments, {report.documents} notes "
        f"documents, {report.teams} teams, {report.sectors} sectors, {report.questions} questions"
    )
    console.print("parts: " + ", ".join(f"{part} {n}" for part, n in report.parts.items()))
    console.print(
        f"without a label {report.unlabelled:.2f}, with several {report.several:.2f}, "
        f"with the codebook's own words {report.keyword_share:.2f} of the labelled, "
        + ", ".join(f"distinct-{n} {share:.2f}" for n, share in report.distinct.items())
    )
    table = Table("label", "segments", "sectors")
    for label, sectors in report.sectors_with.items():
        table.add_row(label, str(report.labels[label]), str(sectors))
    console.print(table)
    rules = Table("rule", "inside", "outside")
    for rule in sorted({rule for rule, _ in report.rules}):
        rules.add_row(
            str(rule), str(report.rules[rule, "inside"]), str(report.rules[rule, "outside"])
        )
    console.print(rules)
    for problem in report.problems:
        console.print(f"problem: {problem}", markup=False, highlight=False, soft_wrap=True)
    console.print(
        "no problems found" if not report.problems else f"{len(report.problems)} problems"
    )


@app.callback()
def _group() -> None:
    """Keep ``check`` a name of its own though it is the only one."""
