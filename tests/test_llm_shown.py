"""What a language model worded is shown as that: on the command line, in JSON, in a run's manifest, in the chat."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from browsing import GRADIO_WARNINGS, chromium, serving, visiting
from fakes import HashEmbedder
from llm_cases import claim, reply
from llm_server import LlmServer, Scripted, Shown, llm_server
from newsroom import BILL, COST, COST_QUESTION, EXAMPLES, FakeShelf, ScriptedAsk, chat
from playwright.sync_api import expect

import ui.wiring
from rag.types import Answer, Exchange, Filters
from ui.cli import main
from ui.page import Chat
from ui.render import conversation_html
from ui.turns import BROKEN, Conversation, Turn, resolve_stepwise

OPENED = "Ada Stone opened the harbour of Quay in 1950."
WORDED = "The harbour of Quay was opened by Ada Stone in 1950."
QUESTION = "Who opened the harbour of Quay?"

Run = Callable[..., tuple[int, str, str]]


def wording(shown: Shown) -> str:
    return reply(claim(WORDED, (shown.key(OPENED), OPENED)), short="Ada Stone")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmServer]:
    """A server that words the answer, set as the reader."""
    with llm_server() as server:
        server.script = wording
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-1234")
        monkeypatch.setenv("DATELINE_READER", "openai:scripted")
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", f"{server.address}/v1")
        monkeypatch.setenv("DATELINE_LLM_TIMEOUT", "20")
        yield server


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `dateline` over a library of one article; gives its exit code and what it printed."""
    monkeypatch.setattr(ui.wiring, "SentenceTransformerEmbedder", lambda name: HashEmbedder())
    monkeypatch.setenv("DATELINE_LIBRARY", str(tmp_path / "library"))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["dateline", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    (tmp_path / "harbour.txt").write_text(f"A harbour opens\n\n{OPENED}", encoding="utf-8")
    assert run("ingest", str(tmp_path / "harbour.txt"))[0] == 0
    return run


def test_ask_shows_the_models_sentence_without_quotation_marks_and_the_quotation_with_its_source(
    run: Run, server: LlmServer
) -> None:
    code, said, told = run("ask", QUESTION)
    assert (code, told) == (0, "")
    parts = said.strip().split("\n\n")
    assert parts[:3] == ["Ada Stone", f"{WORDED} [1]", "Worded by openai:scripted, quotations checked."]
    assert f"    “{OPENED}”\n    article harbour, characters 17-{17 + len(OPENED)}" in parts[3]


def test_ask_says_that_the_model_failed_and_quotes(run: Run, server: LlmServer) -> None:
    server.script = lambda shown: "I cannot help with that."
    code, said, _ = run("ask", QUESTION)
    assert code == 0
    assert f"“{OPENED}” [1]" in said
    assert (
        "The language model's reply did not have the form that was asked for; what follows is quoted" in said
    )
    assert "Worded by" not in said


def test_ask_says_that_a_follow_up_was_filled_in_without_the_model_also_when_it_declines(
    run: Run, server: LlmServer
) -> None:
    server.script = lambda shown: Scripted(status=500) if shown.conversation else wording(shown)
    code, said, _ = run("ask", "Who opened the harbour of Xanadu?", "--after", QUESTION)
    assert code == 0
    assert (
        "\n\nThe language model could not be asked (HTTP 500); the follow-up was filled in without it."
        in said
    )


def test_the_json_names_the_model_its_tokens_and_the_notes(run: Run, server: LlmServer) -> None:
    printed = json.loads(run("ask", QUESTION, "--json")[1])
    assert printed["answer"] == WORDED
    assert printed["citations"][0]["quote"] == OPENED
    assert printed["model"] == "openai:scripted"
    assert printed["usage"] == {"input_tokens": 311, "output_tokens": 47}
    assert printed["notes"] == []
    server.script = lambda shown: ""
    printed = json.loads(run("ask", QUESTION, "--json")[1])
    assert (printed["answer"], printed["model"]) == (OPENED, None)
    assert (len(printed["notes"]), printed["usage"]["input_tokens"]) == (1, 311)


def test_the_doctor_names_both_readers_and_asks_nothing(run: Run, server: LlmServer) -> None:
    code, said, _ = run("doctor")
    assert code == 0
    assert "reader:   " in said
    assert f"llm:      openai:scripted at {server.address}/v1\n" in said
    assert server.requests == []


def test_a_runs_manifest_names_the_model_and_no_key(run: Run, server: LlmServer, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        json.dumps({"id": "1", "question": QUESTION, "answers": ["Ada Stone"]}) + "\n", encoding="utf-8"
    )
    code, _, told = run("eval", str(gold), "--out", str(tmp_path / "run"))
    assert code == 0, told
    manifest = (tmp_path / "run" / "manifest.json").read_text()
    assert json.loads(manifest)["models"]["llm"] == "openai:scripted"
    assert json.loads(manifest)["settings"]["llm_base_url"] == f"{server.address}/v1"
    assert "sk-secret" not in manifest
    (row,) = map(json.loads, (tmp_path / "run" / "results.jsonl").read_text().splitlines())
    assert (row["prediction"], row["short_answer"]) == (WORDED, "Ada Stone")


def test_a_mistake_in_the_settings_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_READER", "openai:scripted")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-1234")
    monkeypatch.setenv("DATELINE_LLM_BASE_URL", "nonsense")
    code, said, told = run("ask", QUESTION)
    assert (code, said) == (2, "")
    assert told == (
        "dateline: DATELINE_LLM_BASE_URL is no address: give one like http://127.0.0.1:8000/v1.\n"
    )


