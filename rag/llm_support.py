"""Whether quotations carry a sentence of a language model: by its names, numbers, words and its "not"."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set

from rag.terms import STOPWORDS, stem, words
from rag.types import Citation

_WORDS_SAID = 0.75  # the share of a sentence's words that its quotations must have
_WORDS_EACH = 0.5  # the share that each quotation must have to be one of them

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_COUNTED = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
).split()
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTED, 2)} | {
    word: word
    for word in "thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion"
    " dozen half third quarter twice double".split()
}
_NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot deny denied denies denying reject rejected"
    " rejects refuse refused refuses dismiss dismissed false untrue hoax unless".split()
)
_HEDGES = frozenset(
    "might could if whether alleged allegedly accuse accused accuses suspected rumoured rumored unconfirmed"
    " reportedly supposedly".split()
)
_CONNECTIVES = frozenset("however although though yes meanwhile instead still overall despite since".split())


def carrying(
    sentence: str, citations: Sequence[Citation], names: Set[str] = frozenset()
) -> tuple[Citation, ...]:
    """Those of the citations that carry a sentence; none where together they do not.

    A citation is one of them if its quotation has half of the sentence's words that mean something, and
    negates and hedges as the sentence does. Together they must have three in four of those words, every
    number (in digits or words) and every name: each capitalised word, and any of `names`, which are stems.

    This compares words, it does not understand: who did what to whom is not checked.
    """
    wanted = _stems(_meaning(sentence))
    kept = [each for each in citations if wanted and _is_about(sentence, wanted, each.quote)]
    said = " ".join(each.quote for each in kept)
    covered = len(wanted & _stems(words(said))) >= _WORDS_SAID * len(wanted)
    held = _numbers(sentence) <= _numbers(said) and _named(sentence, names) <= _stems(_parts(words(said)))
    return tuple(kept) if kept and covered and held else ()


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The stems of the words that the texts write with a capital wherever they write them."""
    written = {word for text in texts for word in words(text)}
    small = _stems(_parts(word for word in written if not word[0].isupper()))
    return frozenset(_stems(_parts(word for word in written if word[0].isupper())) - small)


def _is_about(sentence: str, wanted: Set[str], quote: str) -> bool:
    shared = len(wanted & _stems(words(quote)))
    same = _negates(quote) == _negates(sentence) and (not _hedges(quote) or _hedges(sentence))
    return same and shared >= max(1.0, _WORDS_EACH * len(wanted))


def _meaning(sentence: str) -> list[str]:
    """The words of a sentence that carry meaning of their own, without its numbers."""
    return [word for word in words(sentence) if not _is_plain(word)]


def _is_plain(word: str) -> bool:
    """Whether a word carries no meaning of its own, or is a number; "US" and "WHO" carry one."""
    lower = word.lower().replace("’", "'")
    shouted = len(word) > 1 and word.isupper()
    plain = lower in STOPWORDS or lower in _CONNECTIVES or lower in _NUMBER_WORDS
    return (plain and not shouted) or _NUMBER.fullmatch(word) is not None


def _numbers(text: str) -> set[str]:
    digits = {re.sub(r",(?=\d{3}\b)", "", each) for each in _NUMBER.findall(text)}
    counted = {
        _NUMBER_WORDS[each]
        for word in words(text.lower())
        for each in word.split("-")
        if each in _NUMBER_WORDS
    }
    return digits | counted


def _named(sentence: str, names: Set[str]) -> set[str]:
    """The stems of the names in a sentence."""
    said = _meaning(sentence)
    return _stems(_parts(word for word in said if word[0].isupper())) | (_stems(_parts(said)) & names)


def _parts(found: Iterable[str]) -> Iterator[str]:
    """Words, hyphenated ones as their parts."""
    return (part for word in found for part in word.split("-") if part)


def _stems(found: Iterable[str]) -> set[str]:
    """The stems of words, the same for "Çavuşoğlu's" and "Cavusoglu", for "U.S." and "US"."""
    return {stem(_bare(word)) for word in found}


def _bare(word: str) -> str:
    word = "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))
    return re.sub(r"['’]s?$", "", word).replace(".", "").replace("-", "")


def _negates(text: str) -> bool:
    said = {word.replace("’", "'") for word in words(text.lower())}
    return bool(said & _NEGATIONS) or any(word.endswith("n't") for word in said)


def _hedges(text: str) -> bool:
    return bool(set(words(text.lower())) & _HEDGES)
