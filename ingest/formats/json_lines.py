"""JSON Lines, plain or gzipped: one article a line, streamed so that memory holds one line at a time."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from ingest.formats.reading import check_regular, decode, unopened
from ingest.formats.row import Refused, article_of_row, table_stem
from rag.errors import UnreadableFile
from rag.types import Article

MAX_LINE_BYTES = 20_000_000
_PIECE_BYTES = 1_000_000


def read(path: Path) -> Iterator[Article | Refused]:
    """The rows of a `.jsonl` or `.jsonl.gz` file in order; blank lines are passed over.

    Raises UnreadableFile where the file cannot be opened or is no gzip file at all; where a gzip file is
    damaged further on, the rows before that come out and the rest is one `Refused`.
    """
    stem = table_stem(path)
    number = rows = 0
    try:
        with _opened(path) as file:
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
                    _skip_line(file)
                    yield Refused(f"line {number}", f"The line is over {MAX_LINE_BYTES // 1_000_000} MB.")
                elif line.strip():
                    yield _row(line, number, stem)
                else:
                    continue
                rows += 1
    except (EOFError, zlib.error, OSError) as error:
        if number == 0:
            raise unopened(error) from None
        yield Refused(f"line {number + 1}", "The file is damaged or cut off from here on: get it again.")
        return
    if rows == 0:
        raise UnreadableFile("The file is empty.")


def _opened(path: Path) -> BinaryIO:
    check_regular(path)
    if path.suffix.lower() == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def _skip_line(file: BinaryIO) -> None:
    while (piece := file.readline(_PIECE_BYTES)) and not piece.endswith(b"\n"):
        pass


def _row(line: bytes, number: int, stem: str) -> Article | Refused:
    try:
        return article_of_row(_object(decode(line)), stem)
    except UnreadableFile as error:
        return Refused(f"line {number}", str(error))


def _object(line: str) -> dict[str, object]:
    try:
        loaded = json.loads(line)
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"Not valid JSON ({error.msg} at character {error.pos}).") from None
    except ValueError:  # a whole number of thousands of digits
        raise UnreadableFile("Not valid JSON (a number is too long).") from None
    except RecursionError:
        raise UnreadableFile("The JSON is nested too deeply.") from None
    if not isinstance(loaded, dict):
        raise UnreadableFile("The line is not a JSON object: each line must be {...}.")
    return loaded
