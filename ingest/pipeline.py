"""Article files into a library: what is new or changed is embedded and stored, the rest passed over."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.find import Found
from ingest.load import ROW_SUFFIXES, Refused, load, suffix_of
from ingest.split import split
from ingest.stories import link_stories
from rag.catalog import article_hash
from rag.errors import UnreadableFile
from rag.library import Library
from rag.types import Article, Passage

_PASSAGES_AT_ONCE = 128  # what an interruption can lose at most, and what memory is bounded by


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or a place in one, that was refused."""

    path: str
    where: str | None
    reason: str


@dataclass(slots=True)
class Summary:
    """What an ingest did, in articles; `missing` are those that a prune would remove."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    copies: int = 0
    removed: int = 0
    missing: int = 0
    passages: int = 0
    renamed: list[tuple[str, str]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    interrupted: bool = False

    @property
    def done(self) -> int:
        """How many articles were dealt with."""
        return self.added + self.replaced + self.unchanged + self.copies


Progress = Callable[[Summary, Path], None]


def ingest(
    library: Library, found: Found, *, prune: bool = False, progress: Progress | None = None
) -> Summary:
    """Bring a library up to date with files; each article is kept as soon as its batch is stored.

    A file or row that cannot be read is listed and the rest goes on. An interruption (KeyboardInterrupt)
    ends it early: what is stored stays, `interrupted` says so. Articles whose file, or row, is gone from the
    searched folders are counted as missing, and removed with `prune`.
    """
    run = _Run(library, progress or (lambda summary, path: None))
    try:
        run.pass_over_gone(found, prune=prune)
        for path in found.files:
            run.take_file(path, prune=prune)
        run.flush()
    except KeyboardInterrupt:
        run.summary.interrupted = True
    return run.summary


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An article that is read and split, but not yet stored."""

    article: Article
    passages: Sequence[Passage]
    origin: str
    replaces: bool


class _Run:
    """One ingest under way."""

    def __init__(self, library: Library, progress: Progress) -> None:
        self.library = library
        self.catalog = library.catalog
        self.progress = progress
        self.summary = Summary()
        self._waiting: list[_Waiting] = []
        self._finished: list[tuple[str, str]] = []  # files to record once what waits is stored

    def pass_over_gone(self, found: Found, *, prune: bool) -> None:
        """Count or remove the articles whose file is no longer in the searched folders."""
        for origin in self.catalog.origins():
            path = Path(origin)
            if any(path.is_relative_to(folder) for folder in found.folders) and not path.exists():
                self._drop(self.catalog.from_origin(origin), prune=prune)

    def take_file(self, path: Path, *, prune: bool) -> None:
        """Bring the articles of one file up to date; what cannot be read is listed."""
        failures = len(self.summary.failures)
        try:
            sha256 = _file_sha256(path)
            if self.catalog.file_hash(str(path)) == sha256:
                self.summary.unchanged += len(self.catalog.from_origin(str(path)))
                self.progress(self.summary, path)
                return
            ids = self._take_rows(path)
        except UnreadableFile as error:
            self.summary.failures.append(Failure(str(path), None, str(error)))
        except OSError as error:
            self.summary.failures.append(Failure(str(path), None, f"It cannot be read ({error.strerror})."))
        if len(self.summary.failures) == failures:
            self._finished.append((str(path), sha256))
            self._drop([each for each in self.catalog.from_origin(str(path)) if each not in ids], prune=prune)
        self.progress(self.summary, path)

    def flush(self) -> None:
        """Store what is waiting."""
        if self._waiting:
            self.library.add([(each.article, each.passages, each.origin) for each in self._waiting])
        for each in self._waiting:
            self.summary.replaced += each.replaces
            self.summary.added += not each.replaces
            self.summary.passages += len(each.passages)
        self._waiting = []
        link_stories(self.catalog.stories)
        for path, sha256 in self._finished:
            self.catalog.record_file(path, sha256)
        self._finished = []

    def _take_rows(self, path: Path) -> set[str]:
        """Bring every article of a file up to date; returns the ids under which they are stored."""
        seen: dict[str, str] = {}
        ids = set()
        for loaded in load(path):
            if isinstance(loaded, Refused):
                self.summary.failures.append(Failure(str(path), loaded.where, loaded.reason))
                continue
            digest = article_hash(loaded)
            if seen.setdefault(loaded.id, digest) != digest:
                reason = f"The id {loaded.id!r} stands twice in this file: give each article its own."
                self.summary.failures.append(Failure(str(path), None, reason))
                continue
            article = self._with_free_id(loaded, path)
            ids.add(article.id)
            self._take(article, str(path))
            self.progress(self.summary, path)
        return ids

    def _with_free_id(self, article: Article, path: Path) -> Article:
        """The article under another id where a different file of the same name holds its own.

        An id that a row carries is its writer's word, and replaces whatever it named before.
        """
        if suffix_of(path) in ROW_SUFFIXES:
            return article
        held = self.catalog.held(article.id) or self._waiting_for(article.id)
        if held is None or held[1] == str(path) or not Path(held[1]).exists():
            return article
        other = replace(article, id=f"{article.id}-{hashlib.sha256(str(path).encode()).hexdigest()[:6]}")
        self.summary.renamed.append((str(path), other.id))
        return other

    def _waiting_for(self, article_id: str) -> tuple[str, str] | None:
        found = (each for each in self._waiting if each.article.id == article_id)
        return next(((article_hash(each.article), each.origin) for each in found), None)

    def _take(self, article: Article, origin: str) -> None:
        if any(each.article.id == article.id or each.article.text == article.text for each in self._waiting):
            self.flush()  # so that the catalog can tell a repeat
        held = self.catalog.held(article.id)
        if held is not None and held[0] == article_hash(article):
            self.summary.unchanged += 1
            if held[1] != origin:
                self.catalog.move(article.id, origin=origin)
            return
        twin = self.catalog.with_text(article.text)
        if twin not in (None, article.id):
            self.library.apply(self.catalog.put_copy(article, of=str(twin), origin=origin))
            self.summary.copies += 1
            return
        embedder = self.library.embedder
        passages = split(article, embedder.token_starts, embedder.max_tokens)
        self._waiting.append(_Waiting(article, passages, origin, replaces=held is not None))
        if sum(len(each.passages) for each in self._waiting) >= _PASSAGES_AT_ONCE:
            self.flush()

    def _drop(self, article_ids: Sequence[str], *, prune: bool) -> None:
        if prune:
            self.library.apply(self.catalog.release(article_ids))
            self.summary.removed += len(article_ids)
        else:
            self.summary.missing += len(article_ids)


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
