"""A saved run read anew by another model."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from signalread.classification import Passage
from signalread.codebook import Codebook
from signalread.disclosure import Ledger
from signalread.errors import InputError, ModelError, RunError
from signalread.records import Compared, Correction, ErrorRates, Judgement, Reading, Segment
from signalread.rescoring import Differs, ModelComparison, compare_models
from signalread.runs import RunFolder, open_run
from tests.builders import redacted
from tests.tiny_model import make_tiny_model

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
HELP, SILENCE = "Vi får hjälp av varandra.", "Det finns inget att säga."
NEARLY = "Det ordnar sig för det mesta."


class WordReader:
    """Gives a label to every text that stands in a set; errs as seldom as it is told."""

    def __init__(
        self, label: str, texts: Sequence[str], *, codebook: Codebook, digest: str
    ) -> None:
        self.name = digest
        self.digest = digest
        self.labels = codebook.labels
        self.thresholds = np.full(len(self.labels), 0.5, dtype=np.float32)
        self._column = codebook.position[label]
        self._texts = set(texts)

    @property
    def error_rates(self) -> ErrorRates:
        n = len(self.labels)
        return ErrorRates(
            sensitivity=(0.95,) * n,
            specificity=(0.99,) * n,
            positives=(500.0,) * n,
            negatives=(5000.0,) * n,
        )

    def score(self, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        scores = np.full((len(passages), len(self.labels)), 0.1, dtype=np.float32)
        for row, passage in enumerate(passages):
            if passage.text in self._texts:
                scores[row, self._column] = 0.9
        return scores

    def evidence(self, passages: Sequence[Passage], label: str) -> list[tuple[int, int]]:
        return [(0, len(passage.text)) for passage in passages]


def make_run(
    out: Path, said: Mapping[tuple[str, str], Sequence[str]], *, codebook: Codebook
) -> Path:
    """Write a run as an old model read it: help where a text says so, and nothing else.

    ``said`` holds the texts of each (team, wave), one respondent each.
    """
    old = WordReader("help_seeking+", [HELP], codebook=codebook, digest="old")
    rates = old.error_rates
    with RunFolder(out, labels=codebook.labels) as folder:
        comments = folder.keep_comments(
            redacted(f"{team}-{wave}-{i}", text=text, team=team, wave=wave)
            for (team, wave), texts in said.items()
            for i, text in enumerate(texts)
        )
        judged = []
        for comment in comments:
            scores = old.score([Passage(text=comment.text)])[0]
            reading = Reading(
                segment=Segment(comment=comment, index=0, start=0, end=len(comment.text)),
                labels=tuple(
                    label for label, x in zip(codebook.labels, scores, strict=True) if x > 0.5
                ),
                scores=tuple(map(float, scores)),
            )
            judged.append(Judgement(reading=reading, labels=reading.labels))
        list(folder.keep_judgements(judged))
        folder.finish(
            [],
            description={
                "signalread": "0.1.0",
                "model": {
                    "name": "old",
                    "digest": "old",
                    "error_rates": {
                        name: list(getattr(rates, name)) for name in ErrorRates.__slots__
                    },
                },
                "codebook": {"version": codebook.version, "digest": codebook.digest},
                "settings": {"min_respondents": 5, "coverage": 0.9},
            },
        )
    return out


def read_anew(run: Path, texts: Sequence[str], *, codebook: Codebook) -> ModelComparison:
    new = WordReader("help_seeking+", texts, codebook=codebook, digest="new")
    return compare_models(open_run(run), new, codebook=codebook, now=NOW)


def correct(comment_id: str, labels: tuple[str, ...]) -> Correction:
    return Correction(
        comment_id=comment_id, segment=0, labels=labels, reviewer="K", at="2026-11-01"
    )


@pytest.fixture
def run(tmp_path: Path, codebook: Codebook) -> Path:
    """Return a run in which help is as common in both waves, and the small team is hidden."""
    said = {}
    for wave in ("2025", "2026"):
        said["Norr", wave] = [HELP] * 20 + [NEARLY] * 30 + [SILENCE] * 20
        said["Syd", wave] = [HELP] * 10 + [SILENCE] * 30
        said["Väst", wave] = [HELP] * 3
    return make_run(tmp_path / "runs" / "run", said, codebook=codebook)


def test_a_change_of_model_is_no_trend(run: Path, codebook: Codebook) -> None:
    found = read_anew(run, [HELP, NEARLY], codebook=codebook)
    (whole,) = (t for t in found.trends if not t.cell.team and t.cell.label == "help_seeking+")
    assert abs(whole.old) < 0.01
    assert abs(whole.new) < 0.01
    assert whole.mixed > 0.15  # what a change of model between the waves would have looked like
    assert (whole.since, whole.cell.wave) == ("2025", "2026")
    assert whole.differs is Differs.NO


def test_a_trend_that_only_one_model_sees_is_marked(tmp_path: Path, codebook: Codebook) -> None:
    said = {
        ("Norr", "2025"): [HELP] * 20 + [NEARLY] * 50 + [SILENCE] * 30,
        ("Norr", "2026"): [HELP] * 20 + [NEARLY] * 5 + [SILENCE] * 75,
    }
    run = make_run(tmp_path / "run", said, codebook=codebook)
    found = read_anew(run, [HELP, NEARLY], codebook=codebook)
    (whole,) = (t for t in found.trends if not t.cell.team and t.cell.label == "help_seeking+")
    assert (whole.old_word, whole.new_word) == (Compared.NOT_CERTAIN, Compared.LOWER)
    assert whole.differs is not Differs.NO


def test_a_trend_that_turns_round_is_marked_as_such(tmp_path: Path, codebook: Codebook) -> None:
    said = {
        ("Norr", "2025"): [HELP] * 20 + [NEARLY] * 80,
        ("Norr", "2026"): [HELP] * 80 + [NEARLY] * 20,
    }
    run = make_run(tmp_path / "run", said, codebook=codebook)
    found = read_anew(run, [NEARLY], codebook=codebook)
    (whole,) = (t for t in found.trends if not t.cell.team and t.cell.label == "help_seeking+")
    assert whole.differs is Differs.DIRECTION


def test_the_shares_of_a_label_and_their_agreement_are_counted(
    run: Path, codebook: Codebook
) -> None:
    found = read_anew(run, [HELP, NEARLY], codebook=codebook)
    (shift,) = (s for s in found.labels if s.label == "help_seeking+")
    assert shift.segments == 226
    assert shift.old == pytest.approx(66 / 226)
    assert shift.new == pytest.approx(126 / 226)
    assert shift.agreement == pytest.approx(166 / 226)
    # Cohen's kappa by hand: chance agrees in 66 * 126 + 160 * 100 of 226 ** 2.
    chance = (66 * 126 + 160 * 100) / 226**2
    assert shift.kappa == pytest.approx((166 / 226 - chance) / (1 - chance))


def test_a_small_team_is_in_neither_table(run: Path, codebook: Codebook) -> None:
    found = read_anew(run, [HELP, NEARLY], codebook=codebook)
    teams = {shift.cell.team for shift in found.trends}
    assert "Väst" not in teams
    assert len(teams & {"Norr", "Syd"}) == 1  # the other would give Väst away by subtraction
    assert found.withheld >= 2 * len(codebook.labels)


def test_too_few_people_in_all_show_nothing(tmp_path: Path, codebook: Codebook) -> None:
    run = make_run(tmp_path / "run", {("Norr", "2025"): [HELP] * 4}, codebook=codebook)
    found = read_anew(run, [NEARLY], codebook=codebook)
    assert not found.labels
    assert not found.trends


def test_what_people_decided_counts_for_both_models(run: Path, codebook: Codebook) -> None:
    decided = [
        correct(f"Norr-2026-{i}", ("help_seeking+",)) for i in range(20, 50)
    ]  # all that the old model does not read as help
    plain = read_anew(run, [HELP], codebook=codebook)
    found = compare_models(
        open_run(run),
        WordReader("help_seeking+", [HELP, NEARLY], codebook=codebook, digest="new"),
        codebook=codebook,
        now=NOW,
        corrections=decided,
    )
    (before,) = (t for t in plain.trends if not t.cell.team and t.cell.label == "help_seeking+")
    (after,) = (t for t in found.trends if not t.cell.team and t.cell.label == "help_seeking+")
    assert after.old > before.old + 0.15
    assert (found.decided, found.old_right, found.new_right) == (30, 0, 30)
    (shift,) = (shift for shift in found.labels if shift.label == "help_seeking+")
    assert shift.old < shift.new  # told of what they read by themselves


def test_a_correction_of_another_run_is_a_sentence(run: Path, codebook: Codebook) -> None:
    new = WordReader("help_seeking+", [HELP], codebook=codebook, digest="new")
    with pytest.raises(InputError, match="1 corrections name segments"):
        compare_models(
            open_run(run), new, codebook=codebook, now=NOW, corrections=[correct("x", ())]
        )


def test_the_comparison_is_remembered_as_an_export(run: Path, codebook: Codebook) -> None:
    read_anew(run, [HELP], codebook=codebook)
    with Ledger(run.parent) as ledger:
        assert {release.wave for release in ledger.releases()} == {"2025", "2026"}


def test_the_model_that_read_the_run_is_not_compared_with_itself(
    run: Path, codebook: Codebook
) -> None:
    same = WordReader("help_seeking+", [HELP], codebook=codebook, digest="old")
    with pytest.raises(ModelError, match="read by this very model"):
        compare_models(open_run(run), same, codebook=codebook, now=NOW)


def test_a_run_whose_comments_were_purged_is_a_sentence(run: Path, codebook: Codebook) -> None:
    (run / "restricted" / "comments.parquet").unlink()
    with pytest.raises(RunError, match="no longer holds its comments"):
        read_anew(run, [HELP], codebook=codebook)


def test_the_command_prints_tables_and_writes_json(
    run: Path, tmp_path: Path, codebook: Codebook
) -> None:
    model = make_tiny_model(tmp_path / "new-model")
    done = _signalread("compare-models", run, "--model", model, "--out", tmp_path / "c.json")
    assert done.returncode == 0, done.stderr
    assert "Share of segments" in done.stdout
    assert "The whole organisation, since the wave before" in done.stdout
    assert HELP not in done.stdout
    data = json.loads((tmp_path / "c.json").read_text("utf-8"))
    assert (data["old"], data["new"]) == ("old", "new-model")
    assert {shift["label"] for shift in data["labels"]} <= set(codebook.labels)
    assert all(shift["differs"] in set(Differs) for shift in data["trends"])


def test_the_command_writes_both_tables_as_csv_and_counts_corrections(
    run: Path, tmp_path: Path
) -> None:
    model = make_tiny_model(tmp_path / "new-model")
    (tmp_path / "said.csv").write_text(
        "comment_id;segment;labels;reviewer;at\nNorr-2025-0;0;trust;K;2026-11-01\n"
    )
    done = _signalread(
        *("compare-models", run, "--model", model),
        *("--out", tmp_path / "c.CSV", "--corrections", tmp_path / "said.csv"),
    )
    assert done.returncode == 0, done.stderr
    assert "counted as they said: 1 segments" in done.stdout
    with (tmp_path / "c.CSV").open(encoding="utf-8", newline="") as file:
        assert file.read(1) == "\ufeff"  # for Excel
        rows = list(csv.DictReader(file))
    assert {row["table"] for row in rows} == {"labels", "trends"}
    assert {row["since"] for row in rows if row["table"] == "trends"} == {"2025"}
    assert all(-1 <= float(row["old"]) <= 1 for row in rows)


def test_the_command_asks_for_a_format_that_it_can_write(run: Path, tmp_path: Path) -> None:
    done = _signalread("compare-models", run, "--model", "m", "--out", tmp_path / "c.xlsx")
    assert done.returncode == 2
    assert "name a .json or .csv file" in done.stderr


def test_the_command_says_in_a_sentence_that_there_is_no_run(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    done = _signalread("compare-models", tmp_path / "nowhere", "--model", model)
    assert done.returncode == RunError.exit_code
    assert "is not a run folder" in done.stderr
    assert "Traceback" not in done.stderr


def _signalread(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "signalread", *map(str, arguments)],
        capture_output=True, text=True, check=False,
        env=os.environ | {"COLUMNS": "200"},
    )  # fmt: skip
