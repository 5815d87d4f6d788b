"""Nothing leaves the computer: the main jobs are done with every connection refused."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_runs import write_survey
from tests.tiny_model import make_tiny_model

# Run in place of the command: writes down whoever would reach another program, and refuses it.
# A socket alone reaches nobody: urllib3 makes one, when it is loaded, to see if there is IPv6.
REFUSING = """
import sys
asked = open("asked.txt", "a")
reaching = {"connect", "sendto", "sendmsg", "getaddrinfo", "gethostbyname", "gethostbyaddr"}

def refuse(event, arguments):
    if event.startswith("socket.") and event[7:] in reaching:
        asked.write(f"{event} {arguments}\\n")
        asked.flush()
        raise PermissionError(event)

sys.addaudithook(refuse)
from signalread.cli import main
main()
"""


def _alone() -> list[str]:
    """Return what starts a program where there is no network at all, where the system allows it."""
    found = shutil.which("unshare")
    for flags in ("-n", "-rn"):
        if found and subprocess.run([found, flags, "true"], check=False).returncode == 0:
            return [found, flags]
    return []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    make_tiny_model(folder / "model")
    write_survey(folder / "enkat.csv")
    (folder / "notes.md").write_text("# APT\n\n- Vi bestämmer schemat själva.\n", encoding="utf-8")
    return folder


def test_analyze_report_and_redact_reach_for_nobody(house: Path) -> None:
    for arguments in (
        ["analyze", "enkat.csv", "notes.md", "--team", "Norr", "--out", "run", "--model", "model"],
        ["report", "run", "--lang", "en"],
        ["redact", "enkat.csv", "--out", "redacted.csv"],
    ):
        done = subprocess.run(
            [*_alone(), sys.executable, "-c", REFUSING, *arguments],
            cwd=house, capture_output=True, text=True, check=False,
            env={**os.environ, "NO_COLOR": "1"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert (house / "asked.txt").read_text() == ""
    assert json.loads((house / "run/run.json").read_text("utf-8"))["counts"]["read"] > 90


def test_the_refusal_would_be_noticed(tmp_path: Path) -> None:
    asks = REFUSING.replace(
        "from signalread.cli import main\nmain()",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
    )
    done = subprocess.run([sys.executable, "-c", asks], cwd=tmp_path, capture_output=True)
    assert done.returncode != 0
    assert "socket." in (tmp_path / "asked.txt").read_text()


def test_libraries_are_told_to_report_nothing_home() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", "import os, signalread.cli; signalread.cli.silence(); "
         "print(dict(os.environ))"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in ("'DO_NOT_TRACK': '1'", "'HF_HUB_DISABLE_TELEMETRY': '1'"):
        assert name in shown


def test_secrets_stand_in_no_file_of_a_run(house: Path) -> None:
    salt = "ett-salt-som-ingen-vet"
    (house / "signalread.toml").write_text(f'salt = "{salt}"\nmin_respondents = 6\n')
    done = subprocess.run(
        [sys.executable, "-m", "signalread", "analyze", "enkat.csv", "--out", "salted",
         "--model", "model"],
        cwd=house, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"min_respondents": 6' in (house / "salted/run.json").read_text("utf-8")
    for path in (house / "salted").rglob("*.*"):
        assert salt.encode() not in path.read_bytes()
