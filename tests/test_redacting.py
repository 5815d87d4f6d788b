"""Redaction alone: the same file with placeholders in its texts, and nothing else changed."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from signalread.errors import InputError, RunError
from signalread.redacting import Find, RedactedFile, redact_file
from signalread.redaction import Kind, load_name_finder
from signalread.settings import Settings

FIND = load_name_finder()
NAMED = "Prata med Kerstin Lundqvist, eller ring 070-123 45 67."
HIDDEN = "Prata med [NAMN 1], eller ring [TELEFON]."
PLAIN = "Vi lägger schemat själva och det fungerar."


def redact(path: Path, out: Path, *columns: str, **more: Any) -> RedactedFile:
    settings = Settings(text_columns=columns, team="")
    return redact_file(path, out, settings=settings, find_names=FIND, **more)


def command(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "signalread", "redact", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_table_keeps_its_separator_encoding_and_line_breaks(
    tmp_path: Path, encoding: str, separator: str, end: str
) -> None:
    def table(text: str) -> str:
        rows = (
            ["Id", "Enhet", "Kommentar", "Betyg"],
            ["1", "Norr", f'"{text}"', "4,5" if separator != "," else "4"],
            ["2", "Norr", f'"Hon sa ""{PLAIN}"" på mötet."', "  3 "],
            ["3", "Söder", '"Rad ett' + end + '; rad, två åäö."', ""],
        )
        return end.join(separator.join(row) for row in rows) + end

    source = tmp_path / "svar.csv"
    source.write_bytes(table(NAMED).encode(encoding))
    redact(source, tmp_path / "ut.csv")
    read = (tmp_path / "ut.csv").read_bytes().decode(encoding)
    unquoted = read if separator == "," else read.replace(HIDDEN, f'"{HIDDEN}"')
    assert unquoted == table(HIDDEN)


def test_titles_above_the_header_and_excels_hint_stay(tmp_path: Path) -> None:
    source = tmp_path / "svar.csv"
    text = "sep=;\nEnkät hösten 2026;;\n\nId;Enhet;Kommentar\n1;Norr;{}\n"
    source.write_text(text.format(NAMED), encoding="utf-8")
    redact(source, tmp_path / "ut.csv")
    assert (tmp_path / "ut.csv").read_text(encoding="utf-8") == text.format(HIDDEN)


def test_every_column_that_is_named_is_redacted_and_no_other(tmp_path: Path) -> None:
    source = tmp_path / "svar.csv"
    source.write_text(f"a;b;c\n{NAMED};{NAMED};{NAMED}\n", encoding="utf-8")
    done = redact(source, tmp_path / "ut.csv", "a", "c")
    assert (tmp_path / "ut.csv").read_text(
        encoding="utf-8"
    ) == f"a;b;c\n{HIDDEN};{NAMED};{HIDDEN}\n"
    assert (done.redacted, done.kept) == (("a", "c"), ("b",))
    assert done.counts == {Kind.NAME: 2, Kind.PHONE: 2}


def test_the_words_of_a_rows_own_team_are_kept(tmp_path: Path) -> None:
    source = tmp_path / "svar.csv"
    rows = "Kerstin Lundqvist;Kerstin lyssnar på oss.\nNorr;Kerstin lyssnar på oss.\n"
    source.write_text(f"Enhet;Kommentar\n{rows}", encoding="utf-8")
    redact(source, tmp_path / "ut.csv")
    lines = (tmp_path / "ut.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == [
        "Kerstin Lundqvist;Kerstin lyssnar på oss.",
        "Norr;[NAMN 1] lyssnar på oss.",
    ]


def test_json_lines_keep_their_keys_kinds_and_untouched_lines(tmp_path: Path) -> None:
    source, out = tmp_path / "svar.jsonl", tmp_path / "ut.jsonl"
    untouched = '{"n": 1.10,  "team":"Norr", "text": "' + PLAIN + '"}'
    changed = {"n": 2, "team": ["A", "B"], "text": NAMED, "till": {"x": None}}
    listed = {"n": 3, "team": "Norr", "text": [PLAIN, NAMED, 701234567, True]}
    lines = [untouched, json.dumps(changed), "", json.dumps(listed)]
    source.write_text("\n".join(lines), encoding="utf-8")
    done = redact(source, out, "text")
    read = out.read_text(encoding="utf-8").split("\n")
    assert read[0] == untouched
    assert json.loads(read[1]) == changed | {"text": HIDDEN}
    assert read[2] == ""
    assert json.loads(read[3])["text"][:2] == [PLAIN, HIDDEN]
    assert done.kept == ("n", "team", "till")


def test_parquet_keeps_its_types_metadata_and_compression(tmp_path: Path) -> None:
    source, out = tmp_path / "svar.parquet", tmp_path / "ut.parquet"
    schema = pa.schema(
        [
            ("when", pa.timestamp("us", tz="Europe/Stockholm")),
            ("Kommentar", pa.large_string()),
            ("betyg", pa.int8()),
            ("taggar", pa.list_(pa.string())),
            ("Fritext", pa.dictionary(pa.int32(), pa.string())),
        ],
        metadata={"made": "by a survey"},
    )
    rows = [
        {"when": 0, "Kommentar": NAMED, "betyg": 3, "taggar": ["a"], "Fritext": PLAIN},
        {"when": None, "Kommentar": None, "betyg": None, "taggar": None, "Fritext": NAMED},
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), source, compression="gzip")
    redact(source, out, "Kommentar", "Fritext")
    before, after = pq.read_table(source), pq.read_table(out)
    assert after.schema.equals(before.schema, check_metadata=True)
    assert after["Kommentar"].to_pylist() == [HIDDEN, None]
    assert after["Fritext"].to_pylist() == [PLAIN, HIDDEN]
    others = ["when", "betyg", "taggar"]
    assert after.select(others).equals(before.select(others))
    assert pq.read_metadata(out).row_group(0).column(0).compression == "GZIP"


def test_a_column_of_numbers_cannot_hold_a_placeholder(tmp_path: Path) -> None:
    source = tmp_path / "svar.parquet"
    pl.DataFrame({"nr": [197001011234, 3]}).write_parquet(source)
    with pytest.raises(InputError, match="cannot hold a placeholder") as raised:
        redact(source, tmp_path / "ut.parquet", "nr")
    assert "19700101" not in str(raised.value)
    assert not (tmp_path / "ut.parquet").exists()


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Svar"
    sheet.append(["Id", "Enhet", "Kommentar", "Dubbelt"])
    sheet.append([1, "Norr", NAMED, "=A2*2"])
    sheet.append([2, "Norr", PLAIN, "=A3*2"])
    sheet.append([3, "Norr", "mejla kerstin.lundqvist@kommun.se så ordnar det sig", None])
    sheet.append([4, "Norr", CellRichText("Kerstin ", TextBlock(InlineFont(b=True), "lyssnar"))])
    sheet["C4"].hyperlink = "mailto:kerstin.lundqvist@kommun.se"
    sheet["C3"].comment = Comment("Skrivet av Kerstin", "Kerstin")
    sheet["A2"].font = Font(bold=True)
    sheet.column_dimensions["C"].width = 61
    other = book.create_sheet("Om enkäten")
    other.append(["Skickad", "2026-10-01"])
    book.properties.creator = "Kerstin Lundqvist"
    path = tmp_path / "svar.xlsx"
    book.save(path)
    return path


def test_a_workbook_keeps_formats_formulas_and_other_sheets(workbook: Path, tmp_path: Path) -> None:
    done = redact(workbook, tmp_path / "ut.xlsx")
    book = openpyxl.load_workbook(tmp_path / "ut.xlsx")
    sheet = book["Svar"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Id", "Enhet", "Kommentar", "Dubbelt"]
    assert rows[1] == [1, "Norr", HIDDEN, "=A2*2"]
    assert rows[2] == [2, "Norr", PLAIN, "=A3*2"]
    assert rows[4][2] == "[NAMN 1] lyssnar"
    assert sheet["A2"].font.b
    assert sheet.column_dimensions["C"].width == 61
    assert book["Om enkäten"]["B1"].value == "2026-10-01"
    assert "Svar: Kommentar" in done.redacted


def test_nothing_beside_a_workbooks_cells_holds_what_was_hidden(
    workbook: Path, tmp_path: Path
) -> None:
    from zipfile import ZipFile

    redact(workbook, tmp_path / "ut.xlsx")
    with ZipFile(tmp_path / "ut.xlsx") as archive:
        for name in archive.namelist():
            assert b"erstin" not in archive.read(name), name


NOTES = """# APT Köket 2026-03-14
Enhet: Köket

