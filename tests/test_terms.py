"""The words of a question: which carry meaning, and which name something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.terms import content_terms, has_topic, names, stem, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("brokered", "broker"),
        ("Talks", "talk"),
        ("Putin's", "putin"),
        ("ministers’", "minister"),
        ("opened", "opens"),
    ],
)
def test_inflections_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_different_words_have_different_stems() -> None:
    assert len({stem(word) for word in ("harbour", "bridge", "ferry", "1901", "1902")}) == 5


def test_hyphenated_apostrophised_and_dotted_words_stay_whole() -> None:
    assert words("Çavuşoğlu's cease-fire: AT&T paid $3.5 in the U.S.!") == [
        "Çavuşoğlu's", "cease-fire", "AT&T", "paid", "3.5", "in", "the", "U.S",
    ]  # fmt: skip


def test_content_terms_leave_out_what_says_nothing_and_repeat_nothing() -> None:
    question = "Who brokered the cease-fire, and when was the cease-fire's end?"
    assert content_terms(question) == ["brokered", "cease-fire", "end"]


def test_a_question_of_stopwords_keeps_them_all_since_nothing_else_is_left() -> None:
    assert content_terms("Who is it?") == ["who", "is", "it"]
    assert not has_topic("Who is it?")
    assert has_topic("Who is Ada?")


@pytest.mark.parametrize("question", ["Didn't it?", "Didn’t it?", "Who’d say so?", "What’re they?", "I'm"])
def test_a_contraction_of_stopwords_says_nothing_whatever_its_apostrophe(question: str) -> None:
    assert not has_topic(question)
    assert names(question) == []


def test_an_abbreviation_in_capitals_is_no_stopword() -> None:
    assert content_terms("Who leads the US?") == ["leads", "us"]
    assert has_topic("What did the WHO say?")
    assert content_terms("WHO LEADS IT?") == ["leads"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who runs the harbour of Port1?", ["Port1"]),
        ("Is Ada Stone's ferry new?", ["Ada", "Stone"]),
        ("Ankara hosted whom in 2022?", ["2022"]),
        ("Describe the harbour. List its owners.", []),
        ("Ada Stone did what? Quay's harbour fell?", ["Ada", "Stone", "Quay"]),
        ("Did 30 of 1,500 leave?", []),
        ("Did COVID-19 reach Baku? And Baku's port?", ["COVID-19", "Baku"]),
        ("Wasn’t Port1 first?", ["Port1"]),
        ("What did I say about plan B?", []),
        ("how did it end in 7 days?", []),
        ("WHO FOUNDED THE FERRY IN 1901?", ["1901"]),
    ],
)
def test_names_are_capitalised_words_and_years_as_written(question: str, expected: list[str]) -> None:
    assert names(question) == expected


@given(st.text())
def test_any_text_gives_terms_that_are_distinct_and_lower_case(text: str) -> None:
    terms = content_terms(text)
    assert terms == list(dict.fromkeys(terms))
    assert all(term == term.lower() for term in terms)
    assert bool(terms) == bool(words(text))
    assert all(name in text for name in names(text))
