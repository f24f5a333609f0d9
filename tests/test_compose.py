"""An answer quotes its best span and cites who agrees; a declined one says the reason that helps most."""

from datetime import date
from typing import Any

import pytest
from fakes import article

from rag.compose import Holdings, compose
from rag.types import Answer, AnswerSpan, Evidence, Filters, Passage, Reason, Span

FILTERS = Filters(sources=("A",))


def found(
    number: int,
    text: str,
    short: str | None,
    confidence: float,
    *,
    published: date | None = None,
    source: str | None = None,
) -> AnswerSpan:
    """A span over the whole of `text`, which the article has after other text."""
    given = article(number, f"Earlier. {text}", published=published, source=source)
    span = Span(9, 9 + len(text))
    evidence = Evidence(Passage(f"p{number}", given.id, span, text), given.info, 1.0)
    answer = None
    if short is not None:
        answer = Span(9 + text.index(short), 9 + text.index(short) + len(short))
    return AnswerSpan(evidence, span, answer, 4 * confidence, 0.0, confidence)


def composed(*spans: AnswerSpan, question: str = "Who runs the ferry?", **holdings: Any) -> Answer:
    filters, asked_on = holdings.pop("filters", None), holdings.pop("asked_on", None)
    known = {
        "article_count": lambda: 3,
        "matching_articles": lambda _: 3,
        "mentions": lambda _: True,
        "years": lambda: (2009, 2022),
    }
    return compose(
        question,
        [each.evidence for each in spans],
        spans,
        threshold=0.5,
        holdings=Holdings(**{**known, **holdings}),
        filters=filters,
        asked_on=asked_on,
    )


def reason(answer: Answer) -> Reason:
    assert answer.abstention is not None
    assert answer.text == answer.abstention.message
    assert (answer.claims, answer.citations, answer.short_answer) == ((), (), None)
    return answer.abstention.reason


BEST = found(1, "Ada Stone runs\nthe ferry.", "Ada Stone", 0.8)


def test_the_best_sentence_is_the_claim_on_one_line_and_its_citation_is_verbatim() -> None:
    answer = composed(BEST, found(2, "Bo Lind runs it.", "Bo Lind", 0.7))
    assert answer.text == answer.claims[0].text == "Ada Stone runs the ferry."
    assert answer.claims[0].citations == (0,)
    (citation,) = answer.citations
    assert citation.quote == "Ada Stone runs\nthe ferry."
    assert citation.quote == citation.span.of("Earlier. Ada Stone runs\nthe ferry.")
    assert citation.article.id == "a1"
    assert (answer.short_answer, answer.confidence, answer.abstention) == ("Ada Stone", 0.8, None)
    assert [each.article.id for each in answer.evidence] == ["a1", "a2"]


def test_a_sentence_that_answers_only_as_a_whole_is_its_own_short_answer() -> None:
    answer = composed(found(1, "Nobody\nruns it.", None, 0.8), found(2, "Nobody\nruns it.", None, 0.8))
    assert answer.short_answer == "Nobody runs it."
    assert len(answer.citations) == 1


def test_other_articles_that_give_the_same_short_answer_confidently_are_cited_too() -> None:
    answer = composed(
        BEST,
        found(1, "Later Ada Stone bought it.", "Ada Stone", 0.8),  # the same article
        found(2, "It is run by “ADA  STONE”.", "“ADA  STONE”", 0.6),
        found(2, "Ada Stone again.", "Ada Stone", 0.6),  # cited already
        found(3, "Ada Stone, perhaps.", "Ada Stone", 0.4),  # not sure enough
        found(4, "Ada runs it.", "Ada", 0.7),  # another answer
        found(5, "The ferry runs.", None, 0.7),
        found(6, "Ada Stone does.", "Ada Stone", 0.6),
        found(7, "Ada Stone did.", "Ada Stone", 0.6),  # enough are cited
    )
    assert [each.article.id for each in answer.citations] == ["a1", "a2", "a6"]
    assert answer.claims[0].citations == (0, 1, 2)
    assert answer.citations[1].quote == "It is run by “ADA  STONE”."


