"""Exact match, F1 and answerability AUC of a reader on the validation splits."""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.metrics import exact_match, token_f1
from rag.span_model import OnnxSpanModel
from rag.spans import Found
from training import sources
from training.reads import Reads, by_graphs
from training.sources import Example
from training.swapped import swapped


@dataclass(frozen=True, slots=True)
class Figures:
    """Percent EM and F1 of the best span where there is an answer; AUC of the margins."""

    examples: int
    em: float
    f1: float
    auc: float


def validation_sets(folder: Path) -> dict[str, list[Example]]:
    """Every split that training never sees; news-2023 is the test year's windows that hold the answer.

    In `swapped` each written question that has an answer is also asked about another name or year.
    """
    written = sources.written(folder, validation=True)
    return {
        "written": written,
        "swapped": [
            *(each for each in written if each.answers),
            *(new for _, new in swapped(written, seed=1)),
        ],
        "qed": sources.qed(folder, validation=True),
        "news-2024": sources.news(folder, "2024", validation=True),
        "news-2023": sources.year_windows(folder, 3),
    }


def sample(examples: Sequence[Example], size: int) -> list[Example]:
    """The same `size` examples each time, or all if there are fewer."""
    return random.Random(7).sample(list(examples), min(size, len(examples)))


def measure(reads: Reads, examples: Sequence[Example]) -> Figures:
    """The figures of a reader on some examples."""
    return figures(examples, reads([(each.question, each.title, each.text) for each in examples]))


def figures(examples: Sequence[Example], found: Sequence[Found]) -> Figures:
    """The figures of the best spans that a reader found."""
    every = list(zip(examples, found, strict=True))
    pairs = [(e, f) for e, f in every if e.answers]
    texts = [(e.text[f.start : f.end], e.answers) for e, f in pairs]
    count = max(len(texts), 1)
    return Figures(
        examples=len(examples),
        em=round(100 * sum(exact_match(t, a) for t, a in texts) / count, 1),
        f1=round(100 * sum(token_f1(t, a) for t, a in texts) / count, 1),
        auc=round(auc([f.margin for _, f in pairs], [f.margin for e, f in every if not e.answers]), 3),
    )


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a random positive scores above a random negative (ties count half)."""
    if not positive or not negative:
        return float("nan")
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


def main() -> None:
    """Print the figures of an exported model on each validation split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument("model", type=Path, help="the folder of an exported model")
    parser.add_argument("--sets", default="written,swapped,qed,news-2024,news-2023")
    args = parser.parse_args()
    reads = by_graphs(OnnxSpanModel(args.model, None))
    for name, examples in validation_sets(args.data).items():
        if name in args.sets.split(","):
            print(name, json.dumps(asdict(measure(reads, examples))), flush=True)


if __name__ == "__main__":
    main()
