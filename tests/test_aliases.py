"""What files are called in what is written about them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalread.aliases import file_alias, name_alias
from signalread.intake import read_comments
from signalread.redaction.lexicon import load_lexicon
from signalread.settings import Settings

LEXICON = load_lexicon()
NAMES = sorted(name for name in LEXICON.first | LEXICON.last if len(name) > 3)
MARKS = ["-", "_", " ", ".", " - ", "+"]


def digest() -> str:
    return "0123456789abcdef"


@pytest.mark.parametrize(
    "stem",
    ["enkat", "Enkät VT 2026", "medarbetarundersökning_2026-03", "svar (2)", "APT 20260314", "q3"],
)
def test_a_name_of_ordinary_words_stays(stem: str) -> None:
    assert name_alias(stem, digest=digest) == stem


@pytest.mark.parametrize(
    ("stem", "alias"),
    [
        ("kerstin-andersson-svar", "svar-01234567"),
        ("Maj", "01234567"),
        ("850712-9805", "01234567"),
        ("19850712 svar", "svar-01234567"),
        ("2010-03-14-1234", "01234567"),
        ("Ring 070-123 45 67", "01234567"),
        ("enkat17", "enkat17"),
        ("enkat1756", "enkat-01234567"),
        ("kerstin2026", "2026-01234567"),
        ("…", "01234567"),
    ],
)
def test_whatever_may_name_a_person_gives_way_to_a_hash(stem: str, alias: str) -> None:
    assert name_alias(stem, digest=digest) == alias


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), st.sampled_from(MARKS))
def test_no_listed_name_stays_in_a_files_alias(names: list[str], mark: str) -> None:
    for written in (names, [name.title() for name in names], [name.upper() for name in names]):
        alias = file_alias(Path(f"svar{mark}{mark.join(written)}.CSV"), digest=digest)
        assert alias == "svar-01234567.csv"


def test_comments_are_numbered_under_the_alias_and_told_apart_by_content(tmp_path: Path) -> None:
    for name in ("Kerstin Lund", "Bo Ek"):
        (tmp_path / f"{name}.csv").write_text(f"Enhet;Kommentar\nNorr;{name} är rättvis.\n")
    paths = sorted(tmp_path.iterdir())
    ids = [comment.id for comment in read_comments(paths, settings=Settings())]
    assert len(set(ids)) == 2
    paths[0].rename(tmp_path / "x.csv")
    [comment] = read_comments([tmp_path / "x.csv"], settings=Settings())
    assert comment.id == ids[0]
