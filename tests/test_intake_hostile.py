"""Broken and hostile files end in one of our own errors, or in comments; never in anything else."""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from scripts.fuzz_examples import PDF
from signalread.errors import InputError
from signalread.intake import archives, count_rows, encoding, find_files, read_comments
from signalread.intake.files import CAPS
from signalread.records import Comment
from signalread.settings import Settings


def read(*paths: Path, **settings: Any) -> list[Comment]:
    return list(read_comments(paths, settings=Settings(**{"team": "Kök", **settings})))


def read_or_refuse(path: Path) -> list[Comment] | None:
    """Return the comments, or nothing where a file is refused with a hint; any other end fails."""
    try:
        return read(path)
    except InputError as error:
        if not error.hint:
            raise
        return None


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def workbook_bytes() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["team", "text"])
        sheet.write_row(1, 0, ["Kök", "Vi hjälps åt"])
    return buffer.getvalue()


def word_bytes() -> bytes:
    buffer = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Vi hjälps åt när det är tungt.")
    document.save(buffer)
    return buffer.getvalue()


def replace_part(data: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return buffer.getvalue()


def test_a_missing_path_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No file or folder"):
        find_files([tmp_path / "saknas.csv"])


def test_a_folder_with_nothing_readable_says_what_is(tmp_path: Path) -> None:
    write(tmp_path / "bild.png", b"x")
    write(tmp_path / ".hidden.csv", b"x")
    write(tmp_path / "~$svar.xlsx", b"x")
    (tmp_path / ".git").mkdir()
    write(tmp_path / ".git" / "a.txt", b"x")
    with pytest.raises(InputError, match="nothing that can be read") as caught:
        find_files([tmp_path])
    assert caught.value.hint is not None
    assert "csv" in caught.value.hint


def test_no_files_at_all_is_told() -> None:
    with pytest.raises(InputError, match="No files"):
        find_files([])


def test_a_suffix_that_is_not_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        find_files([write(tmp_path / "bild.png", b"x")])


@pytest.mark.parametrize("name", ["svar.xls", "möte.doc", "möte.odt", "svar.json"])
def test_comments_in_a_format_that_is_not_read_are_never_passed_by(
    tmp_path: Path, name: str
) -> None:
    write(tmp_path / "svar.csv", "team;text\n")
    write(tmp_path / name, b"x")
    with pytest.raises(InputError, match="not read") as caught:
        find_files([tmp_path])
    assert caught.value.hint is not None
    assert "save it as" in caught.value.hint


def test_files_come_sorted_and_once(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    names = ["c.csv", "a.CSV", "b/d.txt"]
    for name in names:
        write(tmp_path / name, b"x")
    found = find_files([tmp_path, tmp_path / "a.CSV", tmp_path / "b"])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "a.CSV",
        "c.csv",
        "b/d.txt",
    ]


@pytest.mark.parametrize("suffix", sorted(CAPS))
def test_an_empty_file_is_told(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"svar{suffix}", b"")
    with pytest.raises(InputError, match="is empty"):
        read(path)
    with pytest.raises(InputError, match="is empty"):
        count_rows([path], settings=Settings())


@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".docx", ".pdf", ".md"])
def test_a_file_over_the_cap_is_told_before_it_is_opened(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"svar{suffix}", b"x")
    os.truncate(path, CAPS[suffix] + 1)  # takes no room on the disk
    with pytest.raises(InputError, match="at most"):
        read(path)


@pytest.mark.parametrize("suffix", sorted(CAPS))
@pytest.mark.parametrize(
    "junk",
    [bytes(range(256)) * 50, b"\x00" * 5000, b"PK\x03\x04" + b"\x07" * 900, b"%PDF-1.7\n%junk",
     b"\x89PNG\r\n\x1a\n" + bytes(range(200)), b"\xd0\xcf\x11\xe0" + b"\x01" * 2000,
     b"PAR1" + b"\xff" * 500 + b"PAR1"],
)  # fmt: skip
def test_junk_under_any_name_is_told(tmp_path: Path, suffix: str, junk: bytes) -> None:
    with pytest.raises(InputError):
        read(write(tmp_path / f"svar{suffix}", junk))


def test_a_workbook_named_csv_is_told_for_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="zip file"):
        read(write(tmp_path / "svar.csv", workbook_bytes()))


@pytest.mark.parametrize("text", ["team;text\n", "team;text", "\n\n\n", "team,text\n,\n"])
def test_a_header_without_rows_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"no rows|no header"):
        read(write(tmp_path / "svar.csv", text))


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "svar.csv").symlink_to(tmp_path / "borta.csv")
    with pytest.raises(InputError, match="cannot be opened"):
        read(tmp_path / "svar.csv")


def test_a_line_that_breaks_utf8_is_named(tmp_path: Path) -> None:
    good = "team;text\n" + "Kök;Vi hjälps åt på köket\n" * 20
    path = write(tmp_path / "svar.csv", good.encode() + "Kök;Får ej\n".encode("cp1252"))
    with pytest.raises(InputError, match="line 22"):
        read(path)


