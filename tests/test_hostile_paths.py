"""Nothing is read that was not named, and nothing is written but what was asked for."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from signalread.disclosure.ledger import NAME
from signalread.errors import InputError
from signalread.intake import find_files, read_comments
from signalread.settings import Settings
from tests.tiny_model import make_tiny_model

TEAMS = [
    "../../../tmp/ut", "/etc/passwd", "..\\..\\ut", "=cmd|' /C calc'!A0", "@SUM(A1:A9)",
    "<script>alert(1)</script>", "{{ 7*7 }}", "%s%n", "CON", "a:b*c?d[e]", "'; DROP TABLE--",
    "\u202eakrev", "👩\u200d👩\u200d👧 Team", "&amp; <b>", "A" * 300, "\ufffe\uffff Nord", "-1+1",
]  # fmt: skip


def test_a_link_that_leads_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "hemligt.txt").write_text("Lön: 45000")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "svar.txt").symlink_to(tmp_path / "hemligt.txt")
    with pytest.raises(InputError, match="leads out of it") as caught:
        find_files([folder])
    assert "hemligt" not in str(caught.value)


def test_a_link_to_a_folder_outside_is_told(tmp_path: Path) -> None:
    (tmp_path / "annat").mkdir()
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("team;text\n")
    (folder / "mer").symlink_to(tmp_path / "annat")
    with pytest.raises(InputError, match="leads out of it"):
        find_files([folder])


def test_links_within_a_folder_come_once_and_circles_end(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("team;text\n")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "upp").symlink_to(tmp_path)
    assert [path.name for path in find_files([tmp_path])] == ["a.csv"]
    (tmp_path / "själv.csv").symlink_to(tmp_path / "själv.csv")
    with pytest.raises(InputError, match="link"):
        find_files([tmp_path])


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "svar.csv")
    with pytest.raises(InputError, match="not an ordinary file"):
        list(read_comments(find_files([tmp_path]), settings=Settings()))


def test_a_device_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "svar.csv").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="not an ordinary file"):
        list(read_comments([tmp_path / "svar.csv"], settings=Settings()))


def test_a_name_that_no_file_can_have_is_told() -> None:
    for name in ("a" * 5000 + ".csv", "a\0.csv"):
        with pytest.raises(InputError):
            find_files([Path(name)])


@pytest.mark.parametrize("name", [b"enk\xe4t.csv", b"a\nb.csv", b"\x1b[2J.csv"])
def test_a_file_name_that_no_report_can_show_is_told(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_text("team;text\nKök;Vi hjälps åt\n")
    with pytest.raises(InputError, match="ordinary letters") as caught:
        find_files([path])
    assert str(caught.value).replace("\n", " ").isprintable()


def test_a_cell_of_a_novels_length_is_no_team(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("team;text\nKök;Vi hjälps åt\n" + "a" * 20_000 + ";Vi hjälps åt\n")
    with pytest.raises(InputError, match="20,000 characters in the column 'team'"):
        list(read_comments([path], settings=Settings()))


def test_a_team_of_a_thousand_levels_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("team;text\n" + " > ".join("a" * 1000) + ";Vi hjälps åt\n")
    with pytest.raises(InputError, match="levels"):
        list(read_comments([path], settings=Settings()))


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that a run over teams with hostile names was made in."""
    here = tmp_path_factory.mktemp("hostile")
    model = make_tiny_model(here / "model")
    lines = ["svarsnummer;team;text;fråga"]
    for number, team in enumerate(TEAMS):
        for person in range(6):
            name = f'"{team}"' if ";" in team else team
            lines.append(f"{number}-{person};{name};=1+1 vi bestämmer {person};<i>Vad?</i>")
    place = here / "in"
    place.mkdir()
    (place / "enkät <b>&.csv").write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    before = {*here.iterdir()}
    done = subprocess.run(
        [sys.executable, "-m", "signalread", "analyze", "in", "--out", "run", "--model", model],
        capture_output=True, text=True, errors="backslashreplace", cwd=here, check=False,
        timeout=600, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = {path.name for path in {*here.iterdir()} - before}
    assert {"run", NAME} <= made
    assert not {name for name in made if not name.startswith(("run", ".run", NAME))}
    return here


def test_hostile_names_of_teams_lead_nowhere(hostile_run: Path) -> None:
    names = [path.name for path in (hostile_run / "run").rglob("*")]
    assert not [name for name in names if "passwd" in name or name == "ut" or "calc" in name]
    assert not Path("/tmp/ut").exists()


def test_no_cell_of_the_workbook_is_a_formula(hostile_run: Path) -> None:
    book = openpyxl.load_workbook(hostile_run / "run" / "report" / "report.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_the_page_runs_nothing_and_fetches_nothing(hostile_run: Path) -> None:
    page = (hostile_run / "run" / "report" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;/script" in page  # after a slash, which parts the levels of a path
    assert "{{ 7*7 }}" in page or "7*7" not in page
    assert 'src="http' not in page


def test_the_office_files_of_a_hostile_run_are_whole(hostile_run: Path) -> None:
    from lxml import etree  # type: ignore[import-untyped]

    for name in ("report.xlsx", "report.pptx"):
        with zipfile.ZipFile(hostile_run / "run" / "report" / name) as archive:
            assert archive.testzip() is None
            for part in archive.namelist():
                assert ".." not in part
                if part.endswith((".xml", ".rels")):
                    etree.fromstring(archive.read(part))
