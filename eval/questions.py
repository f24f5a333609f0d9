"""The words of a gold set as types: question, evidence, set."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.types import Article, Span


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
    asked_on: date | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldSet:
    """The questions of one file or folder in their order; `sha256` is that of its bytes.

    `format` names what it was taken for and `mapping` says where each field came from, as (field, origin).
    `articles` are the texts that the set brings along. `notices` are sentences about what was put right, or
    looks wrong.
    """

    path: Path
    sha256: str
    questions: tuple[GoldQuestion, ...]
    notices: tuple[str, ...] = ()
    format: str = "gold.jsonl"
    mapping: tuple[tuple[str, str], ...] = ()
    articles: tuple[Article, ...] = ()
