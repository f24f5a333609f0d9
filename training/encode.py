"""From examples to token ids: `[CLS] question [SEP] title [SEP] text [SEP]`, in batches of like length."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tokenizers import Tokenizer

from rag.windows import CLS, MAX_QUESTION, MAX_TITLE, MAX_TOKENS, SEP
from training.sources import Example

PAD = 0


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids, of which ids[first:-1] are the text; the answer's first and last tokens, or 0 for none.

    Sequences with the same `asked` are passages read for one question (0: each for itself). `scores`
    [2, len(ids)] are a teacher's start and end scores, where it has read them.
    """

    ids: list[int]
    first: int
    starts: list[int]
    ends: list[int]
    asked: int = 0
    scores: torch.Tensor | None = None


@dataclass(slots=True)
class Batch:
    """Padded int64 tensors of shape [batch, length], and boolean masks of the same shape.

    `allowed` marks [CLS] and the text, where a span may lie; `starts` and `ends` mark the right places.
    `together` [questions, batch] marks the sequences that are read for one question. `taught` [2, batch,
    length] are a teacher's start and end scores of the sequences that `known` [batch] marks.
    """

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    allowed: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    together: torch.Tensor
    taught: torch.Tensor
    known: torch.Tensor


def load_tokenizer(model: Path) -> Tokenizer:
    """The tokenizer of a model folder, without truncation or padding."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, examples: Sequence[Example]) -> list[Encoded]:
    """One sequence an example; examples whose answer is cut off by the length limit are left out."""
    questions = tokenizer.encode_batch([e.question for e in examples], add_special_tokens=False)
    titles = tokenizer.encode_batch([e.title for e in examples], add_special_tokens=False)
    texts = tokenizer.encode_batch([e.text for e in examples], add_special_tokens=False)
    out: list[Encoded] = []
    for example, question, title, text in zip(examples, questions, titles, texts, strict=True):
        head = [CLS, *question.ids[:MAX_QUESTION], SEP, *title.ids[:MAX_TITLE], SEP]
        body = text.ids[: MAX_TOKENS - len(head) - 1]
        offsets = text.offsets[: len(body)]
        starts, ends = [], []
        for low, high in example.spans:
            inside = [i for i, (s, e) in enumerate(offsets) if s < high and e > low]
            if inside and offsets[inside[-1]][1] >= high:
                starts.append(len(head) + inside[0])
                ends.append(len(head) + inside[-1])
        if example.spans and not starts:
            continue
        out.append(Encoded([*head, *body, SEP], len(head), starts or [0], ends or [0]))
    return out


def encode_together(tokenizer: Tokenizer, questions: Sequence[Sequence[Example]]) -> list[list[Encoded]]:
    """The sequences of each question's passages, under one number a question; no question is left empty."""
    numbered = [(number, each) for number, some in enumerate(questions, 1) for each in some]
    out: dict[int, list[Encoded]] = {}
    for (number, _), made in zip(numbered, (encode(tokenizer, [each]) for _, each in numbered), strict=True):
        out.setdefault(number, []).extend(replace(each, asked=number) for each in made)
    return [each for each in out.values() if each]


def batches(encoded: Sequence[Encoded], tokens: int, rng: random.Random) -> list[list[Encoded]]:
    """Batches of like length with at most `tokens` padded tokens, in random order."""
    pool = 4_000
    out: list[list[Encoded]] = []
    for start in range(0, len(encoded), pool):
        batch: list[Encoded] = []
        for item in sorted(encoded[start : start + pool], key=lambda e: len(e.ids)):
            if batch and (len(batch) + 1) * len(item.ids) > tokens:
                out.append(batch)
                batch = []
            batch.append(item)
        out.append(batch)
    rng.shuffle(out)
    return out


def batches_together(
    questions: Sequence[list[Encoded]], tokens: int, rng: random.Random
) -> list[list[Encoded]]:
    """Batches of whole questions, of like length; at most `tokens` padded tokens unless one has more."""
    out: list[list[Encoded]] = [[]]
    for question in sorted(questions, key=lambda some: max(len(each.ids) for each in some)):
        longest = max(len(each.ids) for each in question)
        if out[-1] and (len(out[-1]) + len(question)) * longest > tokens:
            out.append([])
        out[-1].extend(question)
    rng.shuffle(out)
    return out


def collate(batch: Sequence[Encoded]) -> Batch:
    """The tensors of one batch."""
    shape = (len(batch), max(len(e.ids) for e in batch))
    ids = torch.full(shape, PAD)
    types = torch.zeros(shape, dtype=torch.long)
    mask = torch.zeros(shape, dtype=torch.long)
    allowed = torch.zeros(shape, dtype=torch.bool)
    starts, ends = allowed.clone(), allowed.clone()
    taught = torch.zeros(2, *shape)
    known = torch.tensor([item.scores is not None for item in batch])
    numbers = [item.asked or -row for row, item in enumerate(batch)]
    for row, item in enumerate(batch):
        length = len(item.ids)
        ids[row, :length] = torch.tensor(item.ids)
        types[row, item.ids.index(SEP) + 1 : length] = 1
        mask[row, :length] = 1
        allowed[row, item.first : length - 1] = True
        allowed[row, 0] = True
        starts[row, item.starts] = True
        ends[row, item.ends] = True
        if item.scores is not None:
            taught[:, row, :length] = item.scores
    together = torch.tensor([[each == number for each in numbers] for number in dict.fromkeys(numbers)])
    return Batch(ids, types, mask, allowed, starts, ends, together, taught, known)
