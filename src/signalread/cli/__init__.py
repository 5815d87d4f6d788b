"""The command line: parses, calls and prints. A module per command or group of commands."""

import sys
import traceback
from typing import Annotated

import typer

from signalread import __version__
from signalread.cli.analyze import analyze
from signalread.cli.compare_models import compare_models
from signalread.cli.console import print_error, print_fault
from signalread.cli.corpus import app as corpus
from signalread.cli.evaluate import evaluate
from signalread.cli.labels import app as labels
from signalread.cli.models import app as models
from signalread.cli.purge import purge
from signalread.cli.redact import redact
from signalread.cli.report import report
from signalread.cli.review import app as review
from signalread.cli.silence import silence
from signalread.cli.train import train
from signalread.errors import SignalreadError

app = typer.Typer(
    name="signalread",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Reads Swedish survey comments and meeting notes for signals of **control** and "
    "**trust**, and reports them per team – with honest uncertainty, and so that nobody can be "
    "singled out. Everything stays on this computer.",
)
for command in (analyze, report, redact, train, evaluate, compare_models, purge):
    app.command()(command)
app.add_typer(corpus, name="corpus")
app.add_typer(labels, name="labels")
app.add_typer(models, name="models")
app.add_typer(review, name="review")


def main() -> None:
    """Run the command line; a user's mistake becomes a sentence and a hint."""
    silence()
    try:
        app(standalone_mode=True)
    except SignalreadError as error:
        print_error(error)
        if "--verbose" in sys.argv:
            # Frames only: the message of an inner error could quote what it choked on.
            print("".join(traceback.format_tb(error.__traceback__)), file=sys.stderr)  # noqa: T201
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        print_fault(error)
        raise SystemExit(70) from None


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit
