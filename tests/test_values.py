"""Two short answers are compared as figures, days and names, not as strings."""

import pytest

from rag.values import number_in, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.2 billion crowns", "1,200 million crowns"),
        ("about 61 percent", "61.3 per cent"),
        ("27", "at least 27"),
        ("sixteen", "16"),
        ("Thirty-one", "31 people"),
        ("2,000", "Roughly 2,000"),
        ("$5 million", "$5m"),
        ("3 June", "June 3"),
        ("Gen. Viktor Orlenko", "General Orlenko"),
        ("Aleksei Morozov", "Alexey Morozov"),
        ("Mevlüt Çavuşoğlu", "Mevlut Cavusoglu"),
        ("V. Orlenko", "Viktor Orlenko"),
        ("The U.S. Senate", "U S senate"),
    ],
)
def test_the_same_answer_in_other_words(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.2 billion crowns", "1.4 billion crowns"),
        ("27", "29"),
        ("6.1", "6.3"),
        ("more than 6,500", "more than 5,000"),
        ("40 kilometers", "40 percent"),
        ("3 June", "10 June"),
        ("Ilham Aliyev", "Haydar Aliyev"),
        ("Viktor Orlenko", "Viktor Ruda"),
        ("Tarnholm United", "Halden City"),
        ("five", "Halden City"),
    ],
)
def test_different_answers(one: str, other: str) -> None:
    assert not same(one, other)
    assert not same(other, one)


def test_a_number_has_its_value_its_precision_and_its_unit() -> None:
    number = number_in("about 1.25 million crowns")
    assert number is not None
    assert (number.value, number.precision, number.unit, number.rough) == (1.25e6, 1e4, "crown", True)
    assert number_in("nobody") is None
