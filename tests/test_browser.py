"""The chat in a real browser: ask, read, click, and whatever may go wrong while people do."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from browsing import (
    BILL,
    BRIDGE,
    COST,
    EXAMPLES,
    GRADIO_WARNINGS,
    WINTER,
    FakeShelf,
    ScriptedAsk,
    chromium,
    cite,
    serving,
)
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect

from rag.types import Answer, Article, Claim, Filters
from ui.app import build_app
from ui.turns import BROKEN, BUSY, UNSENT

pytestmark = [pytest.mark.browser, *GRADIO_WARNINGS]

COST_QUESTION = "What did the repairs cost?"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


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


def chat(ask: Callable[[str, Filters], Answer], shelf: FakeShelf | None = None, **more: object):  # type: ignore[no-untyped-def]
    return serving(build_app(ask=ask, shelf=shelf or FakeShelf(), examples=EXAMPLES, **more))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with chat(ScriptedAsk()) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Visit]:
    with visiting(browser, url) as visit:
        yield visit
        assert visit.errors == []


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


def test_a_question_is_answered_and_its_citation_opens_the_article_at_the_quote(visit: Visit) -> None:
    visit.ask(COST_QUESTION)
    expect(visit.last.locator(".dl-short")).to_have_text("12.4 million crowns")
    expect(visit.last.locator(".dl-claim").first).to_contain_text(COST)
    expect(visit.page.locator("#dl-question textarea")).to_have_value("")
    expect(visit.panel.locator(".dl-card")).to_have_count(2)
    visit.cite(1).click()
    mark = visit.panel.locator("mark")
    expect(mark).to_have_text(COST)
    assert in_view(visit.page, mark)
    expect(visit.panel.get_by_role("heading", name=BRIDGE.title)).to_be_focused()
    link = visit.panel.get_by_role("link", name="Original article")
    assert link.get_attribute("href") == BRIDGE.url
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert visit.stayed_home(), visit.requests


def test_a_source_card_opens_the_article_too(visit: Visit) -> None:
    visit.ask(COST_QUESTION)
    visit.panel.locator("blockquote").nth(1).click()
    expect(visit.panel.locator("mark")).to_have_text(BILL)
    visit.page.keyboard.press("Escape")
    expect(visit.panel.locator(".dl-card")).to_have_count(2)


def test_the_same_citation_scrolls_to_its_passage_again(visit: Visit) -> None:
    visit.ask(COST_QUESTION)
    visit.cite(1).click()
    mark = visit.panel.locator("mark")
    expect(mark).to_have_text(COST)
    visit.panel.evaluate("(panel) => panel.scrollTo(0, 0)")
    assert not in_view(visit.page, mark)
    with visit.page.expect_response(re.compile("/run/")):
        visit.cite(1).click()
    visit.page.wait_for_function("document.querySelector('#dl-panel').scrollTop > 0")
    assert in_view(visit.page, mark)


def test_the_citations_of_an_earlier_answer_keep_working(visit: Visit) -> None:
    visit.ask(COST_QUESTION)
    expect(visit.page.locator(".dl-short")).to_have_count(1)
    visit.ask("Will the ferry run in winter?")
    expect(visit.last.locator(".dl-claim")).to_contain_text(WINTER)
    visit.cite(2, turn=0).click()
    expect(visit.panel.locator("mark")).to_have_text(BILL)
    visit.cite(1, turn=1).click()
    expect(visit.panel.locator("mark")).to_have_text(WINTER)
    visit.page.locator(".dl-turn").first.get_by_role("button", name="2 sources").click()
    expect(visit.panel.locator(".dl-card")).to_have_count(2)


def test_what_the_articles_do_not_state_is_declined_with_reason_and_nearest_passages(visit: Visit) -> None:
    visit.ask("Who designed the bridge?")
    expect(visit.last.locator(".dl-declined")).to_contain_text("none of them states who designed it")
    expect(visit.panel).to_contain_text("Nearest passages, which do not state it")
    expect(visit.last.locator(".dl-cite")).to_have_count(0)
    visit.panel.locator(".dl-card").first.click()
    expect(visit.panel.locator("mark")).to_have_text(
        "The old harbour bridge will reopen to traffic on Monday."
    )


def test_an_error_becomes_a_message_and_the_next_question_is_answered(visit: Visit) -> None:
    visit.ask("boom?")
    expect(visit.last.get_by_role("alert")).to_have_text(BROKEN)
    assert "secret" not in visit.page.content()
    visit.ask(COST_QUESTION)
    expect(visit.last.locator(".dl-short")).to_be_visible()


def test_questions_too_long_are_refused_kindly_and_the_page_goes_on(visit: Visit) -> None:
    visit.ask("x" * 2001)
    expect(visit.last.get_by_role("alert")).to_contain_text("2,001 characters")
    expect(visit.page.locator("#dl-question textarea")).to_have_value("x" * 2001)
    visit.ask("x" * 1_500_000)
    expect(visit.last.get_by_role("alert")).to_have_text(UNSENT, timeout=30_000)
    visit.type("   ")
    visit.ask(COST_QUESTION)
    expect(visit.last.locator(".dl-short")).to_be_visible()
    expect(visit.page.locator(".dl-turn")).to_have_count(3)


def test_an_example_is_asked_by_a_click_and_a_new_conversation_begins_with_the_examples(visit: Visit) -> None:
    visit.page.get_by_role("button", name=EXAMPLES[0]).click()
    expect(visit.last.locator(".dl-short")).to_be_visible()
    visit.page.get_by_role("button", name="New conversation").click()
    expect(visit.page.get_by_role("button", name=EXAMPLES[0])).to_be_visible()
    expect(visit.panel.locator(".dl-card")).to_have_count(0)


def test_sources_and_dates_restrict_the_question_and_a_wrong_period_is_said(browser: Browser) -> None:
    ask = ScriptedAsk()
    with chat(ask) as url, visiting(browser, url) as visit:
        visit.page.get_by_role("button", name="Sources and dates").click()
        visit.page.get_by_label("Since").fill("2022-01-01")
        visit.page.get_by_label("Until").fill("2021-01-01")
        visit.ask(COST_QUESTION)
        expect(visit.last.get_by_role("alert")).to_contain_text("before it starts")
        assert ask.asked == []
        visit.page.get_by_label("Until").fill("2023-12-31")
        visit.page.get_by_label("Only these sources").click()
        visit.page.get_by_role("option", name="Northern Wire").click()
        visit.ask(COST_QUESTION)
        expect(visit.last.locator(".dl-only")).to_contain_text("Only Northern Wire; since 1 January 2022")
        expect(visit.last.locator(".dl-short")).to_be_visible()
        ((_, filters),) = ask.asked
        assert tuple(filters.sources) == ("Northern Wire",)
        assert (str(filters.since), str(filters.until)) == ("2022-01-01", "2023-12-31")


def test_the_page_can_be_used_by_keyboard_alone(visit: Visit) -> None:
    visit.page.locator("#dl-question textarea").focus()
    visit.page.keyboard.type(COST_QUESTION)
    visit.page.keyboard.press("Enter")
    expect(visit.last.locator(".dl-short")).to_be_visible()
    for _ in range(20):
        visit.page.keyboard.press("Shift+Tab")
        if visit.page.evaluate("document.activeElement.className") == "dl-cite":
            break
    assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    visit.page.keyboard.press("Enter")
    expect(visit.panel.locator("mark")).to_have_text(BILL)
    visit.page.keyboard.press("Escape")
    expect(visit.cite(2)).to_be_focused()


def test_on_a_phone_the_article_comes_into_view_and_the_way_back_ends_at_the_citation(
    browser: Browser, url: str
) -> None:
    with visiting(browser, url, viewport=PHONE, has_touch=True) as visit:
        visit.ask(COST_QUESTION)
        expect(visit.last.locator(".dl-short")).to_be_visible()
        visit.cite(1).tap()
        mark = visit.panel.locator("mark")
        expect(mark).to_have_text(COST)
        assert in_view(visit.page, mark)
        assert visit.page.evaluate("document.querySelector('#dl-talk').inert")
        assert visit.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        visit.panel.get_by_role("button", name="Back to the sources").tap()
        expect(visit.panel.locator(".dl-card")).to_have_count(2)
        expect(visit.cite(1)).to_be_focused()
        visit.ask("Who designed the bridge?")
        visit.last.get_by_role("button", name="2 nearest passages").tap()
        expect(visit.panel.locator(".dl-card").first).to_be_in_viewport()
        expect(visit.page.locator("#dl-question textarea")).to_be_in_viewport()


CONTRAST = """
(element) => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.slice(0, 3).map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  let ground = [0, 0, 0, 0];
  for (; behind && (ground.length === 4 && ground[3] === 0); behind = behind.parentElement)
    ground = parse(getComputedStyle(behind).backgroundColor);
  const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark_as_the_system_asks(
    browser: Browser, url: str, scheme: str
) -> None:
    with visiting(browser, url, color_scheme=scheme) as visit:
        ground = visit.page.locator("#dl-composer").evaluate("(e) => getComputedStyle(e).backgroundColor")
        assert ground == {"light": "rgb(251, 250, 247)", "dark": "rgb(21, 23, 26)"}[scheme]
        visit.ask(COST_QUESTION)
        expect(visit.last.locator(".dl-short")).to_be_visible()
        visit.page.mouse.move(0, 0)
        parts = [
            "#dl-title p",
            ".dl-question",
            ".dl-short",
            ".dl-claim",
            ".dl-cite",
            ".dl-show",
            ".dl-confidence",
        ]
        parts += [
            ".dl-for",
            ".dl-number",
            ".dl-card h3 button",
            ".dl-byline time",
            ".dl-byline a",
            "#dl-new",
            "#dl-send",
        ]
        parts += ["#dl-question textarea", "#dl-filters .label-wrap"]
        low = {part: visit.page.locator(part).first.evaluate(CONTRAST) for part in parts}
        visit.cite(1).click()
        expect(visit.panel.locator("mark")).to_be_visible()
        visit.page.mouse.move(0, 0)
        low |= {
            part: visit.page.locator(part).first.evaluate(CONTRAST)
            for part in ("mark", ".dl-back", ".dl-where")
        }
        assert {part: ratio for part, ratio in low.items() if ratio < 4.5} == {}


