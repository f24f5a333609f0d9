"""What the report shows of one question, of this run and of the one it is compared with."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eval.context import Marks, Piece, in_context
from eval.rows import Row, gold_articles, retrieved_articles
from eval.why import Why, why
from rag.types import Span

ARTICLES_SHOWN = 10
EVIDENCE_SHOWN = 3

ArticleText = Callable[[str], str | None]
View = dict[str, Any]


def tone(label: str) -> str:
    """The colour class of a label: good, quiet (declined), bad (a wrong answer was given) or error."""
    if label == Why.CORRECT:
        return "good"
    if label in (Why.ERROR, Why.GOLD):
        return "error"
    return "quiet" if label.startswith(Why.DECLINED) else "bad"


def view(row: Row, titles: Mapping[str, str], article_text: ArticleText) -> View:
    """One row, with its label, its citations and gold evidence in context, and the articles retrieved."""
    gold, ranked = gold_articles(row), retrieved_articles(row)[:ARTICLES_SHOWN]
    label = row.get("label") or why(row, article_text).value  # the rows of older runs have none
    answer = row["short_answer"] or row["prediction"]
    return {
        **row,
        "label": label,
        "tone": tone(label),
        "answer": answer,
        "differing": row.get("differing", ()),  # these two are not in the rows of older runs
        "notes": row.get("notes", ()),
        "quotes": [_quote(row, citation, answer, article_text) for citation in row["citations"] or ()],
        "evidence": _uncited(row, titles, article_text),
        "articles": [
            {"id": article_id, "title": titles.get(article_id), "gold": article_id in gold}
            for article_id in ranked
        ],
        "missed": [
            {"id": article_id, "title": titles.get(article_id)}
            for article_id in sorted(set(gold) - set(ranked))
        ],
    }


def _quote(row: Row, citation: Mapping[str, Any], answer: str, article_text: ArticleText) -> View:
    """A citation with its passage in the article; the quote alone where it does not stand there."""
    text, quote = article_text(citation["article_id"]), citation["quote"]
    start, end = citation["start"], citation["end"]
    if text is None or not 0 <= start < end or text[start:end] != quote:
        return {**citation, "pieces": [Piece(quote, "cited")], "astray": True}
    cited = Span(start, end)
    found = quote.find(answer) if answer else -1
    marks = Marks(
        cited=[cited],
        gold=_gold_spans(row, citation["article_id"]),
        answer=[Span(start + found, start + found + len(answer))] if found >= 0 and answer != quote else [],
    )
    return {**citation, "pieces": in_context(text, cited, marks), "astray": False}


def _uncited(row: Row, titles: Mapping[str, str], article_text: ArticleText) -> list[View]:
    """The gold evidence that no citation shows, each piece at its first place."""
    shown: list[View] = []
    cited = [
        (each["article_id"], Span(each["start"], each["end"]))
        for each in row["citations"] or ()
        if 0 <= each["start"] <= each["end"]
    ]
    for evidence in row["gold"]["evidence"]:
        article_id, spans = evidence["article_id"], [Span(*span) for span in evidence["spans"]]
        text = article_text(article_id) if spans else None
        if text is None or any(where == article_id and span.overlap(spans[0]) for where, span in cited):
            continue
        shown.append(
            {
                "article_id": article_id,
                "title": titles.get(article_id),
                "match": evidence["match"],
                "pieces": in_context(text, spans[0], Marks(gold=spans)),
            }
        )
    return shown[:EVIDENCE_SHOWN]


def _gold_spans(row: Row, article_id: str) -> Sequence[Span]:
    return [
        Span(*span)
        for evidence in row["gold"]["evidence"]
        if evidence["article_id"] == article_id
        for span in evidence["spans"]
    ]
