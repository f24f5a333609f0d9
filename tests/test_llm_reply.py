"""A reply is read while it grows: each claim as soon as it is complete, whatever stands around it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_cases import claim, reply

from rag.llm_reply import RawClaim, Reply

ONE, TWO = claim("One { “is” \\ one.", ("k", 'he said "}"')), claim("Two.", ("k", "a"), ("l", "b"))
RAW = [
    RawClaim("One { “is” \\ one.", (("k", 'he said "}"'),)),
    RawClaim("Two.", (("k", "a"), ("l", "b"))),
]
WHOLE = reply(ONE, TWO, short="a b")


def read(text: str, size: int = 1_000_000) -> tuple[list[RawClaim], Reply]:
    made = Reply()
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [each for piece in pieces for each in made.feed(piece)], made


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    claims, made = read(WHOLE, size)
    assert claims == RAW
    assert (made.short, made.complete) == ("a b", True)


def test_a_claim_is_given_as_soon_as_it_is_complete() -> None:
    made = Reply()
    end = WHOLE.index('{"text": "Two')
    assert list(made.feed(WHOLE[:end])) == RAW[:1]
    assert not made.complete
    assert list(made.feed(WHOLE[end:])) == RAW[1:]


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{WHOLE}\n```",
        f'I "found {{this}}" for you: {WHOLE} Anything else?',
        f"\n<think>{WHOLE}{{</think>{WHOLE}",
        json.dumps([ONE, TWO]),
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}",
        json.dumps({"answer": {"claims": [ONE, TWO]}}, indent=2),
    ],
)
@pytest.mark.parametrize("size", [1, 1_000])
def test_what_stands_around_it_does_not_matter(text: str, size: int) -> None:
    assert read(text, size)[0] == RAW


@pytest.mark.parametrize(
    "text", ["", "No.", f"<think>{WHOLE}", "<thin", WHOLE.replace('"', "'"), "[1, null]", "}{"]
)
def test_what_has_another_form_holds_no_claim(text: str) -> None:
    assert read(text)[0] == []


def test_a_reply_that_broke_off_is_not_complete() -> None:
    claims, made = read(WHOLE[:-18])
    assert claims == RAW
    assert not made.complete


def test_wrong_parts_of_a_claim_are_passed_over() -> None:
    odd = {
        "text": "T",
        "quotes": [1, None, {"key": 1, "quote": "q"}, {"quote": "q"}, {"key": "k", "quote": "q"}],
    }
    assert read(json.dumps(odd))[0] == [RawClaim("T", (("k", "q"),))]


def test_at_most_four_quotes_of_a_claim_are_read() -> None:
    ((one),) = read(json.dumps(claim("T", *[("k", str(n)) for n in range(9)])))[0]
    assert [quote for _, quote in one.quotes] == ["0", "1", "2", "3"]


@given(st.text(alphabet='{}[]":,\\ ntext<>/k1', max_size=200))
def test_no_reply_breaks_the_reading(text: str) -> None:
    assert read(text, 3)[0] == read(text)[0]


@pytest.mark.parametrize(
    "text", ["{" * 60_000, '{"a":' * 12_000, '{"a":' * 9_000 + "1" + "}" * 9_000, "<think>" * 8_000]
)
def test_a_hostile_reply_is_read_to_its_end(text: str) -> None:
    assert read(text, 20)[0] == []
