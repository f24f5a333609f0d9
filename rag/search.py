"""Hybrid search: nearest vectors and BM25, fused by reciprocal rank, under the same filters."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rag.library import Library
from rag.terms import content_terms
from rag.types import Evidence, Filters

_MAX_TERMS = 64  # of a very long question; more only slow the search down


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How deep each retriever looks, how the two are weighted, how many passages come out."""

    dense: int = 60
    lexical: int = 60
    dense_weight: float = 1.0
    lexical_weight: float = 1.5
    results: int = 20


class HybridSearch:
    """Finds passages of a library for a question."""

    def __init__(self, library: Library, settings: SearchSettings | None = None) -> None:
        self._library = library
        self._settings = settings or SearchSettings()

    def __call__(self, question: str, filters: Filters | None = None) -> list[Evidence]:
        """The best passages, best first; each score is the sum of weighted reciprocal ranks."""
        settings, library = self._settings, self._library
        vector = library.embedder.embed_query(question)
        dense = library.vectors.search(vector, settings.dense, filters)
        lexical = library.catalog.search(content_terms(question)[:_MAX_TERMS], settings.lexical, filters)
        fused = reciprocal_rank_fusion([(dense, settings.dense_weight), (lexical, settings.lexical_weight)])
        # A vector whose passage is not in the catalog is of an article that was never finished, or is gone.
        found = library.catalog.passages([each for each, _ in fused])
        kept = [(each, score) for each, score in fused if each in found][: settings.results]
        dense_ranks = {each: rank for rank, each in enumerate(dense, 1)}
        lexical_ranks = {each: rank for rank, each in enumerate(lexical, 1)}
        return [
            Evidence(
                passage=found[each][0],
                article=found[each][1],
                score=score,
                dense_rank=dense_ranks.get(each),
                lexical_rank=lexical_ranks.get(each),
            )
            for each, score in kept
        ]


def reciprocal_rank_fusion(
    rankings: Sequence[tuple[Sequence[str], float]], k: int = 60
) -> list[tuple[str, float]]:
    """Fuse weighted rankings into (id, score), best first; ties go to the id that came first.

    An id scores the sum of weight / (k + rank), rank from 1 (Cormack, Clarke and Büttcher, 2009).
    """
    scores: dict[str, float] = defaultdict(float)
    for ids, weight in rankings:
        for rank, each in enumerate(ids, 1):
            scores[each] += weight / (k + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])
