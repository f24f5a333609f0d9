"""CSV and TSV tables with a header line: `question, answer, source, quote, id, answerable, asked_on`."""

import csv
import io
from collections.abc import Iterator
from functools import partial

from eval.formats.fields import day_of
from eval.formats.source import Draft, Row
from eval.questions import GoldEvidence, GoldQuestion

DELIMITERS = "\t;,"
NAMES = {
    "id": ("id", "question_id"),
    "question": ("question", "query"),
    "answers": ("answer", "answers", "expected", "expected_answer", "ground_truth", "reference"),
    "answerable": ("answerable",),
    "source": ("source", "article", "article_id", "document", "file", "url"),
    "quote": ("quote", "evidence", "passage", "context"),
    "asked_on": ("asked_on", "date"),
}
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def fits(header: str) -> bool:
    """Whether a first line is the header of such a table."""
    delimiter = max(DELIMITERS, key=header.count)
    return delimiter in header and bool(
        set(NAMES["question"]) & {each.strip().strip('"').lower() for each in header.split(delimiter)}
    )


def read(text: str) -> Draft:
    """Answers are parted by `|`; the delimiter is the one that the header line uses most.

    A row without an answer and without a quote has no answer in the articles. A source is an article's id,
    file name, title or address. Columns of other names are ignored.
    """
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=header.count)
    # The limit belongs to the whole process; at its default a field ends after 128 kB.
    csv.field_size_limit(20_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names = [each.strip().lower() for each in next(filter(None, reader), [])]
    columns = _columns(names)
    draft = Draft(tuple(columns.items()))
    if "question" not in columns:
        draft.problems.append("the header line: has no column `question`")
        return draft
    places = {field: names.index(column) for field, column in columns.items()}
    for number, (place, row) in enumerate(_rows(reader, places), start=1):
        draft.take([(place, row)], partial(_question, number=number))
    return draft


def _columns(header: list[str]) -> dict[str, str]:
    """The column of each field that the table has."""
    found = {field: next((name for name in names if name in header), None) for field, names in NAMES.items()}
    return {field: column for field, column in found.items() if column is not None}


def _rows(reader: Iterator[list[str]], places: dict[str, int]) -> Iterator[tuple[str, Row | ValueError]]:
    while True:
        place = f"line {reader.line_num + 1}"  # type: ignore[attr-defined]
        try:
            values = next(reader, None)
        except csv.Error as error:
            yield place, ValueError(f"is not valid CSV ({error})")
            continue
        if values is None:
            return
        if any(value.strip() for value in values):
            yield (
                place,
                {field: values[index].strip() for field, index in places.items() if index < len(values)},
            )


def _question(row: Row, number: int) -> GoldQuestion:
    if not row.get("question"):
        raise ValueError("`question` is missing")
    answers = tuple(each.strip() for each in row.get("answers", "").split("|") if each.strip())
    quote, source = row.get("quote") or None, row.get("source") or None
    said = row.get("answerable", "").lower()
    if said and said not in WORDS:
        raise ValueError("`answerable` must be true or false")
    answerable = WORDS.get(said, bool(answers or quote))
    if answerable and not (answers or quote or source):
        raise ValueError("answerable, but without answer, source and quote")
    if not answerable and answers:
        raise ValueError("not answerable, but with an answer")
    return GoldQuestion(
        id=row.get("id") or str(number),
        question=row["question"],
        answers=answers,
        answerable=answerable,
        evidence=(GoldEvidence(source, quote),) if answerable and (source or quote) else (),
        asked_on=day_of(row.get("asked_on")),
    )
