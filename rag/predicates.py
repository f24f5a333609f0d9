"""Sentences that say word for word what a question asks: what stands right before that answers it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from rag.days import MONTHS, YEAR
from rag.phrases import NAME
from rag.terms import CALENDAR, OPENERS, STOPWORDS, words
from rag.types import AnswerSpan, Span

_SHORTEST = 3  # words that a predicate has at least: "won the cup"
_LONGEST_SUBJECT = 5  # words
_LONGEST_NAMES = 200  # characters
_TIME = re.compile(rf"(?:^|,?\s+)(?:in|during|on)\s+(?:(?:{'|'.join(MONTHS)})\s+)?{YEAR}\b,?", re.IGNORECASE)
_ASKED = re.compile(r"^\W*(?:(?P<one>who|what)|which|what)\s+(?P<rest>.+?)\W*$", re.IGNORECASE)
_AUXILIARY = re.compile(r"^(?:has|have|had|will|would)\s+", re.IGNORECASE)
_BETWEEN = r"\s+(?:(?:has|have|had|will|would|also|later|finally)\s+)*"
_NAMES = re.compile(rf"(?:{NAME.pattern},\s+)*(?:{NAME.pattern},?\s+and\s+)?{NAME.pattern}\Z")
_CLAUSE = re.compile(r"[,:;—–(“\"]\s*|\b(?:that|but|and|when|while|because|as|after|before|where)\s+")
# What a sentence may begin with before its subject: "On Sunday", "In 1991", "Later", "Still,".
_OPENING = re.compile(
    rf"(?:(?:(?:in|on|by|last|this|{'|'.join(sorted(CALENDAR | OPENERS))})\b|{YEAR})[\s,]*)+",
    re.IGNORECASE,
)
_NO_SUBJECT = frozenset(
    "it he she they who which that this these those we i you there what not never nobody none".split()
)


def pointed(question: str, spans: Sequence[AnswerSpan]) -> list[AnswerSpan]:
    """The spans, those whose sentences say what the question asks with the subject for their answer.

    "Which countries have joined the accord?" is answered by "Dravia" in "Dravia joined the accord as the
    fourth country", whatever words of that the reader marked. Of several of one sentence the best is left.
    """
    made: list[AnswerSpan] = []
    seen: set[tuple[str, Span]] = set()
    for each in spans:
        subject = subject_in(question, each.quote)
        if subject is not None:
            start = each.sentence.start
            each = replace(each, answer=Span(start + subject.start, start + subject.end))
            place = each.evidence.article.id, each.sentence
            if place in seen:
                continue
            seen.add(place)
        made.append(each)
    return made


def subject_in(question: str, sentence: str) -> Span | None:
    """Where in a sentence the subject stands of what the question asks about; None where it is not said.

    >>> subject_in("Who won the cup in 2022?", "Later Halden City won the cup.")
    Span(start=6, end=17)
    """
    for predicate, named in _predicates(question):
        if match := predicate.search(sentence):
            return _subject(sentence[: match.start()], named=named)
    return None


@lru_cache(maxsize=64)
def _predicates(question: str) -> tuple[tuple[re.Pattern[str], bool], ...]:
    """The question's predicate as patterns, and whether its subject must be a name."""
    return tuple(_tails(question))


def _tails(question: str) -> Iterator[tuple[re.Pattern[str], bool]]:
    asked = _ASKED.search(_TIME.sub("", question).strip())
    if asked is None:
        return
    rest = asked["rest"]
    nouns = (0,) if asked["one"] else ()
    for skipped in (*nouns, *(() if (asked["one"] or "").lower() == "who" else (1, 2, 3))):
        noun, tail = rest.split()[:skipped], _AUXILIARY.sub("", " ".join(rest.split()[skipped:]))
        if any(each.lower() in STOPWORDS for each in noun):  # "what did the": it asks for no subject
            return
        said = words(tail)
        if len(said) >= _SHORTEST and said[0].islower() and said[0] not in STOPWORDS:
            parts = (r"(?:the|an?)" if each in ("the", "a", "an") else re.escape(each) for each in said)
            named = skipped > 0 or (asked["one"] or "").lower() == "who"
            yield re.compile(_BETWEEN + r"\W+".join(parts) + r"\b", re.IGNORECASE), named


def _subject(before: str, *, named: bool) -> Span | None:
    """What a clause begins with, before its predicate: a name or names where it must be named."""
    if match := _NAMES.search(before, max(0, len(before) - _LONGEST_NAMES)):
        start = match.start() + _opening(match.group())
        said = before[start : match.end()].lower().split()
        if said and said[0] not in _NO_SUBJECT and said[-1] not in STOPWORDS:
            return Span(start, match.end())
    if named:
        return None
    start = max((match.end() for match in _CLAUSE.finditer(before)), default=0)
    start += _opening(before[start:])
    said = before[start:].lower().split()
    if not 0 < len(said) <= _LONGEST_SUBJECT or said[0] in _NO_SUBJECT or said[-1] in STOPWORDS:
        return None
    return Span(start, len(before))


def _opening(text: str) -> int:
    """How many characters of a text open it before its subject."""
    match = _OPENING.match(text)
    return match.end() if match else 0
