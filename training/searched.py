"""What the product's search brings for training's questions: `python -m training.searched DATA --work W`."""

import argparse
import json
import random
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

from rag.embed import SentenceTransformerEmbedder
from rag.library import Library
from rag.processors import processors
from rag.question_time import put_to
from rag.search import HybridSearch
from rag.types import Evidence
from training import sources
from training.held_out import Asked, fill, holding, of_quiz
from training.sources import Example
from training.text import bare, find_all

READ = 12  # passages a question
_AROUND = 25  # characters on each side of an answer by which its place is known again


class Sought(NamedTuple):
    """A question, its own passage where it was written on one, and how its articles are known."""

    asked: Asked
    own: Example | None


def sought(data: Path) -> list[Sought]:
    """Questions that training may see, written on news of 2022 or from the quiz of that year."""
    allowed = sources.news_articles(data, "2022")
    examples: dict[tuple[str, str], Example] = {
        (each.text, each.question): each for each in sources.written(data, validation=False)
    }
    out = []
    for row, held in holding(data, lambda each: each["batch"] != sources.VALIDATION_BATCH):
        if held and held <= allowed.keys():
            every = (examples.get((row["text"], qa["question"])) for qa in row["qas"])
            out += [Sought(Asked(own.question, own.answers, held), own) for own in every if own]
    for row in sources.rows(data / "realtimeqa-2022.gold.jsonl"):
        asked = of_quiz(row)
        if asked.articles and asked.answers:
            out.append(Sought(asked, None))
    return out


def passages(each: Sought, evidence: Iterable[Evidence], allowed: frozenset[str]) -> list[Example]:
    """The evidence as examples, as the product reads it, without what may answer or may not be trained on."""
    made = [each.own] if each.own else []
    for found in evidence:
        text = found.passage.text
        if found.article.id not in allowed:
            continue
        spans = [s for a in each.asked.answers for s in find_all(text, bare(a), ignore_case=True)]
        right = found.article.id in each.asked.articles and all(_same_place(text, s, each.own) for s in spans)
        if spans and not right:
            continue
        question = put_to(each.asked.question, found.article, text)
        known = each.asked.answers if spans else ()
        made.append(
            Example("searched", found.article.id, question, found.article.title, text, tuple(spans), known)
        )
    return made


def _same_place(text: str, span: tuple[int, int], own: Example | None) -> bool:
    """Whether an answer stands in the words in which it stands in the passage that the question is on."""
    around = _squash(text[max(span[0] - _AROUND, 0) : span[1] + _AROUND])
    return own is None or around in _squash(own.text)


def _squash(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def save(path: Path, every: Iterable[Sequence[Example]]) -> None:
    """Write the examples of each question on a line, as `load` reads them."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps([asdict(each) for each in some]) + "\n" for some in every)


def load(path: Path) -> list[list[Example]]:
    """What `save` wrote: the examples of each question that has any."""
    return [
        list(map(_example, some))
        for some in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        if some
    ]


def _example(row: dict[str, Any]) -> Example:
    made = Example(**row)
    return replace(made, spans=tuple((s, e) for s, e in made.spans), answers=tuple(made.answers))


def by_answer(some: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Those that hold an answer, and those that do not."""
    return [each for each in some if each.spans], [each for each in some if not each.spans]


def chosen(some: Sequence[Example], rng: random.Random) -> list[Example]:
    """Of one question's examples one or two that answer it and three that do not, rather the first ones."""
    holding, missing = by_answer(some)
    # Each is drawn with a weight of one through its rank (Efraimidis and Spirakis, 2006).
    drawn = sorted(enumerate(missing, 1), key=lambda each: -(rng.random() ** each[0]))
    return rng.sample(holding, min(rng.randint(1, 2), len(holding))) + [each for _, each in drawn[:3]]


def search_all(data: Path, work: Path) -> Path:
    """Search the larger library of `training.calibrate` for every question; gives the file to `load`."""
    every, allowed = sought(data), frozenset(sources.news_articles(data, "2022"))
    folder, out = work / "large", work / "searched.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    with Library.open(folder / "library", SentenceTransformerEmbedder()) as library:
        fill(library, data, folder)
        search = HybridSearch(library)

        def found(each: Sought) -> list[Example]:
            return passages(each, search(each.asked.question, each.asked.filters)[:READ], allowed)

        with ThreadPoolExecutor(processors()) as pool:
            save(out, pool.map(found, every))
    return out


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument("--work", type=Path, required=True, help="as `training.calibrate` has it")
    args = parser.parse_args()
    print(search_all(args.data, args.work))


if __name__ == "__main__":
    main()
