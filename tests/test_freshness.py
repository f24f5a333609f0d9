"""How near in time an article is to its question is measured in days, and counts where the question says so."""

from datetime import date

import pytest

from rag.freshness import days_apart, freshness, is_about_now


def test_days_count_both_ways_and_are_unknown_where_either_date_is() -> None:
    assert (
        days_apart(date(2022, 3, 1), date(2022, 2, 27))
        == days_apart(date(2022, 2, 27), date(2022, 3, 1))
        == 2
    )
    assert days_apart(None, date(2022, 3, 1)) is days_apart(date(2022, 3, 1), None) is None


def test_the_nearer_the_fresher_and_without_a_date_as_a_year_away() -> None:
    assert freshness(0) == 0
    assert freshness(0) > freshness(1) > freshness(30) > freshness(None) == freshness(365) > freshness(366)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which airline this week said so?", True),
        ("What was found Yesterday?", True),
        ("Who won last night's game?", True),
        ("Who won in 2019?", False),
        ("What is this about?", False),
        ("Who opened the Weekly Times?", False),
    ],
)
def test_a_question_about_now_says_so(question: str, expected: bool) -> None:
    assert is_about_now(question) is expected
