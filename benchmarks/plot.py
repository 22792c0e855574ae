"""Draws how builds grow with the shop."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from benchmarks.builds import Measurement
from benchmarks.measure import Usage

# Colors that differ for the colour-blind too, on white; each line has a mark of its own as well.
STEPS: Mapping[str, tuple[str, str, Callable[[Measurement], Usage | None]]] = {
    "full build": ("#0072b2", "o", lambda measurement: measurement.full_build.usage),
    "next day's build": ("#d55e00", "s", lambda measurement: measurement.next_build.usage),
    "Polars, six segments": ("#009e73", "^", lambda measurement: measurement.polars),
    "SQL by hand": ("#595959", "D", lambda measurement: measurement.floor),
}
SIZES: Mapping[str, Callable[[Usage], float]] = {
    "CPU, s": lambda usage: usage.cpu_seconds,
    "peak memory, GB": lambda usage: usage.peak_gigabytes,
}


def draw(measurements: Sequence[Measurement], path: Path) -> None:
    """Draw time and memory against the size of the shop, both in powers of ten.

    Args:
        measurements: shops that were built, the smallest first.
        path: an SVG file.
    """
    with matplotlib.rc_context({"svg.hashsalt": "segmentry", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 3.8), layout="constrained")
        for axes, (title, size) in zip(figure.subplots(1, 2), SIZES.items(), strict=True):
            for step, (color, mark, usage_of) in STEPS.items():
                points = [
                    (measurement.scale, size(usage))
                    for measurement in measurements
                    if (usage := usage_of(measurement))
                ]
                if points:
                    axes.plot(*zip(*points, strict=True), color=color, marker=mark, label=step)
            label(axes, title, [measurement.scale for measurement in measurements])
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
        figure.savefig(path, metadata={"Date": None})


def label(axes: Axes, title: str, scales: Sequence[float]) -> None:
    """Say what is to be seen."""
    axes.set_title(title, loc="left")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(scales, [f"{scale:g}" for scale in scales])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("scale of the shop")
    axes.grid(axis="y", color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
