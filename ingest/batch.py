"""Articles on their way into a library: those that are embedded and stored together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.catalog import text_hash
from rag.library import embedded_text
from rag.types import Article, Passage


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article that is read and split, but not yet stored."""

    article: Article
    passages: Sequence[Passage]
    origin: str
    replaces: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """An article whose text is stored under another id."""

    article: Article
    of: str
    origin: str


@dataclass(slots=True, eq=False)
class Batch:
    """What is embedded and stored together; `files` (path, SHA-256) are whole once it is stored."""

    waiting: list[Waiting] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    passages: int = 0
    ids: dict[str, str] = field(default_factory=dict)  # the origin of each article it stores or refers to
    hashes: set[str] = field(default_factory=set)  # of the texts it stores

    def take(self, article: Article, passages: Sequence[Passage], origin: str, *, replaces: bool) -> None:
        """Add an article with its passages."""
        self.waiting.append(Waiting(article, passages, origin, replaces))
        self.passages += len(passages)
        self.ids[article.id] = origin
        self.hashes.add(text_hash(article.text))

    def take_copy(self, article: Article, of: str, origin: str) -> None:
        """Add an article whose text is stored as another."""
        self.copies.append(Copy(article, of, origin))
        self.ids |= {article.id: origin, of: origin}

    def texts(self) -> list[str]:
        """What is embedded, a text a passage."""
        return [
            embedded_text(each.article.title, passage.text)
            for each in self.waiting
            for passage in each.passages
        ]
