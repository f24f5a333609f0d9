"""An answer that grows: claims of a language model, let in once quotations are found that carry them."""

import re
from collections.abc import Mapping
from dataclasses import replace

from rag.llm_reply import RawClaim
from rag.llm_support import carrying
from rag.llm_text import plain_sentence
from rag.quotes import citation_of, locate
from rag.types import Answer, Citation, Claim, Evidence, Span

_MOST_CLAIMS = 8
_LONGEST_CLAIM = 500  # characters; what is longer is no sentence
_LONGEST_QUOTE = 2_000
_LONGEST_SHORT = 200

_INSIDE_BEFORE, _INSIDE_AFTER = re.compile(r"\w\Z|\d[.,]\Z"), re.compile(r"\w|[.,]\d")


class Draft:
    """The claims that were let in so far, over the answer that a reader gave from the same evidence.

    The first claim is the one that answers: where it is not let in, no other is, since what is left would be
    remarks on an answer that is not there.
    """

    def __init__(self, base: Answer, shown: Mapping[str, Evidence], model: str) -> None:
        self.claims: list[Claim] = []
        self.left_out = 0
        self._base = base
        self._shown = shown
        self._model = model
        self._citations: list[Citation] = []

    def add(self, raw: RawClaim) -> bool:
        """Lets a claim in if its quotations carry it; whether it did."""
        text = plain_sentence(raw.text, tuple(self._shown)) if len(raw.text) <= _LONGEST_CLAIM else ""
        if text in {each.text for each in self.claims}:
            return False
        unanswered = self.left_out and not self.claims
        full = len(self.claims) == _MOST_CLAIMS
        citations = () if unanswered or full else carrying(text, self._found(raw))
        if not citations:
            self.left_out += 1
            return False
        self.claims.append(Claim(text, tuple(map(self._index, citations))))
        return True

    def answer(self, short: str | None = None, *, finished: bool = False) -> Answer:
        """The answer as it stands; once it is `finished`, with the short answer and what was left out."""
        return replace(
            self._base,
            claims=tuple(self.claims),
            citations=tuple(self._citations),
            short_answer=self._short(short) if finished else None,
            model=self._model,
            partial=not finished,
            notes=self._base.notes + (_left_out(self.left_out) if finished else ()),
        )

    def _found(self, raw: RawClaim) -> list[Citation]:
        """What a claim's quotations cite, those that are found, each once."""
        found = [
            citation_of(quote, key, self._shown) for key, quote in raw.quotes if len(quote) <= _LONGEST_QUOTE
        ]
        return list(dict.fromkeys(each for each in found if each is not None))

    def _index(self, citation: Citation) -> int:
        if citation not in self._citations:
            self._citations.append(citation)
        return self._citations.index(citation)

    def _short(self, given: str | None) -> str | None:
        """The model's short answer where a cited quotation has it, else the reader's where one has that."""
        for each in (given, self._base.short_answer):
            if each and len(each) <= _LONGEST_SHORT and any(map(str.isalnum, each)):
                for citation in self._citations:
                    span = locate(each.strip(), citation.quote)
                    if span is not None and _on_word_borders(span, citation.quote):
                        return " ".join(span.of(citation.quote).split())
        return None


def _on_word_borders(span: Span, text: str) -> bool:
    """Whether a span begins and ends where a word or a number does."""
    cut = _INSIDE_BEFORE.search(text[: span.start]) or _INSIDE_AFTER.match(text[span.end :])
    return cut is None


def _left_out(count: int) -> tuple[str, ...]:
    """What is said about claims that were not let in; nothing where all were."""
    if not count:
        return ()
    sentences = "One sentence" if count == 1 else f"{count} sentences"
    were, them = ("was", "it") if count == 1 else ("were", "them")
    return (f"{sentences} of the language model {were} left out: no quotation carries {them}.",)
