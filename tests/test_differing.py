"""Reports are compared by what they say: who agrees is counted by story, who differs is shown with its day."""

from datetime import date
from typing import Any

from test_compose import composed, found

PRICE = "How much will the dam cost?"
PLAN = found(
    1,
    "The dam will cost 1.2 billion crowns.",
    "1.2 billion crowns",
    0.8,
    published=date(2022, 9, 12),
    source="Post",
)
SAME = found(2, "It puts the price at 1,200 million crowns.", "1,200 million crowns", 0.6)
AUDIT = found(
    3,
    "The dam will cost 1.4 billion crowns.",
    "1.4 billion crowns",
    0.7,
    published=date(2023, 11, 20),
    source="Ledger",
)


def test_each_reading_has_its_passage_its_stories_and_the_newest_leads() -> None:
    answer = composed(PLAN, AUDIT, SAME, question=PRICE)
    assert answer.short_answer == "1.4 billion crowns"
    newest, older = answer.differing
    assert (newest.value, newest.newest, newest.stories) == ("1.4 billion crowns", True, 1)
    assert (newest.citation.article.source, newest.citation.article.published) == (
        "Ledger",
        date(2023, 11, 20),
    )
    assert newest.citation.quote == AUDIT.quote
    assert (older.value, older.newest, older.stories) == ("1.2 billion crowns", False, 2)


def test_figures_in_other_words_agree_and_are_counted_as_two_stories() -> None:
    answer = composed(PLAN, SAME, question=PRICE)
    assert (answer.differing, answer.stories) == ((), 2)
    assert [each.article.id for each in answer.citations] == ["a1", "a2"]


def test_copies_of_a_story_count_once_and_other_stories_are_cited_first() -> None:
    text = "Ada Stone runs the ferry."
    spans = [found(number, text, "Ada Stone", 0.9 - number / 100) for number in range(1, 6)]
    stories: dict[str, Any] = {
        "stories": lambda ids: {each: "wire" if each != "a5" else "own" for each in ids}
    }
    answer = composed(*spans, **stories)
    assert answer.stories == 2
    assert [each.article.id for each in answer.citations] == ["a1", "a5", "a2"]


def test_an_agreeing_report_that_is_unsure_alone_is_cited_after_those_that_are_sure() -> None:
    answer = composed(PLAN, found(4, "1.2 billion crowns, perhaps.", "1.2 billion crowns", 0.2), SAME)
    assert [each.article.id for each in answer.citations] == ["a1", "a2", "a4"]


def test_relative_dates_agree_where_they_mean_the_same_day() -> None:
    first = found(1, "Baku replied on Tuesday.", "Tuesday", 0.9, published=date(2022, 3, 30))
    same = found(2, "Baku replied yesterday.", "yesterday", 0.7, published=date(2022, 3, 30))
    other = found(3, "Baku replied on Tuesday.", "Tuesday", 0.7, published=date(2022, 4, 6))
    answer = composed(first, same, other, question="When did Baku reply?")
    assert answer.stories == 2
    assert [each.citation.article.id for each in answer.differing] == ["a3", "a1"]
    assert answer.citations[0].dates[0].meaning == "29 March 2022"


def test_what_counts_something_else_is_no_other_reading() -> None:
    cents = found(5, "Power will cost 14 cents.", "14 cents", 0.7)
    few = found(6, "It needs 3 crowns.", "3 crowns", 0.7)
    word = found(7, "The dam will cost a lot.", "a lot", 0.7)
    assert composed(PLAN, cents, few, word, question=PRICE).differing == ()


def test_a_passage_without_the_names_of_the_question_is_no_other_reading() -> None:
    koru = found(1, "The Koru dam will cost 1.2 billion crowns.", "1.2 billion crowns", 0.8)
    question = "How much will the Koru dam cost?"
    assert composed(koru, AUDIT, question=question).differing == ()
    named = found(3, "The Koru dam will cost 1.4 billion crowns.", "1.4 billion crowns", 0.7)
    assert len(composed(koru, named, question=question).differing) == 2


def test_an_unsure_other_answer_is_no_reading() -> None:
    unsure = found(3, "The dam will cost 1.4 billion crowns.", "1.4 billion crowns", 0.05)
    assert composed(PLAN, unsure, question=PRICE).differing == ()


def test_the_speaker_of_the_quote_is_told() -> None:
    said = found(1, "The dam will cost a billion, auditors said on Monday.", "a billion", 0.9)
    assert composed(said, question=PRICE).citations[0].speaker == "auditors"


def test_a_figure_that_the_reader_passed_over_is_a_reading_where_its_sentence_answers_the_question() -> None:
    text = "The sinking of the ferry Aurelia cost 29 lives. The youngest victim was six."
    passed = found(2, text, "six", 0.05, published=date(2024, 5, 10))
    lead = found(
        1, "In the sinking of the ferry Aurelia 27 people died.", "27", 0.9, published=date(2024, 5, 11)
    )
    answer = composed(lead, passed, question="How many people died in the sinking of the ferry Aurelia?")
    assert [each.value for each in answer.differing] == ["27", "29"]
    assert answer.differing[1].citation.quote == "The sinking of the ferry Aurelia cost 29 lives."
    other = composed(lead, passed, question="How many people died in the sinking of the ferry Orca?")
    assert other.differing == ()


def test_another_figure_of_an_article_that_agrees_is_no_reading() -> None:
    text = "Turnout in Quay was 61 percent. In Quay the turnout of winners was 53 percent."
    lead = found(1, "Turnout in Quay was 61.3 percent.", "61.3 percent", 0.9)
    agreeing = found(2, text, "61 percent", 0.8)
    assert composed(lead, agreeing, question="What was the turnout in Quay?").differing == ()


def test_figures_of_the_same_things_agree_however_unsure() -> None:
    first = found(1, "Roughly 2,000 Russian soldiers are there.", "2,000", 0.8)
    same = found(2, "About 2,000 Russian soldiers have stood guard.", "About 2,000", 0.001)
    other = found(3, "It has 2,000 beds.", "2,000", 0.001)
    assert composed(first, same, other, question="How many soldiers are there?").stories == 2
