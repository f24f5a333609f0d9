"""Spans to an answer: sentences quoted with their citations, or an abstention with its reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.terms import has_topic, names, plain
from rag.types import Abstention, Answer, AnswerSpan, Citation, Claim, Evidence, Filters, Reason

_SUPPORT = 2  # further articles cited for the same short answer


@dataclass(frozen=True, slots=True)
class Holdings:
    """What composing must know of the library: whether it has articles, passes the filters, uses a word."""

    article_count: Callable[[], int]
    matching_articles: Callable[[Filters], int]
    mentions: Callable[[str], bool]
    years: Callable[[], tuple[int, int]]  # of the first and the last article; (1, 0) holds no year


def compose(
    question: str,
    evidence: Sequence[Evidence],
    spans: Sequence[AnswerSpan],
    *,
    threshold: float,
    holdings: Holdings,
    filters: Filters | None = None,
) -> Answer:
    """The answer that the best span gives, or an abstention where it stays below the threshold.

    One claim: the best sentence, verbatim. It cites that sentence, and those of other articles that give the
    same short answer and are sure enough alone. Evidence comes in the reader's order, then the search's.
    """
    evidence = _reranked(evidence, spans)
    best = spans[0] if spans else None
    confidence = best.confidence if best else 0.0
    unmentioned = _unmentioned(question, holdings)
    hopeless = bool(unmentioned) or not has_topic(question)
    if best is None or confidence < threshold or hopeless:
        return Answer(
            question=question,
            searched_for=question,
            abstention=_decline(question, unmentioned, holdings, filters),
            confidence=min(confidence, threshold / 2) if hopeless else confidence,
            evidence=evidence,
        )
    cited = [best, *_support(best, spans[1:], threshold)]
    citations = tuple(Citation(each.evidence.article, each.sentence, each.quote) for each in cited)
    return Answer(
        question=question,
        searched_for=question,
        claims=(Claim(_on_one_line(best.quote), tuple(range(len(citations)))),),
        citations=citations,
        short_answer=_on_one_line(best.short or best.quote),
        confidence=confidence,
        evidence=evidence,
    )


def _reranked(evidence: Sequence[Evidence], spans: Sequence[AnswerSpan]) -> tuple[Evidence, ...]:
    """The evidence with what the reader's spans lie in first, in their order."""
    read = {each.evidence.passage.id: each.evidence for each in spans}
    return (*read.values(), *(each for each in evidence if each.passage.id not in read))


def _support(best: AnswerSpan, others: Sequence[AnswerSpan], threshold: float) -> list[AnswerSpan]:
    """The best span of each other article that gives the same short answer."""
    if best.short is None:
        return []
    wanted, articles, found = plain(best.short), {best.evidence.article.id}, []
    for each in others:
        agrees = each.short is not None and plain(each.short) == wanted
        if agrees and each.confidence >= threshold and each.evidence.article.id not in articles:
            articles.add(each.evidence.article.id)
            found.append(each)
    return found[:_SUPPORT]


def _decline(
    question: str, unmentioned: Sequence[str], holdings: Holdings, filters: Filters | None
) -> Abstention:
    if not holdings.article_count():
        message = "The library holds no articles yet: ingest some, then ask again."
        return Abstention(Reason.EMPTY_LIBRARY, message)
    if filters and not holdings.matching_articles(filters):
        message = "No article is from the sources and dates that you chose: widen them, then ask again."
        return Abstention(Reason.OUTSIDE_DATES, message)
    if unmentioned:
        named = " or ".join(f"“{name}”" for name in unmentioned[:3])
        return Abstention(Reason.NOT_MENTIONED, f"The articles do not mention {named}.")
    if not has_topic(question):
        message = "The question names nothing to look for: say whom or what it is about."
        return Abstention(Reason.UNCLEAR, message)
    message = "The articles touch on this, but no passage states the answer."
    return Abstention(Reason.NOT_STATED, message)


def _unmentioned(question: str, holdings: Holdings) -> list[str]:
    """Names in the question that no article uses: whatever it asks about them cannot be answered."""
    return [name for name in names(question) if not _is_mentioned(name, holdings)]


def _is_mentioned(name: str, holdings: Holdings) -> bool:
    """Whether an article uses the name, or all parts of a hyphenated one; "U.S." may stand as "US".

    A year is mentioned where the articles' own dates reach it.
    """
    first, last = holdings.years()
    if name.isdigit() and first <= int(name) <= last:
        return True
    parts = name.split("-")
    return any(map(holdings.mentions, {name, name.replace(".", "")})) or all(map(holdings.mentions, parts))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
