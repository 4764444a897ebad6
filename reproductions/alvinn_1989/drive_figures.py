"""The figures of `alvinn_1989` about closed loops, drawn from its record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.alvinn_1989.network_1991 import WIDTH
from reproductions.alvinn_1989.on_the_fly import GRID
from reproductions.alvinn_1989.run import TESTS
from reproductions.alvinn_1989.settings import METHODS
from reproductions.alvinn_1989.tables import CHOICES, NAMED

Arrays = Mapping[str, np.ndarray]
NETWORK, PERSON = (1.6, 7.2), (4.0, 5.47)  # recalled: mean to the right and standard deviation, cm
EDGE = 100 * WIDTH / 2
NEAR = 9.0  # centimetres that the drawn line may leave the trace by
WAYS = {"same": "right bend, then left", "mirror": "left bend, then right"}


def offsets(arrays: Arrays, record: Record) -> Canvas:
    """Where the networks drive: mean and spread of the offset of each."""
    figure, ax = draw.canvas(width=6.2, height=4.8)
    groups = (
        ("1989, 29 hidden units", arrays["drives"], draw.BLUE),
        ("1991, 5 hidden units", arrays.get("choice_as recalled of 1991", np.zeros((0, 4))), draw.ORANGE),
    )
    for row, (name, points, colour) in enumerate(groups):
        ax.plot(points[:, 1], points[:, 2], "o", color=colour, markersize=6, alpha=0.6)
        ax.annotate(name, (0.98, 0.94 - 0.09 * row), xycoords="axes fraction", color=colour, ha="right")
    for place, name in ((NETWORK, "network"), (PERSON, "person")):
        draw.paper_mark(ax, *place, f"{name}, recalled", shift=(9, -4))
    ax.axvline(0, color=draw.FAINT, linewidth=1.0)
    ax.set(xlabel="mean offset to the right, cm", ylabel="spread of the offset, cm")
    ax.set_ylim(0, 1.25 * ax.get_ylim()[1])
    return figure


def _corners(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The x of as few points as keep the line through them within NEAR of all (Ramer, Douglas and Peucker)."""
    kept, open_ = {0, len(x) - 1}, [(0, len(x) - 1)]
    while open_:
        a, b = open_.pop()
        off = np.abs(y[a : b + 1] - np.interp(x[a : b + 1], x[[a, b]], y[[a, b]]))
        worst = a + int(np.argmax(off))
        if off[worst - a] > NEAR:
            kept.add(worst)
            open_ += [(a, worst), (worst, b)]
    return np.asarray(x[sorted(kept)])


def _traces(ax: Any, traces: np.ndarray, colours: tuple[str, str], alpha: float = 0.55) -> float:
    """Offsets of every network along the course; a cross where one left the road. Returns the share that left."""
    gone: list[tuple[float, float]] = []
    for trace in traces.astype(float):
        seen = np.flatnonzero(np.isfinite(trace))
        if not len(seen):
            continue
        kept, ends = _corners(seen, trace[seen]), bool(np.isnan(trace[-1]))
        ax.plot(GRID[kept], trace[kept], color=colours[ends], linewidth=0.9, alpha=alpha)
        if ends:
            gone.append((GRID[kept[-1]], trace[kept[-1]]))
    if gone:
        ax.plot(*np.array(gone).T, "x", color=colours[1], markersize=5)
    return float(np.mean(np.isnan(traces[:, -1])))


