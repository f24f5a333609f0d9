"""Puts the packages together: from settings to an open library, a chain and a function that answers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from rag.embed import SentenceTransformerEmbedder
from rag.errors import LibraryError
from rag.library import Library
from rag.readers import reader_named
from rag.span_reader import SpanReader
from rag.types import Answer, Exchange, Filters
from ui.settings import Settings
from ui.turns import Ask

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", metavar="DIR", help="The library's folder. [DATELINE_LIBRARY, or in your data folder]"
    ),
]


@dataclass(frozen=True, slots=True)
class Desk:
    """An open library and what answers from it."""

    settings: Settings
    library: Library
    reader: SpanReader
    threshold: float
    ask: Ask

    def facts(self) -> dict[str, object]:
        """What a run's manifest says about the settings, the library and the models."""
        catalog = self.library.catalog
        return {
            "settings": self.settings.model_dump(mode="json", exclude={"password"}),
            "library": {"articles": catalog.article_count(), "passages": catalog.passage_count()},
            "models": {
                "embedder": catalog.meta("embedder"),
                "embedder_sha256": catalog.meta("embedder_sha256"),
                "reader": self.reader.model.name,
                "reader_sha256": self.reader.model.fingerprint,
                "threshold": self.threshold,
            },
        }

    def warm(self) -> None:
        """Load the models, so that the first question does not wait for them."""
        self.library.embedder.embed_query("warm")
        self.library.vectors.count()


@contextmanager
def open_library(settings: Settings, *, create: bool = False, check: bool = True) -> Iterator[Library]:
    """The library that the settings name; says on stderr what opening repaired.

    Raises LibraryError where there is none and `create` is false.
    """
    folder = settings.library.expanduser()
    if not create and not (folder / "catalog.sqlite3").is_file():
        raise LibraryError(
            f"There is no library in {folder}: make one with `dateline ingest PATH --library {folder}`."
        )
    with Library.open(folder, SentenceTransformerEmbedder(settings.embedder), check=check) as library:
        if library.mended:
            typer.echo(
                "The last writing was cut short; the library is repaired"
                f" ({library.mended.embedded} passages embedded, {library.mended.removed} removed).",
                err=True,
            )
        yield library


@contextmanager
def open_desk(settings: Settings, *, create: bool = False, always_answer: bool = False) -> Iterator[Desk]:
    """An open library with its chain, which declines where the reader is not sure, or never for that."""
    from rag.chain import answer_chain, ask

    with open_library(settings, create=create) as library:
        reader = reader_named(settings.reader)
        threshold = 0.0 if always_answer else reader.threshold
        chain = answer_chain(library, reader, threshold=threshold)

        def answer(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer:
            return ask(chain, question, filters, history=history)

        yield Desk(settings, library, reader, threshold, answer)
