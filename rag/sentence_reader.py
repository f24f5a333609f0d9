"""The first reader: the sentence that agrees best with the question, by meaning and by words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.answer_types import asks_for_known_kind, find_answer
from rag.embed import Embedder
from rag.sentences import sentences
from rag.terms import content_terms, stem, words
from rag.types import AnswerSpan, Evidence, Span

_PASSAGES = 12  # read of the evidence, best first
_EMBEDDED = 24  # sentences compared by meaning: those that agree best by words
_FAR = 6.0  # the score of a rival that is not there
_MAX_SENTENCE = 600  # characters; a longer "sentence" is a list or a broken page


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with what speaks for it.

    The shares are in [0, 1]; a term weighs the more, the fewer sentences of the evidence have it.
    """

    evidence: Evidence
    sentence: Span
    words: float  # share of the question's terms that the sentence has
    near: float  # the same with its neighbours and the article's title
    rank: float  # 1 / rank of the passage

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.evidence.text_at(self.sentence)


class SentenceReader:
    """Reads without a model of its own: the embedder's similarity and the share of the question's words.

    A sentence's score is a logistic model of those two, of the words around it, of its passage's rank, and of
    whether it holds something of the kind that the question asks for (`WEIGHTS`). The confidence weighs that
    score and its lead over the best sentence of another passage (`CERTAINTY`). Both were fitted on 600
    written questions about other news articles than those it is measured on, and `threshold` is where two
    of three answers to the answerable ones among all 931 are right: it answers 70 % of these, and 55 % of
    the unanswerable ones, which were written to look answerable and name nothing unknown.
    """

    threshold = 0.3
    WEIGHTS = (-6.48, 3.82, 1.5, 0.77, 2.23, 0.69)  # bias, then one for each of `features`
    CERTAINTY = (-1.5, 0.49, 0.58)  # bias, score, lead

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, evidence: Sequence[Evidence]) -> list[AnswerSpan]:
        """The best sentence of each passage, best first."""
        candidates, similarities = self.compare(question, evidence)
        bias, *weights = self.WEIGHTS
        scored = sorted(
            (
                (bias + _dot(weights, features(question, each, similarity)), each)
                for each, similarity in zip(candidates, similarities, strict=True)
            ),
            key=lambda pair: -pair[0],
        )
        best: dict[str, AnswerSpan] = {}
        for score, each in scored:
            passage = each.evidence.passage.id
            if passage not in best:
                best[passage] = _span(question, each, score, self._confidence(score, each, scored))
        return list(best.values())

    def _confidence(
        self, score: float, candidate: Candidate, scored: Sequence[tuple[float, Candidate]]
    ) -> float:
        """How surely a sentence answers, in [0, 1], given all of them, best first."""
        passage = candidate.evidence.passage.id
        rival = next((other for other, each in scored if each.evidence.passage.id != passage), -_FAR)
        bias, *weights = self.CERTAINTY
        return 1 / (1 + math.exp(-bias - _dot(weights, (score, score - rival))))

    def compare(self, question: str, evidence: Sequence[Evidence]) -> tuple[list[Candidate], list[float]]:
        """The sentences worth reading and the cosine similarity of each to the question."""
        candidates = sorted(_candidates(question, evidence[:_PASSAGES]), key=lambda each: -each.words)[
            :_EMBEDDED
        ]
        if not candidates:
            return [], []
        vectors = self._embedder.embed_documents([each.text for each in candidates])
        return candidates, (vectors @ self._embedder.embed_query(question)).tolist()


def _span(question: str, candidate: Candidate, score: float, confidence: float) -> AnswerSpan:
    found = find_answer(question, candidate.text)
    start = candidate.sentence.start
    answer = None if found is None else Span(start + found.start, start + found.end)
    return AnswerSpan(candidate.evidence, candidate.sentence, answer, score, 0.0, confidence)


def features(question: str, candidate: Candidate, similarity: float) -> tuple[float, ...]:
    """What the logistic model sees of a sentence: similarity, words, near, rank, kind of answer."""
    kind = 0.5
    if asks_for_known_kind(question):
        kind = float(find_answer(question, candidate.text) is not None)
    return similarity, candidate.words, candidate.near, candidate.rank, kind


def _candidates(question: str, evidence: Sequence[Evidence]) -> list[Candidate]:
    """Every sentence of the evidence that is not too long to be one."""
    places: list[tuple[Evidence, Span, int, set[str], set[str]]] = []
    for rank, each in enumerate(evidence, 1):
        text, start = each.passage.text, each.passage.span.start
        spans = sentences(text)
        said = [_stems(span.of(text)) for span in spans]
        title = _stems(each.article.title)
        for index, span in enumerate(spans):
            around = title.union(*said[max(0, index - 1) : index + 2])
            places.append((each, Span(start + span.start, start + span.end), rank, said[index], around))
    asked = set(map(stem, content_terms(question)))
    weights = {
        term: math.log(1 + len(places) / (1 + sum(term in place[3] for place in places))) for term in asked
    }
    return [
        Candidate(each, sentence, _share(weights, said), _share(weights, around), 1 / rank)
        for each, sentence, rank, said, around in places
        if len(sentence) <= _MAX_SENTENCE
    ]


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


def _stems(text: str) -> set[str]:
    return set(map(stem, words(text)))


def _share(weights: Mapping[str, float], said: set[str]) -> float:
    """The share of the terms' weight that some words carry."""
    return sum(weight for term, weight in weights.items() if term in said) / (sum(weights.values()) or 1.0)
