"""Spans to an answer: sentences quoted with their citations, or an abstention with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rag.citing import citation_of, cite
from rag.coverage import covering
from rag.days import written
from rag.decline import Holdings, hopeless, unanswered
from rag.differing import newer, passed_over, readings, rivals, supporting
from rag.lead import Lead, choose, versions_of
from rag.predicates import pointed
from rag.question_kind import changes_with_time, wants_explanation, wants_several, wants_story
from rag.question_time import asked_period
from rag.several import further, named_with, whole_list
from rag.terms import names
from rag.types import (
    Answer,
    AnswerSpan,
    ArticleInfo,
    Citation,
    Claim,
    Evidence,
    Filters,
    Period,
    Reading,
    Reason,
)

__all__ = ["Holdings", "compose"]

_SUPPORT = 2  # further articles cited for the same short answer


def compose(
    question: str,
    evidence: Sequence[Evidence],
    spans: Sequence[AnswerSpan],
    *,
    threshold: float,
    holdings: Holdings,
    filters: Filters | None = None,
    asked_on: date | None = None,
) -> Answer:
    """The answer that the leading span gives, or an abstention where it stays below the threshold.

    The first claim is the sentence that carries the short answer, verbatim, cited with those of other
    articles that give the same answer. A question for several things, or for an explanation, gets further
    sentences, each a claim of its own. Evidence comes with the leading span's passage first, then in the
    reader's order, then the search's.

    Args:
        asked_on: the day that "last year" in the question is relative to; today where it is not given.
    """
    period = asked_period(question, asked_on or date.today())
    stories = holdings.stories([each.article.id for each in evidence]) if spans else {}
    spans = pointed(question, spans)
    lead = choose(question, spans, period, stories) if spans else None
    confidence = lead.confidence if lead else 0.0
    evidence = _reranked(evidence, [lead.span, *spans] if lead else spans)
    told = Answer(
        question=question, searched_for=question, confidence=confidence, period=period, evidence=evidence
    )
    if refused := hopeless(question, period, spans, holdings):
        # An empty library, or filters that leave nothing, explain it better than a name that is not there.
        other = unanswered(question, None, holdings, filters)
        refused = refused if other.reason is Reason.NOT_STATED else other
        return replace(told, abstention=refused, confidence=min(confidence, threshold / 2))
    if lead is None or confidence < _enough(question, lead, threshold):
        return replace(told, abstention=unanswered(question, period, holdings, filters))
    return _answered(told, lead, stories, threshold)


def _enough(question: str, lead: Lead, threshold: float) -> float:
    """The confidence that an answer needs: half of it where the question asks what happened to what is named.

    A reader of spans is never sure which words answer that; a sentence about what is named does.
    """
    passage = lead.span.evidence.passage.text.lower()
    named = [name for name in names(question) if not name.isdigit()]
    about = bool(named) and all(name.lower() in passage for name in named)
    return threshold / 2 if about and wants_story(question) else threshold


def _answered(told: Answer, lead: Lead, stories: Mapping[str, str], threshold: float) -> Answer:
    question, first, spans = told.question, lead.span, lead.spans
    several = wants_several(question)
    if several:
        first = whole_list(first)
    agreeing = _other_stories_first(lead.span, supporting(lead.span, spans), stories)
    agreeing.sort(key=lambda each: each.confidence < threshold)  # those that are sure alone are cited first
    citations = [citation_of(first), *map(citation_of, agreeing[:_SUPPORT])]
    claims = [Claim(_on_one_line(first.quote), tuple(range(len(citations))))]
    short = [first.short or first.quote]
    differing: tuple[Reading, ...] = ()
    more: Iterable[Citation] = ()
    if several:
        others = list(map(whole_list, further(question, first, spans)))
        short += [*named_with(first), *(each.short or "" for each in others)]
        more = map(citation_of, others)
    elif wants_explanation(question):
        more = (cite(*each) for each in covering(question, lead.span, spans)[1:])
    else:
        differing = _differing(told, lead, stories)
    for each in more:
        citations.append(each)
        claims.append(Claim(_on_one_line(each.quote), (len(citations) - 1,)))
    changing = changes_with_time(question) or lead.outdated
    days = [each.evidence.article.published for each in (first, *agreeing)] if changing else []
    as_of = max(filter(None, days), default=None)
    return replace(
        told,
        claims=tuple(claims),
        citations=tuple(citations),
        short_answer=_on_one_line("; ".join(short)),
        stories=len({_story(each, stories) for each in (lead.span, *agreeing)}),
        differing=differing,
        as_of=as_of,
        notes=tuple(_notes(lead, told.period, as_of)),
    )


def _differing(told: Answer, lead: Lead, stories: Mapping[str, str]) -> tuple[Reading, ...]:
    """The reports that differ, without versions that an update replaced, and without other times."""
    question, span = told.question, lead.span
    left = [
        each
        for each in lead.spans
        if not any(newer(version, each) for version in versions_of(each, lead.spans, stories))
    ]
    others = [*lead.outdated, *rivals(question, span, left)]
    if told.period is None:
        others += passed_over(question, span, left, told.evidence, stories)
    return readings(span, others, left, stories)


def _notes(lead: Lead, period: Period | None, as_of: date | None) -> Iterable[str]:
    """What a reader should know of how the answer was chosen, in sentences."""
    article = lead.span.evidence.article
    if period is not None and lead.standing is not None:
        if lead.standing:
            yield f"Asked about “{period.words}”: this report is {_of_day(article)}."
        else:
            yield f"No passage found is from or about “{period.words}”; this report is {_of_day(article)}."
    elif as_of is not None:
        yield f"As of {written(as_of)}, the newest report found that says so."
    for old in lead.superseded[:1]:
        yield (
            f"This story was updated: an earlier version ({_byline(old.evidence.article)}) said"
            f" “{_on_one_line(old.short or old.quote)}”."
        )


def _of_day(article: ArticleInfo) -> str:
    return f"of {written(article.published)}" if article.published else "undated"


def _byline(article: ArticleInfo) -> str:
    day = written(article.published) if article.published else "undated"
    return ", ".join(filter(None, [article.source or article.title, day]))


def _story(span: AnswerSpan, stories: Mapping[str, str]) -> str:
    article = span.evidence.article.id
    return stories.get(article, article)


def _other_stories_first(
    lead: AnswerSpan, agreeing: Sequence[AnswerSpan], stories: Mapping[str, str]
) -> list[AnswerSpan]:
    """Those that agree, one of each story before the copies of a story that is cited already."""
    seen = {_story(lead, stories)}
    fresh: list[AnswerSpan] = []
    copies: list[AnswerSpan] = []
    for each in agreeing:
        (copies if _story(each, stories) in seen else fresh).append(each)
        seen.add(_story(each, stories))
    return [*fresh, *copies]


def _reranked(evidence: Sequence[Evidence], spans: Sequence[AnswerSpan]) -> tuple[Evidence, ...]:
    """The evidence with what the reader's spans lie in first, in their order."""
    read = {each.evidence.passage.id: each.evidence for each in spans}
    return (*read.values(), *(each for each in evidence if each.passage.id not in read))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
