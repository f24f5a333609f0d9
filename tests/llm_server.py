"""A loopback server that speaks OpenAI's, Ollama's and Anthropic's chat protocols, streaming, by script."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

USAGE = (311, 47)  # tokens of each prompt and reply, as this server counts


@dataclass(frozen=True)
class Shown:
    """What the model was sent: the question and the passages with their keys, or the conversation before it."""

    question: str
    passages: tuple[dict[str, Any], ...] = ()
    conversation: tuple[dict[str, Any], ...] = ()

    def key(self, quote: str) -> str:
        """The key of the passage that holds a quote."""
        return next(str(each["key"]) for each in self.passages if quote in each["text"])


@dataclass(frozen=True)
class Scripted:
    """One reply of the model, and how the server sends it."""

    text: str = ""
    status: int = 200
    body: str = '{"error": {"message": "the key sk-secret-1234 is refused", "type": "x"}, "type": "error"}'
    pieces: int = 7  # characters a chunk
    pause: float = 0.0  # seconds before each chunk
    cut: int | None = None  # chunks after which the connection is closed
    ending: str = "stop"  # why the model stops; in OpenAI's words
    refusal: str | None = None
    tool_calls: tuple[dict[str, Any], ...] = ()
    usage: bool = True


Script = Callable[[Shown], Scripted | str]


@dataclass
class LlmServer:
    """The running server: its address, the script it follows and the requests it got."""

    address: str
    script: Script = lambda shown: ""
    requests: list[dict[str, Any]] = field(default_factory=list)

    def reply_to(self, request: dict[str, Any]) -> Scripted:
        self.requests.append(request)
        made = self.script(shown_in(request["body"]))
        return made if isinstance(made, Scripted) else Scripted(made)


@contextmanager
def llm_server() -> Iterator[LlmServer]:
    """A server on a free port of this machine."""
    http = _Server(("127.0.0.1", 0), _Handler)
    http.told = LlmServer(f"http://127.0.0.1:{http.server_port}")
    thread = Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield http.told
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    told: LlmServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = self.server.told.reply_to({"path": self.path, "body": body, "headers": dict(self.headers)})
        if reply.status != 200:
            self._send(reply.status, "application/json", [reply.body], None, 0)
        elif self.path.endswith("/chat/completions"):
            chunks = [f"data: {each}\n\n" for each in [*map(json.dumps, _openai(reply)), "[DONE]"]]
            self._send(200, "text/event-stream", chunks, reply.cut, reply.pause)
        elif self.path.endswith("/api/chat"):
            chunks = [json.dumps(each) + "\n" for each in _ollama(reply, body["model"])]
            self._send(200, "application/x-ndjson", chunks, reply.cut, reply.pause)
        elif self.path.endswith("/v1/messages"):
            chunks = [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in _anthropic(reply)]
            self._send(200, "text/event-stream", chunks, reply.cut, reply.pause)
        else:
            self._send(404, "application/json", ['{"error": "no such path"}'], None, 0)

    def _send(self, status: int, kind: str, chunks: Sequence[str], cut: int | None, pause: float) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")  # so that no client keeps a socket when a test is over
        self.end_headers()
        for chunk in chunks[:cut]:
            time.sleep(pause)
            data = chunk.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
        if cut is None:
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = cut is not None


def shown_in(body: dict[str, Any]) -> Shown:
    """What a request shows to the model."""
    content = body["messages"][-1]["content"]
    asked, *passages = content.split("\n")
    sent = json.loads(asked)
    if "conversation" in sent:
        return Shown(sent["last question"], conversation=tuple(sent["conversation"]))
    return Shown(sent["question"], tuple(map(json.loads, passages[1:])))


def _pieces(reply: Scripted) -> list[str]:
    size = max(reply.pieces, len(reply.text) // 500)  # a long reply in bearable time
    return [reply.text[at : at + size] for at in range(0, len(reply.text), size)]


def _openai(reply: Scripted) -> Iterator[dict[str, Any]]:
    frame = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in _pieces(reply)]
    if reply.refusal:
        deltas.append({"refusal": reply.refusal})
    for index, call in enumerate(reply.tool_calls):
        function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
        deltas.append(
            {"tool_calls": [{"index": index, "id": "t1", "type": "function", "function": function}]}
        )
    for delta in deltas:
        yield {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": reply.ending}]}
    if reply.usage:
        given, made = USAGE
        usage = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
        yield {**frame, "choices": [], "usage": usage}


def _ollama(reply: Scripted, model: str) -> Iterator[dict[str, Any]]:
    frame = {"model": model, "created_at": "2022-03-14T00:00:00Z"}
    for piece in _pieces(reply):
        yield {**frame, "message": {"role": "assistant", "content": piece}, "done": False}
    calls = [{"function": call} for call in reply.tool_calls]
    last = {"role": "assistant", "content": "", **({"tool_calls": calls} if calls else {})}
    counts = {"prompt_eval_count": USAGE[0], "eval_count": USAGE[1]} if reply.usage else {}
    yield {**frame, "message": last, "done": True, "done_reason": reply.ending, **counts}


def _anthropic(reply: Scripted) -> Iterator[dict[str, Any]]:
    message = {"id": "m1", "type": "message", "role": "assistant", "model": "scripted", "content": []}
    usage = {"input_tokens": USAGE[0], "output_tokens": 1}
    yield {
        "type": "message_start",
        "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage},
    }
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for piece in _pieces(reply):
        yield {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": piece},
        }
    yield {"type": "content_block_stop", "index": 0}
    why = {"stop": "end_turn", "length": "max_tokens"}.get(reply.ending, reply.ending)
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": why, "stop_sequence": None},
        "usage": {"input_tokens": USAGE[0], "output_tokens": USAGE[1]},
    }
    yield {"type": "message_stop"}
