"""A question word says what kind of answer is wanted, and the sentence is searched for that kind alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer_types import asks_for_known_kind, find_answer

SENTENCE = "With captain Ada Stone, the ferry carried 1,250 passengers from Port Said on 14 March 2022."


def found(question: str, sentence: str = SENTENCE) -> str | None:
    span = find_answer(question, sentence)
    return None if span is None else span.of(sentence)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did the ferry carry passengers?", "14 March 2022"),
        ("What year did the ferry carry passengers?", "14 March 2022"),
        ("How many passengers did the ferry carry?", "1,250"),
        ("Where did the passengers come from?", "Port Said"),
        ("Who was the captain?", "Ada Stone"),
        ("With whom as captain did the ferry sail?", "Ada Stone"),
    ],
)
def test_finds_what_the_question_word_asks_for(question: str, expected: str) -> None:
    assert asks_for_known_kind(question)
    assert found(question) == expected


@pytest.mark.parametrize("question", ["Why did the ferry leave?", "How did it end?", "", "passengers"])
def test_a_question_for_another_kind_of_thing_has_no_short_answer(question: str) -> None:
    assert not asks_for_known_kind(question)
    assert found(question) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When did the ferry leave?", "The ferry left the harbour."),
        ("How many boats are there?", "The boats are old."),
        ("Where is the ferry?", "It is late."),
        ("Who runs the ferry?", "The ferry is run by a company."),
        ("Who runs it?", ""),
    ],
)
def test_a_sentence_without_the_kind_has_no_short_answer(question: str, sentence: str) -> None:
    assert found(question, sentence) is None


def test_what_the_question_says_itself_is_no_answer() -> None:
    assert found("Who met Ada Stone?", "Ada Stone met Bo Lind.") == "Bo Lind"
    assert found("Who is Ada Stone?", "Ada Stone is late.") is None


def test_of_several_the_one_nearest_to_the_questions_words_is_taken() -> None:
    sentence = "Built in 1901 by a company of merchants from the old town, the bridge burned in 1950."
    assert found("When was it built?", sentence) == "1901"
    assert found("When did the bridge burn?", sentence) == "1950"


@pytest.mark.parametrize(
    "date",
    [
        "3 May 2021",
        "May 3, 2021",
        "March 2020",
        "Tuesday",
        "1994",
        "the early 1990s",
        "last week",
        "Sept. 11",
    ],
)
def test_dates_are_found_as_news_writes_them(date: str) -> None:
    answer = found("When did the talks begin?", f"The talks began {date}, officials said.")
    assert answer is not None
    assert answer.removeprefix("the ") in date
    assert answer[-1] == date[-1]


@pytest.mark.parametrize("number", ["$3.5 million", "12.4 percent", "45 %", "12,000", "seven", "€ 20"])
def test_numbers_are_found_with_their_unit_of_counting(number: str) -> None:
    assert found("How much did it rise?", f"It rose by {number} over the winter.") == number


QUESTIONS = ["When?", "How many?", "Where is it?", "Who runs the Port?", "What city?", "Why?"]
PIECES = [
    "Ada Stone",
    " ",
    ", ",
    "The ",
    "On ",
    "in ",
    "May",
    "14 March",
    "2022",
    "$3",
    "🙂",
    "’s",
    "É",
    "\n",
    ".",
]


@given(st.sampled_from(QUESTIONS), st.lists(st.sampled_from(PIECES) | st.text(max_size=6)).map("".join))
def test_whatever_the_sentence_an_answer_is_a_part_of_it_that_is_not_empty(
    question: str, sentence: str
) -> None:
    span = find_answer(question, sentence)
    if span is not None:
        assert span.end <= len(sentence)
        assert span.of(sentence).strip()
