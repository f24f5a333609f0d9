"""What happens to a question between the box and its answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from newsroom import BILL, BRIDGE, COST, REOPEN, ScriptedAsk, cite, resolve

from rag.errors import InputError, LibraryLocked
from rag.types import Answer, Exchange, Filters, Reading
from ui.turns import BROKEN, BUSY, Conversation, make_filters, submit


def test_an_empty_question_changes_nothing() -> None:
    conversation = Conversation()
    assert submit(conversation, " \n ", Filters) is False
    assert conversation.turns == []


def test_a_question_of_2000_characters_is_taken_and_one_more_is_refused_with_both_numbers() -> None:
    conversation = Conversation()
    assert submit(conversation, "x" * 2000, Filters) is True
    assert submit(conversation, "x" * 2001, Filters) is False
    refused = conversation.turns[1]
    assert "2,001" in (refused.notice or "")
    assert "2,000" in (refused.notice or "")
    assert len(refused.question) == 201
    assert conversation.next_waiting() is conversation.turns[0]
    assert conversation.next_waiting() is None


def test_filters_that_cannot_be_used_become_a_notice_and_nothing_is_asked() -> None:
    conversation = Conversation()
    assert submit(conversation, "When?", lambda: make_filters([], "2020-13-01", "")) is False
    assert "“since” date" in (conversation.turns[0].notice or "")
    assert conversation.next_waiting() is None


@pytest.mark.parametrize("since", ["incomplete", "yesterday", "2021-02-30", 7, {"a": 1}])
def test_a_date_that_is_none_is_refused(since: object) -> None:
    with pytest.raises(InputError, match="not a complete date"):
        make_filters([], since, None)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InputError, match="ends"):
        make_filters([], "2021-05-02", "2021-05-01")


def test_filters_are_made_of_what_was_chosen() -> None:
    chosen = make_filters(["A", "B"], "2021-05-01", "2021-05-01")
    day = date(2021, 5, 1)
    assert chosen == Filters(since=day, until=day, sources=("A", "B"), asked_on=chosen.asked_on)
    assert not make_filters([], "", None)


def test_a_question_in_the_chat_is_asked_today() -> None:
    before = date.today()
    asked_on = make_filters([], "", None).asked_on
    assert asked_on is not None
    assert before <= asked_on <= date.today()


def test_a_fourth_open_question_of_one_person_is_refused_until_one_is_answered() -> None:
    conversation = Conversation()
    taken = [submit(conversation, f"cost {i}?", Filters) for i in range(4)]
    assert taken == [True, True, True, False]
    assert "above" in (conversation.turns[3].notice or "")
    turn = conversation.next_waiting()
    assert turn is not None
    resolve(turn, ScriptedAsk())
    assert submit(conversation, "cost?", Filters) is True


def test_an_unexpected_error_becomes_a_message_that_tells_no_detail(caplog: pytest.LogCaptureFixture) -> None:
    conversation = Conversation()
    turn = conversation.accept("boom", Filters())
    resolve(turn, ScriptedAsk())
    assert turn.notice == BROKEN
    assert "secret" not in turn.notice
    assert "a secret detail" in caplog.text


def test_an_error_for_the_user_is_shown_as_it_is() -> None:
    def locked(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer:
        raise LibraryLocked("Process 7 uses this library; stop it first.")

    turn = Conversation().accept("Who?", Filters())
    resolve(turn, locked)
    assert turn.notice == "Process 7 uses this library; stop it first."


def test_giving_up_ends_only_what_nobody_is_answering() -> None:
    conversation = Conversation()
    for question in ("first", "second", "third"):
        conversation.accept(question, Filters())
    being_answered = conversation.next_waiting()
    conversation.give_up(BUSY)
    assert being_answered is conversation.turns[0]
    assert [turn.notice for turn in conversation.turns] == [None, BUSY, BUSY]


def test_numbers_of_a_cleared_conversation_are_not_used_again() -> None:
    conversation = Conversation()
    conversation.accept("first", Filters())
    conversation.clear()
    assert conversation.next_waiting() is None
    assert conversation.accept("second", Filters()).number == 2
    assert conversation.turn(1) is None


def test_sources_are_the_citations_or_the_nearest_passages_of_a_declined_answer() -> None:
    conversation, ask = Conversation(), ScriptedAsk()
    answered, declined, waiting = (conversation.accept(q, Filters()) for q in ("cost", "who", "later"))
    resolve(answered, ask)
    resolve(declined, ask)
    assert [source.quote for source in answered.sources] == [COST, BILL]
    assert [source.quote for source in declined.sources] == [REOPEN, BILL]
    assert declined.sources[0] == cite(BRIDGE, REOPEN)
    assert waiting.sources == ()


def test_a_follow_up_is_asked_with_what_was_answered_before_it() -> None:
    conversation, ask = Conversation(), ScriptedAsk()
    for question in ("Will the ferry run?", "boom", "What did it cost?", "And then?"):
        turn = conversation.accept(question, Filters())
        resolve(turn, ask, conversation.before(turn))
    assert ask.histories == [
        [],
        [Exchange("island ferry winter", None)],
        [Exchange("island ferry winter", None)],
        [Exchange("island ferry winter", None), Exchange("What did it cost?", "12.4 million crowns")],
    ]


def test_a_conversation_that_was_begun_anew_remembers_nothing() -> None:
    conversation, ask = Conversation(), ScriptedAsk()
    resolve(conversation.accept("What did it cost?", Filters()), ask)
    conversation.clear()
    assert conversation.before(conversation.accept("And then?", Filters())) == []


def test_what_differs_is_among_the_sources_once() -> None:
    told = ScriptedAsk()("cost", Filters())
    first, second = told.citations
    turn = Conversation().accept("cost", Filters())
    turn.answer = replace(
        told, citations=(first,), differing=(Reading("13.1", second, newest=True), Reading("12.4", first))
    )
    assert turn.sources == (first, second)
