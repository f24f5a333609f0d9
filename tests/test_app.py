"""The chat as an app: safe defaults, warm-up, and the addresses it may be served on."""

import json
import logging
import signal
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace

import gradio as gr
import httpx
import pytest
from browsing import GRADIO_WARNINGS, serving
from fastapi import FastAPI
from newsroom import BRIDGE, EXAMPLES, FakeShelf, ScriptedAsk
from starlette.routing import Mount
from starlette.testclient import TestClient

import ui.app
from rag.errors import InputError, LibraryDamaged
from rag.types import Answer, Article, Exchange, Filters
from ui.app import build_app, serve
from ui.page import Chat
from ui.turns import BUSY, UNSENT, Conversation

pytestmark = [*GRADIO_WARNINGS]


def app_of(**changes: object) -> FastAPI:
    return build_app(**{"ask": ScriptedAsk(), "shelf": FakeShelf(), "examples": EXAMPLES, **changes})  # type: ignore[arg-type]


def page_of(app: FastAPI) -> gr.Blocks:
    mounted = next(route.app for route in app.routes if isinstance(route, Mount))
    assert isinstance(mounted, gr.routes.App)
    return mounted.get_blocks()


def event(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


def interrupt(url: str) -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.fixture
def chat() -> Chat:
    return Chat(ScriptedAsk(), FakeShelf(), EXAMPLES)


def test_nothing_of_gradio_is_open_that_the_page_does_not_need(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADIO_ANALYTICS_ENABLED", "GRADIO_RUN_HISTORY", "GRADIO_SSR_MODE", "GRADIO_MCP_SERVER"):
        monkeypatch.setenv(name, "True")
    page = page_of(app_of(max_waiting=7))
    assert page.analytics_enabled is False
    assert page.show_error is False
    assert page.ssr_mode is False
    assert page.mcp_server_obj is None
    assert page.run_history is False
    assert page.api_open is False
    assert page.allowed_paths == []
    assert page.max_file_size == 1
    assert page.delete_cache == (86_400, 86_400)
    assert page.footer_links == []
    assert page._queue.max_size == 7
    assert {fn.api_visibility for fn in page.fns.values()} == {"private"}


def test_one_question_is_answered_at_a_time_and_all_else_passes_the_queue() -> None:
    queued = [fn for fn in page_of(app_of()).fns.values() if fn.queue]
    assert {fn.name for fn in queued} == {"answer"}
    assert {(fn.concurrency_limit, fn.concurrency_id) for fn in queued} == {(1, "answer")}


def test_two_hundred_questions_at_once_are_bounded_and_the_next_one_is_answered_normally() -> None:
    go_on, answered = threading.Event(), threading.Semaphore(0)

    def ask(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer:
        assert go_on.wait(120)
        answered.release()
        return ScriptedAsk()(question, filters)

    app = app_of(ask=ask, max_waiting=8)
    number = {fn.name: fn._id for fn in page_of(app).fns.values()}

    def put(person: int) -> int:
        who = {"session_hash": f"person{person}"}
        asked = {"fn_index": number["submit"], "data": [None, "What did it cost?", [], None], **who}
        client.post("/gradio_api/run/predict", json=asked).raise_for_status()
        joined = {"fn_index": number["answer"], "data": [None], **who}
        return client.post("/gradio_api/queue/join", json=joined).status_code

    with serving(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        first = put(0)
        statuses = [put(person) for person in range(1, 200)]
        taken = 1 + statuses.count(200)
        assert first == 200
        assert statuses.count(503) == 200 - taken
        assert 8 <= taken <= 10
        go_on.set()
        for _ in range(taken):
            assert answered.acquire(timeout=120)
        assert put(200) == 200
        assert answered.acquire(timeout=120)


def test_the_page_tells_no_answer_before_it_is_asked() -> None:
    with TestClient(app_of(), base_url="http://127.0.0.1") as client:
        config = client.get("/config").json()
        assert "crowns" not in json.dumps(config)
        assert "3 articles, 2 November 2020 to 9 January 2022" in json.dumps(config)


def test_warming_up_happens_in_the_background_when_the_app_starts() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def warm() -> None:
        begun.set()
        assert go_on.wait(60)
        done.set()

    app = app_of(warm=warm)
    assert not begun.is_set()
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert begun.wait(60)
        assert client.get("/theme.css").status_code == 200
        assert not done.is_set()
        go_on.set()
        assert done.wait(60)


def test_a_warm_up_that_fails_is_logged_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        ui.app._warm_up(lambda: 1 // 0)
    assert "warming up failed" in caplog.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "news.example"])
def test_another_host_than_this_machine_needs_a_password(host: str) -> None:
    with pytest.raises(InputError, match="user and a password"):
        serve(app_of(), host=host, port=0, on_ready=interrupt)


@pytest.mark.parametrize("auth", [("", "secret"), ("desk", ""), ("de:sk", "secret")])
def test_an_empty_user_or_password_is_refused(auth: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="both needed"):
        app_of(auth=auth)


def test_a_port_that_is_taken_is_said_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"Port {port} of 127.0.0.1 is taken .* --port\."):
            serve(app_of(), host="127.0.0.1", port=port, on_ready=interrupt)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_is_none_is_said(port: int) -> None:
    with pytest.raises(InputError, match="--port"):
        serve(app_of(), host="127.0.0.1", port=port, on_ready=interrupt)


def test_the_address_is_told_once_the_server_answers_and_an_interrupt_ends_it_quietly() -> None:
    told: list[str] = []

    def ready(url: str) -> None:
        told.append(url)
        interrupt(url)

    serve(app_of(), host="127.0.0.1", port=0, on_ready=ready)
    assert len(told) == 1
    assert told[0].startswith("http://127.0.0.1:")
    assert not told[0].endswith(":0")


def test_the_question_stays_in_the_box_only_where_it_was_not_taken(chat: Chat) -> None:
    conversation = Conversation()
    assert chat.submit(conversation, "What did it cost?", [], None)[1] == ""
    assert chat.submit(conversation, "x" * 2001, [], None)[1] == gr.skip()
    html, left = chat.submit(conversation, "When?", [], {"since": "incomplete", "until": ""})
    assert left == gr.skip()
    assert "not a complete date" in html


def test_the_filters_reach_the_question() -> None:
    ask = ScriptedAsk()
    chat, conversation = Chat(ask, FakeShelf(), EXAMPLES), Conversation()
    chat.submit(conversation, "What did it cost?", ["Northern Wire"], {"since": "2021-01-01", "until": ""})
    assert len(list(chat.answer(conversation))) == 1
    (question, filters) = ask.asked[0]
    assert question == "What did it cost?"
    assert (str(filters.since), filters.until, filters.sources) == ("2021-01-01", None, ("Northern Wire",))


def test_an_example_is_asked_by_its_number_and_any_other_number_asks_nothing(chat: Chat) -> None:
    conversation = Conversation()
    for wrong in (3, -1, "0", None, 1.0, [0]):
        chat.submit_example(conversation, [], None, event(example=wrong))
    assert conversation.turns == []
    chat.submit_example(conversation, [], None, event(example=1))
    assert [turn.question for turn in conversation.turns] == [EXAMPLES[1]]


def test_a_citation_of_an_earlier_turn_opens_its_own_article(chat: Chat) -> None:
    conversation = Conversation()
    chat.submit(conversation, "What did it cost?", [], None)
    chat.submit(conversation, "Will the ferry run?", [], None)
    assert len(list(chat.answer(conversation))) == 2
    assert "<mark>The repairs cost 12.4 million" in chat.open(conversation, event(turn=1, source=0))
    assert "<mark>The city council put" in chat.open(conversation, event(turn=1, source=1))
    assert "<mark>The island ferry" in chat.open(conversation, event(turn=2, source=0))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"turn": 1},
        {"turn": 1, "source": 9},
        {"turn": 1, "source": -1},
        {"turn": "1", "source": "0"},
        None,
    ],
)
def test_a_click_on_nothing_that_is_held_gets_a_message(chat: Chat, data: object) -> None:
    conversation = Conversation()
    chat.submit(conversation, "What did it cost?", [], None)
    list(chat.answer(conversation))
    assert "no longer held" in chat.open(conversation, gr.EventData(None, data))


