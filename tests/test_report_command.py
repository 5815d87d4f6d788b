"""Reports of a run that is there: corrected, of one team, in English, with more beside it."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from signalread.codebook import Codebook
from signalread.codebook.frameworks import choose_frameworks, load_frameworks
from signalread.errors import CodebookError, DisclosureError, InputError, SettingsError
from signalread.records import Correction
from signalread.reissue import Reissued, Wanted, reissue
from signalread.reporting import Asked, Assessment
from signalread.reporting.given import (
    read_approved,
    read_asked,
    read_assessments,
    read_corrections,
)
from signalread.reporting.quotations import gives_away
from signalread.runs import RunFolder, open_run
from tests.builders import judgement, redacted

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
TEAMS = {"Omsorg / Norr": 14, "Omsorg / Syd": 9, "Teknik / Gata": 8, "Teknik / Lager": 7}
PAGE = ("json", "html")
PLAIN = "Vi får alltid hjälp av varandra när det behövs."


@pytest.fixture
def run(tmp_path: Path, codebook: Codebook) -> Path:
    return make_run(tmp_path / "runs" / "run", codebook)


def make_run(
    out: Path, codebook: Codebook, *, teams: dict[str, int] | None = None, text: str = PLAIN
) -> Path:
    """Write a run of two waves in which every other respondent writes of help."""
    comments = [
        redacted(f"{team[-4:]}-{wave}-{i}", text=text, team=team, wave=wave)
        for wave in ("2026-1", "2026-2")
        for team, n in (teams or TEAMS).items()
        for i in range(n)
    ]
    with RunFolder(out, labels=codebook.labels) as folder:
        kept = list(folder.keep_comments(comments))
        list(
            folder.keep_judgements(
                judgement(comment, ["help_seeking+"] if i % 2 else [], codebook=codebook)
                for i, comment in enumerate(kept)
            )
        )
        n = len(codebook.labels)
        rates = {"sensitivity": [0.8] * n, "specificity": [0.99] * n}
        folder.finish(
            [],
            description={
                "signalread": "0.1.0",
                "model": {
                    "name": "m",
                    "digest": "d",
                    "error_rates": rates | {"positives": [40.0] * n, "negatives": [4000.0] * n},
                },
                "codebook": {"version": codebook.version, "digest": codebook.digest},
                "settings": {"min_respondents": 5, "min_respondents_quotes": 10, "coverage": 0.9},
                "input": [{"name": "enkät.csv"}],
            },
        )
    return out


def make_report(
    run: Path,
    codebook: Codebook,
    corrections: Sequence[Correction] = (),
    *,
    formats: Sequence[str] = ("json",),
    **wanted: Any,
) -> tuple[dict[str, Any], Reissued]:
    """Write a report and return its data."""
    done = reissue(
        open_run(run),
        run / "report",
        codebook=codebook,
        wanted=Wanted(formats=formats, **wanted),
        now=NOW,
        rng=random.Random(7),
        corrections=corrections,
    )
    path = next(path for path in done.paths if path.suffix == ".json")
    return json.loads(path.read_text(encoding="utf-8")), done


def unit(report: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a unit's last wave."""
    found: dict[str, Any] = next(u for u in report["units"] if u["name"] == name)
    return dict(found["survey"][-1])


def correct(run: Path, team: str, labels: Sequence[str]) -> list[Correction]:
    """Say of every segment of a team's last wave what it is about."""
    return [
        Correction(
            comment_id=comment.id, segment=0, labels=tuple(labels), reviewer="A", at="2026-11-28"
        )
        for comment in open_run(run).comments()
        if comment.team == team and comment.wave == "2026-2"
    ]


