"""RealTime QA's weekly files (Kasai et al., 2023): a multiple-choice question a line."""

from eval.formats.fields import day_of, id_of, list_of, strings_of, text_of
from eval.formats.source import Draft, Row, json_rows
from eval.questions import GoldQuestion

MAPPING = (
    ("id", "question_id"),
    ("question", "question_sentence"),
    ("answers", "choices[answer]"),
    ("asked_on", "question_date"),
    ("tags", "question_source"),
)
NONE_OF_THESE = "none of the above"


def fits(row: Row) -> bool:
    """Whether the first row is of such a file."""
    return "question_sentence" in row


def read(text: str) -> Draft:
    """`answer` counts the choices from 0. The set names no articles, so retrieval cannot be judged by it."""
    draft = Draft(MAPPING)
    draft.take(json_rows(text), _question)
    return draft


def _question(row: Row) -> GoldQuestion:
    choices = strings_of(row, "choices")
    answers = [_choice(choices, each) for each in list_of(row, "answer")]
    if not answers:
        raise ValueError("without `answer`")
    known = tuple(answer for answer in answers if answer.strip().lower() != NONE_OF_THESE)
    source = row.get("question_source")
    return GoldQuestion(
        id=id_of(row, "question_id"),
        question=text_of(row, "question_sentence"),
        answers=known,
        answerable=bool(known),
        asked_on=day_of(row.get("question_date")),
        tags=(source,) if isinstance(source, str) and source else (),
    )


def _choice(choices: list[str], number: object) -> str:
    if not isinstance(number, str | int) or not str(number).isdecimal() or int(number) >= len(choices):
        raise ValueError("`answer` must count `choices` from 0")
    return choices[int(number)]
