import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from signalread.cli import app
from signalread.codebook import Codebook
from signalread.errors import ReviewError, RunError, SettingsError
from tests.review_site import close_connections, make_run

SECRET = "mycket-hemligt"


def call(*arguments: str, **options: Any) -> Any:
    """Run a command; raise what it raises."""
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=True, **options)
    close_connections()
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_groups_help_names_what_it_can_do() -> None:
    shown = call("review", "--help").output
    for command in ("open", "serve", "user", "check"):
        assert command in shown


def test_a_folder_that_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run folder"):
        call("review", str(tmp_path), "--data", str(tmp_path / "data"), "--no-browser")


def test_the_lone_site_refuses_an_address_that_others_can_reach(
    tmp_path: Path, codebook: Codebook
) -> None:
    run = make_run(tmp_path / "run", codebook)
    with pytest.raises(ReviewError, match="this computer alone"):
        call("review", str(run), "--data", str(tmp_path), "--host", "0.0.0.0", "--no-browser")


def test_a_port_that_is_taken_is_said_to_be_taken(tmp_path: Path, codebook: Codebook) -> None:
    run = make_run(tmp_path / "run", codebook)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(ReviewError, match=f"Port {port}"):
            call("review", str(run), "--data", str(tmp_path), "--port", port, "--no-browser")


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://anna:{SECRET}@db/review",
        f"postgresql://anna:{SECRET}@db:port/review",
        f"postgresql://anna:{SECRET}@db/",
        f"postgresql://anna:{SECRET}@127.0.0.1:1/review",
    ],
)
def test_a_database_that_does_not_answer_is_told_without_its_password(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises((SettingsError, ReviewError)) as caught:
        call("review", "check", "--database", url, "--data", str(tmp_path))
    assert SECRET not in str(caught.value)
    assert caught.value.hint


def test_accounts_are_made_on_the_command_line(tmp_path: Path) -> None:
    data, password = str(tmp_path / "data"), tmp_path / "password"
    password.write_text("kort\n", encoding="utf-8")
    add = ["review", "user", "add", "anna", "--data", data, "--password-file", str(password)]
    with pytest.raises(ReviewError, match="password"):
        call(*add, "--role", "reviewer")
    password.write_text("korrekt häst batteri\n", encoding="utf-8")
    with pytest.raises(ReviewError, match="no role"):
        call(*add, "--role", "owner")
    assert "anna can log in as reviewer" in call(*add, "--role", "reviewer").output
    with pytest.raises(ReviewError, match="already"):
        call(*add, "--role", "admin")
    assert "whole" in call("review", "check", "--data", data).output


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    call("review", "check", "--data", str(data))
    assert (data / "secret-key").stat().st_mode & 0o777 == 0o600
    assert (data / "review.sqlite3").stat().st_mode & 0o777 == 0o600
    first = (data / "secret-key").read_text()
    call("review", "check", "--data", str(data))
    assert (data / "secret-key").read_text() == first


def test_purge_asks_what_to_remove_and_says_what_it_did(tmp_path: Path, codebook: Codebook) -> None:
    run, data = make_run(tmp_path / "run", codebook), str(tmp_path / "data")
    with pytest.raises(SettingsError, match="not said"):
        call("purge", str(run), "--data", data)
    assert "younger" in call("purge", str(run), "--older-than", "90y", "--data", data).output
    erased = call("purge", str(run), "--respondent", "r1", "--data", data).output
    assert "2 comments" in erased


def test_a_served_site_listens_for_its_proxy_and_needs_no_browser(
    tmp_path: Path, codebook: Codebook
) -> None:
    run = make_run(tmp_path / "run", codebook)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "signalread", "review", "serve", str(run)]
    command += ["--allowed-host", "granska.example.se", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"NO_COLOR": "1"},
    ) as process:
        try:
            page = _fetch(port, proto="https")
            assert re.search(r"<h1>Logga in</h1>", page)
            with pytest.raises(urllib.error.HTTPError, match="400"):
                _fetch(port, proto="https", host="elsewhere.example")
        finally:
            process.terminate()


def _fetch(port: int, *, proto: str, host: str = "granska.example.se") -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/login/",
        headers={"X-Forwarded-Proto": proto, "X-Forwarded-Host": host},
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:  # it is still starting
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
