"""What the evaluation's tests share: two invented articles and a system that answers by script."""

import json
from datetime import date
from pathlib import Path

from eval.gold import GoldSet, load_gold
from rag.types import (
    Abstention,
    Answer,
    ArticleInfo,
    Citation,
    Claim,
    Evidence,
    Filters,
    Passage,
    Reason,
    Span,
)

TEXTS = {
    "bridge": "The harbour bridge cost 12.4 million crowns. It reopened in May.",
    "ferry": "The island ferry runs all winter. Tickets stay at four crowns.",
}
INFO = {
    "bridge": ArticleInfo(
        id="bridge", title="Old bridge reopens", source="Courier", published=date(2021, 3, 14)
    ),
    "ferry": ArticleInfo(id="ferry", title="Ferry to run all winter"),
    "gone": ArticleInfo(id="gone", title="Deleted since"),
}
GOLD = (
    {
        "id": "right",
        "question": "What did the bridge cost?",
        "answers": ["12.4 million crowns"],
        "evidence": [{"article_id": "bridge", "quote": "12.4 million crowns"}],
    },
    {
        "id": "wrong",
        "question": "What does a ferry ticket cost?",
        "answers": ["four crowns"],
        "evidence": [{"article_id": "ferry", "quote": "four crowns"}],
        "tags": ["price"],
    },
    {"id": "declined", "question": "Who built the bridge?", "answers": ["Mara Lindqvist"]},
    {"id": "unanswerable", "question": "Who designed the ferry?", "answerable": False},
    {"id": "false", "question": "Who owns the ferry?", "answerable": False},
    {"id": "broken", "question": "Does it break?", "answers": ["yes"], "evidence": [{"article_id": "lost"}]},
)


def write_gold(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def six_questions(folder: Path) -> GoldSet:
    return load_gold(write_gold(folder / "gold.jsonl", *GOLD))


def article_text(article_id: str) -> str | None:
    return TEXTS.get(article_id)


def cite(article_id: str, quote: str) -> Citation:
    start = TEXTS.get(article_id, quote).index(quote)
    return Citation(INFO[article_id], Span(start, start + len(quote)), quote)


def found(article_id: str, start: int = 0) -> Evidence:
    span = Span(start, start + 20)
    return Evidence(
        Passage(f"{article_id}-{start}", article_id, span, span.of(TEXTS[article_id])), INFO[article_id], 0.5
    )


def answered(
    question: str,
    short: str | None,
    citation: Citation,
    confidence: float,
    *evidence: Evidence,
    ms: float = 10.0,
) -> Answer:
    return Answer(
        question=question,
        searched_for=question,
        claims=(Claim(citation.quote, (0,)),),
        citations=(citation,),
        short_answer=short,
        confidence=confidence,
        evidence=evidence,
        timings_ms={"read": ms, "total": 2 * ms},
    )


def declined(question: str, confidence: float, *evidence: Evidence) -> Answer:
    return Answer(
        question=question,
        searched_for=question,
        abstention=Abstention(Reason.NOT_STATED, "The articles do not state it."),
        confidence=confidence,
        evidence=evidence,
        timings_ms={"read": 40.0, "total": 80.0},
    )


COST, REOPENED = "The harbour bridge cost 12.4 million crowns.", "It reopened in May."
WINTER = "The island ferry runs all winter."


def scripted_ask(question: str, filters: Filters) -> Answer:
    """Right (article at rank 2), wrong (article at rank 1), two declined, one false answer, one failure."""
    assert not filters
    match question:
        case "What did the bridge cost?":
            passages = (found("ferry"), found("ferry", 20), found("bridge"))
            return answered(question, "12.4 million crowns", cite("bridge", COST), 0.9, *passages)
        case "What does a ferry ticket cost?":
            return answered(question, None, cite("ferry", WINTER), 0.6, found("ferry"), ms=20.0)
        case "Who built the bridge?":
            return declined(question, 0.3, found("bridge"))
        case "Who designed the ferry?":
            return declined(question, 0.2, found("ferry"))
        case "Who owns the ferry?":
            return answered(question, "May", cite("gone", REOPENED), 0.5, found("bridge"), ms=30.0)
    raise RuntimeError("it broke\nin two lines")
