"""A model folder whose manifest is right and whose files are not: one error of ours, never more."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from signalread.classification import Passage
from signalread.classification.encoder import load_classifier
from signalread.codebook import Codebook
from signalread.errors import ModelError
from tests.tiny_model import make_tiny_model, sign_tiny_model

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
POSITIONS = "bert.embeddings.position_embeddings.weight"
EMBEDDINGS = "bert.embeddings.word_embeddings.weight"
scalars = st.none() | st.booleans() | st.integers(-9, 99) | st.floats() | st.text(max_size=9)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("whole") / "tiny")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "tiny")


def config(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        told = json.loads((folder / CONFIG).read_text())
        (folder / CONFIG).write_text(json.dumps(told | changes))

    return change


def tokenizer(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        told = json.loads((folder / TOKENIZER).read_text())
        (folder / TOKENIZER).write_text(json.dumps(told | changes))

    return change


def weights(of: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        save_file(of(load_file(folder / WEIGHTS)), folder / WEIGHTS)

    return change


def bytes_of(name: str, data: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return change


def load(folder: Path, codebook: Codebook) -> None:
    """Sign what lies there, and read with it."""
    sign_tiny_model(folder)
    classifier = load_classifier(folder, codebook=codebook, threads=1)
    assert classifier.logits([Passage(text="Chefen litar på oss.", question="Hur är det?")]).size


def test_a_whole_model_is_loaded(folder: Path, codebook: Codebook) -> None:
    load(folder, codebook)


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param(bytes_of(CONFIG, b"[]"), id="a config that is a list"),
        pytest.param(bytes_of(CONFIG, b"{}"), id="an empty config"),
        pytest.param(config(model_type="bort"), id="an unknown architecture"),
        pytest.param(config(model_type=None), id="no architecture"),
        pytest.param(config(vocab_size="many"), id="a number that is text"),
        pytest.param(config(num_hidden_layers=9), id="more layers than there are"),
        pytest.param(config(num_attention_heads=0), id="no heads"),
        pytest.param(config(num_attention_heads=7), id="heads that do not divide the width"),
        pytest.param(config(hidden_size=31), id="another width"),
        pytest.param(bytes_of(TOKENIZER, b"{}"), id="an empty tokenizer"),
        pytest.param(bytes_of(TOKENIZER, b"null"), id="no tokenizer"),
        pytest.param(tokenizer(model={"type": "Own"}), id="a tokenizer of an unknown kind"),
        pytest.param(tokenizer(pre_tokenizer=7), id="a tokenizer with a part of another kind"),
        pytest.param(
            tokenizer(model={"type": "WordLevel", "vocab": {"vi": 40}, "unk_token": "vi"}),
            id="more tokens than the encoder has",
        ),
        pytest.param(
            tokenizer(model={"type": "WordLevel", "vocab": {"vi": 1}, "unk_token": "vi"}),
            id="a tokenizer without the tokens that frame a text",
        ),
        pytest.param(bytes_of(WEIGHTS, b""), id="no weights"),
        pytest.param(bytes_of(WEIGHTS, b"\xff" * 64), id="weights that are noise"),
        pytest.param(weights(lambda w: {"a": w[EMBEDDINGS]}), id="other weights"),
        pytest.param(weights(lambda w: w | {EMBEDDINGS: w[EMBEDDINGS][:9]}), id="fewer tokens"),
        pytest.param(
            weights(lambda w: w | {"classifier.bias": w["classifier.bias"][:9]}), id="fewer labels"
        ),
        pytest.param(
            weights(lambda w: w | {"classifier.bias": w["classifier.bias"] * np.nan}),
            id="a weight that is no number",
        ),
        pytest.param(
            weights(lambda w: w | {POSITIONS: w[POSITIONS][:40]}),
            id="too few positions for a long text",
        ),
        pytest.param(bytes_of("activations.json", b"{}"), id="no ranges"),
        pytest.param(bytes_of("activations.json", b"[1]"), id="ranges that are a list"),
    ],
)
def test_a_file_that_no_library_can_open_is_told(
    folder: Path, codebook: Codebook, breaks: Callable[[Path], None]
) -> None:
    breaks(folder)
    with pytest.raises(ModelError) as told:
        load(folder, codebook)
    assert told.value.hint


@given(
    st.dictionaries(
        st.sampled_from(
            ["hidden_size", "layer_norm_eps", "model_type", "num_attention_heads",
             "num_hidden_layers", "vocab_size", "intermediate_size"]
        ),
        scalars,
        min_size=1,
    )
)  # fmt: skip
@limits(max_examples=40, deadline=None)
def test_a_config_of_any_kind_is_taken_or_told(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, codebook: Codebook, changes: Any
) -> None:
    folder = tmp_path_factory.mktemp("any") / "tiny"
    shutil.copytree(whole, folder)
    config(**changes)(folder)
    try:
        load(folder, codebook)
    except ModelError as error:
        if not error.hint:
            raise
