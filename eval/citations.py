"""Judges the citations of an answer: do they resolve, are they verbatim, do they carry the gold answer?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eval.metrics import containment
from eval.rows import CitationVerdict, GoldFacts
from rag.types import Span


def judge_citations(
    citations: Sequence[Mapping[str, Any]], gold: GoldFacts, article_text: Callable[[str], str | None]
) -> list[CitationVerdict]:
    """One verdict for each citation of an answer.

    `resolves`: the library has the article. `verbatim`: its text at `start:end` is exactly the quote, and
    not empty. `contains_answer`: a gold answer stands in the quote (see `containment`); None without gold
    answers. `overlaps_evidence`: the citation shares a character with a gold span of the same article, or is
    of the same article where no span is known; offsets outside the article overlap nothing; None without
    gold evidence.
    """
    return [_judge(citation, gold, article_text(citation["article_id"])) for citation in citations]


def _judge(citation: Mapping[str, Any], gold: GoldFacts, text: str | None) -> CitationVerdict:
    start, end, quote = citation["start"], citation["end"], citation["quote"]
    located = text is not None and 0 <= start < end <= len(text)
    overlaps = located and any(_overlaps(citation, found) for found in gold["evidence"])
    return {
        "resolves": text is not None,
        "verbatim": text is not None and located and text[start:end] == quote,
        "contains_answer": bool(containment(quote, gold["answers"])) if gold["answers"] else None,
        "overlaps_evidence": overlaps if gold["answerable"] and gold["evidence"] else None,
    }


def _overlaps(citation: Mapping[str, Any], evidence: Mapping[str, Any]) -> bool:
    if citation["article_id"] != evidence["article_id"]:
        return False
    if not evidence["spans"]:
        return True
    cited = Span(citation["start"], citation["end"])
    return any(cited.overlap(Span(*span)) for span in evidence["spans"])
