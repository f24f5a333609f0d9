"""Dateline's own `gold.jsonl`: a JSON object a line."""

from eval.formats.fields import day_of, id_of, list_of, strings_of, text_of
from eval.formats.source import Draft, Row, json_rows
from eval.questions import GoldEvidence, GoldQuestion
from rag.types import Span

MAPPING = tuple((name, name) for name in ("id", "question", "answers", "answerable", "evidence", "asked_on"))


def read(text: str) -> Draft:
    """Keys: `id, question, answers[], answerable, evidence[{article_id, quote?, start?, end?}]`, and optional
    `asked_on`, `tags`; others are ignored. Without `answerable`, a question with answers is answerable.
    """
    draft = Draft(MAPPING)
    draft.take(json_rows(text), question_of)
    return draft


def question_of(row: Row) -> GoldQuestion:
    """One row; a ValueError says what is wrong with it."""
    answers = tuple(answer for answer in strings_of(row, "answers") if answer.strip())
    evidence = tuple(_evidence(item) for item in list_of(row, "evidence"))
    answerable = row.get("answerable")
    if answerable is None:
        answerable = bool(answers)
    if not isinstance(answerable, bool):
        raise ValueError("`answerable` must be true or false")
    if answerable and not answers and not evidence:
        raise ValueError("answerable, but without `answers` and `evidence`")
    if not answerable and answers:
        raise ValueError("not answerable, but with `answers`")
    return GoldQuestion(
        id=id_of(row, "id"),
        question=text_of(row, "question"),
        answers=answers,
        answerable=answerable,
        evidence=evidence,
        asked_on=day_of(row.get("asked_on")),
        tags=tuple(strings_of(row, "tags")),
    )


def _evidence(item: object) -> GoldEvidence:
    if not isinstance(item, dict):
        raise ValueError("each `evidence` must be an object with an `article_id`")
    article_id = id_of(item, "article_id")
    quote = item.get("quote")
    if quote is not None and not (isinstance(quote, str) and quote.strip()):
        raise ValueError("`quote` must be text that is not empty")
    start, end = item.get("start"), item.get("end")
    if start is None and end is None:
        return GoldEvidence(article_id, quote)
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        raise ValueError("`start` and `end` must be whole numbers with 0 <= start < end")
    return GoldEvidence(article_id, quote, Span(start, end))
