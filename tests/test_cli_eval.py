"""`dateline eval` and `dateline gold` from the outside: what they print, write and exit with."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_cli import Run, library, run  # noqa: F401

TEXT = (
    "PORT ELLEN - Mayor Ada Stone opened the harbour of Quay on Monday. It cost 12 million crowns.\n\n"
    "The ferry will use it from May."
)


def squad(*, answer: str = "Ada Stone") -> str:
    paragraph = {
        "context": TEXT,
        "qas": [
            {
                "id": "s1",
                "question": "Who opened the harbour of Quay?",
                "answers": [{"text": answer, "answer_start": TEXT.index("Ada Stone")}],
            },
            {"id": "s2", "question": "What did Zorblatt say?", "is_impossible": True, "answers": []},
        ],
    }
    return json.dumps({"data": [{"title": "Harbour", "paragraphs": [paragraph]}]})


@pytest.fixture
def gold(tmp_path: Path) -> str:
    path = tmp_path / "dev.json"
    path.write_text(squad(), encoding="utf-8")
    return str(path)


def summary(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "summary.json").read_text())
    return told


def results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def test_the_articles_of_a_set_go_in_and_are_passed_over_the_second_time(
    run: Run,
    gold: str,
    tmp_path: Path,
) -> None:
    fresh = str(tmp_path / "fresh")
    for out in ("one", "two"):
        told = run("eval", gold, "--library", fresh, "--articles-from-gold", "--out", str(tmp_path / out))
        assert told.code == 0, told.err
        assert "dev.json: SQuAD, 2 questions, 1 articles" in told.err
        assert "  answers <- qas[].answers[].text" in told.err
        assert "1 articles of the set are in." in told.err
    assert run("articles", "list", "--library", fresh).out.count("Harbour-1") == 1
    assert summary(tmp_path / "two")["retrieval"]["success@1"] == 1  # type: ignore[index]
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text())
    assert manifest["how"] == {"oracle": False, "always_answer": False, "articles_from_gold": True}
    assert manifest["cold_start_ms"] > 0
    assert summary(tmp_path / "two")["resources"]["peak_memory_mb"] > 0  # type: ignore[index]


def test_a_bound_that_is_missed_exits_with_1_and_one_that_is_met_with_0(
    run: Run,
    gold: str,
    tmp_path: Path,
) -> None:
    where = ["--library", str(tmp_path / "fresh"), "--articles-from-gold", "--out", str(tmp_path / "run")]
    met = run("eval", gold, *where, "--fail-under", "success@5=1", "--fail-under", "recall=0.9")
    assert met.code == 0, met.err
    path = Path(gold)
    path.write_text(squad(answer="Ada Stein"), encoding="utf-8")
    missed = run("eval", gold, *where, "--fail-under", "em=0.5", "--fail-under", "success@5=1")
    assert missed.code == 1
    assert "reading.all.em is 0.0000, under 0.5." in missed.err
    assert "success@5" not in missed.err
    assert run("eval", gold, *where, "--fail-under", "emm=0.5").code == 2


def test_the_oracle_reads_the_gold_evidence(run: Run, gold: str, tmp_path: Path) -> None:
    where = ["--library", str(tmp_path / "fresh"), "--articles-from-gold"]
    told = run("eval", gold, *where, "--oracle", "--out", str(tmp_path / "run"))
    assert told.code == 0, told.err
    rows = results(tmp_path / "run")
    assert {passage["score"] for passage in rows[0]["retrieved"]} == {1.0}
    assert rows[0]["retrieved"][0]["article_id"] == "Harbour-1"
    assert rows[0]["label"] == "correct"
    assert run("eval", gold, *where, "--out", str(tmp_path / "plain")).code == 0
    searched = results(tmp_path / "plain")
    assert rows[1]["retrieved"] == searched[1]["retrieved"]  # it has no evidence: searched as usual
    assert rows[0]["retrieved"] != searched[0]["retrieved"]


def test_predictions_are_scored_without_a_library_and_missing_ones_exit_with_3(
    run: Run,
    gold: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.jsonl"
    row = {
        "id": "s1",
        "prediction": "Ada Stone",
        "citations": [{"article_id": "Harbour-1", "quote": "Ada Stone"}],
    }
    path.write_text(json.dumps(row) + "\n" + json.dumps({"id": "s2", "prediction": ""}) + "\n")
    where = ["--library", str(tmp_path / "none"), "--out", str(tmp_path / "run"), "--predictions", str(path)]
    told = run("eval", gold, *where, "--fail-under", "verbatim=1", "--fail-under", "em=1")
    assert told.code == 0, told.err
    assert summary(tmp_path / "run")["citations"]["iou"] == 1  # type: ignore[index]
    assert not (tmp_path / "none").exists()
    again = run("eval", gold, *where[:-1], str(path), "--against", str(tmp_path / "run"))
    assert "0 questions fixed, 0 broken, of 2" in again.out
    path.write_text(json.dumps(row) + "\n")
    assert run("eval", gold, *where).code == 3
    assert run("eval", gold, *where, "--oracle").code == 2


def test_a_regression_can_be_let_pass_and_needs_a_run_to_compare_with(
    run: Run,
    gold: str,
    tmp_path: Path,
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps({"s1": "Ada Stone", "s2": ""}))
    bad.write_text(json.dumps({"s1": "Bob", "s2": ""}))
    where = ["--library", str(tmp_path / "none")]
    assert run("eval", gold, *where, "--predictions", str(good), "--out", str(tmp_path / "one")).code == 0
    worse = [
        *where,
        "--predictions",
        str(bad),
        "--out",
        str(tmp_path / "two"),
        "--against",
        str(tmp_path / "one"),
    ]
    assert run("eval", gold, *worse).code == 1
    assert run("eval", gold, *worse, "--fail-on-regression").code == 1
    assert run("eval", gold, *worse, "--no-fail-on-regression").code == 0
    alone = run("eval", gold, *where, "--predictions", str(good), "--fail-on-regression")
    assert alone.code == 2
    assert "--against RUN" in alone.err


def test_a_judge_that_cannot_be_had_is_one_sentence(run: Run, gold: str, tmp_path: Path) -> None:
    told = run("eval", gold, "--library", str(tmp_path / "none"), "--judge", "nobody:nothing")
    assert told.code == 2
    assert told.err.splitlines()[-1].startswith("dateline: The judge nobody:nothing cannot be had:")


def test_gold_check_names_format_mapping_and_what_looks_wrong(
    run: Run,
    library: str,
    tmp_path: Path,
) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(
        "question;answer;source;quote\n"
        "Who opened the harbour?;Ada Stone;harbour.txt;Ada Stone\n"
        "Who opened the harbour;Bob;nowhere.txt;\n",
        encoding="utf-8-sig",
    )
    told = run("gold", "check", str(table), "--library", library)
    assert told.code == 1
    for line in (
        f"{table}: table, 2 questions",
        "  answers <- answer",
        "2 answerable, 0 not",
        "Questions asked again with other answers (1): 2 and 1.",
        "Questions that name an article that is not there (1): 2.",
        "2 pieces of evidence looked up.",
    ):
        assert line in told.out.splitlines(), (line, told.out)
    sound = run("gold", "check", "samples", "--library", str(tmp_path / "none"))
    assert sound.code == 0
    assert "give --library" in sound.err


def test_candidates_are_listed_accepted_and_rejected(run: Run, tmp_path: Path) -> None:
    from eval.candidates import Candidates, candidate

    where = ["--library", str(tmp_path / "lib")]
    candidates = Candidates(tmp_path / "lib" / "evaluation")
    candidates.add(candidate(question="Who opened\nit?", given="Bob", answer="Ada Stone"))
    candidates.add(candidate(question="Who [bold]built[/bold] it?", given="Eve"))
    listed = run("gold", "candidates", *where).out
    assert "chat-1  Who opened it?\n  answered: Bob\n  said: right is: Ada Stone" in listed
    assert "[bold]built[/bold]" in listed
    into = str(tmp_path / "mine.jsonl")
    assert run("gold", "accept", "chat-1", "--into", into, *where).code == 0
    assert run("gold", "accept", "chat-2", "--into", into, *where).code == 2
    assert run("gold", "reject", "chat-2", *where).code == 0
    assert run("gold", "candidates", *where).out == ""
    told = [
        json.loads(line)["status"]
        for line in run("gold", "candidates", "--all", "--json", *where).out.splitlines()
    ]
    assert told == ["accepted", "rejected"]
    assert json.loads(Path(into).read_text())["answers"] == ["Ada Stone"]
