"""The Gradio page of the chat: its parts, and which event changes which of them."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import gradio as gr

from rag.errors import DatelineError
from rag.types import Article
from ui.article_view import missing_html, reading_html
from ui.feedback import Feedback
from ui.render import collection_html, conversation_html, sources_html
from ui.tabs import lay_out_evaluate, lay_out_tabs
from ui.turns import (
    BUSY,
    UNSENT,
    Ask,
    AskStepwise,
    Conversation,
    at_once,
    make_filters,
    resolve_stepwise,
    submit,
)

HERE = Path(__file__).parent

# Native date fields: a keyboard, a screen reader and a phone all know them. Fixed text alone stands in this
# template, for Gradio evaluates templates as code.
PERIOD_HTML = """
<label>Since <input type="date" name="since"></label><label>Until <input type="date" name="until"></label>
"""
PERIOD_JS = """
const [since, until] = element.querySelectorAll("input");
const read = (field) => (field.validity.badInput ? "incomplete" : field.value);
for (const field of [since, until])
  for (const kind of ["input", "blur"])
    field.addEventListener(kind, () => { props.value = { since: read(since), until: read(until) }; });
"""


class Shelf(Protocol):
    """What the page needs of a library."""

    def article(self, article_id: str) -> Article | None: ...

    def sources(self) -> list[str]: ...

    def date_range(self) -> tuple[date, date] | None: ...

    def article_count(self) -> int: ...


class Chat:
    """What happens on each event of the page; all that is one person's own comes in as their conversation."""

    def __init__(
        self,
        ask: Ask,
        shelf: Shelf,
        examples: Sequence[str],
        feedback: Feedback | None = None,
        ask_stepwise: AskStepwise | None = None,
    ) -> None:
        self._feedback = feedback
        self._ask = ask_stepwise or at_once(ask)
        self._shelf = shelf
        self._examples = tuple(examples)

    def show(self, conversation: Conversation) -> str:
        return conversation_html(conversation, self._examples, tells=self._feedback is not None)

    def submit(
        self, conversation: Conversation, question: str, sources: list[str] | None, period: object
    ) -> tuple[str, object]:
        """Takes a question in; the conversation to show, and the question box emptied, or left as it is."""
        dates = period if isinstance(period, dict) else {}
        taken = submit(
            conversation,
            question or "",
            lambda: make_filters(sources or [], dates.get("since"), dates.get("until")),
        )
        # What was typed since the question was sent must not be overwritten with it.
        return self.show(conversation), "" if taken else gr.skip()

    def submit_example(
        self, conversation: Conversation, sources: list[str] | None, period: object, event: gr.EventData
    ) -> str:
        """Takes in the example question that was chosen."""
        index = _number(event, "example")
        if index is not None and 0 <= index < len(self._examples):
            self.submit(conversation, self._examples[index], sources, period)
        return self.show(conversation)

    def answer(self, conversation: Conversation) -> Iterator[tuple[Any, Any]]:
        """Answers what waits, one question after another; the conversation and the cards after each step."""
        turn = conversation.next_waiting()
        if turn is None:
            yield gr.skip(), gr.skip()
        while turn is not None:
            for _ in resolve_stepwise(turn, self._ask, conversation.before(turn)):
                # A conversation that was begun anew meanwhile does not hold the turn any more.
                yield self.show(conversation), sources_html(conversation.turn(turn.number))
            turn = conversation.next_waiting()

    def unanswered(self, conversation: Conversation) -> str:
        """Says so in the conversation where the queue was full."""
        conversation.give_up(BUSY)
        return self.show(conversation)

    def unsent(self, conversation: Conversation) -> str:
        """Says so in the conversation where a question never arrived."""
        conversation.refuse("(not sent)", UNSENT)
        return self.show(conversation)

    def open(self, conversation: Conversation, event: gr.EventData) -> str:
        """The article behind a citation or card, the quoted passage marked."""
        number, source = _number(event, "turn") or 0, _number(event, "source")
        turn = conversation.turn(number)
        if turn is None or source is None or not 0 <= source < len(turn.sources):
            return missing_html(number, "This answer is no longer held here; please ask the question again.")
        citation = turn.sources[source]
        try:
            article = self._shelf.article(citation.article.id)
        except DatelineError as error:
            return missing_html(number, str(error))
        if article is None or citation.span.of(article.text) != citation.quote:
            return missing_html(
                number, "This article has been removed or changed since it was quoted; please ask again."
            )
        return reading_html(article, citation, number, source)

    def sources(self, conversation: Conversation, event: gr.EventData) -> str:
        """The cards of the turn that was chosen."""
        return sources_html(conversation.turn(_number(event, "turn")))

    def feedback(self, conversation: Conversation, event: gr.EventData) -> object:
        """The form in which a person says what is not right about an answer."""
        if self._feedback is None or not isinstance(event._data, dict):
            return gr.skip()
        return self._feedback.form(conversation.turn(_number(event, "turn")), event._data)

    def tell(self, conversation: Conversation, event: gr.EventData) -> object:
        """Keeps what a person said about an answer."""
        if self._feedback is None or not isinstance(event._data, dict):
            return gr.skip()
        return self._feedback.tell(conversation.turn(_number(event, "turn")), event._data)

    def start_over(self, conversation: Conversation) -> tuple[str, str]:
        """Forgets the conversation."""
        conversation.clear()
        return self.show(conversation), sources_html(None)


