"""Labelled data: from and to other tools, agreement, adjudication, likely errors."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalread.cli.console import progress
from signalread.cli.labels_tables import (
    print_agreement,
    print_formats,
    print_settled,
    print_suspects,
)
from signalread.cli.options import (
    CodebookOption,
    ModelOption,
    VerboseOption,
    chosen_codebook,
    chosen_model,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signalread.codebook import Codebook
    from signalread.labelling.items import Item
    from signalread.labelling.suspects import Floats

app = typer.Typer(
    no_args_is_help=True,
    help="Bring labelled text in from other tools and out to them, and look after it.",
)

FilesArgument = Annotated[
    list[Path], typer.Argument(help="Label files, or corpus folders; their format is found.")
]
FromOption = Annotated[
    str | None,
    typer.Option("--from", help="The format read; default is what the content says."),
]
ToOption = Annotated[
    str | None,
    typer.Option("--to", "--format", help="The format written; default is what the name says."),
]
SeedOption = Annotated[int, typer.Option(help="Chance, repeatable.")]


@app.command()
def formats() -> None:
    """List the formats, and what each of them does not tell."""
    print_formats()


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="The label file, or corpus folder, to read.")],
    out: Annotated[Path, typer.Argument(help="The file (or folder) to write.")],
    from_: FromOption = None,
    to: ToOption = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Write a label file in another tool's format. Nothing is lost on the way.

    **Examples**

    `signalread labels convert project-83.json labels.xlsx`

    `signalread labels convert labels.jsonl tasks.json --to label-studio`
    """
    codebook = _codebook(codebook_file)
    items = _read([source], codebook, from_)
    format_ = _write(items, out, codebook, to)
    answers = sum(len(item.annotations) for item in items)
    typer.echo(f"{len(items)} items with {answers} answers: {out} ({format_})")


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="The run folder.")],
    out: Annotated[Path, typer.Argument(help="The file (or folder) to write.")],
    to: ToOption = None,
    count: Annotated[int, typer.Option(help="How many segments.", min=1)] = 200,
    random_share: Annotated[
        float, typer.Option(help="The share chosen by chance.", min=0, max=1)
    ] = 0.2,
    blind: Annotated[
        bool, typer.Option("--blind", help="Leave out what the model says of them.")
    ] = False,
    seed: SeedOption = 0,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Choose segments of a run and write them for labelling in another tool.

    Chosen are the uncertain ones, rare labels, and a share by chance. The text is redacted; with it
    go question, team and the whole comment. What the model read becomes the tool's predictions.

    **Example:** `signalread labels export RUN tasks.json --to label-studio --count 300`
    """
    from dataclasses import replace

    from signalread.labelling.run_items import queue_items
    from signalread.runs import open_run

    codebook = _codebook(codebook_file)
    queue = queue_items(
        open_run(run), codebook=codebook, count=count, seed=seed, random_share=random_share
    )
    items = [replace(item, predictions=()) for item in queue.items] if blind else queue.items
    format_ = _write(items, out, codebook, to)
    typer.echo(f"{len(items)} of {queue.segments} segments: {out} ({format_})")


@app.command("import")
def import_(
    files: FilesArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="The corpus folder to write.")],
    adjudicated: Annotated[
        Path | None,
        typer.Option(help="The list of disagreements, as a third person filled it in."),
    ] = None,
    from_: FromOption = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Make a corpus of labelled files, ready for `signalread train`.

    Only submitted answers count; of several people's the majority's, or what a third person
    decided. Where it stands even, the item is left out and named.

    **Example:** `signalread labels import anna.json bo.json --out own-labels`
    """
    from signalread.errors import InputError
    from signalread.labelling.corpus_files import write_corpus
    from signalread.labelling.files import written
    from signalread.labelling.settling import read_decisions, settle_items

    codebook = _codebook(codebook_file)
    items = _read(files, codebook, from_)
    decisions = read_decisions(_read([adjudicated], codebook, None)) if adjudicated else {}
    settled = settle_items(items, labels=codebook.labels, decisions=decisions)
    print_settled(settled)
    if not settled.items:
        raise InputError(
            "There is no answer that counts.", hint="only submitted answers can be trained on"
        )
    with written(out) as folder:
        comments = write_corpus(settled.items, folder)
    typer.echo(f"{len(settled.items)} segments in {comments} comments: {out}")


