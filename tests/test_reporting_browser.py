"""The page as a browser shows it: on a desk, on a telephone, in print, by keyboard, read aloud."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from signalread.codebook import Codebook
from signalread.records import Balance, ErrorRates, Source
from signalread.reporting import Assessment, Beside, Quotation, View, build_view, render_page
from tests.report_samples import TEAMS, facts, release

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"
)
DESK, TELEPHONE, A4 = (1280, 900), (360, 740), (695, 1000)  # A4: the paper less its margins
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LONG = "Specialistsjuksköterskebemanningsplaneringsenheten" * 3


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def view(codebook: Codebook) -> View:
    n = len(codebook.labels)
    notes = release(codebook, {"Teknik / Gata": 8}, waves=("2026-11",), source=Source.NOTES, seed=5)
    released = release(codebook, TEAMS | {f"Teknik / {LONG}": 12}) + notes
    return build_view(
        released,
        codebook=codebook,
        facts=facts(),
        beside=Beside(
            balances=[
                Balance(
                    team="Teknik", wave="2026-11", source=Source.SURVEY, label="trust-control",
                    value=0.1, low=-0.1, high=0.3,
                )
            ],
            rates=ErrorRates(
                sensitivity=(0.7,) * n,
                specificity=(0.99,) * n,
                positives=(40.0,) * n,
                negatives=(4000.0,) * n,
            ),
            quotations=[Quotation(label="clarity+", text="Vi vet vad som gäller.")] * 2,
            assessments=[Assessment(team="Teknik", element="Frihet", value=6, row="r")],
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def path(view: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_page(view), encoding="utf-8")
    return path


def show(browser: "Browser", path: Path, size: tuple[int, int]) -> "Page":
    """Open the page; only the tests themselves may run scripts in it."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    page = context.new_page()
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("size", [DESK, TELEPHONE, A4], ids=["desk", "telephone", "print"])
def test_nothing_sticks_out_to_the_side(
    browser: "Browser", path: Path, size: tuple[int, int]
) -> None:
    page = show(browser, path, size)
    if size == A4:
        page.emulate_media(media="print")
    wide, across = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= across


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_no_rule_of_wcag_is_broken(browser: "Browser", path: Path, size: tuple[int, int]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = show(browser, path, size)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    broken = [
        (rule["id"], node["target"], node["failureSummary"])
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]
    assert broken == []
    assert len(found.response["passes"]) > 15  # it did look


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: "Browser", path: Path
) -> None:
    page = show(browser, path, DESK)
    count = page.evaluate(
        """() => {
            const all = document.querySelectorAll('a[href], summary, select, [tabindex="0"]');
            all.forEach((element, i) => element.dataset.stop = i);
            return all.length;
        }"""
    )
    reached, unseen = [], []
    for _ in range(count):
        page.keyboard.press("Tab")
        stop, outline = page.evaluate(
            """() => [document.activeElement.dataset.stop,
                      getComputedStyle(document.activeElement).outlineStyle]"""
        )
        reached.append(stop)
        if stop is not None and outline == "none":
            unseen.append(stop)
    inside_details = page.evaluate(
        "document.querySelectorAll('details:not([open]) :is(a[href], [tabindex=\"0\"])').length"
    )
    assert len(set(reached) - {None}) == count - inside_details
    assert unseen == []


def test_the_first_key_skips_to_the_content(browser: "Browser", path: Path) -> None:
    page = show(browser, path, DESK)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


def test_it_asks_nothing_of_the_network_and_reports_no_error(
    browser: "Browser", path: Path
) -> None:
    page = browser.new_context().new_page()
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(path.as_uri(), wait_until="networkidle")
    assert asked == [path.as_uri()]
    assert told == []


def maps(page: "Page") -> list[list[str]]:
    """Return the names in each map, from the top."""
    tables = page.locator("table.heat").all()
    return [table.locator("tbody th").all_inner_texts() for table in tables]


def test_a_reader_puts_the_maps_in_another_order_by_keyboard_and_back(
    browser: "Browser", path: Path, view: View
) -> None:
    page = browser.new_context().new_page()  # under the page's own policy
    page.goto(path.as_uri())
    order = page.get_by_label("Enheternas ordning")
    for chosen, key in ((view.orders[1], "ArrowDown"), (view.orders[2], "ArrowDown")):
        order.press(key)
        assert maps(page) == [[view.unit(key).name for key in chosen.keys]] * 2
        assert chosen.name in page.get_by_role("status").inner_text()
    marked = page.locator("table.heat [aria-sort]").all_inner_texts()
    assert [text.strip() for text in marked] == [view.orders[2].name]
    order.press("Home")
    assert maps(page) == [[unit.name for unit in view.mapped]] * 2
    assert page.locator("table.heat [aria-sort]").count() == 0


def test_without_scripts_all_is_there_but_the_choice(
    browser: "Browser", path: Path, view: View
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(path.as_uri())
    assert maps(page) == [[unit.name for unit in view.mapped]] * 2
    assert not page.get_by_label("Enheternas ordning").is_visible()


def test_each_unit_prints_on_a_page_of_its_own(
    browser: "Browser", codebook: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    view = build_view(
        release(codebook, {"Omsorg": 9, "Teknik": 8}), codebook=codebook, facts=facts()
    )
    path.write_text(render_page(view), encoding="utf-8")
    page = show(browser, path, DESK)
    page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    pdf = PdfReader(tmp_path / "print.pdf")
    assert float(pdf.pages[0].mediabox.width) == pytest.approx(595, abs=2)
    begun = [leaf.extract_text().count("Värt att bevara") for leaf in pdf.pages]
    assert max(begun) == 1
    assert sum(begun) == len(list(view.shown()))
