"""Who holds an office is not answered by who holds the same one elsewhere."""

import pytest

from rag.offices import held_elsewhere

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
        ("Who is the foreign minister of Sudland?", False),  # it says nothing of that
        ("Whom did the president of Sudland meet?", False),
    ],
)
def test_an_office_is_held_where_the_sentence_says(question: str, sentence: str, elsewhere: bool) -> None:
    assert held_elsewhere(question, sentence, "Ada Stone") is elsewhere


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
    assert not held_elsewhere(question, sentence, "Ada Stone")
