"""How well confidence tells right answers from wrong: risk and coverage, their area, calibration."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from eval.abstention import Decision
from eval.metrics import mean, ratio

BINS = 10


class Point(NamedTuple):
    """The share of all questions answered, and the share of these answers that is not right."""

    coverage: float
    risk: float


class Bin(NamedTuple):
    """Answers of like confidence: how many, their mean confidence and the share that is right."""

    answers: int
    confidence: float
    right: float


def risk_coverage(decisions: Sequence[Decision]) -> list[Point]:
    """The curve, a point for each distinct confidence, the surest first (El-Yaniv & Wiener, 2010).

    Questions of equal confidence are answered together. Answering what has no answer is wrong. The curve
    ends before the first question of which nobody knows what would have been answered.
    """
    points, answered, wrong = [], 0, 0
    for block in _blocks(decisions):
        if any(_is_wrong(each) is None for each in block):
            break
        answered += len(block)
        wrong += sum(bool(_is_wrong(each)) for each in block)
        points.append(Point(answered / len(decisions), wrong / answered))
    return points


def aurc(decisions: Sequence[Decision]) -> float | None:
    """The area under the curve: the mean risk over all coverages 1/n ... n/n (Geifman et al., 2019).

    Inside a block of equal confidence the wrong answers are spread evenly. None without questions, and where
    the run does not say what all of them would have been answered: a part of the curve would flatter.
    """
    total, answered, wrong = 0.0, 0, 0
    for block in _blocks(decisions):
        if any(_is_wrong(each) is None for each in block):
            return None
        share = sum(bool(_is_wrong(each)) for each in block) / len(block)
        total += sum((wrong + share * step) / (answered + step) for step in range(1, len(block) + 1))
        answered, wrong = answered + len(block), wrong + round(share * len(block))
    return total / answered if answered else None


def coverage_at_risk(decisions: Sequence[Decision], risk: float) -> float | None:
    """The most questions that can be answered while at most `risk` of the answers is wrong; 0 if none can.

    Only the known part of the curve counts, so that it is a lower bound where that ends early. None where
    nothing of it is known.
    """
    points = risk_coverage(decisions)
    return max((point.coverage for point in points if point.risk <= risk), default=0.0) if points else None


def reliability(answers: Sequence[tuple[float, bool]]) -> list[Bin]:
    """Answers, as (confidence, right), in `BINS` bins of equal width, empty ones left out."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for answer in answers:
        bins.setdefault(bin_of(answer[0]), []).append(answer)
    return [
        Bin(
            len(inside),
            sum(each for each, _ in inside) / len(inside),
            sum(ok for _, ok in inside) / len(inside),
        )
        for _, inside in sorted(bins.items())
    ]


def bin_of(confidence: float) -> int:
    """The bin of a confidence in [0, 1]; 1 belongs to the last."""
    return min(BINS - 1, int(confidence * BINS))


def calibration_error(answers: Sequence[tuple[float, bool]]) -> float | None:
    """The expected calibration error over `reliability`'s bins (Naeini et al., 2015; Guo et al., 2017)."""
    gaps = sum(each.answers * abs(each.confidence - each.right) for each in reliability(answers))
    return gaps / len(answers) if answers else None


def brier(answers: Sequence[tuple[float, bool]]) -> float | None:
    """The mean squared difference of confidence and being right (Brier, 1950)."""
    return mean((confidence - right) ** 2 for confidence, right in answers)


def known_coverage(decisions: Sequence[Decision]) -> float | None:
    """Up to which share of questions answered the curve is known."""
    points = risk_coverage(decisions)
    return points[-1].coverage if points else ratio(0, len(decisions))


def _blocks(decisions: Sequence[Decision]) -> list[list[Decision]]:
    ordered = sorted(decisions, key=lambda each: -each.confidence)
    return [list(block) for _, block in groupby(ordered, key=lambda each: each.confidence)]


def _is_wrong(decision: Decision) -> bool | None:
    """Whether answering is wrong; None where nobody knows the answer."""
    if not decision.answerable:
        return True
    return None if decision.right is None else not decision.right
