"""The catalog's stories: which articles are copies or updates of one another."""

from collections.abc import Iterable, Iterator, Sequence

from rag.database import Database


class Stories:
    """Reads and writes the stories of a catalog; articles go by row number where no id is needed."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, article_ids: Iterable[str]) -> dict[str, str]:
        """The story of each article, by its id; an article that was never compared is a story of its own."""
        marks = ", ".join("?" * len(ids := list(article_ids)))
        rows = self._db.rows(
            "SELECT id, coalesce(story, text_hash) FROM articles LEFT JOIN stories ON article = number"
            f" WHERE id IN ({marks})",
            ids,
        )
        return dict(rows)

    def uncompared(self) -> Iterator[tuple[int, str]]:
        """Number and text of every article that was not compared with the others yet, one at a time."""
        query = (
            "SELECT number FROM articles WHERE number NOT IN (SELECT article FROM stories) ORDER BY number"
        )
        for (number,) in self._db.rows(query):
            yield number, self.text(number)

    def text(self, number: int) -> str:
        """The text of an article."""
        return str(self._db.rows("SELECT text FROM articles WHERE number = ?", (number,))[0][0])

    def sharing(self, keys: Sequence[int]) -> list[int]:
        """The articles that have any of these keys, those with most of them first."""
        marks = ", ".join("?" * len(keys))
        rows = self._db.rows(
            f"SELECT article FROM story_keys WHERE key IN ({marks})"
            " GROUP BY article ORDER BY count(*) DESC, article",
            keys,
        )
        return [row[0] for row in rows]

    def link(self, number: int, keys: Sequence[int], others: Sequence[int]) -> None:
        """Make an article part of the stories of others, which so become one; of a new story without any."""
        with self._db.transaction():
            self._db.rows(
                "INSERT OR REPLACE INTO stories SELECT number, text_hash FROM articles WHERE number = ?",
                (number,),
            )
            marks = ", ".join("?" * len(others))
            found = self._db.rows(
                f"SELECT DISTINCT story FROM stories WHERE article IN ({marks}) ORDER BY story", others
            )
            for (story,) in found:
                self._db.rows(
                    "UPDATE stories SET story = ? WHERE story = ? OR article = ?",
                    (found[0][0], story, number),
                )
            self._db.many("INSERT OR IGNORE INTO story_keys VALUES (?, ?)", [(key, number) for key in keys])
