"""A call of a model ends in time and says what went wrong, never what the provider's error says."""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from rag.llm_call import LONGEST_REPLY, Call, CallFailed, Failure, within
from rag.types import Usage

ASKED: list[BaseMessage] = [HumanMessage("Why?")]


class Chunked(BaseChatModel):
    """Streams the chunks that it was given; an exception among them is raised."""

    chunks: list[Any]

    @property
    def _llm_type(self) -> str:
        return "chunked"

    def _generate(self, *arguments: Any, **more: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(self, *arguments: Any, **more: Any) -> Iterator[ChatGenerationChunk]:
        for each in self.chunks:
            if isinstance(each, Exception):
                raise each
            yield ChatGenerationChunk(
                message=AIMessageChunk(each) if isinstance(each, str) else AIMessageChunk(**each)
            )


class StatusError(Exception):
    status_code = 429


class ReadTimeoutError(Exception):
    pass


def outcome(*chunks: Any) -> tuple[str, CallFailed | None, Usage | None]:
    """The text that came, how the call failed, and what it took."""
    call, text = Call(Chunked(chunks=[*chunks]), 10), ""
    try:
        for piece in call.stream(ASKED):
            text += piece
    except CallFailed as failed:
        return text, failed, call.usage
    return text, None, call.usage


def test_the_pieces_come_as_they_are_and_tokens_are_counted() -> None:
    tokens = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    text, failed, usage = outcome("a", {"content": "b", "usage_metadata": tokens}, "c")
    assert (text, failed, usage) == ("abc", None, Usage(3, 2))


def test_tokens_that_come_in_parts_are_added_up() -> None:
    first = {"content": "", "usage_metadata": {"input_tokens": 3, "output_tokens": 0, "total_tokens": 3}}
    last = {"content": "", "usage_metadata": {"input_tokens": 0, "output_tokens": 2, "total_tokens": 2}}
    assert outcome(first, "a", last)[2] == Usage(3, 2)


def test_nothing_but_text_is_read() -> None:
    blocks = [
        {"type": "reasoning", "reasoning": "r"},
        {"type": "text", "text": "t"},
        {"type": "image", "url": "u"},
    ]
    call = {"name": "go", "args": "{}", "id": "1", "index": 0, "type": "tool_call_chunk"}
    assert outcome({"content": blocks}, {"content": "", "tool_call_chunks": [call]})[0] == "t"


@pytest.mark.parametrize(
    ("error", "failure", "status"),
    [
        (StatusError("sk-secret"), Failure.UNREACHABLE, 429),
        (ReadTimeoutError("sk-secret"), Failure.TIMEOUT, None),
        (TimeoutError(), Failure.TIMEOUT, None),
        (ConnectionError("sk-secret"), Failure.UNREACHABLE, None),
        (ValueError("sk-secret"), Failure.UNREACHABLE, None),
    ],
)
def test_an_error_is_told_by_its_kind_alone(
    error: Exception, failure: Failure, status: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, failed, _ = outcome(error)
    assert failed is not None
    assert (failed.failure, failed.status) == (failure, status)
    assert failed.__cause__ is None
    assert type(error).__name__ in caplog.text
    assert "sk-secret" not in caplog.text + str(failed)


def test_an_error_in_the_midst_of_a_reply_breaks_it_off() -> None:
    text, failed, _ = outcome("a", ConnectionError())
    assert text == "a"
    assert failed is not None
    assert failed.failure is Failure.BROKEN_OFF


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        ({"finish_reason": "length"}, Failure.BROKEN_OFF),
        ({"done_reason": "length"}, Failure.BROKEN_OFF),
        ({"stop_reason": "max_tokens"}, Failure.BROKEN_OFF),
        ({"finish_reason": "content_filter"}, Failure.REFUSED),
        ({"stop_reason": "refusal"}, Failure.REFUSED),
    ],
)
def test_why_the_model_stopped_is_heeded_once_its_tokens_are_counted(
    told: dict[str, str], failure: Failure
) -> None:
    tokens = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    _, failed, usage = outcome(
        "a", {"content": "", "response_metadata": told}, {"content": "", "usage_metadata": tokens}
    )
    assert failed is not None
    assert (failed.failure, usage) == (failure, Usage(3, 2))


@pytest.mark.parametrize("reason", ["stop", "end_turn", None, ["length"], {}])
def test_any_other_ending_is_one(reason: object) -> None:
    assert outcome("a", {"content": "", "response_metadata": {"finish_reason": reason}})[1] is None


def test_a_reply_without_an_end_is_given_up() -> None:
    text, failed, _ = outcome(*["x" * 1_000] * 100)
    assert len(text) == LONGEST_REPLY
    assert failed is not None
    assert failed.failure is Failure.UNREADABLE


def test_a_reply_that_drips_is_ended_by_the_clock() -> None:
    def drip() -> Iterator[int]:
        while True:
            time.sleep(0.01)
            yield 1

    with pytest.raises(TimeoutError):
        list(within(0.2, drip))


def test_a_reply_that_pours_is_ended_by_the_clock_too() -> None:
    def pour() -> Iterator[int]:
        while True:
            yield 1

    with pytest.raises(TimeoutError):
        for _ in within(0.2, pour):
            pass


def test_a_call_that_never_answers_is_left_alone() -> None:
    let_go = threading.Event()

    def wait() -> Iterator[int]:
        let_go.wait(60)
        yield 1

    with pytest.raises(TimeoutError):
        list(within(0.05, wait))
    let_go.set()


def test_a_reader_that_stops_reading_stops_the_call() -> None:
    closed = threading.Event()

    def pour() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    items = within(60, pour)
    assert next(items) == 1
    items.close()  # type: ignore[attr-defined]
    assert closed.wait(60)


def test_any_chat_model_of_langchain_will_do() -> None:
    call = Call(GenericFakeChatModel(messages=iter(["so it is"])), 10)
    assert "".join(call.stream(ASKED)) == "so it is"


def test_the_documentation_names_every_failure() -> None:
    told = (Path(__file__).parents[1] / "docs" / "language-model.md").read_text(encoding="utf-8")
    assert [each for each in Failure if f"| {each}" not in told] == []
