"""A library on disk: catalog and vectors kept the same, owned by one process, repaired when it opens."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from rag.catalog import Catalog, Change
from rag.embed import Embedder, Vectors
from rag.errors import LibraryError, LibraryLocked, LibraryMismatch
from rag.labels import label
from rag.types import Article, ArticleInfo, Passage, Span
from rag.vector_home import VectorHome

if TYPE_CHECKING:
    from rag.vectors import VectorIndex

_STATE, _CLEAN, _WRITING = "state", "clean", "writing"
_EMBED_AT_ONCE = 1_024  # passages: bounds the memory of repair and re-indexing


@dataclass(frozen=True, slots=True)
class Repair:
    """What had to be mended for the vectors to match the catalog: numbers of passages."""

    embedded: int = 0
    removed: int = 0
    relabelled: int = 0

    def __bool__(self) -> bool:
        return bool(self.embedded or self.removed or self.relabelled)


class Library:
    """An open library; use `Library.open`. Reading is safe from several threads, writing from one at a time.

    `mended` says what opening had to repair, `server` the address of the Chroma server that keeps its
    vectors, None where its folder does.
    """

    def __init__(self, folder: Path, catalog: Catalog, embedder: Embedder, server: str | None = None) -> None:
        self.folder = folder
        self.catalog = catalog
        self.embedder = embedder
        self.server = server
        self.mended = Repair()
        self._home = VectorHome(folder, catalog, server)

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, embedder: Embedder, *, server: str | None = None, check: bool = True
    ) -> Iterator["Library"]:
        """Own a library, made if it is not there, until the context ends.

        `server` is the address of a Chroma server to keep the vectors. Without `check` the library is taken
        as it is, whatever embedder made it: only to `rebuild` it. Raises LibraryLocked where another process
        owns it, LibraryMismatch where it was made with another embedder or its vectors are elsewhere,
        LibraryDamaged where a store is broken, LibraryError where the folder or the server cannot be used.
        """
        folder = folder.expanduser().resolve()
        with _owned(folder):
            catalog = Catalog(folder / "catalog.sqlite3")
            library = cls(folder, catalog, embedder, server)
            try:
                if check:
                    library.check_identity()
                    library._mend()
                yield library
                library._settle()
            finally:
                library._close()

    @property
    def vectors(self) -> "VectorIndex":
        """The vectors; opened at first use. Raises LibraryMismatch where they are not this catalog's."""
        return self._home.index

    def add(
        self, batch: Sequence[tuple[Article, Sequence[Passage], str]], vectors: Vectors | None = None
    ) -> None:
        """Store articles with their passages and the file each came from, in place of what their ids held.

        `vectors`, of shape (passages, dimension), are those of all passages in order where they are already
        made. They are stored first, then each article in a transaction of its own: an article is in the
        catalog only once it can be found, and a crash in between leaves the old version whole.
        """
        self._writing()
        pairs = [(article, passage) for article, passages, _ in batch for passage in passages]
        self._embed([article for article, _ in pairs], [passage for _, passage in pairs], vectors)
        for article, passages, origin in batch:
            self.apply(self.catalog.put(article, passages, origin=origin))

    def delete(self, article_id: str) -> None:
        """Remove an article, with every copy of its text, from both stores; the catalog forgets it first."""
        self._writing()
        self.apply(self.catalog.delete(article_id))

    def apply(self, change: Change) -> None:
        """Follow a change of the catalog in the vectors."""
        if not change.gone and not change.relabelled:
            return
        self._writing()
        self.vectors.delete(change.gone)
        self.vectors.relabel(self.catalog.infos(change.relabelled))

    def repair(self) -> Repair:
        """Compare every passage of the catalog with the vectors and mend what differs.

        A vector that is there but that its own search does not find is made anew; where that does not help,
        all are.
        """
        self._home.take_over()
        wanted = self.catalog.infos()
        held = self.vectors.labels()
        missing = [each for each in wanted if each not in held]
        orphans = [each for each in held if each not in wanted]
        stale = {each: info for each, info in wanted.items() if each in held and held[each] != label(info)}
        lost = self.vectors.lost([each for each in wanted if each in held])
        if missing or orphans or stale or lost or not self._home.is_stamped:
            self._writing()
            self.vectors.delete([*orphans, *lost])
            self.vectors.relabel({each: info for each, info in stale.items() if each not in lost})
            self._embed_stored([*missing, *lost])
        if lost and self.vectors.lost(lost):
            return self.rebuild()
        return Repair(embedded=len(missing) + len(lost), removed=len(orphans), relabelled=len(stale))

    def rebuild(self) -> Repair:
        """Make every vector anew from the catalog, in a fresh collection that takes over when it is whole."""
        fresh = self._home.start_afresh()
        ids = list(self.catalog.infos())
        self._embed_stored(ids)
        self._home.adopt(fresh, **self._identity())
        return Repair(embedded=len(ids))

    def check_identity(self) -> None:
        """Raises LibraryMismatch where the vectors were made with another embedder."""
        made_with = self.catalog.meta("embedder_sha256")
        if made_with is None:
            self.catalog.set_meta(**self._identity())
        elif made_with != self.embedder.fingerprint:
            raise LibraryMismatch(
                f"The library {self.folder} was made with the embedder {self.catalog.meta('embedder')!r}, not"
                f" {self.embedder.name!r}: set DATELINE_EMBEDDER to that one, or run `dateline doctor"
                " --reindex` to embed its articles anew."
            )

    def _embed_stored(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), _EMBED_AT_ONCE):
            found = self.catalog.passages(ids[start : start + _EMBED_AT_ONCE])
            self._embed([info for _, info in found.values()], [passage for passage, _ in found.values()])

    def _embed(
        self, articles: Sequence[ArticleInfo], passages: Sequence[Passage], vectors: Vectors | None = None
    ) -> None:
        if not passages:
            return
        if vectors is None:
            vectors = self.embedder.embed_documents(
                [embedded_text(info.title, each.text) for info, each in zip(articles, passages, strict=True)]
            )
        if not np.isfinite(vectors).all():
            raise LibraryError("The embedder gave vectors that are not numbers: choose another embedder.")
        self.vectors.add([passage.id for passage in passages], vectors, articles)

    def _identity(self) -> dict[str, str]:
        return {
            "embedder": self.embedder.name,
            "embedder_sha256": self.embedder.fingerprint,
            "embedder_dimension": str(self.embedder.dimension),
        }

    def _mend(self) -> None:
        """Repair after a process that did not end its writing."""
        if self.catalog.meta(_STATE) == _WRITING:
            self.mended = self.repair()
            self._settle()

    def _writing(self) -> None:
        if self.catalog.meta(_STATE) != _WRITING:
            _ = self.vectors  # which must be there before anything is noted
            self.catalog.set_meta(**{_STATE: _WRITING}, **self._home.next_stamp())
        self._home.stamp()

    def _settle(self) -> None:
        if self.catalog.meta(_STATE) == _WRITING and self._home.is_stamped:
            self.catalog.set_meta(**{_STATE: _CLEAN}, **self._home.settled_stamp())

    def _close(self) -> None:
        self._home.close()
        self.catalog.close()


def embedded_text(title: str, passage: str) -> str:
    """What is embedded for a passage: its article's title says what it is about."""
    return f"{title}\n{passage}"


def passage_id(article_id: str, title: str, span: Span, text: str) -> str:
    """An id that changes with anything that a passage's vector depends on: 32 hex digits."""
    parts = "\0".join([article_id, title, str(span.start), str(span.end), text])
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """Hold the library's lock; the file `holder` says who does."""
    lock = FileLock(folder / "lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        (folder / "holder").write_text(str(os.getpid()), encoding="utf-8")
    except Timeout as error:
        raise LibraryLocked(
            f"The library {folder} is in use by process {_holder(folder)}: wait until it is done or stop it,"
            " or give another library with --library."
        ) from error
    except OSError as error:
        lock.release()
        raise LibraryError(
            f"The library folder {folder} cannot be used ({error.strerror or error}): choose another with"
            " --library."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _holder(folder: Path) -> str:
    try:
        return (folder / "holder").read_text(encoding="utf-8").strip() or "unknown"
    except OSError:
        return "unknown"
