"""The encoder classifier on a tiny BERT made here: the arithmetic, not the reading."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from signalread.classification import Passage, classify_segments
from signalread.classification.attention import pair_mask
from signalread.classification.encoder import EncoderClassifier, encode_pairs, load_classifier
from signalread.classification.runtime import OnnxRuntime, TorchRuntime, load_runtime
from signalread.codebook import Codebook
from signalread.errors import ModelError
from signalread.records import Segment
from tests.builders import redacted
from tests.tiny_model import WORDS, make_tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="module")
def classifier(folder: Path, codebook: Codebook) -> EncoderClassifier:
    return load_classifier(folder, codebook=codebook)


def test_the_quantized_graph_computes_what_torch_computes(folder: Path) -> None:
    rng = np.random.default_rng(0)
    pairs = [
        (rng.integers(4, 20, size=asked + said).tolist(), [0] * asked + [1] * said)
        for asked, said in rng.integers(2, 34, size=(40, 2))
    ]
    quantized = load_runtime(folder)
    assert isinstance(quantized, OnnxRuntime)
    exact = TorchRuntime(folder).logits(pairs)
    assert np.corrcoef(quantized.logits(pairs).ravel(), exact.ravel())[0, 1] > 0.995


def test_a_question_is_the_same_for_everybody_who_answers_it() -> None:
    types = torch.tensor([[0, 0, 0, 1, 1, 1]])
    kept = torch.tensor([[1, 1, 1, 1, 1, 0]])
    seen = pair_mask(types, kept)[0, 0]
    assert seen[0].tolist() == [True, True, True, True, True, False]
    assert seen[1].tolist() == [False, True, True, False, False, False]
    assert seen[3].tolist() == [True, True, True, True, True, False]


passages = st.lists(
    st.builds(
        Passage,
        text=st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join),
        question=st.sampled_from(["", "ingen vågar", "chefen"]),
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None, max_examples=25)
@given(passages=passages, seed=st.integers(0, 99))
def test_a_passage_has_the_same_scores_whatever_stands_around_it(
    classifier: EncoderClassifier, passages: list[Passage], seed: int
) -> None:
    together = classifier.score(passages)
    order = np.random.default_rng(seed).permutation(len(passages))
    shuffled = classifier.score([passages[i] for i in order])
    assert together[order].tobytes() == shuffled.tobytes()
    assert together[:1].tobytes() == classifier.score(passages[:1]).tobytes()


def test_the_question_is_seen(classifier: EncoderClassifier) -> None:
    asked, other = (
        classifier.score([Passage(text="gott", question=question)])
        for question in ("chefen litar på oss", "ingen vågar säga något")
    )
    assert np.abs(asked - other).max() > 1e-4


def test_a_very_long_text_is_read_as_far_as_the_encoder_sees(
    classifier: EncoderClassifier,
) -> None:
    text = " ".join(WORDS * 5_000)
    assert np.isfinite(classifier.score([Passage(text=text, question=text)])).all()


def test_an_empty_batch_gives_an_empty_table(
    classifier: EncoderClassifier, codebook: Codebook
) -> None:
    assert classifier.score([]).shape == (0, len(codebook.labels))


def test_a_reading_gives_the_labels_from_their_thresholds_up(
    classifier: EncoderClassifier,
) -> None:
    comment = redacted(text="chefen litar på oss")
    segment = Segment(comment=comment, index=0, start=0, end=len(comment.text))
    (reading,) = classify_segments([segment], classifier=classifier)
    given_labels = {
        label
        for label, score in zip(classifier.labels, reading.scores, strict=True)
        if score >= 0.5
    }
    assert set(reading.labels) == given_labels


def test_removing_the_evidence_lowers_the_score(classifier: EncoderClassifier) -> None:
    passage = Passage(text="kaffet är gott ingen vågar säga något")
    scores = classifier.score([passage])[0]
    label = classifier.labels[int(scores.argmax())]
    ((low, high),) = classifier.evidence([passage], label)
    rest = Passage(text=(passage.text[:low] + passage.text[high:]).strip())
    assert classifier.score([rest])[0].max() <= scores.max() + 1e-6
    assert 0 <= low < high <= len(passage.text)


def test_the_folder_opens_with_transformers_own_loader(folder: Path, codebook: Codebook) -> None:
    from transformers import AutoModelForSequenceClassification

    network = AutoModelForSequenceClassification.from_pretrained(folder)
    assert network.config.num_labels == len(codebook.labels)


def test_pairs_are_framed_and_typed(folder: Path) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ((ids, types),) = encode_pairs(tokenizer, [("vi får", "kaffet")])
    assert ids[0] == 0
    assert ids.count(2) == 2
    assert types == [0, 0, 0, 0, 1, 1]


def test_a_changed_model_is_never_loaded(folder: Path, tmp_path: Path, codebook: Codebook) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(bytes(weights))
    with pytest.raises(ModelError, match="has changed"):
        load_classifier(copy, codebook=codebook)


def test_a_missing_model_says_how_to_make_one(tmp_path: Path, codebook: Codebook) -> None:
    with pytest.raises(ModelError, match="signalread train"):
        load_classifier(tmp_path, codebook=codebook)
