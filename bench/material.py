"""The articles and the questions of a comparison, the same for every system."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.gold import GoldQuestion, load_gold
from ingest.find import find
from ingest.load import Refused, load
from rag.errors import InputError
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Material:
    """Articles in order, and per question set, by its file's name, the questions whose article is among them.

    `canonical` gives for each article id the first id with the same text: finding a copy is as good.
    """

    articles: list[Article]
    questions: dict[str, list[GoldQuestion]]
    canonical: dict[str, str]

    def wanted(self, question: GoldQuestion) -> set[str]:
        """The canonical ids of the articles that hold the answer."""
        ids = (each.article_id for each in question.evidence)
        return {self.canonical[each] for each in ids if each in self.canonical}


def gather(data: Path, articles: int | None, gold: Sequence[Path], questions: int | None = None) -> Material:
    """The first `articles` of a file or folder, and the first `questions` of each gold set that they answer.

    Raises InputError where there are no articles or no question can be judged.
    """
    held = list(itertools.islice(read(data), articles))
    if not held:
        raise InputError(f"There are no articles in {data}: give a folder or file of articles.")
    first: dict[str, str] = {}
    canonical = {each.id: first.setdefault(each.text, each.id) for each in held}
    asked = {
        path.name: [
            each
            for each in load_gold(path).questions
            if each.answerable and any(evidence.article_id in canonical for evidence in each.evidence)
        ][:questions]
        for path in gold
    }
    if not any(asked.values()):
        raise InputError("No question's article is among these articles: take more articles.")
    return Material(held, asked, canonical)


def read(data: Path) -> itertools.chain[Article]:
    """The usable articles of a file or folder, one at a time."""
    return itertools.chain.from_iterable(
        (each for each in load(path) if not isinstance(each, Refused)) for path in find([str(data)]).files
    )
