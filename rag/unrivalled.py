"""How sure a span is where some of the others are no answers that speak against it."""

import math
from collections.abc import Sequence, Set

from rag.differing import agree, rank
from rag.types import AnswerSpan

_PER_RANK = 0.42  # what a unit of lead over the next answer adds to the log-odds, as the reader is calibrated
_FAR = 12.0  # the lead over a rival that is not there
_NEAR = 3.5  # ranks behind, from which a span is no answer that was set aside, but what any question finds


def confidence_without(span: AnswerSpan, spans: Sequence[AnswerSpan], out: Set[int]) -> float:
    """The confidence of a span were those near it with an `id` in `out` not there: never less than it was.

    One far behind counts even so: by how much the span is better than that says how sure it is.
    """
    others = [each for each in spans if each is not span and not agree(span, each)]
    left = [each for each in others if id(each) not in out or rank(span) - rank(each) > _NEAR]
    before, after = (max(map(rank, some), default=None) for some in (others, left))
    if before is None or not 0.0 < span.confidence < 1.0:
        return span.confidence
    gained = before - max(rank(span) - _FAR, -math.inf if after is None else after)
    if gained <= 0.0:
        return span.confidence
    odds = math.log(span.confidence / (1 - span.confidence)) + _PER_RANK * gained
    return 1 / (1 + math.exp(-odds))