HOSTILE = (
    '<img src="http://outside.example/a.png" onerror="alert(1)"><script>alert(2)</script>'
    '<form action="http://outside.example"><input name=x></form>![x](http://outside.example/b.png)'
    "<style>@import 'http://outside.example/c.css';</style>${alert(3)}{{constructor.constructor('alert(4)')()}}`"
    '<iframe src="http://outside.example"></iframe></bdi></p></section><h1>Breaking</h1>'
)


def test_hostile_articles_and_questions_are_shown_as_text_and_send_nothing(browser: Browser) -> None:
    article = Article(
        id="evil", title=HOSTILE, source=HOSTILE, url="javascript:alert(5)", text=f"First. {HOSTILE} Last."
    )

    def ask(question: str, filters: Filters) -> Answer:
        return Answer(
            question=question,
            searched_for=f"{question} {HOSTILE}",
            claims=(Claim(HOSTILE, (0,)),),
            citations=(cite(article, HOSTILE),),
            short_answer=HOSTILE,
        )

    with chat(ask, FakeShelf((article,))) as url, visiting(browser, url) as visit:
        visit.ask(HOSTILE)
        expect(visit.last.locator(".dl-question")).to_have_text(HOSTILE)
        expect(visit.last.locator(".dl-short")).to_have_text(HOSTILE)
        expect(visit.panel.locator("blockquote")).to_have_text(HOSTILE)
        expect(visit.panel.get_by_role("link")).to_have_count(0)
        visit.cite(1).click()
        expect(visit.panel.locator("mark")).to_have_text(HOSTILE)
        visit.page.get_by_role("button", name="Sources and dates").click()
        visit.page.get_by_label("Only these sources").click()
        expect(visit.page.get_by_role("option")).to_contain_text("outside.example")
        for made in ("img", "form", "script", "iframe", "style", "#dl-main h1"):
            expect(visit.page.locator("#dl-app").locator(made)).to_have_count(0)
        assert visit.errors == []
        assert visit.stayed_home(), visit.requests


