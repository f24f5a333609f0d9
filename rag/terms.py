"""The words of a question: which carry meaning, and which name something."""

import re
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"\w+(?:[.'’&-]\w+)*")

# Question words, auxiliaries and other words that say nothing about the topic.
STOPWORDS = frozenset(
    "a about after again all also am among an and any are aren't as at be because been before being between"
    " both but by can can't could couldn't did didn't do does doesn't doing don't down during each few for"
    " from further had hadn't has hasn't have haven't having he her here hers him his how i if in into is"
    " isn't it it's its itself just many may me might more most much must my no nor not of off on once only"
    " or other our out over own same shall she should so some such than that that's the their theirs them"
    " then there these they this those through to too under until up us very was wasn't we were weren't what"
    " what's when where which while who who's whom whose why will with within won't would wouldn't you your"
    " according tell know please say says said happen happened happens called name named".split()
)


_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What a word has in common with its inflections: "brokered" and "broker" give the same."""
    return str(_stemmer.stemWord(_without_possessive(word.lower())))


def words(text: str) -> list[str]:
    """The words of a text as written, in order; hyphenated and apostrophised ones stay whole."""
    return _WORD.findall(text)


def content_terms(question: str) -> list[str]:
    """The words of a question that say what it is about, lower-cased, each once, in order.

    All words where nothing else is left ("Who is it?").
    """
    found = list(dict.fromkeys(_without_possessive(word.lower()) for word in words(question)))
    return [word for word in found if word not in STOPWORDS] or found


def names(question: str) -> list[str]:
    """Words that name something: capitalised ones that do not open a sentence, and numbers of two digits up.

    A sentence's first word counts where it is no ordinary question word.
    """
    found = []
    for match in _WORD.finditer(question):
        word = _without_possessive(match.group())
        numeric = sum(map(str.isdigit, word)) >= 2
        if (word[0].isupper() and word.lower() not in STOPWORDS and len(word) > 1) or numeric:
            found.append(word)
    return list(dict.fromkeys(found))


def _without_possessive(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)
