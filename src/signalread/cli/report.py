"""Write reports of a run that is there."""

import random
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalread.cli.options import (
    CodebookOption,
    VerboseOption,
    chosen_codebook,
    chosen_model,
)

if TYPE_CHECKING:
    from signalread.codebook import Codebook
    from signalread.codebook.frameworks import Framework
    from signalread.records import Correction


def report(
    run: Annotated[Path, typer.Argument(help="A run folder that `signalread analyze` wrote.")],
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            help="html, xlsx, pptx, pdf or json; give it once per format. Default: all but pdf.",
        ),
    ] = None,
    team: Annotated[
        str, typer.Option(help="Report one unit with all below it: 'Omsorg / Norr'.")
    ] = "",
    lens: Annotated[
        list[str] | None,
        typer.Option(help="A framework to show, by id or name; give it once per framework."),
    ] = None,
    frameworks: Annotated[
        Path | None, typer.Option(help="Frameworks of your own (YAML), beside those that ship.")
    ] = None,
    lang: Annotated[str, typer.Option(help="The report's language: sv or en.")] = "sv",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The folder; default is RUN/report.")
    ] = None,
    corrections: Annotated[
        Path | None, typer.Option(help="What reviewers said of segments (csv, jsonl).")
    ] = None,
    approved: Annotated[
        Path | None, typer.Option(help="Segments that a person let through as quotations.")
    ] = None,
    self_assessment: Annotated[
        Path | None, typer.Option(help="Managers' own view: team, element, value from 1 to 10.")
    ] = None,
    asked: Annotated[
        Path | None, typer.Option(help="How many were asked: team, wave, asked, answered.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            envvar="SIGNALREAD_DATABASE",
            show_envvar=True,
            help="The review site's database; default is the one on this computer.",
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Where the review site's files lie; default: your own data.")
    ] = None,
    codebook_file: CodebookOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Write reports of a run: corrected, of one team, through other lenses, in English.

    What people decided in the review site counts. Every report passes the same limits as the
    first, and is checked against all that was written of these answers before.

    **Examples**

    `signalread report run/ --format pdf --lang en`

    `signalread report run/ --team "Omsorg / Norr" --lens seven_dilemmas --out norr/`

    `signalread report run/ --corrections granskat.csv --approved citat.csv`
    """
    from signalread.codebook import load_codebook
    from signalread.reissue import Wanted, reissue
    from signalread.reporting import USUAL, check_formats
    from signalread.reporting.given import (
        read_approved,
        read_asked,
        read_assessments,
        read_corrections,
    )
    from signalread.runs import open_run

    wanted_formats = tuple(dict.fromkeys(formats or USUAL))
    check_formats(wanted_formats)
    saved = open_run(run)
    codebook = load_codebook(codebook_file)
    if codebook_file is None and codebook.digest != saved.description["codebook"]["digest"]:
        codebook = chosen_codebook(None, chosen_model(None))
    decided, quoted = _reviewed(run, database, data)
    done = reissue(
        saved,
        out or run / "report",
        codebook=codebook,
        wanted=Wanted(
            formats=wanted_formats,
            team=team,
            language=lang,
            frameworks=_chosen(codebook, lens or [], frameworks),
            approved=quoted | (read_approved(approved) if approved else {}),
            assessments=read_assessments(self_assessment) if self_assessment else (),
            asked=read_asked(asked) if asked else (),
        ),
        now=datetime.now().astimezone(),
        rng=random.Random(),
        corrections=[
            *decided,
            *(read_corrections(corrections, codebook=codebook) if corrections else ()),
        ],
    )
    if done.held_back:
        typer.echo(
            f"{done.held_back} approved quotations were held back: their words or signs could "
            "give their writers away."
        )
    for path in done.paths:
        typer.echo(f"Report: {path}")


def _reviewed(
    run: Path, database: str | None, folder: Path | None
) -> "tuple[list[Correction], dict[tuple[str, int], str]]":
    """Return what the review site holds of a run; nothing where it is not installed."""
    try:
        from signalread.review.judgements import approved_quotations, corrections_of
    except ImportError:
        return [], {}
    return (
        list(corrections_of(run, database, folder=folder)),
        {
            (quotation.comment_id, quotation.segment): quotation.text
            for quotation in approved_quotations(run, database, folder=folder)
        },
    )


def _chosen(
    codebook: "Codebook", lenses: list[str], own: Path | None
) -> "tuple[Framework, ...] | None":
    """Return the frameworks to show; ``None`` where nothing was said of them."""
    from signalread.codebook.frameworks import choose_frameworks, load_frameworks

    if not lenses and own is None:
        return None
    known = load_frameworks(codebook) + (load_frameworks(codebook, own) if own else ())
    return choose_frameworks(known, lenses) if lenses else known
