"""What a person says about an answer becomes a gold candidate; nothing that was typed is lost or run."""

from pathlib import Path

import pytest
from browsing import GRADIO_WARNINGS, PHONE, chromium, serving, visiting
from newsroom import BRIDGE, BUDGET, COST, COST_QUESTION, FakeShelf, ScriptedAsk, chat, resolve
from playwright.sync_api import expect

from eval.candidates import LONGEST, Candidates
from rag.types import Filters
from ui.feedback import GONE, Feedback, Said, form_html, passages_of, said_of
from ui.render import conversation_html
from ui.turns import Conversation, Turn

ATTACK = '"><script>document.title="ran"</script>'


def answered(question: str = COST_QUESTION) -> Turn:
    turn = Conversation().accept(question, Filters())
    resolve(turn, ScriptedAsk())
    return turn


def feedback(folder: Path) -> tuple[Feedback, Candidates]:
    candidates = Candidates(folder)
    return Feedback(candidates, FakeShelf().article), candidates


def test_a_thumbs_down_alone_is_kept(tmp_path: Path) -> None:
    tell, candidates = feedback(tmp_path)
    assert "chat-1" in tell.tell(answered(), {})
    (kept,) = candidates.all()
    assert (kept.question, kept.given, kept.verdict) == (COST_QUESTION, "12.4 million crowns", "wrong")
    assert kept.quote is None


def test_a_correction_takes_the_passage_that_was_chosen(tmp_path: Path) -> None:
    tell, candidates = feedback(tmp_path)
    tell.tell(answered(), {"answer": " 13.1 million crowns ", "source": 1})
    (kept,) = candidates.all()
    assert (kept.answer, kept.article_id) == ("13.1 million crowns", "budget")
    assert kept.start is not None
    assert BUDGET.text[kept.start : kept.end] == kept.quote


def test_words_selected_in_the_article_are_found_in_it(tmp_path: Path) -> None:
    tell, candidates = feedback(tmp_path)
    tell.tell(answered(), {"answer": "steel", "source": 0, "passage": "the steel had  suffered"})
    (kept,) = candidates.all()
    assert kept.start is not None
    assert BRIDGE.text[kept.start : kept.end] == kept.quote == "the steel had suffered"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"answer": "x", "unanswerable": True}, "not both"),
        ({"answer": "y" * (LONGEST + 1)}, "too long"),
        ({"answer": "x", "source": 0, "passage": "nowhere at all"}, "does not stand in that article"),
        ({"answer": "x", "passage": "some words"}, "Choose the article"),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_in_the_form(
    tmp_path: Path, given: dict[str, object], reason: str
) -> None:
    tell, candidates = feedback(tmp_path)
    page = tell.tell(answered(), given)
    assert reason in page
    assert str(given["answer"]) in page
    assert candidates.all() == []


def test_a_browser_may_send_anything(tmp_path: Path) -> None:
    assert said_of({"answer": 3, "unanswerable": "yes", "source": "0", "passage": None}) == Said()
    tell, candidates = feedback(tmp_path)
    assert GONE in tell.tell(None, {})
    assert GONE in tell.form(Turn(1, "?"), {})
    tell.tell(answered(), {"source": 99})
    assert candidates.all()[0].quote is None


def test_all_that_anybody_wrote_is_escaped() -> None:
    turn = answered(f"What did it cost? {ATTACK}")
    page = form_html(turn, Said(answer=ATTACK, passage=ATTACK), problem=ATTACK)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 4


def test_a_declined_answer_offers_its_nearest_passages() -> None:
    assert [each.article.id for each in passages_of(answered("Who designed the bridge?"))] == [
        "bridge",
        "budget",
    ]


def test_where_nothing_is_kept_nobody_is_asked() -> None:
    conversation = Conversation()
    resolve(conversation.accept(COST_QUESTION, Filters()), ScriptedAsk())
    assert "Not right?" not in conversation_html(conversation, ())
    assert "Not right?" in conversation_html(conversation, (), tells=True)


@pytest.mark.browser
@GRADIO_WARNINGS[0]
@GRADIO_WARNINGS[1]
@pytest.mark.parametrize("viewport", [None, PHONE])
def test_in_a_browser_an_answer_is_corrected_with_its_passage(
    tmp_path: Path, viewport: dict[str, int] | None
) -> None:
    candidates = Candidates(tmp_path)
    size = {"viewport": viewport} if viewport else {}
    with (
        chromium() as browser,
        serving(chat(candidates=candidates)) as url,
        visiting(browser, url, **size) as visit,
    ):
        visit.ask(COST_QUESTION)
        visit.last.get_by_role("button", name="Not right?").click()
        visit.panel.get_by_label("The right answer").fill("13.1 million crowns")
        visit.panel.get_by_label("do not hold").check()
        visit.panel.get_by_role("radio").nth(1).check()
        visit.panel.get_by_role("button", name="Keep for review").click()
        expect(visit.panel.get_by_role("alert")).to_contain_text("not both")
        expect(visit.panel.get_by_label("The right answer")).to_have_value("13.1 million crowns")
        visit.panel.get_by_label("do not hold").uncheck()
        visit.panel.get_by_label("The right answer").press("Enter")
        expect(visit.panel.get_by_role("status")).to_contain_text("kept as chat-1")
        visit.panel.get_by_role("button", name="Back to the sources").click()
        expect(visit.panel.locator(".dl-card")).to_have_count(2)
        assert (
            visit.page.evaluate("document.documentElement.scrollWidth") <= visit.page.viewport_size["width"]
        )  # type: ignore[index]
        assert visit.errors == []
    (kept,) = candidates.all()
    assert (kept.answer, kept.article_id, kept.verdict) == ("13.1 million crowns", "budget", "corrected")
    assert kept.quote != COST


@pytest.mark.browser
@GRADIO_WARNINGS[0]
@GRADIO_WARNINGS[1]
def test_in_a_browser_what_is_selected_in_the_article_is_the_passage(tmp_path: Path) -> None:
    candidates = Candidates(tmp_path)
    with chromium() as browser, serving(chat(candidates=candidates)) as url, visiting(browser, url) as visit:
        visit.ask(COST_QUESTION)
        visit.cite(1).click()
        expect(visit.panel.locator("mark")).to_have_text(COST)
        visit.panel.locator(".dl-text p", has_text="She said the steel").evaluate(
            """(paragraph) => {
              const text = paragraph.lastChild;
              const range = document.createRange();
              const start = text.data.indexOf("the steel");
              range.setStart(text, start);
              range.setEnd(text, start + "the steel had suffered".length);
              getSelection().removeAllRanges();
              getSelection().addRange(range);
            }"""
        )
        visit.last.get_by_role("button", name="Not right?").click()
        expect(visit.panel.locator("[name=dl-passage]")).to_have_value("the steel had suffered")
        expect(visit.panel.get_by_role("radio").first).to_be_checked()
        visit.panel.get_by_label("The right answer").fill("steel")
        visit.panel.get_by_role("button", name="Keep for review").click()
        expect(visit.panel.get_by_role("status")).to_contain_text("kept as chat-1")
        assert visit.errors == []
    assert candidates.all()[0].quote == "the steel had suffered"
