"""Whatever people write, files that are made of it hold it as text, and open again."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from signalread.errors import SignalreadError
from signalread.intake.cleaning import clean_text
from signalread.redacting import redact_file
from signalread.redaction.names import ListedNames
from signalread.settings import Settings

SETTINGS = Settings(text_columns=("text",), team="")
said = st.lists(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
    | st.sampled_from(["=1+1 Anna", "=cmd|' /C calc'!A0", "+46 70 123 45 67", "@Anna", '"', "'"]),
    min_size=1,
    max_size=6,
)


def redact(path: Path, out: Path) -> None:
    out.unlink(missing_ok=True)
    redact_file(path, out, settings=SETTINGS, find_names=ListedNames())


@given(texts=said)
@limits(max_examples=60, deadline=None)
def test_a_redacted_csv_has_the_rows_of_the_one_before(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    path, out = folder / "in.csv", folder / "ut.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(
            [["team", "text"], ["Kök", "Vi är två"], *(["Kök", text] for text in texts)]
        )
    redact(path, out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert [row[0] for row in rows] == ["team", *["Kök"] * (len(texts) + 1)]


@given(texts=said)
@limits(max_examples=60, deadline=None)
def test_redacted_json_lines_have_the_objects_of_those_before(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    path, out = folder / "in.jsonl", folder / "ut.jsonl"
    lines = [{"team": "Kök", "text": text, "more": {"a": [text]}} for text in texts]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    redact(path, out)
    kept = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]
    assert [line["more"] for line in kept] == [line["more"] for line in lines]


@given(texts=said)
@limits(max_examples=30, deadline=None)
def test_a_redacted_workbook_has_no_formula_that_was_not_there(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    path, out = folder / "in.xlsx", folder / "ut.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as b:
        sheet = b.add_worksheet()
        sheet.write_row(0, 0, ["team", "text"])
        for row, text in enumerate(["Fråga Anna", *map(clean_text, texts)], start=1):
            sheet.write_string(row, 0, "Kök")
            sheet.write_string(row, 1, text)
    redact(path, out)
    shown = openpyxl.load_workbook(out).worksheets[0]
    cells = [cell for row in shown.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert cells[3].value == "Fråga [NAMN 1]"


@pytest.mark.parametrize("text", ["[" * 900 + "]" * 900, "{}", '{"text": ' + "[" * 500])
def test_json_that_cannot_be_redacted_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "Fråga Anna"}\n' + text + "\n")
    try:
        redact(path, tmp_path / "ut.jsonl")
    except SignalreadError as error:
        if not error.hint:
            raise
        assert not (tmp_path / "ut.jsonl").exists()
