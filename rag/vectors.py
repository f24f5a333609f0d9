"""The vectors of a library's passages in a Chroma collection; the only module that imports Chroma."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from rag.errors import InputError, LibraryDamaged, LibraryError
from rag.labels import label
from rag.types import ArticleInfo, Filters

# Chroma takes at most 5,461 rows a call; smaller batches keep memory low and lose nothing in speed.
_BATCH = 2_000
_PATIENCE = 5.0  # seconds to wait for a server to take a connection
# Recall of the approximate index against exact search needs a wider search than the default 100.
_CONFIGURATION: CreateCollectionConfiguration = {"hnsw": {"space": "cosine", "ef_search": 400}}


_STAMP = "stamp"


class Place(Protocol):
    """Where a Chroma collection is kept."""

    def connect(self) -> ClientAPI:
        """A client of it."""

    def close(self, client: ClientAPI) -> None:
        """Let go of all that the client holds."""

    def told(self, error: BaseException) -> LibraryError:
        """What to say of an error that Chroma raised there."""


@dataclass(frozen=True, slots=True)
class InFolder:
    """In a folder, which one process at a time may open."""

    folder: Path

    def connect(self) -> ClientAPI:
        folder = str(self.folder.resolve())  # Chroma shares clients by the path's spelling
        return chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))

    def close(self, client: ClientAPI) -> None:
        cast(Client, client).close()

    def told(self, error: BaseException) -> LibraryError:
        return LibraryDamaged(
            f"The vectors in {self.folder} cannot be used ({_brief(error)}): run `dateline doctor`,"
            " which rebuilds them from the catalog."
        )


@dataclass(frozen=True, slots=True)
class OnServer:
    """On a Chroma server at `http://host:port`, which several libraries may share."""

    url: str

    def connect(self) -> ClientAPI:
        """Raises InputError for an address that is none."""
        host, port, ssl = self._address()
        # Chroma's own client would wait for ever.
        socket.create_connection((host, port), timeout=_PATIENCE).close()
        return chromadb.HttpClient(host, port, ssl=ssl, settings=Settings(anonymized_telemetry=False))

    def close(self, client: ClientAPI) -> None:
        for each in (client, cast(Any, client)._admin_client):  # Chroma leaves both connections open
            cast(Any, each)._server._session.close()
        cast(Client, client).close()

    def told(self, error: BaseException) -> LibraryError:
        if isinstance(error, ChromaError):
            return LibraryDamaged(
                f"The Chroma server {self.url} cannot use the library's vectors ({_brief(error)}): run"
                " `dateline doctor`, which rebuilds them from the catalog."
            )
        return LibraryError(
            f"The Chroma server {self.url} does not answer ({_brief(error)}): start it, or set"
            " DATELINE_CHROMA to where it is."
        )

    def _address(self) -> tuple[str, int, bool]:
        wrong = f"{self.url!r} is no address of a Chroma server: give one like http://127.0.0.1:8000."
        try:
            parts = urlsplit(self.url)
            ssl = {"http": False, "https": True}[parts.scheme]
            if not parts.hostname or parts.username or parts.path.strip("/") or parts.query:
                raise InputError(wrong)
            return parts.hostname, parts.port or (443 if ssl else 8000), ssl
        except (KeyError, ValueError):
            raise InputError(wrong) from None


class VectorIndex:
    """One vector a passage, keyed by passage id, in cosine space.

    Raises LibraryDamaged where Chroma cannot read what it holds, LibraryError where its server is away.
    """

    def __init__(self, place: Place, collection: str) -> None:
        self._place = place
        self._name = collection
        with self._told():
            self._client = place.connect()
            self._collection = self._opened()

    def _opened(self) -> chromadb.Collection:
        return self._client.get_or_create_collection(
            self._name, embedding_function=None, configuration=_CONFIGURATION
        )

    @property
    def stamp(self) -> str:
        """The mark of the catalog that the vectors belong to; empty where there never was one."""
        return str((self._collection.metadata or {}).get(_STAMP, ""))

    def set_stamp(self, stamp: str) -> None:
        """Mark which catalog the vectors belong to."""
        with self._told():
            self._collection.modify(metadata={_STAMP: stamp})

    def clear(self) -> None:
        """Remove every vector, of whatever dimension."""
        with self._told():
            self._client.delete_collection(self._name)
            self._collection = self._opened()

    def close(self) -> None:
        """Let go of the folder, or of the server."""
        self._place.close(self._client)

    def count(self) -> int:
        """How many vectors it holds."""
        with self._told():
            return int(self._collection.count())

    def add(self, ids: Sequence[str], vectors: NDArray[np.float32], articles: Sequence[ArticleInfo]) -> None:
        """Store vectors of shape (len(ids), dimension); ids it already holds are overwritten."""
        with self._told():
            for part in _batches(len(ids)):
                self._collection.upsert(
                    ids=list(ids[part]),
                    embeddings=vectors[part],
                    metadatas=[_metadata(info) for info in articles[part]],
                )

    def relabel(self, articles: Mapping[str, ArticleInfo]) -> None:
        """Change what filters see of passages, by passage id; the vectors stay."""
        ids = list(articles)
        with self._told():
            for part in _batches(len(ids)):
                self._collection.update(
                    ids=ids[part], metadatas=[_metadata(articles[each]) for each in ids[part]]
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids it does not know are passed over."""
        with self._told():
            for part in _batches(len(ids)):
                self._collection.delete(ids=list(ids[part]))

    def search(
        self, vector: NDArray[np.float32], limit: int, filters: Filters | None = None
    ) -> dict[str, float]:
        """The cosine of the passages nearest to a vector of shape (dimension,), by id, nearest first."""
        with self._told():
            found = self._collection.query(
                query_embeddings=vector[np.newaxis],
                n_results=limit,
                where=_where(filters),
                include=["distances"],
            )
        distances = (found["distances"] or [[]])[0]
        return {each: 1 - distance for each, distance in zip(found["ids"][0], distances, strict=True)}

    def labels(self) -> dict[str, dict[str, Any]]:
        """What filters see of every passage, by passage id."""
        labels: dict[str, dict[str, Any]] = {}
        with self._told():
            for part in _batches(self._collection.count()):
                got = self._collection.get(
                    limit=part.stop - part.start, offset=part.start, include=["metadatas"]
                )
                labels |= zip(got["ids"], map(dict, got["metadatas"] or []), strict=True)
        return labels

    def lost(self, ids: Sequence[str]) -> list[str]:
        """The passages of `ids` that their own vector does not find: the index is broken for them."""
        lost: list[str] = []
        with self._told():
            for part in _batches(len(ids)):
                got = self._collection.get(ids=list(ids[part]), include=["embeddings"])
                vectors = np.asarray(got["embeddings"], dtype=np.float32)
                if not len(vectors):
                    lost += ids[part]
                    continue
                near = self._collection.query(query_embeddings=vectors, n_results=10, include=["distances"])
                for each, found, distances in zip(
                    got["ids"], near["ids"], near["distances"] or [], strict=True
                ):
                    # Equal texts have equal vectors: one of them at no distance is as good as itself.
                    if each not in found and (not distances or distances[0] > 1e-3):
                        lost.append(each)
                lost += set(ids[part]) - set(got["ids"])
        return lost

    def drop(self, collection: str) -> None:
        """Remove another collection of the same place, if it is there."""
        with self._told():
            if collection in {each.name for each in self._client.list_collections()}:
                self._client.delete_collection(collection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (KeyboardInterrupt, SystemExit, InputError):
            raise
        except BaseException as error:  # the Rust core panics with a bare BaseException
            raise self._place.told(error) from error


def _metadata(info: ArticleInfo) -> dict[str, Any]:
    # An absent key would keep its old value: None removes it.
    return {"published": None, "source": None} | label(info)


def _where(filters: Filters | None) -> dict[str, Any] | None:
    if not filters:
        return None
    clauses: list[dict[str, Any]] = []
    if filters.since:
        clauses.append({"published": {"$gte": filters.since.toordinal()}})
    if filters.until:
        clauses.append({"published": {"$lte": filters.until.toordinal()}})
    if filters.sources:
        clauses.append({"source": {"$in": list(filters.sources)}})
    return clauses[0] if len(clauses) == 1 else {"$and": clauses}


def _batches(count: int) -> Iterator[slice]:
    return (slice(start, min(start + _BATCH, count)) for start in range(0, count, _BATCH))


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
