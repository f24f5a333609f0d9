"""What the vector index knows of an article, for filters."""

from typing import Any

from rag.types import ArticleInfo


def label(info: ArticleInfo) -> dict[str, Any]:
    """What filters see of an article's passages: dates as numbers, since Chroma compares only those."""
    seen: dict[str, Any] = {"article_id": info.id}
    if info.published:
        seen["published"] = info.published.toordinal()
    if info.source:
        seen["source"] = info.source
    return seen
