"""What ships with the project: the corpus, the model and the example municipality."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from signalread.classification import Passage
from signalread.classification.encoder import EncoderClassifier, load_classifier
from signalread.codebook import Codebook
from signalread.loading import load_models
from signalread.pipeline import analyze
from signalread.settings import Settings
from signalread.training.corpus import read_corpus
from signalread.training.corpus_check import CorpusReport, check_corpus

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpora/sv-work"
MODEL = ROOT / "models/signalread-sv"
NAMES = ROOT / "models/names-sv"
EXAMPLES = ROOT / "corpora/examples"


@pytest.fixture(scope="module")
def report(codebook: Codebook) -> CorpusReport:
    return check_corpus(read_corpus(CORPUS, codebook=codebook), codebook=codebook)


def test_the_corpus_has_no_duplicates_and_no_leaks(report: CorpusReport) -> None:
    assert report.problems == []


def test_the_corpus_is_as_large_and_as_wide_as_it_says(report: CorpusReport) -> None:
    assert report.segments >= 20_000
    assert report.documents >= 120
    assert report.teams >= 300
    assert report.sectors >= 40
    assert 0.28 <= report.unlabelled <= 0.42


def test_every_label_is_taught_four_hundred_times(report: CorpusReport) -> None:
    assert {label: n for label, n in report.labels.items() if n < 400} == {}
    assert len(report.labels) == 30


def test_test_and_train_share_no_author_and_no_sector(codebook: Codebook) -> None:
    train, test = (
        list(read_corpus(CORPUS, codebook=codebook, parts=[part])) for part in ("train", "test")
    )
    assert not {c.annotator for c in train} & {c.annotator for c in test}
    assert not {c.sector for c in train} & {c.sector for c in test}


@pytest.fixture(scope="module")
def classifier(codebook: Codebook) -> EncoderClassifier:
    return load_classifier(MODEL, codebook=codebook)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Min chef litar på att jag löser mina ärenden på mitt eget sätt.", "trust"),
        ("Allt ska godkännas av chefen i förväg, minsta inköp.", "control"),
        ("Vi har alldeles för lite personal på kvällarna.", "conditions-"),
        ("Vi hjälps alltid åt när det är mycket.", "collaboration+"),
        ("Ingen vågar säga vad de tycker på mötena.", "speaking_up-"),
        ("Man vet aldrig vad som gäller, målen ändras hela tiden.", "clarity-"),
    ],
)
def test_the_model_reads_plain_statements(
    classifier: EncoderClassifier, text: str, label: str
) -> None:
    (scores,) = classifier.score([Passage(text=text)])
    position = classifier.labels.index(label)
    assert scores[position] >= classifier.thresholds[position]


def test_the_model_leaves_coffee_alone(classifier: EncoderClassifier) -> None:
    (scores,) = classifier.score([Passage(text="Kaffet är gott och lokalerna ljusa.")])
    assert (scores < classifier.thresholds).all()


def test_the_model_is_small(classifier: EncoderClassifier) -> None:
    size = sum(path.stat().st_size for path in MODEL.iterdir())
    assert size <= 40_000_000
    everything = sum(p.stat().st_size for p in (ROOT / "models").rglob("*") if p.is_file())
    assert everything <= 60_000_000


def test_the_example_shows_the_climates_it_was_composed_of(
    tmp_path: Path, codebook: Codebook
) -> None:
    analyze(
        [EXAMPLES / "enkat.csv", EXAMPLES / "anteckningar"],
        tmp_path / "run",
        codebook=codebook,
        settings=Settings(),
        models=load_models(MODEL, names=NAMES, codebook=codebook),
        now=datetime(2026, 11, 28, tzinfo=UTC),
    )
    estimates = pl.read_parquet(tmp_path / "run/report/estimates.parquet").filter(
        (pl.col("wave") == "2026 vår") & (pl.col("source") == "survey")
    )
    shares = {(row["team"], row["label"]): row["share"] for row in estimates.iter_rows(named=True)}
    north, south = (f"Vård och omsorg / Hemtjänst / Hemtjänst {name}" for name in ("Norr", "Söder"))
    assert shares[north, "trust"] > shares[south, "trust"]
    assert shares[south, "control"] > shares[north, "control"]
    # Three people work at Förskolan Stigen: nothing is shown about them.
    assert shares["Utbildning / Förskola / Förskolan Stigen", "trust"] is None


def test_the_commands_for_analysts_run_on_what_ships() -> None:
    for arguments in (["corpus", "check", str(CORPUS)], ["evaluate", str(CORPUS), "--part", "dev"]):
        done = subprocess.run(
            [sys.executable, "-m", "signalread", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        assert "speaking_up-" in done.stdout
