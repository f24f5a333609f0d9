"""A sentence is carried by quotations that have its names, numbers, words and its "not"."""

import pytest
from llm_cases import ALLEGED, BILL, BRIDGE, COST, DENIED, REOPENED

from rag.llm_support import carrying
from rag.types import Citation, Span


def cite(quote: str) -> Citation:
    return Citation(BRIDGE.info, Span(0, len(quote)), quote)


def carried(sentence: str, *quotes: str) -> list[str]:
    return [each.quote for each in carrying(sentence, [*map(cite, quotes)])]


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        (COST, COST),
        ("Repairing the harbour bridge cost 12.4 million crowns.", COST),
        ("Engineer Lindqvist told the council that the repairs had cost 12.4 million crowns.", COST),
        ("Brenner denied that the bridge would be closed in winter.", DENIED),
        ("The bridge would not be closed in winter, Brenner said.", DENIED),
        ("3200 cars crossed the old bridge on Monday.", REOPENED),
        ("Brenner allegedly took 40,000 crowns.", ALLEGED),
        (
            "The U.S. sent twenty-two ships to Cavusoglu's port.",
            "The US sent 20 or twenty-two ships to the port of Çavuşoğlu.",
        ),
        ("However, Turkey's talks failed.", "The talks of Turkey failed."),
        ("Two talks failed.", "The 2 talks failed."),
    ],
)
def test_near_to_the_quotations_words_it_is_carried(sentence: str, quote: str) -> None:
    assert carried(sentence, quote) == [quote]


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("The repairs cost 12.4 million.", COST.replace("12.4", "2.4")),
        ("The repairs cost 12,4 million crowns.", COST),
        ("Eleven cars crossed the old bridge on Monday.", REOPENED.replace("3,200", "12")),
        ("On Tuesday 3,200 cars crossed the old harbour bridge.", REOPENED),
        ("The repairs cost Norway 12.4 million crowns.", COST),
        ("The repairs cost norway 12.4 million crowns.", COST),
        ("The repairs of the harbour bridge saved 12.4 million crowns, Lindqvist told the council.", COST),
        ("Exports to Turkey fell 12 percent in March.", "Exports to Turkey rose 12 percent in March."),
        (
            "Only one car crossed the old bridge on Monday.",
            "Only 3,200 cars crossed the old bridge on Monday.",
        ),
        ("Ada was the first woman to cross it.", "Ada was the second woman to cross it."),
        ("Millions of cars crossed it.", "Thousands of cars crossed it."),
        ("The old harbour bridge did not reopen to traffic on Monday.", REOPENED),
        ("The old harbour bridge didn’t reopen to traffic on Monday.", REOPENED),
        ("Brenner took 40,000 crowns from the builder.", ALLEGED),
        ("The mayor said that the harbour bridge would be closed again in winter.", DENIED),
        ("The mayor of a distant town resigned over the bridge.", DENIED.replace("denied", "said")),
        ("Is it so?", COST),
        ("", COST),
        (COST, ""),
    ],
)
def test_further_away_it_is_not(sentence: str, quote: str) -> None:
    assert carried(sentence, quote) == []


def test_without_quotations_nothing_is_carried() -> None:
    assert carried(COST) == []


def test_a_quotation_about_something_else_is_not_one_of_those_that_carry() -> None:
    assert carried("The repairs of the harbour bridge cost 12.4 million crowns.", REOPENED, COST) == [COST]


def test_several_quotations_carry_together_what_none_carries_alone() -> None:
    both = "Lindqvist told the council of 12.4 million crowns, and the final bill was 13.1 million crowns."
    assert carried(both, COST, BILL) == [COST, BILL]
    assert carried(both, COST) == carried(both, BILL) == []
