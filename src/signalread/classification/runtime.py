"""Running an encoder: eight-bit integers under ONNX Runtime on a processor, or torch."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


class Runtime(Protocol):
    """Computes logits for token ids. Rows of a batch never influence each other."""

    def logits(self, ids: Ids, types: Ids) -> Floats:
        """Return logits, shape (batch, labels), for ids and type ids of shape (batch, length)."""


def load_runtime(folder: Path) -> Runtime:
    """Return the fastest runtime for the encoder in a (checked) model folder.

    A BERT with ``activations.json`` runs quantized on the processor; with a GPU, and for every
    other architecture, torch runs it.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    activations = folder / "activations.json"
    if config["model_type"] == "bert" and activations.is_file() and not _has_gpu():
        from safetensors.numpy import load_file

        from signalread.classification.onnx_graph import build_graph

        ranges = json.loads(activations.read_text(encoding="utf-8"))
        weights = {
            k: v.astype(np.float32) for k, v in load_file(folder / "model.safetensors").items()
        }
        return OnnxRuntime(build_graph(weights, config, ranges))
    return TorchRuntime(folder)


class OnnxRuntime:
    """A graph that ONNX Runtime computes on all cores."""

    def __init__(self, graph: bytes, *, threads: int = 0) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Arenas keep the largest batch's memory for good; batches are small enough without.
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )

    def logits(self, ids: Ids, types: Ids) -> Floats:
        """Return logits, shape (batch, labels)."""
        inputs = {"ids": ids.astype(np.int32), "types": types.astype(np.int32)}
        (result,) = self._session.run(None, inputs)
        return np.asarray(result, dtype=np.float32)


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

    def logits(self, ids: Ids, types: Ids) -> Floats:
        """Return logits, shape (batch, labels)."""
        import torch

        inputs: dict[str, torch.Tensor] = {"input_ids": torch.from_numpy(ids).to(self._device)}
        if getattr(self._network.config, "type_vocab_size", 0) > 1:
            inputs["token_type_ids"] = torch.from_numpy(types).to(self._device)
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


def _has_gpu() -> bool:
    try:
        import torch
    except ImportError:
        return False
    return torch.cuda.is_available()
