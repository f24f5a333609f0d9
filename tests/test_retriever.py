"""The search serves LangChain code: documents out, filters in, and nothing lost on the way back."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fakes import article, library_of
from hypothesis import given
from hypothesis import strategies as st

from rag.retriever import PassageRetriever, to_document, to_evidence
from rag.search import HybridSearch
from rag.types import ArticleInfo, Evidence, Filters, Passage, Span

FILTERS = Filters(sources=("A",), since=date(2020, 1, 2))


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[PassageRetriever]:
    articles = [article(n, source="A", published=date(2020, 1, n)) for n in (1, 2)]
    with library_of(tmp_path / "library", *articles, article(3, "A text.\n\nPort3 🙂 is “new”.")) as library:
        yield PassageRetriever(search=HybridSearch(library))


optional_text = st.none() | st.text()
infos = st.builds(
    ArticleInfo, id=st.text(), title=st.text(), source=optional_text, url=optional_text,
    published=st.none() | st.dates(),
)  # fmt: skip
ranks = st.none() | st.integers(1, 99)


@given(infos, st.text(), st.text(min_size=1), st.integers(0, 10**7), st.floats(0, 1), ranks, ranks, ranks)
def test_evidence_survives_the_way_through_a_document(
    info: ArticleInfo,
    text: str,
    key: str,
    start: int,
    score: float,
    dense: int | None,
    lexical: int | None,
    days: int | None,
) -> None:
    passage = Passage(key, info.id, Span(start, start + len(text)), text)
    found = Evidence(passage, info, score, dense, lexical, days)
    document = to_document(found)
    assert to_evidence(document) == found
    assert json.loads(json.dumps(document.metadata)) == document.metadata


def test_a_document_holds_the_passage_and_says_where_it_is_from(retriever: PassageRetriever) -> None:
    (found,) = retriever.search("harbour of Port2", FILTERS)
    (document,) = retriever.invoke("harbour of Port2", filters=FILTERS)
    assert document.page_content == article(2).text
    assert document.metadata == {
        "article_id": "a2",
        "title": "Port2 news",
        "source": "A",
        "url": None,
        "published": "2020-01-02",
        "start": 0,
        "end": len(article(2).text),
        "score": found.score,
        "days": None,
        "dense_rank": 1,
        "lexical_rank": 1,
    }


def test_without_filters_every_article_can_come(retriever: PassageRetriever) -> None:
    found = retriever.invoke("harbour")
    assert {each.metadata["article_id"] for each in found} == {"a1", "a2", "a3"}


def test_async_calls_are_filtered_too(retriever: PassageRetriever) -> None:
    found = asyncio.run(retriever.ainvoke("harbour", filters=FILTERS))
    assert found == retriever.invoke("harbour", filters=FILTERS)
    assert [each.metadata["article_id"] for each in found] == ["a2"]
    assert asyncio.run(retriever.ainvoke("harbour")) == retriever.invoke("harbour")


def test_several_questions_at_once_give_what_each_gives_alone(retriever: PassageRetriever) -> None:
    questions = ["Port1", "Port2", "new"] * 5
    assert retriever.batch(questions) == [retriever.invoke(each) for each in questions]
