"""The words of a question: which carry meaning, and which name something."""

import re
from functools import lru_cache

import snowballstemmer

# An article may write "Feb." or "last week" instead.
CALENDAR = frozenset(
    "January February March April May June July August September October November December"
    " Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
)
# Adverbs that begin a sentence, in capitals there, and are part of no name.
OPENERS = frozenset(
    "still however meanwhile instead today yesterday moreover nevertheless so then later finally".split()
)
_YEAR = re.compile(r"(?:1\d|20|21)\d\d")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
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


def plain(answer: str) -> str:
    """An answer without case, punctuation, articles and extra spaces: equal for two wordings of the same.

    >>> plain("The U.S. Senate") == plain("U S senate,")
    True
    """
    kept = "".join(each if each.isalnum() else " " for each in answer.casefold())
    return " ".join(_ARTICLE.sub(" ", kept).split()) or answer


def content_terms(question: str) -> list[str]:
    """The words of a question that say what it is about, lower-cased, each once, in order.

    All words where nothing else is left ("Who is it?").
    """
    said = _topic(question) or words(question)
    return list(dict.fromkeys(_without_possessive(word.lower()) for word in said))


def has_topic(question: str) -> bool:
    """Whether any word of the question says what it is about."""
    return bool(_topic(question))


def names(question: str) -> list[str]:
    """Words that name something: capitalised ones and years, as written, each once.

    A sentence's first word ("Describe", "Ankara") counts only where its capital is no accident: before
    another one, or in the possessive. In a question all in capitals, capitals say nothing.
    """
    found = []
    shouted = question.isupper()
    for sentence in re.split(r"[.?!]\s+", question):
        said = words(sentence)
        for index, written in enumerate(said):
            word = _without_possessive(written)
            capital = _is_capital(word) and word not in CALENDAR and not shouted and not _is_stopword(written)
            if capital and index == 0:
                capital = word != written or _is_capital("".join(said[1:2]))
            if capital or _YEAR.fullmatch(word):
                found.append(word)
    return list(dict.fromkeys(found))


def _is_capital(word: str) -> bool:
    return len(word) > 1 and word[0].isupper()


def _topic(question: str) -> list[str]:
    """The words that are no stopwords; "US" and "WHO" in capitals are none, unless all is in capitals."""
    shouted = question.isupper()
    return [
        word
        for word in words(question)
        if not _is_stopword(word) or (word.isupper() and len(word) > 1 and not shouted)
    ]


def _is_stopword(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    return plain in STOPWORDS or re.sub(r"'(?:s|re|ve|d|ll|m)$", "", plain) in STOPWORDS


def _without_possessive(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)
