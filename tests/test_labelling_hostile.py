"""Label files come from elsewhere: what is wrong with them is said, and nothing of them is run."""

import io
import json
import stat
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.labelling import files
from signalread.labelling.exchange import read_labels, write_labels
from signalread.labelling.formulas import guard, unguard
from signalread.labelling.items import Annotation, Item

SECRET = "Ingvar-Bertil skriker på oss"
LINE = json.dumps({"id": 1, "text": SECRET, "label": ["trust"]})


def refused(path: Path, codebook: Codebook, *, format_: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_labels(path, codebook=codebook, format_=format_)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def lines(tmp_path: Path, *records: object) -> Path:
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def archive(tmp_path: Path, parts: dict[str, str]) -> Path:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return path


def test_an_unknown_label_is_named_with_its_place_and_what_was_meant(
    codebook: Codebook, tmp_path: Path
) -> None:
    path = lines(
        tmp_path,
        {"id": 1, "text": SECRET, "label": ["trust"]},
        {"id": 2, "text": SECRET, "label": ["autonmy+"]},
    )
    said = refused(path, codebook)
    assert "Line 2 of labels.jsonl has the unknown label 'autonmy+'" in said
    assert "did you mean 'autonomy+'?" in said


def test_a_labels_swedish_name_leads_to_its_id(codebook: Codebook, tmp_path: Path) -> None:
    path = lines(tmp_path, {"id": 1, "text": SECRET, "label": ["Handlingsutrymme -"]})
    assert "did you mean 'autonomy-'?" in refused(path, codebook)


def test_a_text_where_a_label_should_be_is_not_repeated(codebook: Codebook, tmp_path: Path) -> None:
    path = lines(tmp_path, {"id": 1, "text": "Hej.", "label": [f"{SECRET}, {SECRET}, {SECRET}"]})
    assert "unknown label of a comment's length" in refused(path, codebook)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"id": "1", "label": ["trust"]}, "no 'text'"),
        ({"id": "1", "text": " ", "label": ["trust"]}, "has no text"),
        ({"id": "1", "text": SECRET, "label": ["trust", "trust"]}, "a label twice"),
        ({"id": "1", "text": SECRET, "label": 3}, "TypeError"),
        ({"id": "1", "text": SECRET, "label": [[0, 99, "trust"]]}, "evidence outside its text"),
        ({"id": "1", "text": "\ud800", "label": ["trust"]}, "not Unicode"),
    ],
)
def test_a_record_that_cannot_be_used_is_named_by_its_line(
    record: object, said: str, codebook: Codebook, tmp_path: Path
) -> None:
    path = lines(tmp_path, {"id": "0", "text": SECRET, "label": []}, record)
    assert f"Line 2 of {path.name}" in (found := refused(path, codebook, format_="doccano"))
    assert said in found


def test_a_misspelt_field_is_no_empty_answer(codebook: Codebook, tmp_path: Path) -> None:
    answer = {"status": "submitted", "lables": ["trust"]}
    path = lines(tmp_path, {"id": "1", "text": SECRET, "annotations": [answer]})
    assert "Line 1 of labels.jsonl is not a record" in refused(path, codebook)


def test_one_id_with_two_texts_is_refused(codebook: Codebook, tmp_path: Path) -> None:
    path = lines(
        tmp_path,
        {"id": 1, "text": SECRET, "label": ["trust"]},
        {"id": 1, "text": SECRET + "!", "label": ["trust"]},
    )
    assert "The item '1' has one text in line 1" in refused(path, codebook)


@pytest.mark.parametrize(
    "name", ["../anna.jsonl", "/etc/anna.jsonl", "a/../../anna.jsonl", "C:\\anna.jsonl"]
)
def test_an_archive_whose_names_lead_out_of_it_is_refused(
    name: str, codebook: Codebook, tmp_path: Path
) -> None:
    path = archive(tmp_path, {name: LINE})
    assert "a name that leads out of it" in refused(path, codebook)


