"""A quoted passage in its article: the text around it, cut into pieces that say what marks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rag.types import Span

AROUND = 220  # characters shown on each side


class Piece(NamedTuple):
    """Text with the same marks throughout: `cited`, `gold`, `answer`, in one string, empty for none."""

    text: str
    marks: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The spans of one article to mark, in article offsets."""

    cited: Sequence[Span] = ()
    gold: Sequence[Span] = ()
    answer: Sequence[Span] = ()


def in_context(text: str, shown: Span, marks: Marks) -> list[Piece]:
    """The article's text around a span, on word borders, with an ellipsis where it goes on.

    Spans may overlap; offsets outside the text are cut to it.
    """
    start, end = _from_word(text, shown.start - AROUND), _to_word(text, shown.end + AROUND)
    named = {"cited": marks.cited, "gold": marks.gold, "answer": marks.answer}
    borders = {start, end}
    for spans in named.values():
        for span in spans:
            borders |= {min(max(border, start), end) for border in (span.start, span.end)}
    pieces = [Piece("… ", "")] if start > 0 else []
    ordered = sorted(borders)
    for left, right in pairwise(ordered):
        inside = Span(left, right)
        held = [name for name, spans in named.items() if any(span.overlap(inside) for span in spans)]
        pieces.append(Piece(inside.of(text), " ".join(held)))
    return pieces + ([Piece(" …", "")] if end < len(text) else [])


def _from_word(text: str, start: int) -> int:
    if start <= 0:
        return 0
    space = text.find(" ", start, start + 30)
    return min(len(text), start if space < 0 else space + 1)


def _to_word(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, end - 30), end)
    return end if space < 0 else space
