"""A report is in one language throughout, and every word of it stands in the catalogues."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import openpyxl
import pytest
from pptx import Presentation
from pypdf import PdfReader

from signalread.codebook import Codebook
from signalread.codebook.dialogue import load_dialogue
from signalread.codebook.frameworks import load_frameworks
from signalread.codebook.limits import load_limits
from signalread.errors import SettingsError
from signalread.records import Balance, ErrorRates, Source
from signalread.reporting import (
    FORMATS,
    Asked,
    Assessment,
    Beside,
    View,
    build_view,
    languages,
    write_reports,
)
from signalread.reporting.catalogue import extract_messages, read_catalogue
from signalread.reporting.wording import Words
from tests.report_samples import facts, release

# Names without Swedish letters or words, so that all Swedish in a report is the report's own.
TEAMS = {"Alfa / Beta": 14, "Alfa / Gamma": 3, "Delta / Epsilon": 22, "Delta / Zeta": 0}
HOLE = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def beside(codebook: Codebook) -> Beside:
    n = len(codebook.labels)
    return Beside(
        balances=[
            Balance(
                team=team, wave="2026-11", source=Source.SURVEY, label=label,
                value=0.3, low=0.1, high=0.5,
            )
            for team in ("", "Alfa / Beta")
            for label in ("trust-control", "autonomy")
        ],
        rates=ErrorRates(
            sensitivity=(0.7,) * n,
            specificity=(0.99,) * n,
            positives=(0.0,) + (40.0,) * (n - 1),
            negatives=(4000.0,) * n,
        ),
        assessments=[Assessment(team="Alfa / Beta", element="Belonging", value=6, row="r")],
        asked=[Asked(team="Alfa / Beta", wave="2026-11", asked=20, answered=18)],
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(
    codebook: Codebook, beside: Beside, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    written = {}
    notes = release(codebook, {"Alfa / Beta": 8}, waves=("2026-11",), source=Source.NOTES, seed=5)
    for language in ("sv", "en"):
        written[language] = tmp_path_factory.mktemp(language)
        view = build_view(
            release(codebook, TEAMS) + notes,
            codebook=codebook,
            facts=facts(files=("a.csv",), corrections=1),
            beside=beside,
            language=language,
        )
        write_reports(view, written[language], formats=tuple(FORMATS))
    return written


def read_html(folder: Path) -> Iterator[str]:
    page: Any = lxml.html.fromstring((folder / "report.html").read_bytes().decode())
    for element in page.iter():
        if element.tag in ("style", "script"):
            continue
        yield from filter(None, (element.text, element.tail))
        for name in ("title", "aria-label", "alt", "label", "data-lead"):
            yield element.get(name, "")


def read_xlsx(folder: Path) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(folder / "report.xlsx"):
        yield sheet.title
        yield from (str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


def read_pptx(folder: Path) -> Iterator[str]:
    deck: Any = Presentation(str(folder / "report.pptx"))
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame.text
            if shape.has_table:
                yield from (cell.text for row in shape.table.rows for cell in row.cells)


def read_pdf(folder: Path) -> Iterator[str]:
    for page in PdfReader(folder / "report.pdf").pages:
        # Lines are broken and words hyphenated to fit; a reader sees neither.
        yield re.sub(r"\s+", " ", re.sub(r"[-\u2010]\n", "", page.extract_text()))


def read_json(folder: Path) -> Iterator[str]:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for key, item in value.items():
                yield str(key)
                yield from texts(item)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item)

    yield from texts(json.loads((folder / "report.json").read_text(encoding="utf-8")))


READERS = (read_html, read_xlsx, read_pptx, read_pdf, read_json)


@pytest.mark.parametrize("read", READERS)
def test_no_swedish_is_left_in_the_english_report(
    read: Callable[[Path], Iterator[str]], folder: dict[str, Path], codebook: Codebook
) -> None:
    said = "\n".join(read(folder["en"]))
    for framework in load_frameworks(codebook):
        said = said.replace(framework.source, "")  # a reference keeps its title
    assert not re.findall(r"\S*[åäöÅÄÖ]\S*", said)
    for text in _swedish(codebook):
        assert text not in said, text


@pytest.mark.parametrize("read", READERS)
def test_swedish_is_the_whole_of_the_swedish_report(
    read: Callable[[Path], Iterator[str]], folder: dict[str, Path]
) -> None:
    said = "\n".join(read(folder["sv"]))
    for message in read_catalogue("sv"):
        for part in HOLE.split(str(message.id))[::2] if message.id else ():
            words = part.strip(" .:;,()")
            if " " in words and len(words) > 12 and words not in _all_swedish():
                assert words not in said, words


def _swedish(codebook: Codebook) -> Iterator[str]:
    """Yield Swedish texts of which no part could be English."""
    for message in read_catalogue("sv"):
        if message.id and isinstance(message.string, str):
            for part in HOLE.split(message.string)[::2]:
                words = part.strip(" .:;,()")
                if " " in words and words not in str(message.id):
                    yield words
    for theme in codebook.themes:
        yield from (theme.strength["sv"], theme.concern["sv"])
    for talk in load_dialogue(codebook).values():
        yield from (talk.keep["sv"], *(question["sv"] for question in talk.questions))
        yield from (step.text["sv"] for step in talk.steps)
    for limit in load_limits(codebook).values():
        yield from (limit.elsewhere["sv"], limit.silent["sv"])


def _all_swedish() -> str:
    return "\n".join(str(message.string) for message in read_catalogue("sv"))


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_every_message_is_translated(language: str) -> None:
    catalogue = read_catalogue(language)
    wanted = {message.id for message in extract_messages() if message.id}
    there = {message.id: message for message in catalogue if message.id}
    assert set(there) == wanted, "run python -m signalread.reporting.locale"
    for message in there.values():
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        assert texts, message.id
        assert all(texts), message.id
        assert not message.fuzzy
        for text in texts:
            assert set(HOLE.findall(text)) == set(HOLE.findall(ids[-1])), message.id
            assert text.count("<") == ids[-1].count("<")


def test_names_definitions_and_limits_are_in_both_languages(codebook: Codebook) -> None:
    for limit in load_limits(codebook).values():
        for text in (limit.elsewhere, limit.silent):
            assert set(text) == {"sv", "en"}
    assert set(load_limits(codebook)) == {theme.id for theme in codebook.themes}


def test_numbers_and_dates_are_written_as_in_the_language(folder: dict[str, Path]) -> None:
    said = {language: " ".join(read_html(path)) for language, path in folder.items()}
    assert "1\u00a0432" in said["sv"]
    assert "1,432" in said["en"]
    assert "28\u00a0november\u00a02026" in said["sv"]
    assert "28\u00a0November\u00a02026" in said["en"]
    assert not re.search(r"\d%", said["sv"])
    assert not re.search(r"\d\s%", said["en"])


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(SettingsError, match="'fi'"):
        Words("fi")


def test_an_own_codebook_in_one_language_is_shown_as_it_is() -> None:
    assert Words("en").text({"sv": "Åsikt"}) == "Åsikt"


def test_the_manager_reads_their_own_view_in_the_reports_language(
    folder: dict[str, Path],
) -> None:
    reports = {
        language: json.loads((path / "report.json").read_text(encoding="utf-8"))
        for language, path in folder.items()
    }
    named = {
        language: report["own_views"][0]["element"]["name"] for language, report in reports.items()
    }
    assert named == {"sv": "Tillhörighet", "en": "Belonging"}


def test_the_pdf_is_tagged_and_has_bookmarks(folder: dict[str, Path], view: View) -> None:
    pdf = PdfReader(folder["sv"] / "report.pdf")
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("sv")
    metadata = root["/Metadata"].get_object().get_data()
    assert b"pdfuaid" in metadata
    titles = [item.title for item in _flat(pdf.outline)]
    assert {"I korthet", "Tema för tema", "Team för team"} <= set(titles)
    assert {unit.name for unit in view.shown()} <= set(titles)
    assert pdf.pages[0].mediabox.width == pytest.approx(595.276, abs=0.1)


@pytest.fixture(scope="module")
def view(codebook: Codebook) -> View:
    return build_view(release(codebook, TEAMS), codebook=codebook, facts=facts())


def _flat(outline: Any) -> Iterator[Any]:
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item
