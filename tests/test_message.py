"""An answer as a LangChain message: the annotations point at the claims, their extras at the articles."""

import json
from dataclasses import replace
from datetime import date

import pytest
from fakes import article
from langchain_core.messages import AIMessage, messages_from_dict, messages_to_dict

from rag.message import as_message
from rag.types import Abstention, Answer, Citation, Claim, Reason, Span, Usage

TEXTS = {"a1": "It rained. The ferry 🙂\nleft. It is late.", "a2": "Ada left too."}
ONE = article(1, TEXTS["a1"], source="Courier", url="https://example.com/1", published=date(2022, 3, 14)).info
TWO = article(2, TEXTS["a2"]).info
ANSWER = Answer(
    question="What left?",
    searched_for="What left?",
    claims=(Claim("The ferry 🙂 left.", (0, 1)), Claim("Ada left too.", (1,))),
    citations=(
        Citation(ONE, Span(11, 28), "The ferry 🙂\nleft."),
        Citation(TWO, Span(0, 13), "Ada left too."),
    ),
)


def annotations(message: AIMessage) -> list[dict]:  # type: ignore[type-arg]
    (block,) = message.content_blocks
    assert block["type"] == "text"
    return [dict(each) for each in block["annotations"]]


def test_the_messages_text_is_the_answers() -> None:
    message = as_message(ANSWER)
    assert message.text == ANSWER.text == "The ferry 🙂 left. Ada left too."


def test_each_annotation_points_at_its_claim_in_the_message() -> None:
    message = as_message(ANSWER)
    places = [message.text[each["start_index"] : each["end_index"]] for each in annotations(message)]
    assert places == ["The ferry 🙂 left.", "The ferry 🙂 left.", "Ada left too."]


def test_each_annotation_cites_the_quote_and_says_where_it_is_in_the_article() -> None:
    first, second, third = annotations(as_message(ANSWER))
    assert first["type"] == "citation"
    assert (first["url"], first["title"]) == ("https://example.com/1", "Port1 news")
    assert first["cited_text"] == "The ferry 🙂\nleft."
    assert first["extras"] == {
        "article_id": "a1",
        "start": 11,
        "end": 28,
        "source": "Courier",
        "published": "2022-03-14",
    }
    assert (second["title"], second["extras"]) == ("Port2 news", {"article_id": "a2", "start": 0, "end": 13})
    assert "url" not in second
    for each in (first, second, third):
        extras = each["extras"]
        assert TEXTS[extras["article_id"]][extras["start"] : extras["end"]] == each["cited_text"]


@pytest.mark.parametrize("again", ["blocks", "fields", "json"])
def test_the_annotations_survive_a_round_trip(again: str) -> None:
    message = as_message(ANSWER)
    copy = {
        "blocks": lambda: AIMessage(content_blocks=message.content_blocks),
        "fields": lambda: AIMessage.model_validate(message.model_dump()),
        "json": lambda: messages_from_dict(json.loads(json.dumps(messages_to_dict([message]))))[0],
    }[again]()
    assert copy.text == message.text
    assert annotations(copy) == annotations(message)


def test_a_declined_answer_says_so_and_cites_nothing() -> None:
    declined = Answer(
        question="q", searched_for="q", abstention=Abstention(Reason.NOT_STATED, "Nothing says so.")
    )
    message = as_message(declined)
    assert message.text == "Nothing says so."
    assert annotations(message) == []
    assert message.response_metadata == {
        "abstained": True, "reason": "not_stated", "model": None, "notes": [],
    }  # fmt: skip


def test_an_answer_says_that_it_is_none_that_declines() -> None:
    told = as_message(ANSWER).response_metadata
    assert (told["abstained"], told["reason"]) == (False, None)


def test_the_message_of_a_language_models_answer_names_it_and_counts_its_tokens() -> None:
    message = as_message(replace(ANSWER, model="openai:m", notes=("One was left out.",), usage=Usage(30, 4)))
    assert message.response_metadata["model"] == "openai:m"
    assert message.response_metadata["notes"] == ["One was left out."]
    assert message.usage_metadata == {"input_tokens": 30, "output_tokens": 4, "total_tokens": 34}
    assert as_message(ANSWER).usage_metadata is None
