"""What cannot be what a question asks for does not lead, and what is less to its point neither."""

from dataclasses import replace
from datetime import date

import pytest
from test_compose import composed, found

from rag.fitting import unfit
from rag.question_time import asked_period
from rag.types import Answer, AnswerSpan, Span


def asked(question: str, *spans: AnswerSpan) -> Answer:
    return composed(*spans, question=question)


FIGURE = found(1, "It lay three kilometers off the harbor.", "three kilometers", 0.8)
DEGREES = found(2, "The sea has eight degrees.", "eight degrees", 0.6)


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("How cold was the sea?", "eight degrees"),
        ("How far off was the wreck?", "three kilometers"),
        ("What was measured?", "three kilometers"),
    ],
)
def test_what_measures_something_else_does_not_lead(question: str, short: str) -> None:
    assert asked(question, FIGURE, DEGREES).short_answer == short


def test_it_is_not_given_where_nothing_else_is_likely_and_neither_is_that() -> None:
    unlikely = found(2, "The sea has eight degrees.", "eight degrees", 0.01)
    assert asked("How far off was the wreck?", FIGURE).abstention is None
    assert asked("How cold was the sea?", FIGURE).abstention is not None
    assert asked("How cold was the sea?", FIGURE, unlikely).abstention is not None


@pytest.mark.parametrize(
    ("question", "late"),
    [
        ("When did the 2020 war end?", True),
        ("When in 2020 was a truce made?", True),
        ("When was the host of the 2020 games chosen?", False),
    ],
)
def test_what_a_question_places_in_a_year_was_not_over_before_it(question: str, late: bool) -> None:
    truce = found(1, "The fighting paused with the truce of 1994.", "1994", 0.8)
    assert bool(unfit(question, [truce], asked_period(question, date(2024, 1, 1)))) == late


def test_what_is_to_come_does_not_tell_when_something_was_in_a_year_either() -> None:
    coming = found(1, "The truce is for next year.", "next year", 0.8)
    question = "When did the 2020 war end?"
    assert unfit(question, [coming], asked_period(question, date(2024, 1, 1)))


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("When did Ada Stone defend the budget?", "yesterday"),
        ("When will Ada Stone defend the budget?", "next year"),
        ("When did Ada Stone say the budget would come?", "next year"),
    ],
)
def test_what_was_is_not_to_come_and_what_is_to_come_was_not(question: str, short: str) -> None:
    coming = found(1, "The budget is for next year.", "next year", 0.7)
    past = found(2, "Ada Stone defended the budget yesterday.", "yesterday", 0.6)
    spans = (past, coming) if question.startswith("When will") else (coming, past)
    assert asked(question, *spans).short_answer == short


def test_a_bare_figure_is_no_reason() -> None:
    cost = found(1, "The dam costs 1,200 million crowns.", "1,200 million crowns", 0.8)
    steel = found(2, "They blame the price of steel.", "the price of steel", 0.6)
    assert asked("Why did the cost of the dam rise?", cost, steel).short_answer == "the price of steel"
    assert asked("What does the dam cost?", cost, steel).short_answer == "1,200 million crowns"


def test_the_dead_of_an_earlier_war_are_not_those_of_the_year_asked_about() -> None:
    text = "Some 30,000 died before the truce of 1994. The war of 2020 cost 6,500 lives."
    first = found(1, text, "30,000", 0.8, published=date(2021, 2, 18))
    sentence, _, rest = text.partition(". ")
    first = part(first, sentence + ".", "30,000")
    second = part(first, rest, "6,500", behind=0.5)
    assert asked("How many died in the war of 2020?", first, second).short_answer == "6,500"
    assert asked("How many died in the war?", first, second).short_answer == "30,000"


def part(span: AnswerSpan, sentence: str, short: str, *, behind: float = 0.0) -> AnswerSpan:
    """A span of one sentence of another's passage, ranked so far behind it."""
    passage = span.evidence.passage
    start = passage.span.start + passage.text.index(sentence)
    answer = start + sentence.index(short)
    return replace(
        span,
        sentence=Span(start, start + len(sentence)),
        answer=Span(answer, answer + len(short)),
        score=span.score - behind,
    )


PAIR = "Ada and Bo left Vienna on Monday. They first met in Moscow. Orlan's president, Cy Moor, was there."
VIENNA = part(found(1, PAIR, "Vienna", 0.8), "Ada and Bo left Vienna on Monday.", "Vienna")
MOSCOW = part(VIENNA, "They first met in Moscow.", "Moscow", behind=0.8)


@pytest.mark.parametrize(
    ("question", "short"),
    [("Where did the two first meet?", "Moscow"), ("Where did the two meet?", "Vienna")],
)
def test_the_first_is_told_where_the_first_is_asked_for(question: str, short: str) -> None:
    assert asked(question, VIENNA, MOSCOW).short_answer == short
    far = part(VIENNA, "They first met in Moscow.", "Moscow", behind=3.0)
    assert asked(question, VIENNA, far).short_answer == "Vienna"


def test_a_holder_of_an_office_is_named_where_its_land_is() -> None:
    ada = part(VIENNA, "Ada and Bo left Vienna on Monday.", "Ada")
    moor = part(VIENNA, "Orlan's president, Cy Moor, was there.", "Cy Moor", behind=0.5)
    assert asked("Who was president of Orlan?", ada, moor).short_answer == "Cy Moor"
    assert asked("Who was president?", ada, moor).short_answer == "Ada"


def test_what_somebody_said_about_a_thing_mentions_it() -> None:
    day = found(1, "Kolb spoke of a good day.", "a good day", 0.8)
    raise_ = found(2, "“We waited long for a raise,” Kolb said.", "We waited long for a raise", 0.6)
    assert asked("What did Kolb say about waiting for a raise?", day, raise_).short_answer == (
        "We waited long for a raise"
    )
    assert asked("What did Kolb say?", day, raise_).short_answer == "a good day"


@pytest.mark.parametrize(("day", "short"), [(date(2022, 3, 14), "Bo Moor"), (date(2019, 3, 14), "Ada Stone")])
def test_who_is_said_to_hold_an_office_goes_before_who_seems_to(day: date, short: str) -> None:
    seems = "Foreign Minister Ada Stone said that Sudland had sent Norland a letter."
    newer = found(1, seems, "Ada Stone", 0.9, published=date(2022, 3, 30))
    told = found(2, "Bo Moor, Norland's foreign minister, left.", "Bo Moor", 0.6, published=day)
    assert asked("Who is the foreign minister of Norland?", newer, told).short_answer == short


def test_of_two_who_are_said_to_hold_an_office_the_newer_report_tells() -> None:
    before = found(
        1, "Ada Stone, Norland's foreign minister, left.", "Ada Stone", 0.9, published=date(2022, 1, 5)
    )
    after = found(2, "Bo Moor, Norland's foreign minister, came.", "Bo Moor", 0.6, published=date(2022, 6, 5))
    assert asked("Who is the foreign minister of Norland?", before, after).short_answer == "Bo Moor"


def test_who_holds_an_office_now_is_not_who_held_it_then() -> None:
    now = found(
        1, "Ada Stone, Norland's foreign minister, left.", "Ada Stone", 0.9, published=date(2022, 3, 14)
    )
    assert asked("Who was Norland's foreign minister in 2022?", now).short_answer == "Ada Stone"
    assert asked("Who was Norland's foreign minister in 2009?", now).abstention is not None
