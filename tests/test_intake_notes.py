"""Meeting notes: who met, what was noted, and nobody's name in front of it."""

from pathlib import Path
from typing import Any

import docx
import pytest

from signalread.errors import InputError
from signalread.intake import count_rows, find_files, read_comments
from signalread.intake.documents import split_lines
from signalread.intake.meetings import find_speaker, match_attendance, read_title
from signalread.records import Comment, Source, Status
from signalread.settings import Settings

ENTRIES = [
    "Beslut: teamet lägger sitt schema själv från april.",
    "Flera lyfte att de inte vågar avvika från rutinen.",
    "Vi ska fråga varandra oftare.",
]


def read(*paths: Path, **settings: Any) -> list[Comment]:
    return list(read_comments(paths, settings=Settings(**settings)))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def texts(comments: list[Comment]) -> list[str]:
    return [comment.text for comment in comments if comment.status is not Status.ATTENDANCE]


def write_pdf(path: Path, lines: list[str], *, password: str | None = None) -> Path:
    """Write a PDF page with the lines as text, by hand: no library here makes PDFs."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    content = DecodedStreamObject()
    shown = [b"(" + line.encode("cp1252") + b") Tj T*" for line in lines]
    content.set_data(b"BT /F1 12 Tf 14 TL 50 780 Td " + b" ".join(shown) + b" ET")
    page[NameObject("/Contents")] = writer._add_object(content)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(path)
    assert len(PdfReader(path, password=password).pages) == 1
    return path


def test_markdown_gives_an_entry_per_paragraph_and_bullet(tmp_path: Path) -> None:
    path = write(
        tmp_path / "moten.md",
        "# APT Hemtjänst Björkgården 2026-03-14\n\n"
        f"## Arbetsmiljö\n\n{ENTRIES[0]}\n\n* {ENTRIES[1]}\n* **Vi ska** fråga varandra oftare.\n",
    )
    comments = read(path)
    assert texts(comments) == ENTRIES
    assert {comment.team for comment in comments} == {"Hemtjänst Björkgården"}
    assert {comment.source for comment in comments} == {Source.NOTES}
    assert {comment.question for comment in comments} == {None}
    assert {comment.respondent for comment in comments} == {None}
    assert [comment.id for comment in comments] == ["moten#1", "moten#2", "moten#3"]


def test_plain_text_gives_the_same(tmp_path: Path) -> None:
    path = write(
        tmp_path / "moten.txt",
        "APT Hemtjänst Björkgården 2026-03-14\n\n"
        "Beslut: teamet lägger sitt schema\nsjälv från april.\n\n"
        f"- {ENTRIES[1]}\n• {ENTRIES[2]}\n",
    )
    comments = read(path)
    assert texts(comments) == ENTRIES
    assert comments[0].team == "Hemtjänst Björkgården"


def test_a_word_file_is_read_with_bullets_and_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("APT Hemtjänst Björkgården 2026-03-14", level=1)
    document.add_paragraph("Närvarande: Anna Berg, Petra Ek")
    document.add_heading("Arbetsmiljö", level=2)
    document.add_paragraph(ENTRIES[0])
    document.add_paragraph(ENTRIES[1], style="List Bullet")
    document.add_table(rows=1, cols=1).cell(0, 0).text = ENTRIES[2]
    path = tmp_path / "moten.docx"
    document.save(str(path))
    comments = read(path)
    assert texts(comments) == ENTRIES
    assert comments[0].status is Status.ATTENDANCE
    assert comments[0].team == "Hemtjänst Björkgården"
    assert count_rows([path], settings=Settings()) == 6


def test_what_somebody_inserted_with_tracked_changes_is_read(tmp_path: Path) -> None:
    from docx.oxml import parse_xml

    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = docx.Document()
    document.add_paragraph("Vi får ")._p.append(
        parse_xml(
            f'<w:ins xmlns:w="{word}" w:id="1" w:author="A"><w:r><w:t>bestämma</w:t></w:r></w:ins>'
        )
    )
    path = tmp_path / "moten.docx"
    document.save(str(path))
    assert texts(read(path, team="Kök")) == ["Vi får bestämma"]


def test_a_pdf_with_text_is_read(tmp_path: Path) -> None:
    lines = ["APT Hemtjänst Björkgården 2026-03-14", "Närvarande: Anna, Petra", *ENTRIES]
    comments = read(write_pdf(tmp_path / "moten.pdf", lines))
    assert texts(comments) == ENTRIES
    assert comments[0].team == "Hemtjänst Björkgården"


def test_a_scanned_pdf_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no text in it") as caught:
        read(write_pdf(tmp_path / "moten.pdf", []), team="Kök")
    assert caught.value.hint is not None
    assert "OCR" in caught.value.hint


def test_a_pdf_behind_a_password_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="password"):
        read(write_pdf(tmp_path / "moten.pdf", ENTRIES, password="hemligt"), team="Kök")


def test_front_matter_says_team_and_wave(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.md",
        "---\nteam: Omsorg / Norr / Hemtjänst 3\ndatum: 2026-03-14\nomgång: 2026-1\n---\n\n"
        "Vi hjälps åt.\n",
    )
    (comment,) = read(path, team="Annat", wave="9")
    assert (comment.team, comment.wave) == ("Omsorg / Norr / Hemtjänst 3", "2026-1")
    assert comment.text == "Vi hjälps åt."


def test_lines_at_the_top_say_team_and_wave(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.txt",
        "Enhet: Norr\nDatum: 2026-03-14\nWave: 2\n\nVi hjälps åt när det är tungt.\n",
    )
    (comment,) = read(path)
    assert (comment.team, comment.wave) == ("Norr", "2")


def test_a_file_name_says_the_team(tmp_path: Path) -> None:
    path = write(tmp_path / "APT_Hemtjänst Norr_2026-03-14.txt", "Vi hjälps åt när det är tungt.\n")
    assert read(path)[0].team == "Hemtjänst Norr"


def test_the_settings_say_the_team_and_wave_of_notes_that_do_not(tmp_path: Path) -> None:
    path = write(tmp_path / "anteckningar.txt", "Vi hjälps åt när det är tungt.\n")
    (comment,) = read(path, team="Kök", wave="2026-1")
    assert (comment.team, comment.wave) == ("Kök", "2026-1")
    with pytest.raises(InputError, match="which team met"):
        read(path)


@pytest.mark.parametrize(
    ("title", "team", "wave"),
    [
        ("APT Hemtjänst Björkgården 2026-03-14", "Hemtjänst Björkgården", None),
        ("2026-03-14 APT Hemtjänst 3", "Hemtjänst 3", None),
        ("Protokoll från arbetsplatsträff, Köket, 14 mars 2026", "Köket", None),
        ("Minnesanteckningar APT – Norr 14/3", "Norr", None),
        ("Teammöte Digitala kanaler våg 2", "Digitala kanaler", "2"),
        ("apt_kök_20260314", "kök", None),
        ("APT Kök v. 12", "Kök", None),
        ("Arbetsmiljö", None, None),
        ("Remote first", None, None),
        ("notes-2026-03-14", None, None),
    ],
)
def test_a_title_names_its_team(title: str, team: str | None, wave: str | None) -> None:
    facts = read_title(title)
    assert (facts.team, facts.wave) == (team, wave)


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Anna: Vi borde fråga först", "Vi borde fråga först"),
        ("Anna Berg (ordf): Vi borde fråga", "Vi borde fråga"),
        ("– Petra: Jag håller med", "Jag håller med"),
        ("Berit Ång: Nej", "Nej"),
        ("Gunvald Ej-Känd (skyddsombud): Nej", "Nej"),
    ],
)
def test_a_speakers_name_is_dropped(line: str, rest: str) -> None:
    speaker = find_speaker(line)
    assert speaker is not None
    assert line[speaker.end :] == rest


@pytest.mark.parametrize(
    "line",
    [
        "Beslut: teamet lägger schemat",
        "Schema: alla är nöjda",
        "Diskussion: vi hinner inte",
        "Arbetsmiljö: mycket stress",
        "Det här gäller: vi hinner inte",
        "Nya rutiner: de är bra",
        "Vi får bestämma själva",
        "Se https://exempel.se",
    ],
)
def test_a_label_of_content_is_kept(line: str) -> None:
    assert find_speaker(line) is None


def test_who_was_there_is_a_speaker_even_with_a_rare_name(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.md",
        "# APT Kök 2026-03-14\n\nNärvarande: Xulrika, Petra\n\nXulrika: Vi borde fråga först.\n",
    )
    assert texts(read(path)) == ["Vi borde fråga först."]


@pytest.mark.parametrize(
    "line",
    [
        "Närvarande: Anna Berg (ordf), Petra Ek, Ali Hassan",
        "Närvarande Anna Berg, Petra Ek",
        "Frånvarande: Bo",
        "Ej närvarande: Bo (sjuk)",
        "Deltagare: hela teamet utom nattpersonalen",
        "Justerare: Anna Berg",
        "Sekreterare: Petra",
        "Justeras av Anna Berg",
        "Vid protokollet: Amir",
        "Närv Monica, Conny, Yasmin. Förfall Ritva",
        "**Närvarande:** Anna",
    ],
)
def test_an_attendance_list_is_told(line: str) -> None:
    assert match_attendance(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "Deltagare i projektet ska få tid",
        "Sekreteraren hinner inte med",
        "Ordförande: vi måste få bestämma själva",
        "Frånvaro: vi har hög frånvaro och ingen vikarie",
        "Närvarande chefer saknas ofta på mötena",
        "Chefen är närvarande",
    ],
)
def test_what_is_said_about_attendance_is_content(line: str) -> None:
    assert match_attendance(line) is None


@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_no_name_of_an_attendance_list_goes_further(tmp_path: Path, suffix: str) -> None:
    path = write(
        tmp_path / f"a{suffix}",
        "APT Kök 2026-03-14\n\nNärvarande:\n\n- Anna Berg\n- Petra Ek (ordf)\n- Xulrika\n\n"
        "Frånvarande: Bo Ek\n\nVi hjälps åt när det är tungt.\n\nJusterare: Anna Berg\n",
    )
    comments = read(path)
    assert texts(comments) == ["Vi hjälps åt när det är tungt."]
    assert sum(comment.status is Status.ATTENDANCE for comment in comments) == 6
    assert all(not c.text for c in comments if c.status is Status.ATTENDANCE)


def test_a_topic_after_an_attendance_list_is_not_taken_for_a_name(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.md",
        "# APT Kök 2026-03-14\n\nNärvarande: Anna\n\n## Ekonomi\n\nBudgeten håller.\n",
    )
    assert texts(read(path)) == ["Budgeten håller."]


def test_a_long_heading_is_an_entry(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.md",
        "# APT Kök 2026-03-14\n\n## Teamet lägger från och med april sitt schema\n",
    )
    assert texts(read(path)) == ["Teamet lägger från och med april sitt schema"]


def test_lines_broken_by_hand_are_joined_and_others_not() -> None:
    wrapped = (
        "Vi pratade länge om hur schemat läggs och kom fram till att alla\n"
        "ska få säga sitt innan det blir klart, och att chefen lyssnar på\n"
        "dem som jobbar natt.\nNästa fråga tas i april."
    )
    assert split_lines(wrapped) == [
        "Vi pratade länge om hur schemat läggs och kom fram till att alla ska få säga sitt innan "
        "det blir klart, och att chefen lyssnar på dem som jobbar natt.",
        "Nästa fråga tas i april.",
    ]
    assert split_lines("Bra möte\nVi hjälps åt\n1. Ny rutin\n2) Mer tid") == [
        "Bra möte",
        "Vi hjälps åt",
        "Ny rutin",
        "Mer tid",
    ]


def test_notes_without_any_text_are_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no text"):
        read(write(tmp_path / "a.md", "\n\n   \n"), team="Kök")


def test_survey_and_notes_are_read_from_one_folder(tmp_path: Path) -> None:
    write(tmp_path / "enkät.csv", "team;text\nKök;Vi hjälps åt\n")
    (tmp_path / "möten").mkdir()
    write(tmp_path / "möten" / "a.md", "# APT Kök 2026-03-14\n\nVi får bestämma.\n")
    comments = read(*find_files([tmp_path]))
    assert [comment.source for comment in comments] == [Source.SURVEY, Source.NOTES]
