"""Make a model from labelled text."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from signalread.cli.console import progress
from signalread.cli.evaluate import print_evaluation
from signalread.cli.options import CORPUS, MODEL, CodebookOption, VerboseOption, shipped


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
    verbose: VerboseOption = False,
) -> None:
    """Train a model from labelled text and write its folder with a model card.

    **Examples**

    `signalread train corpora/sv-work own-labels/ --out models/own`

    `signalread train --encoder KBLab/bert-base-swedish-cased --out models/kb`
    """
    from signalread.codebook import load_codebook
    from signalread.training.fit import FitOptions
    from signalread.training.train import train_model

    with progress(share=True) as bar:
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
    print_evaluation(trained.test or trained.dev, part="test" if trained.test else "dev")
    typer.echo(f"Model: {trained.folder}")
