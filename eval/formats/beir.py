"""BEIR folders (Thakur et al., 2021): `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from eval.formats.fields import id_of, text_of
from eval.formats.source import Draft, Row, decoded, json_rows, read_bytes
from eval.questions import GoldEvidence, GoldQuestion
from rag.errors import InputError
from rag.types import Article

SPLITS = ("test", "dev", "train")


def read(folder: Path) -> tuple[str, Draft]:
    """The SHA-256 of queries and judgements, and the questions: retrieval only, as there are no answers.

    The judgements are those of `test`, else `dev`, else `train`; queries that they do not name are left out.
    Raises InputError where the folder is none of this kind.
    """
    queries = folder / "queries.jsonl"
    judged = next((path for each in SPLITS if (path := folder / "qrels" / f"{each}.tsv").is_file()), None)
    if not queries.is_file() or judged is None:
        raise InputError(
            f"The folder {folder} is no gold set: a BEIR folder has queries.jsonl and qrels/test.tsv."
        )
    raw, judgements = read_bytes(queries), read_bytes(judged)
    draft = Draft(
        (
            ("id", "queries.jsonl: _id"),
            ("question", "queries.jsonl: text"),
            ("evidence", f"qrels/{judged.name}: corpus-id, with score as grade"),
            ("articles", "corpus.jsonl: _id, title, text"),
        )
    )
    grades = _grades(decoded(judgements, judged), draft)
    rows = json_rows(decoded(raw, queries))
    named = [(place, row) for place, row in rows if isinstance(row, ValueError) or row.get("_id") in grades]
    draft.take(named, lambda row: _question(row, grades))
    if left := len(rows) - len(named):
        draft.notices.append(f"{left} of {len(rows)} queries have no judgement in {judged.name}: left out.")
    for article in _articles(folder / "corpus.jsonl", draft):
        draft.articles[article.id] = article
    return hashlib.sha256(raw + b"\0" + judgements).hexdigest(), draft


def _grades(text: str, draft: Draft) -> dict[str, dict[str, int]]:
    """The relevant articles of each query with their grades; grades of 0 and below are not relevant."""
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split("\t")
        if (number == 1 and fields[-1].strip() == "score") or not line.strip():
            continue
        try:
            query, article, grade = fields[0], fields[-2], int(fields[-1])
        except (IndexError, ValueError):
            draft.problems.append(f"qrels line {number}: is not query-id, corpus-id and score")
            continue
        if grade > 0:
            grades.setdefault(query, {})[article] = grade
    return grades


def _question(row: Row, grades: dict[str, dict[str, int]]) -> GoldQuestion:
    query = id_of(row, "_id")
    evidence = tuple(GoldEvidence(article, grade=grade) for article, grade in grades[query].items())
    return GoldQuestion(id=query, question=text_of(row, "text"), evidence=evidence)


def _articles(corpus: Path, draft: Draft) -> Iterator[Article]:
    if not corpus.is_file():
        return
    for place, row in json_rows(decoded(read_bytes(corpus), corpus)):
        if isinstance(row, ValueError):
            draft.problems.append(f"corpus {place}: {row}")
            continue
        text = str(row.get("text") or "")
        if text.strip():
            title = str(row.get("title") or "").strip() or text.strip().splitlines()[0][:80]
            yield Article(id=str(row.get("_id")), title=title, text=text)
