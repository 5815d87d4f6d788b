"""From a corpus and an encoder to a model folder: fit, calibrate, quantize, save, describe."""

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from signalread import __version__
from signalread.classification.encoder import (
    LINEAR,
    QUESTION_TOKENS,
    TEXT_TOKENS,
    encode_pairs,
    encoder_logits,
    load_classifier,
)
from signalread.classification.linear import LinearReader
from signalread.classification.model_folder import REQUIRED, hash_of, write_manifest
from signalread.classification.runtime import load_runtime, measure_activations
from signalread.codebook import Codebook
from signalread.errors import InputError, ModelError
from signalread.training.calibrate import calibrate, choose_share
from signalread.training.corpus import read_corpus
from signalread.training.evaluate import Evaluation, evaluate
from signalread.training.examples import Examples, make_examples
from signalread.training.fit import FitOptions, FitResult, fit, load_encoder
from signalread.training.fit_linear import fit_linear
from signalread.training.model_card import render_card

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Told = Callable[[str, float], None]
MEASURED = 800  # passages whose activations set the ranges of the quantized graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A saved model and what it reads right on the dev and test parts."""

    folder: Path
    dev: Evaluation
    test: Evaluation | None


def train_model(
    corpora: Sequence[Path],
    out: Path,
    *,
    encoder: str,
    codebook: Codebook,
    now: datetime,
    options: FitOptions | None = None,
    teacher: npt.NDArray[np.float32] | None = None,
    told: Told = lambda _line, _share: None,
) -> Trained:
    """Train on the corpora's ``train`` parts and write the model folder ``out``.

    ``dev`` parts choose the epoch, the calibration and the thresholds; ``test`` parts are only
    reported on. Without a dev part, every tenth team of the train part becomes one. ``teacher``
    holds another model's probabilities for the training segments, shape (n, labels).

    Raises :class:`InputError` for corpora that cannot be trained on and :class:`ModelError` for
    an encoder that cannot be opened. An existing folder is replaced only once the new one is whole.
    """
    options = options or FitOptions()
    parts = {part: _examples(corpora, part, codebook) for part in ("train", "dev", "test")}
    if not parts["dev"]:
        parts["train"], parts["dev"] = _hold_out(parts["train"])
    if not parts["train"] or not parts["dev"]:
        raise InputError(
            "There is too little labelled text to train on.",
            hint="give corpora with several teams, so that some can be held out",
        )
    network, tokenizer = load_encoder(encoder, labels=codebook.labels)
    fitted = fit(
        network,
        tokenizer,
        train=parts["train"],
        dev=parts["dev"],
        options=options,
        teacher=teacher,
        told=told,
    )
    training = {
        "corpora": [_describe(folder) for folder in corpora],
        "segments": {part: len(examples) for part, examples in parts.items()},
        "encoder": Path(encoder).name,
        "options": asdict(options),
        "best_epoch": fitted.epoch,
    }
    linear = fit_linear(parts["train"], told=told)
    return save_model(
        fitted, linear, tokenizer, parts, out, codebook=codebook, now=now, training=training
    )


