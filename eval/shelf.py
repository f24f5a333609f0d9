"""The articles against which a gold set is resolved and citations are judged."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from eval.questions import GoldSet
from rag.catalog import Catalog
from rag.terms import content_terms

_TEXTS_KEPT = 512
_TERMS, _PASSAGES = 32, 20  # of a quote, and looked through, for evidence that names no article


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a run needs of a library.

    `text` is the stored text of an article id, None if there is no such article; `canonical` the id under
    which the text of an article id is stored; `candidates` gives ids of articles that may hold a quote.
    """

    text: Callable[[str], str | None]
    canonical: Callable[[str], str] = str
    candidates: Callable[[str], Iterable[str]] = lambda quote: ()


def library_shelf(catalog: Catalog, gold: GoldSet) -> Shelf:
    """The articles of a library, also by their title, address or file name, or by the set's own copy."""
    own = {article.id: article.text for article in gold.articles}
    text = lru_cache(_TEXTS_KEPT)(catalog.text)

    @lru_cache(1)
    def names() -> dict[str, str]:
        known = catalog.articles()
        titles = {article.title.casefold(): article.id for article in known}
        return titles | {article.url: article.id for article in known if article.url}

    def canonical(article_id: str) -> str:
        if catalog.held(article_id) is not None:
            return catalog.canonical(article_id)
        if (stored := own.get(article_id)) is not None and (same := catalog.with_text(stored)) is not None:
            return same
        if catalog.held(stem := PurePath(article_id).stem) is not None:
            return catalog.canonical(stem)
        return names().get(article_id) or names().get(article_id.casefold()) or article_id

    def candidates(quote: str) -> Iterable[str]:
        found = list(catalog.words.passages(content_terms(quote)[:_TERMS]))[:_PASSAGES]
        return dict.fromkeys(info.id for _, info in catalog.passages(found).values())

    return Shelf(text, canonical, candidates)


def gold_shelf(gold: GoldSet) -> Shelf:
    """The articles that a gold set brings along, where there is no library."""
    own = {article.id: article.text for article in gold.articles}
    return Shelf(own.get, str, lambda quote: [each for each, text in own.items() if quote in text])