def test_the_page_itself_may_not_reach_beyond_its_server(visit: Visit) -> None:
    fetched = visit.page.evaluate(
        "fetch('http://localhost:9/').then(() => 'sent', (error) => String(error)).then(String)"
    )
    assert "Failed to fetch" in fetched
    refused = visit.page.evaluate(
        """new Promise((done) => {
          document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective));
          document.body.append(Object.assign(new Image(), { src: "http://localhost:9/x.png" }));
        })"""
    )
    assert refused == "img-src"


def test_two_people_see_nothing_of_each_other(browser: Browser, url: str) -> None:
    with visiting(browser, url) as one, visiting(browser, url) as two:
        one.ask(COST_QUESTION)
        expect(one.last.locator(".dl-short")).to_be_visible()
        two.ask("Will the ferry run in winter?")
        expect(two.last.locator(".dl-claim")).to_contain_text(WINTER)
        assert "crowns, engineer" not in two.page.content()
        one.ask("Who designed the bridge?")
        expect(one.last.locator(".dl-declined")).to_be_visible()
        expect(one.page.locator(".dl-turn")).to_have_count(2)
        expect(two.page.locator(".dl-turn")).to_have_count(1)
        two.page.get_by_role("button", name="New conversation").click()
        expect(two.page.locator(".dl-turn")).to_have_count(0)
        one.cite(1, turn=0).click()
        expect(one.panel.locator("mark")).to_have_text(COST)


