"""The reader: answer spans of a span model, compared across passages, with a calibrated confidence."""

import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from rag.freshness import freshness, is_about_now
from rag.question_time import put_to, without_its_time
from rag.sentences import whole_sentences
from rag.span_model import SpanModel
from rag.spans import CERTAIN, Found, log_sum
from rag.terms import content_terms, plain, stem, words
from rag.types import AnswerSpan, Evidence, Span
from rag.values import same

_WELL_FOUND = 1.0  # above the mean score; more says how few articles there are, not how surely one answers


class Clues(NamedTuple):
    """What speaks for a span; shares are in [0, 1], a term weighs the more, the fewer passages have it."""

    margin: float  # over "not here"
    found: float = 0.0  # by how much the search's score of its passage is above the mean
    agreement: float = 0.0  # the logarithm of the number of articles that give the same answer
    covered: float = 0.0  # the share of the question's terms that its passage, title and date account for
    titled: float = 0.0  # the share that its title has
    echo: float = 0.0  # the share of the answer's own words that the question has already
    fresh: float = 0.0  # minus the logarithm of the days between article and question
    timely: float = 0.0  # the same in a question that says "this week" or the like, 0 in others


class Traits(NamedTuple):
    """What the confidence in the best span depends on."""

    margin: float
    odds: float  # in logs, of its answer against all others, by the softmax of the ranks
    found: float  # as the clue, at most `_WELL_FOUND`
    agreement: float
    covered: float
    timely: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How what speaks for a span becomes its rank and its confidence.

    The rank is the sum of the `Clues`, weighted by `ranking`; a softmax over the ranks of all spans found for
    a question gives the chance of each. The confidence is a logistic model of the `Traits` (Platt, 1999).
    Both are fitted on questions about articles that the model never saw. The defaults take the margin alone,
    and 0 for even odds, as training on SQuAD 2.0 does.

    The `first` passages are read first. Where the best of their spans reaches the `threshold`, or stays below
    `hopeless`, which others hardly ever lift above it, no others are read, else as many as make `most`. By
    default all are.
    """

    ranking: Sequence[float] = Clues(margin=1.0)
    bias: float = 0.0
    weights: Sequence[float] = Traits(0.5, odds=0.0, found=0.0, agreement=0.0, covered=0.0, timely=0.0)
    threshold: float = 0.5
    first: int = 0
    most: int | None = None
    hopeless: float = 0.0

    def settles(self, confidence: float) -> bool:
        """Whether no more passages need be read once the best span is so sure."""
        return confidence >= self.threshold or confidence < self.hopeless


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span found in one piece of evidence."""

    evidence: Evidence
    found: Found
    answer: str  # plain: what makes two answers the same
    clues: Clues
    rank: float


class SpanReader:
    """Reads all evidence with a span model; by default as that is calibrated."""

    def __init__(self, model: SpanModel, calibration: Calibration | None = None) -> None:
        self.model = model
        self.calibration = calibration or Calibration(**model.calibration)

    @property
    def threshold(self) -> float:
        return self.calibration.threshold

    def patient(self) -> "SpanReader":
        """The same reader, which takes no question for hopeless: for answers that are given less surely."""
        return SpanReader(self.model, replace(self.calibration, hopeless=0.0))

    def read(self, question: str, evidence: Sequence[Evidence]) -> list[AnswerSpan]:
        """The spans of the passages that were read closely, best first: apart, and a few of each passage."""
        evidence = evidence[: self.calibration.most]
        found: list[list[Found]] = []
        ranked: list[Candidate] = []
        for some in (evidence[: self.calibration.first], evidence[self.calibration.first :]):
            if ranked and self.calibration.settles(confidence(self.calibration, ranked[0], ranked)):
                break
            found += self._found(question, some)
            unread: list[list[Found]] = [[]] * (len(evidence) - len(found))
            ranked = rank(question, evidence, found + unread, self.calibration.ranking)
        return [_answer_span(each, confidence(self.calibration, each, ranked)) for each in ranked]

    def _found(self, question: str, evidence: Sequence[Evidence]) -> list[list[Found]]:
        """What the model finds in each passage, read with the question as it is put to that passage."""
        asked = [put_to(question, each.article, each.passage.text) for each in evidence]
        found: list[list[Found]] = [[] for _ in evidence]
        for one in dict.fromkeys(asked):
            places = [place for place, each in enumerate(asked) if each == one]
            texts = [(evidence[place].article.title, evidence[place].passage.text) for place in places]
            for place, some in zip(places, self.model.read(one, texts), strict=True):
                found[place] = some
        return found


