"""Another system's answers from a file (`id, prediction, citations?, retrieved?, abstained?`) as rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.evidence import occurrences, occurrences_normalised
from eval.formats.fields import id_of, list_of
from eval.formats.source import decoded, json_rows, whole_json
from eval.questions import GoldQuestion, GoldSet
from eval.rows import GoldFacts, Row, blank_row
from eval.run import Answerer
from rag.errors import InputError

SHOWN_PROBLEMS = 5
MISSING = "The predictions have no row for this question."

ArticleText = Callable[[str], str | None]
Prediction = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Predictions:
    """The rows of a predictions file by question id; `unknown` are ids that the gold set lacks."""

    path: Path
    rows: Mapping[str, Prediction]
    unknown: tuple[str, ...]


def load_predictions(path: Path, gold: GoldSet) -> Predictions:
    """Reads JSON Lines, a JSON list of rows, or SQuAD's `{id: text}`.

    A row has `id` and `prediction`; optional are `short_answer`, `abstained` (else an empty prediction is a
    declined one), `confidence` in [0, 1], `citations` as `[{article_id, quote?, start?, end?}]`, `claims` as
    `[{text, citations: [index]}]`, `retrieved` as article ids or `{article_id, start?, end?, score?}`, best
    first, and `timings_ms`. What a row does not tell is not scored. Raises InputError, which names rows, for
    anything else.
    """
    try:
        text = decoded(path.read_bytes(), path).strip()
    except OSError as error:
        raise InputError(f"Cannot read the predictions {path}: {error.strerror}; check the path.") from error
    rows: dict[str, Prediction] = {}
    problems: list[str] = []
    for place, row in _by_id(text) or json_rows(text):
        try:
            if isinstance(row, ValueError):
                raise row
            checked = _checked(row)
            if checked["id"] in rows:
                raise ValueError(f"repeats the id {checked['id']!r}")
            rows[checked["id"]] = checked
        except ValueError as error:
            problems.append(f"{place}: {error}")
    if problems or not rows:
        more = len(problems) - SHOWN_PROBLEMS
        shown = "; ".join(problems[:SHOWN_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
        raise InputError(
            f"The predictions {path} have rows that cannot be used ({shown or 'there are none'}): each needs"
            " an `id` and a `prediction`."
        )
    asked = {question.id for question in gold.questions}
    return Predictions(path, rows, tuple(each for each in rows if each not in asked))


def predicted(predictions: Predictions, article_text: ArticleText) -> Answerer:
    """Answers from the file; a question that it does not hold is a failure of the system."""

    def answer(question: GoldQuestion, known: GoldFacts) -> tuple[Row, dict[str, str]]:
        row = blank_row(question, known)
        told = predictions.rows.get(question.id)
        if told is None:
            row["error"] = MISSING
            return row, {}
        row["abstained"] = told["abstained"]
        row["prediction"] = "" if told["abstained"] else told["prediction"]
        row["short_answer"] = told["short_answer"]
        row["confidence"] = told["confidence"]
        row["reason"] = told["reason"]
        row["timings_ms"] = told["timings_ms"]
        row["retrieved"] = told["retrieved"]
        row["citations"] = told["citations"] and [_located(each, article_text) for each in told["citations"]]
        row["claims"] = told["claims"] or [
            {"text": row["prediction"], "citations": list(range(len(row["citations"] or ())))}
        ]
        titles = {each["article_id"]: each["title"] for each in row["citations"] or () if each.get("title")}
        return row, titles

    return answer


def _by_id(text: str) -> list[tuple[str, Mapping[str, Any] | ValueError]]:
    """SQuAD's form of predictions as rows; empty where the text is not of that form."""
    whole = whole_json(text)
    if (
        not isinstance(whole, dict)
        or "id" in whole
        or not all(isinstance(each, str) for each in whole.values())
    ):
        return []
    return [(f"id {each!r}", {"id": each, "prediction": said}) for each, said in whole.items()]


def _checked(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row with every field there and of its kind; a ValueError says what is wrong."""
    said, abstained = row.get("prediction"), row.get("abstained")
    if said is None and abstained is True:
        said = ""
    if not isinstance(said, str):
        raise ValueError("`prediction` is missing or not text")
    if abstained is not None and not isinstance(abstained, bool):
        raise ValueError("`abstained` must be true or false")
    confidence = row.get("confidence")
    if confidence is not None and (type(confidence) not in (int, float) or not 0 <= confidence <= 1):
        raise ValueError("`confidence` must be a number from 0 to 1")
    timings = row.get("timings_ms") or {}
    if not isinstance(timings, dict) or not all(type(ms) in (int, float) for ms in timings.values()):
        raise ValueError("`timings_ms` must map stages to milliseconds")
    short, reason = row.get("short_answer"), row.get("reason")
    cited = None if row.get("citations") is None else [_place(each) for each in list_of(row, "citations")]
    return {
        "id": id_of(row, "id"),
        "prediction": said,
        "short_answer": short if isinstance(short, str) else None,
        "abstained": not said.strip() if abstained is None else abstained,
        "reason": reason if isinstance(reason, str) else None,
        "confidence": confidence,
        "timings_ms": timings,
        "citations": cited,
        "claims": _claims(row, len(cited or ())),
        "retrieved": None
        if row.get("retrieved") is None
        else [_place(each) for each in list_of(row, "retrieved")],
    }


def _place(given: object) -> dict[str, Any]:
    """A passage or citation; an id alone stands for a whole article."""
    if isinstance(given, str | int) and not isinstance(given, bool):
        return {"article_id": str(given)}
    if not isinstance(given, dict):
        raise ValueError("each of `citations` and `retrieved` must be an object with an `article_id`")
    start, end = given.get("start"), given.get("end")
    if (start is None) != (end is None) or not (start is None or (type(start) is type(end) is int)):
        raise ValueError("`start` and `end` must be whole numbers, both or neither")
    if not isinstance(given.get("quote", ""), str):
        raise ValueError("`quote` must be text")
    return {**given, "article_id": id_of(given, "article_id")}


def _claims(row: Mapping[str, Any], citations: int) -> list[dict[str, Any]]:
    claims = list_of(row, "claims")
    for claim in claims:
        numbers = claim.get("citations") if isinstance(claim, dict) else None
        if not isinstance(numbers, list) or not all(
            type(each) is int and 0 <= each < citations for each in numbers
        ):
            raise ValueError("each of `claims` must have `citations` that count those of the row from 0")
    return claims


def _located(citation: Mapping[str, Any], article_text: ArticleText) -> dict[str, Any]:
    """A citation with offsets and quote; one whose quote is nowhere gets offsets 0, which hold nothing."""
    text = article_text(citation["article_id"]) or ""
    start, end, quote = citation.get("start"), citation.get("end"), citation.get("quote")
    if start is None or end is None:
        found = occurrences(quote, text) or occurrences_normalised(quote, text) if quote else ()
        start, end = (found[0].start, found[0].end) if found else (0, 0)
    if quote is None:
        quote = text[max(0, start) : max(0, end)]
    return {
        "title": citation["article_id"],
        "source": None,
        "published": None,
        **citation,
        "start": start,
        "end": end,
        "quote": quote,
    }
