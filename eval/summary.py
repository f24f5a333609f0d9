"""The figures of a whole run as one nested mapping."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eval.abstention import Decision, Outcome, abstention_figures, sweep
from eval.evidence import Match
from eval.figures import GROUPS, Figure, figures, in_group
from eval.intervals import FEW
from eval.metrics import percentile
from eval.rows import Row, Scores, has_evidence
from eval.selective import (
    aurc,
    brier,
    calibration_error,
    coverage_at_risk,
    known_coverage,
    reliability,
    risk_coverage,
)
from eval.sureness import intervals

RISKS = (0.05, 0.1, 0.2)
DEEPEST = 20  # of the success@k curve
MOST_POINTS = 200  # of the risk-coverage curve

Scored = Sequence[tuple[Row, Scores]]


def summarise(rows: Sequence[Row], resources: Mapping[str, object] | None = None) -> dict[str, Any]:
    """All figures of a run; rates are in [0, 1], rounded to 4 places, None where no question is eligible.

    Groups as `figures.in_group` says. `intervals` maps the path of a figure, such as `reading.all.em`, to its
    95 % interval and the number of questions it rests on. `resources` (cold start, memory) are passed on.
    """
    scored = [(row, row["scores"]) for row in rows if row["scores"] is not None]
    groups = {group: [pair for pair in scored if in_group(group, pair[0])] for group in GROUPS}
    answerable = sum(row["gold"]["answerable"] for row in rows)
    told = figures(rows)
    summary: dict[str, Any] = {
        "questions": len(rows),
        "answerable": answerable,
        "with_evidence": sum(map(has_evidence, rows)),
        "unanswerable": len(rows) - answerable,
        "system_errors": len(rows) - len(scored),
        "few": len(rows) < FEW,
        **_nested(told),
        "success_curve": _success_curve(scored),
        "squad2": _squad2(scored),
        "losses": dict(Counter(row["label"] for row in rows).most_common()),
        "latency_ms": _latency(row for row, _ in scored),
        "resources": dict(resources or {}),
        "gold": _gold(rows),
        "confidence": {name: _confidence(group) for name, group in groups.items()},
        "sweep": {name: sweep(decisions(group)) for name, group in groups.items()},
        "intervals": intervals(rows, told),
    }
    summary["citations"] |= _citation_counts(scored)
    for name, group in groups.items():
        summary["abstention"][name] = _abstention(group) | summary["abstention"][name]
    rounded: dict[str, Any] = _rounded(summary)
    return rounded


def decisions(scored: Scored) -> list[Decision]:
    """The sweep's view of the rows; a declined answerable question stays in, with its judgement unknown."""
    seen = []
    for row, scores in scored:
        if scores["outcome"] is None or row["confidence"] is None:
            continue
        judged = row["gold"]["answerable"] and not row["abstained"]
        seen.append(
            Decision(
                confidence=row["confidence"],
                answerable=row["gold"]["answerable"],
                right=scores["outcome"] == Outcome.RIGHT if judged else None,
                em=scores["reading"]["em"] if judged and scores["reading"] is not None else None,
            )
        )
    return seen


def answers_given(scored: Scored) -> list[tuple[float, bool]]:
    """Confidence and rightness of the answers that were given and can be judged."""
    return [
        (row["confidence"], scores["outcome"] == Outcome.RIGHT)
        for row, scores in scored
        if not row["abstained"] and scores["outcome"] is not None and row["confidence"] is not None
    ]


def _nested(told: Iterable[Figure]) -> dict[str, Any]:
    """The figures by their paths: `a.b.c` becomes a mapping of mappings."""
    tree: dict[str, Any] = {}
    for figure in told:
        *folders, name = figure.path.split(".")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = figure.value
    return tree


def _success_curve(scored: Scored) -> dict[str, list[float]]:
    """Success at each depth from 1 to `DEEPEST`, by article and by evidence; empty without eligible ones."""
    curves = {}
    found = {
        "retrieval": [scores["retrieval"] for _, scores in scored],
        "retrieval_by_evidence": [scores["retrieval_by_evidence"] for _, scores in scored],
    }
    for kind, each in found.items():
        ranks = [told["reciprocal_rank"] for told in each if told is not None]
        curves[kind] = [
            sum(rank >= 1 / depth for rank in ranks) / len(ranks) for depth in range(1, DEEPEST + 1) if ranks
        ]
    return curves


def _squad2(scored: Scored) -> dict[str, float | None]:
    """Exact match and F1 over all questions: an unanswerable one scores 1 if it was declined, else 0.

    The figures of SQuAD 2.0's evaluation script (Rajpurkar et al., 2018), at the run's own threshold.
    """
    totals = {"em": 0.0, "f1": 0.0}
    judged = [
        (row, scores["reading"])
        for row, scores in scored
        if scores["reading"] is not None or not row["gold"]["answerable"]
    ]
    for row, reading in judged:
        for name in totals:
            totals[name] += float(row["abstained"]) if reading is None else reading[name]
    return {name: total / len(judged) if judged else None for name, total in totals.items()}


def _citation_counts(scored: Scored) -> dict[str, int]:
    """How many answers there are, how many citations, and answers without one, which should not be."""
    answers = [scores["citations"] for _, scores in scored if scores["citations"] is not None]
    return {
        "answers": len(answers),
        "citations": sum(map(len, answers)),
        "uncited_answers": sum(not verdicts for verdicts in answers),
    }


def _abstention(scored: Scored) -> dict[str, float | None]:
    return abstention_figures(
        Outcome(scores["outcome"]) for _, scores in scored if scores["outcome"] is not None
    )


def _confidence(scored: Scored) -> dict[str, Any]:
    """What confidence is worth: the risk-coverage curve, its area, coverage at some risks, calibration."""
    seen, given = decisions(scored), answers_given(scored)
    curve = risk_coverage(seen)
    step = max(1, len(curve) // MOST_POINTS)
    return {
        "aurc": aurc(seen),
        **{f"coverage@risk{risk * 100:g}": coverage_at_risk(seen, risk) for risk in RISKS},
        "known_coverage": known_coverage(seen),
        "ece": calibration_error(given),
        "brier": brier(given),
        "curve": [list(point) for point in (*curve[:-1:step], *curve[-1:])],
        "reliability": [list(each) for each in reliability(given)],
    }


def _latency(rows: Iterable[Row]) -> dict[str, dict[str, float | None]]:
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
