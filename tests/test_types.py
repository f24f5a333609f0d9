"""Spans, evidence and filters refuse what has no meaning."""

from datetime import date

import pytest
from fakes import article
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Abstention, Answer, AnswerSpan, Claim, Evidence, Filters, Passage, Reason, Span

TEXT = "Before. The harbour opened 🙂 in 1901. After."
PASSAGE = Passage("p", "a1", Span(8, 38), TEXT[8:38])
EVIDENCE = Evidence(PASSAGE, article(1, TEXT).info, 1.0)

spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: Span(*sorted(pair)))


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (4, 3), (-5, -2)])
def test_a_span_that_is_negative_or_backwards_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=f"{start}:{end}"):
        Span(start, end)


def test_a_span_is_half_open_and_may_be_empty() -> None:
    assert Span(2, 5).of("abcdefg") == "cde"
    assert len(Span(2, 5)) == 3
    assert Span(2, 2).of("abcdefg") == ""


@given(spans, spans)
def test_overlap_counts_the_characters_that_both_spans_hold(one: Span, other: Span) -> None:
    shared = len(set(range(one.start, one.end)) & set(range(other.start, other.end)))
    assert one.overlap(other) == other.overlap(one) == shared


def test_evidence_gives_the_articles_text_at_article_offsets() -> None:
    assert EVIDENCE.text_at(Span(8, 38)) == PASSAGE.text
    assert EVIDENCE.text_at(Span(27, 36)) == TEXT[27:36] == "🙂 in 1901"
    assert EVIDENCE.text_at(Span(38, 38)) == ""


@pytest.mark.parametrize("span", [Span(7, 20), Span(20, 39), Span(0, 3), Span(40, 44), Span(7, 39)])
def test_evidence_refuses_offsets_outside_its_passage(span: Span) -> None:
    with pytest.raises(ValueError, match="outside the passage"):
        EVIDENCE.text_at(span)


def test_quote_and_short_answer_are_read_at_their_offsets() -> None:
    found = AnswerSpan(EVIDENCE, Span(8, 37), Span(32, 36), 1.0, 0.0, 0.7)
    assert (found.quote, found.short) == (TEXT[8:37], "1901")
    assert AnswerSpan(EVIDENCE, Span(8, 37), None, 1.0, 0.0, 0.7).short is None


def test_an_article_without_its_text_is_otherwise_the_same() -> None:
    given_ = article(1, TEXT, source="S", url="https://example.com", published=date(2020, 1, 2))
    info = given_.info
    assert (info.id, info.title, info.source) == (given_.id, given_.title, "S")
    assert (info.url, info.published) == ("https://example.com", date(2020, 1, 2))
    assert not hasattr(info, "text")


def test_an_answers_text_is_its_claims_in_order_or_why_it_declines() -> None:
    claims = (Claim("One.", (0,)), Claim("Two.", (1,)))
    declined = Abstention(Reason.NOT_STATED, "Not stated.")
    assert Answer(question="q", searched_for="q", claims=claims).text == "One. Two."
    assert Answer(question="q", searched_for="q", abstention=declined).text == "Not stated."


def test_filters_are_false_only_where_they_restrict_nothing() -> None:
    assert not Filters()
    assert not Filters(sources=())
    assert not Filters(asked_on=date.min)
    assert all([Filters(since=date.min), Filters(until=date.max), Filters(sources=("A",))])
