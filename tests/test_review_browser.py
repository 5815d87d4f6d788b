import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from signalread.codebook import Codebook
from tests.review_site import (
    PASSWORD,
    POSTGRESQL,
    bare_database,
    make_run,
    postgresql_server,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
WITHOUT = pytest.mark.skipif(POSTGRESQL is None, reason="PostgreSQL is not installed")
NUMBERS = count()
PATIENCE = 120_000  # milliseconds: a busy machine is no fault
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=WITHOUT)])
def database(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "sqlite":
        return []
    url = bare_database(request.getfixturevalue("server"), f"browser{next(NUMBERS)}")
    return ["--database", url]


@contextmanager
def started(run: Path, data: Path, *options: str) -> Iterator[str]:
    """Start ``signalread review`` and give its one-time link."""
    command = [sys.executable, "-m", "signalread", "review", str(run), "--no-browser"]
    with subprocess.Popen(
        [*command, "--data", str(data), *options], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield next(line.strip() for line in process.stdout if line.startswith("http://"))
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # The sandbox of Chromium does not start for root, as tests in containers run.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    context = browser.new_context(locale="sv-SE", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert faults == []
    assert {url.split("/")[2].split(":")[0] for url in asked} <= {"127.0.0.1"}


def test_twenty_segments_are_reviewed_by_keyboard_undone_and_exported(
    page: "Page", tmp_path: Path, codebook: Codebook, database: list[str]
) -> None:
    from signalread.labelling.files import read_json

    run = make_run(tmp_path / "run", codebook)
    with started(run, tmp_path / "data", *database) as link:
        page.goto(link)
        page.get_by_role("link", name="Granska").first.click()
        page.wait_for_url("**/queue/")
        page.wait_for_function("document.activeElement.matches('button')")
        page.keyboard.press("Enter")  # "Hämta 25 segment" has the focus
        for number in range(20):
            page.wait_for_selector("text=Vilka etiketter stämmer?")
            page.wait_for_load_state()  # a key pressed before the script has come is lost
            shown = page.url
            if number % 4 == 1:
                page.keyboard.press("1")  # what was read first is taken away, or given
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, shown=shown: url != shown)  # type: ignore[misc]
        nineteenth = page.url
        page.keyboard.press("u")
        page.wait_for_url(lambda url: url != nineteenth)
        assert "ångrat" in page.get_by_role("status").inner_text()
        page.keyboard.press("Enter")
        page.wait_for_url(nineteenth)
        page.keyboard.press("j")
        page.wait_for_url(lambda url: url != nineteenth)
        page.keyboard.press("k")
        page.wait_for_url(nineteenth)
        page.keyboard.press("?")
        assert page.get_by_role("dialog").is_visible()
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Hämta filen").click()
        records = [record for _where, record in read_json(Path(download.value.path()))]
        assert len(records) == 20
        changed = [
            record["annotations"][0]["labels"] != record["predictions"][0]["labels"]
            for record in records
        ]
        assert sum(changed) == 5
        assert page.request.get(link).status == 403  # it has let somebody in


def test_the_site_goes_on_where_it_was_stopped(
    browser: "Browser", tmp_path: Path, codebook: Codebook
) -> None:
    page = browser.new_page(locale="sv-SE")  # which may complain that the site is gone
    page.set_default_timeout(PATIENCE)
    run = make_run(tmp_path / "run", codebook)
    with started(run, tmp_path / "data") as link:
        page.goto(link)
        page.goto(f"{link.split('/link/')[0]}/runs/1/queue/")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Vilka etiketter stämmer?")
        first = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url != first)
        waiting = page.url.rsplit(":", 1)[1].split("/", 1)[1]
    with started(run, tmp_path / "data") as link:
        page.goto(link)
        page.goto(f"{link.split('/link/')[0]}/runs/1/queue/")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Vilka etiketter stämmer?")
        assert page.url.endswith(waiting)
    page.close()


def test_a_digit_in_a_text_field_is_text_and_shortcuts_can_be_turned_off(
    page: "Page", tmp_path: Path, codebook: Codebook
) -> None:
    with started(make_run(tmp_path / "run", codebook), tmp_path / "data") as link:
        page.goto(link)
        page.goto(f"{link.split('/link/')[0]}/segments/1/")
        ticked = page.locator("input[name=label]:checked")
        before = ticked.count()
        page.get_by_label("Varför").fill("")
        page.keyboard.type("1j?")
        assert page.get_by_label("Varför").input_value() == "1j?"
        assert ticked.count() == before
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.get_by_role("button", name="Snabbtangenter på").click()
        page.get_by_role("button", name="Stäng").click()
        page.keyboard.press("1")
        assert ticked.count() == before


def test_every_page_is_accessible_and_fits_a_phone(
    browser: "Browser", tmp_path: Path, codebook: Codebook
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # axe is put into the page by the test, which the site's own policy would refuse.
    context = browser.new_context(locale="sv-SE", bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    paths = [
        "/",
        "/help/",
        "/admin/accounts/",
        "/admin/log/",
        "/admin/runs/1/",
        "/runs/1/",
        "/runs/1/units/u1/",
        "/runs/1/units/u1/autonomy/",
        "/runs/1/codebook/",
        "/runs/1/queue/",
        "/runs/1/search/",
        "/runs/1/agreement/",
        "/runs/1/quotations/",
        "/runs/1/escalations/",
        "/runs/1/export/",
        "/segments/1/",
        "/login/",
        "/nothing/",
    ]
    with started(make_run(tmp_path / "run", codebook), tmp_path / "data") as link:
        page.goto(link)
        for path in paths:
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(link.split("/link/")[0] + path)
                across = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert across <= 0, (path, width)
            found = Axe().run(
                page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
            )
            assert found.violations_count == 0, (path, found.generate_report())
    context.close()


def test_people_with_accounts_log_in_through_the_browser(
    page: "Page", tmp_path: Path, codebook: Codebook
) -> None:
    password = tmp_path / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    add = [sys.executable, "-m", "signalread", "review", "user", "add", "lena", "--role", "reader"]
    options = ["--data", str(tmp_path / "data"), "--password-file", str(password)]
    subprocess.run([*add, *options], check=True, stdout=subprocess.DEVNULL)
    with started(make_run(tmp_path / "run", codebook), tmp_path / "data") as link:
        page.goto(link.split("/link/")[0] + "/")
        page.get_by_label("Namn").fill("lena")
        page.get_by_label("Lösenord").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="run").click()
        assert page.get_by_role("heading", name="Andelar").is_visible()
        assert page.get_by_role("link", name="Granska").count() == 0
        page.get_by_role("button", name="Logga ut").click()
        assert "utloggad" in page.get_by_role("status").inner_text()
