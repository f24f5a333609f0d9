"""Time decides which span leads: the question's own, the last version of a story, the newest report."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from test_compose import composed, found, reason

from rag.types import Answer, Reason, Span

MISSING = "{} people are still missing, the coast guard commander told reporters."
EARLY = found(
    1, MISSING.format("Thirty-one"), "Thirty-one", 0.9, published=date(2024, 5, 7), source="Coastal Wire"
)
LATE = found(2, MISSING.format("Sixteen"), "Sixteen", 0.7, published=date(2024, 5, 9), source="Coastal Wire")
ONE_STORY: dict[str, Any] = {"stories": lambda ids: dict.fromkeys(ids, "ferry")}
WINS = [
    found(2022, "Tarnholm United won the cup.", "Tarnholm United", 0.9, published=date(2022, 5, 23)),
    found(2023, "Port Maren Rovers won the cup.", "Port Maren Rovers", 0.6, published=date(2023, 5, 22)),
    found(2024, "Halden City won the cup.", "Halden City", 0.4, published=date(2024, 5, 27)),
]


def asked(question: str, *spans: Any, **more: Any) -> Answer:
    return composed(*spans, question=question, **more)


def test_an_update_leads_and_says_what_it_replaces() -> None:
    answer = asked("How many people are missing?", EARLY, LATE, **ONE_STORY)
    assert answer.short_answer == "Sixteen"
    assert answer.citations[0].article.id == "a2"
    assert answer.differing == ()
    (note,) = [each for each in answer.notes if "updated" in each]
    assert "Coastal Wire, 7 May 2024" in note
    assert "“Thirty-one”" in note


def test_of_two_stories_neither_is_an_update_and_both_readings_are_shown() -> None:
    answer = asked("How many people are missing?", EARLY, LATE)
    assert [(each.value, each.newest) for each in answer.differing] == [
        ("Sixteen", True),
        ("Thirty-one", False),
    ]
    assert not any("updated" in each for each in answer.notes)


def test_what_the_same_story_says_elsewhere_is_no_update() -> None:
    other = found(2, "Sixteen boats searched until dawn.", "Sixteen", 0.7, published=date(2024, 5, 9))
    answer = asked("How many people are missing?", EARLY, other, **ONE_STORY)
    assert not any("updated" in each for each in answer.notes)


def test_the_same_words_a_year_later_are_no_update() -> None:
    later = found(2, MISSING.format("Sixteen"), "Sixteen", 0.7, published=date(2025, 5, 9))
    answer = asked("Who was missing?", EARLY, later, **ONE_STORY)
    assert answer.short_answer == "Thirty-one"


def test_the_newest_report_of_what_changes_leads_with_its_day() -> None:
    answer = asked("Who won the cup?", *WINS)
    assert answer.short_answer == "Halden City"
    assert answer.as_of == date(2024, 5, 27)
    assert any("27 May 2024" in each for each in answer.notes)
    assert [each.value for each in answer.differing] == [
        "Halden City",
        "Port Maren Rovers",
        "Tarnholm United",
    ]


def test_a_fact_that_does_not_change_is_told_by_the_surest_report() -> None:
    answer = asked("Who wrote the anthem?", *WINS)
    assert (answer.short_answer, answer.as_of) == ("Tarnholm United", None)


def test_the_time_that_the_question_names_goes_before_the_readers_order() -> None:
    answer = asked("Who won the cup in 2023?", *WINS)
    assert answer.short_answer == "Port Maren Rovers"
    assert answer.period is not None
    assert [each.article.id for each in answer.evidence] == ["a2023", "a2022", "a2024"]
    assert answer.notes == ("Asked about “in 2023”: this report is of 22 May 2023.",)
    assert answer.differing == ()


def test_the_time_is_relative_to_the_day_of_the_question() -> None:
    answer = asked("Who won the cup last year?", *WINS, asked_on=date(2023, 3, 1))
    assert answer.short_answer == "Tarnholm United"


def test_a_report_of_the_right_time_gains_what_the_others_took_from_its_confidence() -> None:
    surer = [
        found(1, "Tarnholm United won the cup.", "Tarnholm United", 0.8, published=date(2022, 5, 23)),
        found(2, "Halden City won the cup.", "Halden City", 0.4, published=date(2024, 5, 27)),
    ]
    answer = asked("Who won the cup in 2024?", *surer)
    assert answer.abstention is None
    assert 0.4 < answer.confidence < 1.0


def test_an_article_of_another_year_that_speaks_of_the_time_is_still_found() -> None:
    told = found(1, "In 2009 Ada Stone won the cup.", "Ada Stone", 0.9, published=date(2023, 1, 1))
    answer = asked("Who won the cup in 2009?", told)
    assert (answer.short_answer, answer.abstention) == ("Ada Stone", None)


def test_an_answer_that_is_not_of_the_time_says_so() -> None:
    answer = asked("Who won the cup in 2019?", *WINS)
    assert any("No passage found is from or about “in 2019”" in each for each in answer.notes)


def test_a_time_outside_all_dates_is_declined_with_the_dates_that_are_covered() -> None:
    dates = (date(2022, 5, 23), date(2024, 5, 27))
    answer = asked("Who won the cup in 1987?", *WINS, dates=lambda: dates)
    assert reason(answer) is Reason.OUTSIDE_DATES
    assert "23 May 2022 to 27 May 2024" in answer.text


def test_a_time_outside_all_dates_is_told_too_where_what_speaks_of_it_does_not_answer() -> None:
    unsure = found(1, "In 1987 there was no cup.", "no cup", 0.1, published=date(2023, 1, 1))
    answer = asked("Who won the cup in 1987?", unsure, dates=lambda: (date(2022, 5, 23), date(2024, 5, 27)))
    assert reason(answer) is Reason.OUTSIDE_DATES


def test_a_toll_of_a_year_is_told_by_the_newest_report_about_that_year() -> None:
    first = found(
        1, "The war of 2020 cost 5,000 lives.", "5,000", 0.9, published=date(2020, 11, 16), source="Wire"
    )
    later = found(2, "The war of 2020 cost 6,500 lives.", "6,500", 0.6, published=date(2021, 2, 18))
    answer = asked("How many lives did the war of 2020 cost?", first, later)
    assert answer.short_answer == "6,500"
    assert [each.value for each in answer.differing] == ["6,500", "5,000"]


def test_the_newest_of_many_reports_leads_however_much_they_take_from_one_another() -> None:
    # As a reader is of three rivals.
    wins = [replace(each, confidence=each.confidence / 2.0) for each in WINS]
    answer = asked("Who won the cup?", *wins, found(5, "Cy Moor sang.", "Cy Moor", 0.01))
    assert answer.short_answer == "Halden City"
    assert answer.abstention is None


def test_what_stands_in_an_outdated_report_does_not_speak_against_the_newest() -> None:
    old = found(1, "The dam costs 12 crowns, power 14 crowns.", "12 crowns", 0.5, published=date(2022, 9, 1))
    power = replace(old, answer=Span(old.answer.end + 8, old.answer.end + 17), confidence=0.4)  # type: ignore[union-attr]
    new = found(2, "The dam costs 15 crowns.", "15 crowns", 0.4, published=date(2023, 9, 1))
    answer = asked("How much does the dam cost?", old, power, new)
    assert (answer.short_answer, answer.abstention) == ("15 crowns", None)


@pytest.mark.parametrize(
    ("question", "declined"),
    [
        ("Why did the ship sink?", False),
        ("What did Ada say sank the ship, according to the owner?", False),
        ("What sank the ship?", True),
    ],
)
def test_other_words_of_the_sentence_are_no_rivals_where_a_sentence_answers(
    question: str, declined: bool
) -> None:
    text = "The ship sank because its door was open and the storm was strong."
    door = found(1, text, "its door was open", 0.45)
    storm = found(1, text, "the storm was strong", 0.44)
    answer = asked(question, door, storm, found(2, "It rained.", "It rained", 0.01))
    assert (answer.abstention is not None) is declined
