"""A chat model words the answer in the chain: it streams, it is checked, and where it fails the reader stands."""

import asyncio
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from llm_cases import BILL, COST, QUESTION, SHORT, CostReader, claim, reply, right
from llm_server import LlmServer, Scripted, llm_server, shown_in
from pydantic import Field

from rag.as_json import answer_to_json
from rag.chain import answer_chain, ask, ask_stepwise
from rag.library import Library
from rag.llm_model import chat_model
from rag.llm_reader import LlmReader
from rag.message import as_message
from rag.types import Answer, AnswerSpan, Evidence, Filters, Usage

TRUE = "The repairs of the harbour bridge cost 12.4 million crowns."
BILLED = "The council put the final bill at 13.1 million crowns."


class Replying(BaseChatModel):
    """Replies by the script of the loopback server, without one."""

    script: Any
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "replying"

    def _generate(self, *arguments: Any, **more: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(
        self, messages: list[BaseMessage], *arguments: Any, **more: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        text = self.script(shown_in({"messages": [{"content": messages[-1].content}]}))
        for at in range(0, len(text), 5):
            yield ChatGenerationChunk(message=AIMessageChunk(text[at : at + 5]))


def untimed(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})


def extractive(newsstand_library: Library) -> Answer:
    return untimed(ask(answer_chain(newsstand_library, CostReader()), QUESTION))


def test_the_models_sentences_stand_with_the_articles_own_text_for_citations(
    newsstand_library: Library,
) -> None:
    answer = ask(answer_chain(newsstand_library, CostReader(), llm=Replying(script=right)), QUESTION)
    assert [(each.text, each.citations) for each in answer.claims] == [(TRUE, (0,)), (BILLED, (1,))]
    assert [(each.article.id, each.quote) for each in answer.citations] == [
        ("bridge", COST),
        ("budget", BILL),
    ]
    assert (answer.short_answer, answer.model, answer.notes, answer.partial) == (SHORT, "Replying", (), False)


def test_the_readers_confidence_and_evidence_stay(newsstand_library: Library) -> None:
    worded = ask(answer_chain(newsstand_library, CostReader(), llm=Replying(script=right)), QUESTION)
    plain = extractive(newsstand_library)
    assert (
        (worded.confidence, worded.evidence) == (plain.confidence, plain.evidence) == (0.83, plain.evidence)
    )


def test_the_evidence_goes_in_as_the_reader_ordered_it(newsstand_library: Library) -> None:
    model = Replying(script=right)
    answer = ask(answer_chain(newsstand_library, CostReader(), llm=model), QUESTION)
    shown = shown_in({"messages": [{"content": model.asked[0][-1].content}]})
    assert [each["text"] for each in shown.passages] == [each.passage.text for each in answer.evidence]
    assert COST in shown.passages[0]["text"]


def test_the_model_is_asked_what_was_searched_for(newsstand_library: Library) -> None:
    model = Replying(script=right)
    base = replace(extractive(newsstand_library), searched_for="And what did the bridge cost?")
    *_, answer = LlmReader(model).reword(base)
    assert answer.model == "Replying"
    assert shown_in({"messages": [{"content": model.asked[0][-1].content}]}).question == base.searched_for


def test_each_checked_sentence_is_streamed_and_the_last_answer_is_the_whole(
    newsstand_library: Library,
) -> None:
    chain = answer_chain(newsstand_library, CostReader(), llm=Replying(script=right))
    steps = list(ask_stepwise(chain, QUESTION))
    assert [([each.text for each in step.claims], step.partial) for step in steps] == [
        ([TRUE], True), ([TRUE, BILLED], True), ([TRUE, BILLED], False),
    ]  # fmt: skip
    assert [len(step.citations) for step in steps] == [1, 2, 2]
    assert untimed(steps[-1]) == untimed(ask(chain, QUESTION))
    keys = [key for chunk in chain.stream(QUESTION) for key in chunk]
    assert keys == [
        "question", "searched_for", "asked_on", "filters", "history", "usage", "notes", "timings_ms",
        "documents", "spans", *["answer"] * 3,
    ]  # fmt: skip
    assert set(chain.invoke(QUESTION)) == set(keys)


def test_async_code_gets_the_same_in_the_same_steps(newsstand_library: Library) -> None:
    chain = answer_chain(newsstand_library, CostReader(), llm=Replying(script=right))

    async def both() -> tuple[Answer, list[int]]:
        whole = (await chain.ainvoke(QUESTION))["answer"]
        return whole, [len(step.claims) async for step in chain.pick("answer").astream(QUESTION)]

    answer, steps = asyncio.run(both())
    assert untimed(answer) == untimed(ask(chain, QUESTION))
    assert steps == [1, 2, 2]


def test_a_chain_that_is_left_early_does_no_harm(newsstand_library: Library) -> None:
    chain = answer_chain(newsstand_library, CostReader(), llm=Replying(script=right))
    steps = ask_stepwise(chain, QUESTION)
    assert next(steps).partial
    steps.close()  # type: ignore[attr-defined]
    assert ask(chain, QUESTION).model == "Replying"


def test_the_callers_callbacks_see_the_model(newsstand_library: Library) -> None:
    seen: list[str] = []

    class Watch(BaseCallbackHandler):
        def on_chat_model_start(self, *arguments: Any, **more: Any) -> None:
            seen.append("model")

    chain = answer_chain(newsstand_library, CostReader(), llm=Replying(script=right))
    chain.invoke(QUESTION, config={"callbacks": [Watch()]})
    assert seen == ["model"]


def test_no_model_is_asked_where_the_reader_declines(newsstand_library: Library) -> None:
    class Unsure(CostReader):
        threshold = 0.9

    model = Replying(script=right)
    for reader, question in ((Unsure(), QUESTION), (CostReader(), "What did the bridge of Xanadu cost?")):
        answer = ask(answer_chain(newsstand_library, reader, llm=model), question)
        assert answer.abstention is not None
        assert (answer.notes, answer.usage, answer.model) == ((), None, None)
    assert model.asked == []


def test_a_model_that_fails_leaves_the_readers_answer_and_says_so(newsstand_library: Library) -> None:
    chain = answer_chain(
        newsstand_library, CostReader(), llm=FakeListChatModel(responses=["Sorry, I cannot do that."])
    )
    answer = ask(chain, QUESTION)
    assert untimed(replace(answer, notes=())) == extractive(newsstand_library)
    assert answer.notes == (
        "The language model's reply did not have the form that was asked for; what follows is quoted from the"
        " articles without it.",
    )


def test_what_was_streamed_is_taken_back_where_the_reply_breaks_off(newsstand_library: Library) -> None:
    chain = answer_chain(
        newsstand_library, CostReader(), llm=Replying(script=lambda shown: right(shown)[:-12])
    )
    steps = list(ask_stepwise(chain, QUESTION))
    assert [(step.model, step.partial) for step in steps] == [("Replying", True)] * 2 + [(None, False)]
    assert steps[-1].claims == extractive(newsstand_library).claims
    assert "broke off" in steps[-1].notes[0]


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (1, "One sentence of the language model was left out: no quotation carries it."),
        (2, "2 sentences of the language model were left out: no quotation carries them."),
    ],
)
def test_sentences_that_are_left_out_are_counted(newsstand_library: Library, others: int, told: str) -> None:
    def script(shown: Any) -> str:
        wrong = [claim(f"It cost {n} dollars.", (shown.key(COST), COST)) for n in range(others)]
        return reply(claim(TRUE, (shown.key(COST), COST)), *wrong)

    answer = ask(answer_chain(newsstand_library, CostReader(), llm=Replying(script=script)), QUESTION)
    assert [each.text for each in answer.claims] == [TRUE]
    assert answer.notes == (told,)


