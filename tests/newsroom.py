"""Invented articles, a library of them in memory, and a scripted way to answer questions about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import FastAPI

from rag.types import (
    Abstention,
    Answer,
    Article,
    Citation,
    Claim,
    Evidence,
    Exchange,
    Filters,
    Passage,
    Reason,
    Span,
)
from ui.app import Ask, build_app
from ui.turns import Turn, at_once, resolve_stepwise

_FILLER = (
    "Residents who had followed the long planning process said that they were relieved. "
    "The council will publish the full papers next week, and a public meeting is to follow in the town hall."
)

BRIDGE = Article(
    id="bridge",
    title="Old harbour bridge to reopen after two years of repairs",
    source="The Harbour Courier",
    url="https://courier.example/bridge",
    published=date(2021, 3, 14),
    text=(
        "PORT ELLEN, 14 March. The old harbour bridge will reopen to traffic on Monday.\n\n"
        + f"{_FILLER}\n\n" * 8
        + "The repairs cost 12.4 million crowns, engineer Mara Lindqvist told the council. "
        "She said the steel had suffered more than expected.\n\n" + f"{_FILLER}\n\n" * 6
    ),
)
BUDGET = Article(
    id="budget",
    title="Council publishes the bill for the bridge",
    source="Northern Wire",
    url="https://wire.example/budget?year=2022&page=1",
    published=date(2022, 1, 9),
    text=(
        "The city council put the final bill for the harbour bridge at 13.1 million crowns on Sunday. "
        "The sum includes the new lamps.\n\n" + _FILLER
    ),
)
FERRY = Article(
    id="ferry",
    title="Island ferry to run all winter",
    source="The Harbour Courier",
    published=date(2020, 11, 2),
    text="The island ferry will run all winter, the operator said on Monday. Tickets stay at four crowns.\n"
    + _FILLER,
)


@dataclass
class FakeShelf:
    """A library of a few articles in memory."""

    articles: tuple[Article, ...] = (BRIDGE, BUDGET, FERRY)

    def article(self, article_id: str) -> Article | None:
        return next((article for article in self.articles if article.id == article_id), None)

    def sources(self) -> list[str]:
        return sorted({article.source for article in self.articles if article.source})

    def date_range(self) -> tuple[date, date] | None:
        days = sorted(article.published for article in self.articles if article.published)
        return (days[0], days[-1]) if days else None

    def article_count(self) -> int:
        return len(self.articles)


def span_of(article: Article, quote: str) -> Span:
    """Where a quote of an invented article stands."""
    start = article.text.index(quote)
    return Span(start, start + len(quote))


def cite(article: Article, quote: str) -> Citation:
    return Citation(article.info, span_of(article, quote), quote)


def evidence(article: Article, quote: str) -> Evidence:
    span = span_of(article, quote)
    return Evidence(Passage(f"{article.id}-{span.start}", article.id, span, quote), article.info, 0.5)


COST = "The repairs cost 12.4 million crowns, engineer Mara Lindqvist told the council."
BILL = "The city council put the final bill for the harbour bridge at 13.1 million crowns on Sunday."
REOPEN = "The old harbour bridge will reopen to traffic on Monday."
WINTER = "The island ferry will run all winter, the operator said on Monday."


@dataclass
class ScriptedAsk:
    """Answers by words of the question: `cost`, `ferry`, `boom` (raises); declines everything else."""

    asked: list[tuple[str, Filters]] = field(default_factory=list)
    histories: list[list[Exchange]] = field(default_factory=list)

    def __call__(self, question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer:
        self.asked.append((question, filters))
        self.histories.append(list(history))
        if "boom" in question:
            raise RuntimeError("a secret detail")
        if "cost" in question:
            return Answer(
                question=question,
                searched_for=question,
                claims=(Claim(COST, (0,)), Claim(BILL, (1,))),
                citations=(cite(BRIDGE, COST), cite(BUDGET, BILL)),
                short_answer="12.4 million crowns",
                confidence=0.86,
            )
        if "ferry" in question:
            return Answer(
                question=question,
                searched_for="island ferry winter",
                claims=(Claim(WINTER, (0,)),),
                citations=(cite(FERRY, WINTER),),
                confidence=0.52,
            )
        return Answer(
            question=question,
            searched_for=question,
            abstention=Abstention(
                Reason.NOT_STATED,
                "The articles speak of the harbour bridge, but none of them states who designed it.",
            ),
            evidence=(evidence(BRIDGE, REOPEN), evidence(BUDGET, BILL)),
            confidence=0.21,
        )


EXAMPLES = (
    "What did the repairs of the bridge cost?",
    "Will the ferry run in winter?",
    "Who designed the bridge?",
)
COST_QUESTION = "What did the repairs cost?"


def chat(ask: Ask | None = None, shelf: FakeShelf | None = None, **more: Any) -> FastAPI:
    """The chat over invented articles; `more` goes to `build_app`."""
    return build_app(ask=ask or ScriptedAsk(), shelf=shelf or FakeShelf(), examples=EXAMPLES, **more)


def resolve(turn: Turn, ask: Ask, history: Sequence[Exchange] = ()) -> None:
    """Answers a turn, to the end."""
    for _ in resolve_stepwise(turn, at_once(ask), history):
        pass