def test_a_file_cut_off_in_utf16_is_told(tmp_path: Path) -> None:
    data = "team;text\nKök;Vi hjälps åt\n".encode("utf-16")
    with pytest.raises(InputError, match="UTF-16"):
        read(write(tmp_path / "svar.csv", data[:-1]))


def test_a_quote_that_is_never_closed_is_told_and_not_quoted(tmp_path: Path) -> None:
    rows = 'team;text\n"Kök";"Bra"\n"Kök";"hemligt\n"Kök";Resten\nKök;Mer\n'
    with pytest.raises(InputError, match=r"never closed|cannot be read as cells") as caught:
        read(write(tmp_path / "svar.csv", rows + '"Kök";"öppen\nrad\n'))
    assert "hemligt" not in str(caught.value)


def test_a_row_with_too_many_cells_is_told_by_its_number(tmp_path: Path) -> None:
    rows = "team;text\nKök;Bra\nKök;Bra\nKök;hemligt;ju\n"
    with pytest.raises(InputError, match=r"Row 4 of svar\.csv has 3 cells") as caught:
        read(write(tmp_path / "svar.csv", rows))
    assert "hemligt" not in str(caught.value)


def test_a_line_without_end_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "svar.csv", "team;text\nKök;" + "a" * (encoding.LONGEST_LINE + 1))
    with pytest.raises(InputError, match="Line 2"):
        read(path)


def test_a_cell_over_many_lines_without_end_is_told(tmp_path: Path) -> None:
    body = ("a" * 999 + "\n") * (encoding.LONGEST_LINE // 1000 + 10)
    with pytest.raises(InputError, match="never closed"):
        read(write(tmp_path / "svar.csv", f'team;text\nKök;"{body}'))


def test_too_many_columns_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cells|columns"):
        read(write(tmp_path / "svar.csv", ";".join("a" * 9000) + "\n" + ";" * 8999 + "\n"))


def test_a_few_nuls_are_taken_out(tmp_path: Path) -> None:
    path = write(
        tmp_path / "svar.csv", "team;text\nKök;Vi hj\0älps åt när det är riktigt tungt\n" * 9
    )
    assert "\0" not in read(path)[0].text


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"text": ' * 50_000,
        "[1, 2]",
        "text",
        '{"text": "a"',
        '{"n": ' + "9" * 9000 + "}",
    ],
)
def test_json_that_is_not_an_object_a_line_is_told(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "svar.jsonl", '{"text": "Vi hjälps åt"}\n' + line + "\n")
    with pytest.raises(InputError, match="Line 2"):
        read(path)


def test_a_lone_surrogate_is_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "svar.jsonl", json.dumps({"text": "Vi hjälps åt " + chr(0xD800)}))
    (comment,) = read(path)
    assert comment.text == "Vi hjälps åt " + chr(0xFFFD)


def test_a_zip_bomb_is_told_by_what_it_unpacks_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 20 * 1024**2)
    bomb = replace_part(workbook_bytes(), "xl/sharedStrings.xml", b" " * 30 * 1024**2)
    assert len(bomb) < 100_000
    with pytest.raises(InputError, match="unpacks to over"):
        read(write(tmp_path / "svar.xlsx", bomb))
    word = replace_part(word_bytes(), "word/document.xml", b" " * 30 * 1024**2)
    with pytest.raises(InputError, match="unpacks to over"):
        read(write(tmp_path / "möte.docx", word))


def test_a_zip_bomb_that_lies_about_its_size_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 20 * 1024**2)
    size = 30 * 1024**2
    bomb = replace_part(workbook_bytes(), "xl/sharedStrings.xml", b" " * size)
    bomb = bomb.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    with pytest.raises(InputError, match="unpacks to over"):
        read(write(tmp_path / "svar.xlsx", bomb))


@pytest.mark.parametrize(
    ("make", "part", "name"),
    [
        (workbook_bytes, "xl/sharedStrings.xml", "svar.xlsx"),
        (word_bytes, "word/document.xml", "möte.docx"),
    ],
)
def test_entities_in_office_files_are_refused(
    tmp_path: Path, make: Any, part: str, name: str
) -> None:
    secret = write(tmp_path / "hemligt.txt", "LÖSENORD")
    xml = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><x>&e;</x>'.encode()
    with pytest.raises(InputError, match="entities"):
        read(write(tmp_path / name, replace_part(make(), part, xml)))


@pytest.mark.parametrize(
    "cell", ['<c r="XFD1048576"><v>1</v></c>', "<c  r = 'XFD1048576'><v>1</v></c>"]
)
def test_a_cell_at_the_end_of_the_sheet_does_not_fill_the_memory(tmp_path: Path, cell: str) -> None:
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{cell}</row></sheetData>'
        "</worksheet>"
    )
    bomb = replace_part(workbook_bytes(), "xl/worksheets/sheet1.xml", xml.encode())
    with pytest.raises(InputError, match="cells"):
        read(write(tmp_path / "svar.xlsx", bomb))