@pytest.mark.parametrize(
    ("short", "shown"),
    [
        (SHORT, SHORT),
        ("Mara Lindqvist", "Mara Lindqvist"),
        ("13.1 million crowns", SHORT),  # stands in no cited quotation: the reader's does
        ("2.4 million crowns", SHORT),  # a part of a number is not what stands there
        ("4 million crowns", SHORT),
        ("12", SHORT),
        ("[12.4](http://evil.example)", SHORT),
        ("", SHORT),
        (None, SHORT),
        (COST * 9, SHORT),
        (".", SHORT),
    ],
)
def test_the_short_answer_is_words_of_a_cited_quotation(
    newsstand_library: Library, short: str | None, shown: str
) -> None:
    def script(sent: Any) -> str:
        return reply(claim(TRUE, (sent.key(COST), COST)), short=short)

    assert (
        ask(answer_chain(newsstand_library, CostReader(), llm=Replying(script=script)), QUESTION).short_answer
        == shown
    )


def test_without_a_short_answer_in_its_quotations_there_is_none(newsstand_library: Library) -> None:
    def script(sent: Any) -> str:
        return reply(claim(BILLED, (sent.key(BILL), BILL)), short="12 crowns")

    assert (
        ask(answer_chain(newsstand_library, CostReader(), llm=Replying(script=script)), QUESTION).short_answer
        is None
    )


