"""The metrics equal what their definitions give by hand, and SQuAD's published script on any text."""

import doctest
import re
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eval.metrics
from eval.metrics import (
    containment,
    exact_match,
    mean,
    normalise_answer,
    percentile,
    ratio,
    reciprocal_rank,
    success_at_k,
    token_f1,
    unique,
)


def test_the_examples_in_the_docstrings_hold() -> None:
    results = doctest.testmod(eval.metrics)
    assert results.attempted >= 9
    assert results.failed == 0


def squad_normalise(text: str) -> str:
    """As published with SQuAD v1.1: lower, remove_punc, remove_articles, white_space_fix."""
    excluded = set(string.punctuation)
    lowered = "".join(character for character in text.lower() if character not in excluded)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", lowered).split())


def squad_f1(prediction: str, truth: str) -> float:
    prediction_tokens, truth_tokens = squad_normalise(prediction).split(), squad_normalise(truth).split()
    common = Counter(prediction_tokens) & Counter(truth_tokens)
    same = sum(common.values())
    if same == 0:
        return 0
    precision = 1.0 * same / len(prediction_tokens)
    recall = 1.0 * same / len(truth_tokens)
    return (2 * precision * recall) / (precision + recall)


texts = st.text(st.sampled_from("aAnthe U.S.'’-$1Ž\u00a0") | st.characters(codec="utf-8"), max_size=30)


@given(texts, st.lists(texts, min_size=1, max_size=3))
def test_exact_match_and_f1_are_those_of_the_squad_script(prediction: str, answers: list[str]) -> None:
    assert normalise_answer(prediction) == squad_normalise(prediction)
    assert token_f1(prediction, answers) == max(squad_f1(prediction, answer) for answer in answers)
    assert exact_match(prediction, answers) == any(
        squad_normalise(prediction) == squad_normalise(answer) for answer in answers
    )


@pytest.mark.parametrize(
    ("prediction", "answers", "em", "f1"),
    [
        ("The Buffalo Bills!", ["buffalo bills"], 1, 1),
        ("an apple a day", ["apple day"], 1, 1),
        ("Bills", ["Buffalo Bills"], 0, 2 / 3),  # precision 1, recall 1/2
        ("to be or not to be", ["to be"], 0, 0.5),  # 2 of 6 words, 2 of 2 words
        ("Vladimir Putin", ["Putin", "Vladimir Vladimirovich Putin"], 0, 0.8),  # the better: 2 of 2, 2 of 3
        ("", ["Munich"], 0, 0),
        ("the", ["a"], 1, 0),  # the v1.1 script calls two empty texts equal, without a shared word
    ],
)
def test_hand_computed_exact_match_and_f1(prediction: str, answers: list[str], em: float, f1: float) -> None:
    assert exact_match(prediction, answers) == em
    assert token_f1(prediction, answers) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("It cost 12.4 million crowns, she said.", "12.4 million crowns", 1),
        ("It took 10 days.", "1", 0),
        ("Biden's visit", "Biden", 1),
        ("McDonald’s won", "McDonald's", 1),
        ("an 85-year-old man", "85", 1),
        ("a “special military operation” – not", "special military operation", 1),
        ("€40 a month", "40", 1),
        ("at −12 degrees", "-12", 1),
        ("The Who played", "the", 0),
        ("anything", "", 0),
    ],
)
def test_containment_counts_whole_words_whatever_the_punctuation(text: str, answer: str, held: float) -> None:
    assert containment(text, [answer]) == held


def test_without_answers_nothing_matches() -> None:
    assert (exact_match("x", []), token_f1("x", []), containment("x", [])) == (0, 0, 0)


def test_ranks_count_articles_not_passages() -> None:
    ranked = unique(["b", "b", "c", "b", "a", "d"])
    assert ranked == ["b", "c", "a", "d"]
    assert [success_at_k(ranked, {"a", "d"}, k) for k in (1, 2, 3, 10)] == [0, 0, 1, 1]
    assert reciprocal_rank(ranked, {"a", "d"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranked, {"x"}) == 0
    assert reciprocal_rank([], {"x"}) == 0


def test_percentiles_are_interpolated() -> None:
    values = [40.0, 10.0, 20.0, 30.0]
    assert percentile(values, 50) == 25
    assert percentile(values, 95) == pytest.approx(38.5)
    assert percentile([7.0], 95) == 7
    assert percentile([], 50) is None


def test_what_has_no_score_is_no_zero() -> None:
    assert mean([None, 1.0, 0.0, None]) == 0.5
    assert mean([]) is None
    assert ratio(0, 0) is None
    assert ratio(0, 4) == 0
