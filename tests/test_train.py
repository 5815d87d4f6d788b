"""Training end to end with a tiny encoder made here: any encoder, any codebook, one folder out."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, RobertaConfig, RobertaModel

from signalread.classification import Passage
from signalread.classification.encoder import load_classifier
from signalread.codebook import Codebook, load_codebook
from signalread.errors import InputError, ModelError
from signalread.training.corpus import read_corpus
from signalread.training.examples import make_examples
from signalread.training.fit import FitOptions
from signalread.training.fit_linear import fit_linear
from signalread.training.train import train_model

NOW = datetime(2026, 11, 28, tzinfo=UTC)
WORDS = [
    "vi",
    "bestämmer",
    "själva",
    "schemat",
    "ingen",
    "vågar",
    "säga",
    "något",
    "kaffet",
    "är",
    "gott",
    "chefen",
    "litar",
    "på",
    "oss",
]
SAYINGS = {
    "vi bestämmer själva": ["trust", "autonomy+"],
    "ingen vågar säga något": ["speaking_up-"],
    "kaffet är gott": [],
    "chefen litar på oss": ["trust"],
}


def _encoder(folder: Path, *, roberta: bool = False) -> Path:
    """Write a one-layer encoder with random weights, as transformers saves one."""
    shape: dict[str, Any] = {
        "vocab_size": 30,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 140,
        "pad_token_id": 1,
    }
    torch.manual_seed(0)
    if roberta:
        RobertaModel(RobertaConfig(**shape, type_vocab_size=1)).save_pretrained(folder)
    else:
        BertModel(BertConfig(**shape)).save_pretrained(folder)
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast: Any = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", cls_token="<s>"
    )
    fast.save_pretrained(folder)
    return folder


def _corpus(folder: Path, sayings: dict[str, list[str]] = SAYINGS) -> Path:
    lines = []
    for i in range(240):
        text, labels = list(sayings.items())[i % len(sayings)]
        lines.append(
            json.dumps(
                {
                    "id": f"c{i}",
                    "source": "survey",
                    "sector": "skola",
                    "team": f"A / {i % 20}",
                    "wave": "1",
                    "question": "Hur är det?",
                    "segments": [{"text": text, "labels": labels}],
                },
                ensure_ascii=False,
            )
        )
    (folder / "train").mkdir(parents=True)
    (folder / "train/a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, codebook: Codebook) -> Path:
    root = tmp_path_factory.mktemp("training")
    result = train_model(
        [_corpus(root / "corpus")],
        root / "model",
        encoder=str(_encoder(root / "encoder")),
        codebook=codebook,
        now=NOW,
        options=FitOptions(epochs=4, rate=1e-2, head_rate=1e-2),
    )
    return result.folder


def test_a_model_learns_what_its_corpus_says(trained: Path, codebook: Codebook) -> None:
    classifier = load_classifier(trained, codebook=codebook)
    for text, labels in SAYINGS.items():
        (scores,) = classifier.score([Passage(text=text, question="Hur är det?")])
        given = {
            label
            for label, score, threshold in zip(
                codebook.labels, scores, classifier.thresholds, strict=True
            )
            if score >= threshold
        }
        assert given == set(labels)


def test_the_folder_says_what_it_was_trained_on(trained: Path) -> None:
    manifest = json.loads((trained / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["training"]["encoder"] == "encoder"
    assert manifest["training"]["corpora"][0]["name"] == "corpus"
    assert "micro-F1" in (trained / "README.md").read_text(encoding="utf-8")


def test_no_path_of_the_machine_is_saved(trained: Path) -> None:
    root = str(trained.parent)
    for name in ("config.json", "manifest.json", "README.md"):
        assert root not in (trained / name).read_text(encoding="utf-8")


def test_whole_teams_are_held_out_where_there_is_no_dev_part(trained: Path) -> None:
    manifest = json.loads((trained / "manifest.json").read_text(encoding="utf-8"))
    segments = manifest["training"]["segments"]
    assert segments == {"train": 216, "dev": 24, "test": 0}


def test_an_encoder_of_another_family_is_trained_and_read(
    tmp_path: Path, codebook: Codebook
) -> None:
    result = train_model(
        [_corpus(tmp_path / "corpus")],
        tmp_path / "model",
        encoder=str(_encoder(tmp_path / "encoder", roberta=True)),
        codebook=codebook,
        now=NOW,
        options=FitOptions(epochs=1),
    )
    classifier = load_classifier(result.folder, codebook=codebook)
    assert classifier.score([Passage(text="kaffet är gott")]).shape == (1, 30)


def test_an_own_codebook_needs_no_code(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "version: 1\nsignals: [{id: praise, name: {sv: Beröm, en: Praise}}]\n"
        "themes: [{id: food, name: {sv: Mat, en: Food}}]\n",
        encoding="utf-8",
    )
    codebook = load_codebook(tmp_path / "own.yaml")
    sayings = {"kaffet är gott": ["praise", "food+"], "ingen vågar": []}
    result = train_model(
        [_corpus(tmp_path / "corpus", sayings)],
        tmp_path / "model",
        encoder=str(_encoder(tmp_path / "encoder")),
        codebook=codebook,
        now=NOW,
        options=FitOptions(epochs=2, rate=1e-2),
    )
    assert result.dev.labels[0].label == "praise"
    with pytest.raises(ModelError, match="other labels"):
        load_classifier(result.folder, codebook=load_codebook())


def test_a_missing_hub_is_one_clear_sentence(
    tmp_path: Path, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="No encoder 'nobody/nothing'"):
        train_model(
            [_corpus(tmp_path / "corpus")],
            tmp_path / "model",
            encoder="nobody/nothing",
            codebook=codebook,
            now=NOW,
        )
    assert not (tmp_path / "model").exists()


def test_too_little_text_is_said(tmp_path: Path, codebook: Codebook) -> None:
    (tmp_path / "corpus").mkdir()
    with pytest.raises(InputError, match="No labelled text"):
        train_model([tmp_path / "corpus"], tmp_path / "m", encoder="x", codebook=codebook, now=NOW)


def test_the_linear_reader_survives_being_saved_in_eight_bits(
    tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.classification.linear import LinearReader

    examples = make_examples(
        read_corpus(_corpus(tmp_path / "corpus"), codebook=codebook), codebook=codebook
    )
    reader = fit_linear(examples)
    reader.save(tmp_path / "linear.safetensors")
    loaded = LinearReader.load(tmp_path / "linear.safetensors", labels=30)
    passages = examples.passages[:20]
    assert np.abs(reader.logits(passages) - loaded.logits(passages)).max() < 0.2
    with pytest.raises(ModelError, match="does not fit"):
        LinearReader.load(tmp_path / "linear.safetensors", labels=3)
