"""Where a library's vectors are kept, its folder or a Chroma server, and whether they are its catalog's."""

import shutil
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from rag.catalog import Catalog
from rag.errors import LibraryDamaged, LibraryError, LibraryMismatch

if TYPE_CHECKING:
    from rag.vectors import VectorIndex

_STAMP, _BEFORE = "stamp", "stamp_before"


class VectorHome:
    """Opens the vectors at first use, since importing Chroma takes far longer than the catalog.

    Whoever writes stamps the catalog and then the vectors with the same new mark, so that vectors that are
    missing, old, or written by another copy of the library are told from its own.
    """

    def __init__(self, folder: Path, catalog: Catalog, server: str | None) -> None:
        self.server = server
        self._folder = folder
        self._catalog = catalog
        self._index: VectorIndex | None = None
        self._opening = threading.Lock()

    @property
    def index(self) -> "VectorIndex":
        """The vectors; raises LibraryMismatch or LibraryDamaged where they are not this catalog's."""
        with self._opening:
            if self._index is None:
                index = self._opened(self._collection)
                if not self._is_ours(index):
                    index.close()
                    raise self._foreign(index.stamp)
                self._index = index
            return self._index

    def take_over(self) -> None:
        """Open the vectors to mend them, also where they are not this catalog's.

        Raises LibraryMismatch where another copy of the library wrote them on a server: it needs them.
        """
        with self._opening:
            if self._index is None:
                index = self._opened(self._collection)
                if self.server and index.stamp and not self._is_ours(index):
                    index.close()
                    raise self._foreign(index.stamp)
                self._index = index

    def next_stamp(self) -> dict[str, str]:
        """What the catalog notes as writing begins; `stamp` follows. Both marks count until it is settled."""
        return {_STAMP: uuid.uuid4().hex, _BEFORE: self._catalog.meta(_STAMP) or ""}

    def settled_stamp(self) -> dict[str, str]:
        """What the catalog notes when writing is over: only one mark counts."""
        return {_BEFORE: self._catalog.meta(_STAMP) or ""}

    def stamp(self) -> None:
        """Mark the vectors as the catalog says."""
        wanted = self._catalog.meta(_STAMP) or ""
        if wanted != self.index.stamp:
            self.index.set_stamp(wanted)

    @property
    def is_stamped(self) -> bool:
        """Whether the vectors were opened and bear the catalog's mark."""
        return self._index is not None and self._index.stamp == (self._catalog.meta(_STAMP) or "")

    def start_afresh(self) -> str:
        """Open an empty collection in place of the one in use, which stays; returns the new one's name."""
        self.close()
        if self.server and self._is_of_another_copy():
            self._catalog.set_meta(library_id=uuid.uuid4().hex)
        fresh = f"passages-{int(self._collection.rpartition('-')[2]) + 1}"
        try:
            self._index = self._opened(fresh)
        except LibraryDamaged:
            if self.server:
                raise
            shutil.rmtree(self._folder / "chroma", ignore_errors=True)
            self._index = self._opened(fresh)
        self._index.clear()  # of what an interrupted start left
        return fresh

    def adopt(self, fresh: str, **notes: str) -> None:
        """Make a started collection, now whole, the one in use, and drop the one before."""
        old, stamp = self._collection, uuid.uuid4().hex
        self.index.set_stamp(stamp)
        self._catalog.set_meta(collection=fresh, stamp=stamp, stamp_before=stamp, **notes)
        self.index.drop(self._chroma_name(old))

    def close(self) -> None:
        """Let go of the vectors."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def _opened(self, collection: str) -> "VectorIndex":
        from rag.vectors import InFolder, OnServer, VectorIndex

        place = OnServer(self.server) if self.server else InFolder(self._folder / "chroma")
        return VectorIndex(place, self._chroma_name(collection))

    @property
    def _collection(self) -> str:
        return self._catalog.meta("collection") or "passages-1"

    def _chroma_name(self, collection: str) -> str:
        """A collection's name in Chroma: libraries that share a server must not share it."""
        if not self.server:
            return collection
        if self._catalog.meta("library_id") is None:
            self._catalog.set_meta(library_id=uuid.uuid4().hex)
        return f"dateline-{self._catalog.meta('library_id')}-{collection}"

    def _is_ours(self, index: "VectorIndex") -> bool:
        return index.stamp in {self._catalog.meta(name) or "" for name in (_STAMP, _BEFORE)}

    def _is_of_another_copy(self) -> bool:
        try:
            index = self._opened(self._collection)
        except LibraryDamaged:
            return False
        try:
            return bool(index.stamp) and not self._is_ours(index)
        finally:
            index.close()

    def _foreign(self, stamp: str) -> LibraryError:
        if not stamp:
            where = f"on the Chroma server {self.server}" if self.server else "in its folder"
            return LibraryMismatch(
                f"The vectors of the library {self._folder} are not {where}: set DATELINE_CHROMA to where"
                " they are (or unset it, for the folder), or run `dateline doctor`, which makes them there."
            )
        if self.server:
            return LibraryMismatch(
                f"The vectors on the Chroma server {self.server} were written by another copy of the library"
                f" {self._folder}: run `dateline doctor --reindex`, which makes new ones for this copy."
            )
        return LibraryDamaged(
            f"The vectors in {self._folder} are not those of its catalog: run `dateline doctor`, which"
            " mends them."
        )