def rank(
    question: str,
    evidence: Sequence[Evidence],
    found: Sequence[Sequence[Found]],
    weights: Sequence[float],
) -> list[Candidate]:
    """Every span found in each piece of evidence, best first."""
    asked = _asked(question)
    asked_of = [asked & _asked(without_its_time(question, each.article)) or asked for each in evidence]
    titles = [_stems(each.article.title) for each in evidence]
    said = [title | _stems(each.passage.text) for title, each in zip(titles, evidence, strict=True)]
    rarity = {term: math.log(1 + len(evidence) / (1 + sum(term in each for each in said))) for term in asked}
    weighed = [{term: rarity[term] for term in terms} for terms in asked_of]
    covered = [_share(each, some) for each, some in zip(weighed, said, strict=True)]
    titled = [_share(each, some) for each, some in zip(weighed, titles, strict=True)]
    spans = [
        (place, span, plain(each.passage.text[span.start : span.end]))
        for place, (each, some) in enumerate(zip(evidence, found, strict=True))
        for span in some
    ]
    articles: dict[str, set[str]] = {}
    for place, span, answer in spans:
        if span.margin > 0:
            articles.setdefault(answer, set()).add(evidence[place].article.id)
    about_now = is_about_now(question)
    mean = sum(each.score for each in evidence) / max(1, len(evidence))
    candidates = []
    for place, span, answer in spans:
        own = _stems(answer)
        fresh = freshness(evidence[place].days)
        clues = Clues(
            margin=span.margin,
            found=evidence[place].score - mean,
            agreement=math.log(max(1, len(articles.get(answer, ())))),
            covered=covered[place],
            titled=titled[place],
            echo=len(own & asked) / max(1, len(own)),
            fresh=fresh,
            timely=fresh if about_now else 0.0,
        )
        candidates.append(Candidate(evidence[place], span, answer, clues, weighted(weights, clues)))
    return sorted(candidates, key=lambda each: -each.rank)


def confidence(calibration: Calibration, candidate: Candidate, ranked: Sequence[Candidate]) -> float:
    """The chance that a candidate is right, given all of them, best first."""
    total = calibration.bias + weighted(calibration.weights, traits(candidate, ranked))
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, total))))


def traits(candidate: Candidate, ranked: Sequence[Candidate]) -> Traits:
    """The traits of a candidate, given all of them, best first."""
    clues = candidate.clues
    own: list[float] = []
    others: list[float] = []
    for each in ranked:
        likely = ranked[0].rank - each.rank < CERTAIN / 2  # what is not hardly weighs anything
        alike = each.answer == candidate.answer or (likely and same(each.answer, candidate.answer))
        (own if alike else others).append(each.rank)
    odds = max(-CERTAIN, min(CERTAIN, log_sum(own) - log_sum(others)))
    found = min(clues.found, _WELL_FOUND)
    return Traits(clues.margin, odds, found, clues.agreement, clues.covered, clues.timely)


def weighted(weights: Sequence[float], values: Sequence[float]) -> float:
    """The weighted sum."""
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


_NO_TERMS = re.compile(r"\b(?:tak(?:e|es|en|ing)|took) place\b", re.IGNORECASE)


def _asked(question: str) -> frozenset[str]:
    """The stems of what a question is about; that something "took place" says nothing of what it is."""
    return _stems(" ".join(content_terms(_NO_TERMS.sub("", question))))


@lru_cache(maxsize=128)  # the passages of a question are ranked after each round of reading
def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, words(text)))


def _share(rarity: Mapping[str, float], said: Set[str]) -> float:
    """The share of the terms' weight that some words carry."""
    return sum(weight for term, weight in rarity.items() if term in said) / (sum(rarity.values()) or 1.0)


def _answer_span(candidate: Candidate, confidence: float) -> AnswerSpan:
    evidence, found = candidate.evidence, candidate.found
    start = evidence.passage.span.start
    touched = whole_sentences(evidence.passage.text, Span(found.start, found.end))
    sentence = Span(start + touched[0].start, start + touched[-1].end)
    answer = Span(start + found.start, start + found.end)
    null_score = found.null_score
    return AnswerSpan(evidence, sentence, answer, candidate.rank + null_score, null_score, confidence)
