"""The whole way with the real components: sample files, Chroma, the embedder, the chain, a browser."""

import asyncio
import re
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from browsing import GRADIO_WARNINGS, chromium, serving
from playwright.sync_api import expect

from eval.gold import load_gold
from eval.run import run
from rag.chain import answer_chain
from rag.embed import SentenceTransformerEmbedder
from rag.types import Filters
from ui.app import build_app
from ui.commands.chat import EXAMPLES, with_samples
from ui.settings import load_settings
from ui.wiring import Desk, open_desk

CEASE_FIRE = "Who brokered the cease-fire that ended the 2020 war?"
OFFICE = "Who is the president of Russia?"
NOT_HELD = "What is the capital of Georgia?"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The samples in a real library, as `dateline chat` opens an empty one."""
    folder = tmp_path_factory.mktemp("library")
    with open_desk(load_settings(library=folder), create=True) as opened:
        assert with_samples(opened)
        yield opened


def test_the_samples_answer_with_exact_quotes_and_decline_what_they_do_not_hold(desk: Desk) -> None:
    answer = desk.ask(CEASE_FIRE, Filters())
    assert "Vladimir Putin" in answer.text
    assert answer.short_answer is not None
    assert "Putin" in answer.short_answer
    for citation in answer.citations:
        text = desk.library.catalog.text(citation.article.id)
        assert text is not None
        assert citation.span.of(text) == citation.quote
    assert desk.ask(NOT_HELD, Filters()).abstention is not None


def test_the_chain_streams_and_runs_async_with_the_same_answer(desk: Desk) -> None:
    chain = answer_chain(desk.library)
    plain = chain.invoke(CEASE_FIRE)["answer"]
    streamed = list(chain.stream(CEASE_FIRE))
    assert [key for chunk in streamed for key in chunk if key in ("documents", "answer")] == [
        "documents",
        "answer",
    ]
    awaited = asyncio.run(chain.ainvoke(CEASE_FIRE))["answer"]
    assert plain.claims == streamed[-1]["answer"].claims == awaited.claims


def test_every_citation_on_the_sample_gold_set_is_verbatim(desk: Desk, tmp_path: Path) -> None:
    with as_file(files("eval").joinpath("samples.gold.jsonl")) as path:
        gold = load_gold(path)
    catalog = desk.library.catalog
    result = run(gold, desk.ask, catalog.text, tmp_path / "run", desk.facts(), canonical=catalog.canonical)
    citations = [each for row in result.rows if row["scores"] for each in row["scores"]["citations"] or []]
    assert len(citations) >= 30
    assert all(each["resolves"] and each["verbatim"] for each in citations)
    assert result.summary["system_errors"] == 0
    assert result.summary["retrieval"]["success@5"] >= 0.9


@pytest.mark.browser
@GRADIO_WARNINGS[0]
@GRADIO_WARNINGS[1]
def test_a_reader_asks_in_a_browser_clicks_the_citation_and_sees_the_passage(desk: Desk) -> None:
    app = build_app(ask=desk.ask, shelf=desk.library.catalog, examples=EXAMPLES, warm=desk.warm)
    with chromium() as browser, serving(app) as url:
        page = browser.new_page()
        page.goto(url)
        box = page.locator("#dl-question textarea")
        box.fill(CEASE_FIRE)
        page.get_by_role("button", name="Ask", exact=True).click()
        turn = page.locator(".dl-turn").last
        expect(turn).to_contain_text("Putin", timeout=60_000)
        turn.get_by_role("button", name=re.compile("^Source 1:")).first.click()
        mark = page.locator("#dl-panel mark").first
        expect(mark).to_be_in_viewport()
        expect(mark).to_contain_text("Putin")
        box.fill("Who is he?")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator(".dl-turn").last).to_contain_text(
            "Searching for: Who is Vladimir Putin?", timeout=60_000
        )
        box.fill(OFFICE)
        page.get_by_role("button", name="Ask", exact=True).click()
        readings = page.locator(".dl-turn").last.locator(".dl-differing")
        expect(readings).to_contain_text("newest", timeout=60_000)
        readings.get_by_role("button").last.click()
        expect(page.locator("#dl-panel mark").first).to_contain_text("Medvedev")
        box.fill(NOT_HELD)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator(".dl-turn")).to_have_count(4, timeout=60_000)
        expect(page.locator("#dl-panel")).to_contain_text("Nearest passages")
        page.close()


def test_the_embedder_of_the_tests_is_the_one_that_ships(
    embedder: SentenceTransformerEmbedder, desk: Desk
) -> None:
    assert desk.library.embedder.fingerprint == embedder.fingerprint
