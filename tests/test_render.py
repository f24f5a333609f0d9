"""The HTML of the conversation and of the source cards: complete, and harmless whatever an article holds."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from newsroom import BILL, BRIDGE, COST, EXAMPLES, FERRY, ScriptedAsk, cite, resolve

from rag.types import Answer, Article, Claim, DateNote, Filters, Reading, Span
from ui.article_view import MOST_SHOWN, missing_html, paragraphs_of, reading_html, shown_window
from ui.render import collection_html, conversation_html, safe_link, sources_html
from ui.turns import Conversation, Turn

HOSTILE = (
    "<img src=http://outside.example/x.png onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<form action=http://outside.example><button>Go</button></form>",
    "![x](http://outside.example/x.png)",
    "</bdi></p></section><h1>Breaking</h1>",
    '" onmouseover=alert(1) x="',
    "' onmouseover=alert(1) x='",
    "<style>body{display:none}</style>",
    "${alert(1)} {{constructor}} `",
)
TAGS = {
    *("div", "section", "article", "h2", "h3", "p", "b", "bdi", "span", "button", "ol", "ul", "li", "time"),
    *("a", "blockquote", "mark", "q"),
}
ATTRIBUTES = {
    *("class", "dir", "type", "role", "title", "datetime", "href", "target", "rel", "tabindex"),
    *("aria-label", "aria-hidden", "data-do", "data-turn", "data-source", "data-example", "data-opened"),
}


class Page(HTMLParser):
    """What a browser would make of some HTML: its tags, its attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.marked = ""
        self.in_mark = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.in_mark = self.in_mark or tag == "mark"
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.in_mark = self.in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.in_mark:
            self.marked += data

    def all_of(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def turn_of(question: str) -> Turn:
    turn = Conversation().accept(question, Filters())
    resolve(turn, ScriptedAsk())
    return turn


def shown(turn: Turn) -> str:
    return conversation_html(Conversation([turn]), ())


def hostile_turn(text: str) -> Turn:
    article = replace(
        BRIDGE, title=text, source=text, url=f"javascript:alert(1)//{text}", text=f"Before. {text} After."
    )
    note = DateNote(text, Span(0, 1), text, date(2022, 1, 9), date(2022, 1, 10))
    source = replace(cite(article, text), article=article.info, dates=(note,), speaker=text)
    answer = Answer(
        question=text,
        searched_for=f"{text} more",
        claims=(Claim(text, (0,)),),
        citations=(source,),
        short_answer=text,
        differing=(Reading(text, source, newest=True),),
        notes=(text,),
    )
    return Turn(1, text, Filters(sources=(text,)), answer)


def test_the_short_answer_comes_first_then_each_sentence_with_its_numbers() -> None:
    page = Page(shown(turn_of("What did it cost?")))
    order = [
        page.text.index(part) for part in ("What did it cost?", "12.4 million crowns", COST, "[1]", "[2]")
    ]
    assert order == sorted(order)
    assert "high confidence (86%)" in page.text


def test_a_citation_says_where_it_leads_and_can_be_reached_by_keyboard() -> None:
    page = Page(shown(turn_of("What did it cost?")))
    assert page.all_of("data-do").count("open") == 2
    assert page.all_of("aria-label")[1].startswith("Source 1: Old harbour bridge to reopen")
    assert "a" not in page.tags
    assert page.tags.count("button") == 3


def test_what_was_searched_is_said_only_where_it_differs_from_the_question() -> None:
    assert "Searching for: island ferry winter" in Page(shown(turn_of("Will the ferry run?"))).text
    assert "Searching for" not in Page(shown(turn_of("What did it cost?"))).text


def test_the_filters_of_a_question_are_shown_with_it() -> None:
    filters = Filters(since=date(2020, 1, 2), until=date(2021, 3, 4), sources=("A", "B"))
    text = Page(shown(Turn(1, "Who?", filters))).text
    assert "Only A, B; since 2 January 2020; until 4 March 2021" in text


def test_a_declined_answer_says_why_and_shows_the_nearest_passages() -> None:
    turn = turn_of("Who designed the bridge?")
    page = Page(shown(turn))
    assert "none of them states who designed it." in page.text
    assert "2 nearest passages" in page.text
    assert "confidence" not in page.text
    cards = Page(sources_html(turn))
    assert "Nearest passages, which do not state it" in cards.text
    assert "The old harbour bridge will reopen to traffic on Monday." in cards.text


def test_a_card_holds_number_title_source_date_link_and_quote() -> None:
    page = Page(sources_html(turn_of("What did it cost?")))
    for part in ("1", BRIDGE.title, "The Harbour Courier", "14 March 2021", "Original article", COST):
        assert part in page.text
    assert page.all_of("href")[0] == BRIDGE.url
    assert set(page.all_of("target")) == {"_blank"}
    assert set(page.all_of("rel")) == {"noopener noreferrer"}
    assert "http://" not in sources_html(turn_of("Will the ferry run?"))


def test_an_article_without_a_date_is_said_to_have_none() -> None:
    undated = replace(FERRY, published=None)
    answer = Answer(
        question="?", searched_for="?", citations=(cite(undated, "ferry"),), claims=(Claim("x", (0,)),)
    )
    assert "no date" in Page(sources_html(Turn(1, "?", answer=answer))).text


def explained_turn() -> Turn:
    """A turn whose answer has all that stands beside an answer."""
    told = turn_of("What did it cost?").answer
    assert told is not None
    note = DateNote("on Sunday", Span(0, 9), "9 January 2022", date(2022, 1, 9), date(2022, 1, 9))
    first = replace(told.citations[0], speaker="engineer Mara Lindqvist")
    second = replace(told.citations[1], dates=(note,))
    answer = replace(
        told,
        citations=(first,),
        claims=(Claim(COST, (0,)),),
        stories=2,
        differing=(Reading("13.1 million", second, newest=True), Reading("12.4 million", first, stories=2)),
        notes=("As of 9 January 2022, the newest report found that says so.",),
    )
    return Turn(1, "What did it cost?", answer=answer)


def test_every_reading_is_shown_with_outlet_date_quote_and_number_and_the_newest_is_marked() -> None:
    page = Page(shown(explained_turn()))
    order = ["Reports differ", "13.1 million", "Northern Wire, 9 January 2022", "newest", BILL, "[2]"]
    order += ["12.4 million", "The Harbour Courier, 14 March 2021", "2 independent stories", COST, "[1]"]
    places = [page.text.index(part, page.text.index("Reports differ")) for part in order]
    assert places == sorted(places)
    assert page.text.count("newest") == 2  # the mark, and the note


def test_speaker_dates_and_notes_stand_outside_the_quote() -> None:
    turn = explained_turn()
    assert turn.answer is not None
    page = Page(shown(turn))
    assert "Said by engineer Mara Lindqvist" in page.text
    assert "2 independent stories agree." in page.text
    assert "As of 9 January 2022" in page.text
    dated = replace(turn.answer, citations=(turn.answer.differing[0].citation,), differing=())
    assert "“on Sunday” is 9 January 2022" in Page(shown(replace(turn, answer=dated))).text


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_an_article_or_a_question_holds_is_shown_as_text(text: str) -> None:
    turn = hostile_turn(text)
    article = replace(BRIDGE, title=text, source=text, url=None, text=f"Before. {text} After.")
    for html in (
        shown(turn),
        sources_html(turn),
        reading_html(article, cite(article, text), 1, 0),
        missing_html(1, text),
        conversation_html(Conversation(), (text,)),
        shown(Turn(1, text, notice=text)),
    ):
        page = Page(html)
        assert set(page.tags) <= TAGS
        assert {name for name, _ in page.attributes} <= ATTRIBUTES
        assert text in page.text
        assert page.all_of("href") == []


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", " https://a.example", "java\nscript:alert(1)"),
        *(
            "data:text/html,x",
            "file:///etc/passwd",
            "//a.example/x",
            "https://",
            "http://[broken",
            "ftp://a.example",
        ),
        *("https://a.example/\u202egpj.exe", "", "a.example", "vbscript:x", "blob:https://a.example/1"),
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert safe_link(url) is None


def test_web_addresses_become_links() -> None:
    for url in ("https://a.example/x?y=1&z=%20#f", "http://127.0.0.1:80/", "HTTPS://A.example"):
        assert safe_link(url) == url


def test_the_collection_is_described_in_one_line() -> None:
    first, last = date(2009, 11, 3), date(2023, 6, 10)
    assert collection_html(0, None) == "The collection holds no articles yet."
    assert collection_html(1, (first, first)) == "1 article, 3 November 2009"
    assert collection_html(4357, (first, last)) == "4,357 articles, 3 November 2009 to 10 June 2023"
    assert collection_html(2, None) == "2 articles, none of them dated"


def test_the_welcome_offers_every_example_by_its_number() -> None:
    page = Page(conversation_html(Conversation(), EXAMPLES))
    assert page.all_of("data-example") == ["0", "1", "2"]
    assert all(example in page.text for example in EXAMPLES)


def test_a_waiting_question_and_a_notice_are_announced() -> None:
    assert "status" in Page(shown(Turn(1, "Who?"))).all_of("role")
    assert "alert" in Page(shown(Turn(1, "Who?", notice="No."))).all_of("role")


def test_a_claim_that_names_a_citation_that_is_not_there_shows_no_number_for_it() -> None:
    answer = Answer(
        question="?",
        searched_for="?",
        claims=(Claim("It is so.", (0, 1, -1)),),
        citations=(cite(FERRY, "ferry"),),
    )
    assert Page(shown(Turn(1, "?", answer=answer))).all_of("data-source") == ["0"]


def test_the_quoted_passage_is_marked_by_its_offsets_even_where_it_occurs_twice() -> None:
    article = Article(id="a", title="Twice", text="It rained. It rained. It rained.")
    second = Span(11, 21)
    html = reading_html(article, replace(cite(article, "It rained."), span=second), 1, 0)
    assert '<p dir="auto">It rained. <mark>It rained.</mark> It rained.</p>' in html


@given(
    st.text(alphabet=st.sampled_from("ab <&\n\r\té😀\u202e"), min_size=1, max_size=60),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_the_whole_text_is_shown_and_exactly_the_span_is_marked(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    article = Article(id="a", title="T", text=text)
    page = Page(reading_html(article, replace(cite(article, ""), span=Span(start, end)), 1, 0))

    def ink(part: str) -> str:
        return "".join(part.split())

    assert ink(page.text).endswith(ink(text))
    assert ink(page.marked) == ink(text[start:end])


def test_paragraphs_are_parted_by_blank_lines_or_else_by_line_ends() -> None:
    def parts(text: str) -> list[str]:
        return [span.of(text) for span in paragraphs_of(text, Span(0, len(text)))]

    assert parts("one\ntwo\n\nthree\n \nfour") == ["one\ntwo", "three", "four"]
    assert parts("one\ntwo\n") == ["one", "two"]
    assert parts("") == []


def test_a_very_long_text_is_shown_around_the_passage_only() -> None:
    assert shown_window(500, Span(10, 20)) == Span(0, 500)
    assert shown_window(MOST_SHOWN * 3, Span(0, 9)) == Span(0, MOST_SHOWN)
    middle = shown_window(MOST_SHOWN * 3, Span(MOST_SHOWN, MOST_SHOWN + 9))
    assert middle == Span(MOST_SHOWN // 2, MOST_SHOWN // 2 + MOST_SHOWN)
    article = Article(id="a", title="Long", text="word " * MOST_SHOWN + "Needle." + " word" * MOST_SHOWN)
    page = Page(reading_html(article, cite(article, "Needle."), 1, 0))
    assert page.marked == "Needle."
    assert len(page.text) < MOST_SHOWN + 1000
    assert "very long" in page.text


def test_opening_the_same_citation_again_is_a_new_value() -> None:
    citation = cite(BRIDGE, COST)
    assert reading_html(BRIDGE, citation, 1, 0) != reading_html(BRIDGE, citation, 1, 0)
