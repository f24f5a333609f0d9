"""Hybrid search: nearest vectors and BM25, their scores added up, under the same filters."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

from rag.freshness import days_apart, freshness, is_about_now
from rag.library import Library
from rag.terms import content_terms
from rag.types import ArticleInfo, Evidence, Filters

_MAX_TERMS = 64  # of a very long question; more only slow the search down


class Signs(NamedTuple):
    """What speaks for a passage, or how much each sign counts."""

    passage: float  # BM25 of the passage, as a share of the best passage's
    article: float  # BM25 of its whole article, as a share of the best article's
    meaning: float  # cosine between the vectors of question and passage
    fresh: float  # minus the logarithm of the days between article and question
    timely: float  # the same in a question that says "this week" or the like, 0 in others


FITTED = Signs(passage=4.93, article=4.64, meaning=12.61, fresh=0.33, timely=0.17)
"""Weights under which articles that hold the answer come first; `training/fusion.py` fits them."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a retriever found, ranks from 1, None where the other missed it."""

    article: ArticleInfo
    signs: Signs
    dense_rank: int | None
    lexical_rank: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How deep each retriever looks, what counts how much, how many passages come out."""

    dense: int = 100
    lexical: int = 100
    weights: Signs = FITTED
    results: int = 30


class HybridSearch:
    """Finds passages of a library for a question.

    A convex combination of scores ranks better here than reciprocal ranks do, which forget by how much one
    passage is better than the next (Bruch, Gai and Ingber, 2023, arXiv:2210.11934).
    """

    def __init__(self, library: Library, settings: SearchSettings | None = None) -> None:
        self._library = library
        self._settings = settings or SearchSettings()

    def __call__(self, question: str, filters: Filters | None = None) -> list[Evidence]:
        """The best passages, best first; each score is the weighted sum of the signs."""
        candidates = self.candidates(question, filters)
        scores = {
            passage: sum(map(mul, self._settings.weights, each.signs)) for passage, each in candidates.items()
        }
        best = sorted(scores, key=lambda passage: (-scores[passage], passage))[: self._settings.results]
        found = self._library.catalog.passages(best)
        return [
            Evidence(
                passage=found[passage][0],
                article=found[passage][1],
                score=scores[passage],
                dense_rank=candidates[passage].dense_rank,
                lexical_rank=candidates[passage].lexical_rank,
                days=candidates[passage].days,
            )
            for passage in best
        ]

    def candidates(self, question: str, filters: Filters | None = None) -> dict[str, Candidate]:
        """What either retriever finds, by passage id."""
        library = self._library
        terms = content_terms(question)[:_MAX_TERMS]
        near = library.vectors.search(library.embedder.embed_query(question), self._settings.dense, filters)
        passages = library.catalog.words.passages(terms, filters)
        infos = library.catalog.infos({*near, *passages})
        articles = library.catalog.words.articles(terms, (info.id for info in infos.values()))
        lexical = sorted(passages, key=lambda each: -passages[each] - articles.get(infos[each].id, 0.0))
        lexical_ranks = _ranks(lexical[: self._settings.lexical])
        dense_ranks = _ranks(near)
        passage_share = _shares(passages, least=min(passages.values(), default=0.0))
        article_share = _shares(articles, least=0.0)
        farthest = min(near.values(), default=0.0)
        asked_on = None if filters is None else filters.asked_on
        about_now = is_about_now(question)
        candidates = {}
        for passage in {**lexical_ranks, **dense_ranks}:
            # A vector without a passage in the catalog is of an article that was never finished, or is gone.
            if (info := infos.get(passage)) is None:
                continue
            days = days_apart(info.published, asked_on)
            fresh = freshness(days)
            signs = Signs(
                passage=passage_share(passage),
                article=article_share(info.id),
                meaning=near.get(passage, farthest),
                fresh=fresh,
                timely=fresh if about_now else 0.0,
            )
            ranks = dense_ranks.get(passage), lexical_ranks.get(passage)
            candidates[passage] = Candidate(info, signs, *ranks, days)
        return candidates


def _ranks(ids: Iterable[str]) -> dict[str, int]:
    return {each: rank for rank, each in enumerate(ids, 1)}


def _shares(scores: Mapping[str, float], *, least: float) -> Callable[[str], float]:
    """Gives each score as a share of the best one, `least` where there is none."""
    best = max(scores.values(), default=0.0) or 1.0
    return lambda key: scores.get(key, least) / best
