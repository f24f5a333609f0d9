"""Loaders: each data set as examples (question, title, text, answer spans), split by article."""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from training.bm25 import Bm25
from training.text import Span, bare, find_all, windows

VALIDATION_BATCH = "00"
SEARCH_BATCHES = ("01", "02", "03", "04")
"""The batches of written-qa on which the search is fitted; the embedder never sees them."""
NEWS_HELD_OUT = 0.15
"""The share of the questions of 2024 that training never sees, nor their articles."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question on one text; no spans means that the text does not answer it.

    `answers` are the reference strings for scoring; `spans` are all the places of the answer in `text`.
    """

    source: str
    article: str
    question: str
    title: str
    text: str
    spans: tuple[Span, ...]
    answers: tuple[str, ...]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON rows of a file, gzipped or not."""
    with path.open("rb") as file, gzip.open(file) if path.suffix == ".gz" else file as lines:
        for line in lines:
            yield json.loads(line)


def held_out(key: str, share: float) -> bool:
    """The same pseudo-random share of keys on every machine."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 0x100000000 < share


def _squash(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())[:300]


@cache
def test_year(folder: Path) -> frozenset[str]:
    """Ids, links, titles and squashed openings of the test year's articles: none may be trained on."""
    path = folder.parent / "realtimeqa-2023h1" / "articles.jsonl.gz"
    return frozenset(v for a in rows(path) for v in (a["id"], a["url"], a["title"], _squash(a["text"])))


@cache
def news_articles(folder: Path, year: str) -> dict[str, dict[str, Any]]:
    """The articles of 2022 or 2024 by id, without those of the test year and of validation."""
    banned = test_year(folder) | {r["title"] for r in written_rows(folder) if r["batch"] == VALIDATION_BATCH}
    return {
        a["id"]: a
        for a in rows(folder / f"realtimeqa-{year}.articles.jsonl.gz")
        if banned.isdisjoint((a["id"], a["url"], a["title"], _squash(a["text"])))
    }


@cache
def written_rows(folder: Path) -> list[dict[str, Any]]:
    """The passages of written-qa with their questions, as stored."""
    return list(rows(folder / "written-qa.jsonl"))


def written(folder: Path, *, validation: bool) -> list[Example]:
    """Questions written for this purpose; training leaves out passages of articles in the test year."""
    out: list[Example] = []
    for row in written_rows(folder):
        if (row["batch"] == VALIDATION_BATCH) != validation:
            continue
        if not validation and row["title"] in test_year(folder):
            continue
        for qa in row["qas"]:
            answer = qa["answer"]
            spans = find_all(row["text"], answer) if answer else ()
            answers = (answer,) if answer else ()
            out.append(
                Example("written", row["title"], qa["question"], row["title"], row["text"], spans, answers)
            )
    return out


def qed(folder: Path, *, validation: bool) -> list[Example]:
    """Natural Questions on encyclopedia paragraphs; held out only pages that written-qa has no passage of."""
    known = {r["title"] for r in written_rows(folder)}
    under_test = {r["title"] for r in written_rows(folder) if r["batch"] == VALIDATION_BATCH}
    out: list[Example] = []
    for row in rows(folder / "qed-dev.jsonl"):
        title, text = row["title_text"], row["paragraph_text"]
        if title in under_test:
            continue
        if (title not in known and held_out(title, 0.25)) != validation:
            continue
        marks = [a["paragraph_reference"] for a in row["annotation"].get("answer", [])]
        given = [a for group in row["original_nq_answers"] for a in group]
        chosen = marks or sorted(given, key=lambda a: a["end"] - a["start"])[:1]
        spans = tuple((a["start"], a["end"]) for a in chosen if text[a["start"] : a["end"]] == a["string"])
        if spans:
            answers = tuple({a["string"] for a in [*chosen, *given]})
            out.append(Example("qed", title, row["question_text"], title, text, spans, answers))
    return out


_PENN = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"', "-LSB-": "[", "-RSB-": "]"}


