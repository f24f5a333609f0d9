"""The reader as two ONNX graphs, the lower layers and the rest, node by node from onnxruntime's operators.

Built rather than traced, so that each product's precision is chosen by name and the graphs stay the same
whatever the version of torch. A graph reads sequences of one length, usually one: nothing is padded, so
attention needs no mask, and the levels of an 8-bit product depend on no other sequence.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Arrays = dict[str, npt.NDArray[np.float32]]
HEAD_SIZE, EPSILON = 32, 1e-12
TOP = 63  # of an 8-bit weight: twice 63 * 255 is what processors without VNNI add up without saturating
MICROSOFT = "com.microsoft"


class _Builder:
    def __init__(self, weights: Arrays, small: bool, exempt: tuple[str, ...]) -> None:
        self.weights, self.small, self.exempt = weights, small, exempt
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.heads = weights["head.weight"].shape[1] // HEAD_SIZE

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def node(
        self, kind: str, inputs: list[str], outputs: int = 1, domain: str = "", **options: Any
    ) -> list[str]:
        names = [f"{kind}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **options))
        return names

    def one(self, kind: str, *inputs: str, domain: str = "", **options: Any) -> str:
        return self.node(kind, list(inputs), domain=domain, **options)[0]

    def dense(self, x: str, name: str, matrix: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> str:
        """`x` times a [in, out] matrix plus the bias, in 8 bits or exactly."""
        added = self.constant(f"{name}.bias", bias)
        if not self.small or any(part in name for part in self.exempt):
            return self.one("Add", self.one("MatMul", x, self.constant(f"{name}.weight", matrix)), added)
        scale = (np.maximum(np.abs(matrix).max(0), 1e-8) / TOP).astype(np.float32)
        levels = self.constant(f"{name}.weight", np.round(matrix / scale).astype(np.int8))
        zeros = self.constant(f"{name}.zero", np.zeros(len(scale), np.int8))
        scales = self.constant(f"{name}.scale", scale)
        return self.one("DynamicQuantizeMatMul", x, levels, scales, zeros, added, domain=MICROSOFT)

    def own(self, x: str, name: str) -> str:
        """A dense layer by the name of its weights."""
        return self.dense(x, name, self.weights[f"{name}.weight"].T, self.weights[f"{name}.bias"])

    def normal(self, x: str, name: str) -> str:
        parts = [self.weight(f"{name}.LayerNorm.{part}") for part in ("weight", "bias")]
        return self.one("LayerNormalization", x, *parts, epsilon=EPSILON, axis=-1)

    def embeddings(self) -> str:
        """Words, types and places, added and normalised: [batch, length, hidden]."""
        prefix = "encoder.embeddings"
        table = self.weights[f"{prefix}.word_embeddings.weight"]
        if self.small:
            scale = (np.maximum(np.abs(table).max(1, keepdims=True), 1e-8) / 127).astype(np.float32)
            levels = self.constant("words", np.round(table / scale).astype(np.int8))
            values = self.one("Cast", self.one("Gather", levels, "input_ids"), to=TensorProto.FLOAT)
            scales = self.one("Gather", self.constant("words.scale", scale), "input_ids")
            words = self.one("Mul", values, scales)
        else:
            words = self.one("Gather", self.constant("words", table), "input_ids")
        types = self.one("Gather", self.weight(f"{prefix}.token_type_embeddings.weight"), "token_type_ids")
        shape = self.one("Shape", "input_ids", start=1, end=2)
        zero = self.constant("zero", np.zeros(1, np.int64))
        every = self.weight(f"{prefix}.position_embeddings.weight")
        places = self.one("Slice", every, zero, shape, zero)
        return self.normal(self.one("Add", self.one("Add", words, types), places), prefix)

    def layer(self, number: int, x: str) -> str:
        """One transformer layer."""
        prefix = f"encoder.encoder.layer.{number}"
        parts = [f"{prefix}.attention.self.{part}" for part in ("query", "key", "value")]
        matrix = np.concatenate([self.weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self.weights[f"{part}.bias"] for part in parts])
        three = self.node(
            "Split", [self.dense(x, f"{prefix}.attention.qkv", matrix, bias)], 3, axis=-1, num_outputs=3
        )
        mixed = self.one("MultiHeadAttention", *three, domain=MICROSOFT, num_heads=self.heads)
        mixed = self.own(mixed, f"{prefix}.attention.output.dense")
        x = self.normal(self.one("Add", x, mixed), f"{prefix}.attention.output")
        wide = self.one("Gelu", self.own(x, f"{prefix}.intermediate.dense"), domain=MICROSOFT)
        return self.normal(self.one("Add", x, self.own(wide, f"{prefix}.output.dense")), f"{prefix}.output")

    def scores(self, x: str, head: str) -> None:
        """The outputs start_logits and end_logits."""
        for row, name in enumerate(("start_logits", "end_logits")):
            vector = self.constant(f"{name}.weight", self.weights[f"{head}.weight"][row])
            bias = self.constant(f"{name}.bias", self.weights[f"{head}.bias"][row : row + 1])
            self.nodes.append(helper.make_node("Add", [self.one("MatMul", x, vector), bias], [name]))

    def model(self, inputs: list[onnx.ValueInfoProto], hidden: str | None) -> onnx.ModelProto:
        outputs = [_value(name) for name in ("start_logits", "end_logits")]
        if hidden is not None:
            self.nodes.append(helper.make_node("Identity", [hidden], ["hidden"]))
            outputs.append(_value("hidden", self.weights["head.weight"].shape[1]))
        graph = helper.make_graph(self.nodes, "reader", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="dateline", ir_version=9)
        onnx.checker.check_model(model)
        return model


def _value(name: str, *more: int, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["batch", "length", *more])


def build(
    weights: Arrays, early: int, *, small: bool = True, exempt: tuple[str, ...] = ()
) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """The lower graph, up to layer `early` and its head, and the upper graph.

    lower: input_ids, token_type_ids (int64 [batch, length]) to start_logits, end_logits (float32
    [batch, length]) and hidden (float32 [batch, length, size]). upper: hidden to start_logits, end_logits.
    """
    layers = sum(name.endswith("intermediate.dense.weight") for name in weights)
    lower = _Builder(weights, small, exempt)
    x = lower.embeddings()
    for number in range(early):
        x = lower.layer(number, x)
    lower.scores(x, "early")
    upper = _Builder(weights, small, exempt)
    y = "hidden"
    for number in range(early, layers):
        y = upper.layer(number, y)
    upper.scores(y, "head")
    ids = [_value(name, kind=TensorProto.INT64) for name in ("input_ids", "token_type_ids")]
    size = weights["head.weight"].shape[1]
    return lower.model(ids, x), upper.model([_value("hidden", size)], None)
