"""A span gains what those that are no other answers took from it, and no more."""

from dataclasses import replace

import pytest
from test_compose import found

from rag.span_model import OnnxSpanModel
from rag.span_reader import Traits
from rag.types import AnswerSpan
from rag.unrivalled import PER_ODDS, confidence_without


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


def test_what_stands_behind_the_next_answer_counts_little() -> None:
    behind, next_ = (confidence_without(BEST, SPANS, {id(each)}) for each in (LATER, NEXT))
    assert BEST.confidence < behind < BEST.confidence + 0.1 * (next_ - BEST.confidence)


@pytest.mark.parametrize("out", [[], [FAR]])
def test_without_a_rival_less_nothing_changes(out: list[AnswerSpan]) -> None:
    assert confidence_without(BEST, SPANS, set(map(id, out))) == BEST.confidence


def test_the_odds_count_as_they_do_in_the_confidence_of_the_bundled_reader(span_model: OnnxSpanModel) -> None:
    weights = Traits(*span_model.calibration["weights"])
    assert pytest.approx(weights.odds, abs=0.005) == PER_ODDS


def test_what_is_far_behind_counts_even_where_it_is_set_aside() -> None:
    near = confidence_without(BEST, SPANS, {id(NEXT), id(LATER)})
    assert confidence_without(BEST, SPANS, set(map(id, SPANS))) == near


def test_the_same_answer_elsewhere_is_no_rival() -> None:
    same = ranked(5, "Ada", 1.9)
    assert confidence_without(BEST, [BEST, same, FAR], {id(FAR)}) == BEST.confidence
