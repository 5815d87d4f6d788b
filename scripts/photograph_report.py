"""Take the pictures of a report that stand in docs/: on a desk, on a telephone, on paper.

    signalread report RUN --format html --format pdf
    python scripts/photograph_report.py RUN docs/

Chromium and poppler's ``pdftoppm`` must be installed.
"""

import argparse
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

DESK, TELEPHONE = (1280, 1500), (360, 1080)
BESIDE, GREY, EDGE = 3, (198, 203, 210), 16  # pages of the PDF beside each other, on grey


def photograph_page(browser: Browser, page: Path, folder: Path) -> None:
    """Write ``report.png``, ``report-narrow.png`` and ``report-dilemmas.png``."""
    for name, (width, height), scale in (
        ("report", DESK, 1.0),
        ("report-narrow", TELEPHONE, 1.5),
    ):
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale
        )
        shown = context.new_page()
        shown.goto(page.resolve().as_uri())
        shown.screenshot(path=folder / f"{name}.png")
        if name == "report":
            shown.locator("article.dilemmas").screenshot(path=folder / "report-dilemmas.png")


def photograph_paper(paper: Path, folder: Path) -> None:
    """Write ``report-pdf.png``: the first page, the first team's, and the dilemmas."""
    read = PdfReader(paper)
    titles = list(_titles(read, read.outline))
    teams = next(
        i for i, (title, _) in enumerate(titles) if title in ("Team för team", "Team by team")
    )
    pages = [1, titles[teams + 3][1]]  # after the chapter, the hidden teams and the whole
    pages += [page for title, page in titles if title in ("Sju dilemman", "Seven dilemmas")]
    pictures = [_draw(paper, page) for page in pages[:BESIDE]]
    height = max(picture.height for picture in pictures)
    width = sum(picture.width + EDGE for picture in pictures) + EDGE
    sheet = Image.new("RGB", (width, height + 2 * EDGE), GREY)
    at = EDGE
    for picture in pictures:
        sheet.paste(picture, (at, EDGE))
        at += picture.width + EDGE
    sheet.save(folder / "report-pdf.png", optimize=True)


def _titles(read: PdfReader, outline: Any) -> Iterator[tuple[str, int]]:
    for item in outline:
        if isinstance(item, list):
            yield from _titles(read, item)
        else:
            yield str(item.title), (read.get_destination_page_number(item) or 0) + 1


def _draw(paper: Path, page: int) -> Image.Image:
    command = ["pdftoppm", "-png", "-r", "65", "-f", str(page), "-l", str(page), str(paper)]
    drawn = subprocess.run(command, check=True, capture_output=True).stdout
    return Image.open(io.BytesIO(drawn)).convert("RGB")


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description="Take the pictures of a report.")
    parser.add_argument("run", type=Path, help="a run folder with report.html and report.pdf")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        photograph_page(browser, given.run / "report" / "report.html", given.folder)
        browser.close()
    photograph_paper(given.run / "report" / "report.pdf", given.folder)


if __name__ == "__main__":
    main()
