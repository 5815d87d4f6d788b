"""Replace what points at a person, in a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalread.cli.console import Advance, progress
from signalread.cli.options import NAMES, VerboseOption, shipped
from signalread.errors import SettingsError

if TYPE_CHECKING:
    from signalread.redacting import Find, RedactedFile


def redact(
    file: Annotated[
        Path, typer.Argument(help="A table (csv, xlsx, jsonl, parquet) or notes (txt, md).")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write, a new one.")],
    text_column: Annotated[
        list[str] | None,
        typer.Option(help="A column to redact; give it once per column. Default: found by name."),
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Show on this screen what was found, and why.")
    ] = False,
    verbose: VerboseOption = False,
) -> None:
    """Replace names, numbers and addresses in a file; all else stays as it was.

    **Examples**

    `signalread redact enkat.csv --out enkat-avidentifierad.csv`

    `signalread redact svar.xlsx --text-column Kommentar --out delas.xlsx --review`
    """
    from signalread.intake import count_rows
    from signalread.redacting import check_paths, redact_file
    from signalread.redaction import load_name_finder
    from signalread.settings import Settings

    if review and not sys.stdout.isatty():
        raise SettingsError(
            "--review shows the names that were found, and this is no screen.",
            hint="leave it out, or run it where the output is not sent on",
        )
    check_paths(file, out)
    # No team need be known: where a column names one, the words of its name are kept.
    settings = Settings(text_columns=tuple(text_column or ()), team="")
    finds: list[Find] = []
    with progress() as bar:
        task = bar.add_task("Redacting", total=count_rows([file], settings=settings))
        result = redact_file(
            file,
            out,
            settings=settings,
            find_names=load_name_finder(shipped(NAMES)),
            told=finds.append if review else None,
            advance=Advance(bar, task).advance,
        )
    if review:
        _print_finds(finds)
    _print_redacted(result)


def _print_finds(finds: list["Find"]) -> None:
    """Show what was found to whoever sits at the screen."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    several = len({find.column for find in finds}) > 1
    table = Table("row", *(["column"] if several else []), "becomes", "found", "why")
    for find in finds:
        # Text, not a string: brackets are no markup, and no name is a style.
        found = Text.assemble(find.before, (find.words, "bold reverse"), find.after)
        table.add_row(
            str(find.row),
            *([Text(find.column)] if several else []),
            Text(find.placeholder),
            Text(" ").join(found.split("\n")),
            Text(find.reason),
        )
    Console().print(table if finds else "Nothing was found.")


def _print_redacted(result: "RedactedFile") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(title=f"{result.texts} texts read", title_justify="left", show_header=False)
    for kind, count in result.counts.items():
        table.add_row(Text(f"[{kind}]"), str(count))
    console.print(table if result.counts else f"{result.texts} texts read, nothing found")
    for said, names in (("Redacted", result.redacted), ("Kept as they were", result.kept)):
        if names:
            console.print(
                f"{said}: {', '.join(names)}", markup=False, highlight=False, soft_wrap=True
            )
    if result.telling:
        told = (f"{name} ({', '.join(kinds)})" for name, kinds in result.telling.items())
        console.print(
            f"Look at what was kept, it may tell of people: {'; '.join(told)}\n"
            "hint: name every column to redact with `--text-column`, or take these out",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    console.print(f"File: {result.out}", markup=False, highlight=False, soft_wrap=True)
