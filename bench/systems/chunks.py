"""The chunks that every other system is given, LangChain's, so that only the search differs."""

from collections.abc import Sequence

from langchain_text_splitters import RecursiveCharacterTextSplitter

from bench.system import Hit, page
from rag.types import Article

SIZE, OVERLAP = 1000, 200  # characters


def chunks(articles: Sequence[Article]) -> list[Hit]:
    """The chunks of all articles in order."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=OVERLAP)
    return [Hit(article.id, text) for article in articles for text in splitter.split_text(page(article))]
