"""SQuAD v1 and v2: one JSON object of articles, paragraphs and questions, with `is_impossible` in v2."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from eval.formats.fields import id_of, list_of, text_of
from eval.formats.source import Draft, Row, parsed
from eval.questions import GoldEvidence, GoldQuestion
from rag.types import Article, Span

MAPPING = (
    ("id", "qas[].id"),
    ("question", "qas[].question"),
    ("answers", "qas[].answers[].text"),
    ("answerable", "not qas[].is_impossible"),
    ("evidence", "the first of qas[].answers[], by its answer_start"),
    ("articles", "paragraphs[].context, as TITLE-1, TITLE-2 ..."),
)


def fits(whole: object) -> bool:
    """Whether the JSON value of a whole file is such a set."""
    return isinstance(whole, dict) and isinstance(whole.get("data"), list)


def read(text: str) -> Draft:
    """Each paragraph is an article of its own; bad parts become problems."""
    draft = Draft(MAPPING)
    for place, article, question in _questions(parsed(text), draft):
        draft.take([(place, question)], partial(_question, article=article))
    return draft


def _questions(whole: Row, draft: Draft) -> Iterator[tuple[str, Article, Row]]:
    paragraphs: Counter[str] = Counter()  # of each title: some sets have a title twice
    for number, group in enumerate(whole["data"]):
        try:
            title = text_of(group, "title") if group.get("title") else f"article {number + 1}"
            for count, paragraph in enumerate(list_of(group, "paragraphs")):
                place = f"data[{number}].paragraphs[{count}]"
                paragraphs[title] += 1
                article = _article(title, paragraphs[title], text_of(paragraph, "context"))
                draft.articles[article.id] = article
                for index, question in enumerate(list_of(paragraph, "qas")):
                    yield f"{place}.qas[{index}]", article, question
        except (ValueError, AttributeError) as error:
            draft.problems.append(f"data[{number}]: {error}")


def _article(title: str, number: int, text: str) -> Article:
    return Article(id=f"{title}-{number}", title=title.replace("_", " "), text=text)


def _question(row: Row, article: Article) -> GoldQuestion:
    if not isinstance(row, dict):
        raise ValueError("is not a JSON object")
    impossible = row.get("is_impossible", False)
    if not isinstance(impossible, bool):
        raise ValueError("`is_impossible` must be true or false")
    given = [] if impossible else [each for each in list_of(row, "answers") if isinstance(each, dict)]
    answers = [text_of(answer, "text") for answer in given]
    if not impossible and not answers:
        raise ValueError("not impossible, but without `answers`")
    return GoldQuestion(
        id=id_of(row, "id"),
        question=text_of(row, "question"),
        answers=tuple(dict.fromkeys(answers)),
        answerable=not impossible,
        evidence=() if impossible else (_evidence(given[0], article.id),),
    )


def _evidence(answer: dict[str, Any], article_id: str) -> GoldEvidence:
    start, text = answer.get("answer_start"), answer["text"]
    if type(start) is not int or start < 0:
        return GoldEvidence(article_id, text)
    return GoldEvidence(article_id, text, Span(start, start + len(text)))
