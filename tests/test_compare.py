"""Two runs are compared question by question; other gold sets and unfinished runs are refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from scripted import (
    GOLD,
    answered,
    article_text,
    cite,
    declined,
    found,
    scripted_ask,
    six_questions,
    write_gold,
)

from eval.compare import compare, earlier
from eval.gold import GoldSet, load_gold
from eval.run import RunResult, asking, evaluate, run
from eval.shelf import Shelf
from rag.errors import InputError
from rag.types import Answer, Filters


def other_ask(question: str, filters: Filters) -> Answer:
    """What was right is declined, what was wrong is right; the rest is as before."""
    if question == GOLD[0]["question"]:
        return declined(question, 0.4, found("bridge"))
    if question == GOLD[1]["question"]:
        return answered(question, "four crowns", cite("ferry", "Tickets stay at four crowns."), 0.8)
    return scripted_ask(question, filters)


def first(tmp_path: Path) -> tuple[GoldSet, RunResult]:
    gold = six_questions(tmp_path)
    return gold, run(gold, scripted_ask, article_text, tmp_path / "one", {})


def second(tmp_path: Path, gold: GoldSet, one: RunResult) -> RunResult:
    """A run that is compared with the first."""
    before = earlier(one.folder, gold.sha256)
    return evaluate(gold, asking(other_ask), Shelf(article_text), tmp_path / "two", {}, None, before)


def test_fixed_and_broken_questions_are_named_and_figures_paired(tmp_path: Path) -> None:
    gold, one = first(tmp_path)
    two = second(tmp_path, gold, one)
    told = two.comparison
    assert told is not None
    assert (told.fixed, told.broken, told.paired) == (("wrong",), ("right",), 5)
    assert (told.p_value, told.regressed) == (1.0, False)
    by_path = {each.path: each for each in told.differences}
    assert (by_path["reading.all.em"].before, by_path["reading.all.em"].after) == (1 / 3, 1 / 3)
    # cited in both runs: the wrong answer of before, which is now right, and the false one, which has no gold
    cited = by_path["citations.answers_with_overlapping"]
    assert (cited.before, cited.after, cited.questions) == (0, 1, 1)
    assert "1 questions fixed, 1 broken, of 5 (exact McNemar p = 1)." in str(told)


def test_the_report_shows_both_runs_side_by_side(tmp_path: Path) -> None:
    gold, one = first(tmp_path)
    two = second(tmp_path, gold, one)
    page = (two.folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<h3>Earlier</h3>") == page.count("<h3>Now</h3>") == 6
    assert page.count('data-change="fixed"') == page.count('data-change="broken"') == 1
    assert "1 questions fixed, 1 broken, of 5" in page


def test_questions_are_paired_by_id_whatever_their_order(tmp_path: Path) -> None:
    _, one = first(tmp_path)
    assert compare(one.rows, one.rows[::-1]).broken == ()
    swapped = [{**row, "id": old["id"]} for row, old in zip(one.rows, one.rows[::-1], strict=True)]
    assert compare(one.rows, swapped).broken != ()  # type: ignore[arg-type]


def test_a_run_of_an_older_version_is_still_read(tmp_path: Path) -> None:
    gold, one = first(tmp_path)
    rows = [json.loads(line) for line in (one.folder / "results.jsonl").read_text().splitlines()]
    for row in rows:
        del row["label"], row["claims"]
        if row["scores"] is not None:
            del row["scores"]["retrieval_by_evidence"]
            row["scores"]["retrieval"] = row["scores"]["retrieval"] and {
                name: row["scores"]["retrieval"][name]
                for name in ("success@1", "success@5", "reciprocal_rank")
            }
            for verdict in row["scores"]["citations"] or []:
                del verdict["iou"]
    (one.folder / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    again = evaluate(
        gold,
        asking(scripted_ask),
        Shelf(article_text),
        tmp_path / "two",
        {},
        None,
        earlier(one.folder, gold.sha256),
    )
    assert again.comparison is not None
    assert (again.comparison.fixed, again.comparison.broken) == ((), ())
    assert "retrieval.mrr" in {each.path for each in again.comparison.differences}


def test_what_cannot_be_compared_is_refused_in_a_sentence(tmp_path: Path) -> None:
    gold, one = first(tmp_path)
    other = load_gold(write_gold(tmp_path / "other.jsonl", *GOLD[:2]))
    with pytest.raises(InputError, match="another gold set"):
        earlier(one.folder, other.sha256)
    with pytest.raises(InputError, match="is no run folder"):
        earlier(tmp_path, gold.sha256)
    manifest = json.loads((one.folder / "manifest.json").read_text())
    (one.folder / "manifest.json").write_text(json.dumps({**manifest, "finished": None}))
    with pytest.raises(InputError, match="stopped before its end"):
        earlier(one.folder, gold.sha256)


def test_a_difference_is_clear_where_its_interval_leaves_out_zero(tmp_path: Path) -> None:
    rows = [
        {**GOLD[0], "id": f"q{number}", "evidence": [{"article_id": f"none{number}"}]} for number in range(40)
    ]
    gold = load_gold(write_gold(tmp_path / "many.jsonl", *rows))

    def worse(question: str, filters: Filters) -> Answer:
        return replace(scripted_ask(question, filters), claims=(), short_answer="nothing")

    one = run(gold, scripted_ask, article_text, tmp_path / "one", {})
    told = compare(run(gold, worse, article_text, tmp_path / "two", {}).rows, one.rows)
    assert told.regressed
    assert told.p_value == 2 / 2**40
    assert next(each for each in told.differences if each.path == "reading.all.em").clear
