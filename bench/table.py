"""From what was measured to figures and a Markdown table: each system, and the margins against each peer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.markdown import as_table
from bench.measure import DEPTHS
from eval.metrics import mean, percentile

_SAMPLES = 10_000
_OURS = "dateline"

Measured = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of all systems: `costs` by system, `quality` by question set and system.

    `margins` gives by question set, system and figure what Dateline has more than that system, with the
    bounds of a 95 % interval.
    """

    costs: dict[str, dict[str, float | None]]
    quality: dict[str, dict[str, dict[str, float | None]]]
    margins: dict[str, dict[str, dict[str, tuple[float, float, float]]]]
    settings: dict[str, str]
    asked: dict[str, int]


def load_measured(folder: Path, systems: Sequence[str]) -> Measured:
    """What is in the folder, by system, in the order given."""
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in systems}


def figures(measured: Measured) -> Figures:
    """All figures of a comparison."""
    sets = list(next(iter(measured.values()))["results"])
    return Figures(
        costs={name: _costs(each) for name, each in measured.items()},
        quality={
            questions: {name: _quality(each["results"][questions]) for name, each in measured.items()}
            for questions in sets
        },
        margins={questions: _margins(measured, questions) for questions in sets},
        settings={name: each["settings"] for name, each in measured.items()},
        asked={questions: len(next(iter(measured.values()))["results"][questions]) for questions in sets},
    )


def margin(ours: Sequence[float], theirs: Sequence[float], seed: int = 0) -> tuple[float, float, float]:
    """The mean difference of two systems on the same questions, and its 95 % bounds by paired bootstrap.

    Percentile bootstrap over questions (Efron and Tibshirani, 1993).
    """
    differences = np.asarray(ours) - np.asarray(theirs)
    drawn = np.random.default_rng(seed).integers(0, len(differences), (_SAMPLES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return float(differences.mean()), float(low), float(high)


def table(found: Figures) -> str:
    """Markdown: a table of quality for each question set, one of costs, one of margins, the settings."""
    parts = []
    for questions, quality in found.quality.items():
        parts.append(f"**{questions}**, {found.asked[questions]} questions\n")
        names = list(next(iter(quality.values())))
        parts.append(
            as_table(
                ["system", *names], [[name, *map(_shown, row.values())] for name, row in quality.items()]
            )
        )
        parts.append(_margin_rows(found.margins[questions]))
    names = list(next(iter(found.costs.values())))
    first = next(iter(found.costs.values()))
    costs_of_all = [
        [name, *(_with_ratio(value, first[cost]) for cost, value in costs.items())]
        for name, costs in found.costs.items()
    ]
    parts.append(f"Costs, and their ratios to {next(iter(found.costs))} in the same run\n")
    parts.append(as_table(["system", *names], costs_of_all))
    parts.append("\n".join(f"* {name}: {each}." for name, each in found.settings.items()) + "\n")
    return "\n".join(part for part in parts if part)


def _costs(measured: dict[str, Any]) -> dict[str, float | None]:
    times = [row["ask_ms"] for rows in measured["results"].values() for row in rows]
    return {
        "ingest articles/s": measured["articles_per_second"],
        "ask p50 ms": percentile(times, 50) or 0.0,
        "ask p95 ms": percentile(times, 95) or 0.0,
        "peak memory MB": measured["peak_mb"],
        "disk MB": measured["disk_mb"],
    }


def _quality(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    scored = _scored(rows)
    return {name: mean(values) for name, values in scored.items()}


def _scored(rows: list[dict[str, Any]]) -> dict[str, list[float | None]]:
    """A value a question for each figure; None where the figure does not apply."""
    found: dict[str, list[float | None]] = {
        f"article success@{depth}": [_within(row["article_rank"], depth) for row in rows] for depth in DEPTHS
    }
    found["answer in passage@5"] = [_within(row["answer_rank"], 5) for row in rows]
    return {**found, "EM": [row["em"] for row in rows], "F1": [row["f1"] for row in rows]}


def _within(rank: int | None, depth: int) -> float:
    return float(rank is not None and rank <= depth)


def _margins(measured: Measured, questions: str) -> dict[str, dict[str, tuple[float, float, float]]]:
    if _OURS not in measured or not measured[_OURS]["results"][questions]:
        return {}
    ours = _scored(measured[_OURS]["results"][questions])
    margins: dict[str, dict[str, tuple[float, float, float]]] = {}
    for name, each in measured.items():
        if name != _OURS:
            theirs = _scored(each["results"][questions])
            pairs = {figure: list(zip(ours[figure], theirs[figure], strict=True)) for figure in ours}
            margins[name] = {
                figure: margin([a for a, _ in both], [b for _, b in both])
                for figure, pair in pairs.items()
                if (both := [(a, b) for a, b in pair if a is not None and b is not None])
            }
    return margins


def _margin_rows(margins: dict[str, dict[str, tuple[float, float, float]]]) -> str:
    if not margins:
        return ""
    names = list(next(iter(margins.values())))
    told = [
        [f"dateline − {name}", *(f"{mid:+.3f} [{low:+.3f}, {high:+.3f}]" for mid, low, high in row.values())]
        for name, row in margins.items()
    ]
    return as_table(["margin, 95 % paired bootstrap", *names], told)


def _with_ratio(value: float | None, first: float | None) -> str:
    return "-" if value is None or not first else f"{value:,.1f} ({value / first:.2f}×)"


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
