"""A relative date is explained from the day its article was published, and only where that is known."""

from datetime import date

import pytest

from rag.dates import explained

WEDNESDAY = date(2022, 3, 30)


def told(text: str, published: date = WEDNESDAY) -> dict[str, str]:
    return {note.words: note.meaning for note in explained(text, published)}


@pytest.mark.parametrize(
    ("text", "words", "meaning"),
    [
        ("The ministry replied on Tuesday.", "Tuesday", "29 March 2022"),
        ("It sank on Wednesday.", "Wednesday", "30 March 2022"),
        ("It sank on Monday evening.", "Monday evening", "28 March 2022"),
        ("It was launched last Wednesday.", "last Wednesday", "23 March 2022"),
        ("The bridge will close next Monday.", "next Monday", "4 April 2022"),
        ("Schools are closed until Monday.", "Monday", "4 April 2022"),
        ("They met yesterday.", "yesterday", "29 March 2022"),
        ("The vote is tomorrow.", "tomorrow", "31 March 2022"),
        ("It rained the day before yesterday.", "the day before yesterday", "28 March 2022"),
        ("Last month he resigned.", "Last month", "February 2022"),
        ("Earlier this month they met.", "Earlier this month", "March 2022"),
        ("Both met last week.", "last week", "21 to 27 March 2022"),
        ("It opens next week.", "next week", "4 to 10 April 2022"),
        ("He won last weekend.", "last weekend", "26 to 27 March 2022"),
        ("Prices fell last year.", "last year", "2021"),
        ("Found last summer.", "last summer", "summer 2021"),
        ("It was cold last winter.", "last winter", "winter 2021–22"),
        ("Work begins next spring.", "next spring", "spring 2023"),
        ("It was offered a year ago.", "a year ago", "about March 2021"),
        ("It opened two years ago.", "two years ago", "about 2020"),
        ("Three days ago it burned.", "Three days ago", "27 March 2022"),
        ("The next one will follow in two years.", "in two years", "about 2024"),
        ("They were named in December.", "December", "December 2021"),
        ("The hall is to open in September.", "September", "September 2022"),
        ("They sat down on 14 January.", "14 January", "14 January 2022"),
        ("They will sit down on Jan. 14.", "Jan. 14", "14 January 2023"),
    ],
)
def test_an_expression_is_explained(text: str, words: str, meaning: str) -> None:
    assert told(text) == {words: meaning}


@pytest.mark.parametrize(
    "text",
    [
        "It was built in six years.",  # how long, not when
        "They met on 14 January 2020 and in March 2021.",
        "He may go, as the May report says.",
        "USA TODAY reported it.",
        "The 30 February edition.",
        "Monday, 4 March 2024",
    ],
)
def test_what_is_no_relative_date_is_left_alone(text: str) -> None:
    assert told(text) == {}


def test_what_was_said_after_a_plan_is_past() -> None:
    text = "The museum will open on 3 June, its director said on Monday."
    assert told(text, date(2024, 4, 2)) == {"3 June": "3 June 2024", "Monday": "1 April 2024"}


def test_nothing_is_explained_without_the_articles_date() -> None:
    assert explained("He retired on Tuesday.", None) == ()


def test_a_note_covers_its_words_in_the_article_and_the_days_meant() -> None:
    (note,) = explained("He left last month.", WEDNESDAY, start=100)
    assert (note.span.start, note.span.end) == (108, 118)
    assert (note.first, note.last) == (date(2022, 2, 1), date(2022, 2, 28))


def test_a_date_at_the_end_of_the_calendar_does_no_harm() -> None:
    assert told("It ends next year and tomorrow.", date.max) == {}
