"""The chat in a real browser when things go wrong: errors, crowds, hostile articles, strangers."""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from browsing import GRADIO_WARNINGS, Visit, chromium, serving, visiting
from newsroom import BRIDGE, COST, COST_QUESTION, WINTER, FakeShelf, ScriptedAsk, chat, cite
from playwright.sync_api import Browser, expect

from rag.types import Answer, Article, Claim, Exchange, Filters
from ui.turns import BROKEN, BUSY, UNSENT

pytestmark = [pytest.mark.browser, *GRADIO_WARNINGS]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(chat(ScriptedAsk())) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Visit]:
    with visiting(browser, url) as visit:
        yield visit
        assert visit.errors == []


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

    def ask(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer:
        return Answer(
            question=question,
            searched_for=f"{question} {HOSTILE}",
            claims=(Claim(HOSTILE, (0,)),),
            citations=(cite(article, HOSTILE),),
            short_answer=HOSTILE,
        )

    with serving(chat(ask, FakeShelf((article,)))) as url, visiting(browser, url) as visit:
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

    def ask(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer:
        begun.set()
        assert go_on.wait(120)
        return ScriptedAsk()(question, filters)

    with (
        serving(chat(ask, max_waiting=1)) as url,
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

    def ask(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer:
        assert go_on.wait(120)
        return ScriptedAsk()(question, filters)

    with serving(chat(ask)) as url, visiting(browser, url) as visit:
        visit.ask(COST_QUESTION)
        expect(visit.page.locator(".dl-turn")).to_have_count(1)
        visit.ask("Will the ferry run in winter?")
        expect(visit.page.locator(".dl-waiting")).to_have_count(2)
        go_on.set()
        expect(visit.page.locator(".dl-claim")).to_have_count(3)
        expect(visit.page.locator(".dl-waiting")).to_have_count(0)


def test_with_a_password_the_whole_chat_works_for_who_knows_it(browser: Browser) -> None:
    with serving(chat(ScriptedAsk(), auth=("desk", "secret"))) as url:
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
    with serving(chat(ScriptedAsk(), shelf)) as url, visiting(browser, url) as visit:
        visit.ask(COST_QUESTION)
        expect(visit.last.locator(".dl-short")).to_be_visible()
        shelf.articles = (replace(BRIDGE, text="Something else."),)
        visit.cite(1).click()
        expect(visit.panel.get_by_role("alert")).to_contain_text("removed or changed")
        visit.panel.get_by_role("button", name="Back to the sources").click()
        expect(visit.panel.locator(".dl-card")).to_have_count(2)
