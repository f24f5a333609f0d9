"""The reader's protocol: what finds the answer in the evidence."""

from collections.abc import Sequence
from typing import Protocol

from rag.types import AnswerSpan, Evidence


class Reader(Protocol):
    """Finds answers; `threshold` is the confidence below which an answer is not to be given."""

    @property
    def threshold(self) -> float:
        """In [0, 1], chosen on data."""

    def read(self, question: str, evidence: Sequence[Evidence]) -> list[AnswerSpan]:
        """The spans that may answer the question, best first; empty where there is nothing to read."""