**Närvarande:** Kerstin Lundqvist (ordf), Zrinka Qvarn
Frånvarande:
Qvarnholt

Zrinka: Vi vill lägga schemat själva.
  - Kerstin tar det med
    ledningen.
* Köket fungerar bra.
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_notes_keep_their_lines_and_lose_who_was_there_and_spoke(tmp_path: Path, end: str) -> None:
    source = tmp_path / "apt.md"
    source.write_bytes(NOTES.replace("\n", end).encode())
    redact(source, tmp_path / "ut.md")
    assert (tmp_path / "ut.md").read_bytes().decode() == (
        """# APT Köket 2026-03-14
Enhet: Köket

**Närvarande:** [NAMN 1] (ordf), [NAMN 2]
Frånvarande:
[NAMN 3]

[NAMN 1]: Vi vill lägga schemat själva.
  - [NAMN 1] tar det med
    ledningen.
* Köket fungerar bra.
""".replace("\n", end)
    )


def test_each_find_is_told_with_its_row_and_its_reason(tmp_path: Path) -> None:
    source = tmp_path / "svar.csv"
    source.write_text(f"Enhet;Kommentar\nNorr;{PLAIN}\nNorr;{NAMED}\n", encoding="utf-8")
    finds: list[Find] = []
    redact(source, tmp_path / "ut.csv", told=finds.append)
    told = [(find.row, find.placeholder, find.words, find.reason) for find in finds]
    assert told == [
        (3, "[NAMN 1]", "Kerstin Lundqvist", "list: a first name, a last name"),
        (3, "[TELEFON]", "070-123 45 67", "pattern: a telephone number"),
    ]
    assert "Kerstin" not in repr(finds)


