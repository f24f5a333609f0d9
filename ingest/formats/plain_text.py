"""A plain text file: its text exactly as it is, titled by its first line."""

from pathlib import Path

from ingest.formats.fields import article_of_file, first_line
from ingest.formats.reading import read_text
from rag.types import Article


def read(path: Path) -> Article:
    """The article in a `.txt` file; no date and no source, since plain text has none to trust."""
    text = read_text(path)
    return article_of_file(path, text, title=first_line(text))
