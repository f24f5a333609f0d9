"""Turns the figures of a run into the coordinates of small line charts for the report."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]

# of the drawing, in SVG units: room for the numbers left and below
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 260, 44, 22, 14, 40
QUARTERS = tuple((step / 4, f"{25 * step} %") for step in range(5))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: `points` in data units (x in [0, 1]), `tone` the class that colours it."""

    name: str
    tone: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart over x in [0, 1] and y in [0, `top`], y in per cent, x marked as `x_marks` say."""

    title: str
    x_name: str
    y_name: str
    lines: tuple[Line, ...]
    caption: str = ""
    top: float = 1.0
    dot: Point | None = None
    x_marks: tuple[tuple[float, str], ...] = QUARTERS

    def at(self, point: Point) -> Point:
        """The drawing's coordinates of a point, rounded to a tenth."""
        x, y = point
        return (
            round(LEFT + x * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - y / self.top * (HEIGHT - TOP - BOTTOM), 1),
        )

    def path(self, line: Line) -> str:
        """The `points` attribute of a polyline."""
        return " ".join(f"{x:g},{y:g}" for x, y in map(self.at, line.points))

    def x_ticks(self) -> list[tuple[Point, str]]:
        """Where the x axis is marked, and with what."""
        return [(self.at((x, 0)), text) for x, text in self.x_marks]

    def y_ticks(self) -> list[tuple[Point, str]]:
        """Where the y axis is marked, and with what."""
        return [(self.at((0, self.top * step / 4)), f"{100 * self.top * step / 4:g} %") for step in range(5)]


def success(curves: Mapping[str, Sequence[float]]) -> Chart | None:
    """The share of questions whose evidence is among the first k, for each k; None without any."""
    depth = max(map(len, curves.values()), default=0)
    if depth < 2:
        return None
    names = {"retrieval": ("its article", "good"), "retrieval_by_evidence": ("the evidence itself", "accent")}
    lines = tuple(
        Line(name, tone, tuple(((k - 1) / (depth - 1), rate) for k, rate in enumerate(curves[kind], start=1)))
        for kind, (name, tone) in names.items()
        if curves[kind]
    )
    marks = tuple(((k - 1) / (depth - 1), str(k)) for k in (1, 5, 10, 15, 20) if k <= depth)
    return Chart("How deep the evidence is found", "first k", "success@k", lines, x_marks=marks)


def risk_coverage(curve: Sequence[Sequence[float]], outcomes: Mapping[str, float | None]) -> Chart | None:
    """Wrong answers among the answers given against the share of questions answered; None below two points.

    The line ends where this run declined. The dot is the run itself, from its counts of outcomes.
    """
    if len(curve) < 2:
        return None
    right, wrong = outcomes["answered_right"] or 0, outcomes["answered_wrong"] or 0
    false = outcomes["false_answer"] or 0
    answered = right + wrong + false
    asked = answered + (outcomes["abstained_answerable"] or 0) + (outcomes["abstained_unanswerable"] or 0)
    dot = (answered / asked, (wrong + false) / answered) if answered else None
    points = tuple((coverage, risk) for coverage, risk in curve)
    highest = max([risk for _, risk in points] + ([dot[1]] if dot else []))
    caption = (
        "What share of the answers is wrong, or given where there is none,"
        " if only the most confident are given."
    )
    if dot is not None:
        caption += f" The circle is this run: {dot[0]:.1%} answered, {dot[1]:.1%} of that wrong."
    return Chart(
        title="What answering more costs",
        x_name="questions answered",
        y_name="wrong among the answers",
        lines=(Line("risk", "bad", points),),
        caption=caption,
        top=max(0.2, math.ceil(highest * 5) / 5),
        dot=dot,
    )


def calibration(bins: Sequence[Sequence[float]]) -> Chart | None:
    """How often answers of some confidence are right, beside the diagonal; None below two bins."""
    if len(bins) < 2:
        return None
    measured = tuple((confidence, right) for _, confidence, right in bins)
    return Chart(
        title="Whether confidence can be believed",
        x_name="confidence",
        y_name="right among the answers",
        lines=(Line("this run", "accent", measured), Line("as it should be", "faint", ((0, 0), (1, 1)))),
    )


def threshold_rates(points: Sequence[Mapping[str, float | None]]) -> Chart | None:
    """Answers among answerable and among unanswerable questions by threshold; None without both kinds."""
    lines = tuple(
        Line(
            name,
            tone,
            tuple((point["threshold"] or 0.0, rate) for point in points if (rate := point[key]) is not None),
        )
        for key, name, tone in (
            ("answered_rate", "answerable questions answered", "good"),
            ("false_answer_rate", "unanswerable questions answered", "bad"),
        )
    )
    if not all(line.points for line in lines):
        return None
    return Chart(
        title="What the threshold does",
        x_name="confidence an answer must have",
        y_name="share answered",
        lines=lines,
        x_marks=tuple((step / 4, f"{step / 4:g}") for step in range(5)),
    )


def charts(summary: Mapping[str, Any]) -> list[Chart]:
    """The charts that this run has enough questions for."""
    group = "with_evidence" if summary["with_evidence"] else "all"
    confidence = summary["confidence"][group]
    drawn = (
        success(summary["success_curve"]),
        risk_coverage(confidence["curve"], summary["abstention"][group]),
        calibration(confidence["reliability"]),
        threshold_rates(summary["sweep"][group]),
    )
    return [chart for chart in drawn if chart is not None]
