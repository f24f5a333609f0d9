"""What browser tests share: a browser, the chat on a free port, and a visit of one person to it."""

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

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


DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@dataclass
class Visit:
    """One person at the page, and every request that their browser made."""

    url: str
    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Asks, and waits until the question stands in the conversation."""
        before = self.page.locator(".dl-turn").count()
        self.type(question)
        expect(self.page.locator(".dl-turn")).to_have_count(before + 1, timeout=30_000)

    def type(self, question: str) -> None:
        self.page.locator("#dl-question textarea").fill(question)
        self.page.get_by_role("button", name="Ask", exact=True).click()

    @property
    def last(self) -> Locator:
        return self.page.locator(".dl-turn").last

    @property
    def panel(self) -> Locator:
        return self.page.locator("#dl-panel")

    def cite(self, number: int, turn: int = -1) -> Locator:
        return (
            self.page.locator(".dl-turn")
            .nth(turn)
            .get_by_role("button", name=re.compile(f"^Source {number}:"))
        )

    def stayed_home(self) -> bool:
        return all(url.startswith((self.url, "data:", "blob:" + self.url)) for url in self.requests)


@contextmanager
def visiting(browser: Browser, url: str, **context: object) -> Iterator[Visit]:
    """A visit of one person with a browser profile of their own."""
    own: BrowserContext = browser.new_context(**{"viewport": DESK, **context})  # type: ignore[arg-type]
    page = own.new_page()
    visit = Visit(url, page)

    def note(request: Request) -> None:
        visit.requests.append(request.url)

    own.on("request", note)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("dialog", lambda dialog: (visit.errors.append(dialog.message), dialog.dismiss()))
    page.goto(url)
    expect(page.locator(".dl-welcome")).to_be_visible(timeout=30_000)
    yield visit
    own.close()


def in_view(page: Page, locator: Locator) -> bool:
    """Whether the middle of an element is on the screen and nothing lies over it."""
    return bool(
        locator.evaluate(
            """(mark) => {
              const box = mark.getClientRects()[0];
              const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
              const seen = document.elementFromPoint(x, y);
              return seen !== null && mark.contains(seen);
            }"""
        )
    )
