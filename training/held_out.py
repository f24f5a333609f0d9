"""A library of news that training never saw the questions of, and those questions, answerable and not."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ingest.find import find
from ingest.pipeline import ingest
from rag.library import Library
from rag.types import Evidence, Filters
from training import sources
from training.text import bare, find_all

_OTHERS = 500  # further articles of each year, for the search to choose among; half as many in a small one


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its right answers (none where nothing answers it), and the articles that they stand in."""

    question: str
    answers: tuple[str, ...]
    articles: frozenset[str]
    asked_on: date | None = None

    @property
    def filters(self) -> Filters:
        """What it is asked under."""
        return Filters(asked_on=self.asked_on)

    def without_answer(self, evidence: list[Evidence]) -> list[Evidence]:
        """The evidence as it were if no article held the answer."""
        return [
            each
            for each in evidence
            if each.article.id not in self.articles
            and not any(
                find_all(each.passage.text, bare(answer), ignore_case=True) for answer in self.answers
            )
        ]


def questions(data: Path) -> dict[str, list[Asked]]:
    """The validation questions: `written` on the passages of batch 00, `news` of 2024 with their articles."""
    written = [
        Asked(qa["question"], (qa["answer"],) if qa["answer"] else (), held or frozenset([row["passage_id"]]))
        for row, held in holding(data, _is_validation)
        for qa in row["qas"]
    ]
    return {"written": written, "news": [of_quiz(row) for row in _news(data)]}


def of_quiz(row: dict[str, Any]) -> Asked:
    """A question of RealTime QA, asked as of its day."""
    return Asked(
        row["question"],
        tuple(row["answers"]),
        frozenset(each["article_id"] for each in row["evidence"]),
        date.fromisoformat(row["asked_on"]),
    )


def holding(
    data: Path, wanted: Callable[[dict[str, Any]], bool]
) -> list[tuple[dict[str, Any], frozenset[str]]]:
    """The wanted rows of written-qa, each with the ids of the articles of 2022 that its passage is from."""
    by_title: dict[str, list[dict[str, Any]]] = {}
    for each in _articles(data, "2022").values():
        by_title.setdefault(each["title"], []).append(each)
    return [
        (
            row,
            frozenset(
                each["id"] for each in by_title.get(row["title"], []) if row["text"][:80] in each["text"]
            ),
        )
        for row in sources.written_rows(data)
        if wanted(row)
    ]


def fill(library: Library, data: Path, work: Path, *, small: bool = False) -> None:
    """Ingest the articles of the validation questions, and more: all of 2022, or in a `small` library few."""
    earlier, later = _articles(data, "2022"), _articles(data, "2024")
    chosen = {} if small else dict(earlier)
    for row, held in holding(data, _is_validation):
        own = {row["passage_id"]: {**row, "id": row["passage_id"]}}
        chosen |= {each: earlier[each] for each in held} or own
    wanted = sorted({e["article_id"] for row in _news(data) for e in row["evidence"]} & set(later))
    rng = random.Random(3)
    count = _OTHERS // 2 if small else _OTHERS
    for each in (*wanted, *rng.sample(sorted(later), min(count, len(later)))):
        chosen.setdefault(each, later[each])
    for each in rng.sample(sorted(earlier), min(count, len(earlier))):
        chosen.setdefault(each, earlier[each])
    keep = ("id", "title", "text", "published", "source", "url")
    path = work / "articles.jsonl"
    path.write_text(
        "".join(json.dumps({k: row[k] for k in keep if k in row}) + "\n" for row in chosen.values())
    )
    ingest(library, find([str(path)]))


def _articles(data: Path, year: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in sources.rows(data / f"realtimeqa-{year}.articles.jsonl.gz")}


def _is_validation(row: dict[str, Any]) -> bool:
    return bool(row["batch"] == sources.VALIDATION_BATCH)


def _news(data: Path) -> list[dict[str, Any]]:
    return [
        row
        for row in sources.rows(data / "realtimeqa-2024.gold.jsonl")
        if row["evidence"] and sources.held_out(row["id"], sources.NEWS_HELD_OUT)
    ]
