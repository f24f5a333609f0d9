"""The cases of a careful reader: well formed, checked as they say, and right with the real components."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from newsroom import BILL, BRIDGE, BUDGET, COST, ScriptedAsk, cite

from eval.careful import CASES, Case, failures_of, load_cases, opened
from rag.types import Answer, DateNote, Filters, Reading, Span

FOLDER = Path(__file__).parent / "careful"


def asked(expect: dict[str, object], **answer: object) -> list[str]:
    """What is found wrong with an answer that differs from a scripted one in some fields."""

    def ask(question: str, filters: Filters, history: object, asked_on: date | None) -> Answer:
        return replace(ScriptedAsk()(question, filters), **answer)  # type: ignore[arg-type]

    return failures_of(Case("c", "k", ("What did it cost?",), expect, Filters(), None, False), ask)


def test_there_are_many_cases_of_every_kind_each_with_an_id_of_its_own() -> None:
    cases = load_cases(FOLDER / CASES)
    assert len(cases) >= 120
    assert len({case.id for case in cases}) == len(cases)
    assert len({case.kind for case in cases}) >= 15
    assert all(case.turns and case.expect for case in cases)
    assert {len(case.turns) for case in cases} == {1, 2, 3}


NOTE = DateNote("on Monday", Span(0, 9), "14 March 2021", date(2021, 3, 14), date(2021, 3, 14))
DATED = (replace(cite(BRIDGE, COST), dates=(NOTE,), speaker="engineer Mara Lindqvist"),)
READINGS = (Reading("12.4 million crowns", DATED[0], newest=True),)


@pytest.mark.parametrize(
    ("expect", "answer"),
    [
        ({"short": ["12.4 million crowns"]}, {}),
        ({"short": ["12.4 million"]}, {"short_answer": "about 12.4 million"}),
        ({"lacks": ["13.1"]}, {}),
        ({"items": ["Ada", "Bo"]}, {"short_answer": "Ada; Bo"}),
        ({"text": [COST, BILL]}, {}),
        ({"dates": {"Monday": "14 March 2021"}}, {"citations": DATED}),
        ({"speaker": "Lindqvist"}, {"citations": DATED}),
        ({"speaker": None}, {}),
        ({"notes": ["2021"]}, {"notes": ("As of 2021.",)}),
        ({"stories": 2}, {"stories": 2}),
        ({"cites": ["bridge", "budget"]}, {}),
        ({"first": "bridge"}, {}),
        ({"sentences": [2, 4]}, {}),
        ({"searched_has": ["cost"], "searched_lacks": ["it"]}, {"searched_for": "cost of X"}),
        (
            {
                "differing": [
                    {
                        **{"value": "12.4", "source": "The Harbour Courier"},
                        **{"published": "2021-03-14", "newest": True},
                    }
                ]
            },
            {"differing": READINGS},
        ),
    ],
)
def test_a_check_passes_what_holds_and_names_what_does_not(
    expect: dict[str, object], answer: dict[str, object]
) -> None:
    assert asked(expect, **answer) == []
    spoilt = Answer(
        question="?", searched_for="it", citations=(replace(cite(BUDGET, BILL), speaker="no one"),)
    )
    fields = ("short_answer", "claims", "citations", "notes", "stories", "differing", "searched_for")
    wrong = {name: getattr(spoilt, name) for name in fields} | {"short_answer": "13.1 million"}
    assert asked(expect, **wrong)


def test_an_abstention_is_checked_by_its_reason_and_its_message() -> None:
    assert asked({"abstained": "not_stated"}) == ["answered '12.4 million crowns', not not_stated"]


def test_nine_of_ten_cases_are_right_with_the_real_components() -> None:
    cases = load_cases(FOLDER / CASES)
    with opened(FOLDER) as (ask, ask_empty):
        wrong = [each.id for each in cases if failures_of(each, ask_empty if each.empty_library else ask)]
    assert len(wrong) <= len(cases) / 10, wrong
