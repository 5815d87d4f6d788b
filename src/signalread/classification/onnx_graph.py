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


def build_question_graph(weights: Weights, config: Mapping[str, Any], ranges: Ranges) -> bytes:
    """Return the serialized graph that prepares questions for :func:`build_text_graph`.

    In: ``ids`` and ``positions`` (questions, length) int32. Out: for each layer ``keys_0``,
    ``values_0``, … (questions, length, width), what the text's tokens attend to.
    """
    graph = _Graph()
    types = graph.op("Sub", "ids", "ids")  # a question's type is 0
    x = _embed(graph, "ids", types, "positions", weights, config)
    last = config["num_hidden_layers"] - 1
    outputs = []
    for number in range(last + 1):
        layer = _Layer(graph, weights, config, ranges, number)
        key, value = layer.project(x, ("key", "value"))
        for name, found in ((f"keys_{number}", key), (f"values_{number}", value)):
            graph.op("Identity", found, named=name)
            outputs.append(name)
        if number < last:
            (query,) = layer.project(x, ("query",))
            x = layer.finish(x, layer.attend(query, key, value))
    return graph.serialize(
        "questions",
        inputs={"ids": ["questions", "length"], "positions": ["questions", "length"]},
        outputs={name: ["questions", "length", "width"] for name in outputs},
    )


def build_text_graph(weights: Weights, config: Mapping[str, Any], ranges: Ranges) -> bytes:
    """Return the serialized graph that reads texts, each with its prepared question.

    In: ``ids``, ``types`` and ``positions`` (batch, length) int32, the first token's first;
    ``asked`` (batch,) int32, the row of each text's question; ``seen`` (batch, asked length +
    length) int32, 0 where a question is padded; and ``keys_0``, ``values_0``, … as
    :func:`build_question_graph` makes them. Out: ``logits`` (batch, labels).
    """
    graph = _Graph()
    x = _embed(graph, "ids", "types", "positions", weights, config)
    last = config["num_hidden_layers"] - 1
    for number in range(last + 1):
        layer = _Layer(graph, weights, config, ranges, number)
        if number < last:
            query, key, value = layer.project(x, ("query", "key", "value"))
        else:
            # Of the last layer, the head reads the first token only: nothing else is computed.
            key, value = layer.project(x, ("key", "value"))
            x = graph.first(x)
            (query,) = layer.project(x, ("query",))
        both = [
            graph.op("Concat", graph.op("Gather", f"{name}_{number}", "asked"), own, axis=1)
            for name, own in (("keys", key), ("values", value))
        ]
        x = layer.finish(x, layer.attend(query, *both, mask="seen"))
    first = graph.op("Gather", x, graph.constant(np.array(0, dtype=np.int64)), axis=1)
    pooled = graph.op("Tanh", graph.gemm(first, weights, "bert.pooler.dense"))
    graph.op("Identity", graph.gemm(pooled, weights, "classifier"), named="logits")
    prepared = {
        f"{name}_{number}": ["questions", "asked length", "width"]
        for number in range(last + 1)
        for name in ("keys", "values")
    }
    return graph.serialize(
        "texts",
        inputs={
            "ids": ["batch", "length"],
            "types": ["batch", "length"],
            "positions": ["batch", "length"],
            "asked": ["batch"],
            "seen": ["batch", "asked length + length"],
        },
        floats=prepared,
        outputs={"logits": ["batch", "labels"]},
    )


def _embed(
    graph: "_Graph",
    ids: str,
    types: str,
    positions: str,
    weights: Weights,
    config: Mapping[str, Any],
) -> str:
    prefix = "bert.embeddings."
    return graph.op(
        "EmbedLayerNormalization",
        ids,
        types,
        graph.constant(weights[prefix + "word_embeddings.weight"]),
        graph.constant(weights[prefix + "position_embeddings.weight"]),
        graph.constant(weights[prefix + "token_type_embeddings.weight"]),
        graph.constant(weights[prefix + "LayerNorm.weight"]),
        graph.constant(weights[prefix + "LayerNorm.bias"]),
        "",  # no mask
        positions,
        outputs=2,
        domain=MICROSOFT,
        epsilon=config["layer_norm_eps"],
    )


