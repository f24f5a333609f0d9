"""The articles that a gold set brings along, into the library."""

import json

from eval.questions import GoldSet
from rag.as_json import article_to_json
from rag.errors import InputError
from rag.library import Library
from rag.types import Article

FOLDER = "from-gold"  # inside the library: the same set is the same file again, and is passed over


def ingest_gold_articles(library: Library, gold: GoldSet) -> int:
    """Stores them and gives their number; those that are there already are not embedded again.

    Raises InputError where the set brings no articles, or some of them are refused.
    """
    from ingest.find import find
    from ingest.pipeline import ingest

    if not gold.articles:
        raise InputError(f"The gold set {gold.path} brings no articles: leave --articles-from-gold out.")
    path = library.folder / FOLDER / f"{gold.sha256[:16]}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(map(_line, gold.articles)), encoding="ascii")
    summary = ingest(library, find([str(path)]))
    if summary.interrupted:
        raise KeyboardInterrupt
    if summary.failures:
        failure = summary.failures[0]
        raise InputError(
            f"{len(summary.failures)} articles of the gold set are refused, the first at {failure.where}:"
            f" {failure.reason}"
        )
    return summary.done


def _line(article: Article) -> str:
    row = article_to_json(article) | {"id": article.id, "text": article.text}
    return json.dumps({name: value for name, value in row.items() if name != "article_id"}) + "\n"
