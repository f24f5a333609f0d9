"""Finds a quotation in a text letter for letter, and turns it into offsets."""

import unicodedata
from collections.abc import Mapping

from rag.sentences import whole_sentences
from rag.terms import words
from rag.types import Citation, Evidence, Span

_FEWEST_WORDS = 3  # fewer stand anywhere, and say nothing about where they are from
_MOST_SENTENCES = 3  # more point at a page, not at a passage

# Quotation marks and apostrophes, which whoever copies a text sets in their own way.
_EVEN_MARKS = dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′`", "'")


def citation_of(quote: str, key: str, shown: Mapping[str, Evidence]) -> Citation | None:
    """The citation that a quotation from the passage under `key` makes; None where it is no quotation.

    It is looked for in that passage, then in the others shown of the same article. What is cited is the whole
    sentences that it touches, so that nothing is torn from its "not".
    """
    home = shown.get(key.strip())
    if home is None or len(words(quote)) < _FEWEST_WORDS:
        return None
    siblings = [each for each in shown.values() if each is not home and each.article.id == home.article.id]
    for evidence in (home, *siblings):
        if (span := locate(quote, evidence.passage.text)) is not None:
            return _citation(evidence, span)
    return None


def locate(quote: str, text: str) -> Span | None:
    """The offsets in `text` of the first place where `quote` stands; None where it does not.

    Letter for letter, or else the same but for white space, the style of quotation marks, marks set around
    the whole, and characters that cannot be seen. Nothing looser counts: neither case, nor dots for words
    left out.

    >>> locate("she said “no”", 'Then  she\\nsaid "no".')
    Span(start=6, end=19)
    """
    if quote and (start := text.find(quote)) >= 0:
        return Span(start, start + len(quote))
    even, places = _evened(text)
    wanted = _evened(quote)[0].strip()
    for each in (wanted, wanted.strip("\"' ")):
        if each and (start := even.find(each)) >= 0:
            return Span(places[start], places[start + len(each) - 1] + 1)
    return None


def without_invisible(text: str) -> str:
    """The text without format characters: zero-width ones, writing directions, invisible tags."""
    return "".join(each for each in text if unicodedata.category(each) != "Cf")


def _evened(text: str) -> tuple[str, list[int]]:
    """The text with plain marks, single spaces and nothing invisible, and each character's place in it."""
    kept: list[str] = []
    places: list[int] = []
    for place, each in enumerate(text):
        if unicodedata.category(each) == "Cf":
            continue
        even = " " if each.isspace() else _EVEN_MARKS.get(each, each)
        if even == " " and kept[-1:] == [" "]:
            continue
        kept.append(even)
        places.append(place)
    return "".join(kept), places


def _citation(evidence: Evidence, span: Span) -> Citation | None:
    """A citation of the sentences that a span of the passage's text touches, unless they are too many."""
    touched = whole_sentences(evidence.passage.text, span)
    if not 0 < len(touched) <= _MOST_SENTENCES:
        return None
    start = evidence.passage.span.start
    whole = Span(start + touched[0].start, start + touched[-1].end)
    return Citation(evidence.article, whole, evidence.text_at(whole))
