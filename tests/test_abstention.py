"""Declining is counted in five outcomes, and the sweep says what another threshold would have given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.abstention import THRESHOLDS, Decision, Outcome, abstention_figures, outcome, sweep


@pytest.mark.parametrize(
    ("answerable", "abstained", "right", "expected"),
    [
        (True, False, True, Outcome.RIGHT),
        (True, False, False, Outcome.WRONG),
        (True, True, False, Outcome.DECLINED_ANSWERABLE),
        (False, True, False, Outcome.DECLINED_UNANSWERABLE),
        (False, False, False, Outcome.FALSE_ANSWER),
        (False, False, True, Outcome.FALSE_ANSWER),
    ],
)
def test_each_question_has_one_of_five_outcomes(
    answerable: bool, abstained: bool, right: bool, expected: Outcome
) -> None:
    assert outcome(answerable=answerable, abstained=abstained, right=right) is expected


def test_precision_and_recall_of_declining_by_hand() -> None:
    outcomes = [Outcome.RIGHT] * 5 + [Outcome.WRONG] * 1 + [Outcome.DECLINED_ANSWERABLE] * 2
    outcomes += [Outcome.DECLINED_UNANSWERABLE] * 3 + [Outcome.FALSE_ANSWER] * 1
    assert abstention_figures(outcomes) == {
        "answered_right": 5,
        "answered_wrong": 1,
        "abstained_answerable": 2,
        "abstained_unanswerable": 3,
        "false_answer": 1,
        "precision": 3 / 5,
        "recall": 3 / 4,
        "false_answer_rate": 1 / 4,
        "answered_rate": 6 / 8,
    }


def test_rates_over_nothing_are_not_zero() -> None:
    figures = abstention_figures([Outcome.RIGHT])
    assert (figures["precision"], figures["recall"], figures["false_answer_rate"]) == (None, None, None)
    assert figures["answered_rate"] == 1


DECISIONS = (
    Decision(0.9, True, right=True, em=1.0),
    Decision(0.7, True, right=True, em=0.0),
    Decision(0.6, False),
    Decision(0.5, True, right=False, em=0.0),
    Decision(0.3, True),  # declined in the run: nobody knows what it would have said
    Decision(0.2, False),
)


def test_the_sweep_by_hand() -> None:
    high, middle, low = sweep(DECISIONS, [0.7, 0.5, 0.25])
    assert high == {
        "threshold": 0.7,
        "coverage": 2 / 6,
        "answered_rate": 2 / 4,
        "false_answer_rate": 0,
        "em": 0.5,
        "risk": 0,
        "unjudged": 0,
    }
    assert middle == {
        "threshold": 0.5,
        "coverage": 4 / 6,
        "answered_rate": 3 / 4,
        "false_answer_rate": 1 / 2,
        "em": 1 / 3,
        "risk": 2 / 4,  # the false answer and the wrong one
        "unjudged": 0,
    }
    assert low["answered_rate"] == 1
    assert (low["em"], low["risk"], low["unjudged"]) == (None, None, 1)


def test_a_declined_unanswerable_question_counts_where_its_confidence_would_pass() -> None:
    assert [point["false_answer_rate"] for point in sweep(DECISIONS, [0.0, 0.2, 0.21, 0.61])] == [
        1,
        1,
        0.5,
        0,
    ]


def test_a_confidence_at_the_threshold_answers() -> None:
    assert sweep([Decision(0.5, False)], [0.5])[0]["coverage"] == 1


def test_a_threshold_that_answers_nothing_has_no_risk() -> None:
    (point,) = sweep(DECISIONS, [1.0])
    assert (point["coverage"], point["em"], point["risk"]) == (0, None, None)


@given(st.lists(st.builds(Decision, st.floats(0, 1), st.booleans())))
def test_a_higher_threshold_never_answers_more(decisions: list[Decision]) -> None:
    coverage = [point["coverage"] or 0 for point in sweep(decisions)]
    assert len(coverage) == len(THRESHOLDS)
    assert coverage == sorted(coverage, reverse=True)
