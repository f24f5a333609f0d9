"""Citations of what a reader found, with the dates in the quote explained and its speaker named."""

from rag.dates import explained
from rag.speakers import speaker_of
from rag.types import AnswerSpan, Citation, Evidence, Span


def citation_of(span: AnswerSpan) -> Citation:
    """The citation of a span's sentence."""
    return cite(span.evidence, span.sentence)


def cite(evidence: Evidence, sentence: Span) -> Citation:
    """The citation of a sentence (article offsets) inside a passage."""
    quote, start = evidence.text_at(sentence), evidence.passage.span.start
    return Citation(
        article=evidence.article,
        span=sentence,
        quote=quote,
        dates=explained(quote, evidence.article.published, sentence.start),
        speaker=speaker_of(evidence.passage.text, Span(sentence.start - start, sentence.end - start)),
    )