def test_an_archive_with_a_link_is_refused(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as made:
        link = zipfile.ZipInfo("anna.jsonl")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    assert "holds a link" in refused(path, codebook)


def test_an_archive_that_unpacks_to_too_much_is_refused_though_it_says_otherwise(
    codebook: Codebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 1024**2)  # rather than fill the disk
    path = archive(tmp_path, {"anna.jsonl": " " * 3 * 1024**2})
    content = bytearray(path.read_bytes())
    listed = content.index(b"PK\x01\x02")
    for at in (22, listed + 24):  # where the file's own size stands, in its head and in the list
        content[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    assert "unpacks to over 1 MB" in refused(path, codebook)


def test_a_docbin_that_unpacks_to_too_much_is_refused(
    codebook: Codebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signalread.labelling import docbin

    monkeypatch.setattr(docbin, "LARGEST", 1024**2)
    path = tmp_path / "bomb.spacy"
    path.write_bytes(zlib.compress(bytes(3 * 1024**2)))
    assert "unpacks to over" in refused(path, codebook)


def test_what_archivers_add_is_passed_by(codebook: Codebook, tmp_path: Path) -> None:
    path = archive(tmp_path, {"anna.jsonl": LINE, "__MACOSX/._anna.jsonl": "x", "bo.jsonl": LINE})
    (item,) = read_labels(path, codebook=codebook)
    assert [a.annotator for a in item.annotations] == ["anna", "bo"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 100_000, "is not JSON"),
        (b'{"id": 1, "text": "a", "label": ', "is not JSON"),
        (b'[1, "b"]', "is not a JSON object"),
        (b'{"id": "1", "text": "a", "label": [], "x": NaN}', "is not JSON"),
        (b"\x78\x9cnothing", "is not a DocBin"),
        (b"PK\x03\x04nothing", "cannot be unpacked"),
        (b"", "is empty"),
    ],
)
def test_a_broken_file_is_said_to_be_so(
    content: bytes, said: str, codebook: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(content)
    assert said in refused(path, codebook)


def test_no_cell_of_a_table_is_taken_for_a_formula(codebook: Codebook, tmp_path: Path) -> None:
    text = '=HYPERLINK("http://example.org";"Klicka")'
    items = [
        Item(
            id=f"{i}",
            text=sign + text,
            team="@SUM(A1)",
            annotations=(Annotation(annotator="+46", labels=("trust",), why="-1+1"),),
        )
        for i, sign in enumerate(["", "+", "-", "@", "\t", "'="])
    ]
    for suffix in (".csv", ".xlsx"):
        write_labels(
            items, tmp_path / f"out{suffix}", codebook=codebook, format_=suffix.removeprefix(".")
        )
        assert read_labels(tmp_path / f"out{suffix}", codebook=codebook) == items
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as handle:
        import csv

        cells = [cell for row in csv.reader(handle) for cell in row if cell]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r"]
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value}  # type: ignore[union-attr]
    assert kinds == {"s"}


@pytest.mark.parametrize("cell", ["=1", "'=1", "''=1", "'", "''", "a=1", "", "-", "'-"])
def test_the_guard_against_formulas_comes_off_again(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert guard(cell)[:1] not in ("=", "-")


def test_a_formula_in_a_workbook_is_not_run(codebook: Codebook, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "text", "status", "labels"])
    sheet.append(["1", "Vi får planera.", "submitted", '=WEBSERVICE("http://example.org")'])
    book.save(tmp_path / "labels.xlsx")
    (item,) = read_labels(tmp_path / "labels.xlsx", codebook=codebook)
    assert item.annotations[0].labels == ()


def test_a_text_longer_than_a_cell_is_refused_for_excel(codebook: Codebook, tmp_path: Path) -> None:
    item = Item(id="1", text="a" * 40_000)
    with pytest.raises(InputError, match="Excel holds 32,767"):
        write_labels([item], tmp_path / "out.xlsx", codebook=codebook, format_="xlsx")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_written_over_and_only_its_owner_reads_what_is_written(
    codebook: Codebook, tmp_path: Path
) -> None:
    item = Item(id="1", text="Vi får planera.")
    out = tmp_path / "out.jsonl"
    write_labels([item], out, codebook=codebook, format_="jsonl")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with pytest.raises(InputError, match="exists already"):
        write_labels([item], out, codebook=codebook, format_="jsonl")


def test_a_link_in_a_data_set_that_leads_out_of_it_is_not_followed(
    codebook: Codebook, tmp_path: Path
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": [SECRET], "labels": [["trust"]]}), tmp_path / "a.parquet")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.parquet").symlink_to(tmp_path / "a.parquet")
    assert "No data set" in refused(tmp_path / "set", codebook)


def test_a_table_of_something_else_is_not_guessed_at(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "budget.csv"
    path.write_text("konto;belopp\n1930;100\n", encoding="utf-8")
    assert "is not a label file that is known" in refused(path, codebook)


def test_a_workbook_inside_a_zip_is_no_annotator(codebook: Codebook, tmp_path: Path) -> None:
    held = io.BytesIO()
    openpyxl.Workbook().save(held)
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("budget.xlsx", held.getvalue())
    assert "'budget.xlsx', which is no label file" in refused(path, codebook)
