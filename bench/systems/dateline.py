"""Dateline itself, as shipped, but made to answer every question, since the others cannot decline."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from bench.system import Hit
from ingest.find import find
from ingest.pipeline import ingest
from rag.chain import answer_chain, ask
from rag.embed import Embedder, SentenceTransformerEmbedder
from rag.library import Library
from rag.types import Answer, Article


class Dateline:
    """A library in a folder and the chain over it."""

    settings = (
        "as shipped, always answering, told the day of a question where the set has it; ranked: the 30"
        " passages of the evidence, as the reader orders them"
    )
    reads = True

    def __init__(self, folder: Path, embedder: Embedder | None = None) -> None:
        self._rows = folder / "articles.jsonl"
        self._open = ExitStack()
        self.library = self._open.enter_context(
            Library.open(folder / "library", embedder or SentenceTransformerEmbedder())
        )
        self._chain = answer_chain(self.library, threshold=0.0)
        self._last: Answer | None = None

    def ingest(self, articles: Sequence[Article]) -> None:
        write_rows(self._rows, articles)
        ingest(self.library, find([str(self._rows)]))
        self._rows.unlink()

    def ask(self, question: str, day: date | None = None) -> str | None:
        self._last = ask(self._chain, question, asked_on=day)
        return self._last.short_answer or ""

    def ranked(self, question: str) -> list[Hit]:
        if self._last is None or self._last.question != question:
            self.ask(question)
        assert self._last is not None
        return [Hit(each.article.id, each.passage.text) for each in self._last.evidence]

    def close(self) -> None:
        self._open.close()


def write_rows(path: Path, articles: Sequence[Article]) -> None:
    """An `articles.jsonl` of these articles."""
    with path.open("w", encoding="utf-8") as file:
        for each in articles:
            published = each.published.isoformat() if each.published else None
            row = {"id": each.id, "title": each.title, "source": each.source, "url": each.url}
            print(json.dumps({**row, "published": published, "text": each.text}), file=file)
