"""A question for several things gets all that the evidence holds, each with the sentence that names it."""

import pytest
from test_compose import composed, found

from rag.question_kind import wants_several
from rag.several import whole_list

LAKE = "Orlan, Velmark and Castria signed the Lake Accord on Saturday."


@pytest.mark.parametrize(
    "question",
    [
        "Which countries have joined the accord?",
        "Which two former champions were there?",
        "Who are the special envoys?",
        "What are the names of the satellites?",
        "Who signed for Orlan and Castria?",
    ],
)
def test_a_question_for_several_things_is_known(question: str) -> None:
    assert wants_several(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which country has joined?",
        "In which year was it built?",
        "Who is the envoy?",
        "What series did he win?",
    ],
)
def test_a_question_for_one_thing_is_not(question: str) -> None:
    assert not wants_several(question)


@pytest.mark.parametrize("short", ["Orlan", "Velmark and Castria", "Velmark", "Castria"])
def test_part_of_an_enumeration_becomes_the_whole(short: str) -> None:
    whole = whole_list(found(1, LAKE, short, 0.8))
    assert (whole.short or "").startswith("Orlan, Velmark and Castria"[: len(whole.short or "")])
    assert "Castria" in (whole.short or "")


def test_an_adverb_before_an_enumeration_is_not_part_of_it() -> None:
    text = "Still, Ada Stone and Bo Lind left."
    assert whole_list(found(1, text, "Ada Stone and Bo Lind", 0.8)).short == "Ada Stone and Bo Lind"


def test_things_of_several_articles_are_all_given_each_with_its_citation() -> None:
    answer = composed(
        found(1, LAKE, "Orlan, Velmark and Castria", 0.8),
        found(2, "Dravia joined the Lake Accord.", "Dravia", 0.7),
        found(3, "Orlan is in the Lake Accord.", "Orlan", 0.7),  # told already
        found(4, "Perhaps Sarvan.", "Sarvan", 0.1),  # not sure enough
        question="Which countries have joined the Lake Accord?",
    )
    assert answer.short_answer == "Orlan, Velmark and Castria; Dravia"
    assert [claim.text for claim in answer.claims] == [LAKE, "Dravia joined the Lake Accord."]
    assert [answer.citations[claim.citations[0]].article.id for claim in answer.claims] == ["a1", "a2"]


def test_no_more_are_given_than_were_asked_for() -> None:
    answer = composed(
        found(1, "Ada Stone and Bo Lind left.", "Ada Stone and Bo Lind", 0.8),
        found(2, "Cy Moor left.", "Cy Moor", 0.7),
        question="Which two ministers left?",
    )
    assert answer.short_answer == "Ada Stone and Bo Lind"


def test_a_name_that_the_sentence_goes_on_with_is_given_too() -> None:
    text = "Trade Minister Ada Stone signed for Orlan, and Farm Minister Bo Lind for Castria."
    answer = composed(found(1, text, "Ada Stone", 0.8), question="Who signed for Orlan and Castria?")
    assert answer.short_answer == "Ada Stone; Bo Lind"
    assert len(answer.claims) == 1


def test_what_a_sentence_says_in_the_words_of_the_question_is_sure_enough() -> None:
    answer = composed(
        found(1, "Halden City won the Northern Cup.", "Halden City", 0.8),
        found(2, "Belmora Stars won the Northern Cup on Sunday.", "Belmora Stars", 0.05),
        found(3, "Sarvan Lions spoke.", "Sarvan Lions", 0.05),
        question="Which teams have won the Northern Cup?",
    )
    assert answer.short_answer == "Halden City; Belmora Stars"


def test_the_names_of_a_list_do_not_speak_against_one_another_where_it_is_said_that_they_are() -> None:
    answer = composed(
        found(1, "Halden City won the Northern Cup.", "Halden City", 0.45),
        found(2, "Belmora Stars won the Northern Cup.", "Belmora Stars", 0.44),
        question="Which teams have won the Northern Cup?",
    )
    assert answer.short_answer == "Halden City; Belmora Stars"
    unsaid = composed(
        found(1, "Halden City spoke.", "Halden City", 0.45),
        found(2, "Belmora Stars spoke.", "Belmora Stars", 0.44),
        question="Which teams have won the Northern Cup?",
    )
    assert unsaid.abstention is not None
