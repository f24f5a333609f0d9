"""The reading panel: one article with the quoted passage marked, by offsets and never by text matching."""

import re
import secrets
from collections.abc import Iterator
from html import escape

from rag.types import Article, Citation, Span
from ui.render import byline_html, text_html

# Enough for any article a person would read; a book-sized text is cut so that the browser stays quick.
MOST_SHOWN = 200_000


def reading_html(article: Article, citation: Citation, turn: int, source: int) -> str:
    """The article of a citation, the cited span marked; `turn` is where the way back leads."""
    window = shown_window(len(article.text), citation.span)
    cut = '<p class="dl-cut">This text is very long; only the part around the passage is shown.</p>'
    parts = paragraphs_of(article.text, window)
    text = "".join(paragraph_html(article.text, part, citation.span) for part in parts)
    return _panel_html(
        turn,
        f'<span class="dl-where" aria-hidden="true">[{source + 1}] {text_html(article.title)}</span>',
        f'<h2 tabindex="-1">{text_html(article.title)}</h2>{byline_html(article)}'
        f"{cut if len(window) < len(article.text) else ''}"
        f'<div class="dl-text">{text}</div>',
    )


def missing_html(turn: int, message: str) -> str:
    """The panel where an article cannot be shown, with the reason and the way back."""
    return _panel_html(turn, "", f'<p class="dl-notice" role="alert" tabindex="-1">{text_html(message)}</p>')


def _panel_html(turn: int, where: str, body: str) -> str:
    # The token makes every opening a new value, so that choosing the same number again scrolls again.
    return (
        f'<article class="dl-reading" data-opened="{secrets.token_hex(4)}"><div class="dl-bar">'
        f'<button type="button" class="dl-back" data-do="sources" data-turn="{turn}">'
        f'<span aria-hidden="true">←</span> Back to the sources</button>{where}</div>{body}</article>'
    )


def shown_window(length: int, around: Span) -> Span:
    """The part of a text of `length` characters that is shown: all of it, or a window around a span."""
    start = max(0, min(around.start - MOST_SHOWN // 2, length - MOST_SHOWN))
    return Span(start, min(length, start + MOST_SHOWN))


def paragraphs_of(text: str, window: Span) -> Iterator[Span]:
    """The paragraphs inside a window, parted by blank lines; by line ends in a text without blank lines."""
    border = r"\n[^\S\n]*\n\s*" if re.search(r"\n[^\S\n]*\n", text) else r"\n"
    start = window.start
    for match in re.compile(border).finditer(text, window.start, window.end):
        if match.start() > start:
            yield Span(start, match.start())
        start = match.end()
    if start < window.end:
        yield Span(start, window.end)


def paragraph_html(text: str, paragraph: Span, marked: Span) -> str:
    """One paragraph as HTML, with what it shares with the marked span inside `<mark>`."""
    start = min(max(marked.start, paragraph.start), paragraph.end)
    end = max(start, min(marked.end, paragraph.end))
    before, inside, after = (
        escape(text[a:b]) for a, b in ((paragraph.start, start), (start, end), (end, paragraph.end))
    )
    middle = f"<mark>{inside}</mark>" if inside.strip() else inside
    return f'<p dir="auto">{before}{middle}{after}</p>'
