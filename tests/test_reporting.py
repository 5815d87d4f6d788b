import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from signalread.codebook import Codebook, load_codebook
from signalread.codebook.frameworks import load_frameworks
from signalread.records import Cell, Compared, Estimate, Reason, Source, Withheld
from signalread.reporting import (
    FORMATS,
    Beside,
    Quotation,
    View,
    build_view,
    render_page,
    write_reports,
)
from signalread.reporting.names import LONGEST_NAME, clean_name
from signalread.reporting.palette import SHADES
from signalread.reporting.quadrants import find_places
from signalread.reporting.summary import concern_to_talk_about, strengths_to_keep
from tests.golden import check_golden
from tests.report_samples import facts, release, replaced

HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.com","x")',
    "{{7*7}}",
    "\u202eKök\u2066",
    "Ab" * 50_000,
    "'\"><img src=x onerror=alert(1)>",
)


@pytest.fixture(scope="module")
def view(codebook: Codebook) -> View:
    notes = release(
        codebook,
        {"Omsorg / Norr / Hemtjänst 2": 8, "Teknik / Gata": 4},
        waves=("2026-11",),
        source=Source.NOTES,
        seed=5,
    )
    return build_view(release(codebook) + notes, codebook=codebook, facts=facts())


@pytest.fixture(scope="module")
def page(view: View) -> str:
    return render_page(view)


