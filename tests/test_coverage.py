"""Why, how and what happened get a few sentences that belong together and do not repeat each other."""

import pytest
from fakes import article
from test_compose import composed, found

from rag.coverage import covering
from rag.question_kind import wants_explanation
from rag.sentences import sentences
from rag.types import AnswerSpan, Evidence, Passage, Span

TEXT = (
    "The ferry Aurelia sank because its bow door was open. Water ran onto the car deck within minutes."
    " He resigned. Tickets for the funfair cost four crowns. The sinking of the ferry Aurelia shocked many."
)


def read(number: int, text: str, place: int, score: float = 5.0) -> AnswerSpan:
    given = article(number, f"Earlier. {text}")
    evidence = Evidence(Passage(f"p{number}", given.id, Span(9, 9 + len(text)), text), given.info, 1.0)
    sentence = sentences(text)[place]
    return AnswerSpan(evidence, Span(9 + sentence.start, 9 + sentence.end), None, score, 0.0, 0.9)


def told(question: str, lead: AnswerSpan, *others: AnswerSpan) -> list[str]:
    return [evidence.text_at(span) for evidence, span in covering(question, lead, [lead, *others])]


def test_the_lead_comes_first_and_what_goes_with_it_follows() -> None:
    found = told("Why did the ferry Aurelia sink?", read(1, TEXT, 0))
    assert found[:2] == [
        "The ferry Aurelia sank because its bow door was open.",
        "Water ran onto the car deck within minutes.",
    ]
    assert len(found) <= 3
    assert not any("funfair" in each for each in found)


def test_another_article_adds_what_it_knows_but_repeats_nothing() -> None:
    again = read(2, "The ferry Aurelia sank because its bow door stood open.", 0, 4.0)
    more = read(3, "The crew of the ferry Aurelia had been told to hurry because a storm was near.", 0, 4.0)
    found = told("Why did the ferry Aurelia sink?", read(1, TEXT.partition(" He")[0], 0), again, more)
    assert any("told to hurry" in each for each in found)
    assert not any("stood open" in each for each in found)


def test_a_sentence_that_begins_with_a_pronoun_comes_only_after_the_one_it_leans_on() -> None:
    text = "The ferry Aurelia sank. A storm had begun. It sank the ferry Aurelia because of its waves."
    found = told("Why did the ferry Aurelia sink?", read(1, text, 0))
    leaning = "It sank the ferry Aurelia because of its waves."
    assert leaning not in found or found[found.index(leaning) - 1] == "A storm had begun."


def test_passages_far_below_the_lead_add_nothing() -> None:
    far = read(2, "The ferry Aurelia was caused to sink because of greed.", 0, 0.5)
    assert not any("greed" in each for each in told("Why did the ferry Aurelia sink?", read(1, TEXT, 0), far))


@pytest.mark.parametrize(
    "question",
    [
        "Why did it sink?",
        "How was it saved?",
        "What happened to the ferry?",
        "What started the fire?",
    ],
)
def test_questions_that_want_more_than_a_fact(question: str) -> None:
    assert wants_explanation(question)


@pytest.mark.parametrize(
    "question",
    ["How many died?", "How did he describe it?", "What is its name?", "What started in 1991?"],
)
def test_questions_that_want_a_fact(question: str) -> None:
    assert not wants_explanation(question)


def test_what_happened_to_something_named_needs_half_of_the_confidence() -> None:
    fire = found(1, "A fire destroyed the library of Belmora.", "fire", 0.3)
    assert composed(fire, question="What happened to the library of Belmora?").abstention is None
    assert composed(fire, question="What happened to the library of Quay?").abstention is not None
    assert composed(fire, question="What destroyed the library of Belmora?").abstention is not None
