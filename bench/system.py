"""What a system must do to be measured, and the systems by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Protocol

from rag.types import Article

DEPTH = 60  # passages ranked for the figures beyond a system's own depth


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a system found: its article and its text."""

    article_id: str
    text: str


class System(Protocol):
    """A question-answering or search system over articles."""

    settings: str  # how it is set up, in a sentence
    reads: bool  # whether `ask` gives an answer

    def ingest(self, articles: Sequence[Article]) -> None:
        """Take in all articles; what is needed to ask is stored in the system's folder."""

    def ask(self, question: str, day: date | None = None) -> str | None:
        """Do what a user waits for on that day; the answer's words where the system reads."""

    def ranked(self, question: str) -> list[Hit]:
        """At most DEPTH passages, best first."""

    def close(self) -> None:
        """Let go of the folder."""


# Names in the order in which they are measured and shown; ratios are to the first.
SYSTEMS = {
    "langchain": "bench.systems.langchain_recipe:LangChainRecipe",
    "haystack": "bench.systems.haystack_hybrid:HaystackHybrid",
    "txtai": "bench.systems.txtai_hybrid:TxtaiHybrid",
    "bm25s": "bench.systems.bm25s_alone:Bm25sAlone",
    "dateline": "bench.systems.dateline:Dateline",
}


def system_named(name: str) -> Callable[[Path], System]:
    """What makes a system, given its folder: a name of SYSTEMS, or `module:class`."""
    module, _, made_by = SYSTEMS.get(name, name).partition(":")
    made: Callable[[Path], System] = getattr(import_module(module), made_by)
    return made


def page(article: Article) -> str:
    """What the other systems are given of an article, since most have no field for a title."""
    return f"{article.title}\n\n{article.text}"
