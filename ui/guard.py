"""The gate before the whole browser app: who may come in, by which routes, with how much."""

import base64
import binascii
import secrets
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 1_000_000
MOST_GOLD = 50_000_000  # of an uploaded gold set

# Only what the page asks for. Gradio has many more routes (uploads, files, a proxy, an API), all unused here.
READ = frozenset(
    {"/", "/config", "/theme.css", "/favicon.ico"}
    | {f"/gradio_api/{route}" for route in ("queue/data", "startup-events", "app_id")}
)
READ |= {"/evaluate", "/evaluate/evaluate.js", "/evaluate/evaluate.css", "/evaluate/state"}
REPORT_BELOW = "/evaluate/report/"
READ_BELOW = ("/assets/", "/static/", "/gradio_api/heartbeat/", REPORT_BELOW)
WRITE = frozenset({"/gradio_api/queue/join", "/evaluate/start", "/evaluate/stop"})
GOLD_BELOW = "/evaluate/gold/"
WRITE_BELOW = ("/gradio_api/run/", GOLD_BELOW)

# Gradio's own scripts and templates need the two `unsafe` words; every way out of the page stays shut.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'none'",
    )
)

EVALUATE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self';"
    " frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
# A report holds the words of articles: it gets an origin of its own, and no way out. Its own policy, in its
# text, allows no script or style but its own two.
REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline';"
    " img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware that refuses before any route runs, and sets the security headers of every response.

    With `auth`, every request needs that user and password (HTTP basic). Without, only requests that name
    this machine as their host pass, so that no web page can reach the app by a name it made point here.
    """

    def __init__(self, app: ASGIApp, auth: tuple[str, str] | None) -> None:
        self._app = app
        self._auth = None if auth is None else ":".join(auth).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _policy(scope["path"])
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await (self._refusal(scope) or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._auth is None and not is_loopback(_name(host)):
            return PlainTextResponse("This address is not served here.", 421)
        if self._auth is not None and not self._knows(headers.get("authorization", "")):
            return PlainTextResponse(
                "Please sign in.", 401, {"WWW-Authenticate": 'Basic realm="Dateline", charset="UTF-8"'}
            )
        if "origin" in headers and headers["origin"].partition("://")[2] != host:
            return PlainTextResponse("Requests from other sites are refused.", 403)
        return _route_refusal(scope["method"], scope["path"], headers.get("content-length"))

    def _knows(self, authorization: str) -> bool:
        scheme, _, code = authorization.partition(" ")
        if scheme.lower() != "basic" or self._auth is None:
            return False
        try:
            given = base64.b64decode(code, validate=True)
        except (binascii.Error, ValueError):
            return False
        return secrets.compare_digest(given, self._auth)


def _policy(path: str) -> str:
    if path.startswith(REPORT_BELOW):
        return REPORT_POLICY
    return EVALUATE_POLICY if path == "/evaluate" else CONTENT_SECURITY_POLICY


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _route_refusal(method: str, path: str, length: str | None) -> PlainTextResponse | None:
    if method in ("GET", "HEAD"):
        allowed = path in READ or path.startswith(READ_BELOW)
    else:
        allowed = method == "POST" and (path in WRITE or path.startswith(WRITE_BELOW))
    if not allowed or ".." in path:
        return PlainTextResponse("Nothing is served here.", 404)
    if method == "POST" and (length is None or not length.isdigit()):
        return PlainTextResponse("The request must say its length.", 411)
    if (
        method == "POST"
        and length is not None
        and int(length) > (MOST_GOLD if path.startswith(GOLD_BELOW) else MOST_BODY)
    ):
        return PlainTextResponse("The request is too large.", 413)
    return None
