"""Spans that cannot be what a question asks for, or are less to its point than others, however likely."""

import re
from collections.abc import Iterator, Sequence

from rag.days import YEAR
from rag.differing import rank
from rag.offices import not_in_office
from rag.question_kind import (
    wants_date,
    wants_names,
    wants_person,
    wants_reason,
    wants_several,
    wants_toll,
)
from rag.question_time import times
from rag.terms import content_terms, names, stem, words
from rag.types import AnswerSpan, Period
from rag.values import number_in

_WITHIN = 1.5  # ranks behind the best, within which what is more to the point goes first
_BARE = 4  # words that a figure and its unit have at most
# What is measured, how a question asks for it, and the units that can answer.
_MEASURES = (
    (r"how (?:cold|hot|warm)", "temperature"),
    (r"how (?:old|soon)", "time"),
    (r"how (?:tall|wide|deep)", "length"),
    (r"how (?:far|long)", "length time"),
    (r"how heavy|how much (?:does|did|do|will|would) .* weigh", "weight"),
)
_UNITS = {
    "temperature": r"degrees?|celsius|fahrenheit|°",
    "time": r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)",
    "length": r"(?:kilo|centi|milli)?met(?:er|re)s?|miles?|feet|foot|inch(?:es)?|yards?|km|cm|mm",
    "weight": r"(?:kilo)?grams?|kilos?|pounds?|ton(?:ne)?s?|ounces?|kg",
}
# Questions for a time that is past, or to come, and the words of an answer that is not.
_PAST = re.compile(
    r"^\W*when\s+(?:did|was|were|had)\b(?!.*\b(?:would|will|be|to|due|expected|planned|set)\b)", re.IGNORECASE
)
_COMING = re.compile(r"^\W*when\s+(?:will|is\b.*\bto|are\b.*\bto)\b", re.IGNORECASE)
_AHEAD = re.compile(r"^(?:next\b|tomorrow\b|in \w+ (?:days?|weeks?|months?|years?)$)", re.IGNORECASE)
_BEHIND = re.compile(r"^(?:yesterday|last)\b|\b(?:ago|earlier)$", re.IGNORECASE)
# What a question dates lies in the time that it names, or ends no earlier: "in 2023", "the 2020 war end".
_IN_IT = re.compile(
    rf"\b(?:in|during)\s+(?:\w+\s+)?{YEAR}\b|\b(?:ends?|ended|stop(?:ped)?)\b|\bover\W*$", re.I
)
_FIRST = re.compile(r"\b(?:first|second|third|only)\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:say|said|says|tell|told|comment|think|speak|spoke|write|wrote)\b.*?"
    r"\b(?:about|of|on|regarding|concerning)\s+(?P<topic>.+)",
    re.IGNORECASE,
)


def unfit(question: str, spans: Sequence[AnswerSpan], period: Period | None) -> list[AnswerSpan]:
    """The spans that cannot answer.

    That is no name where names are asked for, hours where degrees are, a bare figure where a reason is, "next
    year" of what was, the dead of another war or its end before it began, the president of another country.
    """
    out = not_in_office(question, spans, period)
    return [
        each
        for each in spans
        if each.short and (each in out or _is_unfit(question, each, each.short, period))
    ]


def less_to_the_point(question: str, spans: Sequence[AnswerSpan]) -> list[AnswerSpan]:
    """Spans whose sentences lack what that of the best, or of one near it, has.

    That is the question's "first" or "only", what it wants to know somebody's words about, and whom or what
    an office belongs to. The first and the last are looked for within one article, in a span near the one
    that lacks them.
    """
    for marks, alike in _marks(question):
        have = [each for each in spans if marks & _said(each)]
        lack = [each for each in spans if not marks & _said(each)]
        if alike:
            less = [each for each in lack if any(_is_near(each, other) for other in have)]
        else:
            less = lack if any(rank(spans[0]) - rank(each) <= _WITHIN for each in have) else []
        if less:
            return less
    return []


def _is_near(span: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether another span of the same article is not far behind."""
    same = span.evidence.article.id == other.evidence.article.id
    return same and rank(span) - rank(other) <= _WITHIN


def _is_unfit(question: str, span: AnswerSpan, short: str, period: Period | None) -> bool:
    if wants_several(question) and wants_names(question):
        return not short[:1].isupper()
    if wants_reason(question):
        return number_in(short) is not None and len(words(short)) <= _BARE
    if wants_toll(question) and period is not None and period.first is not None:
        told = times(span.quote, span.evidence.article.published)
        return bool(told) and max(last for _, last in told) < period.first
    if wants_date(question) and period is not None and period.first is not None and _IN_IT.search(question):
        years = re.findall(rf"\b{YEAR}\b", short)
        if years and max(map(int, years)) < period.first.year:
            return True
    if (_PAST.search(question) and _AHEAD.search(short)) or (
        _COMING.search(question) and _BEHIND.search(short)
    ):
        return True
    return _measures_else(question, short)


def _measures_else(question: str, short: str) -> bool:
    """Whether an answer has a unit, and none of what the question asks to be measured."""
    wanted = next((kinds for asks, kinds in _MEASURES if re.search(rf"\b{asks}\b", question, re.I)), "")
    given = {kind for kind, unit in _UNITS.items() if re.search(rf"\b(?:{unit})\b", short, re.IGNORECASE)}
    return bool(wanted and given) and given.isdisjoint(wanted.split())


def _marks(question: str) -> Iterator[tuple[set[str], bool]]:
    """Stems of which the answer's sentence should have one, and whether one article's are compared only."""
    if found := _FIRST.findall(question):
        yield set(map(stem, found)), True
    if about := _ABOUT.search(question):
        yield {stem(each) for each in content_terms(about["topic"])}, False
    if wants_person(question):
        yield {stem(each) for each in names(question) if not each.isdigit()}, True


def _said(span: AnswerSpan) -> set[str]:
    return set(map(stem, words(span.quote)))
