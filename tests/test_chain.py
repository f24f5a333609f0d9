"""The chain takes a question from end to end, in every way that LangChain code may call it."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEmbedder, article, library_of, stored
from langchain_core.runnables import Runnable

from rag.as_json import answer_to_json
from rag.chain import MAX_QUESTION, answer_chain, ask
from rag.errors import InputError
from rag.library import Library
from rag.types import Answer, AnswerSpan, Evidence, Filters, Reason, Span

QUESTION = "Who runs the harbour of Port3?"
KEYS = [
    *("question", "searched_for", "asked_on", "filters", "history", "usage", "notes"),
    *("timings_ms", "documents", "spans", "answer"),
]


class FirstPassageReader:
    """Takes the first passage, whole, for the answer to anything."""

    threshold = 0.5

    def read(self, question: str, evidence: Sequence[Evidence]) -> list[AnswerSpan]:
        return [AnswerSpan(each, each.passage.span, None, 1.0, 0.0, 0.9) for each in evidence[:1]]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    articles = [article(n, source="AB"[n % 2], published=date(2020, 1, n)) for n in range(1, 7)]
    with library_of(tmp_path / "library", *articles) as library:
        yield library


@pytest.fixture
def chain(library: Library) -> Runnable[Any, Any]:
    return answer_chain(library, FirstPassageReader())


def untimed(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})


def reason(answer: Answer) -> Reason | None:
    return answer.abstention.reason if answer.abstention else None


def test_invoke_gives_every_step_and_an_answer_that_quotes_the_library(
    chain: Runnable[Any, Any], library: Library
) -> None:
    output = chain.invoke(QUESTION)
    assert sorted(output) == sorted(KEYS)
    assert output["question"] == output["answer"].question == output["answer"].searched_for == QUESTION
    assert output["filters"] == Filters()
    assert output["documents"][0].metadata["article_id"] == "a3"
    assert isinstance(output["spans"][0], AnswerSpan)
    (citation,) = output["answer"].citations
    assert citation.article == article(3, source="B", published=date(2020, 1, 3)).info
    assert citation.quote == citation.span.of(library.catalog.text("a3") or "") == article(3).text
    assert [each.passage.id for each in output["answer"].evidence] == [
        each.id for each in output["documents"]
    ]


def test_timings_cover_each_stage_and_their_total(chain: Runnable[Any, Any]) -> None:
    timings = dict(ask(chain, QUESTION).timings_ms)
    total = timings.pop("total")
    assert list(timings) == ["retrieve", "read", "compose"]
    assert min(timings.values()) > 0
    assert total == pytest.approx(sum(timings.values()))


def test_streams_the_documents_before_the_spans_before_the_answer(chain: Runnable[Any, Any]) -> None:
    chunks = list(chain.stream(QUESTION))
    assert [key for chunk in chunks for key in chunk] == KEYS
    assert [list(chunk) for chunk in chunks][-3:] == [["documents"], ["spans"], ["answer"]]
    assert untimed(chunks[-1]["answer"]) == untimed(ask(chain, QUESTION))
    assert set(chunks[-1]["answer"].timings_ms) == {"retrieve", "read", "compose", "total"}


def test_async_calls_give_the_same(chain: Runnable[Any, Any]) -> None:
    async def both() -> tuple[Any, list[str]]:
        output = await chain.ainvoke(QUESTION)
        return output, [key async for chunk in chain.astream(QUESTION) for key in chunk]

    output, keys = asyncio.run(both())
    assert keys == KEYS
    assert untimed(output["answer"]) == untimed(ask(chain, QUESTION))


def test_pick_gives_the_answer_alone(chain: Runnable[Any, Any]) -> None:
    picked = chain.pick("answer")
    assert untimed(picked.invoke(QUESTION)) == untimed(ask(chain, QUESTION))
    assert [type(chunk) for chunk in picked.stream(QUESTION)] == [Answer]


def test_a_mapping_with_filters_restricts_what_is_found(chain: Runnable[Any, Any]) -> None:
    filters = Filters(since=date(2020, 1, 4), sources=("A",))
    output = chain.invoke({"question": QUESTION, "filters": filters})
    assert {each.metadata["article_id"] for each in output["documents"]} == {"a4", "a6"}
    assert untimed(ask(chain, QUESTION, filters)) == untimed(output["answer"])
    assert untimed(chain.invoke({"question": QUESTION, "filters": None})["answer"]) == untimed(
        ask(chain, QUESTION)
    )


def test_the_day_of_a_question_alone_filters_nothing_and_reaches_the_evidence(
    chain: Runnable[Any, Any],
) -> None:
    output = chain.invoke({"question": QUESTION, "filters": Filters(asked_on=date(2020, 1, 9))})
    assert {each.metadata["article_id"]: each.metadata["days"] for each in output["documents"]} == {
        f"a{n}": 9 - n for n in range(1, 7)
    }


def test_a_calls_filters_do_not_stay_for_the_next(chain: Runnable[Any, Any]) -> None:
    given = {"question": QUESTION, "filters": Filters(sources=("A",), asked_on=date(2020, 1, 3))}
    chain.invoke(given)
    assert list(given) == ["question", "filters"]
    assert len(chain.invoke(QUESTION)["documents"]) == 6


@pytest.mark.parametrize("question", ["", "  \n", "?!", "🙂🙂", '"*"', "\ud800", "\0", "\u202e"])
def test_a_question_without_words_is_refused(chain: Runnable[Any, Any], question: str) -> None:
    with pytest.raises(InputError, match="ask one in words"):
        chain.invoke(question)


@pytest.mark.parametrize("given", [{}, {"question": None}, {"filters": Filters()}, {"question": ["a"]}])
def test_an_input_without_a_question_is_refused(chain: Runnable[Any, Any], given: object) -> None:
    with pytest.raises(InputError, match="no question"):
        chain.invoke(given)


@pytest.mark.parametrize("length", [MAX_QUESTION + 1, 10_000_000])
def test_an_overlong_question_is_refused_before_anything_is_searched(
    library: Library, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr(library.embedder, "embed_query", lambda _: pytest.fail("it was searched for"))
    with pytest.raises(InputError, match=f"{length:,} characters, more than the 2,000"):
        answer_chain(library).invoke("a" * length)


def test_the_longest_question_is_answered(chain: Runnable[Any, Any]) -> None:
    question = ("port3 " * MAX_QUESTION)[:MAX_QUESTION]
    assert reason(ask(chain, question)) is None


@pytest.mark.parametrize(
    "question",
    [
        'port3 NEAR("a" "b") OR title:harbour*',
        "port3 AND NOT (harbour",
        '"port3',
        "port3'; DROP TABLE articles; --",
        '{"$where": "port3"}',
        "port3 \0 harbour",
        "🙂 port3 \u202e",
        "<script>port3</script>",
    ],
)
def test_no_question_is_code(library: Library, question: str) -> None:
    ask(answer_chain(library), question.lower())
    assert ask(answer_chain(library, FirstPassageReader()), question.lower()).citations
    assert library.catalog.article_count() == 6


def test_a_lone_surrogate_in_a_question_does_no_harm(chain: Runnable[Any, Any]) -> None:
    answer = ask(chain, "who runs port3 \ud83d?")
    assert answer.question == "who runs port3 ??"
    assert reason(answer) is None
    assert json.dumps(answer_to_json(answer), ensure_ascii=False).encode()


def test_white_space_around_a_question_is_no_part_of_it(chain: Runnable[Any, Any]) -> None:
    assert ask(chain, f" \n{QUESTION}\t").question == QUESTION


def test_a_name_that_is_not_in_the_library_is_declined_as_not_mentioned(library: Library) -> None:
    answer = ask(answer_chain(library), "Who runs the harbour of Xanadu?")
    assert reason(answer) is Reason.NOT_MENTIONED
    assert "Xanadu" in answer.text
    assert answer.evidence  # the nearest passages are still shown


def test_filters_that_match_nothing_are_told(library: Library) -> None:
    chain = answer_chain(library)
    for filters in (Filters(since=date(2021, 1, 1)), Filters(sources=("C",))):
        answer = ask(chain, QUESTION, filters)
        assert reason(answer) is Reason.OUTSIDE_DATES
        assert answer.evidence == ()


def test_a_question_of_stopwords_is_unclear(library: Library) -> None:
    assert reason(ask(answer_chain(library), "Who is it?")) is Reason.UNCLEAR


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    with library_of(tmp_path / "empty") as library:
        answer = ask(answer_chain(library), QUESTION)
    assert reason(answer) is Reason.EMPTY_LIBRARY
    assert (answer.confidence, answer.evidence) == (0.0, ())


@pytest.mark.parametrize(("threshold", "declines"), [(None, False), (0.0, False), (0.95, True)])
def test_another_threshold_than_the_readers_can_be_set(
    library: Library, threshold: float | None, declines: bool
) -> None:
    answer = ask(answer_chain(library, FirstPassageReader(), threshold=threshold), QUESTION)
    assert (answer.abstention is not None) == declines
    assert answer.confidence == 0.9


def test_a_reader_that_finds_nothing_is_declined(library: Library) -> None:
    class Nothing(FirstPassageReader):
        def read(self, question: str, evidence: Sequence[Evidence]) -> list[AnswerSpan]:
            return []

    answer = ask(answer_chain(library, Nothing()), QUESTION)
    assert reason(answer) is Reason.NOT_STATED
    assert len(answer.evidence) == 6


def test_a_span_outside_its_passage_is_never_quoted(library: Library) -> None:
    class Wild(FirstPassageReader):
        def read(self, question: str, evidence: Sequence[Evidence]) -> list[AnswerSpan]:
            beyond = Span(0, evidence[0].passage.span.end + 1)
            return [AnswerSpan(evidence[0], beyond, None, 1.0, 0.0, 0.9)]

    with pytest.raises(ValueError, match="outside the passage"):
        ask(answer_chain(library, Wild()), QUESTION)


def test_an_article_ingested_or_deleted_later_counts_at_once(library: Library) -> None:
    chain = answer_chain(library, FirstPassageReader())
    assert reason(ask(chain, "Who runs Port9?")) is Reason.NOT_MENTIONED
    stored(library, article(9))
    assert ask(chain, "Who runs Port9?").citations[0].article.id == "a9"
    library.delete("a9")
    assert reason(ask(chain, "Who runs Port9?")) is Reason.NOT_MENTIONED
    assert "a9" not in {each.article.id for each in ask(chain, "Who runs Port9?").evidence}


def test_questions_asked_at_once_get_each_its_own_answer(library: Library) -> None:
    chain = answer_chain(library)
    asked = [(f"When did the harbour of Port{n} open?", Filters(sources=("AB"[n % 2],))) for n in range(1, 7)]
    alone = [untimed(ask(chain, *each)) for each in asked]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda each: untimed(ask(chain, *each)), asked * 8))
    assert together == alone * 8
    batched = chain.batch([{"question": question, "filters": filters} for question, filters in asked])
    assert [untimed(each["answer"]) for each in batched] == alone


def test_the_first_questions_to_an_opened_library_may_come_at_once(tmp_path: Path) -> None:
    with library_of(tmp_path / "library", article(1)):
        pass
    with Library.open(tmp_path / "library", HashEmbedder()) as library:
        chain = answer_chain(library, FirstPassageReader())
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: ask(chain, "Who runs Port1?"), range(16)))
    assert {each.citations[0].article.id for each in answers} == {"a1"}


def test_a_follow_up_is_searched_for_as_a_question_of_its_own(chain: Runnable[Any, Any]) -> None:
    history = [("Who runs the harbour of Port3?", "Ada3 Stone")]
    output = chain.invoke({"question": "When did she open it?", "history": history})
    assert output["answer"].question == "When did she open it?"
    assert output["answer"].searched_for == output["searched_for"] != "When did she open it?"
    assert "Ada3 Stone" in output["searched_for"]


def test_the_day_of_the_question_says_what_last_year_is(chain: Runnable[Any, Any]) -> None:
    output = chain.invoke({"question": "What opened in Port3 last year?", "asked_on": date(2021, 6, 1)})
    assert output["answer"].period.first == date(2020, 1, 1)
