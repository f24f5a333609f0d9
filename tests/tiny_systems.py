"""A system small enough to measure in a test: it ranks whole articles by the words that they share."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bench.system import DEPTH, Hit, page
from rag.types import Article


class TinyWords:
    settings = "shared words"
    reads = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hits: list[Hit] = []

    def ingest(self, articles: Sequence[Article]) -> None:
        self.hits = [Hit(each.id, page(each)) for each in articles]
        (self.folder / "index").write_text("\n".join(hit.text for hit in self.hits), encoding="utf-8")

    def ask(self, question: str, day: date | None = None) -> None:
        self.ranked(question)

    def ranked(self, question: str) -> list[Hit]:
        wanted = words(question)
        return sorted(self.hits, key=lambda hit: -len(wanted & words(hit.text)))[:DEPTH]

    def close(self) -> None:
        pass


class Failing(TinyWords):
    def ingest(self, articles: Sequence[Article]) -> None:
        raise RuntimeError("no such store")


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.lower()))