def test_repeated_cells_do_not_fill_the_memory(tmp_path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]
    from odf.table import Table, TableCell, TableRow  # type: ignore[import-untyped]
    from odf.text import P  # type: ignore[import-untyped]

    document = OpenDocumentSpreadsheet()
    table = Table(name="A")
    row = TableRow(numberrowsrepeated=1_000_000)
    cell = TableCell(valuetype="string", numbercolumnsrepeated=16_000)
    cell.addElement(P(text="a"))
    row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "svar.ods"))
    with pytest.raises(InputError, match="cells"):
        read(tmp_path / "svar.ods")


@pytest.mark.parametrize(("make", "name"), [(workbook_bytes, "s.xlsx"), (word_bytes, "m.docx")])
def test_a_file_behind_a_password_is_told(tmp_path: Path, make: Any, name: str) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    with (tmp_path / name).open("wb") as out:
        OOXMLFile(io.BytesIO(make())).encrypt("hemligt", out)
    with pytest.raises(InputError, match="protected by a password"):
        read(tmp_path / name)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_broken_workbook_is_told(tmp_path: Path, part: str) -> None:
    broken = replace_part(workbook_bytes(), part, b"<workbook")
    with pytest.raises(InputError):
        read(write(tmp_path / "svar.xlsx", broken))


@pytest.mark.parametrize(
    "front",
    [
        "team: !!python/object/apply:os.system ['true']",
        "a: &a [x, x]\nb: &b [*a, *a]\nteam: *b",
        "team: [",
        "x" * 30_000,
    ],
)
def test_front_matter_makes_nothing_and_grows_nothing(tmp_path: Path, front: str) -> None:
    path = write(tmp_path / "a.md", f"---\n{front}\n---\n\nVi hjälps åt.\n")
    comments = read_or_refuse(path)
    assert comments is None or "object" not in comments[0].team


def test_markdown_that_is_nested_deep_ends(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", ">" * 20_000 + " Vi hjälps åt\n" + "[" * 20_000 + "*a" * 9000)
    comments = read_or_refuse(path)
    assert comments is None or comments


@pytest.mark.parametrize("suffix", [".md", ".txt"])
@pytest.mark.parametrize(
    "probe",
    ["-" * 300_000 + "a", "(" * 300_000, "A " * 100_000 + ":", "A" + "-" * 300_000,
     "Närvarande" + " " * 300_000 + "x", "möte" * 80_000, "1-" * 150_000, "Anna, " * 60_000,
     "inget " * 60_000, "https://" * 40_000, "|" * 100_000, "*" * 100_000, "> " * 50_000,
     "a" + chr(0x301) * 300_000],
)  # fmt: skip
def test_no_pattern_takes_more_than_linear_time(tmp_path: Path, suffix: str, probe: str) -> None:
    path = write(tmp_path / f"a{suffix}", f"{probe}\n\nVi hjälps åt.\n")
    comments = read_or_refuse(path)  # a pattern that goes back and forth would never come here
    assert comments is None or comments[-1].text.endswith("Vi hjälps åt.")


def test_a_broken_pdf_is_quoted_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = PDF.replace(b"(Vi hinner.)", b"(Anna skriker.").replace(b"/Count 1", b"/Count Anna")
    read_or_refuse(write(tmp_path / "APT Norr 2026-03-14.pdf", broken))
    assert "Anna" not in caplog.text + "".join(capfd.readouterr())


bytes_of_any_kind = st.one_of(
    st.binary(max_size=300),
    st.text(alphabet=';,"\n\r\t\\ aåÖ\0|:#-*[]{}' + chr(0x200B), max_size=200).map(str.encode),
)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".md", ".txt"])
@limits(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=bytes_of_any_kind)
@example(data=b'"')
@example(data=b"---\nteam: x\n---\n")
def test_any_text_ends_in_comments_or_in_our_error(
    tmp_path: Path, suffix: str, data: bytes
) -> None:
    path = write(tmp_path / f"a{suffix}", data)
    comments = read_or_refuse(path) or []
    assert len({comment.id for comment in comments}) == len(comments)


@pytest.mark.parametrize(
    ("make", "name"), [(workbook_bytes, "a.xlsx"), (word_bytes, "a.docx")], ids=["xlsx", "docx"]
)
@limits(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(part=st.integers(0, 10**6), place=st.integers(0, 10**6), junk=st.binary(max_size=4))
def test_a_damaged_part_ends_in_comments_or_in_our_error(
    tmp_path: Path, make: Any, name: str, part: int, place: int, junk: bytes
) -> None:
    data = make()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        chosen = names[part % len(names)]
        content = archive.read(chosen)
    place %= len(content)
    broken = replace_part(data, chosen, content[:place] + junk + content[place + len(junk) :])
    comments = read_or_refuse(write(tmp_path / name, broken))
    assert comments is None or comments


@pytest.mark.parametrize(
    ("make", "name"), [(workbook_bytes, "a.xlsx"), (word_bytes, "a.docx")], ids=["xlsx", "docx"]
)
@limits(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=9)
)
def test_a_damaged_archive_ends_in_comments_or_in_our_error(
    tmp_path: Path, make: Any, name: str, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(make())
    for place, value in changes:
        data[place % len(data)] = value
    comments = read_or_refuse(write(tmp_path / name, bytes(data)))
    assert comments is None or comments
