"""A small BERT with random weights, made in a second: an encoder, or a whole model folder."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
)

from signalread.classification.calibration import Calibration
from signalread.classification.model_folder import write_manifest
from signalread.classification.runtime import measure_activations
from signalread.codebook import load_codebook

WORDS = [
    "vi", "får", "bestämma", "själva", "chefen", "litar", "på", "oss", "ingen", "vågar", "säga",
    "något", "kaffet", "är", "gott", "bestämmer", "schemat",
]  # fmt: skip
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
FILES = ("config.json", "model.safetensors", "tokenizer.json", "calibration.json")
SHAPE: dict[str, Any] = {
    "vocab_size": 40,
    "max_position_embeddings": 140,
    "pad_token_id": 1,
}


def make_tiny_encoder(folder: Path, *, roberta: bool = False) -> Path:
    """Write a one-layer encoder with random weights, as transformers saves one."""
    shape = SHAPE | {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    torch.manual_seed(0)
    if roberta:
        RobertaModel(RobertaConfig(**shape, type_vocab_size=1)).save_pretrained(folder)
    else:
        BertModel(BertConfig(**shape)).save_pretrained(folder)
    fast: Any = PreTrainedTokenizerFast(
        tokenizer_object=_tokenizer(), unk_token="<unk>", pad_token="<pad>", cls_token="<s>"
    )
    fast.save_pretrained(folder)
    return folder


def make_tiny_model(folder: Path, *, seed: int = 1) -> Path:
    """Write a model folder with two layers and return it."""
    codebook = load_codebook()
    torch.manual_seed(seed)
    config = BertConfig(
        **SHAPE,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        id2label=dict(enumerate(codebook.labels)),
        label2id={label: i for i, label in enumerate(codebook.labels)},
        problem_type="multi_label_classification",
    )
    network = BertForSequenceClassification(config).eval()
    for parameter in network.parameters():  # larger than BERT's start, so that inputs matter
        parameter.data.mul_(4)
    network.save_pretrained(folder)
    _tokenizer().save(str(folder / "tokenizer.json"))
    ones = np.ones(len(codebook.labels), dtype=np.float32)
    Calibration(
        slope=ones,
        offset=0 * ones,
        thresholds=0.5 * ones,
        unsure=0.25 * ones,
        sensitivity=0.8 * ones,
        specificity=0.9 * ones,
        positives=50 * ones,
        negatives=950 * ones,
    ).save(folder / "calibration.json")
    ids = torch.tensor([[0, 2, *range(4, 16), 2]])
    ranges = measure_activations(network, [{"input_ids": ids}])
    (folder / "activations.json").write_text(json.dumps(ranges), encoding="utf-8")
    (folder / "README.md").write_text("A model for tests.\n", encoding="utf-8")
    sign_tiny_model(folder)
    return folder


def sign_tiny_model(folder: Path, *extra: str) -> None:
    """Write the folder's manifest, over its files and ``extra`` ones."""
    write_manifest(
        folder,
        codebook=load_codebook(),
        name=folder.name,
        created="2026-11-28",
        signalread="test",
        training={},
        files=[*FILES, "activations.json", "README.md", *extra],
    )


def _tokenizer() -> Tokenizer:
    vocabulary = {token: i for i, token in enumerate([*SPECIAL, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def write_corpus(
    folder: Path,
    sayings: dict[str, list[str]],
    *,
    comments: int = 240,
    teams: int = 20,
    part: str | None = None,
) -> Path:
    """Write a corpus that says the same few things over and over, by team after team."""
    lines = []
    for i in range(comments):
        text, labels = list(sayings.items())[i % len(sayings)]
        lines.append(
            json.dumps(
                {
                    "id": f"c{i}",
                    "source": "survey",
                    "sector": "skola",
                    "team": f"{part or 'A'} / {i % teams}",
                    "wave": "1",
                    "question": "Hur är det?",
                    "segments": [{"text": text, "labels": labels}],
                },
                ensure_ascii=False,
            )
        )
    place = folder / part if part else folder
    place.mkdir(parents=True, exist_ok=True)
    (place / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder
