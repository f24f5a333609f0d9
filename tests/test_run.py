"""A run asks every question, survives what fails, and leaves figures that can be checked by hand."""

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scripted import (
    GOLD,
    TEXTS,
    answered,
    article_text,
    cite,
    declined,
    found,
    scripted_ask,
    six_questions,
    write_gold,
)

from eval.gold import load_gold
from eval.manifest import git_commit
from eval.run import RunResult, run
from rag.errors import InputError
from rag.types import Answer, Citation, Filters, Span


@pytest.fixture
def result(tmp_path: Path) -> RunResult:
    return run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {"library": "abc"})


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()]


def ranked(article: int | None) -> dict[str, float]:
    """The retrieval figures of one relevant id at a rank."""
    found = {k: float(article is not None and article <= k) for k in (1, 5, 10)}
    gain = 0.0 if article is None else 1 / math.log2(article + 1)
    return {
        **{f"success@{k}": each for k, each in found.items()},
        **{f"recall@{k}": each for k, each in found.items()},
        **{f"ndcg@{k}": each * gain for k, each in found.items()},
        "reciprocal_rank": 0.0 if article is None else 1 / article,
    }


def test_the_folder_holds_the_four_files(result: RunResult) -> None:
    names = {path.name for path in result.folder.iterdir()}
    assert names == {"manifest.json", "results.jsonl", "summary.json", "report.html"}
    assert json.loads((result.folder / "summary.json").read_text(encoding="utf-8")) == result.summary


def test_a_row_has_the_keys_and_values_of_the_contract(result: RunResult) -> None:
    row = rows_of(result.folder)[0]
    assert row == {
        "id": "right",
        "question": "What did the bridge cost?",
        "prediction": "The harbour bridge cost 12.4 million crowns.",
        "short_answer": "12.4 million crowns",
        "abstained": False,
        "reason": None,
        "confidence": 0.9,
        "claims": [{"text": "The harbour bridge cost 12.4 million crowns.", "citations": [0]}],
        "citations": [
            {
                "article_id": "bridge",
                "title": "Old bridge reopens",
                "source": "Courier",
                "url": None,
                "published": "2021-03-14",
                "start": 0,
                "end": 44,
                "quote": "The harbour bridge cost 12.4 million crowns.",
                "speaker": None,
                "dates": [],
            }
        ],
        "differing": [],
        "notes": [],
        "retrieved": [
            {"article_id": "ferry", "start": 0, "end": 20, "score": 0.5},
            {"article_id": "ferry", "start": 20, "end": 40, "score": 0.5},
            {"article_id": "bridge", "start": 0, "end": 20, "score": 0.5},
        ],
        "timings_ms": {"read": 10.0, "total": 20.0},
        "error": None,
        "gold": {
            "answerable": True,
            "answers": ["12.4 million crowns"],
            "evidence": [{"article_id": "bridge", "match": "exact", "spans": [[24, 43]]}],
            "tags": [],
        },
        "scores": {
            "outcome": "answered_right",
            "reading": {"em": 1.0, "f1": 1.0, "containment": 1.0},
            # the article is the second; of its passages the one retrieved ends before the evidence starts
            "retrieval": ranked(article=2),
            "retrieval_by_evidence": ranked(article=None),
            "citations": [
                {
                    "resolves": True,
                    "verbatim": True,
                    "contains_answer": True,
                    "overlaps_evidence": True,
                    "iou": 19 / 44,
                }
            ],
        },
        "label": "correct",
    }


def test_a_declined_question_has_no_prediction_and_no_citation_scores(result: RunResult) -> None:
    row = rows_of(result.folder)[2]
    assert (row["prediction"], row["abstained"], row["reason"], row["confidence"]) == (
        "",
        True,
        "not_stated",
        0.3,
    )
    assert row["scores"] == {
        "outcome": "abstained_answerable",
        "reading": {"em": 0.0, "f1": 0.0, "containment": 0.0},
        "retrieval": None,  # the gold set names no evidence, so there is nothing to miss
        "retrieval_by_evidence": None,
        "citations": None,
    }


def test_declining_scores_nothing_even_where_the_rejected_answer_is_told(tmp_path: Path) -> None:
    def ask(question: str, filters: Filters) -> Answer:
        return replace(declined(question, 0.3), short_answer="12.4 million crowns")

    gold = load_gold(write_gold(tmp_path / "gold.jsonl", GOLD[0]))
    result = run(gold, ask, article_text, tmp_path / "run", {})
    assert result.summary["reading"]["all"] == {"em": 0, "f1": 0, "containment": 0, "words": None}
    assert result.summary["losses"] == {"false abstention, evidence not retrieved": 1}


def test_a_question_that_fails_is_recorded_on_one_line_and_not_scored(result: RunResult) -> None:
    row = rows_of(result.folder)[-1]
    assert row["error"] == "RuntimeError: it broke in two lines"
    assert row["scores"] is None
    assert result.summary["system_errors"] == 1
    assert result.summary["questions"] == 6


