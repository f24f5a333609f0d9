"""CSV with a header line: one article a row, streamed so that memory holds one row at a time."""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from ingest.formats.reading import check_regular, unopened
from ingest.formats.row import COLUMNS, Refused, article_of_row, table_stem
from rag.errors import UnreadableFile
from rag.types import Article

MAX_ROW_BYTES = 20_000_000
DELIMITERS = ",;\t"


def read(path: Path) -> Iterator[Article | Refused]:
    """The rows of a `.csv` file in order; the delimiter is the one that the header line uses most.

    Raises UnreadableFile where the file cannot be opened, is empty, or has no column `text`.
    """
    check_regular(path)
    try:
        with path.open("rb") as file:
            yield from _rows(_Lines(file), table_stem(path))
    except OSError as error:
        raise unopened(error) from None


def _rows(lines: "_Lines", stem: str) -> Iterator[Article | Refused]:
    leading = list(_until_header(lines))
    if not leading or not leading[-1].strip():
        raise UnreadableFile("The file is empty.")
    # The limit belongs to the whole process; at its default a field ends after 128 kB.
    csv.field_size_limit(MAX_ROW_BYTES)
    delimiter = max(DELIMITERS, key=leading[-1].count)
    reader = csv.reader(chain(leading, lines), delimiter=delimiter, strict=True)
    columns = _columns(reader, lines)
    while True:
        where = f"line {reader.line_num + 1}"
        lines.begin_row()
        try:
            values = next(reader, None)
            if values is None:
                return
            lines.check_row()
            if values:
                yield article_of_row(_named(columns, values), stem)
        except csv.Error as error:
            yield Refused(where, f"Not valid CSV ({error}).")
        except UnreadableFile as error:
            yield Refused(where, str(error))
            if lines.given_up:
                return


def _until_header(lines: "_Lines") -> Iterator[str]:
    for line in lines:
        yield line
        if line.strip():
            return


def _columns(reader: Iterator[list[str]], lines: "_Lines") -> list[str]:
    try:
        columns = [name.strip().lower() for name in next(filter(None, reader), [])]
    except csv.Error as error:
        raise UnreadableFile(f"The header line is not valid CSV ({error}).") from None
    lines.check_row()
    if "text" not in columns:
        raise UnreadableFile(f"The header line has no column text: it may name {', '.join(COLUMNS)}.")
    return columns


def _named(columns: list[str], values: list[str]) -> dict[str, str | None]:
    if len(values) > len(columns):
        raise UnreadableFile(
            f"{len(values)} values for {len(columns)} columns: put text with a comma in quotes."
        )
    return {column: value or None for column, value in zip(columns, values, strict=False)}


class _Lines:
    """The lines of a file as text, counted so that one row cannot fill the memory.

    The CSV reader asks for lines until a row is complete, so what a bad line means for its row is
    kept here until `check_row`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.given_up = False
        self._file = file
        self._offset = 0  # bytes before the next line
        self._row_bytes = 0
        self._bad_byte: int | None = None

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_ROW_BYTES + 1)
        if not line:
            raise StopIteration
        self._row_bytes += len(line)
        if self._row_bytes > MAX_ROW_BYTES:
            self.given_up = True
            size = MAX_ROW_BYTES // 1_000_000
            raise UnreadableFile(f"The row is over {size} MB (a quote not closed?): the rest is not read.")
        start, self._offset = self._offset, self._offset + len(line)
        try:
            return line.decode("utf-8-sig" if start == 0 else "utf-8")
        except UnicodeDecodeError as error:
            self._bad_byte = start + error.start
            return line.decode("utf-8", "replace")

    def begin_row(self) -> None:
        """Forget the lines so far."""
        self._row_bytes, self._bad_byte = 0, None

    def check_row(self) -> None:
        """UnreadableFile where a line since `begin_row` was not UTF-8; names the byte's place in the file."""
        if self._bad_byte is not None:
            raise UnreadableFile(f"Not UTF-8 at byte {self._bad_byte}: save the file as UTF-8.")
