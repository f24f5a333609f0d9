"""Who is said to hold an office: the president of Norland is not that of Sudland."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rag.phrases import CAPITAL, NAME
from rag.question_time import standing
from rag.types import AnswerSpan, Period
from rag.values import same_name

_OFFICE = (
    r"(?P<office>(?i:president|(?:prime|foreign|defen[cs]e|finance|interior|health|justice)\s+(?:minister"
    r"|secretary)|chancellor|king|queen|governor|mayor))\b"
)
_WORD = rf"{CAPITAL}[\w-]+"
_OWNER = rf"(?P<owner>{_WORD}(?:\s+{_WORD})*)"
_OWNING = rf"{_OWNER}['’]s?\s+(?:[a-z]+\s+)?"  # "Norland's", "Norland's new"
_OF = rf"\s+of\s+(?:the\s+)?{_OWNER}"
_PEOPLE = rf"(?P<owner>(?!Republican|Christian){_WORD}(?:n|sh|se|i|ch|ek|ak|kh|ss))\s+"  # "Norlandish"
_WHO = rf"(?P<who>{NAME.pattern})"
_ASKED = [
    re.compile(rf"^\W*[Ww]ho(?:['’]s|\s+(?:is|was|became))\s+(?:the\s+)?{each}")
    for each in (f"{_OWNING}{_OFFICE}", f"{_PEOPLE}{_OFFICE}", f"{_OFFICE}{_OF}")
]
_SAID = [
    re.compile(each)
    for each in (
        rf"\b{_OWNING}{_OFFICE},?\s+{_WHO}",
        rf"\b{_PEOPLE}(?:{_OFFICE}|counterpart),?\s+{_WHO}",
        rf"\b{_OFFICE}{_OF},\s+{_WHO}",
        rf"\b{_WHO},\s+{_OWNING}{_OFFICE}",
        rf"\b{_WHO},\s+(?:the\s+)?{_PEOPLE}{_OFFICE}",
        rf"\b{_WHO},\s+(?:the\s+)?{_OFFICE}{_OF}",
        rf"\b{_OFFICE}\s+(?P<owner>){_WHO}",
    )
]
_IN_OFFICE = 366  # days for which a report of who holds an office is believed before later hints
_AROUND = 150  # characters on each side of a name in which its office is looked for
_SAME = 3  # letters with which a country and its people begin alike: "Turkey", "Turkish"
# Those that begin otherwise, and short forms.
_ALIASES = [
    frozenset(each.split())
    for each in (
        "us u.s usa american america united",
        "uk u.k british britain england english united",
        "french france",
        "dutch netherlands holland",
        "danish denmark",
        "irish ireland",
        "swiss switzerland",
        "welsh wales",
        "emirati emirates uae united",
        "filipino philippine philippines",
    )
]


def not_in_office(question: str, spans: Sequence[AnswerSpan], period: Period | None) -> list[AnswerSpan]:
    """Where a question asks who holds an office, the spans that do not tell; none of any other question's.

    That is who is said to hold another office or one elsewhere, or to hold it at another time; whose passage
    does not name the place; and who only seems to hold it where another is said to, not much earlier.
    """
    if _asked(question) is None:
        return []
    texts = tuple(dict.fromkeys(each.evidence.passage.text for each in spans))
    said = [each for each in spans if each.short and says_so(question, each.quote, each.short)]
    timely = [each for each in said if period is None or standing(each, period)]
    return [
        each
        for each in spans
        if holds_another(question, each.quote, each.short or "", texts)
        or (each not in timely and (each in said or any(_tells_of_another(one, each) for one in timely)))
        or names_no_owner(question, f"{each.evidence.article.title}\n{each.evidence.passage.text}")
    ]


def holds_another(question: str, sentence: str, person: str, texts: Iterable[str]) -> bool:
    """Whether a question asks who holds an office, and a person is said to hold another one, or elsewhere.

    The sentence that names the person tells which office; whose it is, any of the texts may tell.

    >>> holds_another("Who is the king of Norland?", "Sudland's king, Olav Stone, left.", "Olav Stone", [])
    True
    """
    asked = _asked(question)
    if asked is None:
        return False
    held = {each for each, _ in _said(sentence, person) if each}
    if held and _plain(asked["office"]) not in held and asked["office"].lower() not in sentence.lower():
        return True
    owners = {owner for text in (sentence, *texts) for _, owner in _said(text, person) if owner}
    return bool(owners) and not any(_alike(asked["owner"], each) for each in owners)


def says_so(question: str, sentence: str, person: str) -> bool:
    """Whether a sentence gives a person the very office, of the very place, whose holder is asked for."""
    asked = _asked(question)
    return asked is not None and any(
        office == _plain(asked["office"]) and owner and _alike(asked["owner"], owner)
        for office, owner in _said(sentence, person)
    )


def names_no_owner(question: str, text: str) -> bool:
    """Whether a question asks who holds an office, and a text says nothing of whose it is."""
    asked = _asked(question)
    return asked is not None and not any(
        _alike(asked["owner"], each.rstrip(".")) for each in re.findall(rf"{CAPITAL}[\w.]+", text)
    )


def _tells_of_another(told: AnswerSpan, span: AnswerSpan) -> bool:
    """Whether a span that tells who holds an office names another person than one that is not much newer."""
    day, other = told.evidence.article.published, span.evidence.article.published
    recent = day is None or other is None or (other - day).days <= _IN_OFFICE
    return recent and told.quote != span.quote and not same_name(told.short or "", span.short or "")


@lru_cache(maxsize=64)
def _asked(question: str) -> re.Match[str] | None:
    return next((match for each in _ASKED if (match := each.search(question))), None)


def _said(text: str, person: str) -> Iterator[tuple[str, str]]:
    """Each office that a text says that a person has, and of what or whom; either may be left out."""
    family = re.escape(person.split()[-1]) if person.strip() else r"\Z"
    for place in re.finditer(family, text):
        near = text[max(place.start() - _AROUND, 0) : place.end() + _AROUND]
        for match in (match for each in _SAID for match in each.finditer(near)):
            if same_name(match["who"], person):
                yield _plain(match["office"] or ""), match["owner"]


def _plain(office: str) -> str:
    return " ".join(office.lower().replace("defence", "defense").split())


def _alike(one: str, other: str) -> bool:
    """Whether two words for a place, or for its people, can be of the same one."""
    return any(
        first[:_SAME] == second[:_SAME] or any({first, second} <= each for each in _ALIASES)
        for first in one.lower().split()
        for second in other.lower().split()
    )
