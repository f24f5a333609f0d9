"""A small library of articles that training never saw, and questions on it, answerable and not."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.find import find
from ingest.pipeline import ingest
from rag.library import Library
from rag.types import Evidence
from training import sources
from training.text import bare, find_all

_OTHERS = 250  # further articles of each year, for the search to choose among


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its right answers (none where nothing answers it), and the article that they stand in."""

    question: str
    answers: tuple[str, ...]
    articles: frozenset[str]

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
        Asked(qa["question"], (qa["answer"],) if qa["answer"] else (), frozenset([row["passage_id"]]))
        for row in _passages(data)
        for qa in row["qas"]
    ]
    news = [
        Asked(row["question"], tuple(row["answers"]), frozenset(e["article_id"] for e in row["evidence"]))
        for row in _news(data)
    ]
    return {"written": written, "news": news}


def fill(library: Library, data: Path, work: Path) -> None:
    """Ingest the articles of the validation questions, and others of the same years."""
    rng = random.Random(3)
    chosen: dict[str, dict[str, Any]] = {
        row["passage_id"]: {**row, "id": row["passage_id"]} for row in _passages(data)
    }
    wanted = {evidence["article_id"] for row in _news(data) for evidence in row["evidence"]}
    for year in ("2022", "2024"):
        articles = {row["id"]: row for row in sources.rows(data / f"realtimeqa-{year}.articles.jsonl.gz")}
        for each in (
            *sorted(wanted & set(articles)),
            *rng.sample(sorted(articles), min(_OTHERS, len(articles))),
        ):
            chosen.setdefault(each, articles[each])
    keep = ("id", "title", "text", "published", "source", "url")
    path = work / "articles.jsonl"
    path.write_text(
        "".join(json.dumps({k: row[k] for k in keep if k in row}) + "\n" for row in chosen.values())
    )
    ingest(library, find([str(path)]))


def _passages(data: Path) -> list[dict[str, Any]]:
    return [row for row in sources.written_rows(data) if row["batch"] == sources.VALIDATION_BATCH]


def _news(data: Path) -> list[dict[str, Any]]:
    return [
        row
        for row in sources.rows(data / "realtimeqa-2024.gold.jsonl")
        if row["evidence"] and sources.held_out(row["id"], sources.NEWS_HELD_OUT)
    ]
