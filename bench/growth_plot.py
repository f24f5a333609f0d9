"""The curves of a growing library: rate, memory and disk, answering time, by size."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

from bench.growth_table import Figures

_BLUE, _ORANGE = "#1f5f8b", "#d9822b"


def draw(found: list[Figures], out: Path) -> None:
    """Writes `growth.png` to the folder of the run."""
    sizes = [each["articles"] for each in found]
    figure, axes = pyplot.subplots(1, 4, figsize=(15, 3.4), layout="constrained")
    slices = [json.loads(line) for line in (out / "slices.jsonl").read_text().splitlines()]
    axes[0].plot(
        [each["end"] for each in slices], [each["articles"] / each["seconds"] for each in slices], color=_BLUE
    )
    _finish(axes[0], "ingest, articles/s")
    for axis, title, keys in (
        (axes[1], "peak memory, MB", {"ingest": "ingest_peak_mb", "ask": "ask_peak_mb"}),
        (axes[2], "disk, MB", {"library": "disk_mb"}),
        (axes[3], "ask, ms", {"p50": "ask_p50_ms", "p95": "ask_p95_ms"}),
    ):
        for (name, key), colour in zip(keys.items(), (_BLUE, _ORANGE), strict=False):
            axis.plot(sizes, [each[key] for each in found], marker="o", label=name, color=colour)
        axis.legend(fontsize=8)
        _finish(axis, title)
    figure.savefig(out / "growth.png", dpi=130)
    pyplot.close(figure)


def _finish(axis: "pyplot.Axes", title: str) -> None:
    axis.set_title(title, fontsize=10)
    axis.set_xlabel("articles")
    axis.set_ylim(bottom=0)
    axis.spines[["top", "right"]].set_visible(False)