def test_what_people_decided_counts(run: Path, codebook: Codebook) -> None:
    before, _ = make_report(run, codebook)
    corrections = correct(run, "Omsorg / Norr", ["clarity-"])[:9]
    after, _ = make_report(run, codebook, corrections, formats=PAGE)
    assert unit(before, "Norr")["figures"]["clarity-"]["percent"] < 20
    assert unit(after, "Norr")["figures"]["clarity-"]["percent"] > 50
    page = (run / "report/report.html").read_text(encoding="utf-8")
    assert "9 delar" in page  # how much was corrected by hand stands in the report


def test_a_correction_of_another_run_is_refused(run: Path, codebook: Codebook) -> None:
    (one, *_) = correct(run, "Omsorg / Norr", [])
    with pytest.raises(InputError, match="elsewhere"):
        make_report(run, codebook, [replace(one, comment_id="elsewhere")])
    assert not (run / "report/report.json").exists()


def test_a_teams_report_has_the_numbers_of_the_full_one_and_nothing_of_others(
    run: Path, codebook: Codebook
) -> None:
    full, _ = make_report(run, codebook)
    report, done = make_report(run, codebook, formats=PAGE, team="Omsorg / Norr")
    assert {path.name for path in done.paths} == {
        "report-omsorg-norr.json",
        "report-omsorg-norr.html",
    }
    assert [u["name"] for u in report["units"]] == ["Norr"]
    assert unit(report, "Norr") == unit(full, "Norr")
    page = (run / "report/report-omsorg-norr.html").read_text(encoding="utf-8")
    assert "Syd" not in page
    assert "Teknik" not in page
    assert report["comments"] == 0  # what came in is counted for the whole alone


def test_a_unit_is_reported_with_all_below_it(run: Path, codebook: Codebook) -> None:
    report, _ = make_report(run, codebook, team="Omsorg")
    assert [u["name"] for u in report["units"]] == ["Omsorg", "Norr", "Syd"]


def test_a_team_below_the_limit_has_no_report(tmp_path: Path, codebook: Codebook) -> None:
    run = make_run(tmp_path / "runs" / "run", codebook, teams=TEAMS | {"Teknik / Natt": 3})
    with pytest.raises(DisclosureError, match="Natt"):
        make_report(run, codebook, team="Teknik / Natt")


def test_a_team_is_found_by_its_own_name_or_its_path_however_set_apart(
    tmp_path: Path, codebook: Codebook
) -> None:
    run = make_run(tmp_path / "runs" / "run", codebook, teams=TEAMS | {"Teknik / Gata/Park": 12})
    for meant in ("Teknik / Gata/Park", "Teknik/Gata / Park", "Gata/Park"):
        report, _ = make_report(run, codebook, team=meant)
        assert [u["name"] for u in report["units"]] == ["Gata/Park"]


def test_a_team_that_is_misspelt_is_guessed_at(run: Path, codebook: Codebook) -> None:
    with pytest.raises(InputError, match="did you mean 'Omsorg / Norr'"):
        make_report(run, codebook, team="Omsorg / Nor")


def test_the_ledger_remembers_a_release_once(run: Path, codebook: Codebook) -> None:
    def exports() -> int:
        with sqlite3.connect(run.parent / "signalread-ledger.sqlite") as ledger:
            return int(ledger.execute("SELECT count(*) FROM exports").fetchone()[0])

    make_report(run, codebook)
    first = exports()
    make_report(run, codebook, team="Omsorg")
    make_report(run, codebook, correct(run, "Omsorg / Norr", ["clarity-"]))
    assert exports() == first == 2


def test_a_run_with_a_late_answer_singles_nobody_out(tmp_path: Path, codebook: Codebook) -> None:
    first = make_run(tmp_path / "runs" / "one", codebook)
    second = make_run(tmp_path / "runs" / "two", codebook, teams=TEAMS | {"Omsorg / Norr": 15})
    shown, _ = make_report(first, codebook)
    report, _ = make_report(second, codebook)
    assert unit(shown, "Norr")["n"] == 14
    assert unit(report, "Norr")["n"] is None


