"""A bound on a figure is understood before the run, and missed where the figure is lower or not there."""

from pathlib import Path

import pytest
from scripted import article_text, scripted_ask, six_questions

from eval.gates import FULL, Gate, missed, parse_gate
from eval.run import run
from eval.tables import at
from rag.errors import InputError


@pytest.mark.parametrize(
    ("given", "gate"),
    [
        ("em=0.4", Gate("reading.all.em", 0.4)),
        ("success@5 = 1", Gate("retrieval.success@5", 1)),
        ("reading.with_evidence.f1=.5", Gate("reading.with_evidence.f1", 0.5)),
    ],
)
def test_names_are_short_or_paths(given: str, gate: Gate) -> None:
    assert parse_gate(given) == gate


@pytest.mark.parametrize(
    "given", ["f2=0.5", "em", "em=high", "em=40", "false_answer_rate=0.1", "latency_ms=3"]
)
def test_what_is_no_bound_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="--fail-under"):
        parse_gate(given)


def test_every_figure_that_can_be_bounded_is_in_the_summary(tmp_path: Path) -> None:
    summary = run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {}).summary
    for path in FULL:
        assert at(summary, path) is not None, path


def test_a_lower_figure_and_one_that_is_not_there_miss_the_bound(tmp_path: Path) -> None:
    summary = run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {}).summary
    gates = [parse_gate(each) for each in ("success@1=0.5", "success@1=0.51", "em=0.2")]
    assert list(missed(gates, summary)) == ["retrieval.success@1 is 0.5000, under 0.51."]
    empty = {"reading": {"all": {"em": None}}}
    assert list(missed([Gate("reading.all.em", 0)], empty)) == [
        "reading.all.em has no question to be measured on, and must be at least 0."
    ]
