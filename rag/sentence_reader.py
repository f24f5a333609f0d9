"""The first reader: the sentence that agrees best with the question, by meaning and by words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer_types import asks_for_known_kind, find_answer
from rag.embed import Embedder
from rag.sentences import sentences
from rag.terms import content_terms, names, stem, words
from rag.types import AnswerSpan, Evidence, Span

_PASSAGES = 12  # read of the evidence, best first
_EMBEDDED = 24  # sentences compared by meaning: those that agree best by words
_MAX_SENTENCE = 600  # characters; a longer "sentence" is a list or a broken page


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with what speaks for it; the shares are in [0, 1]."""

    evidence: Evidence
    sentence: Span
    words: float  # share of the question's terms, names counted double, that the sentence has
    context: float  # the same for its whole passage with the article's title
    rank: float  # 1 / rank of the passage

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.evidence.text_at(self.sentence)


class SentenceReader:
    """Reads without a model of its own: the embedder's similarity and the share of the question's words.

    The confidence is a logistic model of those two, of how far the passage agrees, of the passage's rank, and
    of whether the sentence holds something of the kind that the question asks for. `WEIGHTS` and `threshold`
    were fitted on questions about other news articles than the ones it is measured on.
    """

    threshold = 0.5
    WEIGHTS = (-6.0, 4.0, 2.5, 2.0, 0.5, 0.8)  # bias, then one for each of `features`

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, evidence: Sequence[Evidence]) -> list[AnswerSpan]:
        """The best sentence of each passage, best first."""
        candidates, similarities = self.compare(question, evidence)
        spans = [
            self._span(question, each, similarity)
            for each, similarity in zip(candidates, similarities, strict=True)
        ]
        best: dict[str, AnswerSpan] = {}
        for span in sorted(spans, key=lambda each: -each.score):
            best.setdefault(span.evidence.passage.id, span)
        return list(best.values())

    def compare(self, question: str, evidence: Sequence[Evidence]) -> tuple[list[Candidate], list[float]]:
        """The sentences worth reading and the cosine similarity of each to the question."""
        candidates = sorted(
            _candidates(question, evidence[:_PASSAGES]), key=lambda each: -(each.words + each.context)
        )[:_EMBEDDED]
        if not candidates:
            return [], []
        vectors = self._embedder.embed_documents([each.text for each in candidates])
        return candidates, (vectors @ self._embedder.embed_query(question)).tolist()

    def _span(self, question: str, candidate: Candidate, similarity: float) -> AnswerSpan:
        bias, *weights = self.WEIGHTS
        seen = features(question, candidate, similarity)
        score = bias + sum(weight * feature for weight, feature in zip(weights, seen, strict=True))
        found = find_answer(question, candidate.text)
        start = candidate.sentence.start
        answer = None if found is None else Span(start + found.start, start + found.end)
        confidence = 1 / (1 + math.exp(-score))
        return AnswerSpan(candidate.evidence, candidate.sentence, answer, score, 0.0, confidence)


def features(question: str, candidate: Candidate, similarity: float) -> tuple[float, ...]:
    """What the logistic model sees of a sentence: similarity, words, context, rank, kind of answer."""
    kind = 0.5
    if asks_for_known_kind(question):
        kind = float(find_answer(question, candidate.text) is not None)
    return similarity, candidate.words, candidate.context, candidate.rank, kind


def _candidates(question: str, evidence: Sequence[Evidence]) -> list[Candidate]:
    named = {stem(name) for name in names(question)}
    asked = {each: 2.0 if each in named else 1.0 for each in map(stem, content_terms(question))}
    found = []
    for rank, each in enumerate(evidence, 1):
        text, start = each.passage.text, each.passage.span.start
        context = _share(asked, f"{each.article.title} {text}")
        for span in sentences(text):
            if len(span) <= _MAX_SENTENCE:
                sentence = Span(start + span.start, start + span.end)
                found.append(Candidate(each, sentence, _share(asked, span.of(text)), context, 1 / rank))
    return found


def _share(asked: dict[str, float], text: str) -> float:
    """The share of the question's weight that a text's words carry."""
    said = {stem(word) for word in words(text)}
    return sum(weight for term, weight in asked.items() if term in said) / (sum(asked.values()) or 1.0)
