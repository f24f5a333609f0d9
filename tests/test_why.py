"""Every question ends with one label, and each label means what it says."""

from typing import Any

import pytest

from eval.rows import Row, gold_pieces, retrieved_pieces
from eval.scoring import score
from eval.why import READ_DEPTH, Why, evidence_rank, why

TEXTS = {
    "bridge": "The bridge cost 12 crowns. " * 2 + "It reopened in May.",
    "ferry": "The ferry runs. " * 30,
}
GOLD = {"article_id": "bridge", "match": "exact", "spans": [[16, 25]]}
HELD = {"article_id": "bridge", "start": 0, "end": 26}
OTHER = {"article_id": "ferry", "start": 0, "end": 15}
QUOTED = {**HELD, "quote": TEXTS["bridge"][:26]}
ASTRAY = {**OTHER, "quote": "The ferry runs."}


def row(**changes: Any) -> Row:
    made: dict[str, Any] = {
        "id": "q",
        "question": "What did it cost?",
        "prediction": "The bridge cost 12 crowns.",
        "short_answer": "12 crowns",
        "abstained": False,
        "confidence": 0.5,
        "claims": [],
        "citations": [QUOTED],
        "retrieved": [HELD],
        "timings_ms": {},
        "error": None,
        "gold": {"answerable": True, "answers": ["12 crowns"], "evidence": [GOLD], "tags": []},
    }
    made |= {key: value for key, value in changes.items() if key != "gold"}
    made["gold"] = made["gold"] | changes.get("gold", {})
    made["scores"] = score(made, TEXTS.get)  # type: ignore[arg-type]
    return made  # type: ignore[return-value]


WRONG = {"prediction": "The ferry runs.", "short_answer": "ferry", "citations": [ASTRAY]}
DECLINED = {"prediction": "", "short_answer": None, "citations": [], "abstained": True}
NO_ANSWER = {"answerable": False, "answers": [], "evidence": []}
LOST = {"evidence": [{"article_id": "gone", "match": "article_missing", "spans": []}]}
ONLY_ARTICLE = {"evidence": [{"article_id": "bridge", "match": "article_only", "spans": []}]}


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, Why.CORRECT),
        ({"citations": [ASTRAY, QUOTED]}, Why.CORRECT),
        ({"citations": None}, Why.CORRECT),
        ({"citations": [ASTRAY]}, Why.CITATION),
        ({"citations": [{**QUOTED, "quote": "The bridge cost 12 crowns!"}]}, Why.CITATION),
        ({"citations": []}, Why.CITATION),
        ({**WRONG}, Why.READER),
        ({**WRONG, "retrieved": [OTHER]}, Why.RETRIEVAL),
        ({**WRONG, "retrieved": []}, Why.RETRIEVAL),
        ({**WRONG, "retrieved": [OTHER] * READ_DEPTH + [HELD]}, Why.RANKING),
        ({**WRONG, "retrieved": [OTHER] * (READ_DEPTH - 1) + [HELD]}, Why.READER),
        ({**WRONG, "retrieved": None}, Why.WRONG),
        ({**WRONG, "gold": LOST}, Why.GOLD),
        ({**WRONG, "gold": ONLY_ARTICLE}, Why.READER),
        ({**WRONG, "gold": ONLY_ARTICLE, "retrieved": [{**HELD, "start": 54, "end": 73}]}, Why.RETRIEVAL),
        ({**WRONG, "gold": {"evidence": []}}, Why.READER),  # any passage with the answer's words shows it
        ({**DECLINED}, Why.DECLINED_FOUND),
        ({**DECLINED, "retrieved": [OTHER]}, Why.DECLINED_NOT_FOUND),
        ({**DECLINED, "retrieved": None}, Why.DECLINED),
        ({**DECLINED, "gold": LOST}, Why.GOLD),
        ({**DECLINED, "gold": NO_ANSWER}, Why.CORRECT),
        ({**WRONG, "gold": NO_ANSWER}, Why.FALSE_ANSWER),
        ({"error": "RuntimeError: no"}, Why.ERROR),
    ],
)
def test_each_question_gets_its_label(changes: dict[str, Any], label: Why) -> None:
    assert why(row(**changes), TEXTS.get) is label


def test_a_set_without_answers_is_judged_by_retrieval() -> None:
    gold = {"answers": [], **ONLY_ARTICLE}
    deep = [{"article_id": f"x{number}"} for number in range(READ_DEPTH)] + [{"article_id": "bridge"}]
    assert why(row(gold=gold), TEXTS.get) is Why.CORRECT
    assert why(row(gold=gold, retrieved=[{"article_id": "ferry"}]), TEXTS.get) is Why.RETRIEVAL
    assert why(row(gold=gold, retrieved=deep), TEXTS.get) is Why.RANKING
    assert evidence_rank(row(gold=gold, retrieved=deep), TEXTS.get) == READ_DEPTH + 1


def test_passages_are_ranked_by_the_first_that_touches_each_piece_of_evidence() -> None:
    second = {"article_id": "bridge", "match": "exact", "spans": [[43, 52], [70, 72]]}
    two = row(
        gold={"evidence": [GOLD, second, {"article_id": "ferry", "match": "article_only", "spans": []}]},
        retrieved=[OTHER, HELD, {**HELD, "start": 20, "end": 30}, {**HELD, "start": 60, "end": 71}, OTHER],
    )
    assert gold_pieces(two) == {"gold 0": 1, "gold 1": 1}
    assert retrieved_pieces(two) == ["passage 0", "gold 0", "gold 1", "passage 4"]
