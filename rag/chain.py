"""The chain: retriever | reader | compose, as LangChain Runnables that invoke, stream and run async."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from rag.compose import Holdings, compose
from rag.errors import InputError
from rag.library import Library
from rag.llm_reader import LlmReader
from rag.reader import Reader
from rag.readers import reader_named
from rag.retriever import PassageRetriever, Search, to_evidence
from rag.search import HybridSearch
from rag.types import Answer, AnswerSpan, Filters

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

    The input is a question, or a mapping with `question` and `filters` (a `Filters`). The output holds
    `question, filters, documents` (the retriever's), `spans` (the reader's) and `answer` (an `Answer`), and
    streams in that order; `chain.pick("answer")` gives the answer alone. A `threshold` other than the
    reader's makes it answer more (0: always) or less; `search` finds the evidence in place of hybrid search.
    With an `llm`, any LangChain chat model, it words what the reader answers: `answer` streams as it grows,
    an `Answer` each time, of which the last one counts. Raises InputError for an empty or an overlong question.
    """
    retriever = PassageRetriever(search=search or HybridSearch(library))
    reader = reader or reader_named()
    sure = reader.threshold if threshold is None else threshold
    holdings = Holdings(
        article_count=library.catalog.article_count,
        matching_articles=library.catalog.matching_articles,
        mentions=library.catalog.mentions,
        years=library.catalog.years,
    )

    def retrieve(state: State) -> list[Document]:
        with _timed(state, "retrieve"):
            return retriever.invoke(state["question"], filters=state["filters"])

    def read(state: State) -> list[AnswerSpan]:
        with _timed(state, "read"):
            return reader.read(state["question"], [to_evidence(each) for each in state["documents"]])

    def answer(state: State) -> Answer:
        with _timed(state, "compose"):
            composed = compose(
                state["question"],
                [to_evidence(each) for each in state["documents"]],
                state["spans"],
                threshold=sure,
                holdings=holdings,
                filters=state["filters"],
            )
        timings = state["timings_ms"]
        return replace(composed, timings_ms={**timings, "total": sum(timings.values())})

    chain = (
        RunnableLambda(_asked)
        | RunnablePassthrough.assign(documents=RunnableLambda(retrieve))
        | RunnablePassthrough.assign(spans=RunnableLambda(read))
        | RunnablePassthrough.assign(answer=RunnableLambda(answer))
    )
    if llm is None:
        return chain
    llm = llm if isinstance(llm, LlmReader) else LlmReader(llm)
    return chain | RunnablePassthrough.assign(answer=llm.as_step())


def ask(chain: Runnable[Any, State], question: str, filters: Filters | None = None) -> Answer:
    """The answer that a chain gives to one question."""
    answer: Answer = chain.invoke({"question": question, "filters": filters})["answer"]
    return answer


def ask_stepwise(
    chain: Runnable[Any, State], question: str, filters: Filters | None = None
) -> Iterator[Answer]:
    """The answer as it grows; the last one counts, and is the only one where no language model is asked."""
    yield from chain.pick("answer").stream({"question": question, "filters": filters or Filters()})


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
    # Each step notes its time here; one dict goes through the whole chain.
    filters = state.get("filters")
    filters = Filters() if filters is None else filters  # one with nothing but the day is false
    return {
        "question": _searchable(question.strip()),
        "filters": replace(filters, sources=tuple(map(_searchable, filters.sources))),
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