def card(arrays: Arrays, record: Record) -> Canvas:
    """The picture of the front page: with copies and buffer all stay on the road, by the newest picture none."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    ax.axhspan(-EDGE, EDGE, color="#e8e8e8", zorder=0)
    lines = (
        ("+trans +buf", draw.BLUE, "taught to recover", 0.03, "bottom"),
        ("-trans -buf", draw.RED, "good driving alone", 0.97, "top"),
    )
    for method, colour, text, height, side in lines:
        traces = arrays.get(f"trace_{method}_both ways_mirror")
        if traces is not None:
            _traces(ax, traces, (colour, colour))
        ax.annotate(text, (0.5, height), xycoords="axes fraction", color=colour, ha="center", va=side)
    ax.set(xlabel="metres along the road", ylabel="off the middle, cm", ylim=(-310, 310), yticks=[-180, 0, 180])
    ax.grid(visible=False)
    return figure


def _grid(arrays: Arrays, record: Record, course: str) -> Canvas:
    methods = [method for method in METHODS if method in record.settings["methods"]]
    figure, axes = draw.canvas(
        2, len(methods), width=6.4, height=0.7 + 2.2 * len(methods), sharex=True, sharey=True, squeeze=False
    )
    for row, method in enumerate(methods):
        for column, test in enumerate(TESTS):
            ax = axes[row, column]
            traces = arrays.get(f"trace_{method}_{course}_{test}", np.full((1, len(GRID)), np.nan))
            ax.axhspan(-EDGE, EDGE, color="#eeeeee", zorder=0)
            left = _traces(ax, traces, (draw.BLUE, draw.RED))
            ax.annotate(f"{100 * left:.3g} % leave", (6, -205), va="top")
            ax.grid(visible=False)
            above = f"{WAYS[test]}\n" if row == 0 else ""
            ax.set_title(f"{above}{NAMED[method]}", fontsize=12)
            if column == 0:
                ax.set_ylabel("to the right, cm")
            if row == len(methods) - 1:
                ax.set_xlabel("metres")
    axes[0, 0].set(ylim=(-290, 215), yticks=[-180, 0, 180], xlim=(0, GRID[-1]))
    return figure


def ablation(arrays: Arrays, record: Record) -> Canvas:
    """Traces of every network along the course and its mirror, by method, taught both ways."""
    return _grid(arrays, record, "both ways")


def one_sided(arrays: Arrays, record: Record) -> Canvas:
    """The same for a lesson of right bends only."""
    return _grid(arrays, record, "one way")


def _lines(ax: Any, points: np.ndarray, column: int, scale: float = 1.0) -> None:
    """Mean (or median) over networks against the first column, with a dot for every network."""
    keys = np.unique(points[:, 0])
    groups = [scale * points[points[:, 0] == k, column] for k in keys]
    if column > 1:
        for k, group in zip(keys, groups, strict=True):
            ax.plot(np.full(len(group), k), group, "o", color=draw.BLUE, markersize=4, alpha=0.35)
    middle = [np.nanmedian(g) if np.isfinite(g).any() else np.nan for g in groups]
    ax.plot(keys, [np.nanmean(g) for g in groups] if column == 1 else middle, "o-", color=draw.BLUE, linewidth=2)
    ax.set_xscale("log")
    ax.set_xticks(keys, [f"{k:g}" for k in keys])
    ax.minorticks_off()


def _against(arrays: Arrays, name: str, label: str) -> Canvas:
    figure, axes = draw.canvas(rows=2, width=6.0, height=6.6, sharex=True)
    points = arrays[f"flown_{name}"]
    _lines(axes[0], points, 1, 100)
    _lines(axes[1], points, 3)
    axes[0].set(ylabel="completed, %", ylim=(-3, 104))
    axes[1].set(xlabel=label, ylabel="spread of the offset, cm", ylim=(0, 80))
    draw.paper_line(axes[1], NETWORK[1], "recalled: 7.2", x=0.98, below=True)
    return figure


def lessons(arrays: Arrays, record: Record) -> Canvas:
    """How long a lesson must be."""
    return _against(arrays, "minutes", "minutes of driving watched")


def hidden_1991(arrays: Arrays, record: Record) -> Canvas:
    """How many hidden units are needed."""
    return _against(arrays, "hidden", "hidden units")


def choices(arrays: Arrays, record: Record) -> Canvas:
    """One thing changed at a time in training on the fly: spread of the offset and share completed."""
    names = [name for name in CHOICES if f"choice_{name}" in arrays]
    figure, ax = draw.canvas(width=6.4, height=0.42 * len(names) + 1.4)
    groups = [(name, arrays[f"choice_{name}"]) for name in names]
    spreads = [(name, np.minimum(p[np.isfinite(p[:, 2]), 2], 60), None) for name, p in groups]
    draw.strip(ax, spreads, [draw.ORANGE if name in FIRST else draw.BLUE for name in names])
    for row, (_, points) in enumerate(groups):
        ax.annotate(
            f"{100 * np.nanmean(points[:, 0]):.3g} %",
            (1.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )
    ax.annotate("completed", (1.02, -0.8), xycoords=("axes fraction", "data"), va="center", annotation_clip=False)
    ax.axvline(NETWORK[1], color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    ax.set(xlabel="spread of the offset, cm (60 and more at 60)", xlim=(0, 62))
    return figure


FIRST = ("as recalled of 1991", "as printed in 1990")
AXES = {
    "width": ("width of the road, times", "log"),
    "contrast": ("brightness, road less ground", "linear"),
    "noise": ("noise of the sensor", "linear"),
    "pitch": ("error of the pitch, degrees", "linear"),
    "speed": ("speed, m/s", "log"),
    "posts": ("posts beside 100 m of road", "linear"),
}
LEVELS = {
    "width": "widths", "contrast": "contrasts", "noise": "noises", "pitch": "pitches", "speed": "speeds",
    "posts": "posts",
}  # fmt: skip
USUAL = {"width": 1.0, "contrast": 0.35, "noise": 0.0, "pitch": 0.0, "speed": 2.2352, "posts": 8.0}


def failure(levels: np.ndarray, shares: np.ndarray, usual: float) -> list[float]:
    """Levels, between those tried, at which the share completed first falls below one half, either way from usual."""
    start, found = int(np.argmin(np.abs(levels - usual))), []
    for step in (-1, 1):
        k = start
        while 0 <= k + step < len(levels):
            if shares[k] >= 0.5 > shares[k + step]:
                part = (shares[k] - 0.5) / (shares[k] - shares[k + step])
                found.append(float(levels[k] + part * (levels[k + step] - levels[k])))
                break
            k += step
    return found


def breaks(arrays: Arrays, record: Record) -> Canvas:
    """Share of drives completed against what is changed in the world, with the points of failure."""
    shown = [name for name in AXES if f"breaks_1989_{name}" in arrays or f"breaks_1991_{name}" in arrays]
    rows = -(-len(shown) // 2)
    figure, axes = draw.canvas(2, rows, width=6.4, height=2.7 * rows, sharey=True, squeeze=False)
    for ax in axes.ravel()[len(shown) :]:
        ax.set_axis_off()
    for ax, name in zip(axes.ravel(), shown, strict=False):
        levels = np.array(record.settings[LEVELS[name]])
        for year, colour, mark in (("1989", draw.BLUE, "o"), ("1991", draw.ORANGE, "s")):
            if f"breaks_{year}_{name}" in arrays:
                share = arrays[f"breaks_{year}_{name}"][:, :, 0].mean(axis=0)
                ax.plot(levels, 100 * share, f"{mark}-", color=colour, markersize=5, linewidth=2)
                points = failure(levels, share, USUAL[name])
                if (year, name) == ("1989", "contrast"):  # it was trained on darker roads too
                    points = sorted({*points, *failure(levels, share, -USUAL[name])})
                for where in points:
                    high = 66 if year == "1989" else 34
                    ax.plot([where], [50], "x", color=colour, markersize=11, mew=2.5, zorder=5)
                    back = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.85}
                    ax.annotate(f"{where:.2g}", (where, high), color=colour, ha="center", va="center", bbox=back)
        text, scale = AXES[name]
        ax.set(xlabel=text, xscale=scale, ylim=(-4, 106))
        ax.set_yticks([0, 50, 100])
        if scale == "log":
            few = [level for level in (0.5, 1, 2, 3, 5, 10, 20, 30) if levels.min() <= level <= levels.max()]
            ticks = few if len(few) > 1 else list(levels)
            ax.set_xticks(ticks, [f"{tick:.3g}" for tick in ticks])
            ax.minorticks_off()
    for ax in axes[:, 0]:
        ax.set_ylabel("completed, %")
    last = axes.ravel()[min(len(shown), axes.size) - 1]
    last.annotate("1989", (0.05, 0.24), xycoords="axes fraction", color=draw.BLUE)
    last.annotate("1991", (0.05, 0.08), xycoords="axes fraction", color=draw.ORANGE)
    return figure
