"""Which span leads the answer: the reader's best, unless time says that another one is meant."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.differing import agree, newer, rank, rivals
from rag.freshness import days_apart
from rag.question_kind import (
    changes_with_time,
    lies_ahead,
    wants_figure,
    wants_names,
    wants_several,
    wants_toll,
)
from rag.question_time import standing
from rag.terms import words
from rag.types import AnswerSpan, Period

_PER_RANK = 0.54  # what a unit of lead over the next answer adds to the log-odds, as the reader is calibrated
# How far in rank a span that fits the question's time 0, 1 or 2 steps better may be below the reader's best.
_OF_THE_TIME = (0.0, 1.0, 3.0)
_UPDATE = 3.0  # ranks that an update may be below the version that it replaces
_UPDATED_WITHIN = 31  # days: what is published later with the same words is about another event
_SAME_SENTENCE = 0.6  # of its words, from which a sentence is another version of one
_NEWEST = 2.5  # ranks that the newest report of what changes may be below the best one
_NAMED = 0.05  # confidence that a name must have to go before words that name nothing
_SURE = 0.2  # confidence that such a report must have alone


@dataclass(frozen=True, slots=True)
class Lead:
    """The span that leads, how sure it is now that some others do not count, and why it leads.

    `superseded` are earlier versions of its story that say otherwise, `outdated` earlier reports of something
    that changes; `standing` says how well it fits the question's own time, None where there is none.
    """

    span: AnswerSpan
    confidence: float
    superseded: tuple[AnswerSpan, ...] = ()
    outdated: tuple[AnswerSpan, ...] = ()
    standing: int | None = None


def choose(
    question: str, spans: Sequence[AnswerSpan], period: Period | None, stories: Mapping[str, str]
) -> Lead:
    """The leading span of all that were read, best first (at least one).

    A span of the time that the question names goes before the others; the last version of a story before the
    earlier ones; the newest report of what changes, and of a figure or day that reports differ on, before
    older ones.
    """
    lead, fit = spans[0], None
    discarded: list[AnswerSpan] = []
    if wants_several(question) and wants_names(question):
        discarded = [each for each in spans if not (each.short or "")[:1].isupper()]
        lead = next((each for each in spans if each not in discarded and each.confidence >= _NAMED), lead)
    if period is not None:
        # A toll of 2020 is known better in 2021: that an article is about the time is enough.
        lead, fit = _of_the_time(spans, period, best=1 if wants_toll(question) else 2)
        discarded += [each for each in spans if standing(each, period) < fit]
    versions = [lead, *versions_of(lead, spans, stories)]
    lead = _newest(versions)
    superseded = [each for each in versions if newer(lead, each)]
    counted = [each for each in spans if each not in superseded and each not in discarded]
    outdated: list[AnswerSpan] = []
    changing = changes_with_time(question) or wants_figure(question) or lies_ahead(question)
    if wants_toll(question) or (fit is None and changing):
        others = [
            each
            for each in rivals(question, lead, counted)
            if each.confidence >= _SURE and rank(lead) - rank(each) <= _NEWEST
        ]
        newest = _newest([lead, *others])
        if newest is not lead and newer(newest, lead):
            outdated, lead = [each for each in (lead, *others) if newer(newest, each)], newest
        elif changes_with_time(question):
            outdated = [each for each in others if newer(lead, each)]
    out = {id(each) for each in (*superseded, *outdated, *discarded)}
    return Lead(
        lead, _without(lead, spans, out), tuple(superseded), tuple(outdated), None if period is None else fit
    )


def _of_the_time(spans: Sequence[AnswerSpan], period: Period, *, best: int) -> tuple[AnswerSpan, int]:
    """The span that fits the period best among those near enough to the reader's best, and its fit.

    `best` is the fit from which a better one makes no difference.
    """
    lead, fit = spans[0], min(best, standing(spans[0], period))
    for each in spans[1:]:
        behind = rank(spans[0]) - rank(each)
        if behind > _OF_THE_TIME[-1] or fit == best:
            break
        fits = min(best, standing(each, period))
        if fits > fit and behind <= _OF_THE_TIME[fits - fit]:
            lead, fit = each, fits
    return lead, fit


def versions_of(
    lead: AnswerSpan, spans: Sequence[AnswerSpan], stories: Mapping[str, str]
) -> list[AnswerSpan]:
    """The spans of other versions of the lead's story whose sentence is the lead's, but for the answer."""
    story = stories.get(lead.evidence.article.id)
    return [
        each
        for each in spans
        if story is not None
        and each.evidence.article.id != lead.evidence.article.id
        and stories.get(each.evidence.article.id) == story
        and each.short is not None
        and abs(rank(lead) - rank(each)) <= _UPDATE
        and (days_apart(lead.evidence.article.published, each.evidence.article.published) or 0)
        <= _UPDATED_WITHIN
        and not agree(lead, each)
        and _shared_words(lead.quote, each.quote) >= _SAME_SENTENCE
    ]


def _shared_words(one: str, other: str) -> float:
    """The share of the shorter sentence's words that the other has too."""
    first, second = ({word.lower() for word in words(text)} for text in (one, other))
    return len(first & second) / (min(len(first), len(second)) or 1)


def _newest(spans: Sequence[AnswerSpan]) -> AnswerSpan:
    newest = spans[0]
    for each in spans[1:]:
        if newer(each, newest):
            newest = each
    return newest


def _without(lead: AnswerSpan, spans: Sequence[AnswerSpan], out: set[int]) -> float:
    """The lead's confidence were the spans in `out` not there: they are no other answers to the question."""
    others = [each for each in spans if each is not lead and not agree(lead, each)]
    before = max(map(rank, others), default=None)
    after = max((rank(each) for each in others if id(each) not in out), default=None)
    if before is None or not out or not 0.0 < lead.confidence < 1.0:
        return lead.confidence
    gained = min(12.0, rank(lead) - after if after is not None else 12.0) - (rank(lead) - before)
    odds = math.log(lead.confidence / (1 - lead.confidence)) + _PER_RANK * max(0.0, gained)
    return max(lead.confidence, 1 / (1 + math.exp(-odds)))
