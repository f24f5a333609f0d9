"""Anchors gold evidence in the stored articles: by offsets, exact quote, normalised quote, then nearly."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from eval.questions import GoldEvidence, GoldQuestion
from rag.types import Span

LIKENESS = 0.9
FUZZY_FROM = 20  # characters


class Match(StrEnum):
    """How a piece of evidence was found in its article."""

    OFFSETS = "offsets"  # the given offsets, and they hold the given quote
    EXACT = "exact"  # the quote, character by character
    NORMALISED = "normalised"  # the quote but for white space, quotation marks, dashes, composed characters
    FUZZY = "fuzzy"  # nearly the quote: worth a look before it is believed
    ARTICLE = "article_only"  # neither quote nor offsets were given
    NOT_FOUND = "not_found"  # the article has no such quote, or is shorter than the offsets
    MISSING = "article_missing"  # the library has no such article


@dataclass(frozen=True, slots=True)
class Anchor:
    """One piece of gold evidence, found or not.

    `article_id` is the id under which the library stores the text. `spans` are article offsets: a quote
    without offsets stands for each of its occurrences; none are known for the last three kinds of match.
    """

    article_id: str
    match: Match
    spans: tuple[Span, ...] = ()


def resolve(
    question: GoldQuestion,
    article_text: Callable[[str], str | None],
    canonical: Callable[[str], str] = str,
    candidates: Callable[[str], Iterable[str]] = lambda quote: (),
) -> tuple[Anchor, ...]:
    """One anchor for each piece of the question's evidence, in its order.

    Args:
        article_text: the stored text of an article id, None if there is no such article.
        canonical: the id under which the text of an article id is stored (identical texts are stored once).
        candidates: ids of articles that may hold a quote, for evidence that names no article.
    """
    return tuple(_anchor(evidence, article_text, canonical, candidates) for evidence in question.evidence)


def _anchor(
    evidence: GoldEvidence,
    article_text: Callable[[str], str | None],
    canonical: Callable[[str], str],
    candidates: Callable[[str], Iterable[str]],
) -> Anchor:
    if evidence.article_id is not None:
        article_id = canonical(evidence.article_id)
        text = article_text(article_id)
        return Anchor(article_id, *((Match.MISSING, ()) if text is None else _find(evidence, text)))
    found = [
        Anchor(each, *_find(evidence, text))
        for each in candidates(evidence.quote or "")
        if (text := article_text(each)) is not None
    ]
    matched = [anchor for anchor in found if anchor.spans]
    return min(matched, key=lambda anchor: _SURENESS.index(anchor.match), default=Anchor("", Match.MISSING))


_SURENESS = tuple(Match)


def _find(evidence: GoldEvidence, text: str) -> tuple[Match, tuple[Span, ...]]:
    span, quote = evidence.span, evidence.quote
    if quote is None:
        if span is None:
            return Match.ARTICLE, ()
        return (Match.OFFSETS, (span,)) if span.end <= len(text) else (Match.NOT_FOUND, ())
    if span is not None and span.of(text) == quote:
        return Match.OFFSETS, (span,)
    match, spans = Match.EXACT, occurrences(quote, text)
    if not spans:
        match, spans = Match.NORMALISED, occurrences_normalised(quote, text)
    if not spans:
        match, spans = Match.FUZZY, nearly(quote, text)
    if not spans:
        return Match.NOT_FOUND, ()
    if span is not None:  # offsets that are a little off still say which occurrence was meant
        spans = (min(spans, key=lambda found: abs(found.start - span.start)),)
    return match, spans


def occurrences(quote: str, text: str) -> tuple[Span, ...]:
    """Every place of a non-empty quote in a text; places do not overlap."""
    return tuple(Span(*found.span()) for found in re.finditer(re.escape(quote), text))


def nearly(quote: str, text: str) -> tuple[Span, ...]:
    """The place of a text that is most like a quote, if it is at least `LIKENESS` like it; else nothing.

    Likeness is 1 - (insertions + deletions) / (length of both), of the best window (rapidfuzz's
    `partial_ratio_alignment`). A quote of under `FUZZY_FROM` characters is too short to be taken for another.
    """
    if not FUZZY_FROM <= len(quote) <= len(text):
        return ()
    found = fuzz.partial_ratio_alignment(quote, text, score_cutoff=100 * LIKENESS)
    return (
        ()
        if found is None or found.dest_start == found.dest_end
        else (Span(found.dest_start, found.dest_end),)
    )


_ALIKE = str.maketrans(
    {
        # typographic quotation marks and primes, then hyphens, dashes and the minus sign
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad"),  # zero-width marks, soft hyphen: dropped
    }
)


def occurrences_normalised(quote: str, text: str) -> tuple[Span, ...]:
    """Every place of a quote whose white space, quotation marks, dashes or composed characters may differ.

    The offsets returned count into `text` as given. Both sides are compared in Unicode's NFKD form, so that
    an accented letter equals the letter followed by its accent, and a ligature its letters.
    """
    wanted = "".join(piece for piece, _ in _normalised(quote)).strip()
    if not wanted:
        return ()
    pieces = _normalised(text)
    flat = "".join(piece for piece, _ in pieces)
    origin = [index for piece, index in pieces for _ in piece]
    spans = []
    for found in occurrences(wanted, flat):
        start, end = origin[found.start], origin[found.end - 1] + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        spans.append(Span(start, end))
    return tuple(spans)


def _normalised(text: str) -> list[tuple[str, int]]:
    """The text's comparable pieces, each with the index of the character it comes from."""
    pieces: list[tuple[str, int]] = []
    for index, character in enumerate(text):
        if character.isspace():
            if not pieces or pieces[-1][0] != " ":
                pieces.append((" ", index))
        elif piece := unicodedata.normalize("NFKD", character.translate(_ALIKE)):
            pieces.append((piece, index))
    return pieces
