"""Follow-up questions made to stand alone, by rule, from the conversation: "And in 2020?", "Who is he?"."""

import re
from collections.abc import Sequence
from datetime import date

from rag.days import MONTHS
from rag.phrases import CAPITAL, NAME, names_in, noun_phrases
from rag.question_time import asked_period
from rag.terms import content_terms, names
from rag.types import Exchange

_LINK = re.compile(r"^\W*(?:and|but|so|what about|how about|and what about|and how about|then)\b[\s,]*", re.I)
_QUESTION_WORD = re.compile(
    r"^\W*(?:who|whom|whose|what|when|where|which|why|how|did|does|do|is|are|was|were|has|have|had|will|can)\b",
    re.IGNORECASE,
)
_PERSON_WORD = re.compile(r"\b(?:he|she|him|her(?!s)|his|hers|himself|herself)\b", re.IGNORECASE)
_MANY_WORD = re.compile(r"\b(?:they|them|their|theirs)\b", re.IGNORECASE)
_THING_WORD = re.compile(
    r"\b(?:it|its|this|that)\b(?=\s*[?.,]|\s+(?!(?:take|takes|took|true|possible|likely|rain|is|was|year|month"
    r"|week|summer|winter|spring|autumn|time|called)\b))|\b(?:it|its)\b(?=\s+(?:is|was|called)\b)",
    re.IGNORECASE,
)
_THERE = re.compile(r"\bthere\b(?!\s+(?:is|are|was|were|be|been)\b)", re.IGNORECASE)
_DUMMY_THERE = re.compile(r"\b(?:is|are|was|were|be|been|had)\s+there\b(?=\s+\w)", re.IGNORECASE)
_SAME_PLACE = re.compile(
    r"\b(?P<verb>held|had|has|holds|took|takes|left)\s+(?:the|this|that)\s+(?:office|post|job|position)\b",
    re.I,
)
_POSSESSIVE = frozenset({"his", "its", "their", "hers", "theirs"})
_TITLES = re.compile(
    r"^(?:(?:mr|mrs|ms|dr|prof|sir|gen|general|col|capt|captain|president|prime minister|foreign minister"
    r"|finance minister|minister|senator|governor|mayor|king|queen|striker|goalkeeper|coach|chancellor)\.?"
    r"\s+)+",
    re.IGNORECASE,
)
_ASKED_THING = re.compile(
    r"^\W*(?:which|what)\s+(?:club|team|company|country|city|party|group|firm|ship|film|book|place|town)\b",
    re.I,
)

_OWNER = re.compile(r"['’]s$")
# A name after a word that leads it; of some such words, a name alone says as much.
_LED = re.compile(r"(?P<word>of|for|from|with|by|to|about|in|at|on|during|after|before)\s+(?P<name>\S.*)")
_BELONGING = frozenset("of for from with by to about".split())
_AROUND = 4  # characters that may stand around a time that is all of a follow-up: "the"


def standalone(question: str, history: Sequence[Exchange], asked_on: date) -> str:
    """The question with what it leaves unsaid filled in from the exchanges before it, the latest last.

    A question that stands alone comes back as it is, and so does one that the conversation cannot complete.
    """
    if not history:
        return question
    filled = _fragment(question, history[-1].question, asked_on)
    if filled is None:
        filled = _with_pronouns(_LINK.sub("", question) if _joined(question) else question, history)
        filled = _with_full_names(filled, history)
    return question if filled == question else filled[:1].upper() + filled[1:]


def leans_on_context(question: str) -> bool:
    """Whether a question says next to nothing but a pronoun, so that it cannot be answered alone."""
    pronoun = re.search(r"\b(?:he|she|him|her|they|them|it)\b", question, re.IGNORECASE)
    return pronoun is not None and not names(question) and len(content_terms(question)) <= 1


# -- fragments: "And in 2020?", "What about Armenia?" --------------------------------------------