def qamr(folder: Path) -> list[Example]:
    """Questions on single sentences; the tokens are joined into ordinary spelling."""
    texts: dict[str, tuple[str, list[Span]]] = {}
    for line in (folder / "qamr-wiki-sentences.tsv").read_text(encoding="utf-8").splitlines():
        name, _, sentence = line.partition("\t")
        texts[name] = _detokenise(sentence.split())
    out: dict[tuple[str, str], Example] = {}
    for part in ("dev", "test"):
        for line in (folder / f"qamr-filtered-{part}.tsv").read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            name, question, places = cells[0], cells[5], [int(i) for i in cells[6].split()]
            if name not in texts or not places or places != list(range(places[0], places[-1] + 1)):
                continue
            text, tokens = texts[name]
            if places[-1] >= len(tokens):
                continue
            span = (tokens[places[0]][0], tokens[places[-1]][1])
            example = Example("qamr", name, question, "", text, (span,), (text[span[0] : span[1]],))
            out.setdefault((name, question), example)
    return list(out.values())


def _detokenise(tokens: list[str]) -> tuple[str, list[Span]]:
    text, spans, opened = "", [], False
    for raw in tokens:
        token = _PENN.get(raw, raw)
        glue = (
            not text
            or token in {",", ".", ";", ":", "?", "!", ")", "]", "%"}
            or text.endswith(("(", "[", "$"))
        )
        glue = glue or (token.startswith("'") and len(token) < 4) or token == "n't" or raw == "''"
        glue = glue or opened
        opened = raw == "``"
        text += token if glue else " " + token
        spans.append((len(text) - len(token), len(text)))
    return text, spans


def news(folder: Path, year: str, *, validation: bool = False) -> list[Example]:
    """News-quiz questions by distant supervision.

    From each question's own search results: of the windows that hold the answer the three that share most
    words with the question, and of those that do not hold it the four that do.
    """
    articles = news_articles(folder, year)
    share = NEWS_HELD_OUT if year == "2024" else 0.0
    gold = list(rows(folder / f"realtimeqa-{year}.gold.jsonl"))
    kept_back = {e["article_id"] for g in gold if held_out(g["id"], share) for e in g["evidence"]}
    out: list[Example] = []
    for row in gold:
        ids = [e["article_id"] for e in row["evidence"] if e["article_id"] in articles]
        if held_out(row["id"], share) != validation:
            continue
        if not validation:
            ids = [i for i in ids if i not in kept_back]
        out.extend(_pick(row, [articles[i] for i in ids], f"news-{year}"))
    return out


def _pick(row: dict[str, Any], articles: list[dict[str, Any]], source: str) -> list[Example]:
    cut = [(a, a["text"][s:e]) for a in articles for s, e in windows(a["text"])]
    cut = [(a, t) for a, t in cut if 80 < len(t) < 1600]
    answers = tuple(row["answers"])
    if not cut or not answers:
        return []
    order = [int(i) for i in Bm25([t for _, t in cut]).top([row["question"]], len(cut))[0]]
    holding: list[Example] = []
    missing: list[Example] = []
    for number in order:
        article, text = cut[number]
        spans = tuple({s for a in answers for s in find_all(text, bare(a), ignore_case=True)})
        place = holding if spans else missing
        known = answers if spans else ()
        place.append(Example(source, article["id"], row["question"], article["title"], text, spans, known))
    return holding[:3] + missing[:4]


def year_windows(folder: Path, per_question: int) -> list[Example]:
    """Validation only: the test year's windows that hold the answer, some a question, in a seeded order."""
    year = folder.parent / "realtimeqa-2023h1"
    articles = {a["id"]: a for a in rows(year / "articles.jsonl.gz")}
    out: list[Example] = []
    for row in rows(year / "gold.jsonl"):
        found: list[Example] = []
        for evidence in row["evidence"]:
            article = articles[evidence["article_id"]]
            for start, end in windows(article["text"]):
                text = article["text"][start:end]
                spans = tuple({s for a in row["answers"] for s in find_all(text, bare(a), ignore_case=True)})
                if spans:
                    given = tuple(row["answers"])
                    found.append(
                        Example(
                            "news-2023", article["id"], row["question"], article["title"], text, spans, given
                        )
                    )
        random.Random(row["id"]).shuffle(found)
        out.extend(found[:per_question])
    return out