def save_model(
    fitted: FitResult,
    linear: LinearReader,
    tokenizer: "Tokenizer",
    parts: dict[str, Examples],
    out: Path,
    *,
    codebook: Codebook,
    now: datetime,
    training: dict[str, Any],
) -> Trained:
    """Quantize, calibrate on what the quantized network says of dev, evaluate, and save."""
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        network: Any = fitted.network
        network.half().save_pretrained(work)
        (work / "config.json").write_text(_tidy_config(work / "config.json"), encoding="utf-8")
        network.float()
        tokenizer.save(str(work / "tokenizer.json"), pretty=False)
        (work / "tokenizer_config.json").write_text(
            json.dumps(
                {
                    "tokenizer_class": "PreTrainedTokenizerFast",
                    "pad_token": tokenizer.id_to_token(network.config.pad_token_id or 0),
                    "model_max_length": QUESTION_TOKENS + TEXT_TOKENS + 3,
                }
            )
            + "\n",
            encoding="utf-8",
        )
        dev_pairs = [(p.question, p.text) for p in parts["dev"].passages]
        if network.config.model_type == "bert":
            encoded = encode_pairs(tokenizer, dev_pairs[:MEASURED])
            ranges = measure_activations(network, _single_batches(encoded))
            (work / "activations.json").write_text(
                json.dumps({name: [round(x, 5) for x in pair] for name, pair in ranges.items()}),
                encoding="utf-8",
            )
        linear.save(work / LINEAR)
        labels = len(codebook.labels)
        quantized = LinearReader.load(work / LINEAR, labels=labels).logits(parts["dev"].passages)
        encoder = encoder_logits(load_runtime(work), tokenizer, dev_pairs, labels=labels)
        targets = parts["dev"].targets
        share = choose_share(encoder, quantized, targets)
        mixed = share * encoder + (1 - share) * quantized
        calibrate(mixed, targets, encoder_share=share).save(work / "calibration.json")
        files = [
            name
            for name in (*REQUIRED, "tokenizer_config.json", "activations.json", LINEAR)
            if (work / name).is_file()
        ]

        def sign(names: Sequence[str]) -> None:
            write_manifest(
                work,
                codebook=codebook,
                name=out.name,
                created=now.date().isoformat(),
                signalread=__version__,
                training=training,
                files=names,
            )

        sign(files)
        classifier = load_classifier(work, codebook=codebook)
        dev = evaluate(classifier, parts["dev"], codebook=codebook)
        test = evaluate(classifier, parts["test"], codebook=codebook) if parts["test"] else None
        card = render_card(
            name=out.name,
            created=now.date(),
            codebook=codebook,
            training=training,
            dev=dev,
            test=test,
        )
        (work / "README.md").write_text(card, encoding="utf-8")
        sign([*files, "README.md"])
        work.chmod(0o755)
        if out.exists():
            shutil.rmtree(out)
        work.replace(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Trained(folder=out, dev=dev, test=test)


def _examples(corpora: Sequence[Path], part: str, codebook: Codebook) -> Examples:
    found = []
    for folder in corpora:
        try:
            found += list(read_corpus(folder, codebook=codebook, parts=[part]))
        except InputError:
            if part == "train":
                raise
    return make_examples(found, codebook=codebook)


def _hold_out(examples: Examples) -> tuple[Examples, Examples]:
    """Split whole teams off: segments of one team must not stand on both sides."""
    teams = sorted({comment.team for comment in examples.comments})
    held = set(teams[::10])
    sides = []
    for side in (False, True):
        rows = [i for i, c in enumerate(examples.comments) if (c.team in held) is side]
        sides.append(
            Examples(
                passages=[examples.passages[i] for i in rows],
                targets=examples.targets[rows],
                segments=[examples.segments[i] for i in rows],
                comments=[examples.comments[i] for i in rows],
            )
        )
    return sides[0], sides[1]


def _single_batches(pairs: list[tuple[list[int], list[int]]]) -> list[dict[str, Any]]:
    import torch

    return [
        {"input_ids": torch.tensor([ids]), "token_type_ids": torch.tensor([types])}
        for ids, types in pairs
    ]


def _describe(folder: Path) -> dict[str, str]:
    files = sorted(folder.rglob("*.jsonl"))
    if not files:
        raise ModelError(f"No labelled text in {folder}.")
    digests = "".join(hash_of(path) for path in files)
    import hashlib

    return {"name": folder.name, "sha256": hashlib.sha256(digests.encode()).hexdigest()}


def _tidy_config(path: Path) -> str:
    config = json.loads(path.read_text(encoding="utf-8"))
    config.pop("_name_or_path", None)  # a path of the machine that trained it
    return json.dumps(config, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
