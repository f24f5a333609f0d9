"""Puts the packages together: from settings to an open library, a chain and a function that answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.embed import SentenceTransformerEmbedder
from rag.errors import LibraryError
from rag.library import Library
from rag.readers import Readers, readers_named
from ui.settings import Settings
from ui.turns import Ask, AskStepwise

if TYPE_CHECKING:
    from ingest.ray_cluster import RayCluster

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", metavar="DIR", help="The library's folder. [DATELINE_LIBRARY, or in your data folder]"
    ),
]


@dataclass(frozen=True, slots=True)
class Desk:
    """An open library and what answers from it: at once, or stepwise as the answer grows."""

    settings: Settings
    library: Library
    readers: Readers
    threshold: float
    ask: Ask
    ask_stepwise: AskStepwise

    def facts(self) -> dict[str, object]:
        """What a run's manifest says about the settings, the library and the models."""
        catalog, span, llm = self.library.catalog, self.readers.span, self.readers.llm
        return {
            "settings": self.settings.model_dump(mode="json", exclude={"password"}),
            "library": {"articles": catalog.article_count(), "passages": catalog.passage_count()},
            "models": {
                "embedder": catalog.meta("embedder"),
                "embedder_sha256": catalog.meta("embedder_sha256"),
                "reader": span.model.name,
                "reader_sha256": span.model.fingerprint,
                "threshold": self.threshold,
                "llm": None if llm is None else llm.name,
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
    embedder = SentenceTransformerEmbedder(settings.embedder)
    with Library.open(folder, embedder, server=settings.chroma, check=check) as library:
        if library.mended:
            typer.echo(
                "The last writing was cut short; the library is repaired"
                f" ({library.mended.embedded} passages embedded, {library.mended.removed} removed).",
                err=True,
            )
        yield library


def open_crew(settings: Settings, address: str) -> "RayCluster":
    """A Ray cluster to load and embed on; raises InputError where it cannot be used."""
    from ingest.ray_cluster import RayCluster

    make_embedder = partial(SentenceTransformerEmbedder, settings.embedder)
    return RayCluster(address, make_embedder, make_embedder().fingerprint)


@contextmanager
def open_desk(settings: Settings, *, create: bool = False, always_answer: bool = False) -> Iterator[Desk]:
    """An open library with its chain, which declines where the reader is not sure, or never for that."""
    from rag.chain import answer_chain, ask, ask_stepwise

    with open_library(settings, create=create) as library:
        readers = readers_for(settings)
        threshold = 0.0 if always_answer else readers.span.threshold
        chain = answer_chain(library, readers.span, threshold=threshold, llm=readers.llm)
        yield Desk(settings, library, readers, threshold, partial(ask, chain), partial(ask_stepwise, chain))


def readers_for(settings: Settings) -> Readers:
    """The readers that the settings name; raises InputError where they cannot be had."""
    return readers_named(settings.reader, base_url=settings.llm_base_url, timeout=settings.llm_timeout)
