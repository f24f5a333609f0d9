"""Answers of different articles compared: which agree, which differ, which report is newer."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rag.citing import citation_of
from rag.question_kind import wants_date, wants_figure, wants_person
from rag.question_time import times
from rag.sentences import sentences
from rag.terms import content_terms, names, plain, stem, words
from rag.types import AnswerSpan, ArticleInfo, Evidence, Reading, Span
from rag.values import Number, number_in, numbers_in, same

_RIVAL = 0.1  # confidence from which another answer is a reading of its own
_SAME_QUESTION = 4.0  # ranks below the best from which a span is about something else
_DISTINCT = 5  # characters from which an answer is no accident where two articles give it
_NO_ACCIDENT = 0.005
_MOSTLY = 0.5  # of the question's words, from which a sentence says what the question asks
_FAR_APART = 3  # times: figures farther apart count different things
_NO_UNIT = frozenset("lives others deaths victims was is has as".split())
_PROPER = re.compile(r"[^\W\d_a-z]\w*(?:\W+\w+){1,5}")


def rank(span: AnswerSpan) -> float:
    """How well a span answers, on one scale for all spans of a question."""
    return span.score - span.null_score


def agree(one: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether two spans give the same answer: the same figure, name or day, however written.

    Relative dates are compared as what they mean, each from the day its own article was published.
    """
    if one.short is None or other.short is None:
        return False
    if plain(one.short) == plain(other.short) and not (_told(one) and _told(other)):
        return True
    first, second = _told(one), _told(other)
    if first and second:
        return any(a[0] <= b[1] and b[0] <= a[1] for a in first for b in second)
    return same(one.short, other.short)


def best_of_each(spans: Iterable[AnswerSpan]) -> list[AnswerSpan]:
    """The best span of each passage: what the reader takes it to answer."""
    best: dict[str, AnswerSpan] = {}
    for each in spans:
        best.setdefault(each.evidence.passage.id, each)
    return list(best.values())


def supporting(lead: AnswerSpan, spans: Iterable[AnswerSpan]) -> list[AnswerSpan]:
    """The best span of each other article that gives the same answer as the lead, best first."""
    found: dict[str, AnswerSpan] = {}
    for each in best_of_each(spans):
        if each.evidence.article.id == lead.evidence.article.id or not agree(lead, each):
            continue
        distinct = len(plain(each.short or "")) >= _DISTINCT
        if each.confidence >= (_NO_ACCIDENT if distinct else _RIVAL) or _count_the_same(lead, each):
            found.setdefault(each.evidence.article.id, each)
    return list(found.values())


def rivals(question: str, lead: AnswerSpan, spans: Iterable[AnswerSpan]) -> list[AnswerSpan]:
    """Spans of other articles that answer the same question with something else of the same kind."""
    if lead.short is None:
        return []
    return [
        each
        for each in best_of_each(spans)
        if each.short is not None
        and each.evidence.article.id != lead.evidence.article.id
        and each.confidence >= _RIVAL
        and abs(rank(lead) - rank(each)) <= _SAME_QUESTION
        and not agree(lead, each)
        and _comparable(question, lead, each)
        and _about_the_same(question, lead, each)
    ]


def passed_over(
    question: str,
    lead: AnswerSpan,
    spans: Iterable[AnswerSpan],
    evidence: Iterable[Evidence],
    stories: Mapping[str, str],
) -> list[AnswerSpan]:
    """Sentences that answer a question for a figure with another one, where the reader chose other words.

    It marks one span a passage, so a passage of two figures may hide the one that differs. A sentence counts
    that has most of the question's words, all its names, and one figure that can be compared; of a story, its
    latest version. An article that agrees with the lead says nothing else.
    """
    if not wants_figure(question) or lead.short is None or not names(question):
        return []
    heard = {each.evidence.article.id for each in (lead, *supporting(lead, spans))}
    latest: dict[str, Evidence] = {}
    for each in evidence:
        story = stories.get(each.article.id, each.article.id)
        if story not in latest or _day(each.article) > _day(latest[story].article):
            latest[story] = each
    left = (each for each in latest.values() if each.article.id not in heard)
    figures = (figure for each in left for figure in _figures(question, each))
    return [each for each in figures if not agree(lead, each) and _comparable(question, lead, each)]