def test_a_span_at_the_threshold_answers_and_one_below_declines_with_its_evidence() -> None:
    assert composed(found(1, "Ada Stone.", None, 0.5)).abstention is None
    declined = composed(found(1, "Ada Stone.", None, 0.49))
    assert reason(declined) is Reason.NOT_STATED
    assert declined.confidence == 0.49
    assert [each.article.id for each in declined.evidence] == ["a1"]


def test_a_name_that_no_article_uses_declines_however_sure_the_reader_is() -> None:
    declined = composed(BEST, question="Who runs Xanadu?", mentions=lambda name: name != "Xanadu")
    assert reason(declined) is Reason.NOT_MENTIONED
    assert "“Xanadu”" in declined.text
    assert declined.confidence < 0.5  # a confidence that the threshold would not let through


@pytest.mark.parametrize("question", ["Who is it?", "Didn’t they?", "What happened then?"])
def test_a_question_of_stopwords_is_unclear_however_sure_the_reader_is(question: str) -> None:
    declined = composed(BEST, question=question)
    assert reason(declined) is Reason.UNCLEAR
    assert declined.confidence < 0.5


def test_nothing_found_is_declined_without_confidence() -> None:
    declined = composed()
    assert reason(declined) is Reason.NOT_STATED
    assert declined.confidence == 0.0


def test_of_several_reasons_the_first_that_can_be_mended_is_told() -> None:
    unknown: dict[str, Any] = {"question": "Who runs Xanadu?", "mentions": lambda _: False}
    outside: dict[str, Any] = {"filters": FILTERS, "matching_articles": lambda _: 0}
    assert reason(composed(**unknown, **outside, article_count=lambda: 0)) is Reason.EMPTY_LIBRARY
    assert reason(composed(**unknown, **outside)) is Reason.OUTSIDE_DATES
    assert reason(composed(**unknown)) is Reason.NOT_MENTIONED
    assert reason(composed(question="Who is it?", **outside)) is Reason.OUTSIDE_DATES


def test_filters_that_leave_articles_are_not_blamed() -> None:
    asked_about: list[Filters] = []

    def matching(filters: Filters) -> int:
        asked_about.append(filters)
        return 1

    assert reason(composed(filters=FILTERS, matching_articles=matching)) is Reason.NOT_STATED
    assert asked_about == [FILTERS]


def test_a_year_is_mentioned_where_the_dates_of_the_articles_reach_it() -> None:
    span = found(1, "Ada Stone runs it.", "Ada Stone", 0.9)
    nothing = {"mentions": lambda name: False}
    assert composed(span, question="who ran it in 2015?", **nothing).abstention is None
    declined = composed(span, question="who ran it in 1815?", **nothing).abstention
    assert declined is not None
    assert "1815" in declined.message


@pytest.mark.parametrize("asked", ["the U.S. harbour", "Port-Harbour ties"])
def test_a_name_is_mentioned_in_another_spelling(asked: str) -> None:
    span = found(1, "Ada Stone runs it.", "Ada Stone", 0.9)
    written = {"US", "Port", "Harbour"}
    assert composed(span, question=f"who runs {asked}?", mentions=written.__contains__).abstention is None


def test_a_declined_question_says_which_of_its_names_the_articles_do_mention() -> None:
    declined = composed(found(1, "Ada Stone.", "Ada", 0.1), question="How tall is Ada Stone?")
    assert reason(declined) is Reason.NOT_STATED
    assert "“Ada”" in declined.text
    assert "“Stone”" in declined.text


@pytest.mark.parametrize("question", ["When did she resign?", "Where was it signed?"])
def test_a_question_that_leans_on_a_conversation_that_is_not_there_is_unclear(question: str) -> None:
    assert reason(composed(BEST, question=question)) is Reason.UNCLEAR
