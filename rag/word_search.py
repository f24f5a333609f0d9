"""Searching the words of passages and articles: BM25 by SQLite's FTS5."""

from collections.abc import Iterable, Sequence

from rag.catalog_rows import where_of
from rag.database import Database
from rag.types import Filters

_RANKED = 200  # passages that match best by themselves: what is worth ranking together with their articles
_TELLING = 0.05  # of all passages have a telling term at most
_WEIGHTS = "2.0, 1.0"  # of the title and of the text


class WordSearch:
    """Reads the word indexes of a catalog; inflections count as the same word, accents do not matter.

    In the queries a plus before `rowid` keeps SQLite from asking the index once for every row that is wanted.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def passages(self, terms: Sequence[str], filters: Filters | None = None) -> dict[str, float]:
        """The BM25 of the passages that best match any of `terms`, by passage id, best first.

        A passage that has none but common terms is not among the best and is not even scored, which is what
        takes time (after MaxScore: Turtle and Flood, 1995), unless too few passages have a telling one.
        """
        telling = self._telling(terms)
        if 0 < len(telling) < len(terms):
            found = self._best(terms, telling, filters)
            if len(found) == _RANKED:
                return found
        return self._best(terms, terms, filters)

    def articles(self, terms: Sequence[str], ids: Iterable[str]) -> dict[str, float]:
        """The BM25 of those of the articles `ids` that have any of `terms`, by id.

        What an article is about says which of many passages with the same words is meant.
        """
        wanted = tuple(dict.fromkeys(ids))
        if not terms or not wanted:
            return {}
        query = (
            f"SELECT articles.id, -bm25(article_words, {_WEIGHTS}) FROM article_words"
            " JOIN articles ON articles.number = article_words.rowid"
            f" WHERE article_words MATCH ? AND +article_words.rowid IN"
            f" (SELECT number FROM articles WHERE id IN ({', '.join('?' * len(wanted))}))"
        )
        return dict(self._db.rows(query, (_any(terms), *wanted)))

    def mentions(self, term: str) -> bool:
        """Whether any article uses the word or phrase."""
        query = "SELECT 1 FROM article_words WHERE article_words MATCH ? LIMIT 1"
        return bool(self._db.rows(query, (_quoted(term),)))

    def _telling(self, terms: Sequence[str]) -> list[str]:
        """The terms that some passages have, and not many."""
        every = self._db.rows("SELECT max(number) FROM passages")[0][0] or 0  # some may be gone
        query = "SELECT count(*) FROM passage_words WHERE passage_words MATCH ?"
        counts = {term: self._db.rows(query, (_quoted(term),))[0][0] for term in terms}
        return [term for term in terms if 0 < counts[term] <= _TELLING * every]

    def _best(self, terms: Sequence[str], needed: Sequence[str], filters: Filters | None) -> dict[str, float]:
        """The best passages by all `terms` among those that have one of `needed`."""
        if not terms:
            return {}
        where, values = where_of(filters)
        articles = " JOIN articles ON articles.number = passages.article" if where else ""
        if len(needed) < len(terms):
            having = "SELECT rowid FROM passage_words WHERE passage_words MATCH ?"
            where, values = f" AND +passage_words.rowid IN ({having}){where}", (_any(needed), *values)
        rows = self._db.rows(
            f"SELECT passages.id, -bm25(passage_words, {_WEIGHTS}) AS score FROM passage_words"
            f" JOIN passages ON passages.number = passage_words.rowid{articles}"
            f" WHERE passage_words MATCH ?{where} ORDER BY score DESC LIMIT {_RANKED}",
            (_any(terms), *values),
        )
        return dict(rows)


def _any(terms: Sequence[str]) -> str:
    """Terms as an FTS5 query that any of them matches."""
    return " OR ".join(map(_quoted, terms))


def _quoted(term: str) -> str:
    """A term as an FTS5 string, so that none of its characters is an operator."""
    return '"' + term.replace("\0", " ").replace('"', '""') + '"'
