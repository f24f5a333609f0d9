"""What kind of answer a question asks for, and where a sentence holds one: names, dates, numbers, places."""

import re
from collections.abc import Iterator

from rag.terms import CALENDAR, STOPWORDS, stem, words
from rag.types import Span

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}\s+{_MONTH}(?:\s+\d{{4}})?|{_MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?|{_MONTH}(?:\s+\d{{4}})?"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:early|late|mid)[- ](?:the )?(?:18|19|20)\d\ds?"
    r"|(?:18|19|20)\d\ds?|(?:last|this|next) (?:week|month|year))(?!\w)"
)
_NUMBER = re.compile(
    r"(?:[$€£]\s?)?\b(?:\d[\d,]*(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens"
    r"|hundreds|thousands)\b(?:\s?%|\s(?:percent|per cent|hundred|thousand|million|billion|trillion)\b)?",
    re.IGNORECASE,
)
_WORD = r"[^\W\d_a-zß-öø-ÿ][\w’'.-]*\w|[A-Z]\b\.?"
_NAME = re.compile(rf"(?:{_WORD})(?:\s+(?:(?:of|the|de|da|van|von|al|bin)\s+)*(?:{_WORD}))*")
_PLACE = re.compile(rf"\b(?:in|at|near|from|to|outside)\s+(?:the\s+)?({_NAME.pattern})")

_QUESTIONS = (
    (re.compile(r"\b(?:when|(?:what|which) (?:year|date|day|month))\b", re.I), _DATE),
    (re.compile(r"\bhow (?:many|much|old|long|far|large|big|high|tall)\b", re.I), _NUMBER),
    (re.compile(r"\bwhere\b|\b(?:what|which) (?:city|country|town|place|state)\b", re.I), _PLACE),
    (re.compile(r"\bwho(?:m|se)?\b|\b(?:what|which) (?:person|man|woman|minister|leader)\b", re.I), _NAME),
)


def asks_for_known_kind(question: str) -> bool:
    """Whether the question asks for a name, date, number or place."""
    return any(asked.search(question) for asked, _ in _QUESTIONS)


def find_answer(question: str, sentence: str) -> Span | None:
    """The part of a sentence, as offsets into it, that is of the kind asked for and nearest to its words.

    None where the question asks for another kind of thing, or the sentence holds nothing of the kind that
    the question does not say itself.
    """
    kind = next((pattern for asked, pattern in _QUESTIONS if asked.search(question)), None)
    if kind is None:
        return None
    asked = {stem(word) for word in words(question)}
    matched = [
        match.start()
        for match in re.finditer(r"\w+", sentence)
        if stem(match.group()) in asked and match.group().lower() not in STOPWORDS
    ]
    found = [each for each in _candidates(kind, sentence) if not _said(each.of(sentence), asked)]
    return min(
        found, key=lambda each: _distance(each, matched) - _bonus(kind, each.of(sentence)), default=None
    )


def _candidates(kind: re.Pattern[str], sentence: str) -> Iterator[Span]:
    for match in kind.finditer(sentence):
        start, end = match.span(kind.groups)
        first = sentence[start:end].split(maxsplit=1)
        if first[0] in CALENDAR and kind is not _DATE:
            continue
        if kind is _NAME and first[0].lower() in STOPWORDS:  # "The", "On": a sentence's first word
            if len(first) == 1:
                continue
            start = end - len(first[1])
        yield Span(start, end)


def _bonus(kind: re.Pattern[str], text: str) -> float:
    """Characters of distance that a full name is forgiven: people are named in full, countries are not."""
    return 60.0 if kind is _NAME and " " in text else 0.0


def _said(text: str, asked: set[str]) -> bool:
    """Whether the question says all of this itself."""
    return all(stem(word) in asked or word.lower() in STOPWORDS for word in words(text))


def _distance(span: Span, places: list[int]) -> float:
    """How far, in characters, a span is on average from the question's words."""
    return sum(min(abs(place - span.start), abs(place - span.end)) for place in places) / max(1, len(places))
