"""An answer as the JSON object that `dateline ask --json` prints: a contract that others script against."""

from dataclasses import asdict
from typing import Any

from rag.types import Answer, ArticleInfo, Citation, Period, Reading


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
        "stories": answer.stories,
        "differing": [reading_to_json(reading) for reading in answer.differing],
        "notes": list(answer.notes),
        "as_of": None if answer.as_of is None else answer.as_of.isoformat(),
        "period": None if answer.period is None else period_to_json(answer.period),
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
        "usage": None if answer.usage is None else asdict(answer.usage),
    }


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """The citation with its article's fields and the offsets of the quote."""
    return {
        **article_to_json(citation.article),
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
        "speaker": citation.speaker,
        "dates": [
            {
                "words": note.words,
                "start": note.span.start,
                "end": note.span.end,
                "meaning": note.meaning,
                "first": note.first.isoformat(),
                "last": note.last.isoformat(),
            }
            for note in citation.dates
        ],
    }


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """One of the answers that differ, with the citation that gives it."""
    told = {"answer": reading.value, "newest": reading.newest, "stories": reading.stories}
    return {**told, **citation_to_json(reading.citation)}


def period_to_json(period: Period) -> dict[str, Any]:
    """The time that a question asks about; null is open at that end."""
    first, last = (None if each is None else each.isoformat() for each in (period.first, period.last))
    return {"words": period.words, "first": first, "last": last}


def article_to_json(article: ArticleInfo) -> dict[str, Any]:
    """What says which article it is."""
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": None if article.published is None else article.published.isoformat(),
    }
