"""A sentence that says what is asked, word for word, is answered by its subject."""

import pytest
from test_compose import composed, found

from rag.predicates import pointed, subject_in


@pytest.mark.parametrize(
    ("question", "sentence", "subject"),
    [
        ("Who won the cup in 2022?", "Later Halden City won the cup.", "Halden City"),
        ("Which countries have joined the Lake Accord?", "Dravia joined the Lake Accord.", "Dravia"),
        ("Which teams won the cup?", "On Sunday Ada and Bo won the cup.", "Ada and Bo"),
        ("In 1991 what broke out in Orlan?", "As it fell, fighting broke out in Orlan.", "fighting"),
        ("What destroyed the old library?", "A fire destroyed the old library.", "A fire"),
        ("Who won the cup?", "Halden City has also won a cup.", "Halden City"),
    ],
)
def test_the_subject_of_what_is_asked(question: str, sentence: str, subject: str) -> None:
    span = subject_in(question, sentence)
    assert span is not None
    assert span.of(sentence) == subject


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who won the cup?", "They won the cup."),
        ("Who won the cup?", "Halden City never won the cup."),
        ("Who won the cup?", "Halden City lost the cup."),
        ("Who won?", "Halden City won."),  # too little to be sure of
        ("What broke out in Orlan?", "It broke out in Orlan."),
        ("Who is the mayor of Orlan?", "Ada Stone is the mayor of Orlan."),
        ("When did Ada win the cup?", "Ada did win the cup."),
        ("What did the bridge cost the town?", "The bridge cost the town a fortune."),
        ("What will harbor repairs cost the town?", "The harbor repairs cost the town a fortune."),
    ],
)
def test_nothing_where_it_is_not_said_or_nobody_is_named(question: str, sentence: str) -> None:
    assert subject_in(question, sentence) is None


def test_the_subject_replaces_other_words_that_the_reader_marked_once() -> None:
    text = "Dravia joined the Lake Accord last month, as the fourth country."
    spans = [found(1, text, "fourth", 0.8), found(1, text, "country", 0.3)]
    question = "Which countries have joined the Lake Accord?"
    assert [each.short for each in pointed(question, spans)] == ["Dravia"]
    assert composed(*spans, question=question).short_answer == "Dravia"


def test_a_short_answer_does_not_repeat_the_question() -> None:
    text = "In 1991 fighting broke out in Orlan, a poor land."
    short = "fighting broke out in Orlan, a poor land"
    assert composed(found(1, text, short, 0.8), question="What broke out in Orlan?").short_answer == (
        "fighting"
    )


def test_a_sentence_that_never_ends_is_searched_in_bounded_time() -> None:
    endless = "Aa Bb, Cc and " * 400 + "it won the cup"
    assert subject_in("Who won the cup?", endless) is None
    assert subject_in("Who won the cup?", "A" * 6_000 + ". Won the cup") is None
