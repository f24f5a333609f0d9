"""Whose office a sentence says that somebody holds: the president of Norland is not that of Sudland."""

import re
from collections.abc import Iterator

from rag.phrases import CAPITAL, NAME
from rag.values import same_name

_OFFICE = (
    r"(?P<office>(?i:president|(?:prime|foreign|defen[cs]e|finance|interior|health|justice)\s+(?:minister"
    r"|secretary)|chancellor|king|queen|governor|mayor|ambassador|(?:special\s+)?envoy))\b"
)
_WORD = rf"{CAPITAL}[\w-]+"
_OWNER = rf"(?P<owner>{_WORD}(?:\s+{_WORD})*)"
_OWNING = rf"{_OWNER}['’]s?\s+(?:[a-z]+\s+)?"  # "Norland's", "Norland's new"
_OF = rf"\s+(?:of|to)\s+(?:the\s+)?{_OWNER}"
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
        rf"\b{_PEOPLE}{_OFFICE},?\s+{_WHO}",
        rf"\b{_OFFICE}{_OF},\s+{_WHO}",
        rf"\b{_WHO},\s+{_OWNING}{_OFFICE}",
        rf"\b{_WHO},\s+(?:the\s+)?{_PEOPLE}{_OFFICE}",
        rf"\b{_WHO},\s+(?:the\s+)?{_OFFICE}{_OF}",
    )
]
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


def held_elsewhere(question: str, sentence: str, person: str) -> bool:
    """Whether a question asks who holds an office, which a sentence says that a person holds, but elsewhere.

    >>> held_elsewhere("Who is the king of Norland?", "Sudland's king, Olav Stone, left.", "Olav Stone")
    True
    """
    asked = next((match for each in _ASKED if (match := each.search(question))), None)
    if asked is None:
        return False
    at = sentence.find(person)
    near = sentence[max(at - _AROUND, 0) : at + len(person) + _AROUND]
    owners = list(_owners(near, person, asked["office"].lower()))
    return bool(owners) and not any(_alike(asked["owner"], each) for each in owners)


def _owners(text: str, person: str, office: str) -> Iterator[str]:
    """Of what or whom a text says that a person has the office."""
    for each in _SAID:
        for match in each.finditer(text):
            if match["office"].lower() == office and same_name(match["who"], person):
                yield match["owner"]


def _alike(one: str, other: str) -> bool:
    """Whether two words for a place, or for its people, can be of the same one."""
    return any(
        first[:_SAME] == second[:_SAME] or any({first, second} <= each for each in _ALIASES)
        for first in one.lower().split()
        for second in other.lower().split()
    )
