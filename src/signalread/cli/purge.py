"""Remove what people wrote, and keep what was released."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from signalread.cli.review import DatabaseOption, DataOption, make_site


def purge(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    older_than: Annotated[
        str | None,
        typer.Option(help="Remove all text if the run is older: `365d`, `18m` (months) or `2y`."),
    ] = None,
    respondent: Annotated[
        str | None, typer.Option(help="Remove what this pseudonym wrote, whenever it was.")
    ] = None,
    unfinished: Annotated[
        bool,
        typer.Option("--unfinished", help="Remove what a run that was broken off had read so far."),
    ] = False,
    database: DatabaseOption = None,
    data: DataOption = None,
) -> None:
    """Remove text from a run and from the review site; shares that were shown stay.

    With `--older-than` goes also what is kept of a run into the same folder that was broken off,
    if that is old enough. Nothing is removed while a run is being written there.

    **Examples**

    `signalread purge run/ --older-than 365d`

    `signalread purge run/ --respondent 15c0ab07838e3f83`

    `signalread purge run/ --unfinished`
    """
    from signalread.errors import SettingsError
    from signalread.review.site import open_site

    if (older_than is not None) + (respondent is not None) + unfinished != 1:
        raise SettingsError(
            "It is not said what to remove.",
            hint="give one of `--older-than`, `--respondent` and `--unfinished`",
        )
    age = None if older_than is None else read_age(older_than)
    open_site(make_site(database=database, data=data))
    from signalread.review.retention import erase_respondent, purge_run
    from signalread.review.unfinished import drop_unfinished

    if unfinished:
        count = drop_unfinished(run, actor="command line")
        typer.echo(f"The text of {count} comments is gone; they can be read anew.")
        return
    if respondent is not None:
        count = erase_respondent(run, pseudonym=respondent, actor="command line")
        typer.echo(f"The text of {count} comments is gone; they still count.")
        return
    assert age is not None
    removed = purge_run(run, created_before=datetime.now().astimezone() - age, actor="command line")
    if removed is None:
        typer.echo(f"{run} is younger than {older_than}; nothing was removed.")
    else:
        typer.echo(f"The text of {removed} comments is gone; the report stays.")


def read_age(text: str) -> timedelta:
    """Return an age written as days, months of 30 days or years of 365.

    >>> read_age("2y").days
    730
    """
    from signalread.errors import SettingsError

    found = re.fullmatch(r"([0-9]{1,5})([dmy])", text.strip())
    if found is None:
        raise SettingsError(f"'{text}' is no age.", hint="write `365d`, `18m` or `2y`")
    return timedelta(days=int(found[1]) * {"d": 1, "m": 30, "y": 365}[found[2]])
