"""Scores one question: the row's answer against what the gold set says, no figure where none is due."""

from collections.abc import Callable, Mapping, Sequence

from eval.abstention import outcome
from eval.citations import judge_citations
from eval.metrics import (
    containment,
    exact_match,
    ndcg_at_k,
    recall_at_k,
    reciprocal_rank,
    success_at_k,
    token_f1,
)
from eval.rows import (
    Row,
    Scores,
    gold_articles,
    gold_pieces,
    has_evidence,
    retrieved_articles,
    retrieved_pieces,
)

DEPTHS = (1, 5, 10)


def score(row: Row, article_text: Callable[[str], str | None]) -> Scores | None:
    """The scores of one row, None if the system failed on it.

    Exact match and F1 judge the short answer, or the whole text where there is no short one; containment
    judges the whole text. Declining an answerable question scores 0 in all three. An answer counts as
    right if the short answer matches exactly or the text contains a gold answer.

    A gold article that the library lacks counts as not retrieved: leaving it out would reward an ingest
    that lost it. The summary counts such evidence apart. By evidence, only pieces with a known place count.
    """
    if row["error"] is not None:
        return None
    gold = row["gold"]
    reading = _reading(row) if gold["answers"] else None
    judged = reading is not None or not gold["answerable"] or row["abstained"]
    right = reading is not None and max(reading["em"], reading["containment"]) > 0
    ranked = row["retrieved"] is not None and has_evidence(row)
    pieces = gold_pieces(row)
    cited = None if row["abstained"] else row["citations"]
    return {
        "outcome": outcome(answerable=gold["answerable"], abstained=row["abstained"], right=right).value
        if judged
        else None,
        "reading": reading,
        "retrieval": _retrieval(retrieved_articles(row), gold_articles(row)) if ranked else None,
        "retrieval_by_evidence": _retrieval(retrieved_pieces(row), pieces) if ranked and pieces else None,
        "citations": None if cited is None else judge_citations(cited, gold, article_text),
    }


def _reading(row: Row) -> dict[str, float]:
    answers = row["gold"]["answers"]
    short = row["short_answer"] if row["short_answer"] is not None else row["prediction"]
    if row["abstained"]:
        return {"em": 0.0, "f1": 0.0, "containment": 0.0}
    return {
        "em": exact_match(short, answers),
        "f1": token_f1(short, answers),
        "containment": containment(row["prediction"], answers),
    }


def _retrieval(ranked: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """Success, recall and nDCG at each depth, and the reciprocal rank."""
    return {
        **{f"success@{depth}": success_at_k(ranked, grades, depth) for depth in DEPTHS},
        **{f"recall@{depth}": recall_at_k(ranked, grades, depth) for depth in DEPTHS},
        **{f"ndcg@{depth}": ndcg_at_k(ranked, grades, depth) for depth in DEPTHS},
        "reciprocal_rank": reciprocal_rank(ranked, grades),
    }