class _Layer:
    """One layer of the encoder: attention, then the wide and the narrow dense layer."""

    def __init__(
        self,
        graph: "_Graph",
        weights: Weights,
        config: Mapping[str, Any],
        ranges: Ranges,
        number: int,
    ) -> None:
        self._graph = graph
        self._weights = weights
        self._config = config
        self._ranges = ranges
        self._prefix = f"bert.encoder.layer.{number}."

    def project(self, x: str, parts: Sequence[str]) -> list[str]:
        """Return the named projections of ``x``, computed in one product."""
        names = [f"{self._prefix}attention.self.{part}" for part in parts]
        joined = self._graph.dense(
            x,
            np.concatenate([self._weights[name + ".weight"] for name in names]),
            np.concatenate([self._weights[name + ".bias"] for name in names]),
            self._ranges[f"{self._prefix}attention.self.query"],
        )
        return [joined] if len(parts) == 1 else self._graph.split(joined, len(parts))

    def attend(self, query: str, key: str, value: str, *, mask: str = "") -> str:
        """Return the attention of all heads; ``mask`` is 0 at keys that nobody may see."""
        return self._graph.op(
            "MultiHeadAttention",
            query,
            key,
            value,
            *(("", mask) if mask else ()),
            domain=MICROSOFT,
            num_heads=self._config["num_attention_heads"],
        )

    def finish(self, x: str, context: str) -> str:
        """Return the layer's output from its input and what its attention found."""
        attended = self._dense(context, "attention.output.dense")
        x = self._add_and_normalize(attended, x, "attention.output.LayerNorm")
        wide = self._graph.op("Gelu", self._dense(x, "intermediate.dense"), domain=MICROSOFT)
        return self._add_and_normalize(self._dense(wide, "output.dense"), x, "output.LayerNorm")

    def _dense(self, x: str, part: str) -> str:
        name = self._prefix + part
        return self._graph.dense(
            x, self._weights[name + ".weight"], self._weights[name + ".bias"], self._ranges[name]
        )

    def _add_and_normalize(self, x: str, skip: str, part: str) -> str:
        name = self._prefix + part
        # Spelt out: as one operator it takes three times as long on a processor.
        op, axis = self._graph.op, self._graph.constant(np.array([-1], dtype=np.int64))
        total = op("Add", x, skip)
        centred = op("Sub", total, op("ReduceMean", total, axis))
        variance = op("ReduceMean", op("Mul", centred, centred), axis)
        small = self._graph.constant(np.array(self._config["layer_norm_eps"], dtype=np.float32))
        spread = op("Sqrt", op("Add", variance, small))
        scaled = op("Mul", op("Div", centred, spread), self._constant(name + ".weight"))
        return op("Add", scaled, self._constant(name + ".bias"))

    def _constant(self, name: str) -> str:
        return self._graph.constant(self._weights[name])


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
        self,
        kind: str,
        *inputs: str,
        outputs: int = 1,
        domain: str = "",
        named: str = "",
        **attributes: Any,
    ) -> str:
        from onnx import helper

        names = [named] if named else [f"n{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names[0]

    def serialize(
        self,
        name: str,
        *,
        inputs: Mapping[str, list[str]],
        outputs: Mapping[str, list[str]],
        floats: Mapping[str, list[str]] | None = None,
    ) -> bytes:
        """Return the model; ``inputs`` are int32, ``floats`` are inputs too."""
        from onnx import TensorProto, helper

        def infos(shapes: Mapping[str, list[str]], kind: int) -> list[Any]:
            return [
                helper.make_tensor_value_info(name, kind, shape) for name, shape in shapes.items()
            ]

        model = helper.make_model(
            helper.make_graph(
                self.nodes,
                name,
                infos(inputs, TensorProto.INT32) + infos(floats or {}, TensorProto.FLOAT),
                infos(outputs, TensorProto.FLOAT),
                self.constants,
            ),
            opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)],
            ir_version=10,
        )
        return bytes(model.SerializeToString())

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
