"""Batches go through embedding and storing in order and overlapped, few at a time, and stop where one fails."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from ingest.line import Line
from rag.embed import Vectors


class Bench:
    """Embeds when it is told to, and keeps what is stored."""

    def __init__(self) -> None:
        self.begun: list[list[str]] = []
        self.stored: list[tuple[str, int]] = []
        self.vectors: list[Future[Vectors]] = []
        self.threads: set[str] = set()
        self.line = Line(self.embed, self.store, depth=2)

    def embed(self, texts: list[str]) -> Future[Vectors]:
        self.begun.append(texts)
        self.vectors.append(Future())
        return self.vectors[-1]

    def store(self, work: str, vectors: Vectors) -> None:
        self.threads.add(threading.current_thread().name)
        if work == "bad":
            raise ValueError("it cannot be stored")
        self.stored.append((work, len(vectors)))

    def embedded(self, index: int) -> None:
        self.vectors[index].set_result(np.zeros((len(self.begun[index]), 2), dtype=np.float32))


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.line.stop()


def test_the_next_piece_begins_to_embed_before_the_first_is_stored(bench: Bench) -> None:
    assert bench.line.put("one", ["a"]) == []
    assert bench.line.put("two", ["b", "c"]) == []
    assert bench.begun == [["a"], ["b", "c"]]
    bench.embedded(1)
    bench.embedded(0)
    assert bench.line.drain() == ["one", "two"]
    assert bench.stored == [("one", 1), ("two", 2)]
    assert bench.threads == {"ingest-store_0"}


def test_no_more_pieces_are_under_way_than_the_line_is_deep(bench: Bench) -> None:
    bench.line.put("one", ["a"])
    bench.line.put("two", ["b"])
    with ThreadPoolExecutor(1) as other:
        third = other.submit(bench.line.put, "three", ["c"])
        with pytest.raises(TimeoutError):
            third.result(timeout=0.2)
        assert len(bench.begun) == 2
        bench.embedded(0)
        assert third.result(timeout=30) == ["one"]
    bench.embedded(1)
    bench.embedded(2)
    assert bench.line.drain() == ["two", "three"]


def test_nothing_that_follows_a_piece_that_failed_is_stored_and_what_came_before_is_told(
    bench: Bench,
) -> None:
    bench.line = Line(bench.embed, bench.store, depth=3)
    for index, work in enumerate(("one", "bad", "two")):
        bench.line.put(work, [work])
        bench.embedded(index)
    with pytest.raises(ValueError, match="cannot be stored"):
        bench.line.drain()
    assert bench.line.stop() == ["one"]
    assert bench.stored == [("one", 1)]


def test_a_stop_keeps_what_is_embedded_and_gives_up_the_rest(bench: Bench) -> None:
    bench.line.put("one", ["a"])
    bench.embedded(0)
    bench.line.put("two", ["b"])
    assert bench.line.stop() == ["one"]
    assert bench.vectors[1].cancelled()
    assert bench.stored == [("one", 1)]
