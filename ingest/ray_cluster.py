"""An ingest's loading and embedding on the machines of a Ray cluster (extra `dateline[ray]`)."""

import logging
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingest.crew import Loading
from ingest.load import ROW_SUFFIXES, Refused, load, suffix_of
from rag.embed import Embedder, Vectors
from rag.errors import DatelineError, InputError, UnreadableFile
from rag.types import Article

_PATIENCE = 5.0  # seconds to wait for the cluster to take a connection
_START = 300.0  # seconds for every machine to load the model
_LARGEST = 16 << 20  # bytes of a file that is worth sending to another machine

Loaded = list[Article | Refused] | UnreadableFile


class _Worker:
    """What runs on a machine of the cluster: its own embedder, no access to the library."""

    def __init__(self, make_embedder: Callable[[], Embedder]) -> None:
        self._embedder = make_embedder()

    def identity(self) -> tuple[str, str]:
        """Dateline's version and the hash of the embedder's weights."""
        return version("dateline"), self._embedder.fingerprint

    def embed(self, texts: list[str]) -> Vectors:
        return self._embedder.embed_documents(texts)

    def load(self, name: str, content: bytes) -> Loaded:
        """The articles of a file that was read elsewhere."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            try:
                return list(load(path))
            except UnreadableFile as error:
                return error


class RayCluster:
    """A crew with a worker on every machine of a cluster that has a processor to give.

    `make_embedder` makes there the embedder whose weights have the hash `fingerprint`. Raises InputError
    where Ray is not installed, the cluster is away, or its machines have another Dateline or other weights.
    """

    def __init__(self, address: str, make_embedder: Callable[[], Embedder], fingerprint: str) -> None:
        self._address = address
        self._ray = _connected(address)
        try:
            with self._told():
                self._workers = self._started(make_embedder, fingerprint)
        except BaseException:
            self._ray.shutdown()
            raise
        self._turn = cycle(self._workers)
        self.batches = 2 * len(self._workers) + 1
        self.files = 4 * len(self._workers)
        self._waiting = ThreadPoolExecutor(self.batches, "ingest-ray")

    def load(self, path: Path) -> Loading:
        """A table of rows is read here, row by row; any other file is parsed on the cluster."""
        try:
            if suffix_of(path) in ROW_SUFFIXES or path.stat().st_size > _LARGEST:
                return lambda: load(path)
            begun = next(self._turn).load.remote(path.name, path.read_bytes())
        except OSError:
            return lambda: load(path)  # which says what is wrong with it
        return lambda: _unpacked(self._got(begun))

    def embed(self, texts: list[str]) -> Future[Vectors]:
        return self._waiting.submit(self._got, next(self._turn).embed.remote(texts))

    def stop(self) -> None:
        for worker in self._workers:
            self._ray.kill(worker)
        self._waiting.shutdown(cancel_futures=True)
        self._ray.shutdown()

    def _started(self, make_embedder: Callable[[], Embedder], fingerprint: str) -> list[Any]:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        remote = self._ray.remote(_Worker)
        workers = [
            remote.options(
                num_cpus=1,
                max_restarts=2,
                max_task_retries=2,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
            ).remote(make_embedder)
            for node in self._ray.nodes()
            if node["Alive"] and node["Resources"].get("CPU", 0) >= 1
        ]
        if not workers:
            raise InputError(f"The Ray cluster at {self._address} has no machine with a free processor.")
        wanted = (version("dateline"), fingerprint)
        found = self._ray.get([worker.identity.remote() for worker in workers], timeout=_START)
        for here in found:
            if here != wanted:
                raise InputError(
                    f"A machine of the Ray cluster at {self._address} has Dateline {here[0]} with the weights"
                    f" {here[1][:12]}, this one {wanted[0]} with {wanted[1][:12]}: install the same there."
                )
        return workers

    def _got(self, reference: Any) -> Any:
        with self._told():
            return self._ray.get(reference)

    @contextmanager
    def _told(self) -> Iterator[None]:
        from ray.exceptions import RayError

        try:
            yield
        except DatelineError:
            raise
        except (RayError, OSError) as error:  # its timeouts are OSErrors
            raise InputError(
                f"The Ray cluster at {self._address} could not do the work ({_brief(error)}): see that it"
                " runs and that Dateline is installed on its machines; what is stored is kept, run the same"
                " command again."
            ) from error


def _connected(address: str) -> Any:
    # Under `uv run`, Ray would send the current folder to the machines and start uv there: what is
    # installed on them shall work.
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    try:
        import ray
    except ImportError as error:
        raise InputError('Ray is not installed: install it with `pip install "dateline[ray]"`.') from error
    try:
        _reach(address)
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(
            f"There is no Ray cluster at {address} ({_brief(error)}): start one with `ray start --head`, or"
            " give the address that it prints."
        ) from error
    return ray


def _reach(address: str) -> None:
    """Raises OSError where nothing listens: Ray itself would try for minutes."""
    if address == "auto":
        return
    parts = urlsplit(address if "://" in address else f"//{address}")
    if not parts.hostname or not parts.port:
        raise ValueError("an address is host:port, ray://host:port or auto")
    socket.create_connection((parts.hostname, parts.port), timeout=_PATIENCE).close()


def _unpacked(loaded: Loaded) -> Iterator[Article | Refused]:
    if isinstance(loaded, UnreadableFile):
        raise loaded
    return iter(loaded)


def _brief(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip()[:200]