def test_estimates_beside_the_report_follow_it(run: Path, codebook: Codebook) -> None:
    report, _ = make_report(run, codebook, correct(run, "Omsorg / Norr", ["clarity-"])[:9])
    rows = pl.read_parquet(run / "report/estimates.parquet")
    mine = rows.filter(
        (pl.col("team") == "Omsorg / Norr")
        & (pl.col("wave") == "2026-2")
        & (pl.col("label") == "clarity-")
    )
    shown = unit(report, "Norr")["figures"]["clarity-"]["percent"]
    assert round(100 * mine["share"][0]) == shown


def test_only_the_lenses_that_are_wanted_are_shown(run: Path, codebook: Codebook) -> None:
    known = load_frameworks(codebook)
    wanted = choose_frameworks(known, ["seven_dilemmas", "Fyra behov"])
    report, _ = make_report(run, codebook, frameworks=wanted)
    assert [lens["id"] for lens in report["lenses"]] == ["seven_dilemmas", "four_needs"]
    with pytest.raises(CodebookError, match="five_stars"):
        choose_frameworks(known, ["five_stars"])


def test_an_own_framework_is_a_lens_too(run: Path, codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "frameworks:\n  - {id: compass, name: {sv: Kompassen}, source: Vi själva, elements: "
        "[{name: {sv: Stöd}, labels: [help_seeking]}]}\n",
        encoding="utf-8",
    )
    report, _ = make_report(run, codebook, frameworks=load_frameworks(codebook, path))
    assert report["lenses"][0]["elements"] == [
        {"name": "Stöd", "labels": ["help_seeking+", "help_seeking-"]}
    ]


def approve(run: Path, team: str, n: int) -> dict[tuple[str, int], str]:
    """Approve segments of a team's last wave that tell of help."""
    found = [
        reading.segment.comment.id
        for reading in open_run(run).readings(load())
        if reading.labels
        and reading.segment.comment.team == team
        and reading.segment.comment.wave == "2026-2"
    ]
    return {(comment_id, 0): "" for comment_id in found[:n]}


def load() -> Codebook:
    from signalread.codebook import load_codebook

    return load_codebook()


def test_two_to_four_approved_quotations_stand_under_their_theme(
    run: Path, codebook: Codebook
) -> None:
    approved = approve(run, "Omsorg / Norr", 6)
    report, done = make_report(run, codebook, formats=PAGE, approved=approved)
    assert report["themes"]["help_seeking"]["quotations"]["help_seeking+"] == [PLAIN] * 4
    assert not report["themes"]["clarity"]["quotations"]["clarity+"]
    assert done.held_back == 0
    assert PLAIN in (run / "report/report.html").read_text(encoding="utf-8")


def test_what_nobody_approved_is_never_quoted(run: Path, codebook: Codebook) -> None:
    make_report(run, codebook, formats=PAGE)
    page = (run / "report/report.html").read_text(encoding="utf-8")
    assert PLAIN not in page
    assert "Inga citat visas" in page


def test_one_voice_alone_is_not_quoted(run: Path, codebook: Codebook) -> None:
    report, _ = make_report(run, codebook, approved=approve(run, "Omsorg / Norr", 1))
    assert not report["themes"]["help_seeking"]["quotations"]["help_seeking+"]


def test_fewer_than_ten_are_not_quoted(run: Path, codebook: Codebook) -> None:
    report, _ = make_report(
        run, codebook, team="Omsorg / Syd", approved=approve(run, "Omsorg / Syd", 4)
    )
    assert unit(report, "Syd")["n"] == 9
    assert not report["themes"]["help_seeking"]["quotations"]["help_seeking+"]


