"""Who loads files and embeds passages for an ingest: this process, or another crew in its place."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np

from ingest.load import Refused, load
from rag.embed import Embedder, Vectors
from rag.types import Article

_AT_ONCE = 64  # passages: how long an interruption waits at most

Loading = Callable[[], Iterator[Article | Refused]]


class Crew(Protocol):
    """Does the heavy work of an ingest; the library itself is written by its owner alone."""

    batches: int  # how many batches are worth having under way
    files: int  # how many files are worth beginning to load before their turn

    def load(self, path: Path) -> Loading:
        """Begin to load a file; what is returned gives its articles, and raises, as `ingest.load.load`."""

    def embed(self, texts: list[str]) -> Future[Vectors]:
        """Begin to embed texts."""

    def stop(self) -> None:
        """End what is under way, soon, and let go of everything."""


class ThisProcess:
    """Embeds in a thread beside the one that reads; the embedder itself uses every core."""

    batches = 3  # one that is embedded, one that is stored, one that waits its turn
    files = 0

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._thread = ThreadPoolExecutor(1, "ingest-embed")
        self._stopped = threading.Event()

    def load(self, path: Path) -> Loading:
        return lambda: load(path)

    def embed(self, texts: list[str]) -> Future[Vectors]:
        return self._thread.submit(self._embed, texts)

    def stop(self) -> None:
        self._stopped.set()
        self._thread.shutdown(cancel_futures=True)

    def _embed(self, texts: list[str]) -> Vectors:
        """In parts of like length, so that little is padding and an interruption is soon heard."""
        vectors = np.empty((len(texts), self._embedder.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        for start in range(0, len(texts), _AT_ONCE):
            if self._stopped.is_set():
                raise CancelledError
            part = by_length[start : start + _AT_ONCE]
            vectors[part] = self._embedder.embed_documents([texts[index] for index in part])
        return vectors
