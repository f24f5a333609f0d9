"""Which span leads the answer: the reader's best, unless the question's kind or time points at another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.differing import agree, best_of_each, newer, rank, rivals
from rag.fitting import less_to_the_point, unfit
from rag.freshness import days_apart
from rag.predicates import subject_in
from rag.question_kind import (
    changes_with_time,
    lies_ahead,
    wants_explanation,
    wants_figure,
    wants_reason,
    wants_several,
    wants_statement,
    wants_toll,
)
from rag.question_time import standing
from rag.several import is_item
from rag.terms import words
from rag.types import AnswerSpan, Period
from rag.unrivalled import confidence_without

# How far in rank a span that fits the question's time 0, 1 or 2 steps better may be below the reader's best.
_OF_THE_TIME = (0.0, 1.0, 3.0)
_UPDATE = 3.0  # ranks that an update may be below the version that it replaces
_UPDATED_WITHIN = 31  # days: what is published later with the same words is about another event
_SAME_SENTENCE = 0.6  # of its words, from which a sentence is another version of one
_NEWEST = 2.5  # ranks that the newest report of what changes may be below the best one
_FITTING = 0.05  # confidence that a span must have to be surer without those that cannot be what is asked for
_SURE = 0.2  # confidence that such a report must have, the others of what changes not counted


@dataclass(frozen=True, slots=True)
class Lead:
    """The span that leads, how sure it is now that some others do not count, and why it leads.

    `spans` are those that can answer, best first; `superseded` are earlier versions of its story that say
    otherwise, `outdated` earlier reports of something that changes; `standing` says how well it fits the
    question's own time, None where there is none.
    """

    span: AnswerSpan
    confidence: float
    spans: Sequence[AnswerSpan]
    superseded: Sequence[AnswerSpan]
    outdated: Sequence[AnswerSpan]
    standing: int | None


def choose(
    question: str, spans: Sequence[AnswerSpan], period: Period | None, stories: Mapping[str, str]
) -> Lead:
    """The leading span of all that were read, best first (at least one).

    One that can answer goes before the others; of these, one of the time that the question names; then the
    last version of a story before the earlier ones, and the newest report of what changes, and of a figure or
    day that reports differ on, before older ones. Where none can answer the best leads, with confidence 0.
    """
    unable = unfit(question, spans, period)
    able = [each for each in spans if each not in unable]
    fitting, fit = _to_the_point(question, able or spans, period)
    versions = [fitting[0], *versions_of(fitting[0], fitting, stories)]
    lead = _newest(versions)
    superseded = [each for each in versions if newer(lead, each)]
    outdated: list[AnswerSpan] = []
    changing = changes_with_time(question) or wants_figure(question) or lies_ahead(question)
    if wants_toll(question) or (fit is None and changing):
        current = [each for each in fitting if each not in superseded]
        lead, outdated = _latest(question, lead, current, spans)
    left = {id(each) for each in fitting if not any(_goes_with(each, old) for old in outdated)}
    beside = [*superseded, *_told_beside(question, lead, spans)]
    out = {id(each) for each in spans if id(each) not in left or each in beside}
    if not able:
        confidence = 0.0
    elif unable and lead.confidence < _FITTING:
        confidence = lead.confidence
    else:
        confidence = confidence_without(lead, spans, out)
    return Lead(lead, confidence, fitting, superseded, outdated, fit)


def _to_the_point(
    question: str, spans: Sequence[AnswerSpan], period: Period | None
) -> tuple[list[AnswerSpan], int | None]:
    """The spans that fit the question's time best, and how well; of these, those most to its point."""
    fit = None
    if period is not None:
        # A toll of 2020 is known better in 2021: that an article is about the time is enough.
        fit = _best_fit(spans, period, best=1 if wants_toll(question) else 2)
        spans = [each for each in spans if standing(each, period) >= fit]
    less = less_to_the_point(question, spans)
    return [each for each in spans if each not in less], fit


def _latest(
    question: str, lead: AnswerSpan, current: Sequence[AnswerSpan], spans: Sequence[AnswerSpan]
) -> tuple[AnswerSpan, list[AnswerSpan]]:
    """The newest of the reports that say something else, and those that it outdates."""
    others = [each for each in rivals(question, lead, current) if rank(lead) - rank(each) <= _NEWEST]
    together = {id(each) for each in (lead, *others)}  # of different days: none speaks against another
    others = [each for each in others if confidence_without(each, spans, together) >= _SURE]
    newest = _newest([lead, *others])
    if newest is not lead and newer(newest, lead):
        return newest, [each for each in (lead, *others) if newer(newest, each)]
    return lead, [each for each in others if newer(lead, each)] if changes_with_time(question) else []


def _best_fit(spans: Sequence[AnswerSpan], period: Period, *, best: int) -> int:
    """How well the span fits the period that fits it best among those near enough to the reader's best.

    `best` is the fit from which a better one makes no difference.
    """
    fit = min(best, standing(spans[0], period))
    for each in spans[1:]:
        behind = rank(spans[0]) - rank(each)
        if behind > _OF_THE_TIME[-1] or fit == best:
            break
        fits = min(best, standing(each, period))
        if fits > fit and behind <= _OF_THE_TIME[fits - fit]:
            fit = fits
    return fit


def versions_of(
    lead: AnswerSpan, spans: Sequence[AnswerSpan], stories: Mapping[str, str]
) -> list[AnswerSpan]:
    """The spans of other versions of the lead's story whose sentence is the lead's, but for the answer."""
    story = stories.get(lead.evidence.article.id)
    return [
        each
        for each in best_of_each(spans)
        if story is not None
        and each.evidence.article.id != lead.evidence.article.id
        and stories.get(each.evidence.article.id) == story
        and each.short is not None
        and abs(rank(lead) - rank(each)) <= _UPDATE
        and (days_apart(lead.evidence.article.published, each.evidence.article.published) or 0)
        <= _UPDATED_WITHIN
        and not agree(lead, each)
        and each.quote != lead.quote
        and _shared_words(lead.quote, each.quote) >= _SAME_SENTENCE
    ]


def _shared_words(one: str, other: str) -> float:
    """The share of the shorter sentence's words that the other has too."""
    first, second = ({word.lower() for word in words(text)} for text in (one, other))
    return len(first & second) / (min(len(first), len(second)) or 1)


def _told_beside(question: str, lead: AnswerSpan, spans: Sequence[AnswerSpan]) -> list[AnswerSpan]:
    """Spans that are told together with the lead, and so are no other answers.

    Those are the other things of a list whose first one a sentence names in the question's own words, and,
    where a sentence is the answer, the other words of it; reasons may stand anywhere in the lead's article.
    """
    if wants_several(question) and subject_in(question, lead.quote) is not None:
        return [each for each in spans if is_item(each, lead)]
    if wants_reason(question):
        return [each for each in spans if each.evidence.article.id == lead.evidence.article.id]
    if wants_statement(question) or wants_explanation(question) or wants_several(question):
        return [each for each in spans if each.quote == lead.quote]
    return []


def _goes_with(span: AnswerSpan, old: AnswerSpan) -> bool:
    """Whether a span falls with one that is outdated: it says the same, or stands in the same article."""
    return span.evidence.article.id == old.evidence.article.id or agree(span, old)


def _newest(spans: Sequence[AnswerSpan]) -> AnswerSpan:
    newest = spans[0]
    for each in spans[1:]:
        if newer(each, newest):
            newest = each
    return newest
