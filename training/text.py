"""Sentences, windows and answer search, on plain strings."""

import re

Span = tuple[int, int]
_BREAK = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])|\n+")
_QUOTES = "\"'“”‘’«».,;: "


def sentences(text: str) -> list[Span]:
    """The character spans of the sentences of `text`, without the white space between them."""
    spans: list[Span] = []
    start = 0
    for match in _BREAK.finditer(text):
        end = match.start() + len(match.group().rstrip())
        if text[start:end].strip():
            spans.append((start, end))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans


def windows(text: str, size: int = 800) -> list[Span]:
    """Consecutive spans of whole sentences of at most `size` characters (one longer sentence stays alone)."""
    out: list[Span] = []
    for start, end in sentences(text):
        if out and end - out[-1][0] <= size:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def find_all(text: str, answer: str, *, ignore_case: bool = False) -> tuple[Span, ...]:
    """Where `answer` stands in `text` as whole words; anywhere, if it never stands as whole words."""
    if not answer:
        return ()
    flags = re.IGNORECASE if ignore_case else 0
    hits = [m.span() for m in re.finditer(re.escape(answer), text, flags)]
    whole = [
        (s, e)
        for s, e in hits
        if not (s and text[s - 1].isalnum() and text[s].isalnum())
        and not (e < len(text) and text[e].isalnum() and text[e - 1].isalnum())
    ]
    return tuple(whole or hits)


def bare(answer: str) -> str:
    """An answer without the quotation marks and final stops around it.

    >>> bare('“Squid Game”')
    'Squid Game'
    """
    return answer.strip(_QUOTES)
