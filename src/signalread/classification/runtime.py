"""Running an encoder: eight-bit integers under ONNX Runtime on a processor, or torch."""

import ctypes
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from signalread.classification.attention import pair_mask, reads_pairs
from signalread.classification.model_folder import opening

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]
Pair = tuple[list[int], list[int]]  # token ids and type ids, as encode_pairs makes them

TOKENS_PER_BATCH = 512  # what a core's caches hold
QUESTIONS = 128  # prepared at a time: each takes up to half a megabyte
DRIVERS = ("libcuda.so.1", "nvcuda.dll", "libamdhip64.so")  # without one of them, no GPU
WIDTHS = (8, 16, 33, 64, 128)  # prepared questions are padded to one of these


class Runtime(Protocol):
    """Computes logits for pairs. A pair's are the same whatever pairs stand around it."""

    def logits(self, pairs: Sequence[Pair]) -> Floats:
        """Return logits, shape (pairs, labels)."""


def load_runtime(folder: Path, *, threads: int | None = None) -> Runtime:
    """Return the fastest runtime for the encoder in a (checked) model folder.

    A BERT with ``activations.json`` runs quantized on the processor; with a GPU, and for every
    other architecture, torch runs it.
    """
    with opening(folder, "config.json or model.safetensors"):
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        activations = folder / "activations.json"
        if config["model_type"] == "bert" and activations.is_file() and not _has_gpu():
            ranges = json.loads(activations.read_text(encoding="utf-8"))
            return OnnxRuntime(_read_weights(folder, config), config, ranges, threads=threads)
        return TorchRuntime(folder)


def _read_weights(folder: Path, config: Mapping[str, Any]) -> dict[str, Floats]:
    from safetensors.numpy import load_file

    weights = load_file(folder / "model.safetensors")
    rows = len(weights["bert.embeddings.word_embeddings.weight"])
    if rows != config["vocab_size"]:
        raise ValueError(f"{rows} tokens have weights, not {config['vocab_size']}")
    return {name: values.astype(np.float32) for name, values in weights.items()}


@dataclass(frozen=True, slots=True)
class _Split:
    """A pair taken apart: its question's tokens, and the first token with the text's."""

    question: tuple[int, ...]
    text: list[int]
    row: int

    @classmethod
    def of(cls, pair: Pair, row: int) -> "_Split":
        ids, types = pair
        cut = types.count(0)
        return cls(tuple(ids[1:cut]), [ids[0], *ids[cut:]], row)


class OnnxRuntime:
    """A quantized BERT that computes each question once, on ``threads`` cores (default: all)."""

    def __init__(
        self,
        weights: Mapping[str, Floats],
        config: Mapping[str, Any],
        ranges: Mapping[str, Sequence[float]],
        *,
        threads: int | None = None,
    ) -> None:
        from signalread.classification.onnx_graph import build_question_graph, build_text_graph

        self._questions = _session(build_question_graph(weights, config, ranges))
        self._texts = _session(build_text_graph(weights, config, ranges))
        self._width = int(config["hidden_size"])
        self._labels = len(weights["classifier.bias"])
        self._threads = threads or os.cpu_count() or 1

    def logits(self, pairs: Sequence[Pair]) -> Floats:
        """Return logits, shape (pairs, labels)."""
        result = np.zeros((len(pairs), self._labels), dtype=np.float32)
        asked: dict[tuple[int, ...], list[_Split]] = defaultdict(list)
        for row, pair in enumerate(pairs):
            split = _Split.of(pair, row)
            asked[split.question].append(split)
        # Each batch on a core of its own: no thread waits for another within a product.
        with ThreadPoolExecutor(self._threads) as pool:
            for questions in _portions(asked):
                prepared = self._prepare(questions)
                texts = [split for question in questions for split in asked[question]]
                place = {question: i for i, question in enumerate(questions)}
                batches = list(_batches(texts))
                read = pool.map(lambda batch: self._read(batch, prepared, place), batches)  # noqa: B023 – used up within the turn
                for batch, found in zip(batches, read, strict=True):
                    result[[split.row for split in batch]] = found
        return result

    def _prepare(self, questions: Sequence[tuple[int, ...]]) -> dict[str, npt.NDArray[Any]]:
        """Return keys and values per layer, shape (questions, width of the portion, hidden)."""
        width = _width(len(questions[0]))
        names = [output.name for output in self._questions.get_outputs()]
        shape = (len(questions), width, self._width)
        prepared = {name: np.zeros(shape, dtype=np.float32) for name in names}
        by_length: dict[int, list[int]] = defaultdict(list)
        for i, question in enumerate(questions):
            by_length[len(question)].append(i)
        for length, members in by_length.items():
            found = self._questions.run(
                names,
                {
                    "ids": np.array([questions[i] for i in members], dtype=np.int32),
                    # The first token has position 0 and stands with the text.
                    "positions": np.tile(
                        np.arange(1, length + 1, dtype=np.int32), (len(members), 1)
                    ),
                },
            )
            for name, values in zip(names, found, strict=True):
                prepared[name][members, :length] = values
        return prepared

    def _read(
        self,
        batch: Sequence[_Split],
        prepared: Mapping[str, npt.NDArray[Any]],
        place: Mapping[tuple[int, ...], int],
    ) -> Floats:
        length = len(batch[0].text)
        width = _width(len(batch[0].question))
        positions = np.zeros((len(batch), length), dtype=np.int32)
        seen = np.zeros((len(batch), width + length), dtype=np.int32)
        seen[:, width:] = 1
        for i, split in enumerate(batch):
            start = len(split.question) + 1
            positions[i, 1:] = np.arange(start, start + length - 1)
            seen[i, : len(split.question)] = 1
        types = np.ones((len(batch), length), dtype=np.int32)
        types[:, 0] = 0
        (logits,) = self._texts.run(
            ["logits"],
            {
                "ids": np.array([split.text for split in batch], dtype=np.int32),
                "types": types,
                "positions": positions,
                "asked": np.array([place[split.question] for split in batch], dtype=np.int32),
                "seen": seen,
                **prepared,
            },
        )
        return np.asarray(logits, dtype=np.float32)


