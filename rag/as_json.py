"""An answer as the JSON object that `dateline ask --json` prints: a contract that others script against."""

from dataclasses import asdict
from typing import Any

from rag.types import Answer, ArticleInfo, Citation


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """One JSON-ready object; offsets count characters of the stored article text, dates are ISO or null."""
    return {
        "question": answer.question,
        "searched_for": answer.searched_for,
        "answer": answer.text,
        "short_answer": answer.short_answer,
        "abstained": answer.abstention is not None,
        "reason": None if answer.abstention is None else answer.abstention.reason.value,
        "confidence": round(answer.confidence, 4),
        "claims": [{"text": claim.text, "citations": list(claim.citations)} for claim in answer.claims],
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "differing": [],
        "evidence": [
            {
                "article_id": found.article.id,
                "start": found.passage.span.start,
                "end": found.passage.span.end,
                "score": round(found.score, 6),
            }
            for found in answer.evidence
        ],
        "timings_ms": {stage: round(ms, 2) for stage, ms in answer.timings_ms.items()},
        "model": answer.model,
        "notes": list(answer.notes),
        "usage": None if answer.usage is None else asdict(answer.usage),
    }


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """The citation with its article's fields and the offsets of the quote."""
    return {
        **article_to_json(citation.article),
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
    }


def article_to_json(article: ArticleInfo) -> dict[str, Any]:
    """What says which article it is."""
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": None if article.published is None else article.published.isoformat(),
    }
