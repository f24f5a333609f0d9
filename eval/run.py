"""Asks every question of a gold set and writes the run folder: manifest, results, summary, report."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.evidence import resolve
from eval.gold import GoldQuestion, GoldSet
from eval.manifest import environment
from eval.report import render_report
from eval.rows import GoldFacts, Row, gold_facts
from eval.scoring import score
from eval.summary import summarise
from rag.as_json import answer_to_json
from rag.errors import InputError
from rag.types import Answer, Filters

MANIFEST, RESULTS, SUMMARY, REPORT = "manifest.json", "results.jsonl", "summary.json", "report.html"


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: its folder, the figures of `summarise` and the rows in the order of the gold set."""

    folder: Path
    summary: dict[str, Any]
    rows: tuple[Row, ...]


def run(
    gold: GoldSet,
    ask: Callable[[str, Filters], Answer],
    article_text: Callable[[str], str | None],
    out: Path,
    manifest: Mapping[str, object],
    progress: Callable[[int, int], None] | None = None,
    canonical: Callable[[str], str] = str,
) -> RunResult:
    """Asks each question, scores the answers and writes the run folder `out`, over an earlier run if need be.

    A question on which `ask` raises is recorded with its error and not scored. Each result is on disk before
    the next question is asked; a run that is stopped keeps those, and its manifest says `finished: null`.

    Args:
        ask: gives the answer to a question; called with its day where that is known, and no filter.
        article_text: the stored text of an article id, None if there is no such article.
        manifest: what the caller knows about settings, library and models, as JSON-ready values.
        progress: called after each question with the number done and the number of all.
        canonical: the id under which the text of an article id is stored.

    Raises:
        InputError: the folder cannot be written.
    """
    started = _now()
    facts = {**environment(manifest, gold), "started": started, "finished": None}
    rows: list[Row] = []
    titles: dict[str, str] = {}
    with _writing(out):
        out.mkdir(parents=True, exist_ok=True)
        for stale in (SUMMARY, REPORT):  # never beside results they do not belong to
            (out / stale).unlink(missing_ok=True)
        _write_json(out / MANIFEST, facts)
        # JSON in ASCII: no character of an article can break a line, or the encoding, of whoever reads it
        with (out / RESULTS).open("w", encoding="ascii", newline="\n") as results:
            for done, question in enumerate(gold.questions, start=1):
                known = gold_facts(question, resolve(question, article_text, canonical))
                row, seen = _ask(question, known, ask)
                titles.update(seen)
                row["scores"] = score(row, article_text)
                results.write(json.dumps(row) + "\n")
                results.flush()
                rows.append(row)
                if progress is not None:
                    progress(done, len(gold.questions))
        summary = summarise(rows)
        facts["finished"] = _now()
        _write_json(out / SUMMARY, summary)
        page = render_report(summary, rows, facts, titles)
        (out / REPORT).write_text(page, encoding="utf-8", errors="replace", newline="\n")
        _write_json(out / MANIFEST, facts)
    return RunResult(out, summary, tuple(rows))


def _ask(
    question: GoldQuestion, known: GoldFacts, ask: Callable[[str, Filters], Answer]
) -> tuple[Row, dict[str, str]]:
    """The row of one question, not yet scored, and the titles of the articles in its answer by their ids."""
    row: Row = {
        "id": question.id,
        "question": question.question,
        "prediction": "",
        "short_answer": None,
        "abstained": False,
        "reason": None,
        "confidence": 0.0,
        "citations": [],
        "retrieved": [],
        "timings_ms": {},
        "error": None,
        "gold": known,
        "scores": None,
    }
    began = time.perf_counter()
    try:
        answer = ask(question.question, Filters(asked_on=question.asked_on))
        elapsed = (time.perf_counter() - began) * 1000
        told = answer_to_json(answer)
    except Exception as error:  # one bad question must not cost the run
        row["error"] = " ".join(f"{type(error).__name__}: {error}".split())[:500]
        return row, {}
    row["prediction"] = "" if told["abstained"] else told["answer"]
    row["short_answer"] = told["short_answer"]
    row["abstained"] = told["abstained"]
    row["reason"] = told["reason"]
    row["confidence"] = told["confidence"]
    row["citations"] = told["citations"]
    row["retrieved"] = told["evidence"]
    row["timings_ms"] = {**told["timings_ms"]}
    row["timings_ms"].setdefault("total", round(elapsed, 2))
    articles = [found.article for found in answer.evidence] + [cited.article for cited in answer.citations]
    return row, {article.id: article.title for article in articles}


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"Cannot write the run folder {out}: {error.strerror or error}; give another with --out."
        ) from error


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="ascii", newline="\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
