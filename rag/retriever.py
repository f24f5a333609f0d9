"""The search as a LangChain retriever: evidence to documents and back."""

from collections.abc import Callable
from datetime import date
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import run_in_executor

from rag.types import ArticleInfo, Evidence, Filters, Passage, Span

Search = Callable[[str, Filters | None], list[Evidence]]


class PassageRetriever(BaseRetriever):
    """Passages of a library as documents; `invoke(question, filters=Filters(...))` restricts them.

    `page_content` is the passage, `id` its id; `metadata` holds the article's `article_id, title, source,
    url, published` (ISO date), the passage's offsets `start, end`, its `score`, both ranks, and the `days`
    from the article to the question.
    """

    search: Search

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filters: Filters | None = None
    ) -> list[Document]:
        return [to_document(found) for found in self.search(query, filters)]

    # LangChain's own does not pass the filters on.
    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, filters: Filters | None = None
    ) -> list[Document]:
        return await run_in_executor(
            None, self._get_relevant_documents, query, run_manager=run_manager.get_sync(), filters=filters
        )


def to_document(found: Evidence) -> Document:
    """Evidence as a document that LangChain code can use."""
    published = found.article.published
    metadata: dict[str, Any] = {
        "article_id": found.article.id,
        "title": found.article.title,
        "source": found.article.source,
        "url": found.article.url,
        "published": published.isoformat() if published else None,
        "start": found.passage.span.start,
        "end": found.passage.span.end,
        "score": found.score,
        "dense_rank": found.dense_rank,
        "lexical_rank": found.lexical_rank,
        "days": found.days,
    }
    return Document(id=found.passage.id, page_content=found.passage.text, metadata=metadata)


def to_evidence(document: Document) -> Evidence:
    """What `to_document` made, back as evidence."""
    data = document.metadata
    article = ArticleInfo(
        id=data["article_id"],
        title=data["title"],
        source=data["source"],
        url=data["url"],
        published=date.fromisoformat(data["published"]) if data["published"] else None,
    )
    return Evidence(
        passage=Passage(
            id=document.id or "",
            article_id=article.id,
            span=Span(data["start"], data["end"]),
            text=document.page_content,
        ),
        article=article,
        score=data["score"],
        dense_rank=data["dense_rank"],
        lexical_rank=data["lexical_rank"],
        days=data["days"],
    )
