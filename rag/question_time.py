"""The time that a question names ("in 2009", "since March", "last week"), and which evidence is of it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from rag import days
from rag.dates import explained
from rag.days import MONTHS, WEEKDAYS, YEAR, Days
from rag.types import AnswerSpan, ArticleInfo, Period

_MONTH = "|".join(MONTHS)
_ABSOLUTE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})\s(?P<day_month>{_MONTH})|(?P<month_first>{_MONTH})\s(?P<first_day>\d{{1,2}}))"
    rf",?\s(?P<day_year>{YEAR})\b"
    rf"|\b(?P<month>{_MONTH})\s(?:of\s)?(?P<month_year>{YEAR})\b|\b(?P<year>{YEAR})(?=\b|s\b)(?P<tens>s\b)?",
    re.IGNORECASE,
)
_NEAR_YEARS = 5  # years that an article may tell apart; one farther off is history
_OPEN = re.compile(
    r"\b(?P<word>before|until|prior to|since|after|from|by)\s+(?:the\s+)?(?:start of |end of )?\Z", re.I
)
_BARE_WEEKDAY = re.compile(rf"(?:{'|'.join(WEEKDAYS)})(?: \w+)?", re.IGNORECASE)
_RANGE = re.compile(rf"\b(?:between|from)\s+(?P<first>{YEAR})\s+(?:and|to|until)\s+(?P<last>{YEAR})\b", re.I)


def asked_period(question: str, asked_on: date) -> Period | None:
    """The time that a question asks about, None where it names none.

    `asked_on` is the day that "last year" or "since March" are relative to. Of several times the first
    counts, and one that names its year before any other; a bare day of the week names no time.
    """
    if match := _RANGE.search(question):
        return Period(match.group(), date(int(match["first"]), 1, 1), date(int(match["last"]), 12, 31))
    for start, end, meant in (*_absolutes(question), *_relatives(question, asked_on)):
        return _opened(question, start, end, meant)
    return None


def put_to(question: str, article: ArticleInfo, text: str) -> str:
    """The question as it is put to one passage: without its "in 2009" where that is known to hold of it.

    A report of 2009 seldom says that it is 2009; a reader that looks for the year in its words would find
    nothing. Where title or text names years about that time, the question stays whole to tell them apart.
    """
    if article.published and not _names_year_near(f"{article.title}\n{text}", article.published.year):
        for match in _times_of(question, article):
            led = re.search(r"(?:,\s*)?\b(?:in|during|on)\s+\Z", question[: match.start()], re.IGNORECASE)
            if led:
                before, after = question[: led.start()].rstrip(), question[match.end() :].lstrip(" ,")
                return re.sub(r"\s+(?=[?.!])", "", f"{before} {after}".strip())
    return question


def without_its_time(question: str, article: ArticleInfo) -> str:
    """The question without every time in which the article was published: what that accounts for."""
    for match in reversed(list(_times_of(question, article))):
        question = f"{question[: match.start()]} {question[match.end() :]}"
    return question


def _times_of(question: str, article: ArticleInfo) -> Iterator[re.Match[str]]:
    """The times that a question names in which an article was published."""
    for match in _ABSOLUTE.finditer(question) if article.published else ():
        meant = _absolute(match)
        if meant and article.published and meant.first <= article.published <= meant.last:
            yield match


def _names_year_near(text: str, year: int) -> bool:
    return any(abs(int(each) - year) <= _NEAR_YEARS for each in re.findall(rf"\b{YEAR}\b", text))


def standing(span: AnswerSpan, period: Period) -> int:
    """How well a span fits a period: 2 for its own sentence or its article's day, 1 for its passage, else 0.

    A sentence that names another time is not saved by the day on which it was published.
    """
    article, passage = span.evidence.article, span.evidence.passage
    told = times(span.quote, article.published)
    if any(_overlap(each, period) for each in told):
        return 2
    of_the_time = article.published is not None and _within(article.published, period)
    if of_the_time and not told:
        return 2
    around = times(f"{article.title}\n{passage.text}", article.published)
    return int(of_the_time or any(_overlap(each, period) for each in around))


@lru_cache(maxsize=256)
def times(text: str, published: date | None) -> tuple[tuple[date, date], ...]:
    """First and last day of every time that a text names: years, full dates, relative dates."""
    absolute = ((meant.first, meant.last) for _, _, meant in _absolutes(text))
    return (*absolute, *((note.first, note.last) for note in explained(text, published)))


def _absolutes(question: str) -> Iterator[tuple[int, int, Days]]:
    for match in _ABSOLUTE.finditer(question):
        if meant := _absolute(match):
            yield match.start(), match.end(), meant


def _relatives(question: str, asked_on: date) -> Iterator[tuple[int, int, Days]]:
    for note in explained(question, asked_on):
        if not _BARE_WEEKDAY.fullmatch(note.words):
            yield note.span.start, note.span.end, Days(note.first, note.last, note.meaning)


def _absolute(match: re.Match[str]) -> Days | None:
    try:
        if number := match["day_year"]:
            month = MONTHS.index((match["day_month"] or match["month_first"]).lower()) + 1
            return days.one(date(int(number), month, int(match["day"] or match["first_day"])))
        if number := match["month_year"]:
            return days.month(int(number), MONTHS.index(match["month"].lower()) + 1)
        start = int(match["year"])
        return days.year(start) if not match["tens"] else days.between(*_decade(start))
    except ValueError:  # the 31st of June
        return None


def _decade(start: int) -> tuple[date, date]:
    return date(start, 1, 1), date(start + 9, 12, 31)


def _opened(question: str, start: int, end: int, meant: Days) -> Period:
    """The period as the word before it says: up to it, from it on, or the time itself."""
    before = _OPEN.search(question, 0, start)
    if before is None:
        led = re.search(r"\b(?:in|during|on)\s+\Z", question[:start], re.IGNORECASE)
        return Period(question[led.start() if led else start : end], meant.first, meant.last)
    words, word = question[before.start() : end], before["word"].lower()
    if word in ("before", "until", "prior to"):
        return Period(words, None, meant.first - timedelta(days=1))
    if word == "by":
        return Period(words, None, meant.last)
    return Period(words, meant.first if word != "after" else meant.last, None)


def _overlap(told: tuple[date, date], period: Period) -> bool:
    first, last = told
    return (period.last is None or first <= period.last) and (period.first is None or last >= period.first)


def _within(day: date, period: Period) -> bool:
    return _overlap((day, day), period)
