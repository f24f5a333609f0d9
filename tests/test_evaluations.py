"""Evaluations from the browser: one at a time, stoppable, over sets that were uploaded; reports are boxed in."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import GRADIO_WARNINGS, PHONE, chromium, serving, visiting
from fakes import library_of
from fastapi.testclient import TestClient
from newsroom import BRIDGE, BUDGET, COST, COST_QUESTION, FERRY, ScriptedAsk, chat
from playwright.sync_api import expect

from eval.run import asking
from rag.errors import InputError
from rag.types import Answer, Filters
from ui.evaluations import BROKEN, Evaluations

ATTACK = '<img src=x onerror="parent.document.title=1"><script>top.document.title="ran"</script>'
ROWS = [
    {
        "id": "cost",
        "question": COST_QUESTION,
        "answers": ["12.4 million crowns"],
        "evidence": [{"article_id": "bridge", "quote": "12.4 million crowns"}],
    },
    {"id": "who", "question": f"Who designed the bridge? {ATTACK}", "answerable": False},
]
GOLD = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


class Gated:
    """A scripted system that answers only once it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()

    def __call__(self, question: str, filters: Filters) -> Answer:
        assert self.let.wait(20)
        return ScriptedAsk()(question, filters)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Evaluations]]:
    with library_of(tmp_path / "lib", BRIDGE, BUDGET, FERRY) as library:
        made: list[Evaluations] = []

        def evaluations(ask: Callable[[str, Filters], Answer] | None = None) -> Evaluations:
            folder = tmp_path / "lib" / "evaluation"
            made.append(Evaluations(folder, asking(ask or ScriptedAsk()), library.catalog, {"by": "test"}))
            return made[-1]

        yield evaluations
        for each in made:
            each.close()


def finished(evaluations: Evaluations) -> None:
    for _ in range(2_000):
        if not evaluations.progress.running:
            return
        time.sleep(0.01)
    raise AssertionError("the run did not end")


def test_a_set_is_uploaded_run_listed_and_reported(make: Callable[..., Evaluations]) -> None:
    evaluations = make()
    assert evaluations.gold_sets() == ["samples"]
    assert evaluations.add_gold("mine.gold.jsonl", GOLD)[0] == "mine.gold.jsonl: gold.jsonl, 2 questions."
    assert evaluations.gold_sets() == ["samples", "mine.gold.jsonl"]
    evaluations.start("mine.gold.jsonl")
    finished(evaluations)
    assert (evaluations.progress.done, evaluations.progress.error) == (2, None)
    (told,) = evaluations.runs()
    assert (told["gold"], told["questions"], told["right"], told["em"]) == ("mine.gold.jsonl", 2, 1, 1)
    assert "12.4 million crowns" in evaluations.report(told["name"]).read_text(encoding="utf-8")


