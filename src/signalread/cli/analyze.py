"""Read comments and write a run folder."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from signalread.cli.console import Advance, progress
from signalread.cli.options import (
    NAMES,
    CodebookOption,
    ModelOption,
    VerboseOption,
    chosen_codebook,
    chosen_model,
    shipped,
)
from signalread.errors import ClusterError

if TYPE_CHECKING:
    from signalread.codebook import Codebook
    from signalread.pipeline import ReadParts
    from signalread.settings import Settings


def analyze(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Survey tables (csv, xlsx, ods, jsonl, parquet), notes (docx, md, txt, "
            "pdf), or folders of them; also in object storage (s3://bucket/enkat.parquet).",
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
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace the run in --out, and one that was broken off."),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with a run that was broken off; begin one where there is none.",
        ),
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Read on a Ray cluster: `ray` is this computer's processors, `ray://HOST:PORT` "
            "the head of a cluster that it belongs to.",
        ),
    ] = None,
    gpus_per_worker: Annotated[
        float, typer.Option(min=0, help="Of the cluster's GPUs, how many a worker reads with.")
    ] = 0.0,
    verbose: VerboseOption = False,
) -> None:
    """Read comments and write a run folder with a report per team.

    **Examples**

    `signalread analyze enkat.csv anteckningar/ --out run/`

    `signalread analyze svar.xlsx --team-column Förvaltning --team-column Enhet --out run/`
    """
    from signalread.allocation import share_one_arena
    from signalread.intake import count_rows, find_files, gathered
    from signalread.loading import load_models
    from signalread.pipeline import analyze as run
    from signalread.settings import load_settings

    share_one_arena()
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
    folder = chosen_model(model)
    codebook = chosen_codebook(codebook_file, folder)
    read_parts = (
        _on_cluster(cluster, model=folder, codebook=codebook, gpus_per_worker=gpus_per_worker)
        if cluster
        else None
    )
    with _breaks_told(), gathered(sources) as paths:
        files = find_files(paths)
        notes = list(_notes(files, settings=settings))
        models = load_models(folder, names=shipped(NAMES), codebook=codebook)
        with progress() as bar:
            task = bar.add_task("Reading comments", total=count_rows(files, settings=settings))
            summary = run(
                paths,
                out,
                codebook=codebook,
                settings=settings,
                models=models,
                now=datetime.now().astimezone(),
                progress=Advance(bar, task),
                force=force,
                resume=resume,
                read_parts=read_parts,
            )
    _print_summary(summary.out, summary.counts)
    for note in notes:
        typer.echo(note)


def _on_cluster(
    cluster: str, *, model: Path, codebook: "Codebook", gpus_per_worker: float
) -> "ReadParts":
    try:
        from signalread.cluster import RayCluster, parse_cluster
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"A cluster needs the package '{error.name}', which is not installed.",
            hint="install it with `pip install 'signalread[cluster]'`, on every machine",
        ) from error
    return RayCluster(
        address=parse_cluster(cluster),
        model=model,
        names=shipped(NAMES),
        codebook=codebook,
        gpus_per_worker=gpus_per_worker,
    ).read_parts


def _notes(files: Sequence[Path], *, settings: "Settings") -> Iterator[str]:
    """Say what was not found in tables; a wave that is not seen makes one wave of two.

    No column is named: its heading is the user's text, and may hold anything.
    """
    from signalread.intake import list_columns

    tables = list(list_columns(files, settings=settings))
    for role, many, given, instead in (
        ("wave", "waves", settings.wave, "its answers count as one wave (see --wave-column)"),
        (
            "respondent",
            "respondents",
            None,
            "each of its rows counts as a person (see --respondent-column)",
        ),
    ):
        lacking = sum(role not in roles for roles in tables)
        if lacking and given is None:
            which = (
                "The table has" if len(tables) == 1 else f"{lacking} of {len(tables)} tables have"
            )
            yield f"note: {which} no column of {many}: {instead}."


@contextmanager
def _breaks_told() -> Iterator[None]:
    """Let a run be stopped in good order, and say what is kept of one that was broken off."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except BaseException as error:
        for note in getattr(error, "__notes__", ()):
            typer.echo(f"note: {note}", err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


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