def test_a_rare_word_holds_a_quotation_back(tmp_path: Path, codebook: Codebook) -> None:
    text = "Vi får alltid hjälp å varann i köksgänget."
    run = make_run(tmp_path / "runs" / "run", codebook, text=text)
    report, done = make_report(run, codebook, approved=approve(run, "Omsorg / Norr", 6))
    assert done.held_back == 6
    assert "köksgänget" not in json.dumps(report, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "Chefen [NAMN 1] hjälper alltid till.",
        "Vi har fått hjälp i 14 år.",
        "ALLTID får vi hjälp av varandra.",
        "Vi får alltid hjääälp av varandra.",
        "Vi får alltid hjälp av varandra!!",
        "Vi får alltid hjälp av varandra 🙂",
        "Kort.",
    ],
)
def test_a_way_of_writing_that_points_at_somebody_is_held_back(text: str) -> None:
    assert gives_away(text, is_common=lambda word: True)


def test_a_quotation_that_was_cut_in_review_is_shown_as_it_was_cut() -> None:
    assert not gives_away("Vi får hjälp […] av varandra.", is_common=lambda word: True)


def test_a_managers_own_view_stands_beside_the_teams_voice(run: Path, codebook: Codebook) -> None:
    given = [Assessment(team="Omsorg / Norr", element="Trygghet", value=7, row="x, row 2")]
    report, _ = make_report(run, codebook, formats=PAGE, assessments=given)
    assert report["own_views"][0]["value"] == 7
    page = (run / "report/report.html").read_text(encoding="utf-8")
    assert "Chefens egen bild, bredvid teamets röst" in page


def test_an_element_that_no_lens_has_is_refused(run: Path, codebook: Codebook) -> None:
    given = [Assessment(team="Omsorg / Norr", element="Karisma", value=7, row="x, row 2")]
    with pytest.raises(InputError, match=r"x, row 2: no element 'Karisma'"):
        make_report(run, codebook, assessments=given)


def test_how_many_were_asked_stands_only_where_shares_are_shown(
    tmp_path: Path, codebook: Codebook
) -> None:
    run = make_run(tmp_path / "runs" / "run", codebook, teams=TEAMS | {"Teknik / Natt": 3})
    asked = [
        Asked(team=team, wave="2026-2", asked=70, answered=60)
        for team in ("", "Omsorg / Norr", "Teknik / Natt")
    ]
    report, _ = make_report(run, codebook, asked=asked)
    told = {u["name"]: u["survey"][-1]["asked"] for u in report["units"]}
    assert told["Norr"] == 70
    assert told["Natt"] is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(team="Omsorg / Norr", wave="2026-2", asked=5, row="r, row 2"), "more people wrote"),
        (Asked(team="Omsorg / Norr", wave="våren", asked=50, row="r, row 2"), "no wave 'våren'"),
        (Asked(team="Omsorg / Nord", wave="2026-2", asked=50, row="r, row 2"), "no team"),
    ],
)
def test_numbers_asked_that_do_not_fit_the_run_are_refused(
    asked: Asked, said: str, run: Path, codebook: Codebook
) -> None:
    with pytest.raises(InputError, match=f"r, row 2.*{said}"):
        make_report(run, codebook, asked=[asked])


