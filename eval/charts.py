"""Turns the threshold sweep into the coordinates of two small line charts for the report."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]

# of the drawing, in SVG units: room for the numbers left and below
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 260, 44, 22, 14, 40


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: `points` in data units (x in [0, 1]), `tone` the class that colours it."""

    name: str
    tone: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart over x in [0, 1] and y in [0, `top`], both shown as per cent unless `x_percent` is off."""

    title: str
    x_name: str
    y_name: str
    lines: tuple[Line, ...]
    top: float = 1.0
    dot: Point | None = None
    x_percent: bool = True

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
        return [
            (self.at((step / 4, 0)), f"{25 * step} %" if self.x_percent else f"{step / 4:g}")
            for step in range(5)
        ]

    def y_ticks(self) -> list[tuple[Point, str]]:
        """Where the y axis is marked, and with what."""
        return [(self.at((0, self.top * step / 4)), f"{100 * self.top * step / 4:g} %") for step in range(5)]


def risk_coverage(
    points: Sequence[Mapping[str, float | None]], outcomes: Mapping[str, float | None]
) -> Chart | None:
    """Wrong answers among the answers given against the share of questions answered; None below two points.

    Thresholds at which some answers are unknown are left out, so the line ends where this run declined. The
    dot is the run itself, from its counts of outcomes.
    """
    known = sorted(
        {
            (point["coverage"], point["risk"])
            for point in points
            if point["coverage"] is not None and point["risk"] is not None
        }
    )
    if len(known) < 2:
        return None
    right, wrong = outcomes["answered_right"] or 0, outcomes["answered_wrong"] or 0
    false = outcomes["false_answer"] or 0
    answered = right + wrong + false
    asked = answered + (outcomes["abstained_answerable"] or 0) + (outcomes["abstained_unanswerable"] or 0)
    dot = (answered / asked, (wrong + false) / answered) if answered else None
    highest = max([risk for _, risk in known] + ([dot[1]] if dot else []))
    return Chart(
        title="What answering more costs",
        x_name="questions answered",
        y_name="wrong among the answers",
        lines=(Line("risk", "bad", tuple(known)),),
        top=max(0.2, math.ceil(highest * 5) / 5),
        dot=dot,
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
        x_percent=False,
    )


def charts(summary: Mapping[str, Any]) -> list[Chart]:
    """The charts that this run has enough questions for."""
    group = "with_evidence" if summary["with_evidence"] else "all"
    points = summary["sweep"][group]
    drawn = (risk_coverage(points, summary["abstention"][group]), threshold_rates(points))
    return [chart for chart in drawn if chart is not None]