class Parts(NamedTuple):
    """The parts of the page that events read or change."""

    conversation: gr.State
    talk: gr.HTML
    panel: gr.HTML
    box: gr.Textbox
    send: gr.Button
    names: gr.Dropdown
    period: gr.HTML
    anew: gr.Button


def build_page(chat: Chat, shelf: Shelf, *, max_waiting: int, evaluates: bool = False) -> gr.Blocks:
    """The page with its events wired; at most `max_waiting` questions of all people wait at a time.

    With `evaluates` it has a second tab, which shows the page at `/evaluate`.
    """
    page = gr.Blocks(
        title="Dateline", analytics_enabled=False, delete_cache=(86_400, 86_400), fill_width=True
    )
    with page:
        _wire(chat, _lay_out(chat, shelf, evaluates))
    page.queue(max_size=max_waiting, api_open=False)
    return page


def _lay_out(chat: Chat, shelf: Shelf, evaluates: bool) -> Parts:
    bare: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
    live: dict[str, Any] = {**bare, "js_on_load": (HERE / "chat.js").read_text("utf-8")}
    with gr.Column(elem_id="dl-app"):
        with gr.Row(elem_id="dl-head"):
            gr.HTML(_head_html(shelf), elem_id="dl-title", **bare)
            if evaluates:
                lay_out_tabs()
            anew = gr.Button("New conversation", size="sm", elem_id="dl-new")
        with gr.Row(elem_id="dl-main"):
            with gr.Column(elem_id="dl-talk"):
                talk = gr.HTML(chat.show(Conversation()), elem_id="dl-conversation", **live)
                with gr.Column(elem_id="dl-composer"):
                    with gr.Row(elem_id="dl-ask"):
                        box = gr.Textbox(
                            label="Your question",
                            placeholder="Ask about the articles",
                            show_label=False,
                            container=False,
                            max_lines=6,
                            autofocus=True,
                            elem_id="dl-question",
                        )
                        send = gr.Button("Ask", variant="primary", elem_id="dl-send")
                    names, period = _lay_out_filters(shelf)
            panel = gr.HTML(sources_html(None), elem_id="dl-panel", **live)
        if evaluates:
            lay_out_evaluate()
    return Parts(gr.State(Conversation()), talk, panel, box, send, names, period, anew)


def _lay_out_filters(shelf: Shelf) -> tuple[gr.Dropdown, gr.HTML]:
    with gr.Accordion("Sources and dates", open=False, elem_id="dl-filters"), gr.Row():
        names = gr.Dropdown(
            shelf.sources(), multiselect=True, value=[], label="Only these sources", elem_id="dl-names"
        )
        period = gr.HTML(
            {"since": "", "until": ""},
            html_template=PERIOD_HTML,
            js_on_load=PERIOD_JS,
            apply_default_css=False,
            elem_id="dl-period",
        )
    return names, period


def _wire(chat: Chat, parts: Parts) -> None:
    conversation, talk, panel, box, send, names, period, anew = parts
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    # Only answering waits in the queue: all else is quick, and must work while the queue is full.
    quick: dict[str, Any] = {**private, "queue": False}
    asked = gr.on(
        [box.submit, send.click], chat.submit, [conversation, box, names, period], [talk, box], **quick
    )
    chosen = talk.example(chat.submit_example, [conversation, names, period], [talk], **quick)
    for taken in (asked, chosen):
        taken.failure(chat.unsent, [conversation], [talk], **quick)
        answered = taken.success(
            chat.answer,
            [conversation],
            [talk, panel],
            concurrency_limit=1,
            concurrency_id="answer",
            **private,
        )
        answered.failure(chat.unanswered, [conversation], [talk], **quick)
    for part in (talk, panel):
        part.open(chat.open, [conversation], [panel], **quick)
        part.sources(chat.sources, [conversation], [panel], **quick)
        part.feedback(chat.feedback, [conversation], [panel], **quick)
        part.tell(chat.tell, [conversation], [panel], **quick)
    anew.click(chat.start_over, [conversation], [talk, panel], **quick)


def _head_html(shelf: Shelf) -> str:
    return f"<h1>Dateline</h1><p>{collection_html(shelf.article_count(), shelf.date_range())}</p>"


def _number(event: gr.EventData, name: str) -> int | None:
    """A whole number that the browser sent with an event; a browser may send anything."""
    value = event._data.get(name) if isinstance(event._data, dict) else None
    return value if isinstance(value, int) else None