def test_trust_is_weighed_against_control_where_both_are_shown(
    run: Path, codebook: Codebook
) -> None:
    report, _ = make_report(run, codebook, correct(run, "Omsorg / Norr", ["trust"])[:9])
    norr = unit(report, "Norr")
    balance = norr["balances"]["trust-control"]
    shares = [norr["figures"][label]["percent"] for label in ("trust", "control")]
    assert balance["points"] == shares[0] - shares[1] > 20
    assert balance["low"] < balance["points"] < balance["high"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("team;omgång;utskickade;svarade\nA;1;10;12\n", "row 2: 12 answered, but only 10"),
        ("team;omgång;utskickade\nA;1;-3\n", "row 2: 'asked' is -3"),
        ("team;omgång;utskickade\nA;1;tio\n", "row 2: 'asked' is not a whole number"),
        ("team;omgång;utskickade\nA;1;10\nA;1;11\n", "row 3: 'A' in wave '1' was given before"),
        ("team;omgång;utskickade\nA;1;99999999\n", "which cannot be"),
        ("team;omgång;utskickade\nA;1\n", "row 2 has more or fewer cells"),
        ("team;utskickade\nA;1\n", "No column 'wave'"),
        ('team;omgång;utskickade\n"A;1;1\n', "cannot be read as CSV"),
        ("", "No column 'team'"),
    ],
)
def test_a_mistake_in_the_numbers_asked_names_its_row(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "asked.csv"
    path.write_text(text, encoding="cp1252")
    with pytest.raises(InputError, match=said) as caught:
        read_asked(path)
    assert caught.value.hint


def test_files_are_read_as_excel_saves_them_and_as_json_lines(
    tmp_path: Path, codebook: Codebook
) -> None:
    (tmp_path / "a.csv").write_bytes(
        "enhet;omgång;tillfrågade\r\nVård/Norr;1;1 200\r\n".encode("cp1252")
    )
    (asked,) = read_asked(tmp_path / "a.csv")
    assert (asked.team, asked.asked) == ("Vård / Norr", 1200)
    (tmp_path / "b.jsonl").write_text(
        '{"comment_id": "c", "segment": 0, "labels": ["trust", "clarity+"]}\n', encoding="utf-8"
    )
    (correction,) = read_corrections(tmp_path / "b.jsonl", codebook=codebook)
    assert correction.labels == ("trust", "clarity+")
    (tmp_path / "c.csv").write_text("kommentar-id,segment\nc,1\n", encoding="utf-8-sig")
    assert read_approved(tmp_path / "c.csv") == {("c", 1): ""}
    (tmp_path / "d.csv").write_text("team\telement\tvärde\nA\tFrihet\t11\n", encoding="utf-8")
    with pytest.raises(InputError, match="'value' is 11"):
        read_assessments(tmp_path / "d.csv")


def test_an_unknown_label_in_a_correction_is_named(tmp_path: Path, codebook: Codebook) -> None:
    path = tmp_path / "c.csv"
    path.write_text("comment_id,segment,labels\nc,0,tilit\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"c.csv, row 2: Unknown label 'tilit'"):
        read_corrections(path, codebook=codebook)


def test_a_report_that_fails_leaves_nothing(run: Path, codebook: Codebook) -> None:
    with pytest.raises(SettingsError, match="'xx'"):
        make_report(run, codebook, language="xx")
    assert [path.name for path in (run / "report").iterdir()] == ["estimates.parquet"]


def _signalread(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    home = {"NO_COLOR": "1", "COLUMNS": "100", "XDG_DATA_HOME": str(cwd / "data")}
    return subprocess.run(
        [sys.executable, "-m", "signalread", "report", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **home},
        check=False,
        timeout=120,
    )


def test_the_command_writes_every_format_in_english(run: Path, tmp_path: Path) -> None:
    formats = ("html", "xlsx", "pptx", "pdf", "json")
    options = [part for name in formats for part in ("--format", name)]
    done = _signalread(run, "--lang", "en", "--out", "out", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *(f"report-en.{name}" for name in formats),
        "estimates.parquet",
    }
    assert (tmp_path / "out/report-en.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "not a run folder"),
        (["runs/run", "--format", "docx"], "no report in the format 'docx'"),
        (["runs/run", "--lang", "xx"], "no report in the language 'xx'"),
        (["runs/run", "--lens", "five_stars"], "No framework 'five_stars'"),
        (["runs/run", "--team", "Kansli"], "no team 'Kansli'"),
        (["runs/run", "--corrections", "none.csv"], "none.csv cannot be read"),
    ],
)
def test_a_users_mistake_is_a_sentence_and_a_hint(
    run: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = _signalread(*arguments, cwd=tmp_path)
    assert done.returncode in (2, 4)
    assert said in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr
