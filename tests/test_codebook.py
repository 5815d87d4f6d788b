from pathlib import Path

import pytest

from signalread.codebook import Codebook, load_codebook
from signalread.errors import CodebookError


def test_the_codebook_that_ships_has_two_signals_and_fourteen_themes(codebook: Codebook) -> None:
    assert len(codebook.signals) == 2
    assert len(codebook.themes) == 14
    assert len(codebook.labels) == 30


def test_every_label_has_a_swedish_and_an_english_name(codebook: Codebook) -> None:
    for label in codebook.labels:
        assert codebook.name(label, "sv")
        assert codebook.name(label, "en")


def test_a_theme_says_what_is_a_strength_and_what_a_concern(codebook: Codebook) -> None:
    for theme in codebook.themes:
        assert set(theme.strength) == set(theme.concern) == {"sv", "en"}
        assert theme.group in codebook.groups


def test_an_own_codebook_gives_its_own_labels(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "version: 1\nsignals: []\nthemes:\n  - {id: opinion, name: {sv: Åsikt, en: Opinion}}\n",
        encoding="utf-8",
    )
    assert load_codebook(path).labels == ("opinion+", "opinion-")


@pytest.mark.parametrize("text", ["", "just text", "version: 1\nthemes: [{id: a}]", "a: [", "- 1"])
def test_what_is_no_codebook_is_a_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError):
        load_codebook(path)


def test_a_yaml_tag_in_a_codebook_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("version: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(CodebookError):
        load_codebook(path)


def test_an_unknown_label_is_named(codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match="autonomi"):
        codebook.check(["autonomi"])
