"""Gold question sets of every format: told apart, read, refused with the place of what cannot be scored."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from eval.formats import beir, contract, ragas, realtime_qa, squad, table
from eval.formats.source import Draft, decoded, json_rows, read_bytes, whole_json
from eval.gold_check import suspicions
from eval.questions import GoldEvidence, GoldQuestion, GoldSet
from rag.errors import InputError

__all__ = ["GoldEvidence", "GoldQuestion", "GoldSet", "load_gold"]

SHOWN_PROBLEMS = 5


def load_gold(path: Path) -> GoldSet:
    """Reads a gold set of any format of `eval.formats`, told apart by what is in it.

    Raises:
        InputError: it cannot be read, holds no question, or has bad rows (the first few are named).
    """
    if path.is_dir():
        name, sha256, draft = "BEIR folder", *beir.read(path)
    else:
        raw = read_bytes(path)
        name, read = _format_of(decoded(raw, path), path)
        sha256, draft = hashlib.sha256(raw).hexdigest(), read(decoded(raw, path))
    questions, notices, repeats = _with_unique_ids(draft.questions)
    problems = draft.problems + repeats
    if problems:
        more = len(problems) - SHOWN_PROBLEMS
        shown = "; ".join(problems[:SHOWN_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
        raise InputError(
            f"The gold set {path} has rows that cannot be used ({shown}); correct or remove them."
        )
    if not questions:
        raise InputError(f"The gold set {path} holds no questions; give a file with one JSON object a line.")
    told = (*draft.notices, *notices, *suspicions(questions))
    return GoldSet(path, sha256, questions, told, name, draft.mapping, tuple(draft.articles.values()))


def _format_of(text: str, path: Path) -> tuple[str, Callable[[str], Draft]]:
    """The name and the reader of a file's format, by its first object, or its header line."""
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        header = next((line for line in text.splitlines() if line.strip()), "")
        if path.suffix.lower() in (".csv", ".tsv") or table.fits(header):
            return "table", table.read
        return "gold.jsonl", contract.read
    if start == "{" and squad.fits(whole_json(text)):
        return "SQuAD", squad.read
    first = next((row for _, row in json_rows(text) if not isinstance(row, ValueError)), {})
    for name, format in (("RealTime QA", realtime_qa), ("ragas", ragas)):
        if format.fits(first):
            return name, format.read
    return "gold.jsonl", contract.read


def _with_unique_ids(
    read: list[tuple[str, GoldQuestion]],
) -> tuple[tuple[GoldQuestion, ...], tuple[str, ...], list[str]]:
    """Questions, notices and problems of rows that share an id.

    The same question twice would count double, so it is refused. Two different questions under one id is a
    slip of numbering that published sets do have: both count, and the later one is told apart as `id#2`.
    """
    first: dict[str, tuple[str, str]] = {}
    taken = Counter(question.id for _, question in read)
    questions: list[GoldQuestion] = []
    notices: list[str] = []
    problems: list[str] = []
    for place, question in read:
        if question.id not in first:
            first[question.id] = (place, question.question)
            questions.append(question)
            continue
        earlier, wording = first[question.id]
        if question.question == wording:
            problems.append(f"{place}: repeats the id {question.id!r} and the question of {earlier}")
            continue
        copy = 2
        while taken[name := f"{question.id}#{copy}"]:
            copy += 1
        taken[name] += 1
        first[name] = (place, question.question)
        questions.append(replace(question, id=name))
        notices.append(
            f"{place.capitalize()} has the id {question.id!r} of {earlier} but another question;"
            f" it is counted as {name!r}."
        )
    return tuple(questions), tuple(notices), problems
