"""Whatever a language model replies, no citation is shown that is not the articles' own text and carries its claim."""

import re
from collections.abc import Iterator

import pytest
from llm_cases import COST, QUESTION, CostReader
from llm_hostile import CARRIED_BY, CASES, Case
from llm_server import LlmServer

from rag.chain import answer_chain, ask
from rag.library import Library
from rag.llm_model import chat_model
from rag.llm_reader import LlmReader
from rag.types import Answer

ADDRESS = {"openai": "/v1", "ollama": ""}
UNSAFE = re.compile(r"https?:|evil|[<>\[\]`†\x00-\x1f\u202a-\u202e]|javascript|\bdata:|!\[")


@pytest.fixture(scope="module", params=sorted(ADDRESS))
def reader(request: pytest.FixtureRequest, chat_server: LlmServer) -> Iterator[LlmReader]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", "sk-secret-1234")
        name = f"{request.param}:scripted"
        model = chat_model(name, base_url=chat_server.address + ADDRESS[request.param], timeout=20)
        yield LlmReader(model, name=name, timeout=20)


def test_the_table_holds_a_hundred_replies_and_more_each_of_its_own_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 100


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_claims_that_verbatim_quotes_carry_are_shown(
    case: Case, newsstand_library: Library, chat_server: LlmServer, reader: LlmReader
) -> None:
    chat_server.script = case.script
    answer = ask(answer_chain(newsstand_library, CostReader(), llm=reader), QUESTION)
    assert faults(answer, case.shows, newsstand_library) == []


def carrier(text: str) -> str:
    """The quotation that carries a claim: an extractive one is its own."""
    return CARRIED_BY.get(text, text)


def faults(answer: Answer, shows: tuple[str, ...], newsstand_library: Library) -> list[str]:
    """What is wrong with an answer, given the model's claims that it may show."""
    found = []
    texts = tuple(claim.text for claim in answer.claims)
    if texts != (shows or (COST,)) or (answer.model is not None) != bool(shows):
        found.append(f"shows {texts} of {answer.model}")
    if not shows and not answer.notes:
        found.append("does not say that the model failed")
    shown = {each.article.id for each in answer.evidence}
    for claim in answer.claims:
        if (cited := [answer.citations[each].quote for each in claim.citations]) != [carrier(claim.text)]:
            found.append(f"{cited} under {claim.text}")
        if unsafe := UNSAFE.search(claim.text):
            found.append(f"{unsafe.group()!r} in {claim.text}")
    for citation in answer.citations:
        if citation.span.of(newsstand_library.catalog.text(citation.article.id) or "") != citation.quote:
            found.append(f"not the stored text: {citation}")
        if citation.article.id not in shown:
            found.append(f"not of the evidence: {citation}")
    if {index for claim in answer.claims for index in claim.citations} != set(range(len(answer.citations))):
        found.append("a citation of no claim, or a claim's citation that is none")
    return found
