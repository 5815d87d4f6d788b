import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pptx import Presentation

from signalread.codebook import Codebook
from signalread.reporting import build_view, write_slides
from signalread.reporting.view import View
from tests.report_samples import facts, release


def test_every_unit_that_is_shown_has_a_slide(codebook: Codebook, tmp_path: Path) -> None:
    view = build_view(release(codebook), codebook=codebook, facts=facts())
    write_slides(view, tmp_path / "report.pptx")
    titles = _titles(tmp_path / "report.pptx")
    assert titles[:3] == ["Tillit och kontroll", "I korthet", "Tillit och kontroll"]
    for unit in view.shown():
        assert unit.name in titles
    assert "Natt" not in titles


def test_tables_and_charts_are_native_and_carry_text(codebook: Codebook, tmp_path: Path) -> None:
    view = build_view(release(codebook), codebook=codebook, facts=facts())
    write_slides(view, tmp_path / "report.pptx")
    deck: Any = Presentation(str(tmp_path / "report.pptx"))
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    assert any(shape.has_chart for shape in shapes)
    assert any(shape.has_table for shape in shapes)
    assert not any(shape.shape_type == 13 for shape in shapes)  # no pictures


@pytest.mark.parametrize(
    "name",
    ['=HYPERLINK("http://example.com")', "http://example.com", "{=1+1}", "<script>", "Ab" * 50_000],
)
def test_a_hostile_name_stays_text(name: str, codebook: Codebook, tmp_path: Path) -> None:
    released = release(codebook, {name: 12, "Kök": 12}, waves=(name,))
    view = build_view(released, codebook=codebook, facts=facts(model=name, files=(name,)))
    path = tmp_path / "report.pptx"
    write_slides(view, path)
    assert Presentation(str(path)).slides
    with zipfile.ZipFile(path) as archive:
        assert not any(b"hlinkClick" in archive.read(n) for n in archive.namelist())
        books = [n for n in archive.namelist() if n.endswith(".xlsx")]
        assert books
        for book in books:
            # The workbook that a chart carries opens when somebody edits the chart.
            sheet = openpyxl.load_workbook(io.BytesIO(archive.read(book))).worksheets[0]
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_a_signal_under_a_framework_has_no_sign(codebook: Codebook, tmp_path: Path) -> None:
    view = build_view(release(codebook), codebook=codebook, facts=facts())
    write_slides(view, tmp_path / "report.pptx")
    deck: Any = Presentation(str(tmp_path / "report.pptx"))
    cells = [
        cell.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
        for cell in row.cells
    ]
    trust = [text for text in cells if "Tillit " in text and "Kontroll " in text]
    share = view.now(view.whole).share("trust")
    assert share is not None
    assert trust
    assert all(f"Tillit {share.percent}" in text for text in trust)


def test_structure_and_trust_is_a_plot_that_can_be_edited(
    codebook: Codebook, tmp_path: Path
) -> None:
    view = build_view(release(codebook), codebook=codebook, facts=facts())
    write_slides(view, tmp_path / "report.pptx")
    assert _points(tmp_path / "report.pptx") == _places(view)


def test_a_unit_within_one_of_its_name_has_a_point_of_its_own(
    codebook: Codebook, tmp_path: Path
) -> None:
    released = release(codebook, {"Omsorg / Omsorg": 12, "Omsorg / Natt": 14})
    view = build_view(released, codebook=codebook, facts=facts(), about="Omsorg")
    write_slides(view, tmp_path / "report.pptx")
    points = _points(tmp_path / "report.pptx")
    assert [name for name, *_ in points].count("Omsorg") == 2
    assert points == _places(view)


def test_nothing_at_all_still_makes_a_deck(codebook: Codebook, tmp_path: Path) -> None:
    view = build_view([], codebook=codebook, facts=facts(counts={}))
    write_slides(view, tmp_path / "report.pptx")
    assert "I korthet" in _titles(tmp_path / "report.pptx")


def _points(path: Path) -> list[tuple[str, int, int]]:
    """Return the points of structure against trust, in the order of their numbers."""
    deck: Any = Presentation(str(path))
    (chart,) = (
        shape.chart
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_chart and slide.shapes.title.text_frame.text == "Struktur och tillit"
    )
    return [
        (series.name, *_cached(series, "xVal"), *_cached(series, "yVal"))
        for series in chart.plots[0].series
    ]


def _places(view: View) -> list[tuple[str, int, int]]:
    """Return what the plot should have: the whole, and what lies right below it."""
    found = []
    for unit in (view.whole, *map(view.unit, view.whole.children)):
        clarity, trust = (view.now(unit).share(label) for label in ("clarity+", "trust"))
        assert clarity is not None
        assert trust is not None
        found.append((unit.name, clarity.percent, trust.percent))
    return found


def _cached(series: Any, name: str) -> list[int]:
    """Return the numbers of an axis as the chart keeps them."""
    return [int(value.text) for value in series._element.xpath(f"./c:{name}//c:v")]


def _titles(path: Path) -> list[str]:
    deck: Any = Presentation(str(path))
    return [
        slide.shapes.title.text_frame.text
        for slide in deck.slides
        if slide.shapes.title is not None
    ]
