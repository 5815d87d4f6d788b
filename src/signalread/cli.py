"""The command line: parses, calls and prints."""

import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalread import __version__
from signalread.errors import SettingsError, SignalreadError

if TYPE_CHECKING:
    from rich.progress import Progress

    from signalread.redacting import Find, RedactedFile
    from signalread.training.corpus_check import CorpusReport
    from signalread.training.evaluate import Evaluation

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
corpus_app = typer.Typer(no_args_is_help=True, help="Look after labelled text.")
app.add_typer(corpus_app, name="corpus")

MODEL = Path("models/signalread-sv")
NAMES = Path("models/names-sv")
CORPUS = Path("corpora/sv-work")

CodebookOption = Annotated[
    Path | None, typer.Option("--codebook", help="A codebook of your own (YAML).")
]
ModelOption = Annotated[
    Path | None, typer.Option("--model", help="The model folder; default is the one that ships.")
]


def main() -> None:
    """Run the command line; a user's mistake becomes a sentence and a hint."""
    try:
        app(standalone_mode=True)
    except SignalreadError as error:
        _print_error(error)
        if "--verbose" in sys.argv:
            # Frames only: the message of an inner error could quote what it choked on.
            print("".join(traceback.format_tb(error.__traceback__)), file=sys.stderr)  # noqa: T201
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        _print_fault(error)
        raise SystemExit(70) from None


def _print_fault(error: Exception) -> None:
    """Tell of a fault of the program's own, by its kind and where it arose."""
    # Without its message, which could quote the comment that it choked on.
    print("".join(traceback.format_tb(error.__traceback__)), file=sys.stderr)  # noqa: T201
    _print_error(
        SignalreadError(
            f"signalread failed ({type(error).__name__}). This is a fault of the program.",
            hint="report it with the lines above; they hold nothing of the input",
        )
    )


