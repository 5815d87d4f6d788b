"""signalread from Python, from spaCy, from scikit-learn and from transformers."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import f1_score
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.validation import check_array

import signalread
from signalread.classification import Passage, classify_segments
from signalread.classification.attention import pair_mask
from signalread.classification.encoder import encode_pairs, load_classifier
from signalread.codebook import Codebook
from signalread.errors import InputError, ModelError
from signalread.integrations.sklearn import SignalreadClassifier
from signalread.reader import Reader
from signalread.records import Comment, Source
from signalread.redaction import load_name_finder, redact_comments
from signalread.segmentation import load_nlp, split_segments
from tests.tiny_model import make_tiny_encoder, make_tiny_model

SHIPPED = Path(__file__).parent.parent / "models/signalread-sv"
TEXTS = [
    "chefen litar på oss, men ingen vågar säga något till Kerstin Bergqvist.",
    "kaffet är gott",
    "",
    "Ring 070-123 45 67 om något. Anna Lindqvist bestämmer!",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return signalread.load(folder)


def test_python_reads_what_the_pipeline_reads(folder: Path, reader: Reader) -> None:
    comments = [
        Comment(
            id=str(i),
            team="",
            wave="",
            respondent=None,
            question="chefen?",
            source=Source.SURVEY,
            text=text,
        )
        for i, text in enumerate(TEXTS)
    ]
    names = Path(__file__).parent.parent / "models/names-sv"
    redacted = redact_comments(comments, find_names=load_name_finder(names), salt="s")
    expected = list(
        classify_segments(split_segments(redacted, nlp=load_nlp()), classifier=reader.classifier)
    )
    found = [s for r in reader.read(TEXTS, ["chefen?"] * len(TEXTS)) for s in r.segments]
    assert [tuple(s.scores.values()) for s in found] == [r.scores for r in expected]
    assert [s.labels for s in found] == [r.labels for r in expected]


@settings(deadline=None, max_examples=15)
@given(
    st.lists(
        st.sampled_from(
            ["chefen litar", "Kerstin Bergqvist", "070-123 45 67", "eva@kommun.se", "oss.", "men"]
        ),
        max_size=9,
    ).map(" ".join)
)
def test_offsets_are_into_the_text_as_it_was_given(reader: Reader, text: str) -> None:
    (reading,) = reader.read([text])
    covered = "".join(text[s.start : s.end] for s in reading.segments)
    assert covered.replace(" ", "") == text.replace(" ", "")
    for evidence in reader.find_evidence(reading):
        assert 0 <= evidence.start < evidence.end <= len(text)


def test_a_texts_labels_and_scores_are_those_of_its_segments(reader: Reader) -> None:
    (reading,) = reader.read([TEXTS[0]])
    assert set(reading.labels) == {label for s in reading.segments for label in s.labels}
    assert reading.scores["trust"] == max(s.scores["trust"] for s in reading.segments)
    assert "Bergqvist" not in repr(reading)


def test_an_empty_text_has_a_reading_without_segments(reader: Reader) -> None:
    (reading,) = reader.read([""])
    assert (reading.labels, reading.segments, reading.scores) == ((), (), {})


def test_one_text_or_too_few_questions_is_said(reader: Reader) -> None:
    with pytest.raises(InputError, match="give a list"):
        reader.read("chefen litar på oss")
    with pytest.raises(InputError, match="2 texts and 1 questions"):
        reader.read(["a", "b"], ["c"])


def test_the_model_that_ships_is_loaded_by_default() -> None:
    (reading,) = signalread.load().read(["Vi får bestämma schemat själva."], ["Vad är bra?"])
    assert {"trust", "autonomy+"} <= set(reading.labels)


# spaCy


@pytest.fixture(scope="module")
def nlp(folder: Path) -> Any:
    nlp = spacy.blank("sv")
    nlp.add_pipe("signalread", config={"model": str(folder)})
    return nlp


def test_spacy_finds_the_component_by_its_entry_point(folder: Path) -> None:
    code = (
        "import spacy, sys; nlp = spacy.blank('sv'); "
        "nlp.add_pipe('signalread', config={'model': sys.argv[1]}); print(nlp.pipe_names)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert "signalread" in done.stdout


def test_a_document_gets_cats_and_a_span_per_segment_and_label(nlp: Any, reader: Reader) -> None:
    for text in TEXTS:
        doc = nlp(text)
        (reading,) = reader.read([text])
        assert doc.cats == dict.fromkeys(reader.labels, 0.0) | reading.scores
        spans = doc.spans["signalread"]
        assert [span.label_ for span in spans] == [x for s in reading.segments for x in s.labels]
        starts = {segment.start for segment in reading.segments}
        assert {span.start_char for span in spans} <= starts


def test_the_question_is_read_from_the_documents_user_data(nlp: Any) -> None:
    doc = nlp.make_doc("kaffet är gott")
    doc.user_data["question"] = "ingen vågar"
    assert nlp.get_pipe("signalread")(doc).cats != nlp("kaffet är gott").cats


def test_many_documents_are_read_as_one_by_one(nlp: Any) -> None:
    assert [doc.cats for doc in nlp.pipe(TEXTS)] == [nlp(text).cats for text in TEXTS]


def test_a_saved_pipeline_holds_its_model_and_checks_it(
    nlp: Any, folder: Path, tmp_path: Path
) -> None:
    nlp.to_disk(tmp_path / "nlp")
    saved = {path.suffix for path in (tmp_path / "nlp/signalread/model").iterdir()}
    assert saved <= {".json", ".safetensors", ".md"}
    loaded = spacy.load(tmp_path / "nlp")
    assert loaded(TEXTS[0]).cats == nlp(TEXTS[0]).cats
    weights = next((tmp_path / "nlp").rglob("model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    with pytest.raises(ModelError, match="has changed"):
        spacy.load(tmp_path / "nlp")


def test_a_pipeline_survives_the_way_through_bytes(nlp: Any, folder: Path) -> None:
    again = spacy.blank("sv")
    again.add_pipe("signalread", config={"model": str(folder)})
    again.from_bytes(nlp.to_bytes())
    assert again(TEXTS[0]).cats == nlp(TEXTS[0]).cats
    again.to_bytes()


# scikit-learn


SAYINGS = ["vi bestämmer själva", "ingen vågar säga något", "kaffet är gott", "chefen litar på oss"]
CLASSES = ["tillit", "tystnad", "annat", "tillit"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_encoder(tmp_path_factory.mktemp("encoder")))


@pytest.fixture(scope="module")
def fitted(encoder: str) -> SignalreadClassifier:
    classifier = SignalreadClassifier(encoder=encoder, epochs=1)
    return classifier.fit(SAYINGS * 30, CLASSES * 30, groups=[i // 8 for i in range(120)])


def test_the_estimator_learns_classes(fitted: SignalreadClassifier) -> None:
    assert list(fitted.predict(SAYINGS)) == CLASSES
    assert list(fitted.classes_) == sorted(set(CLASSES))
    assert np.allclose(fitted.predict_proba(SAYINGS).sum(axis=1), 1)
    assert fitted.score(SAYINGS, CLASSES) == 1


def test_the_estimator_learns_several_labels_at_once(encoder: str) -> None:
    table = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 0, 0]])
    classifier = SignalreadClassifier(encoder=encoder, epochs=1)
    classifier.fit(SAYINGS * 30, np.tile(table, (30, 1)), groups=[i // 8 for i in range(120)])
    assert f1_score(table, classifier.predict(SAYINGS), average="micro") == 1
    assert classifier.predict_proba(SAYINGS).shape == (4, 3)


def test_texts_are_predicted_one_by_one_as_together(fitted: SignalreadClassifier) -> None:
    together = fitted.predict_proba(SAYINGS)
    alone = np.vstack([fitted.predict_proba([text]) for text in SAYINGS])
    assert np.array_equal(together, alone)
    assert np.array_equal(together[::-1], fitted.predict_proba(SAYINGS[::-1]))


def test_a_fitted_estimator_can_be_copied_and_a_clone_is_unfitted(
    fitted: SignalreadClassifier,
) -> None:
    copy = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(copy.predict_proba(SAYINGS), fitted.predict_proba(SAYINGS))
    with pytest.raises(NotFittedError):
        clone(fitted).predict(SAYINGS)


def test_a_fitted_estimator_becomes_a_model_folder(
    fitted: SignalreadClassifier, tmp_path: Path
) -> None:
    reader = signalread.load(fitted.save(tmp_path / "model"))
    assert reader.labels == ("annat", "tillit", "tystnad")


def test_the_estimator_stands_in_a_pipeline(fitted: SignalreadClassifier) -> None:
    assert Pipeline([("read", fitted)]).predict(SAYINGS[:1]).tolist() == ["tillit"]


class RowsAsTexts(SignalreadClassifier):
    """The estimator for tables of numbers, which are what scikit-learn's own checks give.

    Each row becomes a text of words, a word a number.
    """

    def fit(self, X: Any, y: Any, groups: Any = None) -> "RowsAsTexts":  # noqa: N803
        return super().fit(self._texts(X), y)

    def predict(self, X: Any) -> Any:  # noqa: N803
        return super().predict(self._texts(X))

    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        return super().predict_proba(self._texts(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.one_d_array = False
        return tags

    def _texts(self, rows: Any) -> list[str]:
        return [
            " ".join(f"k{i}v{round(float(x))}" for i, x in enumerate(row))
            for row in check_array(rows)
        ]


EXPECTED_FAILED = {
    "check_n_features_in_after_fitting": "a text has no columns whose number could be checked",
}


def test_scikit_learn_finds_nothing_wrong_with_a_reader_of_text(encoder: str) -> None:
    done = estimator_checks.check_estimator(
        SignalreadClassifier(encoder=encoder, epochs=1), on_fail=None, on_skip=None
    )
    assert [check["check_name"] for check in done if check["status"] == "failed"] == []


@estimator_checks.parametrize_with_checks(  # type: ignore[untyped-decorator]
    [RowsAsTexts(encoder="tiny", epochs=1)],
    legacy=False,
    expected_failed_checks=lambda _: EXPECTED_FAILED,
)
def test_scikit_learns_own_checks(estimator: Any, check: Any, encoder: str) -> None:
    check(estimator.set_params(encoder=encoder))


# transformers


def test_transformers_opens_the_folder_that_ships(codebook: Codebook) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    network = AutoModelForSequenceClassification.from_pretrained(SHIPPED).float().eval()
    assert tuple(network.config.id2label[i] for i in range(30)) == codebook.labels
    tokenizer = AutoTokenizer.from_pretrained(SHIPPED)
    asked, said = "Vad fungerar bra?", "Vi får bestämma schemat själva."
    classifier = load_classifier(SHIPPED, codebook=codebook)
    ((ids, types),) = encode_pairs(tokenizer.backend_tokenizer, [(asked, said)])
    kinds = torch.tensor([types])
    with torch.inference_mode():
        logits = network(
            input_ids=torch.tensor([ids]),
            token_type_ids=kinds,
            attention_mask=pair_mask(kinds, torch.ones_like(kinds)),
        ).logits.numpy()
    best = {codebook.labels[i] for i in logits[0].argsort()[-2:]}
    assert best == {"trust", "autonomy+"}
    mixed = classifier.logits([Passage(text=said, question=asked)])
    assert np.corrcoef(logits[0], mixed[0])[0, 1] > 0.9