def test_a_find_is_told_with_the_words_around_it(tmp_path: Path) -> None:
    source = tmp_path / "svar.csv"
    text = (
        "Det är inte alltid som man hinner säga tack till Kerstin innan dagen är slut och alla går."
    )
    source.write_text(f"Enhet;Kommentar\nNorr;{text}\n", encoding="utf-8")
    finds: list[Find] = []
    redact(source, tmp_path / "ut.csv", told=finds.append)
    [find] = finds
    assert find.before == "… som man hinner säga tack till "
    assert find.after == " innan dagen är slut och alla …"
    assert "hinner" not in repr(find)


def test_kept_columns_that_tell_of_people_are_named(tmp_path: Path) -> None:
    source = tmp_path / "svar.csv"
    source.write_text(
        "Enhet;Omgång;Från;Chef;Fråga;Kommentar\n"
        f"Kerstin Lund;HT2026;a@b.se;Bosse Ek;Hur är det?;{PLAIN}\n"
        f"Kerstin Lund;HT2026;;;Vad gör Ulla bra?;{NAMED}\n",
        encoding="utf-8",
    )
    told = redact(source, tmp_path / "ut.csv").telling
    assert told == {"Från": (Kind.EMAIL,), "Chef": (Kind.NAME,), "Fråga": (Kind.NAME,)}