def _fragment(question: str, before: str, asked_on: date) -> str | None:
    """The question before with the time or name of this one for its own; None for a whole question."""
    rest = _LINK.sub("", question).strip(" ?!.,")
    if not rest or _QUESTION_WORD.search(rest) or len(rest.split()) > 6:
        return None
    period = asked_period(rest, asked_on)
    if (period and len(rest) <= len(period.words) + _AROUND) or rest.lower() in MONTHS:
        return _other_time(rest, before, asked_on)
    return _other_name(rest, before) if _LINK.search(question) or NAME.fullmatch(rest) else None


def _other_time(rest: str, before: str, asked_on: date) -> str:
    words = rest if not rest[:1].isdigit() and rest.lower() not in MONTHS else f"in {rest}"
    words = words[:1].lower() + words[1:] if words.split()[0].lower() not in MONTHS else words
    old = asked_period(before, asked_on)
    if old is None:
        return f"{before.rstrip(' ?')} {words}?"
    if old.words[:1].isdigit():  # "the 2021 budget": a bare year takes a bare year
        words = words.removeprefix("in ")
    return before.replace(old.words, words, 1)


def _other_name(rest: str, before: str) -> str | None:
    """The question before about another name: in the place of its first one of that form.

    After a preposition ("And in Vienna?") that is one that stands after the same; where none does, a place or
    an event is added.
    """
    if led := _LED.match(rest):
        word, name = led.groups()
        if same := re.search(rf"\b{word}\s+((?:the\s+)?{NAME.pattern})", before):
            return f"{before[: same.start(1)]}{name}{_owned(same.group())}{before[same.end() :]}"
        return _other_name(name, before) if word in _BELONGING else f"{before.rstrip(' ?')} {rest}?"
    bare = _OWNER.sub("", rest)
    held = names_in(before)
    bare_held = [_OWNER.sub("", each) for each in held]
    if bare in bare_held:  # "Turkey's envoy to Armenia. And Armenia's?"
        other = next((each for each in bare_held if each != bare), None)
        return _swapped(before, bare, other) if other else None
    alike = (
        name for written, name in zip(held, bare_held, strict=True) if (written == name) == (rest == bare)
    )
    old = next(alike, None) or next(iter(bare_held), None)
    return before.replace(old, bare, 1) if old else None


def _owned(name: str) -> str:
    """The ending of a name in the possessive; nothing of another."""
    return match.group() if (match := _OWNER.search(name)) else ""


def _swapped(text: str, one: str, other: str) -> str:
    both = re.compile(rf"\b(?:{re.escape(one)}|{re.escape(other)})\b")
    return both.sub(lambda match: other if match.group() == one else one, text)


# -- pronouns --------------------------------------------------------------------------------------


def _joined(question: str) -> bool:
    """Whether the question begins with "and" or "but" before a question word."""
    return _LINK.search(question) is not None and _QUESTION_WORD.search(_LINK.sub("", question)) is not None


def _with_pronouns(question: str, history: Sequence[Exchange]) -> str:
    """Pronouns in place of which the conversation has a name or a thing."""
    if _inner_name(question) and not _objects_only(question):
        return question
    for pattern, wanted in (
        (_PERSON_WORD, _person),
        (_MANY_WORD, _several),
        (_THING_WORD, _thing),
        (_THERE, _place),
    ):
        if pattern is _THERE and _DUMMY_THERE.search(question):
            continue
        if pattern.search(question) and (stands_for := wanted(history)):
            return _replaced(question, pattern, stands_for, place=pattern is _THERE)
    if (match := _SAME_PLACE.search(question)) and (thing := _thing(history)):
        return f"{question[: match.start()]}was {thing}{question[match.end() :]}"
    return question


