"""Why, how and what happened: a few sentences that cover the question without repeating each other."""

import re
from collections.abc import Iterator, Sequence

from rag.differing import rank
from rag.question_kind import wants_story
from rag.sentences import sentences
from rag.terms import CALENDAR, content_terms, stem, words
from rag.types import AnswerSpan, Evidence, Span

Told = tuple[Evidence, Span]  # a sentence, as article offsets

_MOST, _MOST_OF_A_STORY = 3, 4  # sentences
_ENOUGH = 0.55  # of a score below 2.2
_REPEATS = 0.5  # share of a sentence's words that are told already
_NEAR = 4.0  # ranks below the lead from which a passage is about something else
_CAUSE = re.compile(
    r"\b(?:because|due to|owing to|since|caused?|led to|result(?:ed|s)?|blamed?|so that|in order to|reasons?"
    r"|after|therefore|thus|by \w+ing|started|broke out)\b",
    re.IGNORECASE,
)
_WHEN = frozenset(stem(each) for each in CALENDAR)
_LEANS = re.compile(
    r"^\W*(?:he|she|it|they|this|that|these|those|his|her|its|their|but|and)\b", re.IGNORECASE
)


def covering(question: str, lead: AnswerSpan, spans: Sequence[AnswerSpan]) -> list[Told]:
    """The lead's sentence and those that go with it, the lead first, the others in the order of their texts.

    A sentence that begins with a pronoun comes only right after the one that it leans on.
    """
    first: Told = (lead.evidence, lead.sentence)
    chosen, asked = [first], {each for each in _stems(question) if each not in _WHEN and not each.isdigit()}
    story = wants_story(question)
    most = _MOST_OF_A_STORY if story else _MOST
    candidates = list(_candidates(lead, spans))
    while len(chosen) < most:
        scored = [
            (_score(each, chosen, asked, story=story), each) for each in candidates if each not in chosen
        ]
        best = max(scored, key=lambda pair: pair[0], default=(0.0, first))
        if best[0] < _ENOUGH:
            break
        chosen.append(best[1])
    articles = list(dict.fromkeys(each[0].article.id for each in chosen))
    return [first, *sorted(chosen[1:], key=lambda each: (articles.index(each[0].article.id), each[1].start))]


def _candidates(lead: AnswerSpan, spans: Sequence[AnswerSpan]) -> Iterator[Told]:
    """The sentences of the passages that are about the same, the lead's own passage first."""
    for span in spans:
        if span is lead or rank(lead) - rank(span) <= _NEAR:
            start = span.evidence.passage.span.start
            for each in sentences(span.evidence.passage.text):
                yield span.evidence, Span(start + each.start, start + each.end)


def _score(told: Told, chosen: Sequence[Told], asked: set[str], *, story: bool) -> float:
    """What a sentence adds: what it says of the question, a cause, being next to what is told already."""
    text = told[0].text_at(told[1])
    said = _stems(text)
    if len(said) < 4 or not said:
        return 0.0
    if max(len(said & _stems(each[0].text_at(each[1]))) / len(said) for each in chosen) > _REPEATS:
        return 0.0
    follows = any(_follows(told, each) for each in chosen)
    if _LEANS.match(text) and not follows:
        return 0.0
    on_topic = len(said & asked) / max(1, len(asked))
    same_passage = told[0].passage.id == chosen[0][0].passage.id
    return (
        on_topic
        + 0.6 * follows
        + 0.3 * same_passage * (story or bool(on_topic))
        + 0.3 * bool(_CAUSE.search(text))
    )


def _follows(told: Told, other: Told) -> bool:
    """Whether a sentence stands right after another, in one paragraph."""
    if told[0].passage.id != other[0].passage.id or told[1].start < other[1].end:
        return False
    start = told[0].passage.span.start
    between = told[0].passage.text[other[1].end - start : told[1].start - start]
    return not between.strip() and "\n" not in between


def _stems(text: str) -> set[str]:
    return {stem(word) for word in content_terms(text)} if words(text) else set()
