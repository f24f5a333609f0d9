"""An article into passages: whole sentences, paragraphs kept together, sized for the embedder."""

from collections.abc import Callable, Iterator, Sequence

from rag.embed import tokens_in
from rag.library import passage_id
from rag.sentences import paragraph_starts, sentences
from rag.types import Article, Passage, Span

SPLITTER = "sentences-1"  # recorded in the library; changes when the borders would
TITLE_TOKENS = 40  # room for the title, which is embedded with each passage, and the model's own tokens
_FULL_ENOUGH = 0.6  # a passage this full ends at a paragraph that would not fit whole

TokenStarts = Callable[[str], list[int]]


def split(article: Article, token_starts: TokenStarts, max_tokens: int) -> list[Passage]:
    """The passages of an article in order: disjoint, on sentence borders, covering every sentence.

    `token_starts` gives the offset of each token of a text; a passage has at most
    `max_tokens - TITLE_TOKENS` of them. A longer sentence is cut between words where it has any.
    """
    starts = token_starts(article.text)
    budget = max(16, max_tokens - TITLE_TOKENS)
    pieces = [
        piece
        for sentence in sentences(article.text)
        for piece in _cut(article.text, sentence, starts, budget)
    ]
    return [_passage(article, span) for span in _pack(pieces, paragraph_starts(article.text), starts, budget)]


def _pack(pieces: Sequence[Span], paragraphs: set[int], starts: Sequence[int], budget: int) -> Iterator[Span]:
    """Join neighbouring pieces as far as the budget goes, preferring to end where a paragraph does."""
    begin = 0
    for index in range(1, len(pieces) + 1):
        if index < len(pieces):
            used = tokens_in(starts, pieces[begin].start, pieces[index - 1].end)
            until = index + 1
            if pieces[index].start in paragraphs and used >= _FULL_ENOUGH * budget:
                while until < len(pieces) and pieces[until].start not in paragraphs:
                    until += 1
            if tokens_in(starts, pieces[begin].start, pieces[until - 1].end) <= budget:
                continue
        yield Span(pieces[begin].start, pieces[index - 1].end)
        begin = index


def _cut(text: str, sentence: Span, starts: Sequence[int], budget: int) -> Iterator[Span]:
    """A sentence in pieces of at most `budget` tokens; most sentences are one piece."""
    begin = sentence.start
    while tokens_in(starts, begin, sentence.end) > budget:
        first = len(starts) - tokens_in(starts, begin, len(text))
        limit = starts[first + budget]
        space = max(text.rfind(white, begin + 1, limit + 1) for white in " \n\t\u3000")
        end = space if space > begin else limit
        stripped = text[begin:end].rstrip()
        yield Span(begin, begin + len(stripped))
        begin = end + len(text[end : sentence.end]) - len(text[end : sentence.end].lstrip())
    yield Span(begin, sentence.end)


def _passage(article: Article, span: Span) -> Passage:
    text = span.of(article.text)
    return Passage(
        id=passage_id(article.id, article.title, span, text), article_id=article.id, span=span, text=text
    )
