"""The exact McNemar test: by hand, and scipy's binomial test on any counts."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import eval.paired
from eval.paired import mcnemar


def test_by_hand() -> None:
    assert doctest.testmod(eval.paired).failed == 0
    assert mcnemar(0, 0) == 1
    assert mcnemar(6, 1) == pytest.approx(2 * (1 + 7) / 128)
    assert mcnemar(1, 6) == mcnemar(6, 1)
    assert mcnemar(0, 2_000) < 1e-300


@given(st.integers(0, 60), st.integers(0, 60))
def test_it_is_the_sign_test_of_scipy(fixed: int, broken: int) -> None:
    if fixed + broken:
        assert mcnemar(fixed, broken) == pytest.approx(stats.binomtest(fixed, fixed + broken).pvalue)
