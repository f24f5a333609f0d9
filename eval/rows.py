"""The shape of `results.jsonl`: one row a question, written by the run, read by summary and report."""

from typing import Any, TypedDict

from eval.evidence import Anchor
from eval.gold import GoldQuestion
from eval.metrics import unique


class CitationVerdict(TypedDict):
    """What holds for one citation; None where the gold set cannot tell."""

    resolves: bool
    verbatim: bool
    contains_answer: bool | None
    overlaps_evidence: bool | None


class Scores(TypedDict):
    """The figures of one question; None where it is not eligible, never 0."""

    outcome: str | None
    reading: dict[str, float] | None
    retrieval: dict[str, float] | None
    citations: list[CitationVerdict] | None


class GoldFacts(TypedDict):
    """What the gold set says about one question; evidence as `{article_id, match, spans: [[start, end]]}`."""

    answerable: bool
    answers: list[str]
    evidence: list[dict[str, Any]]
    tags: list[str]


class Row(TypedDict):
    """One question's result.

    `prediction` is the answer's text, empty if it was declined. `retrieved` lists the passages in rank
    order as `{article_id, start, end, score}`. `error` is one line, and then there are no `scores`.
    """

    id: str
    question: str
    prediction: str
    short_answer: str | None
    abstained: bool
    reason: str | None
    confidence: float
    citations: list[dict[str, Any]]
    retrieved: list[dict[str, Any]]
    timings_ms: dict[str, float]
    error: str | None
    gold: GoldFacts
    scores: Scores | None


def gold_facts(question: GoldQuestion, anchors: tuple[Anchor, ...]) -> GoldFacts:
    """The part of a row that comes from the gold set, its evidence as it was found in the library."""
    return {
        "answerable": question.answerable,
        "answers": list(question.answers),
        "evidence": [
            {
                "article_id": anchor.article_id,
                "match": anchor.match.value,
                "spans": [[span.start, span.end] for span in anchor.spans],
            }
            for anchor in anchors
        ],
        "tags": list(question.tags),
    }


def has_evidence(row: Row) -> bool:
    """Whether the gold set says where the answer of this question stands."""
    return row["gold"]["answerable"] and bool(row["gold"]["evidence"])


def gold_articles(row: Row) -> set[str]:
    """The ids of the articles that hold the answer of this question."""
    return {evidence["article_id"] for evidence in row["gold"]["evidence"]}


def retrieved_articles(row: Row) -> list[str]:
    """The ids of the retrieved articles, each once, best first."""
    return unique(passage["article_id"] for passage in row["retrieved"])
