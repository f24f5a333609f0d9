"""Who holds an office is not answered by who holds the same one elsewhere."""

import pytest

from rag.offices import holds_another, names_no_owner

OF_NORLAND = [
    "The truce is the work of Norland's president, Ada Stone.",
    "It ended in a truce arranged by Ada Stone, the president of Norland, who left.",
    "Norlandish President Ada Stone left.",
    "The former president of Norland, Ada Stone, left.",
    "Ada Stone, Norland's new president, left.",
    "She met Ada Stone, the Norlandish president.",
]


@pytest.mark.parametrize("sentence", OF_NORLAND)
@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("Who is the president of Sudland?", True),
        ("Who is Sudland's president?", True),
        ("Who was the Sudlandian president in 2009?", True),
        ("Who is the president of Norland?", False),
        ("Who's Norland’s president?", False),
        ("Who was the Norlandish president?", False),
        ("Who is the foreign minister of Norland?", True),
        ("Whom did the president of Sudland meet?", False),
    ],
)
def test_an_office_is_held_where_the_sentence_says(question: str, sentence: str, elsewhere: bool) -> None:
    assert holds_another(question, sentence, "Ada Stone", []) is elsewhere


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who is the president of France?", "French President Ada Stone left."),
        ("Who is the president of the United States?", "America’s president, Ada Stone, left."),
        ("Who is the U.S. president?", "President Ada Stone left Norland."),
        ("Who is the president of Sudland?", "Norland's president met Ada Stone of Sudland."),
        ("Who is the president of Sudland?", "Republican President Ada Stone left."),
        ("Who is the president of Sudland?", "Bo Moor, Norland's president, met Ada Stone."),
    ],
)
def test_what_does_not_say_otherwise_may_be_right(question: str, sentence: str) -> None:
    assert not holds_another(question, sentence, "Ada Stone", [])


def test_whose_office_it_is_may_be_told_elsewhere() -> None:
    sentence, other = (
        "President Ada Stone opened the school.",
        "It met its Norlandian counterpart, Ada Stone.",
    )
    assert holds_another("Who is the president of Sudland?", sentence, "Ada Stone", [other])
    assert not holds_another("Who is the president of Norland?", sentence, "Ada Stone", [other])


def test_a_sentence_that_names_the_office_asked_for_may_name_another_too() -> None:
    sentence = "Foreign Minister Ada Stone became prime minister."
    assert not holds_another("Who is the prime minister of Norland?", sentence, "Ada Stone", [])
    assert not holds_another(
        "Who is the defence minister of Norland?", "Defense Minister Ada Stone", "Ada Stone", []
    )


@pytest.mark.parametrize(
    ("question", "without"),
    [
        ("Who is the president of Sudland?", True),
        ("Who is the Norlandish president?", False),
        ("Who is the president of the United States?", False),
        ("Who opened the school?", False),
    ],
)
def test_a_passage_that_names_no_place_does_not_say_whose_office_it_is(question: str, without: bool) -> None:
    text = "President Ada Stone opened the school. It is the first that the U.S. paid for in Norland."
    assert names_no_owner(question, text) is without
