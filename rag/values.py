"""Answers as values that can be compared: numbers with their units and rounding, names, dates."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rag.days import MONTHS
from rag.terms import plain, stem
from rag.types import Span

_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "m": 1e6,
}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: i for i, word in enumerate(_ONES)} | {word: 10 * i for i, word in enumerate(_TENS, 2)}
_WORDS |= {f"{ten}-{one}": _WORDS[ten] + i for ten in _TENS for i, one in enumerate(_ONES[1:10], 1)}
_WORDS |= {"dozen": 12, "none": 0}
_SCALE = "|".join(_SCALES)
_NUMBER = re.compile(
    rf"(?P<digits>\d[\d,]*(?:\.\d+)?)(?:[\s-]?(?P<scale>{_SCALE})\b)?"
    rf"|\b(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b(?:[\s-](?P<word_scale>{_SCALE})\b)?",
    re.IGNORECASE,
)
_ROUGH = re.compile(
    r"\b(?:about|around|roughly|some|nearly|almost|approximately|an estimated|or so|close to|up to)\b", re.I
)
_AT_LEAST = re.compile(r"\b(?:at least|more than|over|above|no fewer than|upwards of)\b", re.IGNORECASE)
_UNITS = {
    "percent": "%", "per cent": "%", "pct": "%", "%": "%", "$": "dollar", "€": "euro", "£": "pound",
    "kilometres": "kilometer", "kilometre": "kilometer", "km": "kilometer", "metres": "meter",
    "metre": "meter", "kg": "kilogram", "tonnes": "ton", "tonne": "ton",
}  # fmt: skip
_TITLES = frozenset(
    "mr mrs ms dr prof sir dame lord lady gen general col colonel maj major capt captain lt lieutenant sgt"
    " president prime minister foreign chancellor king queen prince princess senator sen representative rep"
    " governor gov mayor judge justice secretary chief coach striker goalkeeper director commander leader"
    " chairman chairwoman chair spokesman spokeswoman spokesperson professor doctor former acting deputy vice"
    " the of s turkish armenian russian azerbaijani american french german british".split()
)
_SAME_SOUND = str.maketrans({"y": "i", "j": "i", "w": "v", "c": "k", "z": "s", "h": None, "x": "ks"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: `precision` is what its last digit stands for, `unit` "" where none is given."""

    value: float
    precision: float
    unit: str
    rough: bool

    def agrees(self, other: "Number") -> bool:
        """Whether both can be the same figure: equal within the rounding of the rougher one."""
        if self.unit and other.unit and self.unit != other.unit:
            return False
        gap = abs(self.value - other.value)
        slack = max(self.precision, other.precision) / 2
        if self.rough or other.rough:
            slack = max(slack, 0.02 * max(abs(self.value), abs(other.value)))
        return gap <= (slack if self.precision != other.precision or self.rough or other.rough else 0)

    def comparable(self, other: "Number") -> bool:
        """Whether both measure the same thing, as far as their units say."""
        return self.unit == other.unit or not (self.unit and other.unit)


@lru_cache(maxsize=4_096)
def number_in(text: str) -> Number | None:
    """The first number of a text, in digits or words; None where it has none."""
    match = _NUMBER.search(text)
    if match is None:
        return None
    written = match["digits"] or match["word"]
    scale = _SCALES.get((match["scale"] or match["word_scale"] or "").lower(), 1.0)
    if match["digits"]:
        digits = written.rstrip(",").replace(",", "")
        base, places = float(digits), len(digits.partition(".")[2])
        zeros = len(digits) - len(digits.rstrip("0")) if "." not in digits else -places
    else:
        base, zeros = float(_WORDS[written.lower()]), 0
    rough = bool(_ROUGH.search(text[: match.start()]) or _AT_LEAST.search(text[: match.start()]))
    precision = scale * 10.0 ** (zeros if rough or zeros < 0 or scale > 1 else 0)
    return Number(base * scale, precision, _unit(text, match), rough)


def numbers_in(text: str) -> list[Span]:
    """Where the numbers of a text stand."""
    return [Span(match.start(), match.end()) for match in _NUMBER.finditer(text)]


def _unit(text: str, match: re.Match[str]) -> str:
    before = text[: match.start()].rstrip()[-1:]
    if before in _UNITS:
        return _UNITS[before]
    after = text[match.end() :].lstrip(" -").lower()
    for spelled, unit in _UNITS.items():
        if after.startswith(spelled):
            return unit
    word = re.match(r"[a-z]+", after)
    return stem(word.group()) if word and word.group() not in ("of", "in", "and", "to", "on", "a") else ""


@lru_cache(maxsize=4_096)
def day_in(text: str) -> tuple[int | None, int | None] | None:
    """Day and month of a date in a text ("3 June": (3, 6), "June": (None, 6)); None without a month."""
    low = text.lower()
    month = next((i for i, each in enumerate(MONTHS, 1) if re.search(rf"\b{each}\b", low)), None)
    if month is None:
        return None
    day = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?!\d)", low)
    return (int(day.group(1)) if day else None), month


def same_name(one: str, other: str) -> bool:
    """Whether two names can be of one person or thing: titles, given names left out, other spellings.

    >>> same_name("Gen. Viktor Orlenko", "General Orlenko")
    True
    >>> same_name("Aleksei Morozov", "Alexey Morozov")
    True
    """
    first, second = _name(one), _name(other)
    if not first or not second:
        return plain(one) == plain(other)
    shorter, longer = sorted((first, second), key=len)
    if shorter[-1] != longer[-1]:  # the family name
        return False
    return all(any(_alike(part, each) for each in longer) for part in shorter)


@lru_cache(maxsize=4_096)
def _name(text: str) -> tuple[str, ...]:
    folded = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    parts = [each for each in plain(folded.replace("ı", "i")).split() if each not in _TITLES]
    return tuple(re.sub(r"(.)\1+", r"\1", each.translate(_SAME_SOUND)) for each in parts)


def _alike(one: str, other: str) -> bool:
    """Whether two parts of a name are one: an initial, or the same but for a vowel."""
    if one == other or (min(len(one), len(other)) == 1 and one[:1] == other[:1]):
        return True
    return len(one) > 3 and re.sub(r"[aeiou]+", "a", one) == re.sub(r"[aeiou]+", "a", other)


def same(one: str, other: str) -> bool:
    """Whether two short answers say the same."""
    if plain(one) == plain(other):
        return True
    first_day, second_day = day_in(one), day_in(other)
    if first_day or second_day:
        return first_day == second_day
    first, second = number_in(one), number_in(other)
    if first and second:
        return first.agrees(second)
    return not (first or second) and same_name(one, other)
