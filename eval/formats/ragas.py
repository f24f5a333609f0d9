"""ragas samples: `user_input, reference, reference_contexts`, or the older `question, ground_truth`."""

import hashlib
from functools import partial

from eval.formats.fields import strings_of, text_of
from eval.formats.source import Draft, Row, json_rows
from eval.questions import GoldEvidence, GoldQuestion
from rag.types import Article

MAPPING = (
    ("id", "id, else the row's number"),
    ("question", "user_input, or question"),
    ("answers", "reference, or ground_truth, ground_truths[]"),
    ("evidence", "reference_contexts[], found in the articles by their text"),
    ("articles", "reference_contexts[], as context-HASH"),
)


def fits(row: Row) -> bool:
    """Whether the first row is a ragas sample."""
    return "user_input" in row or ("question" in row and bool({"ground_truth", "ground_truths"} & set(row)))


def read(text: str) -> Draft:
    """A sample without a reference is a question that has no answer; `response` and the like are ignored."""
    draft = Draft(MAPPING)
    for number, (place, row) in enumerate(json_rows(text), start=1):
        draft.take([(place, row)], partial(_question, number=number, draft=draft))
    return draft


def _question(row: Row, number: int, draft: Draft) -> GoldQuestion:
    answers = _answers(row)
    contexts = [each for each in strings_of(row, "reference_contexts") if each.strip()]
    for context in contexts:
        name = f"context-{hashlib.sha256(context.encode()).hexdigest()[:12]}"
        draft.articles[name] = Article(id=name, title=context.strip().splitlines()[0][:80], text=context)
    return GoldQuestion(
        id=str(row.get("id") or number),
        question=text_of(row, "user_input" if "user_input" in row else "question"),
        answers=answers,
        answerable=bool(answers or contexts),
        evidence=tuple(GoldEvidence(None, context) for context in contexts),
    )


def _answers(row: Row) -> tuple[str, ...]:
    for name in ("reference", "ground_truth", "ground_truths"):
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return (value,)
        if isinstance(value, list):
            return tuple(each for each in strings_of(row, name) if each.strip())
    return ()
