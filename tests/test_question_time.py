"""A question's own time is understood, and evidence is weighed by whether it is of that time."""

from datetime import date

import pytest
from fakes import article

from rag.question_time import asked_period, put_to, standing, without_its_time
from rag.types import AnswerSpan, Evidence, Passage, Period, Span

TODAY = date(2024, 5, 15)


@pytest.mark.parametrize(
    ("question", "words", "first", "last"),
    [
        ("Who won in 2009?", "in 2009", date(2009, 1, 1), date(2009, 12, 31)),
        ("How large was the 2021 budget?", "2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("Who fought before the 2020 war?", "before the 2020", None, date(2019, 12, 31)),
        ("Who has led it since March 2024?", "since March 2024", date(2024, 3, 1), None),
        ("Who left after 2020?", "after 2020", date(2020, 12, 31), None),
        ("What happened last week?", "last week", date(2024, 5, 6), date(2024, 5, 12)),
        ("Who won last year?", "last year", date(2023, 1, 1), date(2023, 12, 31)),
        ("What broke on 3 June 2022?", "on 3 June 2022", date(2022, 6, 3), date(2022, 6, 3)),
        ("What broke on June 3, 2022?", "on June 3, 2022", date(2022, 6, 3), date(2022, 6, 3)),
        ("Who ruled between 1991 and 1994?", "between 1991 and 1994", date(1991, 1, 1), date(1994, 12, 31)),
        ("Who ruled in the 1990s?", "1990s", date(1990, 1, 1), date(1999, 12, 31)),
    ],
)
def test_the_time_that_a_question_names(
    question: str, words: str, first: date | None, last: date | None
) -> None:
    period = asked_period(question, TODAY)
    assert period is not None
    assert words in period.words
    assert (period.first, period.last) == (first, last)


def test_since_a_month_without_its_year_is_the_latest_such_month_and_open() -> None:
    assert asked_period("Who has led it since March?", TODAY) == Period("since March", date(2024, 3, 1), None)


@pytest.mark.parametrize("question", ["Who won the cup?", "What sank on Friday?", "Who has 1,991 goats?"])
def test_a_question_without_a_time_has_none(question: str) -> None:
    assert asked_period(question, TODAY) is None


def span(text: str, quote: str, published: date | None) -> AnswerSpan:
    given = article(1, text, title="News", published=published)
    evidence = Evidence(Passage("p", "a1", Span(0, len(text)), text), given.info, 1.0)
    start = text.index(quote)
    return AnswerSpan(evidence, Span(start, start + len(quote)), None, 1.0, 0.0, 0.5)


IN_2009 = Period("in 2009", date(2009, 1, 1), date(2009, 12, 31))


@pytest.mark.parametrize(
    ("text", "quote", "published", "fit"),
    [
        ("They met. It rained.", "They met.", date(2009, 11, 2), 2),  # written then
        ("In 2009 they met.", "In 2009 they met.", date(2023, 1, 1), 2),  # written later, about then
        ("It was 2009. They met.", "They met.", date(2023, 1, 1), 1),  # the passage is about then
        ("They met.", "They met.", date(2023, 1, 1), 0),
        ("They met.", "They met.", None, 0),
        ("In 1994 they met.", "In 1994 they met.", date(2009, 5, 5), 1),  # written then, of another time
        ("They met last year.", "They met last year.", date(2010, 5, 5), 2),
    ],
)
def test_a_span_stands_by_what_its_sentence_its_article_and_its_passage_say(
    text: str, quote: str, published: date | None, fit: int
) -> None:
    assert standing(span(text, quote, published), IN_2009) == fit


OF_2009 = article(1, "x", title="News", published=date(2009, 11, 23)).info


@pytest.mark.parametrize(
    ("question", "put"),
    [
        ("Who won in 2009?", "Who won?"),
        ("In 2009, who won?", "who won?"),
        ("Who won in November 2009 at home?", "Who won at home?"),
        ("Who won in 2010?", "Who won in 2010?"),  # another time
        ("Who won the 2009 cup?", "Who won the 2009 cup?"),  # part of a name
        ("Who won since 2009?", "Who won since 2009?"),
        ("Who won?", "Who won?"),
    ],
)
def test_a_passage_of_the_time_is_asked_without_it(question: str, put: str) -> None:
    assert put_to(question, OF_2009, "They won on Sunday, as in 1904.") == put


def test_a_passage_that_tells_years_apart_is_asked_with_the_time() -> None:
    assert put_to("Who won in 2009?", OF_2009, "Ada won in 2008.") == "Who won in 2009?"
    undated = article(1, "x", title="News").info
    assert put_to("Who won in 2009?", undated, "Ada won.") == "Who won in 2009?"


def test_the_time_in_which_an_article_was_published_is_accounted_for() -> None:
    assert without_its_time("Who won the 2009 cup?", OF_2009).split() == "Who won the cup?".split()
    assert without_its_time("Who won the 2008 cup?", OF_2009) == "Who won the 2008 cup?"
