"""The plot of a comparison: what is found and what it costs, system beside system."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

from bench.table import Figures

_OURS, _OTHERS = "#1f5f8b", ["#b9c4cc", "#9aa7b1", "#7d8a95", "#66727c"]


def draw(found: Figures, path: Path) -> None:
    """One panel a question set, one a cost; costs on logarithmic axes where they span a wide range."""
    costs = ("ingest articles/s", "ask p50 ms", "peak memory MB")
    measured = [cost for cost in costs if all(each[cost] is not None for each in found.costs.values())]
    panels = [*found.quality, *measured]
    figure, axes = pyplot.subplots(1, len(panels), figsize=(3.6 * len(panels), 4), layout="constrained")
    names = list(found.costs)
    others = iter(_OTHERS * len(names))
    colours = {name: _OURS if name == "dateline" else next(others) for name in names}
    for axis, panel in zip(axes, panels, strict=True):
        axis.set_title(panel, fontsize=10)
        axis.spines[["top", "right"]].set_visible(False)
        if panel in found.quality:
            _quality(axis, found, panel, colours)
        else:
            values = [found.costs[name][panel] or 0.0 for name in names]
            bars = axis.bar(names, values, color=[colours[name] for name in names])
            axis.bar_label(
                bars, [f"{each:,.0f}" if each >= 100 else f"{each:.3g}" for each in values], fontsize=8
            )
            axis.tick_params(axis="x", labelrotation=35, labelsize=8)
            if max(values) > 20 * min(values):
                axis.set_yscale("log")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9, frameon=False)
    figure.savefig(path, dpi=130)
    pyplot.close(figure)


def _quality(axis: "pyplot.Axes", found: Figures, questions: str, colours: dict[str, str]) -> None:
    names = list(found.costs)
    shown = [name for name in next(iter(found.quality[questions].values())) if name not in ("EM", "F1")]
    width = 0.8 / len(names)
    for place, name in enumerate(names):
        heights = [found.quality[questions][name][figure] or 0.0 for figure in shown]
        at = [index + (place - (len(names) - 1) / 2) * width for index in range(len(shown))]
        axis.bar(at, heights, width, label=name, color=colours[name])
    labels = [figure.replace("article ", "").replace(" in passage", "") for figure in shown]
    axis.set_xticks(range(len(shown)), labels, fontsize=8, rotation=20)
    axis.set_ylim(0, 1)
