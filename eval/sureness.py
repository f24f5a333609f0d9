"""The 95 % interval of every figure of a run, by its path in the summary."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eval.abstention import Outcome
from eval.figures import GROUPS, Figure, in_group
from eval.intervals import Interval, Resamples, cluster_of, wilson
from eval.rows import Row
from eval.selective import bin_of


def intervals(rows: Sequence[Row], told: Sequence[Figure]) -> dict[str, dict[str, Any]]:
    """`{low, high, questions}` for each figure that exists, rates with `wilson: [low, high]` too.

    `low` and `high` are of the bootstrap clustered by article; where resampling cannot move a figure
    (everything passes, or nothing) they are Wilson's over the questions. `questions` is the number that the
    figure rests on.
    """
    if not rows:
        return {}
    resamples = Resamples([cluster_of(row) for row in rows])
    known: dict[str, dict[str, Any]] = {}
    for figure in told:
        if figure.eligible:
            known[figure.path] = _of_figure(figure, resamples)
    for group in GROUPS:
        known |= _of_confidence(rows, group, resamples)
    return known | _of_latency(rows, resamples)


def _of_figure(figure: Figure, resamples: Resamples) -> dict[str, Any]:
    shown = resamples.ratio(figure.parts, figure.wholes)
    told: dict[str, Any] = {}
    if figure.is_rate:
        told["wilson"] = list(wilson(float(figure.parts.sum()), figure.eligible))
    if figure.value in (0, 1) and shown is not None and shown.low == shown.high:
        shown = wilson(figure.value * figure.eligible, figure.eligible)
    return _told(shown, figure.eligible) | told


def _told(shown: Interval | None, questions: int) -> dict[str, Any]:
    low, high = (None, None) if shown is None else shown
    return {"low": low, "high": high, "questions": questions}


def _of_confidence(rows: Sequence[Row], group: str, resamples: Resamples) -> dict[str, dict[str, Any]]:
    """Of calibration, Brier score and, where the curve is known to its end, the area under it."""
    scored = [
        row["scores"] is not None
        and row["scores"]["outcome"] is not None
        and row["confidence"] is not None
        and in_group(group, row)
        for row in rows
    ]
    eligible = np.array(scored)
    confidence = np.array([row["confidence"] or 0.0 for row in rows])
    outcomes = [None if row["scores"] is None else row["scores"]["outcome"] for row in rows]
    right = np.array([float(outcome == Outcome.RIGHT) for outcome in outcomes])
    given = eligible & np.array([not row["abstained"] for row in rows])
    told: dict[str, dict[str, Any]] = {}
    if given.any():
        known = given.astype(np.float64)
        gaps = np.where(given, confidence - right, 0.0)
        bins = np.array([bin_of(each) for each in confidence], dtype=np.intp)
        answers = int(given.sum())
        told[f"confidence.{group}.ece"] = _told(resamples.calibration(bins, gaps, known), answers)
        told[f"confidence.{group}.brier"] = _told(resamples.ratio(gaps**2, known), answers)
    if eligible.any() and Outcome.DECLINED_ANSWERABLE not in {
        each for each, counts in zip(outcomes, scored, strict=True) if counts
    }:
        area = resamples.area(np.where(eligible, confidence, 0.0), 1.0 - right, eligible)
        told[f"confidence.{group}.aurc"] = _told(area, int(eligible.sum()))
    return told


def _of_latency(rows: Sequence[Row], resamples: Resamples) -> dict[str, dict[str, Any]]:
    told = {}
    for stage in dict.fromkeys(stage for row in rows for stage in row["timings_ms"]):
        times = np.array([row["timings_ms"].get(stage, np.nan) for row in rows], dtype=np.float64)
        for name, q in (("p50", 0.5), ("p95", 0.95)):
            shown = resamples.quantile(times, q)
            told[f"latency_ms.{stage}.{name}"] = _told(shown, int((~np.isnan(times)).sum()))
    return told