def _with_full_names(question: str, history: Sequence[Exchange]) -> str:
    """A family name becomes the full name that the conversation has used: "Mirzoyan", "Ararat Mirzoyan"."""
    used = [
        name
        for each in history
        for text in (each.question, each.short_answer or "")
        for name in NAME.findall(text)
    ]
    for name in names_in(question):
        full = next(
            (each for each in reversed(used) if each.endswith(f" {name}") and " of " not in each), None
        )
        if " " not in name and full is not None and full not in question:
            return question.replace(name, _TITLES.sub("", full), 1)
    return question


def _first_pronoun(question: str) -> re.Match[str] | None:
    found = (each.search(question) for each in (_PERSON_WORD, _MANY_WORD, _THING_WORD))
    return next((each for each in found if each), None)


def _inner_name(question: str) -> bool:
    """Whether the question itself names something before its first pronoun, which then stands for that."""
    pronoun = _first_pronoun(question)
    return pronoun is not None and any(names_in(question[: pronoun.start()]))


def _objects_only(question: str) -> bool:
    """Whether its pronoun is an object after its own name ("What did Turkey say about it?")."""
    return (
        re.search(r"\b(?:about|to|with|of|on|for|against|from)\s+(?:it|this|that|him|her|them)\b", question)
        is not None
    )


def _replaced(question: str, pattern: re.Pattern[str], stands_for: str, *, place: bool) -> str:
    def put(match: re.Match[str]) -> str:
        word = match.group().lower()
        owning = word in _POSSESSIVE or (
            word == "her" and re.match(r"\s+[a-z]", question[match.end() :]) is not None
        )
        if owning and not re.match(
            r"\s+(?:to|in|on|at|for|about|with|when|after)\b", question[match.end() :]
        ):
            return stands_for + ("’" if stands_for.endswith("s") else "’s")
        return f"in {stands_for}" if place else stands_for

    return pattern.sub(put, question, count=1) if place else pattern.sub(put, question)


def _person(history: Sequence[Exchange]) -> str | None:
    for exchange in reversed(history):
        about_people = re.match(
            r"^\W*(?:who|whom|which \w+(?:er|or|ist|man|woman)\b)", exchange.question, re.I
        )
        answer = _TITLES.sub("", exchange.short_answer or "")
        if about_people and NAME.fullmatch(answer):
            return answer
        people = [
            name
            for name in names_in(exchange.question)
            if " " in name and not re.search(r"['’]s$|\bof\b", name)
        ]
        if people:
            return _TITLES.sub("", people[-1])
    return None


def _several(history: Sequence[Exchange]) -> str | None:
    """The things of a list, or the two people that the last questions asked for, or the latest thing."""
    last = history[-1].short_answer or ""
    if re.search(r",| and ", last) and NAME.match(last):
        return last
    people = [
        _TITLES.sub("", each.short_answer)
        for each in history[-2:]
        if each.short_answer and re.match(r"^\W*who\b", each.question, re.I)
    ]
    if len(people) == 2 and people[0] != people[1]:
        return " and ".join(people)
    return _thing(history)


def _thing(history: Sequence[Exchange]) -> str | None:
    for exchange in reversed(history):
        if _ASKED_THING.search(exchange.question) and NAME.fullmatch(exchange.short_answer or ""):
            return exchange.short_answer
        if phrases := list(noun_phrases(exchange.question)):
            return phrases[-1]
    return None


def _place(history: Sequence[Exchange]) -> str | None:
    for exchange in reversed(history):
        if re.match(
            r"^\W*(?:where|(?:in )?(?:which|what) (?:city|country|town|place))\b", exchange.question, re.I
        ):
            where = re.sub(r"^in ", "", exchange.short_answer or "")
            if where:
                return where
        inside = re.findall(
            rf"\bin\s+((?:the\s+)?{CAPITAL}[\w-]*(?:\s+{CAPITAL}[\w-]*)*)\b(?!['’])", exchange.question
        )
        if inside:
            return str(inside[-1])
        if phrases := list(noun_phrases(exchange.question)):
            return phrases[-1]
    return None
