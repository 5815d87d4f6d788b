"""A model folder with a BERT of two small layers and random weights, made in a second."""

import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertForSequenceClassification

from signalread.classification.calibration import Calibration
from signalread.classification.model_folder import write_manifest
from signalread.classification.runtime import measure_activations
from signalread.codebook import load_codebook

WORDS = [
    "vi",
    "får",
    "bestämma",
    "själva",
    "chefen",
    "litar",
    "på",
    "oss",
    "ingen",
    "vågar",
    "säga",
    "något",
    "kaffet",
    "är",
    "gott",
]
FILES = ("config.json", "model.safetensors", "tokenizer.json", "calibration.json")


def make_tiny_model(folder: Path) -> Path:
    """Write the folder and return it."""
    codebook = load_codebook()
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=40,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=140,
        id2label=dict(enumerate(codebook.labels)),
        label2id={label: i for i, label in enumerate(codebook.labels)},
        pad_token_id=1,
        problem_type="multi_label_classification",
    )
    network = BertForSequenceClassification(config).eval()
    for parameter in network.parameters():  # larger than BERT's start, so that inputs matter
        parameter.data.mul_(4)
    network.save_pretrained(folder)
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
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
    write_manifest(
        folder,
        codebook=codebook,
        name="tiny",
        created="2026-11-28",
        signalread="test",
        training={},
        files=[*FILES, "activations.json", "README.md"],
    )
    return folder
