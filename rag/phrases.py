"""What a question names and what it is about, in its own words: "Turkey", "the earthquake in Sarvan"."""

import re
from collections.abc import Iterator, Sequence

from rag.days import MONTHS
from rag.terms import STOPWORDS

CAPITAL = "[A-ZÀ-ÖØ-ÞĞİŞČĆŠŽŁŚŻĐŐŰĀĒĪŌŪ]"
NAME = re.compile(
    rf"\b{CAPITAL}[\w’'.-]*\w(?:\s+(?:(?:of|the|al|de|von|van|bin)\s+)*{CAPITAL}[\w’'-]*\w)*", re.UNICODE
)
_TOKEN = re.compile(r"[\w’'-]+|[^\w\s]")
_ARTICLES = frozenset({"the", "a", "an"})
_JOINS = frozenset("of in at off over between with for and".split())  # go on with a name: "hall of Castria"
_LONGEST_PHRASE = 12  # words
# Verbs that stand at the end of a noun phrase in "how much did X cost", and are none of its words.
_VERBS = frozenset(
    "cost costs take takes place die died win won happen happened begin began start started end ended open"
    " opened close closed say said sink sank lose lost last sign signed do does did make made give gave get"
    " go went come came become became mean meant kill killed leave left hold held meet met resign resigned"
    " deliver supply stand employ call called run ran fall fell rise rose break broke burn burned stop work"
    " brokered signed caused designed built joined reopen launch launched founded led headed asked".split()
)


def noun_phrases(question: str) -> Iterator[str]:
    """What a question is about, in its own words: "the earthquake in Sarvan", "Belmora's library"."""
    tokens = [match.group() for match in _TOKEN.finditer(question)]
    at = 1  # the first word is the question's own
    while at < len(tokens):
        end = _phrase_end(tokens, at)
        if end > at + (tokens[at].lower() in _ARTICLES):
            yield " ".join(tokens[at:end])
        at = max(end, at + 1)


def _phrase_end(tokens: Sequence[str], at: int) -> int:
    """Where the noun phrase that begins at a token ends; `at` itself where none begins there."""
    if tokens[at].lower() not in _ARTICLES and not tokens[at][0].isupper():
        return at
    end = at + 1
    while end < min(len(tokens), at + _LONGEST_PHRASE):
        word = tokens[end].lower()
        if word in _JOINS:
            after = end + 1 + (tokens[end + 1 : end + 2] == ["the"])
            if after >= len(tokens) or not tokens[after][0].isupper():
                break
            end = after
        elif not word[0].isalnum() or word in STOPWORDS or _is_verb(tokens[end]):
            break
        end += 1
    return end


def _is_verb(word: str) -> bool:
    return word in _VERBS or (word.islower() and word.endswith("ed"))


def names_in(text: str) -> list[str]:
    """Names as written, the question's first word left out unless it is part of one."""
    found = []
    for match in NAME.finditer(text):
        name = match.group()
        if match.start() == 0 or not text[: match.start()].strip():
            first, _, others = name.partition(" ")
            name = name if first.lower() not in STOPWORDS and others else others
        if name and name.lower() not in STOPWORDS and name.lower() not in MONTHS:
            found.append(name)
    return found
