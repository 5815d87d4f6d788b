"""A review site for tests: a small run, a fresh database, people who use it."""

import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from signalread.codebook import Codebook
from signalread.records import Cell, Estimate, Reason, Source, Withheld
from signalread.review.site import LOCAL_HOSTS, Site, open_site
from signalread.runs import RunFolder
from tests.builders import judgement, redacted

PASSWORD = "korrekt häst batteri"
SENTENCES = (
    ("Vi bestämmer själva hur vi lägger upp dagen.", ("trust", "autonomy+")),
    ("Varje fredag ska vi redovisa timmarna i tre system.", ("control",)),
    ("Det är högt i tak när vi träffas.", ("speaking_up+",)),
    ("Ingen vågar säga emot när chefen har bestämt sig.", ("control", "speaking_up-")),
    ("Kaffet är gott.", ()),
)
POSTGRESQL = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


def make_run(
    out: Path,
    codebook: Codebook,
    *,
    comments: int = 40,
    created: datetime | None = None,
    model: str = "d" * 64,
) -> Path:
    """Write a run of two teams: "Norr", with shares, and "Syd", which is too small for any."""
    with RunFolder(out, labels=codebook.labels) as folder:
        written = [
            redacted(
                f"c{i}",
                text=SENTENCES[i % len(SENTENCES)][0],
                team="Omsorg / Syd" if i % 10 == 9 else "Omsorg / Norr",
                respondent=f"r{i // 2}",
                question="Hur är det att arbeta här?",
            )
            for i in range(comments)
        ]
        kept = list(folder.keep_comments(written))
        list(
            folder.keep_judgements(
                judgement(comment, SENTENCES[i % len(SENTENCES)][1], codebook=codebook)
                for i, comment in enumerate(kept)
            )
        )
        folder.finish(
            _estimates(codebook),
            description={
                "signalread": "test",
                "created": (created or datetime(2026, 11, 1, tzinfo=UTC)).isoformat(),
                "model": {"name": "tiny", "digest": model},
                "codebook": {"version": codebook.version, "digest": codebook.digest},
                "settings": {
                    "min_respondents": 5,
                    "min_respondents_quotes": 10,
                    "coverage": 0.9,
                },
                "input": [{"name": "enkat.csv", "bytes": 1, "sha256": "0"}],
            },
        )
    return out


def _estimates(codebook: Codebook) -> Iterator[Estimate | Withheld]:
    for team, level in (("", 0), ("Omsorg", 1), ("Omsorg / Norr", 2), ("Omsorg / Syd", 2)):
        for label in codebook.labels:
            cell = Cell(team=team, level=level, wave="2026-1", source=Source.SURVEY, label=label)
            if team == "Omsorg / Syd":
                yield Withheld(cell=cell, reason=Reason.TOO_FEW)
            else:
                yield Estimate(cell=cell, n=18, share=0.37, low=0.21, high=0.55)


@functools.cache
def _empty_sqlite() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="signalread-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_site(Site(folder=folder))
    close_connections()
    return folder / "review.sqlite3"


def fresh_site(
    folder: Path,
    *,
    database: str | None = None,
    served: bool = False,
    model: Path | None = None,
) -> Site:
    """Turn to a site with empty tables in ``folder`` or in a database of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    if database is None:
        shutil.copy(_empty_sqlite(), folder / "review.sqlite3")
    hosts = ("testserver", *LOCAL_HOSTS)
    site = Site(folder=folder, database=database, served=served, hosts=hosts, model=model)
    open_site(site)
    _hash_quickly()
    return site


def _hash_quickly() -> None:
    """Let passwords be hashed in no time: hashing them slowly is Django's part, not ours."""
    from django.conf import settings
    from django.core.signals import setting_changed

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    setting_changed.send(sender=Site, setting="PASSWORD_HASHERS", value=None, enter=True)


def close_connections() -> None:
    """Close this thread's connections to the database."""
    # Imported here: the collector of doctests looks into whatever a test module holds.
    from django.conf import settings
    from django.db import connections

    if settings.configured:
        connections.close_all()


def add_people(names: Sequence[str] = ("reader", "reviewer", "admin")) -> dict[str, Any]:
    """Make an account for each name; the name's first word is its role."""
    from signalread.review.accounts import add_account
    from signalread.review.roles import Role

    return {
        name: add_account(name, role=Role(name.split()[0]), password=PASSWORD, actor="test")
        for name in names
    }


def restricted_rows(run: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a restricted table."""
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(run / "restricted" / name).to_pylist()
    return rows


def told(run: Path) -> dict[str, Any]:
    """Return what ``run.json`` says."""
    described: dict[str, Any] = json.loads((run / "run.json").read_text("utf-8"))
    return described


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Start PostgreSQL on a free loopback port; give the URL of its ``postgres`` database."""
    assert POSTGRESQL is not None
    folder = Path(tempfile.mkdtemp(prefix="signalread-pg-"))
    # PostgreSQL refuses to run as root; the package's own user is there for it.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    port = free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"

    def run(*command: str) -> None:
        subprocess.run(
            command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60
        )

    data = str(folder / "data")
    run(str(POSTGRESQL / "initdb"), "-D", data, "-U", "review", "-A", "trust", "-E", "UTF8", "-N")
    control = str(POSTGRESQL / "pg_ctl")
    try:
        log = str(folder / "log")
        run(control, "-D", data, "-w", "-l", log, "-o", f"{options} -c fsync=off", "start")
        yield f"postgresql://review@127.0.0.1:{port}/postgres"
    finally:
        run(control, "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a loopback port that is free just now."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@functools.cache
def _empty_postgresql(server: str) -> str:
    name = "empty"
    _create(server, name)
    with tempfile.TemporaryDirectory() as folder:
        open_site(Site(folder=Path(folder), database=server.rsplit("/", 1)[0] + f"/{name}"))
    close_connections()
    return name


def new_database(server: str, name: str) -> str:
    """Make a database with empty tables on a server and return its URL."""
    _create(server, name, template=_empty_postgresql(server))
    return server.rsplit("/", 1)[0] + f"/{name}"


def bare_database(server: str, name: str) -> str:
    """Make a database without tables on a server and return its URL."""
    _create(server, name)
    return server.rsplit("/", 1)[0] + f"/{name}"


def _create(server: str, name: str, *, template: str = "template0") -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
