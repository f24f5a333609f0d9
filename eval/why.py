"""Why a question failed: one label for each, the stage at which its answer was lost."""

from collections.abc import Callable
from enum import StrEnum

from eval.abstention import Outcome
from eval.citations import supported
from eval.evidence import Match
from eval.metrics import containment
from eval.rows import Row, Scores, has_evidence, retrieved_articles, touches

READ_DEPTH = 10  # evidence that ranks below this many passages, or articles, counts as badly ranked


class Why(StrEnum):
    """Where a question ended; the first is what one wants, the others are the losses in their order."""

    CORRECT = "correct"
    RETRIEVAL = "retrieval miss"
    RANKING = "ranking miss"
    READER = "reader miss"
    CITATION = "wrong citation"
    DECLINED_FOUND = "false abstention, evidence retrieved"
    DECLINED_NOT_FOUND = "false abstention, evidence not retrieved"
    FALSE_ANSWER = "false answer"
    GOLD = "gold unresolved"
    DECLINED = "false abstention"  # and whether evidence was retrieved is not told
    WRONG = "wrong answer"  # likewise
    ERROR = "system error"


def why(row: Row, article_text: Callable[[str], str | None]) -> Why:
    """The label of one scored row.

    An unanswerable question is correct if it was declined. An answer that is right is correct unless its
    citations are given and none of them carries it. Of the rest, one whose gold evidence is nowhere in the
    library is the gold set's loss; one that was declined is a false abstention; a wrong answer is a retrieval
    miss where the evidence was not retrieved, a ranking miss where it came after `READ_DEPTH`, and a reader
    miss where it stood among the first and something else was answered. Without answers in the gold set,
    retrieval alone is judged. What another system retrieved may not be told.
    """
    scores = row["scores"]
    if scores is None:
        return Why.ERROR
    if not row["gold"]["answerable"]:
        return Why.CORRECT if row["abstained"] else Why.FALSE_ANSWER
    if scores["outcome"] == Outcome.RIGHT:
        return Why.CITATION if _miscited(scores) else Why.CORRECT
    if _unresolved(row):
        return Why.GOLD
    if row["retrieved"] is None:
        return Why.DECLINED if row["abstained"] else Why.WRONG
    rank = evidence_rank(row, article_text)
    if row["abstained"]:
        return Why.DECLINED_NOT_FOUND if rank is None else Why.DECLINED_FOUND
    if rank is None:
        return Why.RETRIEVAL
    if rank > READ_DEPTH:
        return Why.RANKING
    return Why.CORRECT if scores["outcome"] is None else Why.READER


def evidence_rank(row: Row, article_text: Callable[[str], str | None]) -> int | None:
    """The rank, from 1, at which the answer was first before the reader's eyes; None where it never was.

    A passage shows it if it touches a gold span. Where no span is known, it is a passage of a gold article
    (of any article, without gold evidence) that contains a gold answer; without answers the article's rank.
    """
    gold = row["gold"]
    spanned = [each for each in gold["evidence"] if each["spans"]]
    articles = {each["article_id"] for each in gold["evidence"]}
    if not spanned and not gold["answers"]:
        ranked = retrieved_articles(row)
        return next((rank for rank, each in enumerate(ranked, start=1) if each in articles), None)
    for rank, passage in enumerate(row["retrieved"] or (), start=1):
        if spanned:
            if any(touches(passage, each["article_id"], each["spans"]) for each in spanned):
                return rank
        elif not articles or passage["article_id"] in articles:
            text = article_text(passage["article_id"]) or ""
            if containment(text[passage.get("start") : passage.get("end")], gold["answers"]):
                return rank
    return None


def _miscited(scores: Scores) -> bool:
    """Whether citations are known and none of them may carry the answer."""
    verdicts = scores["citations"]
    return verdicts is not None and all(supported(verdict) is False for verdict in verdicts)


def _unresolved(row: Row) -> bool:
    """Whether the gold set names evidence and none of it was found."""
    lost = (Match.NOT_FOUND, Match.MISSING)
    return has_evidence(row) and all(each["match"] in lost for each in row["gold"]["evidence"])
