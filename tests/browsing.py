"""What browser tests share: a browser, the chat on a free port, and invented articles to ask about."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from rag.types import Abstention, Answer, Article, Citation, Claim, Evidence, Filters, Passage, Reason, Span

BROWSERS = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Gradio, after each answer, asks pandas for two things that new versions of pandas are going to drop.
GRADIO_WARNINGS = (
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
)


def find_browser() -> str:
    """The path of a Chromium; without one the test is skipped, or fails where CI promises one."""
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is not None:
        return found
    message = "no Chromium was found; install one (Debian: apt-get install chromium) to run the browser tests"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that starts no connection of its own."""
    path = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serves the app from a thread on a free loopback port; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the chat did not start")
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


_FILLER = (
    "Residents who had followed the long planning process said that they were relieved. "
    "The council will publish the full papers next week, and a public meeting is to follow in the town hall."
)

BRIDGE = Article(
    id="bridge",
    title="Old harbour bridge to reopen after two years of repairs",
    source="The Harbour Courier",
    url="https://courier.example/bridge",
    published=date(2021, 3, 14),
    text=(
        "PORT ELLEN, 14 March. The old harbour bridge will reopen to traffic on Monday.\n\n"
        + f"{_FILLER}\n\n" * 8
        + "The repairs cost 12.4 million crowns, engineer Mara Lindqvist told the council. "
        "She said the steel had suffered more than expected.\n\n" + f"{_FILLER}\n\n" * 6
    ),
)
BUDGET = Article(
    id="budget",
    title="Council publishes the bill for the bridge",
    source="Northern Wire",
    url="https://wire.example/budget?year=2022&page=1",
    published=date(2022, 1, 9),
    text=(
        "The city council put the final bill for the harbour bridge at 13.1 million crowns on Sunday. "
        "The sum includes the new lamps.\n\n" + _FILLER
    ),
)
FERRY = Article(
    id="ferry",
    title="Island ferry to run all winter",
    source="The Harbour Courier",
    published=date(2020, 11, 2),
    text="The island ferry will run all winter, the operator said on Monday. Tickets stay at four crowns.\n"
    + _FILLER,
)


@dataclass
class FakeShelf:
    """A library of a few articles in memory."""

    articles: tuple[Article, ...] = (BRIDGE, BUDGET, FERRY)

    def article(self, article_id: str) -> Article | None:
        return next((article for article in self.articles if article.id == article_id), None)

    def sources(self) -> list[str]:
        return sorted({article.source for article in self.articles if article.source})

    def date_range(self) -> tuple[date, date] | None:
        days = sorted(article.published for article in self.articles if article.published)
        return (days[0], days[-1]) if days else None

    def article_count(self) -> int:
        return len(self.articles)


def span_of(article: Article, quote: str) -> Span:
    """Where a quote of an invented article stands."""
    start = article.text.index(quote)
    return Span(start, start + len(quote))


def cite(article: Article, quote: str) -> Citation:
    return Citation(article.info, span_of(article, quote), quote)


def evidence(article: Article, quote: str) -> Evidence:
    span = span_of(article, quote)
    return Evidence(Passage(f"{article.id}-{span.start}", article.id, span, quote), article.info, 0.5)


COST = "The repairs cost 12.4 million crowns, engineer Mara Lindqvist told the council."
BILL = "The city council put the final bill for the harbour bridge at 13.1 million crowns on Sunday."
REOPEN = "The old harbour bridge will reopen to traffic on Monday."
WINTER = "The island ferry will run all winter, the operator said on Monday."


@dataclass
class ScriptedAsk:
    """Answers by words of the question: `cost`, `ferry`, `boom` (raises); declines everything else."""

    asked: list[tuple[str, Filters]] = field(default_factory=list)

    def __call__(self, question: str, filters: Filters) -> Answer:
        self.asked.append((question, filters))
        if "boom" in question:
            raise RuntimeError("a secret detail")
        if "cost" in question:
            return Answer(
                question=question,
                searched_for=question,
                claims=(Claim(COST, (0,)), Claim(BILL, (1,))),
                citations=(cite(BRIDGE, COST), cite(BUDGET, BILL)),
                short_answer="12.4 million crowns",
                confidence=0.86,
            )
        if "ferry" in question:
            return Answer(
                question=question,
                searched_for="island ferry winter",
                claims=(Claim(WINTER, (0,)),),
                citations=(cite(FERRY, WINTER),),
                confidence=0.52,
            )
        return Answer(
            question=question,
            searched_for=question,
            abstention=Abstention(
                Reason.NOT_STATED,
                "The articles speak of the harbour bridge, but none of them states who designed it.",
            ),
            evidence=(evidence(BRIDGE, REOPEN), evidence(BUDGET, BILL)),
            confidence=0.21,
        )


EXAMPLES = (
    "What did the repairs of the bridge cost?",
    "Will the ferry run in winter?",
    "Who designed the bridge?",
)
