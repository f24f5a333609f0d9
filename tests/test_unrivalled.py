"""A span gains what those that are no other answers took from it, and no more."""

from dataclasses import replace

import pytest
from test_compose import found

from rag.types import AnswerSpan
from rag.unrivalled import confidence_without


def ranked(number: int, short: str, rank: float, confidence: float = 0.3) -> AnswerSpan:
    return replace(found(number, f"{short} ran.", short, confidence), score=rank)


BEST, NEXT, LATER = ranked(1, "Ada", 2.0), ranked(2, "Bo", 1.5), ranked(3, "Cy", -1.0)
FAR = ranked(4, "Di", -3.0)
SPANS = [BEST, NEXT, LATER, FAR]


def test_without_the_next_answer_it_gains() -> None:
    assert confidence_without(BEST, SPANS, {id(NEXT)}) > BEST.confidence
    assert confidence_without(BEST, SPANS, {id(NEXT), id(LATER)}) > confidence_without(
        BEST, SPANS, {id(NEXT)}
    )


@pytest.mark.parametrize("out", [[], [LATER], [FAR]])
def test_what_the_next_answer_hides_changes_nothing(out: list[AnswerSpan]) -> None:
    assert confidence_without(BEST, SPANS, set(map(id, out))) == BEST.confidence


def test_what_is_far_behind_counts_even_where_it_is_set_aside() -> None:
    near = confidence_without(BEST, SPANS, {id(NEXT), id(LATER)})
    assert confidence_without(BEST, SPANS, set(map(id, SPANS))) == near


def test_the_same_answer_elsewhere_is_no_rival() -> None:
    same = ranked(5, "Ada", 1.9)
    assert confidence_without(BEST, [BEST, same, FAR], {id(FAR)}) == BEST.confidence
