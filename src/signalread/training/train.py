"""From corpora and an encoder to a model folder, and on again after a crash."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from signalread import __version__
from signalread.classification.model_folder import hash_of
from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.training.checkpoints import Checkpoints
from signalread.training.corpus import PARTS, LabelledComment
from signalread.training.examples import Examples, make_examples
from signalread.training.fingerprints import FINGERPRINTS, Fingerprints
from signalread.training.fit import FitOptions, fit, load_encoder
from signalread.training.fit_linear import fit_linear
from signalread.training.saving import Trained, save_model
from signalread.training.split import read_parts

__all__ = ["Trained", "save_model", "train_model", "train_parts", "work_folder"]

Told = Callable[[str, float], None]
ORIGINS = 8  # origins of text that a manifest names; the rest is counted together


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
    resume: bool = False,
) -> Trained:
    """Train on the corpora's ``train`` parts and write the model folder ``out``.

    ``dev`` parts choose the epoch, the calibration and the thresholds; ``test`` parts are only
    reported on. Parts that a corpus does not have are split off by organisation or team
    (:func:`~signalread.training.split.read_parts`). ``teacher`` holds another model's
    probabilities for the training segments, shape (n, labels).

    After each epoch the run is kept in ``work_folder(out)``; with ``resume`` it goes on from there
    to the same model that it would have come to. Raises :class:`InputError` for corpora that
    cannot be trained on and for a run that had other corpora or options, and
    :class:`~signalread.errors.ModelError` for an encoder that cannot be opened. An existing folder
    is replaced only once the new one is whole.
    """
    options = options or FitOptions()
    read = [read_parts(folder, codebook=codebook) for folder in corpora]
    described = [_describe(folder) for folder in corpora]
    checkpoints = Checkpoints(
        work_folder(out),
        key={
            "signalread": __version__,
            "corpora": described,
            "encoder": _mark(encoder),
            "codebook": codebook.digest,
            "options": asdict(options),
        },
    )
    checkpoints = checkpoints.check_key() if resume else checkpoints.start_anew()
    trained = train_parts(
        {part: [c for parts in read for c in parts[part]] for part in PARTS},
        out,
        encoder=encoder,
        codebook=codebook,
        now=now,
        options=options,
        corpora=described,
        teacher=teacher,
        told=told,
        checkpoints=checkpoints,
    )
    checkpoints.remove()
    return trained


def train_parts(
    comments: Mapping[str, Sequence[LabelledComment]],
    out: Path,
    *,
    encoder: str,
    codebook: Codebook,
    now: datetime,
    options: FitOptions,
    corpora: Sequence[dict[str, str]] = (),
    teacher: npt.NDArray[np.float32] | None = None,
    told: Told = lambda _line, _share: None,
    checkpoints: Checkpoints | None = None,
) -> Trained:
    """Train on comments that are split already, as :func:`train_model` does on corpora.

    ``corpora`` says what they are (name and digest), for the manifest and the card.
    """
    parts = {part: make_examples(comments[part], codebook=codebook) for part in PARTS}
    if not parts["train"] or not parts["dev"]:
        raise InputError(
            "There is too little labelled text to train on.",
            hint="give corpora with several teams, so that some can be held out",
        )
    before = _seen_before(encoder)  # what cannot be read is told before the work begins
    import torch  # slow, and only training needs it

    torch.manual_seed(options.seed)  # a new head begins at random
    network, tokenizer = load_encoder(encoder, labels=codebook.labels)
    fitted = fit(
        network,
        tokenizer,
        train=parts["train"],
        dev=parts["dev"],
        options=options,
        teacher=teacher,
        told=told,
        checkpoints=checkpoints,
    )
    training = {
        "corpora": list(corpora),
        "segments": {part: len(examples) for part, examples in parts.items()},
        "origins": _origins(parts["train"]),
        "encoder": Path(encoder).name,
        "options": asdict(options),
        "best_epoch": fitted.epoch,
    }
    linear = fit_linear(parts["train"], told=told)
    return save_model(
        fitted,
        linear,
        tokenizer,
        parts,
        out,
        codebook=codebook,
        now=now,
        training=training,
        before=before,
    )


def work_folder(out: Path) -> Path:
    """Return where a run that is to end in ``out`` keeps its state.

    >>> work_folder(Path("models/own")).name
    '.own-training'
    """
    return out.parent / f".{out.name}-training"


def _origins(examples: Examples) -> dict[str, int]:
    counts = Counter(comment.origin for comment in examples.comments)
    named = dict(counts.most_common(ORIGINS))
    rest = sum(counts.values()) - sum(named.values())
    return named | ({"others": rest} if rest else {})


def _seen_before(encoder: str) -> Fingerprints | None:
    path = Path(encoder) / FINGERPRINTS
    return Fingerprints.load(path) if path.is_file() else None


def _mark(encoder: str) -> str:
    weights = Path(encoder) / "model.safetensors"
    return hash_of(weights) if weights.is_file() else encoder


def _describe(folder: Path) -> dict[str, str]:
    digests = "".join(hash_of(path) for path in sorted(folder.rglob("*.jsonl")))
    return {"name": folder.name, "sha256": hashlib.sha256(digests.encode()).hexdigest()}
