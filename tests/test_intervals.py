"""Intervals hold what they say: Wilson's by formula, the bootstrap by simulation, both by cluster."""

import doctest

import numpy as np
import pytest
from scipy import stats

import eval.intervals
from eval.intervals import Resamples, wilson


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(eval.intervals).failed == 0


@pytest.mark.parametrize(("passed", "trials"), [(0, 7), (3, 10), (50, 100), (999, 1000), (5, 5)])
def test_wilson_is_scipys(passed: int, trials: int) -> None:
    wanted = stats.binomtest(passed, trials).proportion_ci(method="wilson")
    assert wilson(passed, trials) == pytest.approx((wanted.low, wanted.high))


def ones(count: int) -> np.ndarray:
    return np.ones(count)


def test_without_clusters_the_bootstrap_is_near_the_normal_interval() -> None:
    values = (np.arange(400) % 4 == 0).astype(float)  # a quarter
    interval = Resamples(range(400)).ratio(values, ones(400))
    half = 1.96 * np.sqrt(0.25 * 0.75 / 400)
    assert interval == pytest.approx((0.25 - half, 0.25 + half), abs=0.01)


def test_questions_of_one_article_count_as_one_draw() -> None:
    # 20 articles with 20 questions each that pass or fail together: as sure as 20 questions, not as 400
    clusters = [number // 20 for number in range(400)]
    values = np.array([float(cluster % 2) for cluster in clusters])
    wide = Resamples(clusters).ratio(values, ones(400))
    narrow = Resamples(range(400)).ratio(values, ones(400))
    assert wide is not None
    assert narrow is not None
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(np.sqrt(20), rel=0.15)


def test_the_same_run_gives_the_same_interval_again() -> None:
    values = np.linspace(0, 1, 50)
    assert Resamples(range(50)).ratio(values, ones(50)) == Resamples(range(50)).ratio(values, ones(50))


def test_questions_that_are_not_eligible_do_not_count() -> None:
    parts, wholes = np.array([1.0, 0, 0, 0]), np.array([1.0, 0, 0, 0])
    assert Resamples(range(4)).ratio(parts, wholes) == (1, 1)
    assert Resamples(range(4)).ratio(parts * 0, wholes * 0) is None


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    rng = np.random.default_rng(1)
    before = rng.random(200)
    now = before + 0.02
    resamples = Resamples(range(200))
    difference = resamples.difference((now, ones(200)), (before, ones(200)))
    assert difference == pytest.approx((0.02, 0.02))


def test_the_interval_of_a_median_holds_it() -> None:
    values = np.append(np.random.default_rng(2).normal(100, 10, 500), np.nan)
    interval = Resamples(range(501)).quantile(values, 0.5)
    assert interval is not None
    assert interval.low < np.nanmedian(values) < interval.high
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * 1.2533 * 10 / np.sqrt(500), rel=0.5)


def test_the_interval_of_the_area_and_of_calibration_hold_the_figures() -> None:
    rng = np.random.default_rng(3)
    confidence = rng.random(300)
    wrong = (rng.random(300) > confidence).astype(float)
    resamples, known = Resamples(range(300)), np.ones(300, dtype=bool)
    order = np.argsort(-confidence)
    area = (np.cumsum(wrong[order]) / np.arange(1, 301)).mean()
    interval = resamples.area(confidence, wrong, known)
    assert interval is not None
    assert interval.low < area < interval.high < area + 0.15
    gaps = confidence - (1 - wrong)
    bins = np.minimum(9, (confidence * 10).astype(np.intp))
    error = sum(abs(gaps[bins == each].sum()) for each in range(10)) / 300
    held = resamples.calibration(bins, gaps, known.astype(float))
    assert held is not None
    assert held.low <= error + 0.02
    assert held.high < error + 0.1
