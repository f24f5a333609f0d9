"""The chat in a real browser: ask, read, click, by mouse, keyboard and thumb."""

import re
from collections.abc import Iterator

import pytest
from browsing import GRADIO_WARNINGS, PHONE, Visit, chromium, in_view, serving, visiting
from newsroom import BILL, BRIDGE, COST, COST_QUESTION, EXAMPLES, WINTER, ScriptedAsk, chat
from playwright.sync_api import Browser, expect

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


def test_an_example_is_asked_by_a_click_and_a_new_conversation_begins_with_the_examples(visit: Visit) -> None:
    visit.page.get_by_role("button", name=EXAMPLES[0]).click()
    expect(visit.last.locator(".dl-short")).to_be_visible()
    visit.page.get_by_role("button", name="New conversation").click()
    expect(visit.page.get_by_role("button", name=EXAMPLES[0])).to_be_visible()
    expect(visit.panel.locator(".dl-card")).to_have_count(0)


def test_sources_and_dates_restrict_the_question_and_a_wrong_period_is_said(browser: Browser) -> None:
    ask = ScriptedAsk()
    with serving(chat(ask)) as url, visiting(browser, url) as visit:
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
