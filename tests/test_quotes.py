"""A quotation is found letter for letter, but for what whoever copies a text sets in their own way, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_cases import BILL, BRIDGE, BUDGET, COST, DENIED, REOPENED

from rag.quotes import citation_of, locate
from rag.types import Article, Evidence, Passage, Span

TEXT = "She said:  “It’s\nopen\u200b again” – and left. Then «she» came back."


def evidence(article: Article, start: int = 0, end: int | None = None) -> Evidence:
    span = Span(start, len(article.text) if end is None else end)
    return Evidence(
        Passage(f"{article.id}-{start}", article.id, span, span.of(article.text)), article.info, 0.5
    )


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("and left", "and left"),
        ('"It\'s open again"', "“It’s\nopen\u200b again”"),
        ("said: “It’s open", "said:  “It’s\nopen"),
        ("  It's   open again  ", "It’s\nopen\u200b again"),
        ('"and left."', "and left."),
        ('Then "she" came', "Then «she» came"),
        ("o\u200bpen", "open"),
    ],
)
def test_white_space_marks_and_what_is_invisible_may_differ(quote: str, found: str) -> None:
    span = locate(quote, TEXT)
    assert span is not None
    assert span.of(TEXT) == found


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "and Left",
        "and  lef t",
        "again” - and",
        "again ... left",
        "She said open",
        "left. then",
        "оpen",
    ],
)
def test_nothing_else_may_differ(quote: str) -> None:
    assert locate(quote, TEXT) is None


@given(st.text(alphabet="ab “”\"'’\n\u200b.", max_size=40), st.data())
def test_every_part_of_a_text_is_found_in_it_and_what_is_found_is_that_part_evened(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    span = locate(quote, text)
    assert (span is not None) or not quote.strip(" \n\u200b\"'“”’")
    for loose in (f" {quote}\n", quote.replace("“", '"').replace(" ", "\u200b  ")):
        found = locate(loose, text)
        if found is not None and loose not in text:
            assert even(loose).strip("\"' ") in even(found.of(text))


def even(text: str) -> str:
    for mark in "“”":
        text = text.replace(mark, '"')
    return " ".join(text.replace("’", "'").replace("\u200b", "").split())


def test_a_citation_takes_in_the_whole_sentence_that_a_quote_touches() -> None:
    citation = citation_of("the harbour bridge would be closed again", "k", {"k": evidence(BRIDGE)})
    assert citation is not None
    assert citation.quote == citation.span.of(BRIDGE.text) == DENIED  # with its "denied"


def test_offsets_count_from_the_start_of_the_article_not_of_the_passage() -> None:
    start = BRIDGE.text.index(REOPENED)
    citation = citation_of('The "old" harbour bridge reopened', "k", {"k": evidence(BRIDGE, start)})
    assert citation is not None
    assert (citation.span.start, citation.quote) == (start, REOPENED)


def test_a_quote_is_looked_for_in_the_keys_article_only() -> None:
    cut = BRIDGE.text.index(DENIED)
    shown = {"a": evidence(BRIDGE, 0, cut), "b": evidence(BRIDGE, cut), "c": evidence(BUDGET)}
    assert citation_of(COST, "a", shown) == citation_of(COST, "b", shown) is not None
    assert citation_of(COST, " a ", shown) is not None
    assert citation_of(COST, "c", shown) is None
    assert citation_of(BILL, "a", shown) is None
    assert citation_of(COST, "d", shown) is None


@pytest.mark.parametrize(
    "quote", ["crowns", "million crowns", "“”", f"{COST}\n\n{DENIED}\n\n{REOPENED}"[:-1] + " "]
)
def test_too_few_words_are_no_quotation(quote: str) -> None:
    assert (citation_of(quote, "k", {"k": evidence(BRIDGE)}) is None) == (len(quote) < 20)


def test_a_whole_page_is_no_quotation() -> None:
    article = Article(
        id="long", title="Long", text=" ".join(f"Sentence number {n} is here." for n in range(6))
    )
    three = article.text[: article.text.index("Sentence number 3")].strip()
    assert citation_of(three, "k", {"k": evidence(article)}) is not None
    assert citation_of(article.text, "k", {"k": evidence(article)}) is None
