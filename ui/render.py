"""Turns a conversation into HTML; all that an article or a person wrote passes through `escape`."""

from collections.abc import Sequence
from datetime import date
from html import escape
from urllib.parse import urlsplit

from rag.days import written
from rag.types import Answer, ArticleInfo, Citation, Claim, DateNote, Filters, Reading
from ui.turns import Conversation, Turn

_THUMB_DOWN = (
    '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1.5 2H4v7H1.5zM5 2h6.3c.6 0 1 .4 1.2 1l1 4.6c.1.8'
    '-.4 1.4-1.2 1.4H8.9l.5 3.2c.1 1-.5 1.8-1.4 1.8L5 9z"/></svg>'
)
NEAREST = "Nearest passages, which do not state it"


def text_html(text: str) -> str:
    """Text as HTML text that keeps its own writing direction and cannot turn what stands around it."""
    return f'<bdi dir="auto">{escape(text)}</bdi>'


def conversation_html(conversation: Conversation, examples: Sequence[str], *, tells: bool = False) -> str:
    """All turns in order, or the welcome with its example questions where there is none yet.

    With `tells`, a person can say that an answer is not right.
    """
    turns = "".join(turn_html(turn, tells=tells) for turn in list(conversation.turns))
    return f'<div role="log" aria-label="Conversation">{turns or _welcome_html(examples)}</div>'


def turn_html(turn: Turn, *, tells: bool = False) -> str:
    """One question and its answer, its notice, or the sign that it is being looked for."""
    waiting = '<p class="dl-waiting" role="status">Reading the articles<span aria-hidden="true"></span></p>'
    if turn.answer is not None:
        more = waiting if turn.waiting else _tell_html(turn.number) if tells else ""
        body = _answer_html(turn, turn.answer) + more
    elif turn.notice is not None:
        body = f'<p class="dl-notice" role="alert">{text_html(turn.notice)}</p>'
    else:
        body = waiting
    asked = f'<h2 class="dl-question">{text_html(turn.question)}</h2>{_filters_html(turn.filters)}'
    return f'<section class="dl-turn" data-turn="{turn.number}">{asked}{body}</section>'


def sources_html(turn: Turn | None) -> str:
    """The cards of one turn, numbered as its citations are."""
    if turn is None or turn.answer is None:
        return (
            '<div class="dl-sources dl-empty"><h2>Sources</h2><p>The passages that an answer rests on appear '
            "here. Choose a number such as <b>[1]</b> to read the passage in its article.</p></div>"
        )
    declined = turn.answer.abstention is not None
    cards = "".join(_card_html(turn.number, i, source) for i, source in enumerate(turn.sources))
    heading = NEAREST if declined and cards else "Sources"
    return (
        f'<div class="dl-sources{" dl-nearest" if declined else ""}"><h2>{heading}</h2>'
        f'<p class="dl-for">{text_html(turn.question)}</p>'
        f"{f'<ol>{cards}</ol>' if cards else '<p>No passage comes near this question.</p>'}</div>"
    )


def byline_html(article: ArticleInfo) -> str:
    """Source, date and link of an article in one line."""
    parts = [f'<span class="dl-source">{text_html(article.source)}</span>'] if article.source else []
    if article.published:
        parts.append(f'<time datetime="{article.published.isoformat()}">{written(article.published)}</time>')
    else:
        parts.append("<span>no date</span>")
    if (link := safe_link(article.url)) is not None:
        parts.append(
            f'<a href="{escape(link)}" target="_blank" rel="noopener noreferrer">Original article ↗</a>'
        )
    return f'<p class="dl-byline">{"".join(parts)}</p>'


def safe_link(url: str | None) -> str | None:
    """The URL where a browser may be sent to it: http or https, with a host, nothing invisible in it."""
    if url is None or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def collection_html(count: int, period: tuple[date, date] | None) -> str:
    """How many articles the collection holds, and from when to when."""
    if count == 0:
        return "The collection holds no articles yet."
    articles = "1 article" if count == 1 else f"{count:,} articles"
    if period is None:
        return f"{articles}, none of them dated"
    first, last = period
    return (
        f"{articles}, {written(first)}"
        if first == last
        else f"{articles}, {written(first)} to {written(last)}"
    )


def _welcome_html(examples: Sequence[str]) -> str:
    items = "".join(
        f'<li><button type="button" data-do="example" data-example="{i}">{text_html(example)}</button></li>'
        for i, example in enumerate(examples)
    )
    tries = f'<p class="dl-try">You could ask</p><ul class="dl-examples">{items}</ul>' if items else ""
    return (
        '<div class="dl-welcome"><h2>What do the articles say?</h2>'
        "<p>Ask a factual question. Every sentence of an answer quotes an article and says which; "
        f"where the articles do not hold the answer, you are told so.</p>{tries}</div>"
    )


