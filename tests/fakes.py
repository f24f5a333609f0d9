"""Tiny deterministic stand-ins: an embedder that hashes words, articles, a library made of them."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ingest.split import split
from rag.embed import Vectors
from rag.library import Library
from rag.types import Article


class HashEmbedder:
    """Unit vectors of hashed words: texts that share words are near each other."""

    name = "hash"
    fingerprint = "hash-64"
    dimension = 64
    max_tokens = 100

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def token_starts(self, text: str) -> list[int]:
        return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[int(hashlib.md5(word.encode()).hexdigest(), 16) % self.dimension] += 1
        return vector / np.linalg.norm(vector)


def article(number: int, text: str | None = None, **fields: object) -> Article:
    """The numbered article, about a harbour of its own."""
    text = (
        text
        or f"The harbour of Port{number} opened in {1900 + number}. Ada{number} Stone runs it.\n\nIt is busy."
    )
    return Article(**{"id": f"a{number}", "title": f"Port{number} news", "text": text, **fields})  # type: ignore[arg-type]


def stored(library: Library, *articles: Article, origin: str = "test") -> None:
    """Put articles into a library as an ingest would."""
    embedder = library.embedder
    library.add(
        [(each, split(each, embedder.token_starts, embedder.max_tokens), origin) for each in articles]
    )


@contextmanager
def library_of(folder: Path, *articles: Article) -> Iterator[Library]:
    """An open library with the hash embedder that holds these articles."""
    with Library.open(folder, HashEmbedder()) as library:
        stored(library, *articles)
        yield library
