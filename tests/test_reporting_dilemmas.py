"""Dilemmas: both poles of each with their intervals, and the tension where both run high."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import openpyxl
import pytest
from pptx import Presentation
from pypdf import PdfReader

from signalread.codebook import Codebook
from signalread.records import Cell, Estimate, Reason, Source, Withheld
from signalread.reporting import FORMATS, View, build_view, render_page, write_reports
from signalread.reporting.dilemmas import describe, draw_dilemmas, say_tension
from signalread.reporting.scheme import Lens
from tests.report_samples import facts

TENSE: Mapping[str, float | None] = {
    "clarity-": 0.27,
    "speaking_up+": 0.31,
}  # the line of decision, and free dialogue


def of_the_whole(
    codebook: Codebook, shares: Mapping[str, float | None] | None = None, *, n: int = 40
) -> View:
    """Return a view of one group: 3 % say each label, but for what is given."""
    released: list[Estimate | Withheld] = []
    for label in codebook.labels:
        cell = Cell(team="", level=0, wave="1", source=Source.SURVEY, label=label)
        share = (shares or {}).get(label, 0.03)
        released.append(
            Withheld(cell=cell, reason=Reason.UNIFORM)
            if share is None
            else Estimate(
                cell=cell, n=n, share=share, low=max(share - 0.07, 0), high=min(share + 0.09, 1)
            )
        )
    return build_view(released, codebook=codebook, facts=facts())


def lens_of(view: View) -> Lens:
    (lens,) = (lens for lens in view.lenses if lens.dilemmas)
    return lens


def tense(view: View) -> list[str]:
    """Return the first poles of the dilemmas that a report points at."""
    profile = view.now(view.whole)
    return [pair[0].name for pair in lens_of(view).dilemmas if say_tension(view, profile, pair)]


def test_a_tension_is_where_many_speak_of_both_poles(codebook: Codebook) -> None:
    assert tense(of_the_whole(codebook)) == []
    assert tense(of_the_whole(codebook, {"clarity-": 0.27})) == []
    assert tense(of_the_whole(codebook, TENSE)) == ["Beslutslinje", "Tydlig"]


def test_a_tension_says_what_is_said_of_each_pole(codebook: Codebook) -> None:
    view = of_the_whole(codebook, TENSE)
    said = say_tension(view, view.now(view.whole), lens_of(view).dilemmas[0])
    assert "Tydlighet och gränser, bekymmer: 27" in said
    assert "Högt i tak, styrka: 31" in said


def test_two_people_are_not_many(codebook: Codebook) -> None:
    view = of_the_whole(codebook, {"clarity-": 2 / 6, "speaking_up+": 2 / 6}, n=6)
    assert tense(view) == []


def test_a_share_that_is_hidden_makes_no_tension(codebook: Codebook) -> None:
    view = of_the_whole(codebook, {**TENSE, "speaking_up+": None})
    assert tense(view) == []


def test_shares_of_a_pole_are_never_added_up(codebook: Codebook) -> None:
    view = of_the_whole(
        codebook, {"inclusion+": 0.06, "valued+": 0.06, "clarity+": 0.3, "inclusion-": 0.06}
    )
    assert tense(view) == []


@pytest.fixture(scope="module")
def view(codebook: Codebook) -> View:
    return of_the_whole(codebook, TENSE)


@pytest.fixture(scope="module")
def folder(view: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_reports(view, folder, formats=tuple(FORMATS))
    return folder


def test_the_plot_has_every_pole_and_its_themes(view: View) -> None:
    svg: Any = lxml.html.fromstring(draw_dilemmas(view, view.now(view.whole), lens_of(view)))
    words = [text.text_content() for text in svg.xpath("//*[local-name()='text']")]
    for pair in lens_of(view).dilemmas:
        for pole in pair:
            assert pole.name in words
    assert "Tydlighet och gränser" in words


def test_the_plot_tells_strength_from_concern_without_colour(view: View) -> None:
    svg = draw_dilemmas(view, view.now(view.whole), lens_of(view))
    shapes: dict[str, set[str]] = {}
    for colour, path in _points(svg):
        shapes.setdefault(colour, set()).add(path)
    assert len(shapes) == 2
    one, other = shapes.values()
    assert not one & other


def test_what_is_tense_has_a_frame(codebook: Codebook, view: View) -> None:
    calm = of_the_whole(codebook)
    for shown, frames in ((view, 2), (calm, 0)):
        svg = draw_dilemmas(shown, shown.now(shown.whole), lens_of(shown))
        assert svg.count('fill="#eef1f4"') == frames


def test_the_words_beside_the_plot_have_every_number(view: View) -> None:
    said = describe(view, view.now(view.whole), lens_of(view)).replace("\u00a0", " ")
    assert "Beslutslinje: Tydlighet och gränser +3 % (0–12 %), −27 % (20–36 %)" in said
    assert "Fri dialog: Högt i tak +31 % (24–40 %), −3 % (0–12 %)" in said
    assert "Visa tillit: Tillit 3 % (0–12 %)" in said


def test_the_page_shows_each_pole_and_points_at_the_tension(folder: Path) -> None:
    page: Any = lxml.html.fromstring((folder / "report.html").read_bytes().decode())
    (article,) = page.xpath("//article[@class='dilemmas']")
    rows = [_clean(row.text_content()) for row in article.xpath(".//tbody/tr")]
    assert len(article.xpath(".//tbody")) == 7
    assert "Beslutslinje Tydlighet och gränser3 % (0–12 %) 27 % (20–36 %)" in rows
    assert sum("dra åt olika håll" in row for row in rows) == 2
    (picture,) = article.xpath(".//div[@role='img']")
    assert "tabellen" in picture.get("aria-label")


def test_every_other_output_points_at_it_too(folder: Path) -> None:
    deck: Any = Presentation(str(folder / "report.pptx"))
    (slide,) = (s for s in deck.slides if s.shapes.title.text_frame.text == "Sju dilemman")
    (table,) = (shape.table for shape in slide.shapes if shape.has_table)
    marks = {row.cells[0].text: row.cells[2].text for row in list(table.rows)[1:]}
    assert len(marks) == 7
    assert [pole for pole, mark in marks.items() if "!" in mark] == ["Beslutslinje", "Tydlig"]
    assert "27 % (20–36 %)" in _clean(table.cell(1, 1).text)

    sheet = openpyxl.load_workbook(folder / "report.xlsx")["Ramverk"]
    remarks = [str(row[-1]) for row in sheet.iter_rows(values_only=True)]
    assert sum("Högt i tak, styrka: 31" in remark for remark in remarks) == 8

    text = "\n".join(page.extract_text() for page in PdfReader(folder / "report.pdf").pages)
    assert _clean(text).count("Högt i tak, styrka: 31") == 2

    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    (lens,) = (lens for lens in data["lenses"] if lens["dilemmas"])
    assert [bool(tension) for tension in lens["tensions"]].count(True) == 2


def test_a_report_through_another_lens_has_no_dilemmas(codebook: Codebook) -> None:
    from signalread.codebook.frameworks import choose_frameworks, load_frameworks
    from signalread.reporting import Beside

    chosen = choose_frameworks(load_frameworks(codebook), ["four_needs"])
    cell = Cell(team="", level=0, wave="1", source=Source.SURVEY, label="trust")
    released = [Estimate(cell=cell, n=9, share=0.4, low=0.2, high=0.6)]
    view = build_view(released, codebook=codebook, facts=facts(), beside=Beside(frameworks=chosen))
    assert 'class="dilemmas"' not in render_page(view)


def _points(svg: str) -> list[tuple[str, str]]:
    """Return colour and outline of every filled mark that is no line."""
    page: Any = lxml.html.fromstring(svg)
    return [
        (path.get("fill"), re.sub(r"[-\d.,\s]+", "", path.get("d")))
        for path in page.xpath("//*[local-name()='path']")
        if path.get("fill") in ("#1f5a8c", "#b4560e")
    ]


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