def _answer_html(turn: Turn, answer: Answer) -> str:
    searched = ""
    if answer.searched_for and answer.searched_for != answer.question:
        searched = f'<p class="dl-searched">Searching for: {text_html(answer.searched_for)}</p>'
    if answer.abstention is not None:
        near = len(turn.sources)
        body = f'<p class="dl-declined" role="status">{text_html(answer.abstention.message)}</p>'
        foot = _sources_button(turn.number, f"{near} nearest passage{'s' * (near != 1)}") if near else ""
    else:
        short = f'<p class="dl-short">{text_html(answer.short_answer)}</p>' if answer.short_answer else ""
        claims = "".join(_claim_html(turn.number, claim, answer.citations) for claim in answer.claims)
        body = f"{short}{claims}{_differing_html(turn, answer.differing)}"
        cited = len(turn.sources)
        foot = _sources_button(turn.number, f"{cited} source{'s' * (cited != 1)}") + _confidence_html(
            answer.confidence
        )
        if answer.model is not None:
            foot += f'<span class="dl-model">Worded by {text_html(answer.model)}, quotations checked</span>'
    return f'{searched}<div class="dl-answer">{body}</div>{_notes_html(answer)}<p class="dl-foot">{foot}</p>'


def _claim_html(turn: int, claim: Claim, citations: Sequence[Citation]) -> str:
    marks = "".join(
        _mark_html(turn, i, citations[i].article) for i in claim.citations if 0 <= i < len(citations)
    )
    # The last word and the numbers stay on one line, so that no number is left alone on the next.
    head, space, tail = claim.text.rpartition(" ")
    if len(tail) > 30:
        head, space, tail = claim.text, "", ""
    return (
        f'<p class="dl-claim"><bdi dir="auto">{escape(head + space)}'
        f'<span class="dl-tail">{escape(tail)}{marks}</span></bdi></p>'
        f"{_beside_html(citations[claim.citations[0]]) if marks else ''}"
    )


def _beside_html(citation: Citation) -> str:
    """Who said a quote and what its dates mean: beside it, for neither stands in the quote."""
    said = f"<span>Said by {text_html(citation.speaker)}</span>" if citation.speaker else ""
    dates = "".join(
        f"<span>“{text_html(note.words)}” is {_time_html(note)}</span>" for note in citation.dates
    )
    return f'<p class="dl-beside">{said}{dates}</p>' if said or dates else ""


def _time_html(note: DateNote) -> str:
    if note.first == note.last:
        return f'<time datetime="{note.first.isoformat()}">{escape(note.meaning)}</time>'
    return f"<b>{escape(note.meaning)}</b>"


def _differing_html(turn: Turn, readings: Sequence[Reading]) -> str:
    """Every reading where reports differ, the newest first and marked."""
    if not readings:
        return ""
    items = "".join(_reading_html(turn, each) for each in readings)
    return f'<div class="dl-differing"><h3>Reports differ</h3><ul>{items}</ul></div>'


def _reading_html(turn: Turn, reading: Reading) -> str:
    article = reading.citation.article
    origin = text_html(article.source or article.title)
    when = f", {written(article.published)}" if article.published else ""
    newest = '<span class="dl-newest">newest</span>' if reading.newest else ""
    agree = f"<span>{reading.stories} independent stories</span>" if reading.stories > 1 else ""
    mark = _mark_html(turn.number, turn.sources.index(reading.citation), article)
    return (
        f"<li><b>{text_html(reading.value)}</b><span>{origin}{when}</span>{newest}{agree}"
        f'<p><q dir="auto">{escape(" ".join(reading.citation.quote.split()))}</q>{mark}</p></li>'
    )


def _notes_html(answer: Answer) -> str:
    """How the answer came about, and how many stories give it."""
    agree = [f"{answer.stories} independent stories agree."] if answer.stories > 1 else []
    return "".join(
        f'<p class="dl-note" role="note">{text_html(each)}</p>' for each in (*agree, *answer.notes)
    )


def _mark_html(turn: int, source: int, article: ArticleInfo) -> str:
    label = escape(f"Source {source + 1}: {article.title}. Show the passage in the article.")
    return (
        f'<button type="button" class="dl-cite" data-do="open" data-turn="{turn}" data-source="{source}" '
        f'aria-label="{label}" title="{escape(article.title)}">[{source + 1}]</button>'
    )


def _card_html(turn: int, source: int, citation: Citation) -> str:
    address = f'data-do="open" data-turn="{turn}" data-source="{source}"'
    return (
        f'<li class="dl-card" {address}><span class="dl-number" aria-hidden="true">{source + 1}</span>'
        f'<h3><button type="button" {address}>{text_html(citation.article.title)}</button></h3>'
        f'{byline_html(citation.article)}<blockquote dir="auto">{text_html(citation.quote)}</blockquote></li>'
    )


def _sources_button(turn: int, label: str) -> str:
    return f'<button type="button" class="dl-show" data-do="sources" data-turn="{turn}">{label}</button>'


def _tell_html(turn: int) -> str:
    return (
        f'<button type="button" class="dl-wrong" data-do="feedback" data-turn="{turn}">'
        f"{_THUMB_DOWN} Not right?</button>"
    )


def _confidence_html(confidence: float) -> str:
    word = "high" if confidence >= 0.75 else "medium" if confidence >= 0.45 else "low"
    shown = min(confidence, 0.99)  # nothing read by a machine is certain
    return f'<span class="dl-confidence dl-{word}">{word} confidence ({shown:.0%})</span>'


def _filters_html(filters: Filters) -> str:
    if not filters:
        return ""
    parts = [", ".join(filters.sources)] if filters.sources else []
    if filters.since:
        parts.append(f"since {written(filters.since)}")
    if filters.until:
        parts.append(f"until {written(filters.until)}")
    return f'<p class="dl-only">Only {text_html("; ".join(parts))}</p>'
