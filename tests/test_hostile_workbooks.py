"""Workbooks, documents and tables that would fill the memory are told before they do."""

import io
import zipfile
from pathlib import Path

import docx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from signalread.errors import InputError
from signalread.intake import parquet_pages, read_comments, structured
from signalread.records import Comment
from signalread.settings import Settings

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = "</sheetData></worksheet>"


def read(path: Path) -> list[Comment]:
    return list(read_comments([path], settings=Settings(team="Kök")))


def workbook_with(tmp_path: Path, parts: dict[str, str | bytes]) -> Path:
    """Return a workbook of one sheet, some of its parts put in place of its own."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["team", "text"])
        sheet.write_row(1, 0, ["Kök", "Vi hjälps åt"])
    path = tmp_path / "svar.xlsx"
    with (
        zipfile.ZipFile(made) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), *parts]):
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return path


def sheet_ods(tmp_path: Path, rows: str) -> Path:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="A">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "svar.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def test_one_text_that_many_cells_show_is_told(tmp_path: Path) -> None:
    texts = f"<sst><si><t>team</t></si><si><t>{'ja ' * 20_000}</t></si></sst>"
    cells = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>1</v></c></row>' for i in range(1, 20_000))
    path = workbook_with(
        tmp_path,
        {"xl/sharedStrings.xml": texts, "xl/worksheets/sheet1.xml": SHEET + cells + END},
    )
    assert path.stat().st_size < 500_000
    with pytest.raises(InputError, match="the same text again"):
        read(path)


def test_one_long_text_among_many_short_ones_is_read(tmp_path: Path) -> None:
    path = tmp_path / "svar.xlsx"
    long = "Vi hjälps åt. " * 2000
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["team", "text"])
        for i in range(1, 3000):
            sheet.write_row(i, 0, ["Kök", f"Vi hjälps åt nummer {i}"])
        sheet.write(1, 1, long)
    assert read(path)[0].text == long.strip()


def test_a_sheet_under_another_name_is_looked_through(tmp_path: Path) -> None:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="elsewhere/x.dat" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    bomb = f'{SHEET}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>{END}'
    path = workbook_with(
        tmp_path, {"xl/_rels/workbook.xml.rels": relations, "xl/elsewhere/x.dat": bomb}
    )
    with pytest.raises(InputError, match="cells"):
        read(path)


def test_cells_that_do_not_say_where_they_stand_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signalread.intake import sheets

    monkeypatch.setattr(sheets, "MOST_CELLS", 10_000)  # rather than 50 million in a test
    cells = "<row>" + "<c><v>1</v></c>" * 20_000 + "</row>"
    path = workbook_with(tmp_path, {"xl/worksheets/sheet1.xml": SHEET + cells + END})
    with pytest.raises(InputError, match="cells"):
        read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_width_of_letters(tmp_path: Path, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e "a">]><x>&e;</x>'
    path = workbook_with(tmp_path, {"xl/sharedStrings.xml": xml.encode(encoding)})
    with pytest.raises(InputError, match="entities"):
        read(path)


@pytest.mark.parametrize(
    "cell",
    [
        '<table:table-cell><text:p>a<text:s text:c="2000000000"/></text:p></table:table-cell>',
        '<table:table-cell table:number-columns-repeated="16000">'
        f"<text:p>{'a' * 9000}</text:p></table:table-cell>",
    ],
    ids=["spaces", "texts"],
)
def test_repeats_of_text_in_a_sheet_are_counted(tmp_path: Path, cell: str) -> None:
    rows = f'<table:table-row table:number-rows-repeated="20">{cell}</table:table-row>'
    with pytest.raises(InputError, match="again and again"):
        read(sheet_ods(tmp_path, rows))


def test_a_word_file_of_too_many_tags_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signalread.intake import archives

    monkeypatch.setattr(archives, "MOST_MARKUP", 100_000)  # rather than ten million in a test
    document = docx.Document()
    paragraph = document.add_paragraph("Vi hjälps åt")
    for _ in range(500):
        paragraph.add_run("a").bold = True
    document.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/more.xml", "<x/>" * 200_000)
    with pytest.raises(InputError, match="tags"):
        read(tmp_path / "a.docx")


def test_macros_are_carried_by_and_never_run(tmp_path: Path) -> None:
    source = workbook_with(tmp_path, {"xl/vbaProject.bin": b"Sub AutoOpen()\nEnd Sub"})
    path = source.rename(tmp_path / "svar.xlsm")
    assert [comment.text for comment in read(path)] == ["Vi hjälps åt"]


def test_a_formula_is_its_last_value_and_is_not_computed(tmp_path: Path) -> None:
    path = tmp_path / "svar.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["team", "text"])
        sheet.write(1, 0, "Kök")
        sheet.write_formula(1, 1, '=HYPERLINK("http://x.invalid/"&A2)', value="Vi hjälps åt här")
        sheet.write_string(2, 0, "Kök")
        sheet.write_string(2, 1, "=1+1 är inte vad vi får")
    assert {c.text for c in read(path)} == {"Vi hjälps åt här", "=1+1 är inte vad vi får"}


def test_one_text_that_many_rows_of_a_parquet_file_share_is_told(tmp_path: Path) -> None:
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * 5000), ["a" * 1_000_000])
    path = tmp_path / "svar.parquet"
    pq.write_table(pa.table({"text": shared, "team": ["Kök"] * 5000}), path)
    assert path.stat().st_size < 200_000
    with pytest.raises(InputError, match="MB of text"):
        read(path)


def test_a_page_that_unpacks_to_too_much_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_pages, "LARGEST_PAGE", 1024**2)  # rather than a quarter of a GB
    path = tmp_path / "svar.parquet"
    table = pa.table({"team": ["Kök"], "text": ["ja " * 1_000_000]})
    pq.write_table(table, path, compression="zstd", use_dictionary=False)
    with pytest.raises(InputError, match="a page that unpacks to 2 MB"):
        read(path)


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_the_pages_of_ordinary_parquet_files_are_passed(
    tmp_path: Path, compression: str, version: str
) -> None:
    path = tmp_path / "svar.parquet"
    texts = [f"Vi hjälps åt nummer {i}" for i in range(5000)]
    table = pa.table(
        {
            "team.namn": pa.array(["Kök", "Städ"] * 2500).dictionary_encode(),
            "text": pa.array(texts, pa.large_string()),
            "väg": [["A", "B"], None] * 2500,
            "n": range(5000),
        }
    )
    pq.write_table(
        table, path, compression=compression, data_page_version=version, data_page_size=4096
    )
    assert [comment.text for comment in read(path)] == texts


@pytest.mark.parametrize(
    "column",
    [pa.array([2**30], pa.date32()), pa.array([2**62], pa.timestamp("ms")),
     pa.array([2**62], pa.time64("us")), pa.array([2**62], pa.duration("s"))],
    ids=lambda column: str(column.type),
)  # fmt: skip
def test_dates_beyond_the_calendar_are_told(tmp_path: Path, column: pa.Array) -> None:
    path = tmp_path / "svar.parquet"
    pq.write_table(pa.table({"text": ["Vi hjälps åt"], "när": column}), path)
    try:
        comments = read(path)
    except InputError as error:
        if not error.hint:
            raise
    else:
        assert comments


def test_json_nested_too_deeply_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "svar.jsonl"
    for depth in (structured._DEEPEST + 1, 300, 900):
        path.write_text('{"text": ' + '{"a":' * depth + "1" + "}" * depth + "}\n")
        with pytest.raises(InputError, match="Line 1"):
            read(path)


def test_a_json_file_whose_every_line_has_new_keys_is_told(tmp_path: Path) -> None:
    path = tmp_path / "svar.jsonl"
    path.write_text("".join(f'{{"text": "a", "k{i}": 1}}\n' for i in range(6000)))
    with pytest.raises(InputError, match="columns"):
        read(path)
