"""Which model is in use: list, show, promote, go back."""

import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signalread.cli.evaluate import held_out, hold, print_gate
from signalread.cli.options import (
    MODEL,
    MODELS,
    NAMES,
    VerboseOption,
    chosen_codebook,
    shipped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signalread.training.gate import GateResult
    from signalread.training.registry import Event, Registry

app = typer.Typer(no_args_is_help=True, help="Look after the models, and which one is in use.")

RegistryOption = Annotated[
    Path | None, typer.Option("--registry", help="The folder of models; default is `models`.")
]
WhyOption = Annotated[str, typer.Option("--why", help="The reason, kept in the history.")]


@app.command("list")
def list_models(registry: RegistryOption = None, verbose: VerboseOption = False) -> None:
    """List the models, and say which one is in use."""
    from rich.console import Console
    from rich.table import Table

    found = _registry(registry)
    table = Table("", "model", "made", "labels", "micro-F1 (test)", "state")
    entries = found.entries()
    in_use = any(entry.current for entry in entries)
    for entry in entries:
        manifest = entry.manifest
        ships = not in_use and entry.name == MODEL.name
        table.add_row(
            "*" if entry.current or ships else "",
            entry.name,
            manifest.created if manifest else "",
            str(len(manifest.labels)) if manifest else "",
            _micro_f1(manifest.training) if manifest else "",
            entry.fault or ("in use" if entry.current or ships else ""),
        )
    console = Console()
    console.print(table if entries else "No models here.")
    if not in_use:
        console.print(f"In use: the model that ships ({MODEL.name}).")
    for event in found.history():
        console.print(_told(event), markup=False, highlight=False, soft_wrap=True)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The model's name.")],
    registry: RegistryOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Check a model's files and say what it was made of and how it came into use."""
    from rich.console import Console

    from signalread.classification.model_folder import check_folder

    found = _registry(registry)
    manifest = check_folder(found.find(name))
    console = Console(soft_wrap=True)
    facts = {
        "name": manifest.name,
        "made": f"{manifest.created} with signalread {manifest.signalread}",
        "digest": manifest.digest,
        "codebook": f"{manifest.codebook_version}, {len(manifest.labels)} labels",
        "encoder": manifest.training.get("encoder", "not said"),
        "text": ", ".join(c["name"] for c in manifest.training.get("corpora", [])) or "not said",
        "segments": ", ".join(
            f"{part} {n}" for part, n in manifest.training.get("segments", {}).items()
        ),
        "micro-F1 (test)": _micro_f1(manifest.training),
    }
    for what, value in facts.items():
        if value:
            console.print(f"{what}: {value}", markup=False, highlight=False)
    for event in found.history():
        if event.model == name:
            console.print(_told(event), markup=False, highlight=False)
    console.print("Its files are what they were when it was saved. The card: README.md")


@app.command()
def promote(
    name: Annotated[str, typer.Argument(help="The model to put to use, by its folder's name.")],
    corpora: Annotated[
        list[Path] | None,
        typer.Argument(help="Held-out text to test on; default is the corpus that ships."),
    ] = None,
    part: Annotated[str, typer.Option(help="Which part of it to read.")] = "test",
    gate: Annotated[
        Path | None,
        typer.Option(help="The gate's result (`evaluate --json`), so that it is not run again."),
    ] = None,
    accept_worse: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="Take it although it reads this label worse."),
    ] = None,
    why: WhyOption = "",
    registry: RegistryOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Put a model to use, if it passes the gate.

    `analyze` and the others then read with it wherever no `--model` is named. A model that reads
    a label worse, has seen the text it is tested on, or holds personal data is refused; a label
    can be accepted by name, with a reason.

    **Examples**

    `signalread models promote own own-labels/`

    `signalread models promote own --gate gate.json --accept-worse care- --why "rare here"`
    """
    from signalread.training.gate import GateResult

    found = _registry(registry)
    result = GateResult.load(gate) if gate is not None else _run_gate(found, name, corpora, part)
    event = found.promote(
        name,
        gate=result,
        who=getpass.getuser(),
        now=datetime.now().astimezone(),
        why=why,
        accept_worse=accept_worse or (),
        ships=shipped(MODEL),
    )
    typer.echo(f"{event.model} is in use now.")


@app.command()
def rollback(
    why: WhyOption = "", registry: RegistryOption = None, verbose: VerboseOption = False
) -> None:
    """Go back to the model that was in use before."""
    event = _registry(registry).rollback(
        who=getpass.getuser(), now=datetime.now().astimezone(), why=why
    )
    typer.echo(f"{event.model or 'The model that ships'} is in use now.")


def _registry(folder: Path | None) -> "Registry":
    from signalread.training.registry import Registry

    return Registry(folder or shipped(MODELS))


def _run_gate(
    registry: "Registry", name: str, corpora: "Sequence[Path] | None", part: str
) -> "GateResult":
    """Hold the model against the one in use, where that is whole and reads the same labels."""
    from signalread.classification.model_folder import check_folder
    from signalread.redaction import load_name_finder
    from signalread.training.gate import run_gate

    folder = registry.find(name)
    codebook = chosen_codebook(None, folder)
    current = registry.rival(shipped(MODEL))
    comments = held_out(corpora, part, codebook=codebook)
    if check_folder(current).labels == codebook.labels:
        result = hold(folder, current, comments, corpora, part, codebook=codebook)
    else:
        result = run_gate(
            folder,
            None,
            comments,
            text=[corpus.name for corpus in corpora or []],
            part=part,
            codebook=codebook,
            find_names=load_name_finder(shipped(NAMES)),
        )
    print_gate(result)
    return result


def _micro_f1(training: dict[str, Any]) -> str:
    figures = training.get("figures", {}).get("test")
    return f"{figures['micro_f1']:.3f}" if figures else ""


def _told(event: "Event") -> str:
    accepted = (
        f", although worse: {', '.join(event.accepted_worse)}" if event.accepted_worse else ""
    )
    why = f' ("{event.why}")' if event.why else ""
    return (
        f"{event.when} {event.who}: {event.action} to {event.model or 'the model that ships'}"
        f"{accepted}{why}"
    )
