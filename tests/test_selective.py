"""Risk, coverage and calibration equal what their definitions give by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.abstention import Decision
from eval.selective import (
    aurc,
    brier,
    calibration_error,
    coverage_at_risk,
    known_coverage,
    reliability,
    risk_coverage,
)


def said(confidence: float, right: bool) -> Decision:
    return Decision(confidence, answerable=True, right=right)


FOUR = [said(0.9, True), said(0.8, False), said(0.7, True), Decision(0.6, answerable=False)]


def test_the_curve_by_hand() -> None:
    # wrong among the first 1, 2, 3, 4: 0, 1, 1, 2 (the last has no answer at all)
    assert risk_coverage(FOUR) == [(1 / 4, 0), (2 / 4, 1 / 2), (3 / 4, 1 / 3), (1, 2 / 4)]
    assert known_coverage(FOUR) == 1


def test_the_area_by_hand() -> None:
    assert aurc(FOUR) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert aurc([said(0.9, True), said(0.8, True), said(0.1, False)]) == pytest.approx(1 / 9)
    assert aurc([said(0.9, False), said(0.8, True)]) == pytest.approx((1 + 1 / 2) / 2)
    assert aurc([]) is None


def test_questions_of_equal_confidence_have_no_order() -> None:
    # one of the two at .5 is wrong, so half an error after the second question and one after the third
    tied = [said(0.9, True), said(0.5, True), said(0.5, False)]
    assert aurc(tied) == aurc([tied[0], tied[2], tied[1]]) == pytest.approx((0 + 0.5 / 2 + 1 / 3) / 3)
    assert risk_coverage(tied) == [(1 / 3, 0), (1, 1 / 3)]


def test_coverage_at_a_risk_is_the_most_that_can_be_answered() -> None:
    assert [coverage_at_risk(FOUR, risk) for risk in (0.0, 0.34, 0.5)] == [1 / 4, 3 / 4, 1]
    assert coverage_at_risk([said(0.9, False)], 0.2) == 0


def test_where_nobody_knows_the_answer_the_curve_ends_and_there_is_no_area() -> None:
    cut = [*FOUR[:2], Decision(0.75, answerable=True), FOUR[2]]
    assert risk_coverage(cut) == [(1 / 4, 0), (2 / 4, 1 / 2)]
    assert (aurc(cut), known_coverage(cut)) == (None, 1 / 2)
    assert coverage_at_risk(cut[2:], 0.5) is None


@given(st.lists(st.builds(said, st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_the_curve_ends_at_the_error_rate_and_the_area_is_between_best_and_worst(
    all_: list[Decision],
) -> None:
    wrong = sum(not each.right for each in all_) / len(all_)
    assert risk_coverage(all_)[-1] == (1, pytest.approx(wrong))
    area = aurc(all_)
    assert area is not None
    best = aurc([said(1.0 - (not each.right), bool(each.right)) for each in all_])
    worst = aurc([said(1.0 - bool(each.right), bool(each.right)) for each in all_])
    assert best is not None
    assert worst is not None
    assert best - 1e-9 <= area <= worst + 1e-9


ANSWERS = [(0.95, True), (0.91, False), (0.15, False), (0.11, True), (1.0, True)]


def test_calibration_by_hand() -> None:
    low, high = reliability(ANSWERS)
    assert (low.answers, low.confidence, low.right) == (2, pytest.approx(0.13), 0.5)
    assert (high.answers, high.confidence, high.right) == (3, pytest.approx(2.86 / 3), pytest.approx(2 / 3))
    wanted = (2 * 0.37 + 3 * (2.86 - 2) / 3) / 5
    assert calibration_error(ANSWERS) == pytest.approx(wanted)
    assert brier(ANSWERS) == pytest.approx((0.05**2 + 0.91**2 + 0.15**2 + 0.89**2 + 0) / 5)
    assert (calibration_error([]), brier([])) == (None, None)