def test_one_run_at_a_time_and_a_stop_ends_it(make: Callable[..., Evaluations]) -> None:
    gated = Gated()
    evaluations = make(gated)
    evaluations.add_gold("mine.jsonl", GOLD)
    evaluations.start("mine.jsonl")
    with pytest.raises(InputError, match="A run is under way"):
        evaluations.start("samples")
    evaluations.stop()
    gated.let.set()
    finished(evaluations)
    assert evaluations.progress.error == "Stopped after 1 of 2 questions."
    assert evaluations.runs() == []
    evaluations.start("mine.jsonl")  # and another can begin
    finished(evaluations)
    assert evaluations.progress.error is None


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("../out.jsonl", GOLD, "may only have"),
        (".hidden", GOLD, "may only have"),
        ("samples", GOLD, "may only have"),
        ("a b.jsonl", GOLD, "may only have"),
        ("bad.jsonl", b"{", "The gold set bad.jsonl has rows"),
        ("latin.csv", b"question,answer\ncaf\xe9?,x\n", "is not UTF-8"),
    ],
)
def test_what_is_no_gold_set_is_refused_and_leaves_nothing(
    make: Callable[..., Evaluations], tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    evaluations = make()
    with pytest.raises(InputError, match=reason):
        evaluations.add_gold(name, content)
    folder = tmp_path / "lib" / "evaluation"
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert not (tmp_path / "lib" / "out.jsonl").exists()


@pytest.mark.parametrize("name", ["..", "../lib", "none", "", "a/b", "."])
def test_only_reports_of_runs_are_given_out(make: Callable[..., Evaluations], name: str) -> None:
    with pytest.raises(InputError, match="no such run"):
        make().report(name)


def test_a_run_that_breaks_says_so(make: Callable[..., Evaluations], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("ui.evaluations.evaluate", broken)
    evaluations = make()
    evaluations.start("samples")
    finished(evaluations)
    assert evaluations.progress.error == BROKEN


@pytest.fixture
def client(make: Callable[..., Evaluations]) -> Iterator[TestClient]:
    with TestClient(chat(evaluations=make()), base_url="http://127.0.0.1") as opened:
        yield opened


def test_the_routes_answer_with_a_sentence_where_they_refuse(client: TestClient) -> None:
    assert client.get("/evaluate/state").json()["gold_sets"] == ["samples"]
    for path, body in (
        ("/evaluate/start", b"no json"),
        ("/evaluate/start", b'{"gold": ["samples"]}'),
        ("/evaluate/start", b'{"gold": "none.jsonl"}'),
        ("/evaluate/start", b'{"gold": "samples", "against": "../x"}'),
        ("/evaluate/gold/x.jsonl", b"{"),
    ):
        response = client.post(path, content=body)
        assert response.status_code == 400, path
        assert response.json()["error"].endswith("."), path
    assert client.get("/evaluate/report/none").status_code == 400
    assert client.get("/evaluate/report/..%2f..%2fcatalog.sqlite3").status_code == 404


def test_other_sites_and_large_bodies_are_refused(client: TestClient) -> None:
    for path in ("/evaluate/start", "/evaluate/stop", "/evaluate/gold/x.jsonl"):
        for origin in ("https://evil.example", "null"):  # a sandboxed report sends null
            assert client.post(path, content=b"{}", headers={"Origin": origin}).status_code == 403, path
    big = {"Content-Length": "60000000"}
    assert client.post("/evaluate/gold/x.jsonl", content=b"x", headers=big).status_code == 413
    assert (
        client.post("/evaluate/start", content=b"x", headers={"Content-Length": "2000000"}).status_code == 413
    )


def test_a_report_is_served_in_a_sandbox(client: TestClient) -> None:
    assert client.post("/evaluate/gold/mine.jsonl", content=GOLD).status_code == 200
    assert client.post("/evaluate/start", json={"gold": "mine.jsonl"}).status_code == 200
    for _ in range(2_000):
        if runs := client.get("/evaluate/state").json()["runs"]:
            break
        time.sleep(0.01)
    response = client.get(f"/evaluate/report/{runs[0]['name']}")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    page = client.get("/evaluate").headers["Content-Security-Policy"]
    assert "unsafe" not in page


def test_without_evaluations_there_is_no_tab(make: Callable[..., Evaluations]) -> None:
    with TestClient(chat(), base_url="http://127.0.0.1") as client:
        assert client.get("/evaluate/state").status_code != 200
        assert '"elem_id":"dl-tabs"' not in client.get("/config").text
    with TestClient(chat(evaluations=make()), base_url="http://127.0.0.1") as client:
        assert '"elem_id":"dl-tabs"' in client.get("/config").text


@pytest.mark.browser
@GRADIO_WARNINGS[0]
@GRADIO_WARNINGS[1]
def test_in_a_browser_a_set_is_uploaded_run_stopped_and_its_report_read(
    make: Callable[..., Evaluations], tmp_path: Path
) -> None:
    gated = Gated()
    path = tmp_path / "mine.gold.jsonl"
    path.write_bytes(GOLD)
    app = chat(evaluations=make(gated))
    with chromium() as browser, serving(app) as url, visiting(browser, url) as visit:
        page = visit.page
        visit.ask(COST_QUESTION)
        page.get_by_role("tab", name="Evaluate").click()
        tab = page.frame_locator("#dl-evaluate iframe")
        tab.locator("#file").set_input_files(path)
        expect(tab.locator("#notice")).to_contain_text("gold.jsonl, 2 questions.")
        tab.get_by_role("button", name="Run").click()
        expect(tab.locator("#count")).to_have_text("0 of 2 questions")
        with page.expect_response("**/evaluate/stop"):  # else the run may be over before it hears of it
            tab.get_by_role("button", name="Stop").click()
        gated.let.set()
        expect(tab.locator("#notice")).to_have_text("Stopped after 1 of 2 questions.", timeout=20_000)
        tab.get_by_role("button", name="Run").click()
        report = tab.frame_locator("#report")
        expect(report.get_by_role("heading", name="mine.gold.jsonl")).to_be_visible(timeout=20_000)
        report.locator(".question summary").first.click()
        expect(report.locator("mark.cited").nth(2)).to_be_visible()
        expect(report.locator(".question").first).to_contain_text(COST[:20])
        expect(tab.locator("#runs button")).to_have_count(1)
        # the attack in a question is text, and the report cannot reach the page around it
        expect(report.locator("#questions")).to_contain_text(ATTACK)
        assert page.title() == "Dateline"
        frame = next(each for each in page.frames if "/evaluate/report/" in each.url)
        assert (
            frame.evaluate("() => { try { return parent.document.title } catch { return 'shut' } }") == "shut"
        )
        # and the conversation is still there
        page.get_by_role("tab", name="Ask").click()
        expect(visit.last.locator(".dl-short")).to_have_text("12.4 million crowns")
        assert visit.errors == []
        assert visit.stayed_home(), visit.requests


@pytest.mark.browser
@GRADIO_WARNINGS[0]
@GRADIO_WARNINGS[1]
def test_on_a_phone_the_tab_fits_and_two_runs_are_compared(make: Callable[..., Evaluations]) -> None:
    evaluations = make()
    evaluations.add_gold("mine.gold.jsonl", GOLD)
    evaluations.start("mine.gold.jsonl")
    finished(evaluations)
    app = chat(evaluations=evaluations)
    with chromium() as browser, serving(app) as url, visiting(browser, url, viewport=PHONE) as visit:
        visit.page.get_by_role("tab", name="Evaluate").click()
        tab = visit.page.frame_locator("#dl-evaluate iframe")
        tab.get_by_label("Gold set").select_option("mine.gold.jsonl")
        tab.get_by_label("Compare with").select_option(index=1)
        tab.get_by_role("button", name="Run").click()
        report = tab.frame_locator("#report")
        expect(report.get_by_role("heading", name="Against the earlier run")).to_be_visible(timeout=20_000)
        assert visit.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert tab.locator("html").evaluate("(html) => html.scrollWidth") <= PHONE["width"]
