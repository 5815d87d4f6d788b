"""Tables of every kind come in with the right columns, whatever they are called."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from signalread.errors import InputError
from signalread.intake import count_rows, find_files, read_comments
from signalread.intake.cleaning import clean_text
from signalread.intake.delimited import detect_format
from signalread.records import Comment, Source, Status
from signalread.settings import Settings

HEADER = ["Id", "Enhet", "Fråga", "Kommentar"]
ROWS = [
    ["a1", "Kök", "Vad är bra?", "Vi hjälps åt; alltid, faktiskt"],
    ["a2", "Städ", "Vad är bra?", 'Chefen säger "kör på" när\nnågot är nytt'],
    ["a3", "Kök", "Vad är dåligt?", "För många blanketter – och stämplar"],
]
TEXTS = [row[3] for row in ROWS]


def write_csv(
    path: Path,
    rows: Sequence[Sequence[str]],
    *,
    separator: str = ";",
    encoding: str = "utf-8",
    quoting: Any = csv.QUOTE_MINIMAL,
) -> Path:
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle, delimiter=separator, quoting=quoting).writerows(rows)
    return path


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def write_ods(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> Path:
    from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]
    from odf.table import Table, TableCell, TableRow  # type: ignore[import-untyped]
    from odf.text import P  # type: ignore[import-untyped]

    document = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = Table(name=name)
        for row in rows:
            line = TableRow()
            for cell in row:
                box = TableCell(valuetype="string")
                box.addElement(P(text=cell))
                line.addElement(box)
            table.addElement(line)
        document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def write_lines(path: Path, items: Sequence[object]) -> Path:
    path.write_text("\n".join(json.dumps(item) for item in items), encoding="utf-8")
    return path


def read(*paths: Path, **settings: Any) -> list[Comment]:
    return list(read_comments(paths, settings=Settings(**settings)))


def read_rows(path: Path, rows: Sequence[Sequence[str]], **settings: Any) -> list[Comment]:
    return read(write_csv(path / "svar.csv", rows), **settings)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_a_csv_file_is_read_however_it_was_exported(
    tmp_path: Path, separator: str, encoding: str, quoting: int
) -> None:
    path = write_csv(
        tmp_path / "svar.csv",
        [HEADER, *ROWS],
        separator=separator,
        encoding=encoding,
        quoting=quoting,
    )
    comments = read(path)
    assert [comment.text for comment in comments] == TEXTS
    assert [comment.id for comment in comments] == ["a1", "a2", "a3"]
    assert [comment.team for comment in comments] == ["Kök", "Städ", "Kök"]
    assert comments[2].question == "Vad är dåligt?"
    assert {comment.status for comment in comments} == {Status.READ}


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_the_encodings_of_old_exports_are_found(tmp_path: Path, encoding: str) -> None:
    rows = [[cell.replace("–", "-") for cell in row] for row in [HEADER, *ROWS]]
    path = write_csv(tmp_path / "svar.csv", rows, encoding=encoding)
    assert read(path)[0].text == TEXTS[0]


def test_windows_letters_far_down_in_a_large_file_are_found(tmp_path: Path) -> None:
    plain = [["Kontoret", f"Rad nummer {number} utan annat"] for number in range(50_000)]
    rows = [["team", "text"], *plain, ["Kontoret", "Får vi lov?"]]
    path = write_csv(tmp_path / "svar.csv", rows, encoding="cp1252")
    assert path.stat().st_size > 1024**2
    *_, last = read_comments([path], settings=Settings())
    assert last.text == "Får vi lov?"


def test_decomposed_letters_become_composed(tmp_path: Path) -> None:
    import unicodedata

    rows = [[unicodedata.normalize("NFD", cell) for cell in row] for row in [HEADER, *ROWS]]
    assert [comment.text for comment in read_rows(tmp_path, rows)] == TEXTS


def test_quotes_escaped_by_a_backslash_are_read(tmp_path: Path) -> None:
    path = tmp_path / "svar.csv"
    path.write_text(
        '"team","text"\n"Kök","Hon sa \\"nej, aldrig\\" till oss"\n"Kök","Bra, tycker jag"\n',
        encoding="utf-8",
    )
    assert read(path)[0].text == 'Hon sa "nej, aldrig" till oss'


def test_excels_own_word_for_the_separator_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "svar.csv"
    path.write_text("sep=|\nteam|text\nKök|Bra; men, dyrt\n", encoding="utf-8")
    assert read(path)[0].text == "Bra; men, dyrt"


def test_titles_above_the_header_are_passed_by(tmp_path: Path) -> None:
    rows = [["Medarbetarenkät 2026"], [], HEADER, *ROWS]
    assert [comment.text for comment in read_rows(tmp_path, rows)] == TEXTS


def test_one_column_of_texts_with_commas_stays_one_column(tmp_path: Path) -> None:
    path = tmp_path / "svar.csv"
    path.write_text("Kommentar\nBra, men dyrt\nNej, tvärtom, tycker jag\n\nHej\n", encoding="utf-8")
    comments = read(path, team="Kök")
    assert [comment.text for comment in comments] == [
        "Bra, men dyrt",
        "Nej, tvärtom, tycker jag",
        "",
        "Hej",
    ]
    assert comments[2].status is Status.EMPTY


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@limits(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    texts=st.lists(cells, min_size=1, max_size=8),
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8-sig", "utf-16"]),
)
def test_no_row_is_lost(tmp_path: Path, texts: list[str], separator: str, encoding: str) -> None:
    rows = [["id", "enhet", "kommentar"], *([str(i), "Kök", t] for i, t in enumerate(texts))]
    path = write_csv(tmp_path / "svar.csv", rows, separator=separator, encoding=encoding)
    assert [comment.text for comment in read(path)] == [clean_text(text) for text in texts]


def test_the_format_of_a_table_is_the_one_its_rows_agree_on() -> None:
    lines = ["enhet;text, fritt\n", "Kök;Bra, men dyrt, ju\n", "Städ;Nej\n"]
    assert detect_format(lines).separator == ";"


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_workbook_is_read_from_the_first_sheet_with_comments(tmp_path: Path, suffix: str) -> None:
    write = write_workbook if suffix == ".xlsx" else write_ods
    info = [["Nyckeltal", "Värde"], ["Svarsfrekvens", "81"]]
    path = write(tmp_path / f"svar{suffix}", {"Info": info, "Svar": [HEADER, *ROWS]})
    comments = read(path)
    assert [comment.text for comment in comments] == TEXTS
    assert [comment.team for comment in comments] == ["Kök", "Städ", "Kök"]


def test_a_sheet_can_be_chosen(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "svar.xlsx", {"Vår": [HEADER, ROWS[0]], "Höst": [HEADER, ROWS[2]]}
    )
    assert [comment.text for comment in read(path, sheet="höst")] == [TEXTS[2]]


def test_a_sheet_that_does_not_exist_lists_those_that_do(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "svar.xlsx", {"Vår": [HEADER, ROWS[0]]})
    with pytest.raises(InputError, match="Vår"):
        read(path, sheet="Sommar")


def test_numbers_in_a_workbook_are_written_as_they_look(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Löpnr", "År", "Team", "Kommentar"], [7, 2026, "Kök", "Vi hjälps åt"]]
    (comment,) = read(write_workbook(tmp_path / "svar.xlsx", {"A": rows}))
    assert (comment.id, comment.wave) == ("7", "2026")


def test_a_formula_is_never_run_and_its_saved_value_is_read(tmp_path: Path) -> None:
    path = tmp_path / "svar.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["team", "text"])
        sheet.write(1, 0, "Kök")
        sheet.write_formula(1, 1, '=CONCAT("andra ","ord")', None, "Sparat som det stod")
    assert read(path)[0].text == "Sparat som det stod"


def test_json_lines_are_read_with_their_own_kinds(tmp_path: Path) -> None:
    items = [
        {"id": 1, "team": ["Omsorg", "Norr"], "wave": 2026.0, "text": "Vi hjälps åt"},
        {"id": 2, "team": "Omsorg / Syd", "wave": None, "text": None, "extra": {"a": 1}},
    ]
    first, second = read(write_lines(tmp_path / "svar.jsonl", items))
    assert (first.id, first.team, first.wave) == ("1", "Omsorg / Norr", "2026")
    assert (second.team, second.wave, second.status) == ("Omsorg / Syd", "1", Status.EMPTY)


def test_parquet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "svar.parquet"
    pl.DataFrame(ROWS, schema=HEADER, orient="row").write_parquet(path)
    assert [comment.text for comment in read(path)] == TEXTS


def test_every_format_gives_the_same_comments(tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS, schema=HEADER, orient="row")
    frame.write_parquet(tmp_path / "p.parquet")
    write_lines(tmp_path / "j.jsonl", frame.to_dicts())
    write_csv(tmp_path / "c.csv", [HEADER, *ROWS])
    write_workbook(tmp_path / "x.xlsx", {"A": [HEADER, *ROWS]})
    write_ods(tmp_path / "o.ods", {"A": [HEADER, *ROWS]})
    results = [read(file) for file in find_files([tmp_path])]
    assert len(results) == 5
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize(
    ("text", "team", "respondent", "wave", "question", "identity"),
    [
        ("Kommentar", "Enhet", "Respondent-ID", "Omgång", "Fråga", "ID"),
        ("FRITEXT", "arbetsplats", "Svarande", "mätning", "frågetext", "Kommentars-id"),
        ("Öppet svar", "Team", "deltagar_id", "Våg", "Frågan", "Svars-ID"),
        ("svar", "AVDELNING", "E-post", "period", "Frågeformulering", "löpnr"),
        ("Comment", "Team name", "Employee ID", "Wave", "Question", "Record ID"),
        ("free_text", "Department", "participant", "Survey round", "question text", "id"),
        ("oppet svar", "forvaltning", "anstallningsnummer", "vag", "fraga", "kommentarsid"),
    ],
)
def test_columns_are_found_by_their_common_names(
    tmp_path: Path, text: str, team: str, respondent: str, wave: str, question: str, identity: str
) -> None:
    header = [wave, text, identity, team, respondent, question]
    (comment,) = read_rows(
        tmp_path, [header, ["2026-1", "Chefen lyssnar", "k9", "Kök", "r7", "Hur är det?"]]
    )
    assert comment == Comment(
        id="k9",
        team="Kök",
        wave="2026-1",
        respondent="r7",
        question="Hur är det?",
        source=Source.SURVEY,
        text="Chefen lyssnar",
        language="sv",
    )


def test_columns_can_be_named(tmp_path: Path) -> None:
    rows = [["a", "b", "c", "d"], ["Norr", "x1", "Vi får bestämma", "V1"]]
    (comment,) = read_rows(
        tmp_path, rows, team_columns=("A",), id_column="b", text_columns=("c",), wave_column="d"
    )
    assert (comment.team, comment.id, comment.wave) == ("Norr", "x1", "V1")
    assert comment.question is None


@pytest.mark.parametrize(
    "setting",
    [
        {"text_columns": ("Tankar",)},
        {"team_columns": ("Tankar",)},
        {"id_column": "Tankar"},
        {"wave_column": "Tankar"},
        {"respondent_column": "Tankar"},
        {"question_column": "Tankar"},
        {"source_column": "Tankar"},
    ],
)
def test_a_named_column_that_is_missing_lists_those_that_exist(
    tmp_path: Path, setting: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match=r"'Tankar' in svar.csv.*Id, Enhet, Fråga, Kommentar"):
        read_rows(tmp_path, [HEADER, *ROWS], **setting)


def test_without_a_column_of_comments_the_columns_are_listed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Columns found: team, poäng") as caught:
        read_rows(tmp_path, [["team", "poäng"], ["Kök", "3"]])
    assert caught.value.hint is not None
    assert "--text-column" in caught.value.hint


def test_without_a_column_of_teams_the_hint_says_how_to_give_one(tmp_path: Path) -> None:
    rows = [["Kommentar"], ["Vi hjälps åt"]]
    with pytest.raises(InputError) as caught:
        read_rows(tmp_path, rows)
    assert caught.value.hint is not None
    assert "--team-column" in caught.value.hint
    assert "--team`" in caught.value.hint
    assert read_rows(tmp_path, rows, team="Kök")[0].team == "Kök"


def test_a_row_without_a_team_is_kept_and_shown_as_such(tmp_path: Path) -> None:
    rows = [["team", "text"], ["", "Vi hjälps åt"], ["Kök", "Bra stämning här"]]
    assert [comment.team for comment in read_rows(tmp_path, rows)] == ["Utan team", "Kök"]


def test_a_missing_wave_is_the_setting_or_the_first(tmp_path: Path) -> None:
    rows = [["team", "text", "wave"], ["Kök", "Vi hjälps åt", ""], ["Kök", "Bra chef här", "3"]]
    assert [comment.wave for comment in read_rows(tmp_path, rows)] == ["1", "3"]
    assert [comment.wave for comment in read_rows(tmp_path, rows, wave="2")] == ["2", "3"]


@pytest.mark.parametrize(
    ("path", "team"),
    [
        ("Omsorg / Norr / Hemtjänst 3", "Omsorg / Norr / Hemtjänst 3"),
        ("Omsorg/Norr/Hemtjänst 3", "Omsorg / Norr / Hemtjänst 3"),
        ("Omsorg > Norr > Hemtjänst 3", "Omsorg / Norr / Hemtjänst 3"),
        ("Omsorg\\Norr\\Hemtjänst 3", "Omsorg / Norr / Hemtjänst 3"),
        ("Omsorg / Kök/städ", "Omsorg / Kök/städ"),
        (" Omsorg >  Norr > ", "Omsorg / Norr"),
        ("../../etc", "etc"),
        ("Hemtjänst 3", "Hemtjänst 3"),
    ],
)
def test_a_team_path_is_parted_by_its_separator(tmp_path: Path, path: str, team: str) -> None:
    (comment,) = read_rows(tmp_path, [["Organisation", "text"], [path, "Vi hjälps åt"]])
    assert comment.team == team


def test_a_slash_in_one_name_does_not_make_levels(tmp_path: Path) -> None:
    rows = [["team", "text"], ["Kök/städ", "Vi hjälps åt"], ["Norr", "Bra"], ["Syd", "Dåligt"]]
    assert read_rows(tmp_path, rows)[0].team == "Kök/städ"


def test_levels_in_columns_are_joined_from_the_top(tmp_path: Path) -> None:
    rows = [
        ["Enhet", "Förvaltning", "Avdelning", "Kommentar"],
        ["Hemtjänst 3", "Omsorg", "Norr", "Vi hjälps åt"],
        ["", "Omsorg", "Norr", "Bra chef vi har"],
    ]
    teams = [comment.team for comment in read_rows(tmp_path, rows)]
    assert teams == ["Omsorg / Norr / Hemtjänst 3", "Omsorg / Norr"]


def test_numbered_levels_are_joined_in_their_order(tmp_path: Path) -> None:
    rows = [["Nivå 2", "Nivå 1", "Nivå 10", "text"], ["Norr", "Omsorg", "Team A / B", "Vi hjälps"]]
    assert read_rows(tmp_path, rows)[0].team == "Omsorg / Norr / Team A/B"


def test_named_levels_are_joined_in_the_order_they_are_named(tmp_path: Path) -> None:
    rows = [["b", "a", "text"], ["Norr", "Omsorg", "Vi hjälps åt"]]
    assert read_rows(tmp_path, rows, team_columns=("a", "b"))[0].team == "Omsorg / Norr"


def test_several_columns_of_comments_take_their_names_as_questions(tmp_path: Path) -> None:
    rows = [
        ["Id", "Team", "Vad fungerar bra?", "Vad kan bli bättre?"],
        ["7", "Kök", "Vi får planera själva", "Mer tid för varandra vore bra"],
        ["8", "Kök", "", "Chefen borde fråga oss först"],
    ]
    comments = read_rows(tmp_path, rows)
    assert [(comment.id, comment.question) for comment in comments] == [
        ("7.1", "Vad fungerar bra?"),
        ("7.2", "Vad kan bli bättre?"),
        ("8.1", "Vad fungerar bra?"),
        ("8.2", "Vad kan bli bättre?"),
    ]
    assert comments[2].status is Status.EMPTY


def test_free_text_is_told_from_scales_dates_and_choices(tmp_path: Path) -> None:
    rows = [["Team", "Datum", "Trivsel 1-5", "Anställningsform", "Arbetsmiljön hos oss"]]
    answers = [
        "Det är för många blanketter",
        "Vi hjälps åt när det är tungt",
        "Chefen är aldrig här",
    ]
    rows += [
        ["Kök", f"2026-03-{i}", str(i), "Tillsvidare på heltid", t] for i, t in enumerate(answers)
    ]
    comments = read_rows(tmp_path, rows)
    assert [comment.text for comment in comments] == answers
    assert {comment.question for comment in comments} == {"Arbetsmiljön hos oss"}


def test_comments_win_over_chosen_answers(tmp_path: Path) -> None:
    rows = [
        ["Team", "Fråga", "Svar", "Kommentar"],
        ["Kök", "Trivs du?", "Stämmer helt", "Ja, jämt"],
    ]
    (comment,) = read_rows(tmp_path, rows)
    assert (comment.text, comment.question) == ("Ja, jämt", "Trivs du?")


def test_a_question_in_the_name_of_a_comment_column_is_found(tmp_path: Path) -> None:
    rows = [["Team", "Kommentar: Vad är bra?"], ["Kök", "Vi hjälps åt"]]
    assert read_rows(tmp_path, rows)[0].question == "Vad är bra?"


def test_a_source_column_parts_survey_and_notes(tmp_path: Path) -> None:
    rows = [["team", "källa", "text"], ["Kök", "Enkät", "Vi hjälps"], ["Kök", "APT", "Beslut togs"]]
    assert [comment.source for comment in read_rows(tmp_path, rows)] == [
        Source.SURVEY,
        Source.NOTES,
    ]


def test_a_named_source_column_with_other_words_is_an_error(tmp_path: Path) -> None:
    rows = [["team", "kanal", "text"], ["Kök", "hemligt", "Vi hjälps åt"]]
    with pytest.raises(InputError, match="unknown source") as caught:
        read_rows(tmp_path, rows, source_column="kanal")
    assert "hemligt" not in str(caught.value)


def test_ids_are_made_from_file_and_row_and_differ_between_files(tmp_path: Path) -> None:
    rows = [["team", "text"], ["Kök", "Vi hjälps åt"], ["Kök", "Bra chef vi har"]]
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.mkdir()
        write_csv(path / "svar.csv", rows)
    ids = [comment.id for comment in read(*find_files(paths))]
    assert ids == ["svar#2", "svar#3", "svar-2#2", "svar-2#3"]


def test_ids_that_come_twice_are_told_apart(tmp_path: Path) -> None:
    rows = [["id", "team", "text"], ["1", "Kök", "Vi hjälps"], ["1", "Kök", "Bra chef vi har"]]
    first, second = read_rows(tmp_path, rows)
    assert first.id == "1"
    assert second.id.startswith("1@svar")


def test_every_row_comes_out_with_what_became_of_it(tmp_path: Path) -> None:
    rows = [
        ["team", "respondent", "fråga", "text"],
        ["Kök", "r1", "Vad är bra?", "Vi hjälps åt"],
        ["Kök", "r1", "Vad är bra?", "Vi hjälps åt"],
        ["Kök", "r2", "Vad är bra?", " "],
        ["Kök", "r3", "Vad är bra?", "Inget att tillägga"],
        ["Kök", "r4", "Vad är bra?", "vad är bra"],
        ["Kök", "r5", "Vad är bra?", "Nobody asks us before the roster is changed"],
        ["Kök", "r6", "Vad är bra?", "lång " * 30_000],
    ]
    assert [comment.status for comment in read_rows(tmp_path, rows)] == [
        Status.READ,
        Status.DUPLICATE,
        Status.EMPTY,
        Status.NOTHING_TO_ADD,
        Status.REPEATS_QUESTION,
        Status.OTHER_LANGUAGE,
        Status.TOO_LONG,
    ]


def test_the_count_is_no_less_than_what_comes(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [HEADER, *ROWS])
    write_workbook(tmp_path / "b.xlsx", {"A": [HEADER, *ROWS]})
    write_lines(tmp_path / "c.jsonl", [{"team": "Kök", "text": "Vi hjälps åt"}])
    pl.DataFrame(ROWS, schema=HEADER, orient="row").write_parquet(tmp_path / "d.parquet")
    (tmp_path / "e.md").write_text("# APT Kök 2026-03-14\n\n- Vi hjälps åt\n- Bra\n")
    files = find_files([tmp_path])
    count = count_rows(files, settings=Settings())
    assert count is not None
    assert len(read(*files)) <= count <= 3 * len(read(*files))


def test_rows_stream_so_that_the_first_comes_before_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "svar.csv"
    good = "".join(f"Kök;Svar nummer {number}\n" for number in range(20_000))
    path.write_text(f"team;text\n{good}Kök;ett;två;tre\n", encoding="utf-8")
    comments = read_comments([path], settings=Settings())
    assert next(comments).text == "Svar nummer 0"  # the fault further down is not met yet
    with pytest.raises(InputError, match="Row 20002"):
        list(comments)


def test_a_json_key_that_first_stands_in_a_late_row_is_read(tmp_path: Path) -> None:
    rows = [{"team": "A", "kommentar": f"Vi hjälps åt på pass nummer {i}."} for i in range(600)]
    late = {"team": "A", "kommentar": "Det är högt i tak här.", "omgång": "2026-1"}
    path = tmp_path / "svar.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in [*rows, late]]
    path.write_text("\n".join(lines), encoding="utf-8")
    *_, last = read_comments([path], settings=Settings())
    assert last.wave == "2026-1"
