"""Answers every question of a gold set and writes the run folder: manifest, results, summary, report."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.compare import Comparison, Earlier, compare
from eval.evidence import resolve
from eval.folder import MANIFEST, REPORT, RESULTS, SUMMARY, write_json, writing
from eval.manifest import environment, peak_memory_mb
from eval.questions import GoldQuestion, GoldSet
from eval.report import render_report
from eval.rows import GoldFacts, Row, blank_row, gold_facts
from eval.scoring import score
from eval.shelf import Shelf
from eval.summary import summarise
from eval.why import why
from rag.as_json import answer_to_json
from rag.types import Answer, Filters

if TYPE_CHECKING:
    from eval.judge import Judge

Ask = Callable[[str, Filters], Answer]
Titles = dict[str, str]
Answerer = Callable[[GoldQuestion, GoldFacts], tuple[Row, Titles]]
"""Gives the row of a question, not yet scored, and the titles of the articles in it by their ids."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: its folder, the figures of `summarise` and the rows in the order of the gold set."""

    folder: Path
    summary: dict[str, Any]
    rows: tuple[Row, ...]
    comparison: Comparison | None = None


@dataclass(slots=True)
class _Asked:
    """What came of the questions so far."""

    rows: list[Row] = field(default_factory=list)
    titles: Titles = field(default_factory=dict)


def run(
    gold: GoldSet,
    ask: Ask,
    article_text: Callable[[str], str | None],
    out: Path,
    manifest: Mapping[str, object],
    progress: Callable[[int, int], None] | None = None,
    canonical: Callable[[str], str] = str,
) -> RunResult:
    """Asks a system each question and scores its answers, as `evaluate` does."""
    return evaluate(gold, asking(ask), Shelf(article_text, canonical), out, manifest, progress)


def evaluate(
    gold: GoldSet,
    answerer: Answerer,
    shelf: Shelf,
    out: Path,
    manifest: Mapping[str, object],
    progress: Callable[[int, int], None] | None = None,
    before: Earlier | None = None,
    judge: "Judge | None" = None,
) -> RunResult:
    """Gets each answer, scores it and writes the run folder `out`, over an earlier run if need be.

    Each result is on disk before the next question is asked; a run that is stopped keeps those, and its
    manifest says `finished: null`.

    Args:
        manifest: what the caller knows about settings, library and models, as JSON-ready values.
        progress: called after each question with the number done and the number of all.
        before: the run to compare with.
        judge: adds its verdict to a scored row.

    Raises:
        InputError: the folder cannot be written.
    """
    facts = {**environment(manifest, gold), "started": _now(), "finished": None}
    if judge is not None:
        facts["judge"] = judge.name
    asked = _Asked()
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        for stale in (SUMMARY, REPORT):  # never beside results they do not belong to
            (out / stale).unlink(missing_ok=True)
        write_json(out / MANIFEST, facts)
        with (out / RESULTS).open("w", encoding="ascii", newline="\n") as results:
            for done, question in enumerate(gold.questions, start=1):
                row, seen = _scored(question, answerer, shelf)
                if judge is not None:
                    judge(row)
                results.write(json.dumps(row) + "\n")
                results.flush()
                asked.rows.append(row)
                asked.titles.update(seen)
                if progress is not None:
                    progress(done, len(gold.questions))
        return _finish(out, facts, asked, shelf, before, judge)


def _scored(question: GoldQuestion, answerer: Answerer, shelf: Shelf) -> tuple[Row, Titles]:
    known = gold_facts(question, resolve(question, shelf.text, shelf.canonical, shelf.candidates))
    row, titles = answerer(question, known)
    row["scores"] = score(row, shelf.text)
    row["label"] = why(row, shelf.text).value
    return row, titles


def _finish(
    out: Path,
    facts: dict[str, object],
    asked: _Asked,
    shelf: Shelf,
    before: Earlier | None,
    judge: "Judge | None",
) -> RunResult:
    """Writes what can be said once all questions are answered."""
    resources = {"cold_start_ms": facts.get("cold_start_ms"), "peak_memory_mb": peak_memory_mb()}
    summary = summarise(asked.rows, resources)
    if judge is not None:
        from eval.judge import judged

        summary["judge"] = judged(asked.rows, judge.name)
    comparison = None if before is None else compare(asked.rows, before.rows)
    facts["finished"] = _now()
    write_json(out / SUMMARY, summary)
    page = render_report(summary, asked.rows, facts, asked.titles, shelf.text, before, comparison)
    (out / REPORT).write_text(page, encoding="utf-8", errors="replace", newline="\n")
    write_json(out / MANIFEST, facts)
    return RunResult(out, summary, tuple(asked.rows), comparison)


def put(question: GoldQuestion, ask: Ask) -> Answer:
    """Asks a system one question of a gold set, as of its day where that is known, and without filters."""
    return ask(question.question, Filters(asked_on=question.asked_on))


def asking(ask: Ask) -> Answerer:
    """Answers by a system; a question on which it raises is recorded with its error and not scored."""
    return lambda question, known: row_of(question, known, lambda: put(question, ask))


def row_of(question: GoldQuestion, known: GoldFacts, answer: Callable[[], Answer]) -> tuple[Row, Titles]:
    """The row of an answer and the titles of the articles in it; what `answer` raises is its error."""
    row = blank_row(question, known)
    began = time.perf_counter()
    try:
        given = answer()
        elapsed = (time.perf_counter() - began) * 1000
        told = answer_to_json(given)
    except Exception as error:  # one bad question must not cost the run
        row["error"] = " ".join(f"{type(error).__name__}: {error}".split())[:500]
        return row, {}
    row["prediction"] = "" if told["abstained"] else told["answer"]
    row["short_answer"] = told["short_answer"]
    row["abstained"] = told["abstained"]
    row["reason"] = told["reason"]
    row["confidence"] = told["confidence"]
    row["claims"] = [] if told["abstained"] else told["claims"]
    row["citations"] = told["citations"]
    row["differing"] = told["differing"]
    row["notes"] = told["notes"]
    row["retrieved"] = told["evidence"]
    row["timings_ms"] = {**told["timings_ms"]}
    row["timings_ms"].setdefault("total", round(elapsed, 2))
    articles = [found.article for found in given.evidence] + [cited.article for cited in given.citations]
    return row, {article.id: article.title for article in articles}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
