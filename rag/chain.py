"""The chain: retriever | reader | compose, as LangChain Runnables that invoke, stream and run async."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from time import perf_counter
from typing import Any

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, RunnablePassthrough

from rag.compose import Holdings, compose
from rag.errors import InputError
from rag.follow_ups import standalone
from rag.library import Library
from rag.llm_reader import LlmReader
from rag.reader import Reader
from rag.readers import reader_named
from rag.retriever import PassageRetriever, Search, to_evidence
from rag.search import HybridSearch
from rag.span_reader import SpanReader
from rag.types import Answer, AnswerSpan, Exchange, Filters

MAX_QUESTION = 2_000  # characters

State = dict[str, Any]


def answer_chain(
    library: Library,
    reader: Reader | None = None,
    *,
    threshold: float | None = None,
    search: Search | None = None,
    llm: BaseChatModel | LlmReader | None = None,
) -> Runnable[Any, State]:
    """Everything between a question and its cited answer, over an open library.

    The input is a question, or a mapping with `question` and optional `filters` (a `Filters`), `history`
    (the `Exchange`s before it, or pairs of question and short answer, the latest last: from them a follow-up
    is made to stand alone) and `asked_on` (the day that "last year" is relative to, as in `Filters`; else
    today). The output holds `question, searched_for, filters, documents` (the retriever's), `spans` (the
    reader's) and `answer` (an `Answer`), and streams in that order; `chain.pick("answer")` gives the answer
    alone. A `threshold` other than the reader's makes it answer more (0: always) or less; `search` finds the
    evidence in place of hybrid search. With an `llm`, any LangChain chat model, it completes follow-ups and
    words what the reader answers: `answer` streams as it grows, an `Answer` each time, of which the last one
    counts. Raises InputError for an empty or an overlong question.
    """
    retriever = PassageRetriever(search=search or HybridSearch(library))
    reader = reader or reader_named()
    sure = reader.threshold if threshold is None else threshold
    if isinstance(reader, SpanReader) and sure < reader.threshold:
        reader = reader.patient()
    holdings = Holdings(
        article_count=library.catalog.article_count,
        matching_articles=library.catalog.matching_articles,
        mentions=library.catalog.words.mentions,
        years=library.catalog.years,
        dates=library.catalog.date_range,
        stories=library.catalog.stories.of,
    )

    llm = llm if llm is None or isinstance(llm, LlmReader) else LlmReader(llm)

    def asked(given: str | Mapping[str, Any], config: RunnableConfig) -> State:
        state = _asked(given)
        if llm is not None and state["history"]:
            with _timed(state, "follow_up"):
                made = llm.complete(state["question"], state["history"], state["searched_for"], config)
            return {**state, "searched_for": made.question, "usage": made.usage, "notes": made.notes}
        return state

    def retrieve(state: State) -> list[Document]:
        with _timed(state, "retrieve"):
            return retriever.invoke(state["searched_for"], filters=state["filters"])

    def read(state: State) -> list[AnswerSpan]:
        with _timed(state, "read"):
            return reader.read(state["searched_for"], [to_evidence(each) for each in state["documents"]])

    def answer(state: State) -> Answer:
        with _timed(state, "compose"):
            composed = compose(
                state["searched_for"],
                [to_evidence(each) for each in state["documents"]],
                state["spans"],
                threshold=sure,
                holdings=holdings,
                filters=state["filters"],
                asked_on=state["asked_on"],
            )
        timings = state["timings_ms"]
        total = {**timings, "total": sum(timings.values())}
        return replace(
            composed,
            question=state["question"],
            notes=(*state["notes"], *composed.notes),
            usage=state["usage"],
            timings_ms=total,
        )

    chain = (
        RunnableLambda(asked)
        | RunnablePassthrough.assign(documents=RunnableLambda(retrieve))
        | RunnablePassthrough.assign(spans=RunnableLambda(read))
        | RunnablePassthrough.assign(answer=RunnableLambda(answer))
    )
    return chain if llm is None else chain | RunnablePassthrough.assign(answer=llm.as_step())


def ask(
    chain: Runnable[Any, State],
    question: str,
    filters: Filters | None = None,
    history: Sequence[Exchange] = (),
    *,
    asked_on: date | None = None,
) -> Answer:
    """The answer that a chain gives to one question."""
    given = {"question": question, "filters": filters, "history": history, "asked_on": asked_on}
    answer: Answer = chain.invoke(given)["answer"]
    return answer


def ask_stepwise(
    chain: Runnable[Any, State],
    question: str,
    filters: Filters | None = None,
    history: Sequence[Exchange] = (),
) -> Iterator[Answer]:
    """The answer as it grows; the last one counts, and is the only one where no language model is asked."""
    given = {"question": question, "filters": filters, "history": history}
    yield from chain.pick("answer").stream(given)


def _asked(given: str | Mapping[str, Any]) -> State:
    """The chain's input in one form, checked."""
    state: State = {"question": given} if isinstance(given, str) else dict(given)
    question = state.get("question")
    if not isinstance(question, str) or not any(map(str.isalnum, question)):
        raise InputError("There is no question: ask one in words.")
    if len(question) > MAX_QUESTION:
        raise InputError(
            f"The question has {len(question):,} characters, more than the {MAX_QUESTION:,} that are read:"
            " shorten it."
        )
    filters = state.get("filters")
    filters = Filters() if filters is None else filters  # one with nothing but the day is false
    day = state.get("asked_on") or filters.asked_on
    asked_on = day or date.today()
    question = _searchable(question.strip())
    history = [each if isinstance(each, Exchange) else Exchange(*each) for each in state.get("history") or ()]
    # Each step notes its time in `timings_ms`; one dict goes through the whole chain.
    return {
        "question": question,
        "searched_for": standalone(question, history, asked_on)[:MAX_QUESTION],
        "asked_on": asked_on,
        "filters": replace(filters, sources=tuple(map(_searchable, filters.sources)), asked_on=day),
        "history": history,
        "usage": None,
        "notes": (),
        "timings_ms": {},
    }


def _searchable(text: str) -> str:
    """Lone surrogates, which no store can take, become question marks."""
    return text.encode(errors="replace").decode()


@contextmanager
def _timed(state: State, stage: str) -> Iterator[None]:
    start = perf_counter()
    yield
    state["timings_ms"][stage] = (perf_counter() - start) * 1_000
