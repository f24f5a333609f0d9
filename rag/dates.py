"""Relative dates in a quote ("on Tuesday", "last month"), told from the day its article was published."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from rag import days
from rag.days import MONTHS, SEASONS, WEEKDAYS, Days
from rag.types import DateNote, Span

_MONTH = "|".join(MONTHS)
_WEEKDAY = "|".join(WEEKDAYS)
_SHORT = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\."
_PART = r"(?:[ ](?:morning|afternoon|evening|night))?"
_COUNT = "|".join(days.COUNTS) + r"|\d{1,3}"
_NO_YEAR = r"(?!,?[ ](?:of[ ])?\d{4})"  # what already names its year needs no telling
_RELATIVE = re.compile(
    rf"""\b(?:
      (?P<day>the\ day\ before\ yesterday | yesterday | today | tonight | tomorrow
        | this\ (?:morning|afternoon|evening))
    | (?P<ago>(?:about\ |some\ |around\ )?(?P<ago_count>{_COUNT})[ ]
        (?P<ago_unit>day|week|month|year|decade)s?\ ago)
    | (?P<ahead>in\ (?P<ahead_count>{_COUNT})\ (?P<ahead_unit>day|week|month|year)s?(?='\ time|’\ time|\b))
    | (?P<unit>(?:(?:earlier|later|late|early)\ )?(?P<which>last|past|this|next|coming)\ (?:the\ )?
        (?P<of>weekend|week|month|year|{"|".join(SEASONS)})\b(?!-))
    | (?P<weekday>(?:(?P<turn>last|next|this|coming)\ )?(?P<name>{_WEEKDAY})\b(?!,?\ \d){_PART})
    | (?P<dated>(?P<date_day>\d{{1,2}})(?:st|nd|rd|th)?\ (?P<date_month>{_MONTH}|{_SHORT}){_NO_YEAR}(?!\w)
        | (?P<month_date>{_MONTH}|{_SHORT})\ (?P<day_date>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|,?\ \d{{4}}))
    | (?:(?<=\bin\ )|(?<=\bsince\ )|(?<=\bby\ )|(?<=\buntil\ )|(?<=\bfrom\ )|(?<=\blast\ )|(?<=\bnext\ )
        |(?<=\bearly\ )|(?<=\blate\ )|(?<=\bthis\ ))(?P<month>{_MONTH}){_NO_YEAR}\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# What shows that a date lies ahead: in its clause before it, or right before it.
_AHEAD = re.compile(
    r"\b(?:will|would|shall|won['’]t|is to|are to|was to|were to|to be|is due|are due|is expected"
    r"|are expected|is set|are set|plans?|scheduled|until|begins?|starts?|takes office|opens?|next)\b"
    r"|\b(?:by|from)\s+\Z",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[.;!?:]\s|,? (?:and|but|while|after|who|which)\s|\b(?:said|told|announced|declared|agreed|reported)\b"
)


def explained(text: str, published: date | None, start: int = 0) -> tuple[DateNote, ...]:
    """What each relative date in a text means; nothing where the article has no date.

    Args:
        published: the day that the text's words are relative to.
        start: where the text stands in its article, for the offsets of the notes.
    """
    return tuple(_notes(text, published, start)) if published else ()


def _notes(text: str, published: date, start: int) -> Iterator[DateNote]:
    for match in _RELATIVE.finditer(text):
        if match.group().isupper():  # the newspaper USA TODAY
            continue
        try:
            meant = _meant(match, published, _ahead(text, match.start()))
        except (ValueError, OverflowError):  # the 30th of February; a year beyond the calendar
            continue
        if meant is not None:
            span = Span(start + match.start(), start + match.end())
            yield DateNote(match.group(), span, meant.written, meant.first, meant.last)


def _ahead(text: str, place: int) -> bool:
    """Whether the clause that leads to a date speaks of what is to come."""
    sentence = max(text.rfind(stop, 0, place) for stop in (". ", "! ", "? ", "\n")) + 1
    clauses = [match.end() for match in _CLAUSE.finditer(text, sentence, place)]
    clause = text[clauses[-1] if clauses else sentence : place]
    return _AHEAD.search(clause) is not None


def _meant(match: re.Match[str], published: date, ahead: bool) -> Days | None:
    found = {name: value.lower() for name, value in match.groupdict().items() if value}
    match match.lastgroup:
        case "day":
            return _named_day(found["day"], published)
        case "ago":
            return _shifted(published, -_count(found["ago_count"]), found["ago_unit"])
        case "ahead":  # "built in six years" says how long, "will follow in two years" says when
            return _shifted(published, _count(found["ahead_count"]), found["ahead_unit"]) if ahead else None
        case "unit":
            return _turn_of(found["which"], found["of"], published)
        case "weekday":
            return days.one(_weekday(found["name"], found.get("turn"), published, ahead))
        case "dated":
            day = int(found.get("date_day") or found["day_date"])
            return days.one(_day_of(day, found.get("date_month") or found["month_date"], published, ahead))
        case "month":
            return _month_of(found["month"], match, published, ahead)
    return None


def _count(word: str) -> int:
    return days.count_of(word) or 0


def _named_day(words: str, published: date) -> Days:
    shift = {"yesterday": -1, "tomorrow": 1, "the day before yesterday": -2}.get(words, 0)
    return days.one(published + timedelta(days=shift))


def _shifted(published: date, count: int, unit: str) -> Days:
    """So many days, weeks, months or years away; only days are exact."""
    match unit:
        case "day":
            return days.one(published + timedelta(days=count))
        case "week":
            return days.one(published + timedelta(weeks=count)).about()
        case "month":
            return days.month(published.year, published.month + count).about()
        case "decade":
            return days.year(published.year + 10 * count).about()
    if abs(count) == 1:
        return days.month(published.year + count, published.month).about()
    return days.year(published.year + count).about()


def _turn_of(which: str, unit: str, published: date) -> Days:
    """The last, this or the next week, weekend, month, season or year."""
    step = {"last": -1, "past": -1, "this": 0}.get(which, 1)
    match unit:
        case "week":
            return days.week(published + timedelta(weeks=step))
        case "weekend":
            saturday = days.week(published).last - timedelta(days=1)
            if (step < 0 and published <= saturday) or step > 0:
                saturday += timedelta(weeks=step)
            return days.between(saturday, saturday + timedelta(days=1))
        case "month":
            return days.month(published.year, published.month + step)
        case "year":
            return days.year(published.year + step)
    return _season(unit, step, published)


def _season(name: str, step: int, published: date) -> Days:
    """The season nearest to a day: the last one that is over, this year's, or the next to begin."""
    around = [days.season(name, published.year + each) for each in (-2, -1, 0, 1)]
    if step < 0:
        return [each for each in around if each.last < published][-1]
    if step > 0:
        return next(each for each in around if each.first > published)
    return next((each for each in around if each.first <= published <= each.last), around[2])


def _weekday(name: str, turn: str | None, published: date, ahead: bool) -> date:
    """The weekday meant: the latest one, the day itself included; the next one where it lies ahead."""
    back = (published.weekday() - WEEKDAYS.index(name)) % 7
    if turn in ("next", "coming") or (turn != "last" and ahead and back):
        return published + timedelta(days=7 - back)
    if turn == "this":
        return days.week(published).first + timedelta(days=WEEKDAYS.index(name))
    return published - timedelta(days=back or (7 if turn == "last" else 0))


def _month_number(name: str) -> int:
    return next(i for i, each in enumerate(MONTHS, 1) if each.startswith(name.rstrip(".")[:3]))


def _day_of(day: int, name: str, published: date, ahead: bool) -> date:
    """A day of a month without its year: that nearest to the article, and not before what lies ahead."""
    number = _month_number(name)
    around = [date(published.year + each, number, day) for each in (-1, 0, 1)]
    if ahead:
        return next(each for each in around if each >= published)
    return min(around, key=lambda each: abs((each - published).days) + (60 if each > published else 0))


def _month_of(name: str, match: re.Match[str], published: date, ahead: bool) -> Days:
    before = match.string[: match.start()].lower()
    number, year = _month_number(name), published.year
    if before.endswith("next ") or (ahead and not before.endswith("last ")):
        return days.month(year + (number < published.month), number)
    if before.endswith("last ") and number == published.month:
        return days.month(year - 1, number)
    return days.month(year - (number > published.month), number)
