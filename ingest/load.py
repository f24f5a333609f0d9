"""One article file in, articles out: picks the format by the file's ending."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.formats import csv_table, json_lines, markdown, pdf, plain_text, web_page, word
from ingest.formats.row import Refused
from rag.errors import UnreadableFile
from rag.types import Article

__all__ = ["ROW_SUFFIXES", "SUFFIXES", "Refused", "load", "suffix_of"]

_ONE_ARTICLE: dict[str, Callable[[Path], Article]] = {
    ".txt": plain_text.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".html": web_page.read,
    ".htm": web_page.read,
    ".pdf": pdf.read,
    ".docx": word.read,
}
_ROWS: dict[str, Callable[[Path], Iterator[Article | Refused]]] = {
    ".jsonl": json_lines.read,
    ".jsonl.gz": json_lines.read,
    ".csv": csv_table.read,
}

ROW_SUFFIXES: frozenset[str] = frozenset(_ROWS)  # many articles a file, which may carry their own ids
SUFFIXES: frozenset[str] = frozenset(_ONE_ARTICLE) | ROW_SUFFIXES


def suffix_of(path: Path) -> str | None:
    """Which of `SUFFIXES` a file's name ends with, in any case; None where it is no article file."""
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    return next((ending for ending in ("".join(endings), *endings[-1:]) if ending in SUFFIXES), None)


def load(path: Path) -> Iterator[Article | Refused]:
    """The articles of one file in order, and a `Refused` for each row that cannot be used.

    Streams: a table of any size takes the memory of one row. Raises UnreadableFile, at the call or while
    iterating, where the file as a whole cannot be used. Its message, like `Refused.reason`, does not name
    the file: the caller knows it.
    """
    suffix = suffix_of(path)
    if suffix in _ROWS:
        return _ROWS[suffix](path)
    if suffix in _ONE_ARTICLE:
        return iter([_ONE_ARTICLE[suffix](path)])
    raise UnreadableFile(f"This kind of file is not supported: it must end in {', '.join(sorted(SUFFIXES))}.")
