"""From a trained network to a model folder: quantize, calibrate, describe, and put in place."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signalread import __version__
from signalread.classification.attention import pair_mask
from signalread.classification.encoder import (
    LINEAR,
    QUESTION_TOKENS,
    TEXT_TOKENS,
    encode_pairs,
    encoder_logits,
    load_classifier,
)
from signalread.classification.linear import LinearReader
from signalread.classification.model_folder import CODEBOOK, REQUIRED, write_manifest
from signalread.classification.runtime import load_runtime, measure_activations
from signalread.codebook import Codebook
from signalread.training.calibrate import calibrate, choose_share
from signalread.training.evaluate import Evaluation, evaluate
from signalread.training.examples import Examples
from signalread.training.fingerprints import FINGERPRINTS, Fingerprints
from signalread.training.fit import FitResult
from signalread.training.model_card import RELIABILITY, render_card
from signalread.training.reliability import draw_reliability

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MEASURED = 800  # passages whose activations set the ranges of the quantized graph
FIGURES = ("segments", "micro_f1", "macro_f1", "interval", "calibration_error")
OPTIONAL = ("tokenizer_config.json", "activations.json", LINEAR, CODEBOOK, FINGERPRINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A saved model and what it reads right on the dev and test parts."""

    folder: Path
    dev: Evaluation
    test: Evaluation | None


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
    before: Fingerprints | None = None,
) -> Trained:
    """Quantize, calibrate on what the quantized network says of dev, evaluate, and save.

    ``before`` are the fingerprints of the model that the training began with: what that one had
    seen, this one has. An existing folder is replaced only once the new one is whole.
    """
    with _folder_in_place_of(out) as work:
        _save_network(fitted.network, tokenizer, work)
        _save_ranges(fitted.network, tokenizer, parts["dev"], work)
        linear.save(work / LINEAR)
        _calibrate(tokenizer, parts["dev"], work, labels=len(codebook.labels))
        if codebook.text:
            (work / CODEBOOK).write_text(codebook.text, encoding="utf-8")
        _fingerprint(parts, training, before).save(work / FINGERPRINTS)
        files = [name for name in (*REQUIRED, *OPTIONAL) if (work / name).is_file()]
        created = now.date()

        def sign(names: Sequence[str], facts: dict[str, Any]) -> None:
            write_manifest(
                work,
                codebook=codebook,
                name=out.name,
                created=created.isoformat(),
                signalread=__version__,
                training=facts,
                files=names,
            )

        sign(files, training)
        classifier = load_classifier(work, codebook=codebook)
        dev = evaluate(classifier, parts["dev"], codebook=codebook)
        test = evaluate(classifier, parts["test"], codebook=codebook) if parts["test"] else None
        (work / RELIABILITY).write_text(
            draw_reliability((test or dev).reliability), encoding="utf-8"
        )
        card = render_card(
            name=out.name,
            created=created,
            codebook=codebook,
            training=training,
            dev=dev,
            test=test,
        )
        (work / "README.md").write_text(card, encoding="utf-8")
        figures = {"dev": _figures(dev)} | ({"test": _figures(test)} if test else {})
        sign([*files, RELIABILITY, "README.md"], training | {"figures": figures})
    return Trained(folder=out, dev=dev, test=test)


@contextmanager
def _folder_in_place_of(out: Path) -> Iterator[Path]:
    """Yield a folder beside ``out`` that takes its place when all went well."""
    work, before = (out.parent / f".{out.name}-{name}" for name in ("saving", "before"))
    if before.exists() and not out.exists():
        before.replace(out)  # an earlier run was cut off between the two moves below
    for left in (work, before):
        shutil.rmtree(left, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
        if out.exists():
            out.replace(before)
        work.replace(out)
    finally:
        if before.exists() and not out.exists():
            before.replace(out)
        for left in (work, before):
            shutil.rmtree(left, ignore_errors=True)


def _save_network(network: Any, tokenizer: "Tokenizer", work: Path) -> None:
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


def _save_ranges(network: Any, tokenizer: "Tokenizer", dev: Examples, work: Path) -> None:
    if network.config.model_type != "bert":
        return
    encoded = encode_pairs(tokenizer, _pairs(dev)[:MEASURED])
    ranges = measure_activations(network, _single_batches(encoded))
    (work / "activations.json").write_text(
        json.dumps({name: [round(x, 5) for x in pair] for name, pair in ranges.items()}),
        encoding="utf-8",
    )


def _calibrate(tokenizer: "Tokenizer", dev: Examples, work: Path, *, labels: int) -> None:
    quantized = LinearReader.load(work / LINEAR, labels=labels).logits(dev.passages)
    encoder = encoder_logits(load_runtime(work), tokenizer, _pairs(dev), labels=labels)
    share = choose_share(encoder, quantized, dev.targets)
    mixed = share * encoder + (1 - share) * quantized
    calibrate(mixed, dev.targets, encoder_share=share).save(work / "calibration.json")


def _fingerprint(
    parts: dict[str, Examples], training: dict[str, Any], before: Fingerprints | None
) -> Fingerprints:
    seen = {id(c): c for part in ("train", "dev") for c in parts[part].comments}.values()
    if before is not None:
        return Fingerprints.of(seen, salt=before.salt).and_those_of(before)
    # The same text gives the same folder: the salt comes from the text, and is no secret.
    salt = "".join(sorted(corpus["sha256"][:16] for corpus in training["corpora"]))[:32]
    return Fingerprints.of(seen, salt=salt or "no corpus")


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    figures = asdict(evaluation)
    return {name: figures[name] for name in FIGURES}


def _pairs(examples: Examples) -> list[tuple[str, str]]:
    return [(p.question, p.text) for p in examples.passages]


def _single_batches(pairs: list[tuple[list[int], list[int]]]) -> list[dict[str, Any]]:
    import torch

    batches = []
    for ids, kinds in pairs:
        types = torch.tensor([kinds])
        mask = pair_mask(types, torch.ones_like(types))
        batches.append(
            {"input_ids": torch.tensor([ids]), "token_type_ids": types, "attention_mask": mask}
        )
    return batches


def _tidy_config(path: Path) -> str:
    config = json.loads(path.read_text(encoding="utf-8"))
    config.pop("_name_or_path", None)  # a path of the machine that trained it
    return json.dumps(config, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
