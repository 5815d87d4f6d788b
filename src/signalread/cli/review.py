"""The review site: for one person on their own computer, or for people with accounts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from signalread.cli.options import CodebookOption, ModelOption, chosen_model

if TYPE_CHECKING:
    from signalread.review.site import Site

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar="SIGNALREAD_DATABASE",
        show_envvar=True,
        help="`postgresql://user:password@host/name`; without it, SQLite in --data.",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Where its secrets and SQLite file lie; default: your own data."),
]


class _OpenByDefault(TyperGroup):
    """Lets `signalread review RUN` mean `signalread review open RUN`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["open", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


app = typer.Typer(
    cls=_OpenByDefault,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Look at the shares, correct the readings, approve quotations: "
    "`signalread review RUN…` in your browser, alone; `signalread review serve` for several "
    "people with accounts.",
)
user = typer.Typer(no_args_is_help=True, help="The accounts of `signalread review serve`.")
app.add_typer(user, name="user")


@app.command("open")
def open_runs(
    runs: Annotated[list[Path], typer.Argument(help="Run folders.")],
    database: DatabaseOption = None,
    host: Annotated[str, typer.Option(help="An address of this computer.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    codebook: CodebookOption = None,
    model: ModelOption = None,
    data: DataOption = None,
) -> None:
    """Open runs in your browser. Only this computer can reach it; stop it with Ctrl-C."""
    from signalread.review.serving import serve_alone

    site = make_site(database=database, data=data, codebook=codebook, model=_model_at_hand(model))
    serve_alone(
        runs,
        site,
        host=host,
        port=port,
        browse=browser,
        tell=lambda link: typer.echo(f"Open this link within ten minutes; it works once:\n{link}"),
    )


@app.command()
def serve(
    allowed_host: Annotated[
        list[str], typer.Option(help="The name that people write in their browser.")
    ],
    runs: Annotated[list[Path] | None, typer.Argument(help="Run folders to bring in.")] = None,
    database: DatabaseOption = None,
    host: Annotated[str, typer.Option(help="Where the HTTPS proxy finds it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    trusted_proxy: Annotated[
        str | None, typer.Option(help="The proxy's address, whose forwarded headers count.")
    ] = "127.0.0.1",
    codebook: CodebookOption = None,
    model: ModelOption = None,
    data: DataOption = None,
) -> None:
    """Serve people with accounts, behind a proxy that speaks HTTPS."""
    from signalread.review.serving import serve_accounts
    from signalread.review.site import open_site

    site = make_site(
        database=database,
        data=data,
        codebook=codebook,
        model=_model_at_hand(model),
        served=True,
        hosts=tuple(allowed_host),
    )
    open_site(site)
    from signalread.review.carrying import bring_in

    for folder in runs or ():
        bring_in(folder, actor="command line")
    typer.echo(f"Serving on {host}:{port} for {', '.join(allowed_host)}.")
    serve_accounts(site, host=host, port=port, trusted_proxy=trusted_proxy)


@user.command()
def add(
    name: str,
    role: Annotated[str, typer.Option(help="reader, reviewer or admin.")] = "reader",
    password_file: Annotated[
        Path | None, typer.Option(help="A file whose first line is the password; else it is asked.")
    ] = None,
    database: DatabaseOption = None,
    data: DataOption = None,
) -> None:
    """Make an account."""
    from signalread.errors import ReviewError
    from signalread.review.roles import Role
    from signalread.review.site import open_site

    if role not in (Role.READER, Role.REVIEWER, Role.ADMIN):
        raise ReviewError(f"There is no role '{role}'.", hint="reader, reviewer or admin")
    open_site(make_site(database=database, data=data, served=True))
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils import translation

    from signalread.review.accounts import add_account

    if password_file is not None:
        password = (password_file.read_text("utf-8").splitlines() or [""])[0]
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        with translation.override("en"):
            validate_password(password)
    except ValidationError as error:
        raise ReviewError(
            "That password will not do: " + " ".join(error.messages), hint="choose a longer one"
        ) from None
    add_account(name, role=Role(role), password=password, actor="command line")
    typer.echo(f"{name} can log in as {role}.")


@app.command()
def check(database: DatabaseOption = None, data: DataOption = None) -> None:
    """Check that nobody has changed the log."""
    from signalread.errors import ReviewError
    from signalread.review.site import open_site

    open_site(make_site(database=database, data=data))
    from signalread.review.trail import find_break

    broken = find_break()
    if broken is not None:
        raise ReviewError(
            f"The log is broken at entry {broken}: somebody changed the database by hand.",
            hint="compare with a backup, and ask whoever can reach the database",
        )
    typer.echo("The log is whole.")


def make_site(
    *,
    database: str | None,
    data: Path | None,
    codebook: Path | None = None,
    model: Path | None = None,
    served: bool = False,
    hosts: tuple[str, ...] | None = None,
) -> "Site":
    """Return the site that the options speak of. Raises where the extra is not installed."""
    from signalread.errors import ReviewError

    try:
        import django  # noqa: F401
    except ImportError:
        raise ReviewError(
            "The review site is not installed.", hint="pip install 'signalread[review]'"
        ) from None
    from signalread.classification.model_folder import CODEBOOK
    from signalread.review.site import LOCAL_HOSTS, Site, data_folder

    if codebook is None and model is not None and (model / CODEBOOK).is_file():
        codebook = model / CODEBOOK
    return Site(
        folder=data or data_folder(),
        database=database,
        served=served,
        hosts=hosts or LOCAL_HOSTS,
        codebook=codebook,
        model=model,
    )


def _model_at_hand(model: Path | None) -> Path | None:
    """Return the model in use; without one, reviewing works but shows no evidence."""
    from signalread.errors import ModelError

    try:
        return chosen_model(model)
    except ModelError:
        if model is not None:
            raise
        return None
