"""What a format reads and what it gives back."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.questions import GoldQuestion
from rag.errors import InputError
from rag.types import Article

Row = Mapping[str, Any]


@dataclass(slots=True)
class Draft:
    """What was read of a gold set, before ids are made unique.

    `questions` come with their place, such as "line 3"; `problems` are sentences about rows that cannot be
    used, each with its place.
    """

    mapping: tuple[tuple[str, str], ...] = ()
    questions: list[tuple[str, GoldQuestion]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    articles: dict[str, Article] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def take(self, rows: Iterable[tuple[str, Row | ValueError]], make: Callable[[Row], GoldQuestion]) -> None:
        """Adds the question that each row makes; a ValueError becomes a problem at its place."""
        for place, row in rows:
            try:
                if isinstance(row, ValueError):
                    raise row
                self.questions.append((place, make(row)))
            except ValueError as error:
                self.problems.append(f"{place}: {error}")


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; InputError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"Cannot read the gold set {path}: {error.strerror}; check the path.") from error


def decoded(raw: bytes, path: Path) -> str:
    """UTF-8 text, a byte order mark dropped; InputError for anything else."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"The gold set {path} is not UTF-8 text; save it as UTF-8.") from error


def parsed(text: str) -> Any:
    """JSON as values; a ValueError for what is no JSON, or holds what could not be written again."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # RecursionError: brackets nested thousands deep
        raise ValueError("is not JSON") from None
    # "\ud800" is valid JSON but no character: it could be neither embedded nor written to the results
    if "\\u" in text and any(
        0xD800 <= ord(character) <= 0xDFFF for character in json.dumps(value, ensure_ascii=False)
    ):
        raise ValueError("holds half of a surrogate pair, which is no character")
    return value


def whole_json(text: str) -> Any:
    """The value of a file that is one JSON text, however it is laid out; None for JSON Lines and the rest."""
    first, _, rest = text.strip().partition("\n")
    for part in [first] if not rest else [first, text]:
        try:
            value = parsed(part)
        except ValueError:
            continue
        return value if not rest or part is text else None
    return None


def json_rows(text: str) -> list[tuple[str, Row | ValueError]]:
    """The objects of JSON Lines, or of one JSON list, with their places; blank lines are passed over."""
    if text.lstrip().startswith("["):
        try:
            listed = parsed(text)
        except ValueError:
            listed = None
        if isinstance(listed, list) and all(isinstance(each, dict) for each in listed):
            return [(f"row {number}", each) for number, each in enumerate(listed, start=1)]
    lines = enumerate(text.split("\n"), start=1)
    return [(f"line {number}", _object(line)) for number, line in lines if line.strip()]


def _object(line: str) -> Row | ValueError:
    try:
        value = parsed(line)
    except ValueError as error:
        return error
    return value if isinstance(value, dict) else ValueError("is not a JSON object")
