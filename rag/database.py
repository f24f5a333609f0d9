"""One SQLite file: opened with its schema, shared between threads, its errors told in one sentence."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import LibraryDamaged, LibraryError

Row = tuple[Any, ...]


class Database:
    """A connection in WAL mode with foreign keys on.

    `upgrades` are scripts by the version that they start from; each leads to the next version. Raises
    LibraryDamaged where the file is not a sound database, LibraryError where it cannot be used or was made
    with a version of the schema that no script starts from.
    """

    def __init__(self, path: Path, *, schema: str, version: int, upgrades: Mapping[int, str]) -> None:
        self.path = path
        self._lock = threading.RLock()
        with self._told():
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute("PRAGMA foreign_keys = ON")
                self._create_or_upgrade(schema, version, upgrades)
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows that a query gives."""
        with self._lock, self._told():
            return self._db.execute(query, values).fetchall()

    def insert(self, query: str, values: Sequence[Any]) -> int:
        """Run an INSERT and return the number of the new row."""
        with self._lock, self._told():
            return self._db.execute(query, values).lastrowid or 0

    def many(self, query: str, values: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row of values."""
        with self._lock, self._told():
            self._db.executemany(query, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are kept together or not at all; may be nested."""
        with self._lock, self._told():
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _create_or_upgrade(self, schema: str, version: int, upgrades: Mapping[int, str]) -> None:
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        while found in upgrades:
            self._run(upgrades[found], found + 1)
            found += 1
        if found == version:
            return
        if found or self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise LibraryError(
                f"{self.path} was made by another version of Dateline (schema {found}, this one reads"
                f" {version}): ingest the articles into a new library."
            )
        self._run(schema, version)

    def _run(self, script: str, version: int) -> None:
        """Run a script that leads to a version, whole or not at all."""
        self._db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {version}; COMMIT;")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise LibraryError(
                f"The catalog {self.path} cannot be used ({error}): check that the disk has room and that"
                " its folder can be written."
            ) from error
        except sqlite3.DatabaseError as error:
            raise LibraryDamaged(
                f"The catalog {self.path} is damaged ({error}): restore it from a copy, or ingest the"
                " articles into a new library."
            ) from error
