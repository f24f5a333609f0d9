"""A cheap deterministic embedder of hashed words: everything but the model, at any size, in minutes."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from rag.embed import Vectors

_TOKEN = re.compile(r"\w+|[^\w\s]")


class HashEmbedder:
    """Unit vectors of signed word counts, hashed into as many dimensions as the bundled model's."""

    name = "hash"
    fingerprint = "hash-384"
    dimension = 384
    max_tokens = 256

    def token_starts(self, text: str) -> list[int]:
        return [found.start() for found in _TOKEN.finditer(text)]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        hashes = np.array([zlib.crc32(word.encode()) for word in _TOKEN.findall(text.lower())] or [0])
        vector = np.full(self.dimension, 1e-3)
        np.add.at(vector, hashes % self.dimension, np.where(hashes & 0x10000, 1.0, -1.0))
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
