"""The gate before the browser app: who may come in, by which routes, with how much."""

import base64
from collections.abc import Iterator

import pytest
from newsroom import EXAMPLES, FakeShelf, ScriptedAsk
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from ui.app import build_app
from ui.guard import MOST_BODY, is_loopback

HERE = "http://127.0.0.1"
OPEN = (
    "/",
    "/config",
    "/theme.css",
    "/gradio_api/queue/data?session_hash=x",
    "/gradio_api/app_id",
    "/static/js/x",
    "/assets/x",
)
SHUT = (
    *("/gradio_api/upload", "/gradio_api/upload_progress?upload_id=x", "/gradio_api/file=/etc/passwd"),
    *("/gradio_api/file/etc/passwd", "/gradio_api/proxy=http://outside.example/", "/gradio_api/info"),
    *("/gradio_api/component_server", "/gradio_api/call/submit", "/gradio_api/token", "/login", "/logout"),
    *(
        "/gradio_api/runs",
        "/monitoring",
        "/monitoring/summary",
        "/gradio_api/vibe-edit",
        "/docs",
        "/openapi.json",
    ),
    *(
        "/svelte/x",
        "/gradio_api/custom_component/1/client/component/x",
        "/gradio_api/deep_link?session_hash=x",
    ),
)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(
        build_app(ask=ScriptedAsk(), shelf=FakeShelf(), examples=EXAMPLES), base_url=HERE
    ) as client:
        yield client


@pytest.fixture(scope="module")
def locked() -> Iterator[TestClient]:
    app = build_app(ask=ScriptedAsk(), shelf=FakeShelf(), examples=EXAMPLES, auth=("desk", "pass: wörd"))
    with TestClient(app, base_url="http://news.example") as client:
        yield client


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize("path", SHUT)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_routes_that_the_page_does_not_need_are_shut(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path, content=b"x")
    assert answer.status_code == 404
    assert answer.text == "Nothing is served here."


def test_a_file_cannot_be_uploaded(client: TestClient) -> None:
    assert client.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/static/../../x", "/assets/%2e%2e/%2e%2e/x", "/static/..%2f..%2f..%2fetc/passwd"]
)
def test_no_path_leads_out_of_the_folders_of_the_page(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_page_is_served_with_headers_that_keep_it_to_itself(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == policy["base-uri"] == "'self'"
    assert policy["form-action"] == policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert "http" not in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_refusals_carry_the_headers_too(client: TestClient) -> None:
    assert "content-security-policy" in client.get("/gradio_api/upload").headers


@pytest.mark.parametrize(
    "host", ["outside.example", "127.0.0.1.outside.example", "10.0.0.1", "", "[", "localhost.x"]
)
def test_without_a_password_only_this_machine_is_served(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code in (400, 421)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:7860", "localhost:80", "[::1]:7860", "LOCALHOST"])
def test_every_name_of_this_machine_is_served(client: TestClient, host: str) -> None:
    assert client.get("/theme.css", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://outside.example", "null", "http://127.0.0.1:9", "http://127.0.0.1.x"]
)
def test_other_sites_cannot_use_the_page(client: TestClient, origin: str) -> None:
    answer = client.post("/gradio_api/queue/join", json={}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_the_page_itself_can_post(client: TestClient) -> None:
    answer = client.post("/gradio_api/queue/join", json={"data": []}, headers={"Origin": HERE})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Session hash not found."


def test_a_body_that_is_too_large_or_of_unknown_length_is_refused_unread(client: TestClient) -> None:
    join = "/gradio_api/queue/join"
    assert client.post(join, content=b"x" * (MOST_BODY + 1)).status_code == 413
    assert client.post(join, content=iter([b"{}"])).status_code == 411
    assert client.post(join, content=b"{}", headers={"Content-Length": "-1"}).status_code == 411


def test_websockets_are_refused(client: TestClient, locked: TestClient) -> None:
    for each in (client, locked):
        with pytest.raises(WebSocketDisconnect) as refused, each.websocket_connect("/gradio_api/queue/join"):
            pass
        assert refused.value.code == 1008


@pytest.mark.parametrize("path", [*OPEN, *SHUT, "/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
def test_with_a_password_every_route_asks_for_it(locked: TestClient, method: str, path: str) -> None:
    answer = locked.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "header",
    [
        basic("desk:pass"),
        basic("desk:pass: wörd "),
        basic("other:pass: wörd"),
        basic("desk"),
        basic(""),
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer " + base64.b64encode("desk:pass: wörd".encode()).decode()},
    ],
)
def test_a_wrong_user_or_password_is_refused(locked: TestClient, header: dict[str, str]) -> None:
    assert locked.get("/", headers=header).status_code == 401


def test_the_right_user_and_password_open_the_page_under_any_name(locked: TestClient) -> None:
    assert locked.get("/", headers=basic("desk:pass: wörd")).status_code == 200
    assert locked.post("/gradio_api/upload", headers=basic("desk:pass: wörd")).status_code == 404


def test_gradio_gives_no_site_leave_to_read_answers(locked: TestClient) -> None:
    answer = locked.get("/theme.css", headers={**basic("desk:pass: wörd"), "Origin": "http://news.example"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_loopback_is_told_from_other_hosts() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.2", "example.com", "", "127.0.0.1.example")))
