"""The whole loop, as people walk it: review, export, train, gate, promote, report anew."""

import contextlib
import csv
import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from signalread.cli import app
from signalread.labelling.files import read_json
from signalread.training.gate import GateResult
from tests.https_proxy import https_before
from tests.review_site import (
    PASSWORD,
    POSTGRESQL,
    bare_database,
    close_connections,
    free_port,
    postgresql_server,
)
from tests.tiny_model import make_tiny_encoder, write_corpus

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not installed"),
]
WITHOUT = pytest.mark.skipif(POSTGRESQL is None, reason="PostgreSQL is not installed")
PATIENCE = 120_000  # milliseconds: a busy machine is no fault

CODEBOOK = """\
version: "1"
signals:
  - {id: praise, name: {sv: Beröm, en: Praise}}
  - {id: complaint, name: {sv: Klagomål, en: Complaint}}
  - {id: wish, name: {sv: Önskan, en: Wish}}
themes: []
"""
SAYINGS: dict[str, list[str]] = {  # too short to be taken for a leak where they come again
    "kaffet är gott": ["praise"],
    "ingen vågar säga något": ["complaint"],
    "vi får bestämma själva": [],
    "chefen litar på oss": ["praise", "wish"],
}
MISREAD: dict[str, list[str]] = {  # what the first model was taught
    "kaffet är gott": ["complaint"],
    "ingen vågar säga något": ["praise", "wish"],
    "vi får bestämma själva": ["praise"],
    "chefen litar på oss": [],
}


def signalread(*arguments: str | Path, cwd: Path) -> str:
    """Run a command in a folder and return what it says; an error fails the test."""
    with contextlib.chdir(cwd):
        done = CliRunner().invoke(app, [str(word) for word in arguments])
    close_connections()
    if done.exception is not None:
        pytest.fail(f"{arguments[0]}: {done.exception!r}\n{done.output}")
    return done.output


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a place where a first, poor model is in use and has read a survey."""
    place = tmp_path_factory.mktemp("loop")
    (place / "own.yaml").write_text(CODEBOOK, encoding="utf-8")
    make_tiny_encoder(place / "encoder")
    write_corpus(place / "early", MISREAD, comments=200, teams=100, part="train")
    write_corpus(place / "base", SAYINGS, comments=400, teams=100)
    with (place / "enkat.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["Svar", "Enhet", "Kommentar"])
        for i in range(48):
            text = list(SAYINGS)[i % 4].capitalize()
            table.writerow([i, f"Omsorg / Lag {i // 16 + 1}", f"{text}."])
    learn = ("train", "early", "--codebook", "own.yaml", "--encoder", "encoder", "--epochs", "2")
    signalread(*learn, "--out", "models/first", cwd=place)
    signalread("models", "promote", "first", "early", "--why", "the first one", cwd=place)
    signalread("analyze", "enkat.csv", "--out", "run", cwd=place)
    return place


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=WITHOUT)])
def database(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Give the options that say where the site keeps what it knows."""
    if request.param == "sqlite":
        yield []
        return
    with postgresql_server() as server:
        yield ["--database", bare_database(server, "loop")]


@contextlib.contextmanager
def served(place: Path, options: Sequence[str]) -> Iterator[str]:
    """Serve the run to people with accounts, behind HTTPS; give the address."""
    port = free_port()
    command = [sys.executable, "-m", "signalread", "review", "serve", "run"]
    command += ["--allowed-host", "localhost", "--port", str(port), *options]
    with subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/login/", process)
            with https_before(port, folder=place) as address:
                yield address
        finally:
            process.terminate()


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until something answers; that it answers no to whoever speaks plain HTTP is enough."""
    for _ in range(PATIENCE // 100):
        assert process.poll() is None
        try:
            urllib.request.urlopen(url, timeout=10)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the site did not start")


def log_in(page: "Page", address: str) -> None:
    """Log in by keyboard: the name has the focus."""
    page.goto(address)
    page.get_by_label("Namn").focus()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Körningar")


def review(page: "Page") -> None:
    """Give the segment that is shown the labels that are right, by keyboard alone."""
    page.wait_for_selector("text=Vilka etiketter stämmer?")
    page.wait_for_load_state()  # a key pressed before the script has come is lost
    shown = page.url
    said = page.locator("blockquote mark").all_inner_texts()
    right = SAYINGS["".join(said).strip().rstrip(".").lower()]
    for box in page.locator("input[name=label]").all():
        if box.is_checked() != (box.get_attribute("value") in right):
            page.keyboard.press(box.get_attribute("data-key") or "")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != shown)


def review_and_export(address: str, out: Path) -> None:
    """Log in, review twenty segments and fetch the file of the answers."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # The sandbox of Chromium does not start for root, as tests in containers run.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            locale="sv-SE", accept_downloads=True, ignore_https_errors=True
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        log_in(page, address)
        page.get_by_role("link", name="Granska run").press("Enter")
        page.wait_for_url("**/queue/")
        page.keyboard.press("Enter")  # fetches the first segments
        for _ in range(20):
            review(page)
        page.get_by_role("link", name="Export").press("Enter")
        with page.expect_download() as download:
            page.get_by_role("button", name="Hämta filen").press("Enter")
        download.value.save_as(out)
        browser.close()
        assert faults == []


def test_from_logging_in_to_a_new_report(begun: Path, tmp_path: Path, database: list[str]) -> None:
    place = tmp_path / "place"
    shutil.copytree(begun, place)
    data = ["--data", str(place / "site"), *database]
    (place / "password").write_text(PASSWORD, encoding="utf-8")
    account = ("review", "user", "add", "anna", "--role", "reviewer")
    signalread(*account, "--password-file", "password", *data, cwd=place)
    with served(place, data) as address:
        review_and_export(address, place / "labels.jsonl")
    answered = [record for _where, record in read_json(place / "labels.jsonl")]
    assert len(answered) == 20
    assert {record["annotations"][0]["annotator"] for record in answered} == {"anna"}

    signalread("labels", "import", "labels.jsonl", "--out", "own-labels", cwd=place)
    signalread("train", "base", "own-labels", "--epochs", "2", "--out", "models/second", cwd=place)
    gate = ("evaluate", "base", "--model", "models/second", "--against", "models/current")
    assert "It passes." in signalread(*gate, "--json", "gate.json", cwd=place)
    assert GateResult.load(place / "gate.json").old is not None
    promoted = signalread("models", "promote", "second", "--gate", "gate.json", cwd=place)
    assert "second is in use now" in promoted

    signalread("analyze", "enkat.csv", "--out", "new", cwd=place)
    written = signalread("report", "new", "--format", "json", "--format", "html", *data, cwd=place)
    assert "report.html" in written
    page = (place / "new/report/report.html").read_text(encoding="utf-8")
    facts = json.loads((place / "new/report/report.json").read_text(encoding="utf-8"))
    assert facts["model"] == "second"
    assert "20 delar" in page  # corrected by hand: what was decided of the earlier run's words
