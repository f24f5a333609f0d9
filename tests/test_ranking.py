"""The ranking figures equal those of ir-measures, which trec_eval computes, on any ranking."""

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from eval.metrics import ndcg_at_k, recall_at_k, reciprocal_rank, success_at_k

IDS = [f"a{number}" for number in range(30)]
RANKINGS = st.lists(st.sampled_from(IDS), unique=True, max_size=25)
GRADES = st.dictionaries(st.sampled_from(IDS), st.integers(1, 3), min_size=1, max_size=8)


@given(RANKINGS, GRADES)
def test_every_figure_is_that_of_ir_measures(ranked: list[str], grades: dict[str, int]) -> None:
    measures = [measure @ k for measure in (Success, R, nDCG) for k in (1, 5, 10)]
    scores = {each: float(-rank) for rank, each in enumerate(ranked)}
    qrels = [ir_measures.Qrel("q", each, grade) for each, grade in grades.items()]
    run = [ir_measures.ScoredDoc("q", each, score) for each, score in scores.items()]
    wanted = ir_measures.calc_aggregate([*measures, RR], qrels, run)
    for k in (1, 5, 10):
        assert success_at_k(ranked, grades, k) == pytest.approx(wanted[Success @ k])
        assert recall_at_k(ranked, grades, k) == pytest.approx(wanted[R @ k])
        assert ndcg_at_k(ranked, grades, k) == pytest.approx(wanted[nDCG @ k])
    assert reciprocal_rank(ranked, grades) == pytest.approx(wanted[RR])
