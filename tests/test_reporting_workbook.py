import zipfile
from pathlib import Path

import openpyxl
import pytest

from signalread.codebook import Codebook
from signalread.records import Estimate
from signalread.reporting import build_view, write_workbook
from tests.report_samples import facts, release


@pytest.fixture(scope="module")
def path(codebook: Codebook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    write_workbook(build_view(release(codebook), codebook=codebook, facts=facts()), path)
    return path


def test_the_tidy_sheet_has_a_row_for_every_cell(path: Path, codebook: Codebook) -> None:
    sheet = openpyxl.load_workbook(path)["Alla tal"]
    head, *rows = sheet.iter_rows(values_only=True)
    assert head[:7] == ("team", "nivå", "omgång", "källa", "etikett", "svarande", "andel")
    released = release(codebook)
    assert len(rows) == len(released)
    shown = [row for row in rows if row[head.index("status")] == "visas"]
    assert len(shown) == sum(isinstance(item, Estimate) for item in released)


def test_a_hidden_row_has_a_reason_and_no_number(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["Alla tal"]
    head, *rows = sheet.iter_rows(values_only=True)
    hidden = [row for row in rows if row[head.index("status")] == "dold"]
    assert hidden
    for row in hidden:
        values = dict(zip(head, row, strict=True))
        assert values["skäl"]
        assert all(values[name] is None for name in ("svarande", "andel", "låg", "hög"))


def test_sheets_can_be_filtered_and_keep_their_heads_in_view(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Översikt", "Alla tal", "Teman", "Ramverk", "Läs mig"]
    for name in book.sheetnames[:-1]:
        assert book[name].auto_filter.ref
        assert book[name].freeze_panes
        assert book[name].print_title_rows


def test_no_text_becomes_a_formula_or_a_link(codebook: Codebook, tmp_path: Path) -> None:
    name = '=HYPERLINK("http://example.com")'
    wave = "http://example.com"
    view = build_view(
        release(codebook, {name: 8, "+1+1": 9, "@x": 9, "007": 9}, waves=(wave,)),
        codebook=codebook,
        facts=facts(files=("=1+1",), model="-1+1"),
    )
    path = tmp_path / "report.xlsx"
    write_workbook(view, path)
    cells = [
        cell
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert _formulas(path) == 0
    assert "007" in {cell.value for cell in cells}


def _formulas(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(
            archive.read(name).count(b"<f>") + archive.read(name).count(b"<hyperlink ")
            for name in archive.namelist()
            if name.startswith("xl/worksheets/")
        )