def _print_error(error: SignalreadError) -> None:
    from rich.console import Console

    console = Console(stderr=True, soft_wrap=True)
    console.print("error:", style="bold red", end=" ")
    console.print(error.found, markup=False, highlight=False)
    if error.hint:
        console.print("hint:", style="bold cyan", end=" ")
        console.print(error.hint, markup=False, highlight=False)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def analyze(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Survey tables (csv, xlsx, ods, jsonl, parquet), notes (docx, md, txt, "
            "pdf), or folders of them."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The run folder to write.")],
    text_column: Annotated[
        list[str] | None, typer.Option(help="A column of comments; give it once per question.")
    ] = None,
    id_column: Annotated[str | None, typer.Option(help="The column that names a comment.")] = None,
    team_column: Annotated[
        list[str] | None,
        typer.Option(help="The team: one path column, or one column per level, top first."),
    ] = None,
    respondent_column: Annotated[str | None, typer.Option(help="Who answered.")] = None,
    wave_column: Annotated[str | None, typer.Option(help="The survey round.")] = None,
    question_column: Annotated[str | None, typer.Option(help="What was asked.")] = None,
    source_column: Annotated[str | None, typer.Option(help="'survey' or 'notes'.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    wave: Annotated[str | None, typer.Option(help="The wave of files that do not say.")] = None,
    team: Annotated[str | None, typer.Option(help="The team of files that do not say.")] = None,
    min_respondents: Annotated[
        int | None, typer.Option(help="Show nothing about fewer respondents. Default 5.")
    ] = None,
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Default: signalread.toml if it is here.")
    ] = None,
    codebook_file: CodebookOption = None,
    model: ModelOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the run in --out.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more when it fails.")] = False,
) -> None:
    """Read comments and write a run folder with a report per team.

    **Examples**

    `signalread analyze enkat.csv anteckningar/ --out run/`

    `signalread analyze svar.xlsx --team-column Förvaltning --team-column Enhet --out run/`
    """
    from signalread.codebook import load_codebook
    from signalread.intake import count_rows, find_files
    from signalread.loading import load_models
    from signalread.pipeline import analyze as run
    from signalread.settings import load_settings

    if settings_file is None and Path("signalread.toml").is_file():
        settings_file = Path("signalread.toml")
    settings = load_settings(
        settings_file,
        text_columns=tuple(text_column or ()),
        id_column=id_column,
        team_columns=tuple(team_column or ()),
        respondent_column=respondent_column,
        wave_column=wave_column,
        question_column=question_column,
        source_column=source_column,
        sheet=sheet,
        wave=wave,
        team=team,
        min_respondents=min_respondents,
    )
    codebook = load_codebook(codebook_file)
    files = find_files(sources)
    models = load_models(model or shipped(MODEL), names=shipped(NAMES), codebook=codebook)
    with _progress() as bar:
        task = bar.add_task("Reading comments", total=count_rows(files, settings=settings))
        summary = run(
            sources,
            out,
            codebook=codebook,
            settings=settings,
            models=models,
            now=datetime.now().astimezone(),
            progress=_Advance(bar, task),
            force=force,
        )
    _print_summary(summary.out, summary.counts)


@app.command()
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
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more when it fails.")] = False,
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
    with _progress() as bar:
        task = bar.add_task("Redacting", total=count_rows([file], settings=settings))
        result = redact_file(
            file,
            out,
            settings=settings,
            find_names=load_name_finder(shipped(NAMES)),
            told=finds.append if review else None,
            advance=_Advance(bar, task).advance,
        )
    if review:
        _print_finds(finds)
    _print_redacted(result)


@app.command()
def train(
    corpora: Annotated[
        list[Path] | None, typer.Argument(help="Corpus folders; default is the one that ships.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The model folder to write.")] = MODEL,
    encoder: Annotated[
        str | None,
        typer.Option(
            help="The encoder to start from: a folder, or a name on the Hugging Face hub, such as "
            "KBLab/bert-base-swedish-cased. Default: the model that ships."
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(help="How often to go through the text.", min=1)] = 6,
    seed: Annotated[int, typer.Option(help="Chance, repeatable.")] = 0,
    codebook_file: CodebookOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more when it fails.")] = False,
) -> None:
    """Train a model from labelled text and write its folder with a model card.

    **Examples**

    `signalread train corpora/sv-work own-labels/ --out models/own`

    `signalread train --encoder KBLab/bert-base-swedish-cased --out models/kb`
    """
    from signalread.codebook import load_codebook
    from signalread.training.fit import FitOptions
    from signalread.training.train import train_model

    with _progress(share=True) as bar:
        task = bar.add_task("Opening the encoder", total=1.0)
        trained = train_model(
            corpora or [shipped(CORPUS)],
            out,
            encoder=encoder or str(shipped(MODEL)),
            codebook=load_codebook(codebook_file),
            now=datetime.now().astimezone(),
            options=FitOptions(epochs=epochs, seed=seed),
            told=lambda line, share: bar.update(task, description=line, completed=share),
        )
    _print_evaluation(trained.test or trained.dev, part="test" if trained.test else "dev")
    typer.echo(f"Model: {trained.folder}")


@app.command()
def evaluate(
    corpora: Annotated[
        list[Path] | None, typer.Argument(help="Corpus folders; default is the one that ships.")
    ] = None,
    part: Annotated[str, typer.Option(help="Which part to read: train, dev or test.")] = "test",
    model: ModelOption = None,
    codebook_file: CodebookOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more when it fails.")] = False,
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
    _print_evaluation(compare(classifier, examples, codebook=codebook), part=part)


@corpus_app.command("check")
def corpus_check(
    folder: Annotated[Path, typer.Argument(help="The corpus folder.")] = CORPUS,
    codebook_file: CodebookOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more when it fails.")] = False,
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


class _Advance:
    def __init__(self, bar: "Progress", task: object) -> None:
        self._bar, self._task = bar, task

    def advance(self) -> None:
        self._bar.advance(self._task)  # type: ignore[arg-type]


def _progress(*, share: bool = False) -> "Progress":
    """Return a bar on standard error: counted in comments, or as a share; quiet in a pipe."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *([] if share else [MofNCompleteColumn()]),
        TaskProgressColumn(show_speed=True),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


LEFT_OUT = {
    "empty": "empty",
    "nothing_to_add": "said only that there was nothing to add",
    "repeats_question": "repeated the question",
    "duplicate": "the same text by the same respondent again",
    "other_language": "in another language than Swedish",
    "attendance": "attendance lists and the like in notes",
    "too_long": "longer than a comment can be",
}


def _print_summary(out: Path, counts: dict[str, int]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    rows = sum(n for name, n in counts.items() if name != "segments")
    table = Table(title=f"{rows} comments came in", title_justify="left", show_header=False)
    table.add_row("read", str(counts.get("read", 0)), style="bold")
    for name, words in LEFT_OUT.items():
        if counts.get(name):
            table.add_row(f"left out: {words}", str(counts[name]))
    table.add_row("segments", str(counts.get("segments", 0)))
    console.print(table)
    console.print(f"Report: {out / 'report' / 'report.html'}", soft_wrap=True)


def _print_finds(finds: list["Find"]) -> None:
    """Show what was found to whoever sits at the screen."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("row", "column", "kind", "placeholder", "found", "why")
    for find in finds:
        # Text, not a string: brackets are no markup, and no name is a style.
        shown = (find.column, find.kind, find.placeholder, find.words, find.reason)
        table.add_row(str(find.row), *(Text(" ".join(words.split())) for words in shown))
    Console().print(table)


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
    console.print(f"File: {result.out}", markup=False, highlight=False, soft_wrap=True)


def _print_evaluation(result: "Evaluation", *, part: str) -> None:
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


def shipped(path: Path) -> Path:
    """Return a path that ships with the project, from here or from where it was installed."""
    if path.exists():
        return path
    return Path(__file__).resolve().parents[2] / path
