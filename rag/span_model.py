"""The bundled span model: an 8-bit MiniLM in two parts, run without torch or transformers."""

import hashlib
import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamaged
from rag.onnx import load_graph
from rag.processors import processors
from rag.spans import Found, Scores, best_margin, best_spans, distinct
from rag.windows import Window, windows

BUNDLED = Path(__file__).parent / "weights"
MANIFEST_SHA256 = "f9b2df611e49229c10930f14a04ff7a07b3c176d99dd128bf06d46459606c1c3"
"""Pins the bundled manifest, which pins the other files."""

BREVITY = 0.5
"""How much the shorter of two nearly equal spans is preferred; `best_spans` says in what unit."""

Floats = NDArray[np.float32]
_FEW = 3


class SpanModel(Protocol):
    """Marks the answer to a question in texts, or says that it is not there."""

    @property
    def name(self) -> str:
        """What the model was asked for by."""

    @property
    def fingerprint(self) -> str:
        """A hash of the weights."""

    @property
    def calibration(self) -> dict[str, Any]:
        """The fields of `span_reader.Calibration` that are known for this model."""

    def read(self, question: str, texts: Sequence[tuple[str, str]]) -> list[list[Found]]:
        """For each (title, text), the texts most likely to answer first, its best spans, best first.

        None for a text that is empty, or not worth a closer look beside the others.
        """


class OnnxSpanModel:
    """A folder with `manifest.json`, `lower.onnx`, `upper.onnx` and `tokenizer.json`.

    Every window goes through the lower layers, whose own head says how likely it holds the answer; the best
    ones, `deep` a text on average, go through the upper layers too (early exit for ranking: Xin et al., 2020,
    arXiv:2004.12993). Windows are read one by one, one on each processor: nothing is padded, and no score
    depends on what else is read. Raises LibraryDamaged where a file is not the one that was released.
    """

    def __init__(self, folder: Path = BUNDLED, manifest_sha256: str | None = MANIFEST_SHA256) -> None:
        self.name = "bundled"
        content = _intact(folder / "manifest.json", manifest_sha256)
        self.fingerprint = hashlib.sha256(content).hexdigest()
        manifest: dict[str, Any] = json.loads(content)
        files = {name: _intact(folder / name, sha256) for name, sha256 in manifest["files"].items()}
        self.calibration: dict[str, Any] = manifest["calibration"]
        self.deep: float = manifest["deep"]
        self.order_weight: float = manifest["order_weight"]
        from tokenizers import Tokenizer

        self.tokenizer: Tokenizer = Tokenizer.from_str(files["tokenizer.json"].decode())
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._lower, self._upper = load_graph(files["lower.onnx"]), load_graph(files["upper.onnx"])

    def read(self, question: str, texts: Sequence[tuple[str, str]]) -> list[list[Found]]:
        made = windows(self.tokenizer, [(question, *each) for each in texts])
        hidden = list(self._pool.map(self.glance, made))
        glances = [(window.text, margin) for window, (margin, _) in zip(made, hidden, strict=True)]
        chosen = likeliest(glances, deep_count(self.deep, len(texts)), self.order_weight)
        found: list[list[Found]] = [[] for _ in texts]
        spans = self._pool.map(
            lambda index: self.look(made[index], texts[made[index].text][1], hidden[index][1]), chosen
        )
        for index, some in zip(chosen, spans, strict=True):
            found[made[index].text].extend(some)
        return [distinct(each) for each in found]

    def glance(self, window: Window) -> tuple[float, Floats]:
        """The margin by which the lower layers see an answer in the window, and what the upper ones need."""
        ids = np.array([window.ids], dtype=np.int64)
        types = np.array([window.types], dtype=np.int64)
        starts, ends, hidden = self._lower({"input_ids": ids, "token_type_ids": types})
        inside = slice(window.first, -1)
        return best_margin(starts[0, inside], ends[0, inside], _null(starts, ends)), hidden

    def look(self, window: Window, text: str, hidden: Floats) -> list[Found]:
        """The best spans of a window, given what `glance` gave."""
        starts, ends = self._upper({"hidden": hidden})
        inside = slice(window.first, -1)
        return best_spans(
            text, window.offsets, starts[0, inside], ends[0, inside], _null(starts, ends), 2, BREVITY
        )

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(processors(), "read")


def deep_count(share: float, texts: int) -> int:
    """How many windows go through the upper layers: a share of the texts, or all of a few."""
    return max(_FEW, math.ceil(share * texts))


def likeliest(glances: Sequence[tuple[int, float]], deep: int, order_weight: float) -> list[int]:
    """The indices of the `deep` windows to read to the top, given each one's (text, lower margin)."""
    order = sorted(
        range(len(glances)),
        key=lambda index: order_weight * math.log1p(glances[index][0]) - glances[index][1],
    )
    return order[:deep]


def _null(starts: Scores, ends: Scores) -> float:
    """The score of "no answer here", which stands at [CLS]."""
    return float(starts[0, 0] + ends[0, 0])


def _intact(path: Path, sha256: str | None) -> bytes:
    """A file's content, if it has the hash."""
    content = path.read_bytes() if path.is_file() else b""
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise LibraryDamaged(f"The span reader's {path.name} is missing or damaged: reinstall dateline.")
    return content