def _figures(question: str, evidence: Evidence) -> Iterator[AnswerSpan]:
    """The figures in the sentences of a passage that say most of what the question says."""
    start, text = evidence.passage.span.start, evidence.passage.text
    asked = {stem(term) for term in content_terms(question)}
    named = {stem(name) for name in names(question)}
    for each in sentences(text):
        said = {stem(word) for word in words(each.of(text))}
        if not named <= said or len(asked & said) < _MOSTLY * len(asked):
            continue
        figures = numbers_in(each.of(text))
        if len(figures) == 1:
            place = Span(start + each.start, start + each.end)
            answer = Span(place.start + figures[0].start, place.start + figures[0].end)
            yield AnswerSpan(evidence, place, answer, score=0.0, null_score=0.0, confidence=0.0)


def readings(
    lead: AnswerSpan, others: Sequence[AnswerSpan], spans: Sequence[AnswerSpan], stories: Mapping[str, str]
) -> tuple[Reading, ...]:
    """Every answer that is given, the newest first; each with its newest passage and its number of stories.

    Answers that differ only within a story are no readings: an update has replaced them.
    """
    groups: list[list[AnswerSpan]] = []
    for each in (lead, *others):
        if not any(agree(group[0], each) for group in groups):
            groups.append([each, *supporting(each, spans)])
    if len(groups) < 2:
        return ()
    newest_of = [max(group, key=_published) for group in groups]
    order = sorted(range(len(groups)), key=lambda i: _published(newest_of[i]), reverse=True)
    made = []
    for place, i in enumerate(order):
        told = {stories.get(each.evidence.article.id, each.evidence.article.id) for each in groups[i]}
        newest = newest_of[i]
        made.append(Reading(newest.short or "", citation_of(newest), len(told), newest=place == 0))
    return tuple(made)


def newer(one: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether the first is from a later report: a later day, or an update of the same day by its title."""
    return _published(one) > _published(other)


def _published(span: AnswerSpan) -> tuple[date, bool]:
    return _day(span.evidence.article)


def _day(article: ArticleInfo) -> tuple[date, bool]:
    """When an article was published, and whether its title says that it is an update."""
    update = re.search(r"\bupdated?\b", article.title, re.IGNORECASE) is not None
    return article.published or date.min, update


def _told(span: AnswerSpan) -> tuple[tuple[date, date], ...]:
    return times(span.short or "", span.evidence.article.published)


def _comparable(question: str, one: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether two answers are of the kind that the question asks for: one speaks against the other."""
    if wants_date(question):
        return _comparable_days(_told(one), _told(other))
    first, second = _figure(one), _figure(other)
    if first and second:
        larger, smaller = max(first.value, second.value), min(first.value, second.value)
        return wants_figure(question) and first.comparable(second) and larger <= _FAR_APART * smaller
    proper = _PROPER.fullmatch(one.short or "") and _PROPER.fullmatch(other.short or "")
    return bool(proper and not (first or second) and wants_person(question))


def _comparable_days(first: Sequence[tuple[date, date]], second: Sequence[tuple[date, date]]) -> bool:
    """Whether two times can be of one event: both days, or both longer, and not far apart."""
    if not len(first) == len(second) == 1:
        return False
    (start, end), (other_start, other_end) = first[0], second[0]
    single = start == end
    return single == (other_start == other_end) and abs((start - other_start).days) <= (92 if single else 366)


def _figure(span: AnswerSpan) -> Number | None:
    """The number of an answer, with the unit that its sentence gives where the answer itself has none."""
    number = number_in(span.short or "")
    if number is None or number.unit or span.answer is None:
        return number
    unit = _counted_after(span.answer.end, span, r"[a-z]+s")
    return replace(number, unit=unit) if unit else number


def _count_the_same(one: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether both answers are figures before the same word: "2,000 Russian", "about 2,000 Russian"."""
    if number_in(one.short or "") is None or number_in(other.short or "") is None:
        return False
    counted, other_counted = _counted(one), _counted(other)
    return counted is not None and counted == other_counted


def _counted(span: AnswerSpan) -> str | None:
    """The stem of the word after the figure of a span."""
    numbers = numbers_in(span.short or "")
    if span.answer is None or not numbers:
        return None
    return _counted_after(span.answer.start + numbers[0].end, span, r"\w+")


def _counted_after(end: int, span: AnswerSpan, word: str) -> str | None:
    """The stem of what stands right after a place in the article, where that is like `word`."""
    after = re.match(rf"\s({word})\b", span.quote[end - span.sentence.start :])
    return stem(after.group(1)) if after and after.group(1) not in _NO_UNIT else None


def _about_the_same(question: str, one: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether the second span's passage has every name of the question that the first one's has."""
    asked = {stem(name) for name in names(question) if not name.isdigit()}
    return asked & _said(one) <= _said(other)


def _said(span: AnswerSpan) -> set[str]:
    return {stem(word) for word in words(f"{span.evidence.article.title}\n{span.evidence.passage.text}")}
