"""A statement carries who made it, in the article's words, and nothing where the article names nobody."""

import pytest

from rag.sentences import sentences
from rag.speakers import speaker_of


def speaker(text: str, place: int = -1) -> str | None:
    return speaker_of(text, sentences(text)[place])


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("It cost 29 lives, according to the health office in Port Maren.", "the health office"),
        ("According to its spokesman, Dieter Hahn, the works lose millions.", "its spokesman, Dieter Hahn"),
        ("At least 12 people died, the coast guard said on Monday.", "the coast guard"),
        ("The dam grows dearer, auditors said in a report.", "auditors"),
        ("“We have waited,” union leader Marta Kolb said at the gate.", "union leader Marta Kolb"),
        ("“We have waited,” said Marta Kolb.", "Marta Kolb"),
        (
            "If they attack, said Samvel Farmanyan, spokesman for the president, all is open.",
            "Samvel Farmanyan",
        ),
        ("Last month President Erdoğan said Turkey was willing.", "President Erdoğan"),
        ("The governor of Sarvan, Nadim Halabi, warned of rain.", "The governor of Sarvan, Nadim Halabi"),
        ("Çavuşoğlu said that talks go on.", "Çavuşoğlu"),
        ("Baku is ready, its Foreign Ministry declared on Tuesday.", "its Foreign Ministry"),
    ],
)
def test_the_speaker_that_a_sentence_names(sentence: str, who: str) -> None:
    assert speaker(sentence) == who


@pytest.mark.parametrize(
    "sentence",
    [
        "More than 80,000 books were lost.",
        "The crew had been told to hurry.",
        "It said that nobody was hurt.",
        "The square is called Haydar Aliyev.",
        "The figure of more than 5,000 was wrong.",
    ],
)
def test_a_sentence_that_nobody_is_said_to_say(sentence: str) -> None:
    assert speaker(sentence) is None


def test_a_pronoun_is_told_as_the_person_who_spoke_before() -> None:
    text = "People are missing, commander Elin Aasgard told reporters. “The water is cold,” she said."
    assert speaker(text) == "commander Elin Aasgard"


def test_a_pronoun_is_told_as_the_subject_of_the_sentence_before() -> None:
    text = "At the forum he met Mevlüt Çavuşoğlu. Çavuşoğlu had warm words. The talk, he said, was helpful."
    assert speaker(text) == "Mevlüt Çavuşoğlu"


def test_a_bare_quotation_takes_the_speaker_of_its_neighbour() -> None:
    text = "“A city without a library is a house without windows.” Mayor Carlo Benassi said so on Monday."
    assert speaker(text, 0) == "Mayor Carlo Benassi"


def test_a_pronoun_that_stands_for_nobody_names_nobody() -> None:
    assert speaker("It was dark. She said it was late.") is None
