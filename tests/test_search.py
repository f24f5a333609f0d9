"""Vectors and words find passages together, under the same filters, and never one that is gone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fakes import article, library_of
from hypothesis import given
from hypothesis import strategies as st

from rag.library import Library
from rag.search import HybridSearch, SearchSettings, reciprocal_rank_fusion
from rag.types import Evidence, Filters

rankings = st.lists(
    st.tuples(st.lists(st.sampled_from("abcdef"), unique=True), st.floats(0.1, 5)), max_size=4
)


def dated(number: int) -> date:
    return date(2020, 1, number)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    articles = [article(n, source="AB"[n % 2], published=dated(n)) for n in range(1, 7)]
    with library_of(tmp_path / "library", *articles, article(7)) as library:
        yield library


def ids(found: list[Evidence]) -> list[str]:
    return [each.article.id for each in found]


def test_fused_scores_by_hand() -> None:
    fused = reciprocal_rank_fusion([(["a", "b"], 1.0), (["b", "c"], 1.5)], k=60)
    assert fused == [
        ("b", pytest.approx(1 / 62 + 1.5 / 61)),
        ("c", pytest.approx(1.5 / 62)),
        ("a", pytest.approx(1 / 61)),
    ]


def test_equal_scores_stay_in_the_order_in_which_they_came() -> None:
    assert [each for each, _ in reciprocal_rank_fusion([(["z"], 1.0), (["a"], 1.0)])] == ["z", "a"]


@given(rankings)
def test_fusion_gives_each_id_once_best_first(given_: list[tuple[list[str], float]]) -> None:
    fused = reciprocal_rank_fusion(given_)
    assert sorted(each for each, _ in fused) == sorted({each for ids, _ in given_ for each in ids})
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.floats(0.1, 5))
def test_a_ranking_alone_keeps_its_order(ids: list[str], weight: float) -> None:
    assert [each for each, _ in reciprocal_rank_fusion([(ids, weight)])] == ids


def test_what_both_find_comes_first_with_both_ranks_and_the_sum_of_its_shares(library: Library) -> None:
    best, *others = HybridSearch(library)("Who runs the harbour of Port3?")
    assert best.article == article(3, source="B", published=dated(3)).info
    assert (best.dense_rank, best.lexical_rank) == (1, 1)
    assert best.score == pytest.approx(1.0 / 61 + 1.5 / 61)
    assert [each.score for each in others] == sorted((each.score for each in others), reverse=True)


def test_ranks_count_from_one_and_are_none_where_a_retriever_missed(library: Library) -> None:
    found = HybridSearch(library)("Port3")  # the word is in one article; every vector is near to some degree
    assert [each.lexical_rank for each in found] == [1] + [None] * 6
    assert sorted(each.dense_rank or 0 for each in found) == [1, 2, 3, 4, 5, 6, 7]


def test_evidence_is_the_articles_text_at_its_span(library: Library) -> None:
    for found in HybridSearch(library)("harbour"):
        text = library.catalog.text(found.article.id)
        assert text is not None
        assert found.passage.span.of(text) == found.passage.text
        assert found.passage.article_id == found.article.id


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(since=dated(4)), {"a4", "a5", "a6"}),
        (Filters(until=dated(2)), {"a1", "a2"}),
        (Filters(since=dated(2), until=dated(4), sources=("A",)), {"a2", "a4"}),
        (Filters(sources=("A", "B")), {"a1", "a2", "a3", "a4", "a5", "a6"}),
        (Filters(sources=("nobody",)), set()),
        (Filters(), {f"a{n}" for n in range(1, 8)}),
    ],
)
@pytest.mark.parametrize(
    "alone", [{"dense_weight": 0.0, "dense": 1}, {"lexical": 0}], ids=["words", "vectors"]
)
def test_filters_hold_for_each_retriever(
    library: Library, filters: Filters, expected: set[str], alone: dict[str, float]
) -> None:
    both = HybridSearch(library)("harbour", filters)
    one = HybridSearch(library, SearchSettings(**alone))("harbour", filters)  # type: ignore[arg-type]
    assert set(ids(both)) == set(ids(one)) == expected


def test_gives_no_more_than_was_asked_for(library: Library) -> None:
    assert len(HybridSearch(library, SearchSettings(results=2))("harbour")) == 2


def test_a_deleted_article_is_not_found_even_while_its_vectors_are_still_there(library: Library) -> None:
    library.catalog.delete("a3")  # as if the process died before the vectors followed
    found = HybridSearch(library, SearchSettings(results=6))("Who runs the harbour of Port3?")
    assert sorted(ids(found)) == ["a1", "a2", "a4", "a5", "a6", "a7"]  # it takes no other's place either


def test_an_empty_library_gives_no_evidence(tmp_path: Path) -> None:
    with library_of(tmp_path / "empty") as library:
        assert HybridSearch(library)("harbour") == []
        assert HybridSearch(library)("harbour", Filters(sources=("A",))) == []


@pytest.mark.parametrize(
    "question", ['"', "NEAR(a b) AND *", "title:harbour", "'; DROP TABLE x; --", "{$where}", ""]
)
def test_no_question_is_an_operator(library: Library, question: str) -> None:
    assert len(HybridSearch(library)(question)) == 7


def test_a_question_of_many_words_is_still_searched(library: Library) -> None:
    question = "Port3 " + " ".join(f"word{n}" for n in range(5_000))
    assert any(each.article.id == "a3" and each.lexical_rank == 1 for each in HybridSearch(library)(question))
