"""Every stored article split and embedded anew: after a change of embedder or splitter."""

from ingest.split import split
from rag.library import Library, Repair


def reindex(library: Library) -> Repair:
    """Split all articles for the library's embedder and make all vectors anew.

    An interruption leaves a library that repairs itself when it opens next.
    """
    embedder = library.embedder
    for article, _ in library.catalog.all_articles():
        library.catalog.resplit(article, split(article, embedder.token_starts, embedder.max_tokens))
    return library.rebuild()
