"""Predictions of another system are scored by the same code; what they do not tell is not scored."""

import json
from pathlib import Path
from typing import Any

import pytest
from scripted import GOLD, TEXTS, article_text, cite, scripted_ask, six_questions, write_gold

from eval.predictions import MISSING, load_predictions, predicted
from eval.run import RunResult, evaluate, run
from eval.shelf import Shelf
from rag.errors import InputError

BRIDGE = TEXTS["bridge"]


def scored(folder: Path, *rows: object) -> RunResult:
    gold = six_questions(folder)
    told = load_predictions(write_gold(folder / "predictions.jsonl", *rows), gold)
    return evaluate(gold, predicted(told, article_text), Shelf(article_text), folder / "run", {})


def refused(folder: Path, *rows: object) -> str:
    with pytest.raises(InputError) as caught:
        scored(folder, *rows)
    return str(caught.value)


def test_a_run_scored_from_its_own_results_has_the_same_figures(tmp_path: Path) -> None:
    gold = six_questions(tmp_path)
    one = run(gold, scripted_ask, article_text, tmp_path / "one", {})
    rows = [row for row in one.rows if row["error"] is None]
    told = load_predictions(write_gold(tmp_path / "again.jsonl", *rows), gold)
    two = evaluate(gold, predicted(told, article_text), Shelf(article_text), tmp_path / "two", {})
    same = {key: value for key, value in one.summary.items() if key != "resources"}
    assert {key: value for key, value in two.summary.items() if key != "resources"} == same


def test_bare_predictions_are_scored_on_reading_alone(tmp_path: Path) -> None:
    rows = [{"id": row["id"], "prediction": "12.4 million crowns"} for row in GOLD[:4]]
    summary = scored(tmp_path, *rows, {"id": "false", "prediction": ""}).summary
    assert summary["reading"]["all"]["em"] == pytest.approx(1 / 3, abs=1e-4)
    assert summary["abstention"]["all"]["recall"] == 0.5  # an empty prediction declines
    assert summary["retrieval"]["success@5"] is None
    assert summary["citations"]["verbatim"] is None
    assert summary["confidence"]["all"]["ece"] is None
    assert summary["losses"] == {
        "wrong answer": 2,
        "correct": 2,
        "false answer": 1,
        "system error": 1,
    }


def test_citations_by_quote_alone_are_located_and_judged(tmp_path: Path) -> None:
    cited = [
        {
            "article_id": "bridge",
            "quote": cite("bridge", "The harbour bridge cost 12.4 million crowns.").quote,
        },
        {"article_id": "bridge", "quote": "It was free."},
        {"article_id": "bridge", "start": 24, "end": 43},
        {"article_id": "gone", "quote": "x"},
    ]
    row = {"id": "right", "prediction": "12.4 million crowns", "citations": cited, "retrieved": ["bridge"]}
    first = scored(tmp_path, row).rows[0]
    assert first["scores"] is not None
    assert first["scores"]["citations"] is not None
    assert [each["verbatim"] for each in first["scores"]["citations"]] == [True, False, True, False]
    assert [each["resolves"] for each in first["scores"]["citations"]] == [True, True, True, False]
    assert first["scores"]["citations"][2]["iou"] == 1
    assert first["scores"]["retrieval"] is not None
    assert first["scores"]["retrieval"]["success@1"] == 1


def test_a_question_without_a_prediction_is_a_failure_of_the_system(tmp_path: Path) -> None:
    result = scored(tmp_path, {"id": "right", "prediction": "May"}, {"id": "other", "prediction": "x"})
    assert result.summary["system_errors"] == 5
    assert result.rows[1]["error"] == MISSING


def test_squads_own_form_of_predictions_is_read(tmp_path: Path) -> None:
    gold = six_questions(tmp_path)
    (tmp_path / "p.json").write_text(json.dumps({"right": "12.4 million crowns", "wrong": ""}, indent=1))
    told = load_predictions(tmp_path / "p.json", gold)
    assert {key: row["abstained"] for key, row in told.rows.items()} == {"right": False, "wrong": True}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": "q"}, "`prediction` is missing"),
        ({"prediction": "x"}, "`id` is missing"),
        ({"id": "q", "prediction": "x", "abstained": "no"}, "`abstained` must be"),
        ({"id": "q", "prediction": "x", "confidence": 1.5}, "`confidence` must be"),
        ({"id": "q", "prediction": "x", "citations": ["a", 3.5]}, "must be an object"),
        ({"id": "q", "prediction": "x", "citations": [{"article_id": "a", "start": 3}]}, "both or neither"),
        ({"id": "q", "prediction": "x", "retrieved": [{"start": 1, "end": 2}]}, "`article_id` is missing"),
        ({"id": "q", "prediction": "x", "claims": [{"citations": [0]}]}, "count those of the row"),
        ({"id": "q", "prediction": "x", "timings_ms": [1]}, "`timings_ms` must map"),
        ([], "is not a JSON object"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_reason(tmp_path: Path, row: Any, reason: str) -> None:
    message = refused(tmp_path, {"id": "right", "prediction": "x"}, row)
    assert f"line 2: {reason}" in message or reason in message


def test_the_same_question_twice_and_no_rows_are_refused(tmp_path: Path) -> None:
    row = {"id": "right", "prediction": "x"}
    assert "line 2: repeats the id 'right'" in refused(tmp_path, row, row)
    assert "there are none" in refused(tmp_path)
    with pytest.raises(InputError, match="Cannot read the predictions"):
        load_predictions(tmp_path / "absent", six_questions(tmp_path))
