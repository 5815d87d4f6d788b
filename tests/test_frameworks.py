import re
from pathlib import Path

import pytest

from signalread.codebook import Codebook, load_codebook
from signalread.codebook.frameworks import Framework, load_frameworks
from signalread.errors import CodebookError

# Section 5 of the codebook as it stands there; "→" maps an element, "↔" sets two poles apart.
SECTION_5 = """
Sju beteenden (Bringselius, Adda 2025) | etik och omtanke → `care`; handlingsutrymme → `autonomy`; förutsättningar → `conditions`; samarbete → `collaboration`; psykologisk trygghet → all seven safety themes; tydliga gränser → `clarity`; kvalitetstänkande → `learning`
Sju frågor om psykologisk trygghet (Edmondson 1999) | the seven safety themes, one each
Fyra behov (Kandidata) | autonomi → `autonomy`; tillhörighet → `inclusion`; meningsfullhet → `purpose`; trygghet → `risk_taking`, `mistakes`, `help_seeking`
F4: förenkla, förväntningar, fokus, fira (Kandidata) | förenkla → `clarity` (plain communication); förväntningar → `clarity`; fokus → `learning`, `conditions` (follow-up, priorities, resources); fira → `valued`, `mistakes+`
Struktur × tillit (Kandidata) | struktur → `clarity`; tillit → the signals
Tre ledarskap (Kandidata) | transformativt → `purpose`, `valued`, `risk_taking`; tjänande → `conditions`, `care`, `valued`; coachande → `autonomy`, `help_seeking`, `learning`
Sju steg (Lundgren, Kollega) | komplexitet → `learning`, `risk_taking`; utveckla medarbetarna → `valued`, `conditions`, `autonomy`; motivation → `autonomy`, `purpose`; jaga bort rädslan → `speaking_up`, `inclusion`; välkomna misstag → `mistakes`; samarbete → `collaboration`; undersök tillsammans → `risk_taking`, `speaking_up`
Utfrysning (Mentorsfallet, Kollega) | utfrysning → `inclusion-`, `respect-`
Fem arbetssätt (Novare) | mål och ramar → `clarity`; frihet → `autonomy`; dialog och lärande → `speaking_up`, `learning`; återkoppling och uppskattning → `valued`; följa upp och justera → `learning`
Sju dilemman (Bringselius, Kvalitetsmagasinet) | beslutslinje `clarity` ↔ fri dialog `speaking_up`; enhetlighet `clarity` ↔ anpassning till individen `inclusion`, `valued`; tydlig `clarity` ↔ lyhörd `speaking_up`; personlig `care` ↔ objektiv `clarity`; informella ledare `autonomy` ↔ relevant chef `clarity`; visa tillit `trust` ↔ inte släppa kontrollen `clarity`; se människan `care`, `valued` ↔ inte kategorisera `inclusion`
Åtta grunder (Björkegren, Region Halland) | ärlighet → `care`; framtidsagenda → `learning`; syfte och riktning → `purpose`, `clarity`; visa tillit → `trust`, `autonomy`; resultat → `learning`; tydlig → `clarity`; coachande → `help_seeking`, `autonomy`; kul → `purpose`, `respect`
Tre principer (Värmdö kommun) | ansvarsfulla och bygger tillit → `trust`, `autonomy`, `care`; invånarens perspektiv → `learning`, `purpose`; modiga, stabila och lättrörliga → `risk_taking`, `speaking_up`, `clarity`
"""  # noqa: E501

SAFETY = (
    "`mistakes`, `speaking_up`, `inclusion`, `risk_taking`, `help_seeking`, `respect`, `valued`"
)
SECTION_5_ROWS = [line.split(" | ") for line in SECTION_5.strip().splitlines()]


@pytest.fixture(scope="module")
def frameworks() -> dict[str, Framework]:
    return {
        f"{framework.name['sv']} ({framework.source})": framework
        for framework in load_frameworks(load_codebook())
    }


@pytest.mark.parametrize(("title", "mapping"), SECTION_5_ROWS, ids=[r[0] for r in SECTION_5_ROWS])
def test_a_framework_maps_as_section_5_of_the_codebook_says(
    title: str, mapping: str, frameworks: dict[str, Framework], codebook: Codebook
) -> None:
    framework = frameworks[title]
    if mapping == "the seven safety themes, one each":
        assert [element.labels for element in framework.elements] == [
            _expand(theme, codebook) for theme in re.findall("`(.*?)`", SAFETY)
        ]
        return
    mapping = mapping.replace("all seven safety themes", SAFETY)
    mapping = mapping.replace("the signals", "`trust`, `control`")
    assert _written(framework) == [_read(part, codebook) for part in mapping.split("; ")]


def test_section_5_has_all_the_frameworks(frameworks: dict[str, Framework]) -> None:
    assert list(frameworks) == [title for title, _ in SECTION_5_ROWS]


def test_names_are_in_both_languages(frameworks: dict[str, Framework]) -> None:
    for framework in frameworks.values():
        poles = [pole for d in framework.dilemmas for pole in (d.first, d.second)]
        parts = [part.name for part in (*framework.elements, *poles)]
        assert all(set(name) == {"sv", "en"} for name in (framework.name, *parts))


def test_an_organisation_adds_its_own_framework(tmp_path: Path, codebook: Codebook) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "frameworks:\n  - {id: ours, name: {sv: Våra ord}, source: vi, "
        "elements: [{name: {sv: Mod}, labels: [risk_taking+, trust]}]}\n",
        encoding="utf-8",
    )
    (framework,) = load_frameworks(codebook, path)
    assert framework.elements[0].labels == ("risk_taking+", "trust")


@pytest.mark.parametrize(
    "text",
    [
        "frameworks: [{id: a, name: {sv: A}, source: b, elements: [{name: {sv: C}, labels: [x]}]}]",
        "frameworks: [{id: a, name: {sv: A}, source: b, dilemmas: [{poles: []}]}]",
        "just text",
        "a: [",
        "",
    ],
)
def test_what_is_no_framework_is_a_clear_error(
    text: str, tmp_path: Path, codebook: Codebook
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError, match="hint:"):
        load_frameworks(codebook, path)


def test_frameworks_that_an_own_codebook_has_no_labels_for_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "version: 1\nsignals: []\nthemes:\n  - {id: clarity, name: {sv: Klarhet, en: Clarity}}\n",
        encoding="utf-8",
    )
    assert load_frameworks(load_codebook(path)) == ()


def _written(framework: Framework) -> list[list[tuple[str, tuple[str, ...]]]]:
    single = [[(e.name["sv"].lower(), e.labels)] for e in framework.elements]
    paired = [
        [(pole.name["sv"].lower(), pole.labels) for pole in (d.first, d.second)]
        for d in framework.dilemmas
    ]
    return single + paired


def _read(part: str, codebook: Codebook) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (
            pole[: pole.index("`")].replace("→", "").strip(),
            tuple(
                label
                for reference in re.findall("`(.*?)`", pole)
                for label in _expand(reference, codebook)
            ),
        )
        for pole in part.split(" ↔ ")
    ]


def _expand(reference: str, codebook: Codebook) -> tuple[str, ...]:
    if reference in codebook.labels:
        return (reference,)
    return (f"{reference}+", f"{reference}-")
