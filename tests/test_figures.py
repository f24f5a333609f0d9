"""The figures in the summary and the ones whose intervals are told are the same figures."""

from pathlib import Path

import pytest
from scripted import article_text, scripted_ask, six_questions

from eval.figures import figures
from eval.run import run
from eval.tables import at


def test_every_interval_is_of_a_figure_and_holds_it(tmp_path: Path) -> None:
    summary = run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {}).summary
    assert {"reading.all.em", "retrieval.ndcg@10", "citations.iou", "latency_ms.read.p50"} <= set(
        summary["intervals"]
    )
    for path, told in summary["intervals"].items():
        value = at(summary, path)
        assert value is not None, path
        if not path.startswith("confidence"):  # resampling biases a calibration error upwards
            assert told["low"] - 1e-4 <= value <= told["high"] + 1e-4, path


def test_a_figure_is_the_mean_over_the_questions_it_counts(tmp_path: Path) -> None:
    result = run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {})
    counts = {figure.path: figure.eligible for figure in figures(result.rows)}
    assert counts["retrieval.success@5"] == 2  # with evidence, and no system error
    assert counts["reading.all.em"] == 3
    assert counts["abstention.all.recall"] == 2
    assert counts["citations.claim_recall"] == 2  # answers to answerable questions
    summary = result.summary
    for figure in figures(result.rows):
        value = at(summary, figure.path)
        assert (value is None) == (figure.eligible == 0), figure.path
        if value is not None:
            assert value == pytest.approx(figure.value, abs=1e-4), figure.path


def test_a_rate_that_nothing_moves_has_wilsons_interval(tmp_path: Path) -> None:
    summary = run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {}).summary
    told = summary["intervals"]["retrieval.success@5"]  # both of two
    assert (told["low"], told["high"]) == tuple(told["wilson"]) == (0.3424, 1.0)
