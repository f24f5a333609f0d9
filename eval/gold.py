"""Gold question sets: reads `gold.jsonl`, refuses what cannot be scored and says which line it was."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.types import Span

SHOWN_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class GoldEvidence:
    """Where an answer is to be found: an article, and if known the quote and its character offsets.

    Without an article, the quote says which it is. `grade` is how relevant it is, above 0.
    """

    article_id: str | None
    quote: str | None = None
    span: Span | None = None
    grade: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion:
    """One question with what is known about its answer.

    `answers` are equally good wordings. An answerable question has answers, evidence or both; one that is
    not answerable has no answers, and declining is then the right thing to do.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    answerable: bool = True
    evidence: tuple[GoldEvidence, ...] = ()
    asked_on: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldSet:
    """The questions of one file in their order; `sha256` is that of the file's bytes.

    `notices` are sentences about what was put right while reading.
    """

    path: Path
    sha256: str
    questions: tuple[GoldQuestion, ...]
    notices: tuple[str, ...] = ()


def load_gold(path: Path) -> GoldSet:
    """Reads a gold set: UTF-8 (a byte order mark is accepted), one JSON object a line, blank lines skipped.

    Keys: `id, question, answers[], answerable, evidence[{article_id, quote?, start?, end?}]`, and optional
    `asked_on`, `tags`; others are ignored. Without `answerable`, a question with answers is answerable.

    Raises:
        InputError: the file cannot be read, holds no question, or has bad rows (the first few are named).
    """
    try:
        raw = path.read_bytes()
        lines = raw.decode("utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"Cannot read the gold set {path}: {error.strerror}; check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The gold set {path} is not UTF-8 text; save it as UTF-8.") from error
    read: list[tuple[int, GoldQuestion]] = []
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            read.append((number, _question(line)))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    questions, notices, repeats = _with_unique_ids(read)
    problems += repeats
    if problems:
        more = len(problems) - SHOWN_PROBLEMS
        shown = "; ".join(problems[:SHOWN_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
        raise InputError(
            f"The gold set {path} has rows that cannot be used ({shown}); correct or remove them."
        )
    if not questions:
        raise InputError(f"The gold set {path} holds no questions; give a file with one JSON object a line.")
    return GoldSet(path, hashlib.sha256(raw).hexdigest(), questions, notices)


def _with_unique_ids(
    read: list[tuple[int, GoldQuestion]],
) -> tuple[tuple[GoldQuestion, ...], tuple[str, ...], list[str]]:
    """Questions, notices and problems of rows that share an id.

    The same question twice would count double, so it is refused. Two different questions under one id is a
    slip of numbering that published sets do have: both count, and the later one is told apart as `id#2`.
    """
    first: dict[str, tuple[int, str]] = {}
    taken = Counter(question.id for _, question in read)
    questions: list[GoldQuestion] = []
    notices: list[str] = []
    problems: list[str] = []
    for number, question in read:
        if question.id not in first:
            first[question.id] = (number, question.question)
            questions.append(question)
            continue
        earlier, wording = first[question.id]
        if question.question == wording:
            problems.append(
                f"line {number}: repeats the id {question.id!r} and the question of line {earlier}"
            )
            continue
        copy = 2
        while taken[name := f"{question.id}#{copy}"]:
            copy += 1
        taken[name] += 1
        first[name] = (number, question.question)
        questions.append(replace(question, id=name))
        notices.append(
            f"Line {number} has the id {question.id!r} of line {earlier} but another question;"
            f" it is counted as {name!r}."
        )
    return tuple(questions), tuple(notices), problems


def _question(line: str) -> GoldQuestion:
    """One row; a ValueError says what is wrong with it."""
    row = _parse(line)
    answers = tuple(answer for answer in _strings(row, "answers") if answer.strip())
    evidence = tuple(_evidence(item) for item in _list(row, "evidence"))
    answerable = row.get("answerable")
    if answerable is None:
        answerable = bool(answers)
    if not isinstance(answerable, bool):
        raise ValueError("`answerable` must be true or false")
    if answerable and not answers and not evidence:
        raise ValueError("answerable, but without `answers` and `evidence`")
    if not answerable and answers:
        raise ValueError("not answerable, but with `answers`")
    asked_on = row.get("asked_on")
    if asked_on is not None and not isinstance(asked_on, str):
        raise ValueError("`asked_on` must be a date as text")
    return GoldQuestion(
        id=_id(row, "id"),
        question=_text(row, "question"),
        answers=answers,
        answerable=answerable,
        evidence=evidence,
        asked_on=asked_on,
        tags=tuple(_strings(row, "tags")),
    )


def _parse(line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):  # RecursionError: brackets nested thousands deep
        raise ValueError("is not JSON") from None
    if not isinstance(row, dict):
        raise ValueError("is not a JSON object")
    # "\ud800" is valid JSON but no character: it could be neither embedded nor written to the results
    if any(0xD800 <= ord(character) <= 0xDFFF for character in json.dumps(row, ensure_ascii=False)):
        raise ValueError("holds half of a surrogate pair, which is no character")
    return row


def _evidence(item: object) -> GoldEvidence:
    if not isinstance(item, dict):
        raise ValueError("each `evidence` must be an object with an `article_id`")
    quote = item.get("quote")
    if quote is not None and not (isinstance(quote, str) and quote.strip()):
        raise ValueError("`quote` must be text that is not empty")
    start, end = item.get("start"), item.get("end")
    if start is None and end is None:
        return GoldEvidence(_id(item, "article_id"), quote)
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        raise ValueError("`start` and `end` must be whole numbers with 0 <= start < end")
    return GoldEvidence(_id(item, "article_id"), quote, Span(start, end))


def _id(row: Mapping[str, Any], key: str) -> str:
    """An id as text; whole numbers are accepted, as many sets number their questions."""
    value = row.get(key)
    return str(value) if type(value) is int else _text(row, key)


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"`{key}` is missing or not text")
    return value


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"`{key}` must be a list")
    return value


def _strings(row: Mapping[str, Any], key: str) -> list[str]:
    values = _list(row, key)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"`{key}` must be a list of texts")
    return values
