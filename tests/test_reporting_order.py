"""The order in which units stand in the maps: one order, the same wherever it is read."""

import json
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import openpyxl
import pytest
from pptx import Presentation
from pypdf import PdfReader

from signalread.codebook import Codebook
from signalread.records import Cell, Estimate, Reason, Source, Withheld, level, units
from signalread.reporting import FORMATS, View, build_view, render_page, write_reports
from tests.report_samples import facts, release

# Each team's name occurs once, so that it can be found again in text.
TEAMS = {
    f"Område {a} / Enhet {a}{b} / Team {a}{b}{c}": 2 + (7 * a + 5 * b + 3 * c) % 23
    for a in range(2)
    for b in range(2)
    for c in range(4)
}


@pytest.fixture(scope="module")
def view(codebook: Codebook) -> View:
    return build_view(release(codebook, TEAMS, seed=7), codebook=codebook, facts=facts())


@pytest.fixture(scope="module")
def folder(view: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_reports(view, folder, formats=tuple(FORMATS))
    return folder


@pytest.fixture(scope="module")
def names(view: View) -> list[str]:
    return [unit.name for unit in view.mapped]


def small(codebook: Codebook, shares: dict[str, dict[str, float | None]]) -> View:
    """Return the view of teams with these shares; a team or share of ``None`` is hidden."""
    released: list[Estimate | Withheld] = []
    groups: dict[str, dict[str, float | None]] = {"": {}, **shares}
    for team, given in groups.items():
        for label in codebook.labels:
            cell = Cell(team=team, level=level(team), wave="1", source=Source.SURVEY, label=label)
            share = given.get(label, 0.1)
            if share is None or given.get("all", 0.1) is None:
                released.append(Withheld(cell=cell, reason=Reason.UNIFORM))
            else:
                released.append(Estimate(cell=cell, n=20, share=share, low=0.0, high=1.0))
    return build_view(released, codebook=codebook, facts=facts())


def test_teams_stand_by_strengths_less_concerns_and_those_without_figures_last(
    codebook: Codebook,
) -> None:
    view = small(
        codebook,
        {
            "A": {"respect-": 0.4},
            "B": {"all": None},
            "C": {},
            "D": {"clarity+": 0.6},
            "E": {"all": None},
        },
    )
    assert [unit.name for unit in view.mapped][1:] == ["D", "C", "A", "B", "E"]


def test_teams_that_are_equal_stand_as_in_the_organisation(codebook: Codebook) -> None:
    view = small(codebook, {"Team 10": {}, "Team 2": {}, "Öst": {}, "Ås": {}})
    assert [unit.name for unit in view.mapped][1:] == ["Team 2", "Team 10", "Ås", "Öst"]


def test_a_share_that_is_hidden_does_not_move_its_team(codebook: Codebook) -> None:
    # Everybody says it, so it is hidden; the place must not give it back.
    view = small(codebook, {"A": {}, "B": {"respect+": None}, "C": {}})
    assert [unit.name for unit in view.mapped][1:] == ["A", "B", "C"]


def test_units_stay_within_the_unit_above_in_every_order(view: View) -> None:
    for order in view.orders:
        assert sorted(order.keys) == sorted(unit.key for unit in view.units)
        seen: list[str] = []
        for unit in map(view.unit, order.keys):
            while seen and seen[-1] != unit.parent:
                seen.pop()
            assert seen or unit is view.whole  # what is above is still open
            seen.append(unit.key)


def test_every_order_can_be_checked_from_the_shares_that_are_shown(view: View) -> None:
    for order in view.orders:
        if order.by != "balance":
            assert order.keys == tuple(unit.key for unit in view.units)
            continue
        place = {key: at for at, key in enumerate(order.keys)}
        themes = [theme for theme in view.themes if order.theme in ("", theme.id)]
        for unit in view.units:
            below = sorted(map(view.unit, unit.children), key=lambda child: place[child.key])
            shown = [child for child in below if view.now(child).n is not None]
            assert below[: len(shown)] == shown
            leans = [
                sum(
                    strength.percent - concern.percent
                    for theme in themes
                    if (strength := view.now(child).share(theme.strength_label))
                    and (concern := view.now(child).share(theme.concern_label))
                )
                for child in shown
            ]
            assert leans == sorted(leans, reverse=True)


def test_one_order_for_all_themes_one_for_each_and_a_way_back(
    view: View, codebook: Codebook
) -> None:
    orders = [(order.by, order.theme) for order in view.orders]
    assert orders == [("balance", ""), ("organisation", "")] + [
        ("balance", theme.id) for theme in codebook.themes
    ]


def test_the_page_has_the_order_without_any_script(folder: Path, names: list[str]) -> None:
    page: Any = lxml.html.fromstring((folder / "report.html").read_bytes().decode())
    maps = page.xpath("//table[contains(@class, 'heat')]")
    assert len(maps) == 2
    for table in maps:
        assert [row.xpath("string(th)") for row in table.xpath("tbody/tr")] == names
    (control,) = page.xpath("//p[@class='order']")
    assert "hidden" in control.attrib  # only the script can use it, so the script shows it


def test_a_page_of_one_team_has_no_order_to_choose_and_no_script(codebook: Codebook) -> None:
    page = render_page(small(codebook, {"Kök": {}}))
    assert "<select" not in page
    assert "<script" not in page


def test_the_page_offers_the_orders_of_the_view(folder: Path, view: View, names: list[str]) -> None:
    page: Any = lxml.html.fromstring((folder / "report.html").read_bytes().decode())
    options = page.xpath("//select[@id='ordning']//option")
    for option, order in zip(options, view.orders, strict=True):
        chosen = [names[int(place)] for place in option.get("value").split()]
        assert chosen == [view.unit(key).name for key in order.keys]


def test_workbook_slides_booklet_and_data_have_the_same_order(
    folder: Path, view: View, names: list[str]
) -> None:
    sheet = openpyxl.load_workbook(folder / "report.xlsx")["Översikt"]
    rows = list(sheet.iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[0] == "Hela organisationen")
    assert [row[0] for row in rows[start:]] == names
    back = sorted(rows[start:], key=lambda row: float(str(row[-1])))
    assert [row[0] for row in back] == [unit.name for unit in view.units]

    deck: Any = Presentation(str(folder / "report.pptx"))
    shown: list[str] = []
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_table and shape.table.cell(0, 1).text == "n":
                shown += [row.cells[0].text for row in list(shape.table.rows)[1:]]
    assert shown == names * 2

    text = "\n".join(page.extract_text() for page in PdfReader(folder / "report.pdf").pages[1:4])
    teams = [name for name in names if name.startswith("Team ")]
    places = [text.index(name) for name in teams]
    assert places == sorted(places)

    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    named = {unit["key"]: unit["name"] for unit in data["units"]}
    assert [named[key] for key in data["orders"][0]["units"]] == names


def test_every_map_says_that_the_order_is_no_ranking(folder: Path) -> None:
    said = "ingen rangordning"
    assert said in (folder / "report.html").read_text(encoding="utf-8")
    assert said in PdfReader(folder / "report.pdf").pages[1].extract_text()
    sheet = openpyxl.load_workbook(folder / "report.xlsx")["Översikt"]
    assert any(said in str(row[0]) for row in sheet.iter_rows(max_row=4, values_only=True))
    deck: Any = Presentation(str(folder / "report.pptx"))
    for slide in deck.slides:
        if any(shape.has_table and shape.table.cell(0, 1).text == "n" for shape in slide.shapes):
            assert any(said in shape.text for shape in slide.shapes if shape.has_text_frame)


def test_no_place_and_no_sum_is_printed(folder: Path, view: View) -> None:
    # A number for a whole team would be read as its mark.
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert {key for order in data["orders"] for key in order} == {"by", "theme", "units"}
    page: Any = lxml.html.fromstring((folder / "report.html").read_bytes().decode())
    columns = 2 + 2 * len(view.groups[0].themes)
    for row in page.xpath("(//table[contains(@class, 'heat')])[1]/tbody/tr[not(td[@colspan])]"):
        assert len(row.xpath("th | td")) == columns


def test_teams_of_the_sample_have_names_of_their_own() -> None:
    assert len({name for team in TEAMS for name in units(team)}) == 2 + 4 + 16
