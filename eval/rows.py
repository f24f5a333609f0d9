"""The shape of `results.jsonl`: one row a question, written by the run, read by summary and report."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from eval.evidence import Anchor
from eval.metrics import unique
from eval.questions import GoldQuestion


class CitationVerdict(TypedDict):
    """What holds for one citation; None where the gold set cannot tell. `iou` is in [0, 1]."""

    resolves: bool
    verbatim: bool
    contains_answer: bool | None
    overlaps_evidence: bool | None
    iou: float | None


class Scores(TypedDict):
    """The figures of one question; None where it is not eligible, never 0."""

    outcome: str | None
    reading: dict[str, float] | None
    retrieval: dict[str, float] | None
    retrieval_by_evidence: dict[str, float] | None
    citations: list[CitationVerdict] | None


class GoldFacts(TypedDict):
    """What the gold set says about one question.

    Evidence as `{article_id, match, spans: [[start, end]]}`, with its `grade` where that is not 1.
    """

    answerable: bool
    answers: list[str]
    evidence: list[dict[str, Any]]
    tags: list[str]


class Row(TypedDict):
    """One question's result.

    `prediction` is the answer's text, empty if it was declined; `claims` its sentences as `{text, citations:
    [index]}`; `differing` readings and `notes` stand beside it. `retrieved` lists the passages in rank order
    as `{article_id, start, end, score}`. `confidence`, `citations` and `retrieved` are None where another
    system's predictions do not tell them; that is not scored. `error` is one line, and then there are no
    `scores`. `label` says how it ended, `judge` what a language model thinks of it, if one was asked.
    """

    id: str
    question: str
    prediction: str
    short_answer: str | None
    abstained: bool
    reason: str | None
    confidence: float | None
    claims: list[dict[str, Any]]
    citations: list[dict[str, Any]] | None
    differing: list[dict[str, Any]]
    notes: list[str]
    retrieved: list[dict[str, Any]] | None
    timings_ms: dict[str, float]
    error: str | None
    gold: GoldFacts
    scores: Scores | None
    label: str
    judge: NotRequired[dict[str, Any]]


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
                **({"grade": told.grade} if told.grade != 1 else {}),
            }
            for anchor, told in zip(anchors, question.evidence, strict=True)
        ],
        "tags": list(question.tags),
    }


def blank_row(question: GoldQuestion, known: GoldFacts) -> Row:
    """The row of a question before anything is known about its answer."""
    return {
        "id": question.id,
        "question": question.question,
        "prediction": "",
        "short_answer": None,
        "abstained": False,
        "reason": None,
        "confidence": 0.0,
        "claims": [],
        "citations": [],
        "differing": [],
        "notes": [],
        "retrieved": [],
        "timings_ms": {},
        "error": None,
        "gold": known,
        "scores": None,
        "label": "",
    }


def has_evidence(row: Row) -> bool:
    """Whether the gold set says where the answer of this question stands."""
    return row["gold"]["answerable"] and bool(row["gold"]["evidence"])


def gold_articles(row: Row) -> dict[str, int]:
    """The articles that hold the answer of this question, with their highest grade of relevance."""
    grades: dict[str, int] = {}
    for evidence in row["gold"]["evidence"]:
        each = evidence["article_id"]
        grades[each] = max(grades.get(each, 0), evidence.get("grade", 1))
    return grades


def gold_pieces(row: Row) -> dict[str, int]:
    """The pieces of gold evidence whose place in their article is known, by name, with their grades."""
    return {
        _piece(number): evidence.get("grade", 1)
        for number, evidence in enumerate(row["gold"]["evidence"])
        if evidence["spans"]
    }


def retrieved_articles(row: Row) -> list[str]:
    """The ids of the retrieved articles, each once, best first."""
    return unique(passage["article_id"] for passage in row["retrieved"] or ())


def retrieved_pieces(row: Row) -> list[str]:
    """The passages retrieved, best first, as the pieces of gold evidence that they share a character with.

    A piece counts at the first passage that touches it; a passage that touches none stands for itself.
    """
    names: list[str] = []
    for rank, passage in enumerate(row["retrieved"] or ()):
        touched = [
            _piece(number)
            for number, evidence in enumerate(row["gold"]["evidence"])
            if touches(passage, evidence["article_id"], evidence["spans"])
        ]
        names += touched or [f"passage {rank}"]
    return unique(names)


def touches(place: Mapping[str, Any], article_id: str, spans: Sequence[Sequence[int]]) -> bool:
    """Whether a place, `{article_id, start, end}`, shares a character with one of an article's spans.

    A place without offsets stands for its whole article.
    """
    if place["article_id"] != article_id:
        return False
    start, end = place.get("start"), place.get("end")
    if start is None or end is None:
        return bool(spans)
    return any(start < span_end and span_start < end for span_start, span_end in spans)


def _piece(number: int) -> str:
    return f"gold {number}"
