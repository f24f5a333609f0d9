"""Judges the citations of an answer: do they resolve, are they verbatim, do they carry the gold answer?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eval.metrics import containment
from eval.rows import CitationVerdict, GoldFacts, touches
from rag.types import Span


def judge_citations(
    citations: Sequence[Mapping[str, Any]], gold: GoldFacts, article_text: Callable[[str], str | None]
) -> list[CitationVerdict]:
    """One verdict for each citation of an answer.

    `resolves`: the library has the article. `verbatim`: its text at `start:end` is exactly the quote, and
    not empty. `contains_answer`: a gold answer stands in the quote (see `containment`); None without gold
    answers. `overlaps_evidence`: the citation shares a character with a gold span of the same article, or is
    of the same article where no span is known; offsets outside the article overlap nothing; None without
    gold evidence. `iou`: characters shared with the gold span nearest to it over characters of either; None
    where no gold span is known.
    """
    return [_judge(citation, gold, article_text(citation["article_id"])) for citation in citations]


def supported(verdict: CitationVerdict) -> bool | None:
    """Whether a citation carries the answer: it resolves, is verbatim, and is of gold evidence or quotes a
    gold answer (another article may well say it too). None where the gold set knows neither.
    """
    if not (verdict["resolves"] and verdict["verbatim"]):
        return False
    known = [each for each in (verdict["overlaps_evidence"], verdict["contains_answer"]) if each is not None]
    return any(known) if known else None


def _judge(citation: Mapping[str, Any], gold: GoldFacts, text: str | None) -> CitationVerdict:
    start, end, quote = citation["start"], citation["end"], citation["quote"]
    located = text is not None and 0 <= start < end <= len(text)
    overlaps = located and any(_overlaps(citation, found) for found in gold["evidence"])
    spans = [(each["article_id"], span) for each in gold["evidence"] for span in each["spans"]]
    return {
        "resolves": text is not None,
        "verbatim": text is not None and located and text[start:end] == quote,
        "contains_answer": bool(containment(quote, gold["answers"])) if gold["answers"] else None,
        "overlaps_evidence": overlaps if gold["answerable"] and gold["evidence"] else None,
        "iou": max(_iou(citation, article_id, span) if located else 0.0 for article_id, span in spans)
        if gold["answerable"] and spans
        else None,
    }


def _overlaps(citation: Mapping[str, Any], evidence: Mapping[str, Any]) -> bool:
    if not evidence["spans"]:
        return bool(citation["article_id"] == evidence["article_id"])
    return touches(citation, evidence["article_id"], evidence["spans"])


def _iou(citation: Mapping[str, Any], article_id: str, span: Sequence[int]) -> float:
    if citation["article_id"] != article_id:
        return 0.0
    cited, wanted = Span(citation["start"], citation["end"]), Span(*span)
    shared = cited.overlap(wanted)
    return shared / (len(cited) + len(wanted) - shared)
