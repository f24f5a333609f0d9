"""Whether quotations carry a sentence of a language model: by its words, its numbers and its "not"."""

import re
import unicodedata
from collections.abc import Iterable, Sequence, Set

from rag.terms import STOPWORDS, stem, words
from rag.types import Citation

_WORDS_EACH = 0.5  # the share of a sentence's words that a quotation needs to be one of those that carry it

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
).split()
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTED)} | {
    word: word
    for word in "thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion"
    " dozen half quarter double first second third fourth fifth sixth seventh eighth ninth tenth".split()
}
_NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot deny denied denies denying reject rejected"
    " rejects refuse refused refuses dismiss dismissed false untrue hoax".split()
)
_HEDGES = frozenset(
    "might could if unless whether alleged allegedly accuse accused accuses suspected rumoured rumored"
    " unconfirmed reportedly supposedly".split()
)
_CONNECTIVES = frozenset("however although though yes meanwhile instead still overall despite since".split())


def carrying(sentence: str, citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Those of the citations that carry a sentence; none where together they do not.

    A citation is one of them if its quotation has half of the sentence's words that mean something, and
    negates and hedges as the sentence does. Together they must have each of those words, in whatever
    inflection, and each number, in digits or words.

    This compares words, it does not understand: who did what to whom is not checked.
    """
    wanted = _stems(_meaning(sentence))
    kept = [each for each in citations if wanted and _is_about(sentence, wanted, each.quote)]
    said = " ".join(each.quote for each in kept)
    return tuple(kept) if kept and stands_in(sentence, said) else ()


def stands_in(sentence: str, text: str) -> bool:
    """Whether a text has each word of a sentence that means something, however inflected, and each number."""
    return _stems(_meaning(sentence)) <= _stems(words(text)) and _numbers(sentence) <= _numbers(text)


def negates(text: str) -> bool:
    """Whether a text says "not", or denies."""
    said = {word.replace("’", "'") for word in words(text.lower())}
    return bool(said & _NEGATIONS) or any(word.endswith("n't") for word in said)


def _is_about(sentence: str, wanted: Set[str], quote: str) -> bool:
    shared = len(wanted & _stems(words(quote)))
    same = negates(quote) == negates(sentence) and (not _hedges(quote) or _hedges(sentence))
    return same and shared >= _WORDS_EACH * len(wanted)


def _meaning(sentence: str) -> list[str]:
    """The words of a sentence that carry meaning of their own, without its numbers."""
    return [word for word in words(sentence) if not _is_plain(word)]


def _is_plain(word: str) -> bool:
    """Whether a word carries no meaning of its own, or is a number; "US" and "WHO" carry one."""
    lower = word.lower().replace("’", "'")
    shouted = len(word) > 1 and word.isupper()
    plain = lower in STOPWORDS or lower in _CONNECTIVES or all(map(_number_word, lower.split("-")))
    return (plain and not shouted) or _NUMBER.fullmatch(word) is not None


def _numbers(text: str) -> set[str]:
    digits = {re.sub(r",(?=\d{3}\b)", "", each) for each in _NUMBER.findall(text)}
    counted = {_number_word(part) for word in words(text.lower()) for part in word.split("-")}
    return digits | (counted - {""})


def _number_word(word: str) -> str:
    """What a word for a number stands for, "millions" too; empty for any other word."""
    return _NUMBER_WORDS.get(word) or _NUMBER_WORDS.get(word.removesuffix("s"), "")


def _stems(found: Iterable[str]) -> set[str]:
    """The stems of words and of their hyphenated parts, the same for "Çavuşoğlu's" and "Cavusoglu"."""
    return {stem(bare) for word in found for part in word.split("-") if (bare := _bare(part))}


def _bare(word: str) -> str:
    """A word without accents, possessive and full stops: "U.S." is "US"."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))
    return re.sub(r"['’]s?$", "", plain).replace(".", "")


def _hedges(text: str) -> bool:
    return bool(set(words(text.lower())) & _HEDGES)
