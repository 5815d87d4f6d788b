"""Units that were renamed, moved or put together between waves."""

from pathlib import Path

import pytest

from signalread.errors import SettingsError
from signalread.intake import read_comments
from signalread.settings import Settings, load_settings


def test_old_waves_are_read_under_todays_names(tmp_path: Path) -> None:
    table = tmp_path / "enkät.csv"
    table.write_text(
        "team;omgång;kommentar\n"
        "Vård / Norr;2025;Vi hjälper varandra när det behövs\n"
        "Vård / Syd;2025;Ingen frågar hur vi har det\n"
        "Omsorg / Norr och Syd;2026;Vi bestämmer själva över schemat\n",
        encoding="utf-8",
    )
    file = tmp_path / "signalread.toml"
    file.write_text(
        "[renamed_teams]\n"
        '"Vård" = "Omsorg"\n'
        '"Omsorg / Norr" = "Omsorg / Norr och Syd"\n'
        '"Omsorg / Syd" = "Omsorg / Norr och Syd"\n',
        encoding="utf-8",
    )
    comments = list(read_comments([table], settings=load_settings(file)))
    assert {comment.team for comment in comments} == {"Omsorg / Norr och Syd"}
    assert [comment.wave for comment in comments] == ["2025", "2025", "2026"]


def test_what_lies_below_a_renamed_unit_goes_with_it() -> None:
    settings = Settings(renamed_teams={"A": "B / C"})
    assert settings.team_today("A / D / E") == "B / C / D / E"
    assert settings.team_today("AA / D") == "AA / D"


@pytest.mark.parametrize(
    "renamed", [{"A": "A"}, {"A": "B", "B": "A"}, {"A": "A / B"}, {"A": "B / X", "B": "A / Y"}]
)
def test_names_that_go_in_a_circle_are_refused(renamed: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="goes in a circle: A"):
        Settings(renamed_teams=renamed)


def test_a_renaming_that_is_no_table_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "signalread.toml"
    file.write_text('renamed_teams = ["A", "B"]\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="'renamed_teams' has a value of the wrong kind"):
        load_settings(file)
