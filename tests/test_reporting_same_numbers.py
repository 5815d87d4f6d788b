"""Whoever reads page, workbook, slides, booklet or data reads the same numbers."""

import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import openpyxl
import pytest
from pptx import Presentation
from pypdf import PdfReader

from signalread.codebook import Codebook
from signalread.records import Estimate
from signalread.reporting import FORMATS, build_view, write_reports
from tests.report_samples import WAVES, facts, release

Key = tuple[str, str]  # path and label
Numbers = dict[Key, tuple[int, int, int]]  # percent, low, high

TEAMS = {
    f"Område {a} / Enhet {b} / Team {c}": 2 + (7 * a + 5 * b + 3 * c) % 23
    for a in range(3)
    for b in range(3)
    for c in range(4)
}


@pytest.fixture(scope="module")
def folder(codebook: Codebook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    released = release(codebook, TEAMS, seed=11)
    view = build_view(released, codebook=codebook, facts=facts())
    write_reports(view, folder, formats=tuple(FORMATS))
    return folder


@pytest.fixture(scope="module")
def expected(codebook: Codebook) -> Numbers:
    numbers = {
        (item.cell.team or "Hela organisationen", item.cell.label): (
            _rounded(item.share),
            _rounded(item.low),
            _rounded(item.high),
        )
        for item in release(codebook, TEAMS, seed=11)
        if isinstance(item, Estimate) and item.cell.wave == WAVES[-1]
    }
    assert len(numbers) >= 500
    return numbers


def read_page(folder: Path, codebook: Codebook) -> Numbers:
    page: Any = lxml.html.fromstring((folder / "report.html").read_bytes().decode())
    themes = {theme.name["sv"]: theme.id for theme in codebook.themes}
    numbers: Numbers = {}
    for article in page.xpath("//article[@id]"):
        path = " / ".join(
            filter(
                None,
                [
                    article.xpath("string(.//p[@class='path'])").strip(),
                    article.xpath("string(.//h3)").strip(),
                ],
            )
        )
        signals, table = article.xpath(".//table[contains(@class, 'profile')]")
        for signal, cell in zip(codebook.signals, signals.xpath(".//td"), strict=True):
            numbers[path, signal.id] = _numbers(cell.xpath("string(.)"))
        for row in table.xpath(".//tr[td]"):
            theme = themes[row.xpath("string(th)").strip()]
            for polarity, cell in zip("+-", row.xpath("td"), strict=True):
                numbers[path, theme + polarity] = _numbers(cell.xpath("string(.)"))
    return numbers


def read_workbook(folder: Path, codebook: Codebook) -> Numbers:
    sheet = openpyxl.load_workbook(folder / "report.xlsx", read_only=True)["Alla tal"]
    head, *rows = sheet.iter_rows(values_only=True)
    numbers: Numbers = {}
    for row in rows:
        values = dict(zip(head, row, strict=True))
        if values["omgång"] == WAVES[-1] and values["status"] == "visas":
            percent, low, high = (
                round(100 * float(str(values[c]))) for c in ("andel", "låg", "hög")
            )
            numbers[str(values["team"]), str(values["etikett-id"])] = percent, low, high
    return numbers


def read_slides(folder: Path, codebook: Codebook) -> Numbers:
    themes = {theme.name["sv"]: theme.id for theme in codebook.themes}
    signals = {signal.name["sv"]: signal.id for signal in codebook.signals}
    numbers: Numbers = {}
    deck: Any = Presentation(str(folder / "report.pptx"))
    for slide in deck.slides:
        tables = [shape.table for shape in slide.shapes if shape.has_table]
        if not tables or tables[0].cell(0, 0).text != "Tema":
            continue
        boxes = [
            shape.text_frame
            for shape in slide.shapes
            if shape.has_text_frame and not shape.is_placeholder
        ]
        first = boxes[0].text.split(" · ")[0]
        assert slide.shapes.title is not None
        path = first if " / " in first else slide.shapes.title.text_frame.text
        for row in list(tables[0].rows)[1:]:
            name, strength, concern = (cell.text for cell in row.cells)
            numbers[path, f"{themes[name]}+"] = _numbers(strength)
            numbers[path, f"{themes[name]}-"] = _numbers(concern)
        lines = [paragraph.text for paragraph in boxes[1].paragraphs]
        for name, label in signals.items():
            numbers[path, label] = _numbers(lines[lines.index(name) + 1])
    return numbers


def read_booklet(folder: Path, codebook: Codebook) -> Numbers:
    share = r"\s+(\d+)\s% \((\d+)–(\d+)\s%\)[^()]*?"
    themes = {theme.name["sv"]: theme.id for theme in codebook.themes}
    numbers: Numbers = {}
    for page in PdfReader(folder / "report.pdf").pages:
        text = page.extract_text()
        head, found, rest = text.partition(" svarande · omgång ")
        if not found or "Värt att bevara" not in rest:
            continue  # no page of a unit
        *above, name, _ = head.splitlines()
        path = " / ".join([*above, name])
        for signal in codebook.signals:
            match = re.search(signal.name["sv"] + share, rest)
            assert match, signal.id
            numbers[path, signal.id] = _whole(match.groups())
        for theme, label in themes.items():
            match = re.search(re.escape(theme) + share + share, rest)
            assert match, label
            numbers[path, f"{label}+"] = _whole(match.groups()[:3])
            numbers[path, f"{label}-"] = _whole(match.groups()[3:])
    return numbers


def read_data(folder: Path, codebook: Codebook) -> Numbers:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {
        (" / ".join(unit["path"]) or unit["name"], label): (
            figure["percent"],
            figure["low"],
            figure["high"],
        )
        for unit in report["units"]
        for label, figure in unit["survey"][-1]["figures"].items()
        if "percent" in figure
    }


@pytest.mark.parametrize("read", [read_page, read_workbook, read_slides, read_booklet, read_data])
def test_five_hundred_numbers_are_the_same_wherever_they_are_read(
    read: Callable[[Path, Codebook], Numbers], folder: Path, expected: Numbers, codebook: Codebook
) -> None:
    found = read(folder, codebook)
    keys = random.Random(500).sample(sorted(expected), 500)
    assert {key: found[key] for key in keys} == {key: expected[key] for key in keys}
    assert set(found) == set(expected)  # and nothing that is withheld


def _rounded(share: float) -> int:
    return int(100 * share + 0.5 + 1e-9)


def _numbers(text: str) -> tuple[int, int, int]:
    match = re.search(r"(\d+)\s%\s+\(?(\d+)–(\d+)\s%", text)
    assert match, text
    percent, low, high = map(int, match.groups())
    return percent, low, high


def _whole(numbers: Sequence[str]) -> tuple[int, int, int]:
    percent, low, high = map(int, numbers)
    return percent, low, high
