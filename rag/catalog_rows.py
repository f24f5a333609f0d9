"""Rows of the catalog as articles and passages, articles as rows, filters as conditions."""

from datetime import date
from typing import Any

from rag.database import Row
from rag.types import Article, ArticleInfo, Filters, Passage, Span

INFO = "articles.id, articles.title, articles.source, articles.url, articles.published"
# SQLite's substr counts code points, as Python does; it spares reading whole articles.
PASSAGE = (
    f"{INFO}, passages.id, passages.start, passages.stop,"
    " substr(articles.text, passages.start + 1, passages.stop - passages.start)"
)


def columns(info: ArticleInfo) -> tuple[str, str, str | None, str | None, str | None]:
    """The values of `INFO`."""
    published = info.published.isoformat() if info.published else None
    return info.id, info.title, info.source, info.url, published


def _fields(row: Row) -> dict[str, Any]:
    return {
        "id": row[0],
        "title": row[1],
        "source": row[2],
        "url": row[3],
        "published": None if row[4] is None else date.fromisoformat(row[4]),
    }


def info_of(row: Row) -> ArticleInfo:
    """The article of a row that begins with `INFO`."""
    return ArticleInfo(**_fields(row))


def article_of(row: Row) -> Article:
    """The article of a row of `INFO` and its text."""
    return Article(**_fields(row), text=row[5])


def passage_of(row: Row) -> Passage:
    """The passage of a row of `PASSAGE`."""
    return Passage(id=row[5], article_id=row[0], span=Span(row[6], row[7]), text=row[8])


def where_of(filters: Filters | None) -> tuple[str, tuple[str, ...]]:
    """SQL that continues a WHERE, and its values."""
    if not filters:
        return "", ()
    clauses, values = "", []
    if filters.since:
        clauses += " AND articles.published >= ?"
        values.append(filters.since.isoformat())
    if filters.until:
        clauses += " AND articles.published <= ?"
        values.append(filters.until.isoformat())
    if filters.sources:
        clauses += f" AND articles.source IN ({', '.join('?' * len(filters.sources))})"
        values.extend(filters.sources)
    return clauses, tuple(values)