class Outline(HTMLParser):
    """Collects what a page is made of, and whether its tags are closed in order."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "col"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r" (?=[.,:;)])", "", re.sub(r"\s+", " ", " ".join(self.words)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_units_stand_in_tree_order_with_numbers_by_size(view: View) -> None:
    assert [unit.path for unit in view.units] == [
        "Hela organisationen",
        "Omsorg",
        "Omsorg / Norr",
        "Omsorg / Norr / Hemtjänst 2",
        "Omsorg / Norr / Hemtjänst 10",
        "Omsorg / Norr / Natt",
        "Omsorg / Söder",
        "Omsorg / Söder / Ekliden",
        "Teknik",
        "Teknik / Gata",
        "Teknik / Återvinning",
    ]


def test_shares_become_whole_percent_and_halves_go_up(codebook: Codebook) -> None:
    cell = Cell(team="", level=0, wave="1", source=Source.SURVEY, label="trust")
    released = [Estimate(cell=cell, n=40, share=0.125, low=0.0449, high=0.235)]
    share = build_view(released, codebook=codebook, facts=facts()).units[0].survey[0].share("trust")
    assert share is not None
    assert (share.percent, share.low, share.high) == (13, 4, 24)


def test_the_summary_says_strengths_first_and_each_with_number_interval_and_n(
    codebook: Codebook,
) -> None:
    released = replaced(release(codebook), label="respect+", share=0.9, low=0.85, high=0.95)
    released = replaced(released, label="conditions-", share=0.8, low=0.75, high=0.85)
    view = build_view(released, codebook=codebook, facts=facts())
    assert [finding.kind for finding in view.summary] in (
        ["strength", "change", "concern"],
        ["strength", "signal", "concern"],
    )
    text = Outline(render_page(view)).text
    assert "Den vanligaste styrkan är Respekt: 90 % (85–95 %) av 59 svarande." in text
    assert "Det vanligaste bekymret är Förutsättningar: 80 % (75–85 %) av 59 svarande." in text


def test_a_superlative_needs_an_interval_above_all_others(codebook: Codebook) -> None:
    released = release(codebook)
    for label in ("respect+", "purpose+"):
        released = replaced(released, label=label, share=0.9, low=0.85, high=0.95)
    view = build_view(released, codebook=codebook, facts=facts())
    assert view.summary[0].lead == "Till de vanligaste styrkorna hör Respekt:"


def test_every_hidden_cell_says_why(page: str) -> None:
    text = Outline(page).text
    assert "färre än 5 svarande" in text
    assert "inget underlag" in text
    assert "färre än 5 noterade rader" in text


def test_a_cell_that_protects_another_says_so(codebook: Codebook) -> None:
    released: list[Estimate | Withheld] = [
        Withheld(cell=item.cell, reason=Reason.PROTECTS_OTHERS)
        if item.cell.team == "Teknik / Gata"
        else item
        for item in release(codebook)
    ]
    view = build_view(released, codebook=codebook, facts=facts())
    row = _row(render_page(view), "Gata")
    assert "dold för att skydda en annan grupp" in row
    assert not re.search(r"[+−]\d", row)


def test_a_single_hidden_share_says_why_among_shown_ones(codebook: Codebook) -> None:
    released: list[Estimate | Withheld] = [
        Withheld(cell=item.cell, reason=Reason.PROTECTS_OTHERS)
        if item.cell.label == "respect-"
        else item
        for item in release(codebook)
    ]
    page = render_page(build_view(released, codebook=codebook, facts=facts()))
    row = _row(page, "Gata")
    assert row.count("dold för att skydda en annan grupp") == 1
    assert len(re.findall(r">[+−]?\d", row)) >= 13


def test_notes_alone_are_reported_as_notes(codebook: Codebook) -> None:
    released = release(codebook, waves=("2026-11",), source=Source.NOTES)
    text = Outline(render_page(build_view(released, codebook=codebook, facts=facts()))).text
    assert "Inga enkätsvar ingick" in text
    assert "Vanligaste styrka" in text


def test_only_certain_changes_carry_an_arrow(codebook: Codebook) -> None:
    released: list[Estimate | Withheld] = [
        Estimate(
            cell=item.cell,
            n=item.n,
            share=item.share,
            low=item.low,
            high=item.high,
            last_wave=None if item.last_wave is None else Compared.NOT_CERTAIN,
        )
        if isinstance(item, Estimate)
        else item
        for item in release(codebook)
    ]
    view = build_view(released, codebook=codebook, facts=facts())
    page = render_page(view)
    assert view.changes == ()
    assert view.comparisons > 0
    # The legend and the method explain the signs; no number carries one.
    assert page.count("↑") == 2
    assert page.count("↓") == 2


def test_a_change_is_welcome_where_strengths_grow_or_concerns_shrink(view: View) -> None:
    for change in view.changes:
        more = change.now.last_wave is Compared.HIGHER
        good = change.label.endswith("+") or change.label == "trust"
        assert change.welcome == (more == good)


def test_notes_are_counted_in_lines_and_stand_apart(page: str) -> None:
    text = Outline(page).text
    assert "noterade rader" in text
    assert "aldrig ihop med enkätens" in text


def test_the_page_asks_nothing_of_the_network_and_runs_its_own_script_alone(page: str) -> None:
    outline = Outline(page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert outline.all("script") == [{}]
    assert not outline.all("link")
    assert not outline.all("img")
    for _, attributes in outline.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "action", "data", "xlink:href"):
                assert (value or "").startswith("#")
    assert not re.search(r"url\(|@import", page)
    policy = [m["content"] for m in outline.all("meta") if m.get("http-equiv")]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert policy == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src 'sha256-{digest}'"
    ]


def test_the_page_is_well_formed_and_its_links_lead_somewhere(page: str) -> None:
    outline = Outline(page)
    assert not outline.wrong
    assert not outline.open
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for name in ("href", "aria-labelledby"):
        for _, attributes in outline.tags:
            if attributes.get(name):
                assert str(attributes[name]).removeprefix("#") in ids


def test_a_screen_reader_finds_its_way(page: str) -> None:
    outline = Outline(page)
    assert outline.all("html")[0]["lang"] == "sv"
    for landmark in ("header", "nav", "main", "footer"):
        assert outline.all(landmark)
    assert outline.all("a")[0]["href"] == "#innehall"
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all("scope" in th for th in outline.all("th"))
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    # What scrolls can be scrolled from the keyboard, and has a name.
    for region in [d for d in outline.all("div") if "scroll" in (d.get("class") or "").split()]:
        assert region["tabindex"] == "0"
        assert region.get("aria-label") or region.get("aria-labelledby")
    assert len([d for d in outline.all("div") if d.get("role") == "img"]) == len(outline.all("svg"))


def test_text_and_background_differ_enough_to_be_read() -> None:
    style = _style()
    colours = dict(re.findall(r"--([a-z0-9]+): (#[0-9a-f]{3,6})\b", style))
    pairs = [("ink", "paper"), ("soft", "paper"), ("soft", "tint"), ("blue", "paper")]
    pairs += [("ink", f"{tone}{i}") for tone in "sc" for i in (1, 2, 3)]
    pairs += [("paper", f"{tone}4") for tone in "sc"]
    for text, background in pairs:
        assert _contrast(colours[text], colours[background]) >= 4.5, (text, background)


def test_page_workbook_and_slides_share_their_shades() -> None:
    style = _style()
    colours = dict(re.findall(r"--([sc]\d): #([0-9a-f]{3,6})\b", style))
    for tone, polarity in (("s", "+"), ("c", "-")):
        for i, shade in enumerate(SHADES[polarity]):
            written = colours[f"{tone}{i}"].upper()
            assert (written if len(written) == 6 else "".join(2 * c for c in written)) == shade


def test_a_team_lies_where_its_clarity_and_its_trust_put_it(view: View) -> None:
    (place,) = find_places(view, [view.unit("u3")])
    profile = view.now(view.unit("u3"))
    assert (place.structure, place.trust) == (profile.share("clarity+"), profile.share("trust"))
    assert find_places(view, list(view.hidden())) == []


def test_every_framework_stands_on_the_page(page: str, codebook: Codebook) -> None:
    text = Outline(page).text
    for framework in load_frameworks(codebook):
        assert framework.name["sv"] in text
        assert framework.source in text


def test_a_team_page_asks_open_questions_about_its_strength_and_its_concern(view: View) -> None:
    page: Any = lxml.html.fromstring(render_page(view))
    article = page.get_element_by_id("u7")
    text = article.text_content()
    profile = view.now(view.unit("u7"))
    (strength, _), *_ = strengths_to_keep(view, profile)
    concern = concern_to_talk_about(view, profile)
    assert strength.keep in text
    assert concern is not None
    assert all(question in text for question in concern[0].questions)
    assert all(step in text for _, step in concern[0].steps)


def test_one_voice_is_never_lifted_out_of_the_table(codebook: Codebook) -> None:
    cells = [item for item in release(codebook) if isinstance(item, Estimate)]
    released = [
        Estimate(cell=e.cell, n=e.n, share=2 / e.n, low=0, high=1, parent=None) for e in cells
    ]
    view = build_view(released, codebook=codebook, facts=facts())
    assert "Inget tema nämns som styrka av minst tre svarande" in Outline(render_page(view)).text
    assert all(finding.kind == "signal" for finding in view.summary)


def test_an_own_codebook_has_its_own_report(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "version: 1\nsignals: []\nthemes:\n  - {id: opinion, name: {sv: Åsikt, en: Opinion}}\n",
        encoding="utf-8",
    )
    own = load_codebook(path)
    view = build_view(release(own), codebook=own, facts=facts())
    write_reports(view, tmp_path)
    assert "Åsikt" in Outline((tmp_path / "report.html").read_text(encoding="utf-8")).text


def test_it_never_speaks_of_emotions_or_scores(page: str) -> None:
    text = Outline(page).text.lower()
    for word in ("emotion", "känslomätning", "score", "betyg på", "ranking"):
        assert word not in text


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_does_no_harm_in_any_output(
    name: str, codebook: Codebook, tmp_path: Path
) -> None:
    released = release(codebook, {f"{name} / {name}": 12}, waves=("v1",))
    hostile = facts(files=(name,), model=name)
    quoted = Beside(quotations=[Quotation(label="clarity+", text=name)] * 2)
    view = build_view(released, codebook=codebook, facts=hostile, beside=quoted)
    write_reports(view, tmp_path, formats=tuple(FORMATS))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    outline = Outline(page)
    assert outline.all("script") == [{}]  # the page's own, known by its hash
    assert not outline.all("img")
    assert "49" not in outline.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)
    assert len(page) < 200_000
    for cell in _cells(tmp_path / "report.xlsx"):
        assert cell.data_type != "f"
        assert not cell.hyperlink
    pdf = PdfReader(tmp_path / "report.pdf")
    text = " ".join(leaf.extract_text() for leaf in pdf.pages)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]|\\b49\\b", text)
    assert not {"/JavaScript", "/OpenAction", "/AA", "/Names"} & set(_root(pdf))
    for leaf in pdf.pages:
        for note in leaf.get("/Annots", []):
            assert "/URI" not in note.get_object().get("/A", {})
    json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))


def _cells(path: Path) -> Iterator[Any]:
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            yield from row


def _root(pdf: PdfReader) -> Any:
    return pdf.trailer["/Root"]


def test_numbers_and_dates_are_written_as_in_sweden(page: str) -> None:
    text = Outline(page).text
    assert "1 432" in text
    assert "28 november 2026" in text
    assert not re.search(r"\d%", text)


def test_nothing_at_all_still_makes_a_report(codebook: Codebook, tmp_path: Path) -> None:
    view = build_view([], codebook=codebook, facts=facts(counts={"empty": 3}))
    write_reports(view, tmp_path)
    text = Outline((tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert "Underlaget räcker inte" in text


def test_one_wave_has_nothing_to_compare_with(codebook: Codebook) -> None:
    view = build_view(release(codebook, waves=("2026",)), codebook=codebook, facts=facts())
    assert "ingen tidigare omgång" in Outline(render_page(view)).text


def test_the_page_is_the_approved_one(page: str) -> None:
    # What the plotting library draws changes with its version; that it draws is tested above.
    check_golden("report.html", re.sub(r"<svg.*?</svg>", "<svg>…</svg>", page, flags=re.DOTALL))


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_a_clean_name_is_one_safe_line(text: str) -> None:
    name = clean_name(text)
    assert len(name) <= LONGEST_NAME
    assert name == name.strip()
    assert all(c.isprintable() for c in name)


@given(st.lists(st.floats(0, 1), min_size=30, max_size=30))
@settings(max_examples=20, deadline=None)
def test_what_is_shown_is_within_half_a_percent_of_what_was_found(shares: list[float]) -> None:
    codebook = load_codebook()
    released = [
        Estimate(
            cell=Cell(team="", level=0, wave="1", source=Source.SURVEY, label=label),
            n=1000,
            share=share,
            low=share,
            high=share,
        )
        for label, share in zip(codebook.labels, shares, strict=True)
    ]
    profile = build_view(released, codebook=codebook, facts=facts()).units[0].survey[0]
    for label, share in zip(codebook.labels, shares, strict=True):
        shown = profile.share(label)
        assert shown is not None
        assert abs(shown.percent - 100 * share) <= 0.5 + 1e-6


def _style() -> str:
    folder = resources.files("signalread.reporting").joinpath("templates")
    return folder.joinpath("report.css").read_text(encoding="utf-8")


def _row(page: str, name: str) -> str:
    rows = re.findall(r"<tr class=\"l\d[^>]*>.*?</tr>", page, flags=re.DOTALL)
    return next(str(row) for row in rows if f"<bdi>{name}</bdi>" in row)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
