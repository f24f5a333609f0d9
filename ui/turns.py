"""One person's conversation with the collection: its turns, and how a turn is accepted and answered."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from rag.errors import DatelineError, InputError
from rag.types import Answer, Citation, Evidence, Exchange, Filters

LONGEST_QUESTION = 2_000
MOST_WAITING = 3
MOST_NEAREST = 5
MOST_REMEMBERED = 6  # exchanges that a follow-up may lean on

BUSY = "Too many questions are waiting just now; please ask again in a moment."
UNSENT = "The question could not be sent; please try again, with a shorter question if it was a long one."
BROKEN = (
    "Something went wrong while this was being answered; the log has the details, and you can go on asking."
)


class Ask(Protocol):
    """Answers a question, given what was asked and answered before it, the latest last."""

    def __call__(self, question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer: ...


class AskStepwise(Protocol):
    """Answers like `Ask`, as the answer grows; the last one counts."""

    def __call__(
        self, question: str, filters: Filters, history: Sequence[Exchange] = ()
    ) -> Iterator[Answer]: ...


_log = logging.getLogger(__name__)


@dataclass
class Turn:
    """One question and what became of it: `answer`, else `notice`, else it is still waiting."""

    number: int
    question: str
    filters: Filters = field(default_factory=Filters)
    answer: Answer | None = None
    notice: str | None = None

    @property
    def waiting(self) -> bool:
        return self.notice is None and (self.answer is None or self.answer.partial)

    @property
    def sources(self) -> tuple[Citation, ...]:
        """What the cards of this turn show: the citations and what differs, or the nearest passages."""
        if self.answer is None:
            return ()
        if self.answer.abstention is None:
            others = (each.citation for each in self.answer.differing)
            return tuple(dict.fromkeys((*self.answer.citations, *others)))
        return tuple(map(passage_of, self.answer.evidence[:MOST_NEAREST]))


@dataclass
class Conversation:
    """The turns of one browser session; numbers are never used twice, so an old click finds no new turn.

    It is changed in place by events that may overlap, by appends and pops only, which threads can share.
    """

    turns: list[Turn] = field(default_factory=list)
    _queue: deque[Turn] = field(default_factory=deque)
    _count: int = 0

    def accept(self, question: str, filters: Filters) -> Turn:
        """Adds a question that waits for its answer."""
        turn = self._add(question)
        turn.filters = filters
        self._queue.append(turn)
        return turn

    def refuse(self, question: str, notice: str) -> Turn:
        """Adds a question that is not going to be answered, and says why."""
        turn = self._add(question)
        turn.notice = notice
        return turn

    def next_waiting(self) -> Turn | None:
        """Takes the oldest question that nobody is answering yet."""
        try:
            return self._queue.popleft()
        except IndexError:
            return None

    def before(self, turn: Turn) -> list[Exchange]:
        """What was asked and answered before a turn, the latest last."""
        answered = [each.answer for each in list(self.turns) if each.number < turn.number and each.answer]
        return [Exchange(each.searched_for, each.short_answer) for each in answered[-MOST_REMEMBERED:]]

    def give_up(self, notice: str) -> None:
        """Ends every question that nobody is answering yet with a notice."""
        while (turn := self.next_waiting()) is not None:
            turn.notice = notice

    def turn(self, number: object) -> Turn | None:
        """The turn of that number; None for anything that is not the number of a turn held here."""
        return next((turn for turn in self.turns if turn.number == number), None)

    def clear(self) -> None:
        """Forgets everything; an answer that is still being looked for is dropped when it comes."""
        self._queue.clear()
        self.turns.clear()

    @property
    def full(self) -> bool:
        """Whether this person has as many open questions as one person may have."""
        return sum(turn.waiting for turn in self.turns) >= MOST_WAITING

    def _add(self, question: str) -> Turn:
        self._count += 1
        turn = Turn(self._count, question)
        self.turns.append(turn)
        return turn


def passage_of(found: Evidence) -> Citation:
    """A whole passage, as what a card shows."""
    return Citation(found.article, found.passage.span, found.passage.text)


def submit(conversation: Conversation, question: str, make_filters: Callable[[], Filters]) -> bool:
    """Takes a question in, or refuses it with a notice; True where the question box can be emptied."""
    question = question.strip()
    if not question:
        return False
    if len(question) > LONGEST_QUESTION:
        conversation.refuse(
            question[:200] + "…",
            f"This question has {len(question):,} characters; please keep it within {LONGEST_QUESTION:,}.",
        )
        return False
    if conversation.full:
        conversation.refuse(
            question, "Please wait until the questions above are answered, then ask this again."
        )
        return False
    try:
        conversation.accept(question, make_filters())
    except InputError as error:
        conversation.refuse(question, str(error))
        return False
    return True


def resolve_stepwise(turn: Turn, ask: AskStepwise, history: Sequence[Exchange] = ()) -> Iterator[None]:
    """Answers one turn, given what came before it, and stops after each step that shows more of the answer.

    Whatever goes wrong becomes its notice, so that the conversation can go on.
    """
    try:
        for answer in ask(turn.question, turn.filters, history):
            turn.answer = answer
            yield
    except DatelineError as error:
        turn.answer, turn.notice = None, str(error)
        yield
    except Exception:
        _log.exception("a question could not be answered")
        turn.answer, turn.notice = None, BROKEN
        yield


def at_once(ask: Ask) -> AskStepwise:
    """What answers in one step, as what answers stepwise."""

    def answer(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
        yield ask(question, filters, history)

    return answer


def make_filters(sources: Sequence[str], since: object, until: object) -> Filters:
    """The filters a person chose; InputError for a date that is none or a period that ends too early."""
    first, last = _day("since", since), _day("until", until)
    if first and last and first > last:
        raise InputError(
            f"The period ends ({last}) before it starts ({first}); please change one of the dates."
        )
    return Filters(since=first, until=last, sources=tuple(sources), asked_on=date.today())


def _day(name: str, text: object) -> date | None:
    if text is None or text == "":
        return None
    try:
        return date.fromisoformat(str(text).strip())
    except ValueError:
        raise InputError(
            f"The “{name}” date is not a complete date; please give day, month and year."
        ) from None
