"""A follow-up is made to stand alone from the conversation; a question that stands alone is left as it is."""

from datetime import date

import pytest

from rag.follow_ups import leans_on_context, standalone
from rag.types import Exchange

TODAY = date(2024, 10, 1)
CUP = Exchange("Who won the Northern Cup in 2022?", "Tarnholm United")
DAM = Exchange("How much will the Koru dam cost?", "1.4 billion crowns")
PUTIN = Exchange("Who brokered the cease-fire that ended the 2020 war?", "Vladimir Putin")
MINISTER = Exchange("Who is the finance minister of Velmark?", "Ingrid Solvang")
HALL = Exchange("Who designed the new concert hall of Castria?", "Aleksei Morozov")
TALKS = Exchange("When did Azerbaijan say that it was ready for peace talks?", "Tuesday")
ENVOY = Exchange("Who is Turkey's special envoy for the talks with Armenia?", "Serdar Kılıç")
QUAKE = Exchange("What was the magnitude of the earthquake in Sarvan?", "6.3")


@pytest.mark.parametrize(
    ("before", "question", "alone"),
    [
        (CUP, "And in 2023?", "Who won the Northern Cup in 2023?"),
        (CUP, "What about 2024?", "Who won the Northern Cup in 2024?"),
        (DAM, "And in 2022?", "How much will the Koru dam cost in 2022?"),
        (
            Exchange("How large was the 2021 budget?"),
            "And in 2024?",
            "How large was the 2024 budget?",
        ),
        (TALKS, "And Russia?", "When did Russia say that it was ready for peace talks?"),
        (ENVOY, "And Armenia's?", "Who is Armenia's special envoy for the talks with Turkey?"),
        (MINISTER, "And of Dravia?", "Who is the finance minister of Dravia?"),
        (ENVOY, "And for Armenia?", "Who is Armenia's special envoy for the talks with Turkey?"),
        (HALL, "And in Velmark?", "Who designed the new concert hall of Castria in Velmark?"),
        (QUAKE, "And in Velmark?", "What was the magnitude of the earthquake in Velmark?"),
        (Exchange("Who met in the Hague?"), "What about in Vienna?", "Who met in Vienna?"),
        (
            Exchange("Who spoke at Castria's old hall?"),
            "And at Velmark?",
            "Who spoke at Velmark's old hall?",
        ),
        (PUTIN, "Who is he?", "Who is Vladimir Putin?"),
        (MINISTER, "Whom did she succeed?", "Whom did Ingrid Solvang succeed?"),
        (MINISTER, "What are her plans?", "What are Ingrid Solvang’s plans?"),
        (MINISTER, "And what did she say?", "What did Ingrid Solvang say?"),
        (MINISTER, "Who held the office in 2021?", "Who was the finance minister of Velmark in 2021?"),
        (DAM, "How high will it be?", "How high will the Koru dam be?"),
        (HALL, "How many people will it seat?", "How many people will the new concert hall of Castria seat?"),
        (QUAKE, "How many people did it kill?", "How many people did the earthquake in Sarvan kill?"),
        (QUAKE, "Who is the governor there?", "Who is the governor in Sarvan?"),
        (DAM, "What did Turkey say about it?", "What did Turkey say about the Koru dam?"),
        (
            Exchange("How did he describe the talk with Ararat Mirzoyan?"),
            "Who is Mirzoyan?",
            "Who is Ararat Mirzoyan?",
        ),
        (
            Exchange("Who scored both goals?", "Striker Oskar Lindt"),
            "Which club did he score for?",
            "Which club did Oskar Lindt score for?",
        ),
    ],
)
def test_a_follow_up_is_filled_in(before: Exchange, question: str, alone: str) -> None:
    assert standalone(question, [before], TODAY) == alone


@pytest.mark.parametrize(
    "question",
    [
        "When did Mayor Varga take office?",
        "Did Putin say he would go?",
        "How many lakes are there in Finland?",
        "How long does it take to reach Belmora?",
        "Why did the ferry Aurelia sink?",
        "who brokered the truce?",
        "Koru dam height?",
        "Masters 2023 winner?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standalone(question, [DAM, MINISTER], TODAY) == question


def test_nothing_is_filled_in_at_the_start_of_a_conversation() -> None:
    assert standalone("Who is he?", [], TODAY) == "Who is he?"


def test_the_person_of_an_earlier_exchange_is_still_known() -> None:
    history = [
        Exchange("Who is the mayor of Tarnholm?", "Helena Varga"),
        Exchange("How old is Helena Varga?", "46"),
    ]
    assert standalone("When does she take office?", history, TODAY) == "When does Helena Varga take office?"


def test_two_people_asked_for_one_after_the_other_are_they() -> None:
    history = [ENVOY, Exchange("Who is Armenia's special envoy for the talks with Turkey?", "Ruben Rubinyan")]
    alone = standalone("Where did they first meet?", history, TODAY)
    assert alone == "Where did Serdar Kılıç and Ruben Rubinyan first meet?"


@pytest.mark.parametrize("question", ["Where did they sign it?", "When did she resign?"])
def test_a_question_that_says_little_but_a_pronoun_leans_on_context(question: str) -> None:
    assert leans_on_context(question)


@pytest.mark.parametrize("question", ["Did Putin say he would go?", "What is it that sank in the harbour?"])
def test_a_question_with_a_name_or_a_topic_does_not(question: str) -> None:
    assert not leans_on_context(question)
