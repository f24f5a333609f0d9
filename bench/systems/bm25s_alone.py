"""bm25s alone: no vectors, no model, the words of the question."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import bm25s
import Stemmer

from bench.system import DEPTH, Hit
from bench.systems.chunks import chunks
from rag.types import Article


class Bm25sAlone:
    """BM25 with English stop words and stemming, as in the example that the library starts with."""

    settings = "bm25s with English stop words and PyStemmer, chunks of 1000/200, k=4; no reader"
    reads = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stemmer = Stemmer.Stemmer("english")
        self._index = bm25s.BM25()
        self._chunks: list[Hit] = []

    def ingest(self, articles: Sequence[Article]) -> None:
        self._chunks = chunks(articles)
        texts = [chunk.text for chunk in self._chunks]
        self._index.index(
            bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False),
            show_progress=False,
        )
        self._index.save(str(self._folder), corpus=texts)

    def ask(self, question: str, day: date | None = None) -> None:
        self._found(question, 4)

    def ranked(self, question: str) -> list[Hit]:
        return [self._chunks[number] for number in self._found(question, DEPTH)]

    def close(self) -> None:
        pass

    def _found(self, question: str, limit: int) -> list[int]:
        words = bm25s.tokenize(question, stopwords="en", stemmer=self._stemmer, show_progress=False)
        if not any(map(len, words.ids)):
            return []
        found, _ = self._index.retrieve(words, k=min(limit, len(self._chunks)), show_progress=False)
        return [int(number) for number in found[0]]
