"""What trainings share: threads on the same weights, files that are written whole, a log of JSON lines."""

import argparse
import copy
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import nn

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


Network = TypeVar("Network", bound=nn.Module)
Chosen = TypeVar("Chosen", bound="DataclassInstance")


def twin(network: Network) -> Network:
    """A copy with gradients of its own and the very weights of the network."""
    made = copy.deepcopy(network)
    for mine, shared in zip(made.parameters(), network.parameters(), strict=True):
        mine.data = shared.data
    return made


def quick() -> torch.autocast:
    """A context in which products take 16 bits (bfloat16) on processors that have instructions for them."""
    able = torch.cpu.get_capabilities()
    some = any(able.get(name) for name in ("avx512_bf16", "amx_bf16"))
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=some)


def hand_over(made: nn.Module, network: nn.Module) -> None:
    """Give a twin's gradients to the network."""
    for mine, shared in zip(made.parameters(), network.parameters(), strict=True):
        shared.grad, mine.grad = mine.grad, None


def until_done(
    work: Callable[[], None],
    workers: int,
    stopped: threading.Event,
    pause: float,
    meanwhile: Callable[[], None],
) -> None:
    """Run `work` on so many threads, and `meanwhile` every `pause` seconds as long as any of them runs.

    Whatever ends this sets `stopped`, at which `work` must return; what ended a worker is raised here.
    """
    pool = ThreadPoolExecutor(workers)
    working = [pool.submit(work) for _ in range(workers)]
    try:
        while wait(working, timeout=pause).not_done:
            meanwhile()
    finally:
        stopped.set()
        pool.shutdown()
    for worker in working:
        worker.result()


def save_whole(state: object, path: Path) -> None:
    """Write a checkpoint beside the old one, then put it in its place."""
    beside = path.with_suffix(".tmp")
    torch.save(state, beside)
    beside.replace(path)


def log_line(out: Path, values: dict[str, object]) -> None:
    """One JSON line to the run's log and the terminal."""
    line = json.dumps(values)
    print(line, flush=True)
    with (out / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def chosen_settings(args: argparse.Namespace, settings: Chosen) -> Chosen:
    """The settings, changed as the options say that `add_settings` added."""
    given = {name: getattr(args, name) for name in asdict(settings)}
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def add_settings(parser: argparse.ArgumentParser, settings: "DataclassInstance") -> None:
    """An option for each field, of its type."""
    for name, value in asdict(settings).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value))
