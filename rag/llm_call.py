"""One call of a chat model: its reply piece by piece within a time limit, and what went wrong as a reason."""

import contextvars
import logging
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig

from rag.types import Usage

T = TypeVar("T")

LONGEST_REPLY = 60_000  # characters, with what the model thinks aloud
_AHEAD = 256  # pieces that a server may be ahead of whoever reads them
_STOPPED_EARLY = {"length", "max_tokens", "model_context_window_exceeded"}
_REFUSED = {"content_filter", "refusal"}

_log = logging.getLogger(__name__)


class Failure(StrEnum):
    """Why there is no answer of a language model, as a sentence begins for the person who asked."""

    TIMEOUT = "The language model took too long"
    UNREACHABLE = "The language model could not be asked"
    REFUSED = "The language model declined to answer"
    BROKEN_OFF = "The language model's reply broke off"
    UNREADABLE = "The language model's reply did not have the form that was asked for"
    NO_ANSWER = "The language model found no answer in the passages"
    UNVERIFIED = "No quotation carries what the language model answered"


class CallFailed(Exception):
    """The reply cannot be used; `failure` says why, `status` is the HTTP status where there is one."""

    def __init__(self, failure: Failure, status: int | None = None) -> None:
        super().__init__(failure)
        self.failure = failure
        self.status = status

    @property
    def told(self) -> str:
        """What happened, as a sentence begins for the person who asked."""
        return f"{self.failure}" if self.status is None else f"{self.failure} (HTTP {self.status})"


class Call:
    """One call of a chat model, bound to nothing but text: tool calls and other content are not read.

    `usage` counts on from that of the calls before it, if any.
    """

    def __init__(self, model: BaseChatModel, timeout: float, usage: Usage | None = None) -> None:
        self._model = model
        self._timeout = timeout
        self.usage = usage

    def stream(self, messages: list[BaseMessage], config: RunnableConfig | None = None) -> Iterator[str]:
        """The text of the reply in pieces.

        Raises CallFailed for whatever goes wrong, after the pieces until then. What a provider's error says
        is neither logged nor passed on: it may hold parts of keys or of the prompt.
        """
        length, ending = 0, None
        try:
            for chunk in within(self._timeout, lambda: self._model.stream(messages, config)):
                self._count(chunk.usage_metadata)
                text = str(chunk.text)
                length += len(text)
                if length > LONGEST_REPLY:
                    raise CallFailed(Failure.UNREADABLE)
                # What it took comes last: only then is a reply given up that the model itself broke off.
                ending = _ending({**chunk.response_metadata, **chunk.additional_kwargs}) or ending
                yield text
        except CallFailed:
            raise
        except Exception as error:  # what providers raise is of many kinds
            failed = _failed(error, begun=length > 0)
            _log.warning("the language model failed: %s, status %s", type(error).__name__, failed.status)
            raise failed from None
        if ending is not None:
            raise CallFailed(ending)

    def _count(self, usage: Any) -> None:
        if usage:
            more = Usage(usage["input_tokens"], usage["output_tokens"])
            self.usage = self.usage + more if self.usage else more


def within(seconds: float, start: Callable[[], Iterator[T]]) -> Iterator[T]:
    """The items of an iterator that another thread runs; TimeoutError once `seconds` are over in all.

    A server that sends a byte now and then keeps within any limit of an HTTP client. The thread ends with the
    next item after this iterator is closed.
    """
    items: Queue[tuple[str, Any]] = Queue(_AHEAD)
    left = Event()

    def run() -> None:
        try:
            for item in start():
                if left.is_set():
                    return
                items.put(("item", item))
            items.put(("end", None))
        except BaseException as error:
            items.put(("error", error))

    Thread(target=contextvars.copy_context().run, args=(run,), name="dateline-llm", daemon=True).start()
    deadline = time.monotonic() + seconds
    try:
        while True:
            remaining = deadline - time.monotonic()
            try:
                kind, value = items.get(timeout=max(0.0, remaining))
            except Empty:
                raise TimeoutError from None
            if remaining < 0:
                raise TimeoutError
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    finally:
        left.set()
        while not items.empty():  # lets a thread go on that waits for room
            items.get_nowait()


def _ending(told: dict[str, Any]) -> Failure | None:
    """What it means that the model says why it stopped; None where its reply is whole, or goes on."""
    reasons = {str(told.get(name)) for name in ("finish_reason", "done_reason", "stop_reason")}
    if told.get("refusal") or reasons & _REFUSED:
        return Failure.REFUSED
    return Failure.BROKEN_OFF if reasons & _STOPPED_EARLY else None


def _failed(error: Exception, *, begun: bool) -> CallFailed:
    if any("Timeout" in each.__name__ for each in type(error).__mro__):
        return CallFailed(Failure.TIMEOUT)
    if begun:
        return CallFailed(Failure.BROKEN_OFF)
    status = getattr(error, "status_code", None)
    return CallFailed(Failure.UNREACHABLE, status if isinstance(status, int) and status > 0 else None)
