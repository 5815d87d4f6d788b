"""Make a model from labelled text."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from signalread.cli.console import progress
from signalread.cli.evaluate import print_evaluation
from signalread.cli.options import (
    CORPUS,
    MODEL,
    CodebookOption,
    VerboseOption,
    chosen_codebook,
    chosen_model,
    shipped,
)


def train(
    corpora: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of labelled text; default is the corpus that ships."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The model folder to write, such as models/own.")
    ] = Path("models/own"),
    with_shipped: Annotated[
        bool, typer.Option("--with-shipped", help="Train on the corpus that ships as well.")
    ] = False,
    encoder: Annotated[
        str | None,
        typer.Option(
            help="The encoder to start from: a folder, or a name on the Hugging Face hub, such as "
            "KBLab/bert-base-swedish-cased. Default: the model in use, which then learns on."
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(help="How often to go through the text.", min=1)] = 6,
    patience: Annotated[
        int, typer.Option(help="Stop after so many epochs without a better one.", min=1)
    ] = 2,
    seed: Annotated[int, typer.Option(help="Chance, repeatable.")] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run to --out that was cut off.")
    ] = False,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Train a model from labelled text and write its folder with a model card.

    Labelled text is a folder of JSON lines as corpora/README.md describes. Where it has no parts
    of its own, whole organisations or teams are held out: one tenth to choose with, one to test.

    **Examples**

    `signalread train own-labels/ --with-shipped --out models/own`

    `signalread train own-labels/ --codebook own.yaml --out models/own`

    `signalread train --encoder KBLab/bert-base-swedish-cased --out models/kb`
    """
    from signalread.codebook import load_codebook
    from signalread.training.fit import FitOptions
    from signalread.training.train import train_model

    in_use = chosen_model(None)
    # What learns on keeps its labels; the one that ships may be older than the codebook here.
    named = codebook_file is not None or in_use == shipped(MODEL)
    folders = list(corpora or [])
    if with_shipped or not folders:
        folders.append(shipped(CORPUS))
    with progress(share=True) as bar:
        task = bar.add_task("Opening the encoder", total=1.0)
        trained = train_model(
            folders,
            out,
            encoder=encoder or str(in_use),
            codebook=load_codebook(codebook_file) if named else chosen_codebook(None, in_use),
            now=datetime.now().astimezone(),
            options=FitOptions(epochs=epochs, patience=patience, seed=seed),
            told=lambda line, share: bar.update(task, description=line, completed=share),
            resume=resume,
        )
    print_evaluation(trained.test or trained.dev, part="test" if trained.test else "dev")
    typer.echo(f"Model: {trained.folder}")