class TorchRuntime:
    """Any sequence classifier of transformers, on a GPU where there is one."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification

        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network: Any = (
            AutoModelForSequenceClassification.from_pretrained(str(folder), local_files_only=True)
            .float()
            .to(self._device)
            .eval()
        )

    def logits(self, pairs: Sequence[Pair]) -> Floats:
        """Return logits, shape (pairs, labels). Pairs of one length form a batch, unpadded."""
        result = np.zeros((len(pairs), self._network.config.num_labels), dtype=np.float32)
        by_length: dict[int, list[int]] = defaultdict(list)
        for row, (ids, _) in enumerate(pairs):
            by_length[len(ids)].append(row)
        for length, members in sorted(by_length.items()):
            size = max(1, TOKENS_PER_BATCH // length)
            for start in range(0, len(members), size):
                rows = members[start : start + size]
                result[rows] = self._read([pairs[row] for row in rows])
        return result

    def _read(self, pairs: Sequence[Pair]) -> Floats:
        import torch

        ids = torch.tensor([ids for ids, _ in pairs], device=self._device)
        types = torch.tensor([types for _, types in pairs], device=self._device)
        inputs: dict[str, torch.Tensor] = {"input_ids": ids}
        if getattr(self._network.config, "type_vocab_size", 0) > 1:
            inputs["token_type_ids"] = types
        if reads_pairs(self._network.config):
            inputs["attention_mask"] = pair_mask(types, torch.ones_like(types))
        gpu = self._device == "cuda"
        with torch.inference_mode(), torch.autocast("cuda", torch.bfloat16, enabled=gpu):
            output = self._network(**inputs).logits
        return np.asarray(output.float().cpu().numpy(), dtype=np.float32)


def measure_activations(
    network: "torch.nn.Module", batches: "list[dict[str, torch.Tensor]]"
) -> Mapping[str, tuple[float, float]]:
    """Return the range of what flows into each dense layer, by the layer's name.

    The quantized graph maps this range to eight bits. Fixed ranges, unlike ranges taken from each
    batch, make a passage's scores independent of its neighbours.
    """
    import torch

    seen: dict[str, list[tuple[float, float]]] = {}

    def watch(name: str) -> Any:
        def hook(_module: Any, inputs: tuple[Any, ...]) -> None:
            values = inputs[0].detach().float()
            # One in ten thousand may be cut off: it would cost all others their resolution.
            cut = torch.quantile(
                values.flatten()[:: max(1, values.numel() // 1_000_000)],
                torch.tensor([0.00005, 0.99995], device=values.device),
            )
            seen.setdefault(name, []).append((float(cut[0]), float(cut[1])))

        return hook

    handles = [
        module.register_forward_pre_hook(watch(name))
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear) and ".layer." in name
    ]
    network.eval()
    with torch.inference_mode():
        for batch in batches:
            network(**batch)
    for handle in handles:
        handle.remove()
    return {
        name: (min(low for low, _ in found), max(high for _, high in found))
        for name, found in seen.items()
    }


def _session(graph: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # The graph is already as it shall be: further fusing would undo what was spelt out.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    # Arenas keep the largest batch's memory for good; batches are small enough without.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _width(length: int) -> int:
    """Return what a question of this length is padded to: a matter of its own length alone."""
    return next(width for width in WIDTHS if width >= length)


def _portions(
    questions: Mapping[tuple[int, ...], Any],
) -> Iterator[list[tuple[int, ...]]]:
    """Yield the questions of one width, as many at a time as may be prepared."""
    by_width: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for question in questions:
        by_width[_width(len(question))].append(question)
    for _, fitting in sorted(by_width.items()):
        for start in range(0, len(fitting), QUESTIONS):
            yield fitting[start : start + QUESTIONS]


def _batches(texts: Sequence[_Split]) -> Iterator[list[_Split]]:
    """Yield batches of texts of one length, so that nothing is padded."""
    by_length: dict[int, list[_Split]] = defaultdict(list)
    for split in texts:
        by_length[len(split.text)].append(split)
    for length, members in sorted(by_length.items()):
        size = max(1, TOKENS_PER_BATCH // length)
        for start in range(0, len(members), size):
            yield members[start : start + size]


def _has_gpu() -> bool:
    # Asked of the driver first: importing torch costs a second and 250 MB.
    if not any(_opens(library) for library in DRIVERS):
        return False
    try:
        import torch
    except ImportError:
        return False
    return torch.cuda.is_available()


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
