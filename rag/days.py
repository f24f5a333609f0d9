"""Days, months, seasons and years as spans of time, and how they are written."""

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

MONTHS = "january february march april may june july august september october november december".split()
YEAR = r"(?:1[5-9]|20)\d\d"  # four digits that are a year, as a pattern
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # the month that each begins in
COUNTS = {
    word: count
    for count, words in enumerate(
        "a an one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve".split("|"), start=1
    )
    for word in words.split()
}


class Days(NamedTuple):
    """The days from `first` to `last`, both inclusive, and how they are written."""

    first: date
    last: date
    written: str

    def about(self) -> "Days":
        """The same days, said to be a rough figure."""
        return self._replace(written=f"about {self.written}")


def written(day: date) -> str:
    """A date as people write it: 3 November 2009."""
    return f"{day.day} {MONTHS[day.month - 1].title()} {day.year}"


def one(day: date) -> Days:
    """A single day."""
    return Days(day, day, written(day))


def week(day: date) -> Days:
    """The week, Monday to Sunday, that a day lies in."""
    monday = day - timedelta(days=day.weekday())
    return between(monday, monday + timedelta(days=6))


def between(first: date, last: date) -> Days:
    """Several days: "21 to 27 March 2022"."""
    if first.year != last.year:
        start = written(first)
    elif first.month != last.month:
        start = f"{first.day} {MONTHS[first.month - 1].title()}"
    else:
        start = str(first.day)
    return Days(first, last, f"{start} to {written(last)}")


def month(year: int, number: int) -> Days:
    """A month; `number` may lie outside 1 to 12 and then counts on into other years."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    last = date(year, number, monthrange(year, number)[1])
    return Days(last.replace(day=1), last, f"{MONTHS[number - 1].title()} {year}")


def year(number: int) -> Days:
    """A calendar year."""
    return Days(date(number, 1, 1), date(number, 12, 31), str(number))


def season(name: str, number: int) -> Days:
    """The season that begins in a year, as meteorologists of the north count: spring is March to May."""
    begins = SEASONS[name]
    shown = f"{name} {number}" if begins < 12 else f"{name} {number}–{(number + 1) % 100:02}"
    return Days(month(number, begins).first, month(number, begins + 2).last, shown)


def count_of(word: str) -> int | None:
    """A number written in digits or as a word up to twelve."""
    return int(word) if word.isdigit() else COUNTS.get(word.lower())