WHOLE = replace(ScriptedAsk()(COST_QUESTION, Filters()), model="<b>m</b>", notes=("One <i>note</i>.",))
PART = replace(
    WHOLE, claims=WHOLE.claims[:1], citations=WHOLE.citations[:1], short_answer=None, notes=(), partial=True
)


def growing(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
    yield PART
    yield WHOLE


def test_a_growing_answer_is_shown_at_each_step_and_waits_for_the_next() -> None:
    page, conversation = Chat(ScriptedAsk(), FakeShelf(), EXAMPLES, ask_stepwise=growing), Conversation()
    page.submit(conversation, COST_QUESTION, [], None)
    steps = page.answer(conversation)
    talk, panel = next(steps)
    assert escape(COST[:30]) in talk
    assert BILL[:30] not in talk
    assert "dl-waiting" in talk
    assert panel.count("dl-card") == 1
    assert conversation.turns[0].waiting
    talk, panel = next(steps)
    assert BILL[:30] in talk
    assert "dl-waiting" not in talk
    assert panel.count("dl-card") == 2
    assert list(steps) == []


def test_what_the_model_is_called_and_the_notes_are_shown_as_text() -> None:
    turn = Turn(1, COST_QUESTION, answer=WHOLE)
    html = conversation_html(Conversation([turn]), ())
    assert "Worded by" in html
    assert "&lt;b&gt;m&lt;/b&gt;" in html
    assert "One &lt;i&gt;note&lt;/i&gt;." in html
    plain = conversation_html(Conversation([replace(turn, answer=replace(WHOLE, model=None, notes=()))]), ())
    assert "Worded by" not in plain
    assert "dl-note" not in plain


def test_an_error_after_a_part_of_an_answer_takes_it_back(caplog: pytest.LogCaptureFixture) -> None:
    def failing(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
        yield PART
        raise RuntimeError("it broke")

    turn = Turn(1, COST_QUESTION)
    assert len(list(resolve_stepwise(turn, failing))) == 2
    assert (turn.answer, turn.notice, turn.waiting) == (None, BROKEN, False)


@pytest.mark.browser
@GRADIO_WARNINGS[0]
@GRADIO_WARNINGS[1]
def test_in_a_browser_the_first_sentence_is_there_before_the_second() -> None:
    go_on = threading.Event()

    def slowly(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
        yield PART
        assert go_on.wait(120)
        yield WHOLE

    with chromium() as browser, serving(chat(ask_stepwise=slowly)) as url, visiting(browser, url) as visit:
        visit.ask(COST_QUESTION)
        expect(visit.last.locator(".dl-claim")).to_have_count(1)
        expect(visit.last.locator(".dl-waiting")).to_be_visible()
        go_on.set()
        expect(visit.last.locator(".dl-claim")).to_have_count(2)
        expect(visit.last.locator(".dl-waiting")).to_have_count(0)
        expect(visit.last.locator(".dl-note")).to_have_text("One <i>note</i>.")
        expect(visit.last.locator(".dl-model")).to_contain_text("<b>m</b>")