@app.command()
def agree(
    files: FilesArgument,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    resamples: Annotated[int, typer.Option(help="Resamples for the intervals.", min=100)] = 1000,
    seed: SeedOption = 0,
    from_: FromOption = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Measure how far people who labelled the same text agree.

    **Example:** `signalread labels agree anna.csv bo.csv`
    """
    import json
    from dataclasses import asdict

    from signalread.labelling.agreement import measure_agreement
    from signalread.labelling.settling import make_ratings

    codebook = _codebook(codebook_file)
    found = measure_agreement(
        make_ratings(_read(files, codebook, from_)),
        labels=codebook.labels,
        resamples=resamples,
        seed=seed,
    )
    if json_:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        print_agreement(found)


@app.command()
def adjudicate(
    files: FilesArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    to: ToOption = None,
    from_: FromOption = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """List what people answered differently, for a third person to decide.

    Fill in `labels` (and `status` submitted where none applies), or answer in the tool that the
    file is for; then `signalread labels import … --adjudicated FILE`.

    **Example:** `signalread labels adjudicate anna.json bo.json --out decide.xlsx`
    """
    from signalread.labelling.settling import list_disagreements

    codebook = _codebook(codebook_file)
    items = _read(files, codebook, from_)
    listed = list_disagreements(items)
    if not listed:
        typer.echo(f"No disagreements among {len(items)} items; nothing was written.")
        return
    format_ = _write(listed, out, codebook, to)
    typer.echo(f"{len(listed)} disagreements among {len(items)} items: {out} ({format_})")


@app.command()
def suspects(
    files: FilesArgument,
    model: ModelOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file of the suspects, to label anew.")
    ] = None,
    to: ToOption = None,
    count: Annotated[int, typer.Option(help="How many to print.", min=0)] = 30,
    from_: FromOption = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Find labels that are likely wrong, by confident learning.

    A model that is named with `--model` scores the text; what it was trained on, and all of the
    same teams, is left out. Without one, or where that would leave out more than half, a reader of
    words and letters is fitted five times, each time without the teams that it then scores.

    **Example:** `signalread labels suspects own-labels --out look-again.xlsx`
    """
    from signalread.labelling.settling import settle_items
    from signalread.labelling.suspects import find_suspects, list_suspects, too_rare

    codebook = _codebook(codebook_file)
    settled = settle_items(_read(files, codebook, from_), labels=codebook.labels)
    print_settled(settled)
    items, scores = _scored(settled.items, model, codebook)
    found = find_suspects(items, scores, codebook=codebook)
    rare = too_rare(items, codebook=codebook)
    print_suspects(found[:count], of=len(found), items=len(items), too_rare=rare)
    if out is not None and found:
        format_ = _write(list_suspects(items, found), out, codebook, to)
        typer.echo(f"To label anew: {out} ({format_})")


def _scored(
    items: "Sequence[Item]", model: Path | None, codebook: "Codebook"
) -> "tuple[Sequence[Item], Floats]":
    """Return items with their scores: by a model those that it has not seen, or all out of fold."""
    from signalread.labelling.suspects import find_seen, score_by_model, score_out_of_fold

    if model is not None:
        folder = chosen_model(model)
        seen = find_seen(items, folder)
        if seen is None:
            typer.echo(f"{model} does not say what it was trained on, so it cannot judge.")
        elif 2 * seen.sum() > len(items):
            typer.echo(f"{model} was trained on {seen.sum()} of {len(items)} items or their teams.")
        else:
            unseen = [item for item, known in zip(items, seen, strict=True) if not known]
            scores = score_by_model(unseen, folder, codebook=codebook)
            typer.echo(f"Scored by {model}, which was not trained on these {len(unseen)} items.")
            if len(unseen) < len(items):
                typer.echo(f"left out: trained on, or of a team that was: {seen.sum()}")
            return unseen, scores
    with progress(share=True) as bar:
        task = bar.add_task("Fitting without what is scored", total=1.0)
        scores = score_out_of_fold(
            items, codebook=codebook, told=lambda share: bar.update(task, completed=share)
        )
    typer.echo("Scored out of fold, by readers of words and letters that had not seen the text.")
    return items, scores


def _codebook(path: Path | None) -> "Codebook":
    """Return the codebook that is named, or else that of the model in use."""
    return chosen_codebook(path, chosen_model(None))


def _read(files: "Sequence[Path]", codebook: "Codebook", format_: str | None) -> "list[Item]":
    """Read label files as one, and say what their formats do not tell."""
    from signalread.labelling.detection import detect_format
    from signalread.labelling.exchange import read_files
    from signalread.labelling.formats import caveat, check_format

    found = [(path, check_format(format_) or detect_format(path)) for path in files]
    for note in dict.fromkeys(caveat(name) for _, name in found):
        if note:
            typer.echo(f"note: {note}", err=True)
    return read_files(found, codebook=codebook)


def _write(items: "Sequence[Item]", out: Path, codebook: "Codebook", format_: str | None) -> str:
    from signalread.labelling.exchange import write_labels
    from signalread.labelling.formats import check_format, choose_format

    chosen = check_format(format_) or choose_format(out)
    write_labels(items, out, codebook=codebook, format_=chosen)
    return chosen
