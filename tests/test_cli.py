"""The command line keeps its contract: output, exit codes, one sentence for each mistake."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import HashEmbedder

import ui.wiring
from rag.library import Library
from ui.cli import main


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.out)
        return found


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `dateline` with the hash embedder."""
    monkeypatch.setattr(ui.wiring, "SentenceTransformerEmbedder", lambda name: HashEmbedder())

    def run(*arguments: str) -> Result:
        monkeypatch.setattr("sys.argv", ["dateline", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return Result(code if isinstance(code, int) else 0 if code is None else 1, said.out, said.err)

    return run


@pytest.fixture
def library(run: Run, tmp_path: Path) -> str:
    """A library of two articles."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "harbour.md").write_text(
        "---\ntitle: A harbour opens\ndate: 2022-03-29\nsource: Post\n---\nAda Stone opened the harbour of Quay in 1950.",
        encoding="utf-8",
    )
    (news / "talks.txt").write_text("Talks in Munich\n\nThe leaders met on Sunday.", encoding="utf-8")
    result = run("ingest", str(news), "--library", str(tmp_path / "lib"))
    assert (result.code, result.err) == (0, "")
    return str(tmp_path / "lib")


def test_help_names_every_command_and_the_exit_codes(run: Run) -> None:
    told = run("--help").out
    for word in ("ingest", "ask", "chat", "eval", "articles", "doctor", "Exit codes"):
        assert word in told


@pytest.mark.parametrize("command", ["ingest", "ask", "chat", "eval", "doctor"])
def test_every_command_takes_a_library(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.code == 0
    assert "--library" in result.out


def test_ingest_says_what_it_did_and_the_second_time_that_nothing_changed(
    run: Run, library: str, tmp_path: Path
) -> None:
    again = run("ingest", str(tmp_path / "news"), "--library", library)
    assert again.code == 0
    assert again.out.startswith("2 unchanged (0 passages embedded")


def test_ingest_prints_its_summary_as_json(run: Run, library: str, tmp_path: Path) -> None:
    told = run("ingest", str(tmp_path / "news"), "--library", library, "--json").json
    assert (told["unchanged"], told["added"], told["failures"], told["interrupted"]) == (2, 0, [], False)


def test_ingest_names_a_bad_file_on_stderr_and_exits_with_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("A good story.")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xff")
    result = run("ingest", str(tmp_path), "--library", str(tmp_path / "lib"))
    assert result.code == 1
    assert re.match(r"refused .*bad\.txt: ", result.err)
    assert result.out.startswith("1 added, 1 refused")


def test_a_path_that_matches_nothing_exits_with_2(run: Run, tmp_path: Path) -> None:
    result = run("ingest", str(tmp_path / "nowhere" / "*.txt"), "--library", str(tmp_path / "lib"))
    assert result.code == 2
    assert result.err.startswith("dateline: ")
    assert result.err.count("\n") == 1
    assert "nowhere" in result.err


def test_ask_prints_the_contract_and_quotes_the_stored_text(run: Run, library: str) -> None:
    told = run("ask", "Who opened the harbour of Quay in 1950?", "--library", library, "--json").json
    assert list(told) == [
        "question", "searched_for", "answer", "short_answer", "abstained", "reason", "confidence", "claims",
        "citations", "stories", "differing", "notes", "as_of", "period", "evidence", "timings_ms",
        "model", "usage",
    ]  # fmt: skip
    article = run("articles", "show", "harbour", "--library", library, "--json").json
    text = article["text"]
    assert isinstance(text, str)
    evidence = told["evidence"]
    assert isinstance(evidence, list)
    assert evidence[0]["article_id"] == "harbour"
    assert text[evidence[0]["start"] : evidence[0]["end"]] == text
    for citation in told["citations"]:  # type: ignore[attr-defined]
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_ask_shows_the_nearest_passages_where_it_declines(run: Run, library: str) -> None:
    result = run("ask", "What did Zorblatt say?", "--library", library)
    assert result.code == 0
    assert "The articles do not mention “Zorblatt”." in result.out
    assert "Nearest passages:" in result.out


def test_ask_keeps_to_dates_and_sources(run: Run, library: str) -> None:
    def evidence(*options: str) -> list[str]:
        told = run("ask", "Who opened the harbour?", "--library", library, "--json", *options).json[
            "evidence"
        ]
        return [each["article_id"] for each in told]  # type: ignore[attr-defined]

    assert set(evidence()) == {"harbour", "talks"}
    assert evidence("--since", "2022-03-29", "--until", "2022-03-29") == ["harbour"]
    assert evidence("--source", "Post") == ["harbour"]
    assert evidence("--since", "2022-03-30") == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ask", ""), "ask one in words"),
        (("ask", "🙂🙂"), "ask one in words"),
        (("ask", "x" * 2_001), "shorten it"),
        (("ask", "Who?", "--since", "yesterday"), "--since takes a date"),
        (("articles", "show", "nobody"), "articles list"),
        (("articles", "delete", "talks", "nobody"), "articles list"),
        (("eval", "nowhere.jsonl"), "nowhere.jsonl"),
    ],
)
def test_bad_input_is_one_sentence_and_exits_with_2(
    run: Run, library: str, arguments: tuple[str, ...], told: str
) -> None:
    result = run(*arguments, "--library", library)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith("dateline: ")
    assert result.err.count("\n") == 1
    assert told in result.err
    assert "talks" in run("articles", "list", "--library", library).out


def test_a_library_that_is_not_there_exits_with_3_and_is_not_made(run: Run, tmp_path: Path) -> None:
    result = run("ask", "Who?", "--library", str(tmp_path / "none"))
    assert result.code == 3
    assert "dateline ingest" in result.err
    assert not (tmp_path / "none").exists()


def test_a_locked_library_exits_with_3(run: Run, library: str) -> None:
    with Library.open(Path(library), HashEmbedder()):
        result = run("ask", "Who?", "--library", library)
    assert result.code == 3
    assert "in use by process" in result.err


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"DATELINE_USER": "ada"}, "set both, or neither"),
        ({"DATELINE_HOST": "0.0.0.0", "DATELINE_PORT": "0"}, "lets other machines in"),
    ],
)
def test_a_chat_that_would_be_open_to_others_is_refused(
    run: Run, library: str, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = run("chat", "--library", library, "--no-browser")
    assert result.code == 2
    assert told in result.err


def test_the_library_can_come_from_the_environment(
    run: Run, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_LIBRARY", library)
    assert "harbour" in run("articles").out


def test_articles_are_listed_oldest_first_and_deleted_from_every_store(run: Run, library: str) -> None:
    listed = run("articles", "list", "--library", library).out.splitlines()
    assert [line.split("\t")[:2] for line in listed] == [["2022-03-29", "harbour"], ["undated   ", "talks"]]
    assert run("articles", "delete", "harbour", "--library", library).code == 0
    assert run("articles", "list", "--library", library).out.splitlines()[0].split("\t")[1] == "talks"
    told = run("ask", "Who opened the harbour?", "--library", library, "--json").json
    assert "harbour" not in json.dumps(told["evidence"])
    with Library.open(Path(library), HashEmbedder()) as opened:
        assert opened.vectors.count() == opened.catalog.passage_count() == 1


def test_the_doctor_says_what_is_where(run: Run, library: str) -> None:
    told = run("doctor", "--library", library)
    assert told.code == 0
    assert "every passage is found by its vector" in told.out
    assert "2 in 2 passages" in told.out
    assert library in told.out


def test_the_doctor_splits_and_embeds_anew_on_request(run: Run, library: str) -> None:
    told = run("doctor", "--reindex", "--library", library)
    assert told.code == 0
    assert "2 passages" in told.out
    assert run("doctor", "--library", library).out.count("mended") == 0


def test_eval_writes_a_run_folder_and_compares_with_another(run: Run, library: str, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    rows = [
        {"id": "q1", "question": "Who opened the harbour of Quay?", "answers": ["Ada Stone"], "answerable": True,
         "evidence": [{"article_id": "harbour", "quote": "Ada Stone"}]},
        {"id": "q2", "question": "What did Zorblatt say?", "answers": [], "answerable": False, "evidence": []},
    ]  # fmt: skip
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    first = run("eval", str(gold), "--library", library, "--out", str(tmp_path / "one"))
    assert first.code == 0
    assert {each.name for each in (tmp_path / "one").iterdir()} == {
        "manifest.json", "results.jsonl", "summary.json", "report.html",
    }  # fmt: skip
    same = run(
        "eval",
        str(gold),
        "--library",
        library,
        "--out",
        str(tmp_path / "two"),
        "--against",
        str(tmp_path / "one"),
    )
    assert same.code == 0
    assert "0 questions fixed, 0 broken, of 2" in same.out
    # A run that declined q2 rightly is better than one that cannot find the harbour any more and answers q2.
    results = [json.loads(line) for line in (tmp_path / "one" / "results.jsonl").read_text().splitlines()]
    for row in results:
        row["scores"]["outcome"] = "answered_right" if row["id"] == "q1" else "false_answer"
    (tmp_path / "one" / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in results))
    run("articles", "delete", "harbour", "--library", library)
    rows_now = run(
        "eval",
        str(gold),
        "--library",
        library,
        "--out",
        str(tmp_path / "three"),
        "--against",
        str(tmp_path / "one"),
    )
    assert "broken: q1" in rows_now.out
    assert "fixed: q2" in rows_now.out


def test_eval_can_answer_however_unsure(run: Run, library: str, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        json.dumps(
            {
                "id": "q",
                "question": "How many litres of paint does a wall of this kind need each year?",
                "answers": ["12"],
                "answerable": True,
            }
        )
    )
    outcomes = []
    for options in ([], ["--always-answer"]):
        out = tmp_path / f"run{len(options)}"
        assert run("eval", str(gold), "--library", library, "--out", str(out), *options).code == 0
        row = json.loads((out / "results.jsonl").read_text())
        threshold = json.loads((out / "manifest.json").read_text())["models"]["threshold"]
        outcomes.append((row["abstained"], row["confidence"] < 0.5, threshold == 0))
    assert outcomes == [(True, True, False), (False, True, True)]


def test_eval_exits_with_1_where_more_was_broken_than_fixed(run: Run, library: str, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    row = {
        "id": "q",
        "question": "What did Zorblatt say?",
        "answers": ["x"],
        "answerable": True,
        "evidence": [],
    }
    gold.write_text(json.dumps(row) + "\n", encoding="utf-8")
    run("eval", str(gold), "--library", library, "--out", str(tmp_path / "one"))
    results = tmp_path / "one" / "results.jsonl"
    before = json.loads(results.read_text())
    before["scores"]["outcome"] = "answered_right"
    results.write_text(json.dumps(before) + "\n")
    worse = run(
        "eval",
        str(gold),
        "--library",
        library,
        "--out",
        str(tmp_path / "two"),
        "--against",
        str(tmp_path / "one"),
    )
    assert worse.code == 1
    assert "broken: q" in worse.out


def test_a_run_of_another_gold_set_is_not_compared(run: Run, library: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        row = {
            "id": "q",
            "question": f"What did {name}{name} say?",
            "answers": [],
            "answerable": False,
            "evidence": [],
        }
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    run("eval", str(tmp_path / "a.jsonl"), "--library", library, "--out", str(tmp_path / "one"))
    result = run(
        "eval",
        str(tmp_path / "b.jsonl"),
        "--library",
        library,
        "--out",
        str(tmp_path / "two"),
        "--against",
        str(tmp_path / "one"),
    )
    assert result.code == 2
    assert "another gold set" in result.err


def test_a_follow_up_is_asked_after_the_questions_before_it(run: Run, library: str) -> None:
    first = "What is in Munich?"
    answer = run("ask", "Who was there?", "--after", first, "--library", library, "--json").json
    assert answer["question"] == "Who was there?"
    assert answer["searched_for"] == "Who was in Munich?"
    text = run("ask", "Who was there?", "--after", first, "--library", library).out
    assert text.startswith("Searching for: Who was in Munich?")
