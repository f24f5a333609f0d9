"""The catalog: articles, passages and their word index in one SQLite file, the truth of a library."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from rag.catalog_rows import INFO, PASSAGE, article_of, columns, info_of, passage_of, where_of
from rag.database import Database, Row
from rag.stories import Stories
from rag.types import Article, ArticleInfo, Filters, Passage
from rag.word_search import WordSearch

SCHEMA_VERSION = 3


@dataclass(frozen=True, slots=True)
class Change:
    """What a write means for the vectors: passages that are gone, and those now under another article."""

    gone: tuple[str, ...] = ()
    relabelled: tuple[str, ...] = ()

    def __add__(self, other: "Change") -> "Change":
        return Change(self.gone + other.gone, self.relabelled + other.relabelled)


class Catalog:
    """One SQLite file; safe to share between threads; every write is one transaction.

    Raises LibraryDamaged where the file is not a sound catalog, LibraryError where it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        upgrades = {1: _script("upgrade_1_to_2.sql"), 2: _script("upgrade_2_to_3.sql")}
        self._db = Database(path, schema=_script("schema.sql"), version=SCHEMA_VERSION, upgrades=upgrades)
        self.stories = Stories(self._db)
        self.words = WordSearch(self._db)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """All writes inside are kept together or not at all."""
        return self._db.transaction()

    # -- what it holds ---------------------------------------------------------------------------

    def article(self, article_id: str) -> Article | None:
        """The article with its text, also by another id under which the same text arrived."""
        rows = self._db.rows(
            f"SELECT {INFO}, articles.text FROM articles WHERE id = ?", (self.canonical(article_id),)
        )
        return next((article_of(row) for row in rows), None)

    def text(self, article_id: str) -> str | None:
        """The text of the article alone."""
        article = self.article(article_id)
        return article.text if article else None

    def canonical(self, article_id: str) -> str:
        """The id under which the text of `article_id` is stored; the same id where nothing else is known."""
        rows = self._db.rows(
            "SELECT articles.id FROM copies JOIN articles ON articles.number = copies.article"
            " WHERE copies.id = ?",
            (article_id,),
        )
        return rows[0][0] if rows else article_id

    def copies(self, article_id: str) -> list[str]:
        """The other ids under which the text of this article arrived."""
        rows = self._db.rows(
            "SELECT copies.id FROM copies JOIN articles ON articles.number = copies.article"
            " WHERE articles.id = ? ORDER BY copies.id",
            (article_id,),
        )
        return [row[0] for row in rows]

    def articles(self) -> list[ArticleInfo]:
        """Every article without its text, oldest first, undated ones last."""
        rows = self._db.rows(f"SELECT {INFO} FROM articles ORDER BY published IS NULL, published, id")
        return [info_of(row) for row in rows]

    def article_count(self) -> int:
        """How many articles it holds."""
        return int(self._db.rows("SELECT count(*) FROM articles")[0][0])

    def passage_count(self) -> int:
        """How many passages it holds."""
        return int(self._db.rows("SELECT count(*) FROM passages")[0][0])

    def sources(self) -> list[str]:
        """The names of all sources, in alphabetical order."""
        rows = self._db.rows("SELECT DISTINCT source FROM articles WHERE source IS NOT NULL ORDER BY source")
        return [row[0] for row in rows]

    def date_range(self) -> tuple[date, date] | None:
        """The first and the last publication date, None where no article is dated."""
        first, last = self._db.rows("SELECT min(published), max(published) FROM articles")[0]
        return None if first is None else (date.fromisoformat(first), date.fromisoformat(last))

    def years(self) -> tuple[int, int]:
        """The years of the first and the last article; (1, 0), which holds no year, where none is dated."""
        dates = self.date_range()
        return (dates[0].year, dates[1].year) if dates else (1, 0)

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, ArticleInfo]]:
        """The passages with these ids and their articles; ids it does not know are left out."""
        marks = ", ".join("?" * len(ids))
        rows = self._db.rows(
            f"SELECT {PASSAGE} FROM passages JOIN articles ON articles.number = passages.article"
            f" WHERE passages.id IN ({marks})",
            tuple(ids),
        )
        return {row[5]: (passage_of(row), info_of(row)) for row in rows}

    def passages_of(self, article_id: str) -> list[tuple[Passage, ArticleInfo]]:
        """The passages of one article in their order, with the article."""
        rows = self._db.rows(
            f"SELECT {PASSAGE} FROM passages JOIN articles ON articles.number = passages.article"
            " WHERE articles.id = ? ORDER BY passages.start",
            (article_id,),
        )
        return [(passage_of(row), info_of(row)) for row in rows]

    def matching_articles(self, filters: Filters) -> int:
        """How many articles pass the filters."""
        where, values = where_of(filters)
        return int(self._db.rows(f"SELECT count(*) FROM articles WHERE true{where}", values)[0][0])

    # -- writing ---------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[Passage], *, origin: str) -> Change:
        """Store the article and its passages, in place of what its id held; one transaction."""
        with self.transaction():
            change = self._release(article.id)
            number = self._db.insert(
                "INSERT INTO articles (id, title, source, url, published, text, text_hash, hash, origin)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*columns(article), article.text, text_hash(article.text), article_hash(article), origin),
            )
            self._index(number)
            self._add_passages(number, article.title, passages)
        kept = {passage.id for passage in passages}
        return Change(tuple(old for old in change.gone if old not in kept), change.relabelled)

    def put_copy(self, article: Article, *, of: str, origin: str) -> Change:
        """Note that the text stored as `of` also arrived as this article."""
        with self.transaction():
            change = self._release(article.id)
            self._db.rows(
                "INSERT INTO copies SELECT ?, ?, ?, ?, ?, ?, ?, number FROM articles WHERE id = ?",
                (*columns(article), article_hash(article), origin, of),
            )
        return change

    def release(self, article_ids: Iterable[str]) -> Change:
        """Remove what came under these ids; a text that also arrived under another id stays under that.

        Ids it does not know are passed over.
        """
        with self.transaction():
            return sum(map(self._release, article_ids), Change())

    def delete(self, article_id: str) -> Change:
        """Remove an article with every copy of its text."""
        with self.transaction():
            article_id = self.canonical(article_id)
            return self.release([*self.copies(article_id), article_id])

    def resplit(self, article: Article, passages: Sequence[Passage]) -> None:
        """Store another split of an unchanged article."""
        with self.transaction():
            number = self._number(article.id)
            self._forget_passages(number)
            self._add_passages(number, article.title, passages)

    def move(self, article_id: str, *, origin: str) -> None:
        """Note that an article, unchanged, now comes from another file."""
        with self.transaction():
            for table in ("articles", "copies"):
                self._db.rows(f"UPDATE {table} SET origin = ? WHERE id = ?", (origin, article_id))

    # -- where articles came from ----------------------------------------------------------------

    def held(self, article_id: str) -> tuple[str, str] | None:
        """Hash and origin of what is stored under an id: (article_hash, origin), None where nothing is."""
        rows = self._db.rows(
            "SELECT hash, origin FROM articles WHERE id = ? UNION ALL"
            " SELECT hash, origin FROM copies WHERE id = ?",
            (article_id, article_id),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def with_text(self, text: str) -> str | None:
        """The id of the article that has exactly this text."""
        rows = self._db.rows("SELECT id FROM articles WHERE text_hash = ?", (text_hash(text),))
        return rows[0][0] if rows else None

    def file_hash(self, path: str) -> str | None:
        """The SHA-256 of a file when it was last ingested whole."""
        rows = self._db.rows("SELECT sha256 FROM files WHERE path = ?", (path,))
        return rows[0][0] if rows else None

    def record_file(self, path: str, sha256: str) -> None:
        """Note that every article of a file with this hash is stored."""
        with self.transaction():
            self._db.rows("INSERT OR REPLACE INTO files VALUES (?, ?)", (path, sha256))

    def origins(self) -> list[str]:
        """Every file that articles came from."""
        return [
            row[0] for row in self._db.rows("SELECT origin FROM articles UNION SELECT origin FROM copies")
        ]

    def from_origin(self, origin: str) -> list[str]:
        """The ids that came from a file."""
        query = "SELECT id FROM articles WHERE origin = ? UNION SELECT id FROM copies WHERE origin = ?"
        return [row[0] for row in self._db.rows(query, (origin, origin))]

    # -- keeping the stores the same -------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A note about the library itself."""
        rows = self._db.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def set_meta(self, **values: str) -> None:
        """Write notes about the library itself, all or none."""
        with self.transaction():
            self._db.many("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))

    def infos(self, ids: Iterable[str] | None = None) -> dict[str, ArticleInfo]:
        """The article of each passage, by passage id: of these passages, or of all."""
        query = (
            f"SELECT {INFO}, passages.id FROM passages JOIN articles ON articles.number = passages.article"
        )
        if ids is None:
            return {row[5]: info_of(row) for row in self._db.rows(query)}
        marks = ", ".join("?" * len(ids := list(ids)))
        return {row[5]: info_of(row) for row in self._db.rows(f"{query} WHERE passages.id IN ({marks})", ids)}

    def all_articles(self) -> Iterator[tuple[Article, str]]:
        """Every article with its text and its origin, one at a time, in bounded memory."""
        for (number,) in self._db.rows("SELECT number FROM articles ORDER BY number"):
            query = f"SELECT {INFO}, articles.text, origin FROM articles WHERE number = ?"
            for row in self._db.rows(query, (number,)):
                yield article_of(row), row[6]

    def check(self) -> list[str]:
        """What SQLite's own checks find wrong, a line each; empty where the file is sound."""
        rows = self._db.rows("PRAGMA integrity_check") + self._db.rows("PRAGMA foreign_key_check")
        return [" ".join(map(str, row)) for row in rows if row[0] != "ok"]

    def _add_passages(self, number: int, title: str, passages: Sequence[Passage]) -> None:
        for passage in passages:
            row = self._db.insert(
                "INSERT INTO passages (id, article, start, stop) VALUES (?, ?, ?, ?)",
                (passage.id, number, passage.span.start, passage.span.end),
            )
            self._db.insert(
                "INSERT INTO passage_words (rowid, title, text) VALUES (?, ?, ?)", (row, title, passage.text)
            )

    def _forget_passages(self, number: int) -> tuple[str, ...]:
        """Delete an article's passages, inside a transaction; returns their ids."""
        rows = self._db.rows(
            f"SELECT {PASSAGE}, passages.number FROM passages"
            " JOIN articles ON articles.number = passages.article WHERE articles.number = ?",
            (number,),
        )
        # A contentless index can only forget a row that is told to it word for word.
        self._db.many(
            "INSERT INTO passage_words (passage_words, rowid, title, text) VALUES ('delete', ?, ?, ?)",
            [(row[9], row[1], row[8]) for row in rows],
        )
        self._db.rows("DELETE FROM passages WHERE article = ?", (number,))
        return tuple(row[5] for row in rows)

    def _release(self, article_id: str) -> Change:
        """Take one id away, inside a transaction."""
        held = self.held(article_id)
        if held is None:
            return Change()
        self._db.rows("DELETE FROM files WHERE path = ?", (held[1],))
        if self._db.rows("DELETE FROM copies WHERE id = ? RETURNING id", (article_id,)):
            return Change()
        number = self._number(article_id)
        heirs = self._db.rows("SELECT * FROM copies WHERE article = ? ORDER BY id LIMIT 1", (number,))
        if heirs:
            return Change(relabelled=self._hand_over(number, heirs[0]))
        gone = self._forget_passages(number)
        self._unindex(number)
        self._db.rows("DELETE FROM articles WHERE number = ?", (number,))
        return Change(gone=gone)

    def _hand_over(self, number: int, heir: Row) -> tuple[str, ...]:
        """Give a stored text, whose own id goes, to one of its copies; returns the ids of its passages."""
        passages = [
            passage_of(row)
            for row in self._db.rows(
                f"SELECT {PASSAGE} FROM passages JOIN articles ON articles.number = passages.article"
                " WHERE articles.number = ? ORDER BY passages.start",
                (number,),
            )
        ]
        forgotten = self._forget_passages(number)
        self._unindex(number)
        self._db.rows("DELETE FROM copies WHERE id = ?", (heir[0],))
        self._db.rows(
            "UPDATE articles SET id = ?, title = ?, source = ?, url = ?, published = ?, hash = ?, origin = ?"
            " WHERE number = ?",
            (*heir[:7], number),
        )
        self._index(number)
        self._add_passages(number, heir[1], passages)
        return forgotten

    def _index(self, number: int) -> None:
        """Make an article's words found."""
        self._db.rows(
            "INSERT INTO article_words (rowid, title, text)"
            " SELECT number, title, text FROM articles WHERE number = ?",
            (number,),
        )

    def _unindex(self, number: int) -> None:
        """Make an article's words, which must still be stored, found no more."""
        self._db.rows(
            "INSERT INTO article_words (article_words, rowid, title, text)"
            " SELECT 'delete', number, title, text FROM articles WHERE number = ?",
            (number,),
        )

    def _number(self, article_id: str) -> int:
        return int(self._db.rows("SELECT number FROM articles WHERE id = ?", (article_id,))[0][0])


def text_hash(text: str) -> str:
    """SHA-256 of an article's text, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def article_hash(article: Article) -> str:
    """SHA-256 of everything an article says of itself, as hex: equal for what need not be stored again."""
    parts = [*map(str, columns(article)), text_hash(article.text)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _script(name: str) -> str:
    return files("rag").joinpath(name).read_text(encoding="utf-8")
