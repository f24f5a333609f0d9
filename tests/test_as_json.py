"""The JSON of an answer is a contract: its keys, their order, and what each holds."""

import json
from dataclasses import replace
from datetime import date

from fakes import article

from rag.as_json import answer_to_json, article_to_json, citation_to_json
from rag.types import (
    Abstention,
    Answer,
    Citation,
    Claim,
    DateNote,
    Evidence,
    Passage,
    Period,
    Reading,
    Reason,
    Span,
)

TEXT = "It rained. Çavuşoğlu 🙂 left. It is late."
INFO = article(1, TEXT, source="Courier", url="https://example.com/1", published=date(2022, 3, 14)).info
ANSWER = Answer(
    question="Who left?",
    searched_for="Who left?",
    claims=(Claim("Çavuşoğlu 🙂 left.", (0,)),),
    citations=(Citation(INFO, Span(11, 28), "Çavuşoğlu 🙂 left."),),
    short_answer="Çavuşoğlu",
    confidence=0.123456,
    evidence=(Evidence(Passage("p", "a1", Span(0, 28), TEXT[:28]), INFO, 0.01234567, 1, None),),
    timings_ms={"retrieve": 1.23456, "total": 1.23456},
)


def test_an_answer_prints_exactly_the_contracts_keys_in_its_order() -> None:
    printed = answer_to_json(ANSWER)
    assert list(printed) == [
        "question", "searched_for", "answer", "short_answer", "abstained", "reason", "confidence",
        "claims", "citations", "stories", "differing", "notes", "as_of", "period", "evidence", "timings_ms",
        "model", "usage",
    ]  # fmt: skip
    assert list(printed["claims"][0]) == ["text", "citations"]
    assert list(printed["citations"][0]) == [
        "article_id", "title", "source", "url", "published", "start", "end", "quote", "speaker", "dates",
    ]  # fmt: skip
    assert list(printed["evidence"][0]) == ["article_id", "start", "end", "score"]


def test_an_answers_values_by_hand() -> None:
    assert answer_to_json(ANSWER) == {
        "question": "Who left?",
        "searched_for": "Who left?",
        "answer": "Çavuşoğlu 🙂 left.",
        "short_answer": "Çavuşoğlu",
        "abstained": False,
        "reason": None,
        "confidence": 0.1235,
        "claims": [{"text": "Çavuşoğlu 🙂 left.", "citations": [0]}],
        "citations": [
            {
                "article_id": "a1",
                "title": "Port1 news",
                "source": "Courier",
                "url": "https://example.com/1",
                "published": "2022-03-14",
                "start": 11,
                "end": 28,
                "quote": "Çavuşoğlu 🙂 left.",
                "speaker": None,
                "dates": [],
            }
        ],
        "stories": 0,
        "differing": [],
        "notes": [],
        "as_of": None,
        "period": None,
        "evidence": [{"article_id": "a1", "start": 0, "end": 28, "score": 0.012346}],
        "timings_ms": {"retrieve": 1.23, "total": 1.23},
        "model": None,
        "usage": None,
    }


def test_a_declined_answer_has_the_same_keys_with_its_reason_as_a_code() -> None:
    declined = Answer(
        question="q", searched_for="q", abstention=Abstention(Reason.OUTSIDE_DATES, "Nothing then.")
    )
    printed = answer_to_json(declined)
    assert list(printed) == list(answer_to_json(ANSWER))
    assert (printed["abstained"], printed["reason"]) == (True, "outside_dates")
    assert (printed["answer"], printed["short_answer"]) == ("Nothing then.", None)
    assert (printed["claims"], printed["citations"], printed["confidence"]) == ([], [], 0.0)


def test_the_codes_of_the_reasons_are_part_of_the_contract() -> None:
    assert [reason.value for reason in Reason] == [
        "empty_library", "not_mentioned", "not_stated", "outside_dates", "unclear_question",
    ]  # fmt: skip


def test_the_quote_of_a_citation_is_the_text_at_its_offsets() -> None:
    printed = citation_to_json(ANSWER.citations[0])
    assert TEXT[printed["start"] : printed["end"]] == printed["quote"]


def test_what_explains_an_answer_stands_beside_it_in_fields_of_its_own() -> None:
    note = DateNote("on Tuesday", Span(3, 13), "29 March 2022", date(2022, 3, 29), date(2022, 3, 29))
    citation = replace(ANSWER.citations[0], dates=(note,), speaker="the ministry")
    printed = answer_to_json(
        replace(
            ANSWER,
            citations=(citation,),
            stories=2,
            differing=(Reading("Çavuşoğlu", citation, stories=2, newest=True),),
            notes=("As of today.",),
            as_of=date(2022, 3, 30),
            period=Period("since 2020", date(2020, 1, 1), None),
        )
    )
    assert printed["citations"][0]["speaker"] == "the ministry"
    assert printed["citations"][0]["dates"] == [
        {
            **{"words": "on Tuesday", "start": 3, "end": 13, "meaning": "29 March 2022"},
            **{"first": "2022-03-29", "last": "2022-03-29"},
        }
    ]
    (reading,) = printed["differing"]
    assert (reading["answer"], reading["newest"], reading["stories"]) == ("Çavuşoğlu", True, 2)
    assert (reading["source"], reading["published"]) == ("Courier", "2022-03-14")
    assert reading["quote"] == "Çavuşoğlu 🙂 left."
    assert (printed["stories"], printed["notes"], printed["as_of"]) == (2, ["As of today."], "2022-03-30")
    assert printed["period"] == {"words": "since 2020", "first": "2020-01-01", "last": None}
    assert json.loads(json.dumps(printed)) == printed


def test_what_an_article_does_not_say_is_null() -> None:
    assert article_to_json(article(1).info) == {
        "article_id": "a1",
        "title": "Port1 news",
        "source": None,
        "url": None,
        "published": None,
    }


def test_it_is_plain_json() -> None:
    printed = answer_to_json(ANSWER)
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
