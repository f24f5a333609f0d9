"""Why a question is not answered: the reason that helps most, as a code and as one sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rag.days import written
from rag.follow_ups import leans_on_context
from rag.question_time import standing
from rag.terms import CALENDAR, has_topic, names, words
from rag.types import Abstention, AnswerSpan, Filters, Period, Reason

_SHOWN = 3  # names in one sentence


@dataclass(frozen=True, slots=True)
class Holdings:
    """What composing must know of the library: its articles, their words, their dates, their stories."""

    article_count: Callable[[], int]
    matching_articles: Callable[[Filters], int]
    mentions: Callable[[str], bool]
    years: Callable[[], tuple[int, int]]  # of the first and the last article; (1, 0) holds no year
    dates: Callable[[], tuple[date, date] | None] = lambda: None  # of the first and the last article
    stories: Callable[[Sequence[str]], Mapping[str, str]] = lambda ids: {}  # of articles, by id


def hopeless(
    question: str, period: Period | None, spans: Sequence[AnswerSpan], holdings: Holdings
) -> Abstention | None:
    """Why no passage can answer the question, however well one seems to; None where one may."""
    if unmentioned := _unmentioned(question, holdings):
        named = " or ".join(f"“{name}”" for name in unmentioned[:_SHOWN])
        if all(name.isdigit() for name in unmentioned) and (covered := _uncovered(period, holdings)):
            return covered
        return Abstention(Reason.NOT_MENTIONED, f"The articles do not mention {named}.")
    if not has_topic(question) or leans_on_context(question):
        message = "The question names nothing to look for: say whom or what it is about."
        return Abstention(Reason.UNCLEAR, message)
    return None if any(standing(each, period) for each in spans if period) else _uncovered(period, holdings)


def unanswered(
    question: str, period: Period | None, holdings: Holdings, filters: Filters | None
) -> Abstention:
    """Why a question that the articles might answer is not answered by the passages that were found."""
    if not holdings.article_count():
        message = "The library holds no articles yet: ingest some, then ask again."
        return Abstention(Reason.EMPTY_LIBRARY, message)
    if filters and not holdings.matching_articles(filters):
        message = "No article is from the sources and dates that you chose: widen them, then ask again."
        return Abstention(Reason.OUTSIDE_DATES, message)
    if covered := _uncovered(period, holdings):
        return covered
    known = [name for name in names(question) if not name.isdigit()]
    if not known:
        message = "The articles touch on this, but no passage states the answer."
    else:
        shown = " and ".join(f"“{name}”" for name in known[:_SHOWN])
        message = f"The articles mention {shown}, but no passage states the answer."
    return Abstention(Reason.NOT_STATED, message)


def _recurs(period: Period) -> bool:
    """Whether it is a day or month without a year: "July 4" may be that of any."""
    said = words(period.words)
    return not CALENDAR.isdisjoint(said) and not any(len(each) == 4 and each.isdigit() for each in said)


def _uncovered(period: Period | None, holdings: Holdings) -> Abstention | None:
    """That the time asked about lies outside the dates of all articles, where it does."""
    dates = holdings.dates()
    if period is None or dates is None or _recurs(period):
        return None
    first, last = dates
    if (period.last is None or period.last >= first) and (period.first is None or period.first <= last):
        return None
    message = (
        f"The question asks about “{period.words}”, and the articles are from {written(first)} to"
        f" {written(last)}."
    )
    return Abstention(Reason.OUTSIDE_DATES, message)


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
