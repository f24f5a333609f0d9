"""The stages of an ingest overlapped: a batch is stored while the next is embedded and a third read."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

import numpy as np

from rag.embed import Vectors

Work = TypeVar("Work")
Embed = Callable[[list[str]], Future[Vectors]]


class Line(Generic[Work]):
    """Embeds and stores pieces of work in order, at most `depth` of them under way at a time.

    `embed` begins to embed a piece's texts; `store` is called with its vectors in a thread of the line's own,
    one piece after another. Nothing that follows a piece that failed is stored.
    """

    def __init__(self, embed: Embed, store: Callable[[Work, Vectors], None], depth: int) -> None:
        self._embed = embed
        self._store = store
        self._depth = depth
        self._under_way: deque[tuple[Work, Future[Vectors], Future[None]]] = deque()
        self._writer = ThreadPoolExecutor(1, "ingest-store")
        self._failed = False
        self._stored: list[Work] = []  # not yet told

    def put(self, work: Work, texts: list[str]) -> list[Work]:
        """Send a piece on its way, after waiting where there are too many; returns what was stored since."""
        self._collect(leave=self._depth - 1)
        vectors = self._embed(texts) if texts else _nothing()
        self._under_way.append((work, vectors, self._writer.submit(self._finish, work, vectors)))
        return self._tell()

    def drain(self) -> list[Work]:
        """Wait until everything is stored; returns what was stored since."""
        self._collect(leave=0)
        return self._tell()

    def stop(self) -> list[Work]:
        """Give up what is not yet embedded, wait for what is being stored; returns what was stored since."""
        for _, vectors, _ in self._under_way:
            vectors.cancel()
        wait([stored for _, _, stored in self._under_way])
        self._writer.shutdown()
        self._stored += [work for work, _, stored in self._under_way if not stored.exception()]
        self._under_way.clear()
        return self._tell()

    def _tell(self) -> list[Work]:
        told, self._stored = self._stored, []
        return told

    def _collect(self, leave: int) -> None:
        """Take what is stored off the line, waiting until no more than `leave` pieces are on it."""
        while self._under_way and (len(self._under_way) > leave or self._under_way[0][2].done()):
            work, _, stored = self._under_way[0]
            stored.result()
            self._under_way.popleft()
            self._stored.append(work)

    def _finish(self, work: Work, vectors: Future[Vectors]) -> None:
        try:
            if self._failed:
                raise CancelledError
            self._store(work, vectors.result())
        except BaseException:
            self._failed = True
            raise


def _nothing() -> Future[Vectors]:
    """What embedding no text gives."""
    vectors: Future[Vectors] = Future()
    vectors.set_result(np.empty((0, 0), dtype=np.float32))
    return vectors
