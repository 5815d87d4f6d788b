"""Fine-tuning an encoder to the labels: any sequence classifier that transformers can open."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from signalread.classification.attention import pair_mask, reads_pairs
from signalread.classification.encoder import encode_pairs
from signalread.errors import ModelError
from signalread.training.checkpoints import Checkpoints, TrainingState
from signalread.training.evaluate import f1
from signalread.training.examples import Examples

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """How long and how hard to train; it stops after ``patience`` epochs without a better one."""

    epochs: int = 6
    patience: int = 2
    batch: int = 32
    rate: float = 3e-4
    head_rate: float = 1e-3
    warmup: float = 0.06
    decay: float = 0.01
    average: float = 0.9993  # how much of the running mean of the weights a step keeps at most
    seed: int = 0
    teacher_share: float = 0.5  # weight of the teacher's probabilities beside the labels


@dataclass(frozen=True, slots=True, kw_only=True)
class FitResult:
    """The trained network with its logits on the dev part, shape (n, labels)."""

    network: "torch.nn.Module"
    dev_logits: Floats
    dev_f1: float
    epoch: int


def load_encoder(name: str, *, labels: Sequence[str]) -> "tuple[torch.nn.Module, Tokenizer]":
    """Open an encoder by folder or by its name on the Hugging Face hub, with a new head.

    Raises :class:`ModelError` where it is neither here nor to be had.
    """
    from tokenizers import Tokenizer
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        network = AutoModelForSequenceClassification.from_pretrained(
            name,
            num_labels=len(labels),
            id2label=dict(enumerate(labels)),
            label2id={label: i for i, label in enumerate(labels)},
            problem_type="multi_label_classification",
            ignore_mismatched_sizes=True,
        ).float()
        own = Path(name) / "tokenizer.json"
        if own.is_file():
            tokenizer = Tokenizer.from_file(str(own))
        else:
            tokenizer = AutoTokenizer.from_pretrained(name).backend_tokenizer
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(
            f"No encoder '{name}' in that folder, nor on the model hub from this computer.",
            hint="give the folder of an encoder as transformers saves it, or connect to the hub",
        ) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return network, tokenizer


def fit(
    network: "torch.nn.Module",
    tokenizer: "Tokenizer",
    *,
    train: Examples,
    dev: Examples,
    options: FitOptions,
    teacher: Floats | None = None,
    told: Callable[[str, float], None] = lambda _line, _share: None,
    checkpoints: Checkpoints | None = None,
) -> FitResult:
    """Train on ``train`` and keep the epoch that reads ``dev`` best.

    What is kept is not the last step's network but the running mean of the weights (Polyak and
    Juditsky 1992, SIAM J. Control Optim.; Izmailov et al. 2018, arXiv:1803.05407), which reads
    better than any network on the way.

    ``teacher`` holds another model's probabilities for the training passages, shape (n, labels);
    the network then learns from them beside the labels (Hinton et al. 2015, arXiv:1503.02531).
    ``told`` hears of each step: a line and the share done. With ``checkpoints`` each epoch is kept
    on the disk, and a run that was cut off goes on after the last one, to the same network that it
    would have come to.
    """
    import torch

    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    pairs = _encode(tokenizer, train)
    dev_pairs = _encode(tokenizer, dev)
    targets = torch.from_numpy(train.targets)
    if teacher is not None:
        targets = (1 - options.teacher_share) * targets + options.teacher_share * torch.from_numpy(
            teacher
        )
    _start_from_frequencies(network, train.targets)
    average = _running_mean(network, options.average)
    optimizer = _optimizer(network, options)
    steps = options.epochs * math.ceil(len(pairs) / options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: (
            min(1.0, (step + 1) / max(1.0, options.warmup * steps)) * max(0.02, 1 - step / steps)
        ),
    )
    best: tuple[float, int, Floats, dict[str, torch.Tensor]] | None = None
    step = done = 0
    if checkpoints is not None and (state := checkpoints.latest()) is not None:
        network.load_state_dict(state.network)
        average.load_state_dict(state.average)
        optimizer.load_state_dict(state.optimizer)
        schedule.load_state_dict(state.schedule)
        torch.set_rng_state(state.torch_chance)
        rng.bit_generator.state = state.chance
        step, done = state.step, state.epoch
        best = (state.best_f1, state.best_epoch, state.dev_logits.numpy(), state.best)
    for epoch in range(done + 1, options.epochs + 1):
        if best is not None and epoch - 1 - best[1] >= options.patience:
            break
        network.train()
        for batch in _batches([len(ids) for ids, _ in pairs], options.batch, rng):
            output = _forward(network, [pairs[i] for i in batch])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                output, targets[batch], reduction="sum"
            ) / len(batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            average.update_parameters(network)
            schedule.step()
            step += 1
            told(f"epoch {epoch} of {options.epochs}", step / steps)
        logits = predict(average.module, dev_pairs)
        score = best_f1(logits, dev.targets)
        told(f"epoch {epoch} of {options.epochs}: dev micro-F1 {score:.3f}", step / steps)
        if best is None or score > best[0]:
            weights = average.module.state_dict()
            best = (score, epoch, logits, {name: w.detach().clone() for name, w in weights.items()})
        if checkpoints is not None:
            checkpoints.keep(
                TrainingState(
                    epoch=epoch,
                    step=step,
                    best_epoch=best[1],
                    best_f1=best[0],
                    network=network.state_dict(),
                    best=best[3],
                    average=average.state_dict(),
                    dev_logits=torch.from_numpy(best[2]),
                    torch_chance=torch.get_rng_state(),
                    chance=dict(rng.bit_generator.state),
                    optimizer=optimizer.state_dict(),
                    schedule=schedule.state_dict(),
                )
            )
    assert best is not None
    network.load_state_dict(best[3])
    network.eval()
    return FitResult(network=network, dev_logits=best[2], dev_f1=best[0], epoch=best[1])


def predict(
    network: "torch.nn.Module", pairs: Sequence[tuple[list[int], list[int]]], *, batch: int = 64
) -> Floats:
    """Return logits for encoded pairs, in their order, shape (n, labels)."""
    import torch

    network.eval()
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]))
    rows: list[Floats] = []
    with torch.inference_mode():
        for start in range(0, len(order), batch):
            output = _forward(network, [pairs[i] for i in order[start : start + batch]])
            rows.append(output.float().numpy())
    result = np.concatenate(rows)
    back = np.empty(len(order), dtype=int)
    back[order] = np.arange(len(order))
    return result[back]


def best_f1(logits: Floats, targets: Floats) -> float:
    """Return micro-F1 at the one cut over all labels that makes it highest."""
    return max(f1(logits >= cut, targets == 1) for cut in np.arange(-2.0, 1.01, 0.25))


def _encode(tokenizer: "Tokenizer", examples: Examples) -> list[tuple[list[int], list[int]]]:
    return encode_pairs(tokenizer, [(p.question, p.text) for p in examples.passages])


def _batches(
    lengths: Sequence[int], size: int, rng: np.random.Generator
) -> list[npt.NDArray[np.int64]]:
    """Shuffle, then sort by length within large blocks: little padding, much chance."""
    order = rng.permutation(len(lengths))
    cut: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(order), size * 20):
        block = order[start : start + size * 20]
        block = block[np.argsort(np.asarray(lengths)[block], kind="stable")]
        cut += [block[i : i + size] for i in range(0, len(block), size)]
    return [cut[i] for i in rng.permutation(len(cut))]


def _forward(network: Any, pairs: Sequence[tuple[list[int], list[int]]]) -> Any:
    import torch

    longest = max(len(ids) for ids, _ in pairs)
    shape = (len(pairs), longest)
    ids = torch.full(shape, int(network.config.pad_token_id or 0))
    types = torch.zeros(shape, dtype=torch.long)
    mask = torch.zeros(shape, dtype=torch.long)
    for row, (tokens, kinds) in enumerate(pairs):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        types[row, : len(kinds)] = torch.tensor(kinds)
        mask[row, : len(tokens)] = 1
    extra = {"token_type_ids": types} if network.config.type_vocab_size > 1 else {}
    if reads_pairs(network.config):
        mask = pair_mask(types, mask)
    # Half-width arithmetic where the processor has it trains at about twice the speed.
    with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
        return network(input_ids=ids, attention_mask=mask, **extra).logits.float()


def _start_from_frequencies(network: Any, targets: Floats) -> None:
    """Let the head begin with each label's log-odds; finding them would take it an epoch."""
    import torch

    shares = (targets.sum(axis=0) + 1) / (len(targets) + 2)
    last = [
        module
        for name, module in network.named_modules()
        if "classifier" in name and getattr(module, "out_features", 0) == targets.shape[1]
    ][-1]
    with torch.no_grad():
        last.bias.copy_(torch.from_numpy(np.log(shares / (1 - shares)).astype(np.float32)))


def _running_mean(network: "torch.nn.Module", kept: float) -> Any:
    """Return the mean of the network's weights, to be told of each step.

    It forgets its start quickly, so that a short run's mean is of its own last steps.
    """
    import torch
    from torch.optim.swa_utils import AveragedModel

    def update(averaged: Any, current: Any, steps: Any) -> None:
        share = min(kept, (1 + int(steps)) / (10 + int(steps)))
        torch._foreach_lerp_(averaged, current, 1 - share)

    return AveragedModel(network, multi_avg_fn=update)


def _optimizer(network: "torch.nn.Module", options: FitOptions) -> "torch.optim.Optimizer":
    import torch

    head = [
        parameter
        for name, parameter in network.named_parameters()
        if "classifier" in name or "pooler" in name
    ]
    inside = {id(p) for p in head}
    body = [p for p in network.parameters() if id(p) not in inside]
    return torch.optim.AdamW(
        [{"params": body, "lr": options.rate}, {"params": head, "lr": options.head_rate}],
        weight_decay=options.decay,
        fused=True,
    )