def test_every_sheet_of_a_workbook_is_looked_at_for_people(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Enhet", "Kommentar"])
    book.worksheets[0].append(["Norr", PLAIN])
    book.create_sheet("Utskick").append(["Nummer", "Till"])
    book.create_sheet("Kerstins").append(["Nummer", "Till"])
    book.worksheets[2].append([2, "alla"])
    book.worksheets[1].append([1, "Kerstin Lundqvist"])
    book.save(tmp_path / "svar.xlsx")
    told = redact(tmp_path / "svar.xlsx", tmp_path / "ut.xlsx").telling
    assert told == {
        "Utskick: Till": (Kind.NAME,),
        "the name of the sheet Kerstins": (Kind.NAME,),
    }


@pytest.mark.parametrize("link", [False, True])
def test_the_input_is_never_overwritten(tmp_path: Path, link: bool) -> None:
    source = tmp_path / "svar.csv"
    source.write_text(f"Enhet;Kommentar\nNorr;{NAMED}\n", encoding="utf-8")
    out = tmp_path / "ut.csv" if link else source
    if link:
        out.symlink_to(source)
    with pytest.raises(RunError, match="the file to redact itself"):
        redact(source, out)
    assert NAMED in source.read_text(encoding="utf-8")


def test_a_broken_row_far_down_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "svar.csv"
    rows = f"Norr;{NAMED}\n" * 2000
    source.write_text(f"Enhet;Kommentar\n{rows}Norr;en;till\n", encoding="utf-8")
    with pytest.raises(InputError, match="Row 2002"):
        redact(source, tmp_path / "ut" / "ut.csv")
    assert list((tmp_path / "ut").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["saknas.csv", "--out", "ut.csv"], "saknas.csv"),
        (["svar.csv", "--out", "ut.xlsx"], "suffix"),
        (["svar.csv", "--out", "annan.csv"], "exists already"),
        (["svar.csv", "--out", "ut.csv", "--text-column", "Fritext"], "Kommentar"),
        (["svar.csv", "--out", "ut.csv", "--review"], "no screen"),
        (["brev.docx", "--out", "ut.docx"], "format"),
        (["bild.png", "--out", "ut.png"], "cannot be read"),
        ([".", "--out", "ut"], "folder"),
    ],
)
def test_a_users_mistake_is_a_sentence_and_a_hint(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "svar.csv").write_text(f"Enhet;Kommentar\nNorr;{NAMED}\n", encoding="utf-8")
    (tmp_path / "annan.csv").write_text("a", encoding="utf-8")
    (tmp_path / "brev.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "bild.png").write_bytes(b"\x89PNG")
    before = sorted(tmp_path.iterdir())
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode in (1, 2, 4)
    assert said in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Kerstin" not in done.stdout + done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_the_command_counts_by_kind_and_shows_no_name(tmp_path: Path) -> None:
    (tmp_path / "svar.csv").write_text(f"Enhet;Kommentar\nNorr;{NAMED}\n", encoding="utf-8")
    done = command("svar.csv", "--out", "ut.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "[TELEFON]" in done.stdout
    assert "Kept as they were: Enhet" in done.stdout
    assert "Kerstin" not in done.stdout + done.stderr


def test_the_command_warns_of_kept_columns_without_their_words(tmp_path: Path) -> None:
    (tmp_path / "svar.csv").write_text(
        f"Enhet;Chef;Kommentar\nNorr;Kerstin Ek;{PLAIN}\n", encoding="utf-8"
    )
    done = command("svar.csv", "--out", "ut.csv", cwd=tmp_path)
    assert "it may tell of people: Chef (NAMN)" in done.stdout
    assert "hint:" in done.stdout
    assert "Kerstin" not in done.stdout + done.stderr


def test_a_review_shows_what_was_found_on_a_screen_alone(tmp_path: Path) -> None:
    (tmp_path / "svar.csv").write_text(f"Enhet;Kommentar\nNorr;{NAMED}\n", encoding="utf-8")
    screen, behind = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "signalread", "redact", "svar.csv", "--out", "ut.csv", "--review"],
        stdout=behind,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    )
    os.close(behind)
    shown = b""
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not part:
            break
        shown += part
    os.close(screen)
    _, errors = done.communicate(timeout=60)
    assert done.returncode == 0, errors
    assert "Kerstin Lundqvist" in shown.decode()
    assert "a telephone number" in shown.decode()
    assert b"Kerstin" not in errors
    assert "Kerstin" not in (tmp_path / "ut.csv").read_text(encoding="utf-8")