class ChangedShelf(FakeShelf):
    """A library where each article changed after it was cited, one went, one cannot be read."""

    def article(self, article_id: str) -> Article | None:
        if article_id == "budget":
            return None
        if article_id == "ferry":
            raise LibraryDamaged("The catalog is damaged; run dateline doctor.")
        return replace(BRIDGE, text="New. " + BRIDGE.text)


def test_an_article_that_changed_or_went_is_never_shown_with_a_wrong_mark() -> None:
    chat, conversation = Chat(ScriptedAsk(), ChangedShelf(), EXAMPLES), Conversation()
    chat.submit(conversation, "What did it cost?", [], None)
    chat.submit(conversation, "Will the ferry run?", [], None)
    list(chat.answer(conversation))
    for source in (0, 1):
        html = chat.open(conversation, event(turn=1, source=source))
        assert "removed or changed" in html
        assert "<mark>" not in html
    assert "run dateline doctor" in chat.open(conversation, event(turn=2, source=0))


def test_a_full_queue_and_a_lost_question_are_said_in_the_conversation(chat: Chat) -> None:
    conversation = Conversation()
    chat.submit(conversation, "What did it cost?", [], None)
    assert BUSY in chat.unanswered(conversation)
    assert UNSENT in chat.unsent(conversation)
    assert list(chat.answer(conversation)) == [(gr.skip(), gr.skip())]


def test_an_answer_for_a_conversation_begun_anew_is_dropped() -> None:
    def ask(question: str, filters: object, history: object = ()) -> object:
        chat.start_over(conversation)
        return ScriptedAsk()(question, filters)  # type: ignore[arg-type]

    chat, conversation = Chat(ask, FakeShelf(), EXAMPLES), Conversation()  # type: ignore[arg-type]
    chat.submit(conversation, "What did it cost?", [], None)
    ((talk, panel),) = chat.answer(conversation)
    assert "crowns" not in talk + panel
    assert "What do the articles say?" in talk
