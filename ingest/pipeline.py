"""Article files into a library: what is new or changed is embedded and stored, the rest passed over."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.batch import Batch
from ingest.crew import Crew, Loading, ThisProcess
from ingest.find import Found
from ingest.line import Line
from ingest.load import ROW_SUFFIXES, Refused, suffix_of
from ingest.split import split
from ingest.stories import link_stories
from rag.catalog import article_hash, text_hash
from rag.embed import Vectors
from rag.errors import UnreadableFile
from rag.library import Library
from rag.types import Article

_PASSAGES_AT_ONCE = 256  # a few batches of these are what an interruption loses and what memory holds


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
    library: Library,
    found: Found,
    *,
    prune: bool = False,
    progress: Progress | None = None,
    crew: Crew | None = None,
) -> Summary:
    """Bring a library up to date with files; each article is kept as soon as its batch is stored.

    A file or row that cannot be read is listed and the rest goes on. An interruption (KeyboardInterrupt)
    ends it early: what is stored stays, `interrupted` says so. Articles whose file, or row, is gone from the
    searched folders are counted as missing, and removed with `prune`. Files are loaded and passages embedded
    by this process, or by another `crew`, which is stopped at the end.
    """
    crew = crew or ThisProcess(library.embedder)
    run = _Run(library, crew, progress or (lambda summary, path: None))
    try:
        run.pass_over_gone(found, prune=prune)
        for path, loading in run.begun(found.files):
            run.take_file(path, loading, prune=prune)
        run.settle()
    except KeyboardInterrupt:
        run.summary.interrupted = True
    finally:
        run.stop()
    return run.summary


class _Run:
    """One ingest under way.

    An article is decided upon by what the catalog holds. Where it has to do with one that is only on its way
    there, everything is stored first.
    """

    def __init__(self, library: Library, crew: Crew, progress: Progress) -> None:
        self.library = library
        self.catalog = library.catalog
        self.progress = progress
        self.summary = Summary()
        self._crew = crew
        self._line = Line(crew.embed, self._store, crew.batches)
        self._batch = Batch()
        self._on_its_way: list[Batch] = []

    def begun(self, files: Sequence[Path]) -> Iterator[tuple[Path, Loading | None]]:
        """The files in order; where it is worth it, the loading of those that changed begins ahead."""
        ahead: deque[tuple[Path, Loading | None]] = deque()
        for path in files:
            ahead.append((path, self._crew.load(path) if self._crew.files and self._changed(path) else None))
            if len(ahead) > self._crew.files:
                yield ahead.popleft()
        yield from ahead

    def pass_over_gone(self, found: Found, *, prune: bool) -> None:
        """Count or remove the articles whose file is no longer in the searched folders."""
        for origin in self.catalog.origins():
            path = Path(origin)
            if any(path.is_relative_to(folder) for folder in found.folders) and not path.exists():
                self._drop(self.catalog.from_origin(origin), prune=prune)

    def take_file(self, path: Path, loading: Loading | None, *, prune: bool) -> None:
        """Bring the articles of one file up to date; what cannot be read is listed."""
        failures = len(self.summary.failures)
        try:
            sha256 = _file_sha256(path)
            if self.catalog.file_hash(str(path)) == sha256:
                self.summary.unchanged += len(self.catalog.from_origin(str(path)))
                self.progress(self.summary, path)
                return
            ids = self._take_rows(path, loading or self._crew.load(path))
        except UnreadableFile as error:
            self.summary.failures.append(Failure(str(path), None, str(error)))
        except OSError as error:
            self.summary.failures.append(Failure(str(path), None, f"It cannot be read ({error.strerror})."))
        if len(self.summary.failures) == failures:
            self._batch.files.append((str(path), sha256))
            self._drop([each for each in self.catalog.from_origin(str(path)) if each not in ids], prune=prune)
        self.progress(self.summary, path)

    def settle(self) -> None:
        """Wait until everything that was taken is stored."""
        self._send()
        self._count(self._line.drain())
        link_stories(self.catalog.stories)

    def stop(self) -> None:
        """End at once; what is stored is counted."""
        self._crew.stop()
        self._count(self._line.stop())

    def _send(self) -> None:
        """Put the batch on the line and begin another."""
        batch = self._batch
        if not (batch.waiting or batch.copies or batch.files):
            return
        self._batch = Batch()
        self._on_its_way.append(batch)
        self._count(self._line.put(batch, batch.texts()))

    def _store(self, batch: Batch, vectors: Vectors) -> None:
        """Write a batch; runs beside the reading, one batch at a time."""
        self.library.add([(each.article, each.passages, each.origin) for each in batch.waiting], vectors)
        for copy in batch.copies:
            self.library.apply(self.catalog.put_copy(copy.article, of=copy.of, origin=copy.origin))
        for path, sha256 in batch.files:
            self.catalog.record_file(path, sha256)

    def _count(self, stored: Sequence[Batch]) -> None:
        for batch in stored:
            self._on_its_way.remove(batch)
            replaced = sum(each.replaces for each in batch.waiting)
            self.summary.replaced += replaced
            self.summary.added += len(batch.waiting) - replaced
            self.summary.copies += len(batch.copies)
            self.summary.passages += batch.passages

    def _changed(self, path: Path) -> bool:
        """Whether a file is another than when it was last ingested; a file that cannot be read is not."""
        try:
            return self.catalog.file_hash(str(path)) != _file_sha256(path)
        except OSError:
            return False

    def _take_rows(self, path: Path, loading: Loading) -> set[str]:
        """Bring every article of a file up to date; returns the ids under which they are stored."""
        seen: dict[str, str] = {}
        ids = set()
        for loaded in loading():
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
        held = self.catalog.held(article.id)
        origin = held[1] if held else self._coming(article.id)
        if origin in (None, str(path)) or not Path(str(origin)).exists():
            return article
        other = replace(article, id=f"{article.id}-{hashlib.sha256(str(path).encode()).hexdigest()[:6]}")
        self.summary.renamed.append((str(path), other.id))
        return other

    def _take(self, article: Article, origin: str) -> None:
        """Decide what an article means for the library: nothing, a copy, or passages to embed."""
        if self._coming(article.id) or self._coming_text(text_hash(article.text)):
            self.settle()
        held = self.catalog.held(article.id)
        if held is not None and held[0] == article_hash(article):
            self.summary.unchanged += 1
            if held[1] != origin:
                self.catalog.move(article.id, origin=origin)
            return
        twin = self.catalog.with_text(article.text)
        if twin and self._coming(twin):
            self.settle()
            twin = self.catalog.with_text(article.text)
        if twin and twin != article.id:
            self._batch.take_copy(article, twin, origin)
        else:
            embedder = self.library.embedder
            passages = split(article, embedder.token_starts, embedder.max_tokens)
            self._batch.take(article, passages, origin, replaces=held is not None)
        if self._batch.passages + len(self._batch.copies) >= _PASSAGES_AT_ONCE:
            self._send()

    def _coming(self, article_id: str) -> str | None:
        """The origin of an article that is on its way to the catalog, or referred to by one that is."""
        batches = (*self._on_its_way, self._batch)
        return next((batch.ids[article_id] for batch in batches if article_id in batch.ids), None)

    def _coming_text(self, digest: str) -> bool:
        return any(digest in batch.hashes for batch in (*self._on_its_way, self._batch))

    def _drop(self, article_ids: Sequence[str], *, prune: bool) -> None:
        if not prune:
            self.summary.missing += len(article_ids)
        elif article_ids:
            self.settle()
            self.library.apply(self.catalog.release(article_ids))
            self.summary.removed += len(article_ids)


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
