"""What a person thinks of an answer: the form in the panel, and the gold candidate that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from eval.candidates import LONGEST, Candidate, Candidates, candidate
from rag.errors import DatelineError, InputError
from rag.types import Article, Citation
from ui.render import text_html
from ui.turns import Turn, passage_of

MOST_PASSAGES = 8
GONE = "This answer is no longer held here; please ask the question again."


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the form: the right answer, "not in the articles", a passage by number, or in words."""

    answer: str = ""
    unanswerable: bool = False
    source: int | None = None
    passage: str = ""


class Feedback:
    """Turns what people say about answers into candidates of a library's gold sets."""

    def __init__(self, candidates: Candidates, article: Callable[[str], Article | None]) -> None:
        self._candidates = candidates
        self._article = article

    def form(self, turn: Turn | None, given: Mapping[str, object]) -> str:
        """The form for one turn, with the passage that was selected in its article."""
        return (
            notice_html(0, GONE) if turn is None or turn.answer is None else form_html(turn, said_of(given))
        )

    def tell(self, turn: Turn | None, given: Mapping[str, object]) -> str:
        """Keeps what was said; thanks, or the form again with the reason why it cannot be kept."""
        if turn is None or turn.answer is None:
            return notice_html(0, GONE)
        said = said_of(given)
        try:
            kept = self._candidates.add(self._candidate(turn, said))
        except OSError as error:
            return form_html(turn, said, f"It could not be kept ({error.strerror}).")
        except DatelineError as error:
            return form_html(turn, said, str(error))
        thanks = f"Thank you. It is kept as {kept.id} and counts once somebody has reviewed it."
        return notice_html(turn.number, thanks)

    def _candidate(self, turn: Turn, said: Said) -> Candidate:
        passages = passages_of(turn)
        chosen = None
        if said.source is not None and 0 <= said.source < len(passages):
            chosen = passages[said.source]
        if chosen is None and said.passage:
            raise InputError("Choose the article that the words are from.")
        article = None if chosen is None else self._article(chosen.article.id)
        answer = turn.answer
        assert answer is not None
        return candidate(
            question=turn.question,
            given=f"declined: {answer.text}" if answer.abstention else answer.short_answer or answer.text,
            answer=said.answer,
            unanswerable=said.unanswerable,
            article_id=None if article is None else article.id,
            passage=said.passage or ("" if chosen is None else chosen.quote),
            text=None if article is None else article.text,
        )


def said_of(given: Mapping[str, object]) -> Said:
    """What the browser sent; a browser may send anything."""
    answer, source, passage = given.get("answer"), given.get("source"), given.get("passage")
    return Said(
        answer=answer.strip() if isinstance(answer, str) else "",
        unanswerable=given.get("unanswerable") is True,
        source=source if type(source) is int else None,
        passage=passage.strip() if isinstance(passage, str) else "",
    )


def passages_of(turn: Turn) -> list[Citation]:
    """The passages to choose from: those cited, then the others that were read, each once."""
    assert turn.answer is not None
    read = map(passage_of, turn.answer.evidence)
    each_once = {(each.article.id, each.span): each for each in (*turn.sources, *read)}
    return list(each_once.values())[:MOST_PASSAGES]


def form_html(turn: Turn, said: Said, problem: str = "") -> str:
    """The form; `problem` is said above it."""
    alert = f'<p class="dl-notice" role="alert">{text_html(problem)}</p>' if problem else ""
    choices = "".join(
        f'<label><input type="radio" name="dl-source" value="{number}"{" checked" * (number == said.source)}>'
        f"<span><b>{text_html(each.article.title)}</b><br>{text_html(each.quote[:300])}</span></label>"
        for number, each in enumerate(passages_of(turn))
    )
    passages = f"<fieldset><legend>The passage that says so</legend>{choices}</fieldset>" if choices else ""
    words = (
        "<label>Or its exact words: select them in the article first, or paste them"
        f'<textarea name="dl-passage" rows="2" maxlength="{LONGEST}">{escape(said.passage)}</textarea>'
        "</label>"
    )
    return (
        f'<form class="dl-feedback" data-turn="{turn.number}">{_back_html(turn.number)}'
        f'<h2 tabindex="-1">What is not right?</h2><p class="dl-for">{text_html(turn.question)}</p>{alert}'
        f'<label>The right answer, if you know it<input type="text" name="dl-right" maxlength="{LONGEST}" '
        f'value="{escape(said.answer)}"></label><label class="dl-check"><input type="checkbox" '
        f'name="dl-unanswerable"{" checked" * said.unanswerable}>The articles do not hold the answer</label>'
        f"{passages}{words if choices else ''}"
        f'<button type="button" class="dl-tell" data-do="tell" data-turn="{turn.number}">'
        "Keep for review</button>"
        "</form>"
    )


def notice_html(turn: int, message: str) -> str:
    """A sentence in the panel, with the way back."""
    said = f'<p role="status" tabindex="-1">{text_html(message)}</p>'
    return f'<div class="dl-feedback">{_back_html(turn)}{said}</div>'


def _back_html(turn: int) -> str:
    return (
        f'<button type="button" class="dl-back" data-do="sources" data-turn="{turn}">'
        '<span aria-hidden="true">←</span> Back to the sources</button>'
    )
