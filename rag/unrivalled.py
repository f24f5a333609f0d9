"""How sure a span is where some of the others are no answers that speak against it."""

import math
from collections.abc import Sequence, Set

from rag.differing import agree, rank
from rag.spans import CERTAIN, log_sum
from rag.types import AnswerSpan

PER_ODDS = 0.53  # what the odds of its answer add to those of the confidence: the bundled reader's weight
_NEAR = 3.5  # ranks behind, from which a span is no answer that was set aside, but what any question finds


def confidence_without(span: AnswerSpan, spans: Sequence[AnswerSpan], out: Set[int]) -> float:
    """The confidence of a span were those near it with an `id` in `out` not there: never less than it was.

    One far behind counts even so: by how much the span is better than that says how sure it is.
    """
    others = [each for each in spans if each is not span and not agree(span, each)]
    left = [each for each in others if id(each) not in out or rank(span) - rank(each) > _NEAR]
    if len(left) == len(others) or not 0.0 < span.confidence < 1.0:
        return span.confidence
    before, after = (max(log_sum(map(rank, some)), rank(span) - CERTAIN) for some in (others, left))
    odds = math.log(span.confidence / (1 - span.confidence)) + PER_ODDS * (before - after)
    return 1 / (1 + math.exp(-odds))