def test_the_summary_by_hand(result: RunResult) -> None:
    summary = result.summary
    sizes = {key: summary[key] for key in ("questions", "answerable", "with_evidence", "unanswerable")}
    assert sizes == {"questions": 6, "answerable": 4, "with_evidence": 3, "unanswerable": 2}
    # two scored questions with evidence: right article at rank 2, and at rank 1
    retrieval = summary["retrieval"]
    assert [retrieval[name] for name in ("success@1", "success@5", "recall@10", "mrr")] == [0.5, 1, 1, 0.75]
    assert retrieval["ndcg@5"] == pytest.approx((1 + 1 / math.log2(3)) / 2, abs=1e-4)
    # right 1; wrong "The island ferry runs all winter." against "four crowns" 0; declined 0
    third = pytest.approx(1 / 3, abs=1e-4)
    assert summary["reading"]["all"] == {
        "em": third,
        "f1": third,
        "containment": third,
        "words": 4.5,  # "12.4 million crowns" and "The island ferry runs all winter."
    }
    assert summary["reading"]["with_evidence"] == {
        "em": 0.5,
        "f1": 0.5,
        "containment": 0.5,
        "words": 4.5,
    }
    # with the two that have no answer, of which one was declined: (1 + 0 + 0 + 1 + 0) / 5
    assert summary["squad2"] == {"em": 0.4, "f1": 0.4}
    # three citations: good; verbatim but beside the point; of an article that is gone
    two_thirds = pytest.approx(2 / 3, abs=1e-4)
    assert summary["citations"] == {
        "answers": 3,
        "citations": 3,
        "uncited_answers": 0,
        "resolves": two_thirds,
        "verbatim": two_thirds,
        "contains_answer": 0.5,
        "overlaps_evidence": 0.5,
        "iou": pytest.approx(19 / 44 / 2, abs=1e-4),
        "claim_recall": 0.5,
        "citation_precision": 0.5,
        "answers_with_containing": 0.5,
        "answers_with_overlapping": 0.5,
    }
    assert summary["abstention"]["all"] == {
        "answered_right": 1,
        "answered_wrong": 1,
        "abstained_answerable": 1,
        "abstained_unanswerable": 1,
        "false_answer": 1,
        "precision": 0.5,
        "recall": 0.5,
        "false_answer_rate": 0.5,
        "answered_rate": two_thirds,
        "right_of_answered": 0.5,
        "right_rate": 0.4,
    }
    assert summary["abstention"]["with_evidence"]["abstained_answerable"] == 0
    assert summary["abstention"]["with_evidence"]["precision"] == 1
    # read: 10, 20, 40, 40, 30
    assert summary["latency_ms"]["read"] == {"p50": 30.0, "p95": 40.0}
    assert summary["losses"] == {
        "correct": 2,
        "retrieval miss": 1,  # the right article, but no passage that holds the evidence
        "false abstention, evidence not retrieved": 1,
        "false answer": 1,
        "system error": 1,
    }
    assert summary["gold"] == {
        "evidence": 3,
        "offsets": 0,
        "exact": 2,
        "normalised": 0,
        "fuzzy": 0,
        "article_only": 0,
        "not_found": 0,
        "article_missing": 1,
        "unresolved": 1,
        "unresolved_questions": ["broken"],
    }


def test_the_sweep_covers_the_declined_questions_too(result: RunResult) -> None:
    by_threshold = {point["threshold"]: point for point in result.summary["sweep"]["all"]}
    assert by_threshold[0.5]["coverage"] == 0.6
    assert by_threshold[0.5]["risk"] == pytest.approx(2 / 3, abs=1e-4)
    assert by_threshold[0.3]["answered_rate"] == 1
    assert (by_threshold[0.3]["unjudged"], by_threshold[0.3]["risk"]) == (1, None)
    assert by_threshold[0.2]["false_answer_rate"] == 1
    assert by_threshold[0.22]["false_answer_rate"] == 0.5


def test_the_manifest_says_what_the_run_was_made_with(result: RunResult, tmp_path: Path) -> None:
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    gold = load_gold(tmp_path / "gold.jsonl")
    assert manifest["library"] == "abc"
    assert manifest["gold"] == {
        "path": str(gold.path),
        "sha256": gold.sha256,
        "questions": 6,
        "format": "gold.jsonl",
    }
    assert set(manifest["versions"]) == {
        "python",
        "dateline",
        "chromadb",
        "sentence-transformers",
        "langchain-core",
        "gradio",
    }
    assert manifest["started"] <= manifest["finished"]


def test_a_stopped_run_keeps_what_is_done_and_says_it_is_not_finished(tmp_path: Path) -> None:
    run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {})

    def stop_after_two(done: int, total: int) -> None:
        assert total == 6
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {}, stop_after_two)
    assert [row["id"] for row in rows_of(tmp_path / "run")] == ["right", "wrong"]
    assert json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))["finished"] is None
    # the figures of the earlier run must not stand beside the rows of this one
    assert not (tmp_path / "run" / "summary.json").exists()
    assert not (tmp_path / "run" / "report.html").exists()


