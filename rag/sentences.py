"""Sentences of a text as exact spans: by punctuation, line breaks and a list of abbreviations."""

import re
from collections.abc import Iterator

from rag.types import Span

# Words that end with a full stop inside a sentence; compared in lower case, without the stop.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon st sgt lt col gen maj capt cpl adm sen rep gov pres supt jr sr vs etc cf"
    " no vol fig approx est inc ltd co corp dept univ assn bros e.g i.e a.m p.m u.s u.k u.n e.u"
    " jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun".split()
)
# A stop with its closing quotes and brackets, then a space; the wide stops of Chinese and Japanese need none.
# Possessive and anchored, so that a megabyte of dots is read once.
_STOP = re.compile(r"""(?<![.!?…])[.!?…]++['"’”»)\]]*+(?=\s)|[。！？]++[」』”）]*""")
_LINE_END = re.compile(r"(?:\r\n|[\n\r\v\f\x85\u2028\u2029])\s*")
_WORD_BEFORE = re.compile(r"[\w.]+\Z")
_WRAPPED_LINE = range(40, 101)  # lengths of a line that an editor may have broken in mid-sentence


def sentences(text: str) -> list[Span]:
    """The sentences of `text` in order, as disjoint spans without surrounding white space.

    Together they cover every character that is not white space.
    """
    borders = sorted({*_stops(text), *_line_breaks(text), len(text)})
    found, start = [], 0
    for border in borders:
        piece = text[start:border]
        if stripped := piece.strip():
            begin = start + piece.index(stripped[0])
            found.append(Span(begin, begin + len(stripped)))
        start = border
    return found


def whole_sentences(text: str, span: Span) -> list[Span]:
    """The sentences of `text` that share a character with a span of it, in order."""
    return [each for each in sentences(text) if each.overlap(span)]


def paragraph_starts(text: str) -> set[int]:
    """The offsets at which a paragraph starts: the first character after a blank line."""
    return {match.end() for match in re.finditer(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)\s*", text)}


def _stops(text: str) -> Iterator[int]:
    for match in _STOP.finditer(text):
        following = text[match.end() : match.end() + 40].lstrip()
        if following[:1].islower():
            continue
        if match.group().startswith(".") and _abbreviates(text, match.start(), following):
            continue
        yield match.end()


def _abbreviates(text: str, stop: int, following: str) -> bool:
    """Whether the full stop at `stop` belongs to its word rather than ending a sentence."""
    word = _WORD_BEFORE.search(text, max(0, stop - 20), stop)
    if word is None:
        return False
    bare = word.group().lower()
    if bare == "no":  # "No. 7" goes on, "She said no. Then ..." does not
        return following[:1].isdigit()
    initial = len(bare) == 1 and bare.isalpha() and word.group().isupper()
    return initial or bare in _ABBREVIATIONS


def _line_breaks(text: str) -> Iterator[int]:
    line_start = 0
    for match in _LINE_END.finditer(text):
        before = text[line_start : match.start()].rstrip()
        line_start = match.end()
        blank_line = len(re.findall(r"\r\n|[\n\r]", match.group())) > 1
        ends = before[-1:] in {*".!?…:;。！？\"'’”»)]"}
        goes_on = text[match.end() : match.end() + 1].islower() or len(before) in _WRAPPED_LINE
        if blank_line or ends or not goes_on:
            yield match.end()