def test_the_message_and_the_json_carry_what_was_checked(newsstand_library: Library) -> None:
    answer = ask(answer_chain(newsstand_library, CostReader(), llm=Replying(script=right)), QUESTION)
    (block,) = as_message(answer).content_blocks
    assert block["text"] == f"{TRUE} {BILLED}"  # type: ignore[typeddict-item]
    assert [each["cited_text"] for each in block["annotations"]] == [COST, BILL]  # type: ignore[typeddict-item]
    printed = json.loads(json.dumps(answer_to_json(answer)))
    assert (printed["model"], printed["notes"], printed["usage"]) == ("Replying", [], None)
    assert printed["timings_ms"]["total"] == pytest.approx(
        sum(ms for stage, ms in printed["timings_ms"].items() if stage != "total"), abs=0.1
    )
    assert list(printed["timings_ms"]) == ["retrieve", "read", "compose", "llm", "total"]


def test_the_evidence_may_be_of_any_reader(newsstand_library: Library) -> None:
    class Empty(CostReader):
        def read(self, question: str, evidence: Sequence[Evidence]) -> list[AnswerSpan]:
            return super().read(question, evidence[:1])

    answer = ask(
        answer_chain(newsstand_library, Empty(), threshold=0.0, llm=Replying(script=right)),
        QUESTION,
        Filters(),
    )
    assert answer.model == "Replying"


PROVIDERS = {"openai:gpt": "/v1", "ollama:llama": "", "anthropic:claude": ""}


@pytest.fixture(params=PROVIDERS)
def provided(
    request: pytest.FixtureRequest, chat_server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> LlmReader:
    """A model of each provider, through its own client, at the loopback server."""
    for key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(key, "sk-secret-1234")
    model = chat_model(request.param, base_url=chat_server.address + PROVIDERS[request.param], timeout=20)
    return LlmReader(model, name=request.param, timeout=20)


def test_each_provider_streams_and_counts_tokens(
    newsstand_library: Library, chat_server: LlmServer, provided: LlmReader
) -> None:
    chat_server.script = right
    steps = list(ask_stepwise(answer_chain(newsstand_library, CostReader(), llm=provided), QUESTION))
    assert [len(step.claims) for step in steps] == [1, 2, 2]
    assert (steps[-1].model, steps[-1].usage) == (provided.name, Usage(311, 47))
    body = chat_server.requests[-1]["body"]
    assert body["stream"] is True
    assert not body.get("tools")


def test_a_slow_server_is_not_waited_for(
    newsstand_library: Library, chat_server: LlmServer, provided: LlmReader
) -> None:
    chat_server.script = lambda shown: Scripted(right(shown), pause=0.15)
    hasty = LlmReader(provided._model, name=provided.name, timeout=0.4)
    answer = ask(answer_chain(newsstand_library, CostReader(), llm=hasty), QUESTION)
    assert untimed(replace(answer, notes=())) == extractive(newsstand_library)
    assert answer.notes[0].startswith("The language model took too long; ")


@pytest.mark.parametrize("status", [400, 401, 500])
def test_no_key_and_no_word_of_a_providers_error_is_told_or_logged(
    newsstand_library: Library,
    chat_server: LlmServer,
    provided: LlmReader,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    chat_server.script = lambda shown: Scripted(status=status)
    answer = ask(answer_chain(newsstand_library, CostReader(), llm=provided), QUESTION)
    assert answer.notes[0].startswith(f"The language model could not be asked (HTTP {status}); ")
    assert "the language model failed" in caplog.text
    assert "sk-secret" not in caplog.text + json.dumps(answer_to_json(answer)) + repr(provided.__dict__)


def test_a_server_that_is_not_there_is_told(newsstand_library: Library, tmp_path: Path) -> None:
    with llm_server() as gone:
        pass
    reader = LlmReader(chat_model("ollama:m", base_url=gone.address, timeout=5))
    answer = ask(answer_chain(newsstand_library, CostReader(), llm=reader), QUESTION)
    assert answer.notes[0].startswith("The language model could not be asked; ")
    assert answer.claims == extractive(newsstand_library).claims
