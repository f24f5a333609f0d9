"""Whether quotations carry a sentence of a language model: by its names, numbers, words and its "not"."""

import re
import unicodedata
from collections.abc import Iterable, Sequence, Set

from rag.terms import STOPWORDS, plain, stem, words
from rag.types import Citation

_WORDS_SAID = 0.75  # the share of a sentence's words that its quotations must have
_WORDS_EACH = 1 / 3  # the share that each quotation must have to be one of them

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

    A citation is one of them if its quotation has a third of the sentence's words that mean something, and
    negates and hedges as the sentence does. Together they must have three in four of those words, every
    number (in digits or words) and every name: each capitalised word, and any of `names`, which are folded.

    This compares words, it does not understand: who did what to whom is not checked.
    """
    wanted = _stems(_meaning(sentence))
    kept = [each for each in citations if wanted and _is_about(sentence, wanted, each.quote)]
    said = " ".join(each.quote for each in kept)
    covered = len(wanted & _stems(words(said))) >= _WORDS_SAID * len(wanted)
    held = _numbers(sentence) <= _numbers(said) and _named(sentence, names) <= _folded(words(said))
    return tuple(kept) if kept and covered and held else ()


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words, folded, that the texts write with a capital wherever they write them, and never without."""
    written = {word for text in texts for word in words(text)}
    return _folded(word for word in written if word[0].isupper()) - _folded(
        word for word in written if not word[0].isupper()
    )


def _is_about(sentence: str, wanted: Set[str], quote: str) -> bool:
    shared = len(wanted & _stems(words(quote)))
    same = _negates(quote) == _negates(sentence) and (not _hedges(quote) or _hedges(sentence))
    return same and shared >= max(1.0, _WORDS_EACH * len(wanted))


def _meaning(sentence: str) -> list[str]:
    return [word for word in words(sentence) if not _is_plain(word)]


def _is_plain(word: str) -> bool:
    """Whether a word carries no meaning of its own; "US" and "WHO" do."""
    lower = word.lower().replace("’", "'")
    shouted = len(word) > 1 and word.isupper()
    return not shouted and (lower in STOPWORDS or lower in _CONNECTIVES)


def _stems(found: Iterable[str]) -> set[str]:
    return {stem(word) for word in found}


def _numbers(text: str) -> set[str]:
    digits = {re.sub(r",(?=\d{3}\b)", "", each) for each in _NUMBER.findall(text)}
    counted = {
        _NUMBER_WORDS[each]
        for word in words(text.lower())
        for each in word.split("-")
        if each in _NUMBER_WORDS
    }
    return digits | counted


def _named(sentence: str, names: Set[str]) -> frozenset[str]:
    """The names in a sentence, folded."""
    said = _meaning(sentence)
    return _folded(word for word in said if word[0].isupper()) | (_folded(said) & names)


def _folded(found: Iterable[str]) -> frozenset[str]:
    """Words without case, accents and possessives; the parts of hyphenated ones."""
    parts = (part for word in found for part in re.sub(r"['’]s?$", "", word).split("-"))
    return frozenset(filter(None, map(_fold, parts)))


def _fold(word: str) -> str:
    bare = "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))
    return plain(bare).replace(" ", "")


def _negates(text: str) -> bool:
    said = {word.replace("’", "'") for word in words(text.lower())}
    return bool(said & _NEGATIONS) or any(word.endswith("n't") for word in said)


def _hedges(text: str) -> bool:
    return bool(set(words(text.lower())) & _HEDGES)
