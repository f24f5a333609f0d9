"""From start and end scores to the best answer spans of a text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.sentences import paragraph_starts

Scores = NDArray[np.float32]
MAX_ANSWER = 30  # tokens
CERTAIN = 12.0  # log-odds beyond which nothing more is told


@dataclass(frozen=True, slots=True)
class Found:
    """A span of a text by half-open character offsets, its score, and that of "no answer here"."""

    start: int
    end: int
    score: float
    null_score: float

    @property
    def margin(self) -> float:
        """By how much the span beats "no answer here": comparable between texts."""
        return self.score - self.null_score


def best_margin(starts: Scores, ends: Scores, null_score: float) -> float:
    """The margin of the best span; -inf for a text without tokens.

    Args:
        starts, ends: a score for each token of the text, shape (length,).
        null_score: the score of "no answer here", on the same scale as a sum of two such scores.
    """
    longest = range(min(MAX_ANSWER, len(starts)))
    best = max(
        (float((starts[: len(starts) - more] + ends[more:]).max()) for more in longest), default=-np.inf
    )
    return best - null_score


def best_spans(
    text: str,
    offsets: Sequence[tuple[int, int]],
    starts: Scores,
    ends: Scores,
    null_score: float,
    count: int,
    brevity: float = 0.0,
) -> list[Found]:
    """The `count` best spans that do not overlap, best first.

    A span is whole words of one paragraph, at most `MAX_ANSWER` tokens.

    Args:
        offsets: where each token stands in `text`.
        starts, ends, null_score: as for `best_margin`.
        brevity: what a span loses, times the logarithm of its length in tokens.
    """
    sums = starts[:, None] + ends[None, :] + _allowed(len(starts), brevity)
    if breaks := sorted(paragraph_starts(text)):
        paragraph = np.searchsorted(breaks, [start for start, _ in offsets], side="right")
        sums[paragraph[:, None] != paragraph[None, :]] = -np.inf
    flat = sums.ravel()
    some = min(count * 8, flat.size)
    top: list[int] = np.argpartition(-flat, some - 1)[:some].tolist() if some else []
    kept: list[Found] = []
    for place in sorted(top, key=lambda index: -flat[index]):
        first, last = divmod(place, sums.shape[1])
        if not np.isfinite(sums[first, last]) or len(kept) == count:
            break
        start, end = _whole_words(text, offsets[first][0], offsets[last][1])
        found = Found(start, end, float(sums[first, last]), null_score)
        if _apart(found, kept):
            kept.append(found)
    return kept


def log_sum(logs: Iterable[float]) -> float:
    """The logarithm of the sum of what the numbers are the logarithms of; -inf for none."""
    return float(np.logaddexp.reduce(list(logs), initial=-np.inf))


def distinct(found: Iterable[Found]) -> list[Found]:
    """Best first by margin, without spans that overlap a better one, as those of two windows may."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda each: -each.margin):
        if _apart(one, kept):
            kept.append(one)
    return kept


def _apart(one: Found, others: Iterable[Found]) -> bool:
    return all(one.end <= other.start or one.start >= other.end for other in others)


@lru_cache(maxsize=64)
def _allowed(tokens: int, brevity: float) -> Scores:
    """What is added for each first and last token, shape (tokens, tokens): -inf where they make no span."""
    place = np.arange(tokens)
    length = place[None, :] - place[:, None] + 1
    can_be = (length > 0) & (length <= MAX_ANSWER)
    penalty = -brevity * np.log(np.maximum(length, 1))
    return np.where(can_be, penalty, -np.inf).astype(np.float32)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the rest of the words that it begins and ends in."""
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end
