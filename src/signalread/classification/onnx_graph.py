"""A BERT as an ONNX graph with eight-bit weights and activations, built from its weights.

Weights are symmetric per output column, activations affine with fixed ranges (Jacob et al. 2018,
CVPR); attention, normalization and the head stay in single precision.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Weights = Mapping[str, npt.NDArray[np.float32]]
Ranges = Mapping[str, Sequence[float]]

MICROSOFT = "com.microsoft"  # ONNX Runtime's own operators: fused, and fast on processors


def build_graph(weights: Weights, config: Mapping[str, Any], ranges: Ranges) -> bytes:
    """Return the serialized graph: ``ids`` and ``types`` (batch, length) int32 in, logits out.

    ``weights`` are named as transformers names a ``BertForSequenceClassification``; ``ranges``
    holds the low and high value of what flows into each dense layer.
    """
    from onnx import TensorProto, helper

    graph = _Graph()
    prefix = "bert.embeddings."
    x = graph.op(
        "EmbedLayerNormalization",
        "ids",
        "types",
        graph.constant(weights[prefix + "word_embeddings.weight"]),
        graph.constant(weights[prefix + "position_embeddings.weight"]),
        graph.constant(weights[prefix + "token_type_embeddings.weight"]),
        graph.constant(weights[prefix + "LayerNorm.weight"]),
        graph.constant(weights[prefix + "LayerNorm.bias"]),
        outputs=2,
        domain=MICROSOFT,
        epsilon=config["layer_norm_eps"],
    )
    last = config["num_hidden_layers"] - 1
    for number in range(last + 1):
        prefix = f"bert.encoder.layer.{number}."
        # Of the last layer, the head reads the first token only: nothing else is computed.
        x = _layer(graph, x, weights, config, ranges, prefix=prefix, first_only=number == last)
    first = graph.op("Gather", x, graph.constant(np.array(0, dtype=np.int64)), axis=1)
    pooled = graph.op("Tanh", graph.gemm(first, weights, "bert.pooler.dense"))
    logits = graph.gemm(pooled, weights, "classifier")
    graph.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    shape = ["batch", "length"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "encoder",
            [
                helper.make_tensor_value_info(name, TensorProto.INT32, shape)
                for name in ("ids", "types")
            ],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "labels"])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)],
        ir_version=10,
    )
    return bytes(model.SerializeToString())


def _layer(
    graph: "_Graph",
    x: str,
    weights: Weights,
    config: Mapping[str, Any],
    ranges: Ranges,
    *,
    prefix: str,
    first_only: bool,
) -> str:
    parts = [prefix + f"attention.self.{part}" for part in ("query", "key", "value")]
    span = ranges[parts[0]]

    def project(source: str, names: Sequence[str]) -> list[str]:
        joined = graph.dense(
            source,
            np.concatenate([weights[name + ".weight"] for name in names]),
            np.concatenate([weights[name + ".bias"] for name in names]),
            span,
        )
        return graph.split(joined, len(names))

    if first_only:
        key, value = project(x, parts[1:])
        x = graph.first(x)
        query = graph.dense(x, weights[parts[0] + ".weight"], weights[parts[0] + ".bias"], span)
    else:
        query, key, value = project(x, parts)
    context = graph.op(
        "MultiHeadAttention",
        query,
        key,
        value,
        domain=MICROSOFT,
        num_heads=config["num_attention_heads"],
    )
    name = prefix + "attention.output.dense"
    attended = graph.dense(
        context, weights[name + ".weight"], weights[name + ".bias"], ranges[name]
    )
    x = graph.add_and_normalize(attended, x, weights, prefix + "attention.output.LayerNorm", config)
    name = prefix + "intermediate.dense"
    wide = graph.dense(x, weights[name + ".weight"], weights[name + ".bias"], ranges[name])
    wide = graph.op("Gelu", wide, domain=MICROSOFT)
    name = prefix + "output.dense"
    narrow = graph.dense(wide, weights[name + ".weight"], weights[name + ".bias"], ranges[name])
    return graph.add_and_normalize(narrow, x, weights, prefix + "output.LayerNorm", config)


class _Graph:
    """Nodes and constants under construction; every method returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def op(
        self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any
    ) -> str:
        from onnx import helper

        names = [f"n{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names[0]

    def first(self, x: str) -> str:
        """Keep the first token only; (batch, length, width) becomes (batch, 1, width)."""
        start, end, axis = (self.constant(np.array([n], dtype=np.int64)) for n in (0, 1, 1))
        return self.op("Slice", x, start, end, axis)

    def split(self, x: str, parts: int) -> list[str]:
        from onnx import helper

        names = [f"n{len(self.nodes)}_{i}" for i in range(parts)]
        self.nodes.append(helper.make_node("Split", [x], names, axis=-1, num_outputs=parts))
        return names

    def dense(
        self,
        x: str,
        weight: npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32],
        span: Sequence[float],
    ) -> str:
        """Multiply in eight bits; ``weight`` has shape (out, in) as torch keeps it."""
        low, high = min(span[0], 0.0), max(span[1], 0.0)
        scale = np.float32(max(high - low, 1e-8) / 255)
        zero = np.uint8(np.clip(np.rint(-low / scale), 0, 255))
        columns = weight.T
        steps = np.maximum(np.abs(columns).max(axis=0), 1e-8) / 127
        whole = np.rint(columns / steps).astype(np.int8)
        x_scale, x_zero = self.constant(np.array(scale)), self.constant(np.array(zero))
        return self.op(
            "MatMulIntegerToFloat",
            self.op("QuantizeLinear", x, x_scale, x_zero),
            self.constant(whole),
            x_scale,
            self.constant(steps.astype(np.float32)),
            x_zero,
            self.constant(np.zeros(whole.shape[1], dtype=np.int8)),
            self.constant(bias),
            domain=MICROSOFT,
        )

    def gemm(self, x: str, weights: Weights, name: str) -> str:
        return self.op(
            "Gemm",
            x,
            self.constant(weights[name + ".weight"]),
            self.constant(weights[name + ".bias"]),
            transB=1,
        )

    def add_and_normalize(
        self, x: str, skip: str, weights: Weights, name: str, config: Mapping[str, Any]
    ) -> str:
        return self.op(
            "SkipLayerNormalization",
            x,
            skip,
            self.constant(weights[name + ".weight"]),
            self.constant(weights[name + ".bias"]),
            domain=MICROSOFT,
            epsilon=config["layer_norm_eps"],
        )