def test_a_full_queue_refuses_politely_and_later_questions_are_answered(browser: Browser) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def ask(question: str, filters: Filters) -> Answer:
        begun.set()
        assert go_on.wait(120)
        return ScriptedAsk()(question, filters)

    with (
        chat(ask, max_waiting=1) as url,
        visiting(browser, url) as one,
        visiting(browser, url) as two,
        visiting(browser, url) as three,
    ):
        one.ask(COST_QUESTION)
        assert begun.wait(60)
        expect(one.last.get_by_role("status")).to_contain_text("Reading the articles")
        with two.page.expect_response(re.compile("/queue/join")) as joined:
            two.ask(COST_QUESTION)
        assert joined.value.status == 200
        three.ask(COST_QUESTION)
        expect(three.last.get_by_role("alert")).to_have_text(BUSY)
        go_on.set()
        for person in (one, two):
            expect(person.last.locator(".dl-short")).to_be_visible()
        three.ask(COST_QUESTION)
        expect(three.last.locator(".dl-short")).to_be_visible()
        expect(three.page.locator(".dl-turn")).to_have_count(2)


def test_a_question_asked_while_another_is_being_answered_is_answered_too(browser: Browser) -> None:
    go_on = threading.Event()

    def ask(question: str, filters: Filters) -> Answer:
        assert go_on.wait(120)
        return ScriptedAsk()(question, filters)

    with chat(ask) as url, visiting(browser, url) as visit:
        visit.ask(COST_QUESTION)
        expect(visit.page.locator(".dl-turn")).to_have_count(1)
        visit.ask("Will the ferry run in winter?")
        expect(visit.page.locator(".dl-waiting")).to_have_count(2)
        go_on.set()
        expect(visit.page.locator(".dl-claim")).to_have_count(3)
        expect(visit.page.locator(".dl-waiting")).to_have_count(0)


def test_with_a_password_the_whole_chat_works_for_who_knows_it(browser: Browser) -> None:
    with chat(ScriptedAsk(), auth=("desk", "secret")) as url:
        stranger = browser.new_context()
        assert stranger.request.get(url).status == 401
        stranger.close()
        known = {"username": "desk", "password": "secret"}
        with visiting(browser, url, http_credentials=known) as visit:
            visit.ask(COST_QUESTION)
            expect(visit.last.locator(".dl-short")).to_be_visible()
            visit.cite(1).click()
            expect(visit.panel.locator("mark")).to_have_text(COST)


def test_an_article_that_changed_since_is_said_to_have_changed(browser: Browser) -> None:
    shelf = FakeShelf()
    with chat(ScriptedAsk(), shelf) as url, visiting(browser, url) as visit:
        visit.ask(COST_QUESTION)
        expect(visit.last.locator(".dl-short")).to_be_visible()
        shelf.articles = (replace(BRIDGE, text="Something else."),)
        visit.cite(1).click()
        expect(visit.panel.get_by_role("alert")).to_contain_text("removed or changed")
        visit.panel.get_by_role("button", name="Back to the sources").click()
        expect(visit.panel.locator(".dl-card")).to_have_count(2)
