"""The checks that the figures rest on are guarded: break one, and the test beside it fails."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import test_abstention
import test_citations
import test_compare
import test_run
from scripted import article_text, scripted_ask, six_questions

import eval.compare
import eval.scoring
import eval.summary
from eval.abstention import Outcome
from eval.run import run

Guard = Callable[[Path], None]
Mutation = Callable[[pytest.MonkeyPatch], None]


def believing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The citation check takes every quote for verbatim."""
    judge = test_citations.judge_citations

    def believed(*args: Any) -> Any:
        return [{**verdict, "verbatim": True} for verdict in judge(*args)]

    monkeypatch.setattr(test_citations, "judge_citations", believed)
    monkeypatch.setattr(eval.scoring, "judge_citations", believed)


def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """The abstention count takes an answer to an unanswerable question for a declined one."""
    count = test_abstention.abstention_figures

    def forgiven(outcomes: Sequence[Outcome]) -> Any:
        return count(
            Outcome.DECLINED_UNANSWERABLE if each is Outcome.FALSE_ANSWER else each for each in outcomes
        )

    monkeypatch.setattr(test_abstention, "abstention_figures", forgiven)
    monkeypatch.setattr(eval.summary, "abstention_figures", forgiven)


def by_position(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pairing takes questions by their place instead of their id."""
    compare = eval.compare.compare

    def misplaced(rows: Sequence[Any], before: Sequence[Any]) -> Any:
        return compare(rows, [{**was, "id": now["id"]} for was, now in zip(before, rows, strict=False)])

    monkeypatch.setattr(test_compare, "compare", misplaced)


def verbatim_guard(folder: Path) -> None:
    test_citations.test_a_quote_that_is_not_exactly_the_stored_text_is_not_verbatim(
        0, 44, test_citations.TEXT[:43] + "!"
    )


def verbatim_end_to_end(folder: Path) -> None:
    test_run.test_an_altered_quote_and_an_uncited_answer_are_found_out(folder)


def abstention_guard(folder: Path) -> None:
    test_abstention.test_precision_and_recall_of_declining_by_hand()


def abstention_end_to_end(folder: Path) -> None:
    result = run(six_questions(folder), scripted_ask, article_text, folder / "run", {})
    test_run.test_the_summary_by_hand(result)


def pairing_guard(folder: Path) -> None:
    test_compare.test_questions_are_paired_by_id_whatever_their_order(folder)


@pytest.mark.parametrize(
    ("break_it", "guard"),
    [
        (believing, verbatim_guard),
        (believing, verbatim_end_to_end),
        (forgiving, abstention_guard),
        (forgiving, abstention_end_to_end),
        (by_position, pairing_guard),
    ],
)
def test_a_broken_check_is_noticed(
    break_it: Mutation, guard: Guard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "broken").mkdir()
    guard(tmp_path / "whole")
    break_it(monkeypatch)
    with pytest.raises(AssertionError):
        guard(tmp_path / "broken")
