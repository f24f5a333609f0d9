"""Fit how much each sign of the search counts, on questions about the news of 2022."""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.embed import SentenceTransformerEmbedder
from rag.library import Library
from rag.search import FITTED, HybridSearch, Signs
from training import sources
from training.calibrate import softmax_weights
from training.held_out import Asked, fill, holding, of_quiz

_WRITTEN = 400  # questions on passages of 2022, about as many as the quiz has
_RIDGE = 1e-5  # cosines differ little, so that their weight must be free to be great


def questions(data: Path) -> dict[str, list[Asked]]:
    """Answerable questions of 2022 that the embedder never saw, and that are not for validation."""
    every = sources.rows(data / "realtimeqa-2022.gold.jsonl")
    quiz = [of_quiz(row) for row in every if row["evidence"]]
    written = [
        Asked(qa["question"], (qa["answer"],), held)
        for row, held in holding(data, lambda row: row["batch"] in sources.SEARCH_BATCHES)
        for qa in row["qas"]
        if qa["answer"] and held
    ]
    return {"quiz": quiz, "written": random.Random(5).sample(written, min(_WRITTEN, len(written)))}


Group = tuple[npt.NDArray[np.float64], list[str], frozenset[str]]


def group(search: HybridSearch, asked: Asked) -> Group:
    """The signs of each candidate [count, signs], their articles, and the articles that answer."""
    found = search.candidates(asked.question, asked.filters).values()
    signs = np.array([each.signs for each in found], dtype=np.float64).reshape(-1, len(FITTED))
    return signs, [each.article.id for each in found], asked.articles


def success(groups: Sequence[Group], weights: Sequence[float]) -> dict[str, float]:
    """The share of questions with an answering article among the first 1, 5, 10 and 20."""
    found = []
    for signs, articles, right in groups:
        order = dict.fromkeys(
            articles[place] for place in np.argsort(-(signs @ np.array(weights)), kind="stable")
        )
        ranked = list(order)
        found.append([bool(right & set(ranked[:k])) for k in (1, 5, 10, 20)])
    shares = np.mean(found, axis=0).round(3).tolist()
    return {f"success@{k}": share for k, share in zip((1, 5, 10, 20), shares, strict=True)}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for the library, kept for next time"
    )
    args = parser.parse_args()
    folder = args.work / "large"  # as `training.calibrate` makes it
    folder.mkdir(parents=True, exist_ok=True)
    with Library.open(folder / "library", SentenceTransformerEmbedder()) as library:
        fill(library, args.data, folder)
        search = HybridSearch(library)
        sets = {
            name: [group(search, asked) for asked in every] for name, every in questions(args.data).items()
        }
    labelled = [
        (signs, np.array([article in right for article in articles]))
        for groups in sets.values()
        for signs, articles, right in groups
    ]
    fitted = Signs(*softmax_weights([each for each in labelled if each[1].any()], _RIDGE))
    words = Signs(passage=1.0, article=0.0, meaning=0.0, fresh=0.0, timely=0.0)
    tried = {
        "fitted": fitted,
        "as shipped": FITTED,
        "without dates": fitted._replace(fresh=0.0, timely=0.0),
        "passages' words alone": words,
        "meaning alone": words._replace(passage=0.0, meaning=1.0),
    }
    for label, weights in tried.items():
        print(label, weights)
        for name, groups in sets.items():
            print("   ", name, len(groups), success(groups, weights), flush=True)


if __name__ == "__main__":
    main()
