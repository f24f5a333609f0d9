"""The browser chat as a FastAPI app, and the way to serve it."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.routing import Mount

from eval.candidates import Candidates
from rag.errors import InputError
from ui.evaluate_routes import add_evaluate_routes
from ui.evaluations import Evaluations
from ui.feedback import Feedback
from ui.guard import Guard, is_loopback
from ui.page import HERE, Chat, Shelf, build_page
from ui.turns import Ask, AskStepwise

__all__ = ["Ask", "Shelf", "build_app", "serve"]

_SANS = ("-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Liberation Sans", "Arial", "sans-serif")

_log = logging.getLogger(__name__)


def build_app(
    *,
    ask: Ask,
    shelf: Shelf,
    examples: Sequence[str],
    warm: Callable[[], None] | None = None,
    auth: tuple[str, str] | None = None,
    max_waiting: int = 32,
    evaluations: Evaluations | None = None,
    candidates: Candidates | None = None,
    ask_stepwise: AskStepwise | None = None,
) -> FastAPI:
    """The chat over a library; `ask` is called from other threads, one question at a time.

    `ask_stepwise` is asked in its place where an answer can be shown while it grows.
    `warm` is called once in the background when the app starts. With `auth` (user, password) every
    request needs them; InputError where one is empty. Past `max_waiting` waiting questions, further ones
    are refused with a message. With `evaluations` the page has a tab that runs gold sets;
    with `candidates`, people can say what is not right about an answer.
    """
    if auth is not None and (not all(auth) or ":" in auth[0]):
        raise InputError("A user and a password are both needed, and the user may not contain a colon.")

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if warm is not None:
            Thread(target=_warm_up, args=(warm,), name="dateline-warm-up", daemon=True).start()
        yield

    app = FastAPI(title="Dateline", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.has_auth = auth is not None
    # Without a CORS policy of the parent app, Gradio sets its own, which lets other sites in.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(Guard, auth=auth)

    if evaluations is not None:
        add_evaluate_routes(app, evaluations)
    feedback = None if candidates is None else Feedback(candidates, shelf.article)
    chat = Chat(ask, shelf, examples, feedback, ask_stepwise)

    async def mount() -> None:
        page = build_page(chat, shelf, max_waiting=max_waiting, evaluates=evaluations is not None)
        _mount(app, page)

    # Gradio makes locks, and outside of an event loop also one loop for each, which it never closes.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, mount()).result()
    app.state.let_go = next(
        route.app.stop_event.set
        for route in app.routes
        if isinstance(route, Mount) and isinstance(route.app, gr.routes.App)
    )
    return app


def _mount(app: FastAPI, page: gr.Blocks) -> None:
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=1,
        allowed_paths=[],
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=_theme(),
        css=(HERE / "chat.css").read_text("utf-8"),
    )


def serve(app: FastAPI, *, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serves the app until it is interrupted (then returns); `on_ready` gets the address once it answers.

    Raises InputError where the address cannot be used, and for a host other than this machine's own
    when the app has no user and password.
    """
    if not is_loopback(host) and not app.state.has_auth:
        raise InputError(
            f"Serving on {host} lets other machines in; set a user and a password, or use 127.0.0.1."
        )
    with _listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, server_header=False)
        with contextlib.suppress(KeyboardInterrupt):
            _Server(config, lambda: on_ready(address), app.state.let_go).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that says when it answers, and that lets open pages go when it stops."""

    def __init__(
        self, config: uvicorn.Config, announce: Callable[[], None], let_go: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._let_go = let_go

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            asyncio.get_running_loop().call_soon(self._announce)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Each open page holds one endless request, which ends on Gradio's own sign alone.
        self._let_go()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65_535:
        raise InputError(f"{port} is not a port; choose one from 1 to 65535 with --port.")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = (
            "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
        )
        raise InputError(f"Port {port} of {host} {reason}; choose another one with --port.") from None


def _warm_up(warm: Callable[[], None]) -> None:
    try:
        warm()
    except Exception:
        # The first question meets the same error and shows it to the person who asked.
        _log.exception("warming up failed")


def _theme() -> gr.themes.Base:
    # The other colours are in chat.css; these two keep the page from flashing before that is read.
    return gr.themes.Base(font=_SANS, font_mono=("Liberation Mono", "monospace")).set(
        body_background_fill="#fbfaf7", body_background_fill_dark="#15171a"
    )
