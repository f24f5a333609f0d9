"""One row of a table of articles, from JSON Lines or CSV, as an article."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.formats.fields import (
    MAX_TITLE_CHARS,
    check_encodable,
    checked_id,
    checked_text,
    clean_line,
    clean_source,
    clean_url,
    derived_id,
    first_line,
    published_date,
)
from rag.errors import UnreadableFile
from rag.types import Article

COLUMNS = ("id", "title", "text", "url", "source", "published")


@dataclass(frozen=True, slots=True)
class Refused:
    """One row of a file that could not be used: where it is, such as "line 17", and why, in one sentence."""

    where: str
    reason: str


def article_of_row(row: Mapping[str, object], stem: str) -> Article:
    """The article in a row of `COLUMNS`, all but `text` optional, others ignored.

    `stem` is the file's name without its endings, for the id of a row that has none.
    Raises UnreadableFile with the row's reason.
    """
    text = _string(row, "text")
    if text is None:
        raise UnreadableFile("The row has no text.")
    checked_text(text)
    article_id = row.get("id")
    if isinstance(article_id, int) and not isinstance(article_id, bool):
        article_id = str(article_id)
    else:
        article_id = _string(row, "id")
    article_id = checked_id(article_id) if article_id and article_id.strip() else derived_id(stem, text)
    return Article(
        id=article_id,
        title=clean_line(_string(row, "title"), MAX_TITLE_CHARS) or first_line(text) or article_id,
        text=text,
        source=clean_source(_string(row, "source")),
        url=clean_url(_string(row, "url")),
        published=published_date(_string(row, "published")),
    )


def table_stem(path: Path) -> str:
    """A table file's name without its endings, of which `.jsonl.gz` has two."""
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def _string(row: Mapping[str, object], column: str) -> str | None:
    value = row.get(column)
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnreadableFile(f"The field {column} must be a string, not {type(value).__name__}.")
    check_encodable(value, column)
    return value