def test_each_result_is_on_disk_before_the_next_question(tmp_path: Path) -> None:
    seen: list[int] = []

    def count_rows(question: str, filters: Filters) -> Answer:
        seen.append(len(rows_of(tmp_path / "run")))
        return scripted_ask(question, filters)

    run(six_questions(tmp_path), count_rows, article_text, tmp_path / "run", {})
    assert seen == [0, 1, 2, 3, 4, 5]


def test_progress_is_told_after_each_question(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    run(
        six_questions(tmp_path),
        scripted_ask,
        article_text,
        tmp_path / "run",
        {},
        lambda done, total: told.append((done, total)),
    )
    assert told == [(number, 6) for number in range(1, 7)]


def test_a_dated_question_is_asked_as_of_its_day_and_not_filtered(tmp_path: Path) -> None:
    asked: list[Filters] = []

    def ask(question: str, filters: Filters) -> Answer:
        asked.append(filters)
        return scripted_ask(question, filters)

    gold = load_gold(write_gold(tmp_path / "gold.jsonl", {**GOLD[0], "asked_on": "2023-01-05"}))
    run(gold, ask, article_text, tmp_path / "run", {})
    assert asked == [Filters(asked_on=date(2023, 1, 5))]


def test_gold_evidence_on_a_copy_counts_for_the_article_that_keeps_its_text(tmp_path: Path) -> None:
    gold = load_gold(write_gold(tmp_path / "gold.jsonl", {**GOLD[0], "evidence": [{"article_id": "copy"}]}))
    canonical = {"copy": "bridge"}.__getitem__
    result = run(gold, scripted_ask, article_text, tmp_path / "run", {}, canonical=canonical)
    assert result.summary["retrieval"]["mrr"] == 0.5
    assert result.summary["citations"]["overlaps_evidence"] == 1
    assert result.summary["gold"]["article_missing"] == 0


def test_an_article_the_library_lacks_counts_as_missed_and_is_told(tmp_path: Path) -> None:
    gold = load_gold(write_gold(tmp_path / "gold.jsonl", {**GOLD[0], "evidence": [{"article_id": "lost"}]}))
    result = run(gold, scripted_ask, article_text, tmp_path / "run", {})
    assert result.summary["retrieval"]["success@10"] == 0
    assert result.summary["gold"]["unresolved_questions"] == ["right"]


def test_an_altered_quote_and_an_uncited_answer_are_found_out(tmp_path: Path) -> None:
    good = cite("bridge", TEXTS["bridge"][:44])
    altered = Citation(good.article, Span(0, 44), good.quote.replace("12.4", "13.4"))

    def ask(question: str, filters: Filters) -> Answer:
        answer = answered(question, "13.4 million", altered, 0.8, found("bridge"))
        return answer if question.startswith("What did") else replace(answer, citations=())

    result = run(
        load_gold(write_gold(tmp_path / "g.jsonl", *GOLD[:2])), ask, article_text, tmp_path / "run", {}
    )
    assert result.summary["citations"]["verbatim"] == 0
    assert result.summary["citations"]["uncited_answers"] == 1
    assert result.summary["citations"]["answers_with_overlapping"] == 0.5


def test_a_set_without_answers_is_scored_on_retrieval_alone(tmp_path: Path) -> None:
    row = {
        "id": "r",
        "question": GOLD[0]["question"],
        "answerable": True,
        "evidence": [{"article_id": "bridge"}],
    }
    result = run(
        load_gold(write_gold(tmp_path / "g.jsonl", row)), scripted_ask, article_text, tmp_path / "run", {}
    )
    assert result.summary["retrieval"]["mrr"] == 0.5
    assert result.summary["reading"]["all"]["em"] is None
    assert result.summary["abstention"]["all"]["answered_rate"] is None
    assert result.summary["losses"] == {"correct": 1}  # its article is among the first


def test_odd_characters_of_an_answer_end_neither_the_run_nor_the_line(tmp_path: Path) -> None:
    def ask(question: str, filters: Filters) -> Answer:
        return replace(scripted_ask(GOLD[0]["question"], filters), short_answer="\ud800\u2028")  # type: ignore[arg-type]

    gold = load_gold(write_gold(tmp_path / "gold.jsonl", GOLD[0]))
    result = run(gold, ask, article_text, tmp_path / "run", {})
    assert rows_of(result.folder)[0]["short_answer"] == "\ud800\u2028"


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"Cannot write the run folder .*file.*; give another with --out\."):
        run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "file", {})


def test_the_commit_is_read_from_a_checkout_and_only_from_there(tmp_path: Path) -> None:
    assert git_commit(tmp_path) is None
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    assert git_commit(tmp_path) is None  # no commit yet
    (git / "packed-refs").write_text("# pack-refs\nbbb refs/heads/main\n", encoding="utf-8")
    assert git_commit(tmp_path) == "bbb"
    (git / "refs" / "heads" / "main").write_text("aaa\n", encoding="utf-8")
    assert git_commit(tmp_path) == "aaa"
    (git / "HEAD").write_text("ccc\n", encoding="utf-8")
    assert git_commit(tmp_path) == "ccc"
    (tmp_path / "inside").mkdir()
    assert git_commit(tmp_path / "inside") is None
