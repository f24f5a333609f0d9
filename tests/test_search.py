"""Vectors and words find passages together, under the same filters, and never one that is gone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fakes import article, library_of

from rag.library import Library
from rag.search import FITTED, HybridSearch, SearchSettings, Signs
from rag.types import Evidence, Filters


def dated(number: int) -> date:
    return date(2020, 1, number)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    articles = [article(n, source="AB"[n % 2], published=dated(n)) for n in range(1, 7)]
    with library_of(tmp_path / "library", *articles, article(7)) as library:
        yield library


def ids(found: list[Evidence]) -> list[str]:
    return [each.article.id for each in found]


def test_what_both_find_comes_first_with_both_ranks(library: Library) -> None:
    best, *others = HybridSearch(library)("Who runs the harbour of Port3?")
    assert best.article == article(3, source="B", published=dated(3)).info
    assert (best.dense_rank, best.lexical_rank) == (1, 1)
    assert [each.score for each in others] == sorted((each.score for each in others), reverse=True)


def weighing(**weights: float) -> SearchSettings:
    """Settings under which nothing else counts."""
    return SearchSettings(weights=Signs(*[0.0] * len(FITTED))._replace(**weights))


QUESTION = "Who runs the harbour of Port3?"


@pytest.mark.parametrize("sign", ["passage", "article"])
def test_words_count_as_a_share_of_the_best_match(library: Library, sign: str) -> None:
    best, *others = HybridSearch(library, weighing(**{sign: 4.0}))(QUESTION)
    assert best.article.id == "a3"
    assert best.score == pytest.approx(4)
    assert all(0 < each.score < 4 for each in others)


def test_meaning_counts_by_its_cosine(library: Library) -> None:
    best, *others = HybridSearch(library, weighing(meaning=2.0))(QUESTION)
    vectors = library.embedder.embed_documents([f"{best.article.title}\n{best.passage.text}"])
    cosine = float(vectors[0] @ library.embedder.embed_query(QUESTION))
    assert best.score == pytest.approx(2 * cosine, abs=1e-4)
    assert all(each.score < best.score for each in others)


@pytest.mark.parametrize(
    ("sign", "question", "counts"),
    [
        ("fresh", QUESTION, True),
        ("timely", QUESTION, False),
        ("timely", "Who runs the harbour of Port3 this week?", True),
    ],
)
def test_what_is_near_the_day_of_the_question_comes_first_where_that_counts(
    library: Library, sign: str, question: str, counts: bool
) -> None:
    found = HybridSearch(library, weighing(**{sign: 1.0}))(question, Filters(asked_on=dated(5)))
    assert len(found) == 7
    assert {each.article.id: each.days for each in found} == {
        **{f"a{n}": abs(5 - n) for n in range(1, 7)},
        "a7": None,
    }
    if counts:
        assert ids(found)[0] == "a5"
        assert set(ids(found)[1:3]) == {"a4", "a6"}
        assert ids(found)[-1] == "a7"
    else:
        assert {each.score for each in found} == {0.0}


def test_without_the_day_of_the_question_no_article_is_fresher(library: Library) -> None:
    assert len({each.score for each in HybridSearch(library, weighing(fresh=1.0))(QUESTION)}) == 1


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
@pytest.mark.parametrize("alone", [{"dense": 1}, {"lexical": 0}], ids=["words", "vectors"])
def test_filters_hold_for_each_retriever(
    library: Library, filters: Filters, expected: set[str], alone: dict[str, int]
) -> None:
    both = HybridSearch(library)("harbour", filters)
    one = HybridSearch(library, SearchSettings(**alone))("harbour", filters)
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
