"""The figures of a whole run as one nested mapping."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from eval.abstention import Decision, Outcome, abstention_figures, sweep
from eval.evidence import Match
from eval.metrics import mean, percentile
from eval.rows import Row, Scores, gold_articles, has_evidence, retrieved_articles
from eval.scoring import DEPTHS

READING = ("em", "f1", "containment")
Check = Literal["resolves", "verbatim", "contains_answer", "overlaps_evidence"]
CHECKS: tuple[Check, ...] = ("resolves", "verbatim", "contains_answer", "overlaps_evidence")

Figures = dict[str, float | None]
Scored = Sequence[tuple[Row, Scores]]


def summarise(rows: Sequence[Row]) -> dict[str, Any]:
    """All figures of a run; rates are in [0, 1], rounded to 4 places, None where no question is eligible.

    `all` counts every question on which the system did not fail; `with_evidence` leaves out the answerable
    ones for which the gold set names no evidence, as nobody knows whether the library holds their answer.
    """
    scored = [(row, row["scores"]) for row in rows if row["scores"] is not None]
    known = [(row, scores) for row, scores in scored if has_evidence(row) or not row["gold"]["answerable"]]
    groups = {"all": scored, "with_evidence": known}
    answerable = sum(row["gold"]["answerable"] for row in rows)
    figures = {
        "questions": len(rows),
        "answerable": answerable,
        "with_evidence": sum(map(has_evidence, rows)),
        "unanswerable": len(rows) - answerable,
        "system_errors": len(rows) - len(scored),
        "retrieval": _retrieval(scored),
        "reading": {name: _reading(group) for name, group in groups.items()},
        "citations": _citations(scored),
        "abstention": {name: _abstention(group) for name, group in groups.items()},
        "losses": dict(Counter(lost_at(row) for row in rows).most_common()),
        "latency_ms": _latency(row for row, _ in scored),
        "gold": _gold(rows),
        "sweep": {name: sweep(_decisions(group)) for name, group in groups.items()},
    }
    rounded: dict[str, Any] = _rounded(figures)
    return rounded


def lost_at(row: Row) -> str:
    """One label for a question: answered or declined rightly, or the stage at which its answer was lost."""
    scores = row["scores"]
    if scores is None:
        return "system error"
    match scores["outcome"]:
        case None:
            return "not judged"
        case Outcome.RIGHT:
            return "answered rightly"
        case Outcome.DECLINED_UNANSWERABLE:
            return "declined rightly"
        case Outcome.FALSE_ANSWER:
            return "answered the unanswerable"
        case other:
            verb = "answered wrongly" if other == Outcome.WRONG else "declined"
    if not has_evidence(row):
        return f"{verb}, no gold evidence"
    found = gold_articles(row) & set(retrieved_articles(row))
    return f"{verb}, article found" if found else f"{verb}, article not retrieved"


def _retrieval(scored: Scored) -> Figures:
    eligible = [scores["retrieval"] for _, scores in scored if scores["retrieval"] is not None]
    figures = {f"success@{depth}": mean(one[f"success@{depth}"] for one in eligible) for depth in DEPTHS}
    return {**figures, "mrr": mean(one["reciprocal_rank"] for one in eligible)}


def _reading(scored: Scored) -> Figures:
    eligible = [scores["reading"] for _, scores in scored if scores["reading"] is not None]
    return {name: mean(one[name] for one in eligible) for name in READING}


def _citations(scored: Scored) -> Figures:
    """The four checks as shares of all citations, then the last two as shares of answers.

    An answer passes if one of its citations does; one without citations passes nothing. There should be
    none of those: `uncited_answers` counts them.
    """
    answers = [(row, scores["citations"]) for row, scores in scored if scores["citations"] is not None]
    every = [verdict for _, verdicts in answers for verdict in verdicts]
    return {
        "answers": len(answers),
        "citations": len(every),
        "uncited_answers": sum(not verdicts for _, verdicts in answers),
        **{check: mean(verdict[check] for verdict in every) for check in CHECKS},
        "answers_with_containing": mean(
            any(verdict["contains_answer"] for verdict in verdicts)
            for row, verdicts in answers
            if row["gold"]["answers"]
        ),
        "answers_with_overlapping": mean(
            any(verdict["overlaps_evidence"] for verdict in verdicts)
            for row, verdicts in answers
            if has_evidence(row)
        ),
    }


def _abstention(scored: Scored) -> Figures:
    return abstention_figures(
        Outcome(scores["outcome"]) for _, scores in scored if scores["outcome"] is not None
    )


def _decisions(scored: Scored) -> list[Decision]:
    """The sweep's view of the rows; a declined answerable question stays in, with its judgement unknown."""
    decisions = []
    for row, scores in scored:
        if scores["outcome"] is None:
            continue
        judged = row["gold"]["answerable"] and not row["abstained"]
        decisions.append(
            Decision(
                confidence=row["confidence"],
                answerable=row["gold"]["answerable"],
                right=scores["outcome"] == Outcome.RIGHT if judged else None,
                em=scores["reading"]["em"] if judged and scores["reading"] is not None else None,
            )
        )
    return decisions


def _latency(rows: Iterable[Row]) -> dict[str, Figures]:
    stages: dict[str, list[float]] = {}
    for row in rows:
        for stage, milliseconds in row["timings_ms"].items():
            stages.setdefault(stage, []).append(milliseconds)
    return {stage: {"p50": percentile(ms, 50), "p95": percentile(ms, 95)} for stage, ms in stages.items()}


def _gold(rows: Sequence[Row]) -> dict[str, Any]:
    """How the gold evidence was found in the library, and the questions for which some was not."""
    matches = Counter(found["match"] for row in rows for found in row["gold"]["evidence"])
    lost = {Match.NOT_FOUND.value, Match.MISSING.value}
    unresolved = [
        row["id"] for row in rows if any(found["match"] in lost for found in row["gold"]["evidence"])
    ]
    return {
        "evidence": matches.total(),
        **{match.value: matches[match.value] for match in Match},
        "unresolved": sum(matches[match] for match in lost),
        "unresolved_questions": unresolved,
    }


def _rounded(value: Any) -> Any:
    """The same nested value with every float at 4 places."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return round(value, 4) if isinstance(value, float) else value
