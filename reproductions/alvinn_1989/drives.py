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
from reproductions.alvinn_1989.tables import CHOICES, COURSES, METHODS, TESTS

Arrays = Mapping[str, np.ndarray]
NETWORK, PERSON = (1.6, 7.2), (4.0, 5.47)  # recalled: mean to the right and standard deviation, cm
EDGE = 100 * WIDTH / 2
NEAR = 9.0  # centimetres that the drawn line may leave the trace by


def offsets(arrays: Arrays, record: Record) -> Canvas:
    """Where the networks drive: mean and spread of the offset, and the worst of it."""
    figure, axes = draw.canvas(2, width=11.0, height=4.8)
    flight = arrays["choice_as in 1991"]
    groups = (
        ("1989, 29 hidden units", arrays["drives"], draw.BLUE), ("1991, 5 hidden units", flight, draw.ORANGE),
    )  # fmt: skip
    for row, (name, points, colour) in enumerate(groups):
        axes[0].plot(points[:, 1], points[:, 2], "o", color=colour, markersize=6, alpha=0.7)
        worst = np.sort(points[:, 3][np.isfinite(points[:, 3])])
        axes[1].plot(worst, 100 * np.arange(1, len(worst) + 1) / len(worst), color=colour, linewidth=2)
        done = 100 * np.nanmean(points[:, 0])
        axes[1].annotate(f"{name}:\n{done:.3g} % completed", (0.97, 0.08 + 0.2 * row), xycoords="axes fraction",
                         color=colour, ha="right")  # fmt: skip
    draw.paper_mark(axes[0], *NETWORK, "network, recalled", shift=(9, 5))
    draw.paper_mark(axes[0], *PERSON, "person, recalled", shift=(9, -12))
    axes[0].axvline(0, color=draw.FAINT, linewidth=1.0)
    axes[0].set(xlabel="mean offset to the right, cm", ylabel="spread of the offset, cm")
    axes[0].set_ylim(bottom=0)
    axes[1].set(xlabel="largest offset of a network, cm", ylabel="networks, %", ylim=(0, 103), xlim=(0, None))
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


def ablation(arrays: Arrays, record: Record) -> Canvas:
    """Traces of every network along the course and its mirror, by method and by what the person drove."""
    methods = [method for method in METHODS if method in record.settings["methods"]]
    figure, axes = draw.canvas(4, len(methods), width=12.0, height=0.6 + 2.3 * len(methods), sharex=True, sharey=True)
    for row, method in enumerate(methods):
        for column, (course, test) in enumerate((c, t) for c in COURSES for t in TESTS):
            ax = axes[row, column]
            traces = arrays.get(f"trace_{method}_{course}_{test}", np.full((1, len(GRID)), np.nan))
            ax.axhspan(-EDGE, EDGE, color="#eeeeee", zorder=0)
            gone: list[tuple[float, float]] = []
            for trace in traces:
                ends, seen = np.isnan(trace[-1]), np.flatnonzero(np.isfinite(trace))
                kept = _corners(seen, trace[seen])
                colour = draw.RED if ends else draw.BLUE
                ax.plot(GRID[kept], trace[kept], color=colour, linewidth=0.8, alpha=0.55)
                if ends:
                    gone.append((GRID[kept[-1]], trace[kept[-1]]))
            if gone:
                ax.plot(*np.array(gone).T, "x", color=draw.RED, markersize=5)
            left = np.mean(np.isnan(traces[:, -1]))
            ax.annotate(f"{100 * left:.3g} % leave", (6, -205), fontsize=10, va="top")
            ax.grid(visible=False)
            if row == 0:
                taught = "taught both ways" if course == "both ways" else "taught right bends only"
                ax.set_title(f"{taught},\n{'right, then left' if test == 'same' else 'left, then right'}", fontsize=11)
            if column == 0:
                ax.set_ylabel(f"{method}\nto the right, cm")
            if row == len(methods) - 1:
                ax.set_xlabel("metres")
    axes[0, 0].set(ylim=(-270, 215), yticks=[-180, -90, 0, 90, 180], xlim=(0, GRID[-1]))
    return figure


def _lines(ax: Any, points: np.ndarray, colour: str, column: int, scale: float = 1.0) -> None:
    """Mean over networks against the first column, with a dot for every network."""
    keys = np.unique(points[:, 0])
    groups = [scale * points[points[:, 0] == k, column] for k in keys]
    if column > 1:
        for k, group in zip(keys, groups, strict=True):
            ax.plot(np.full(len(group), k), group, "o", color=colour, markersize=4, alpha=0.35)
    middle = [np.nanmedian(g) if np.isfinite(g).any() else np.nan for g in groups]
    ax.plot(keys, [np.nanmean(g) for g in groups] if column == 1 else middle, "o-", color=colour, linewidth=2)
    ax.set_xscale("log")
    ax.set_xticks(keys, [f"{k:g}" for k in keys])
    ax.minorticks_off()


def lessons(arrays: Arrays, record: Record) -> Canvas:
    """How long a lesson must be and how many hidden units are needed."""
    figure, axes = draw.canvas(2, 2, width=10.5, height=7.0, sharex="col", sharey="row")
    for column, (name, title) in enumerate((("minutes", "minutes of driving watched"), ("hidden", "hidden units"))):
        points = arrays[f"flown_{name}"]
        _lines(axes[0, column], points, draw.BLUE, 1, 100)
        _lines(axes[1, column], points, draw.BLUE, 3)
        axes[1, column].set_xlabel(title)
    axes[0, 0].set(ylabel="completed, %", ylim=(-3, 104))
    axes[1, 0].set_ylabel("spread of the offset, cm")
    axes[1, 0].set_ylim(0, 80)
    draw.paper_line(axes[1, 0], NETWORK[1], "recalled: 7.2", x=0.02, below=True)
    axes[1, 1].axhline(NETWORK[1], color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    return figure


def choices(arrays: Arrays, record: Record) -> Canvas:
    """One thing changed at a time in training on the fly: spread of the offset and share completed."""
    names = [name for name in CHOICES if f"choice_{name}" in arrays]
    figure, ax = draw.canvas(width=10.5, height=0.5 * len(names) + 1.4)
    groups = [(name, arrays[f"choice_{name}"]) for name in names]
    draw.strip(ax, [(name, np.minimum(points[np.isfinite(points[:, 2]), 2], 100), None) for name, points in groups],
               [draw.ORANGE if row == 0 else draw.BLUE for row in range(len(names))])  # fmt: skip
    for row, (_, points) in enumerate(groups):
        ax.annotate(f"{100 * np.nanmean(points[:, 0]):.3g} %", (1.02, row), xycoords=("axes fraction", "data"),
                    va="center", annotation_clip=False)  # fmt: skip
    ax.annotate("completed", (1.02, -0.65), xycoords=("axes fraction", "data"), va="center", annotation_clip=False)
    ax.axvline(NETWORK[1], color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    ax.set(xlabel="spread of the offset, cm (100 and more at 100; dashed: recalled 7.2)", xlim=(0, 102))
    return figure


AXES = {
    "width": ("width of the road, times", "log"), "contrast": ("brightness of road less ground", "linear"),
    "noise": ("noise of the sensor, sd", "linear"), "pitch": ("error of the camera's pitch, degrees", "linear"),
    "speed": ("speed, m/s", "log"), "posts": ("posts beside 100 m of road", "linear"),
}  # fmt: skip
LEVELS = {"width": "widths", "contrast": "contrasts", "noise": "noises", "pitch": "pitches", "speed": "speeds",
          "posts": "posts"}  # fmt: skip


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


USUAL = {"width": 1.0, "contrast": 0.35, "noise": 0.0, "pitch": 0.0, "speed": 2.2352, "posts": 8.0}


def breaks(arrays: Arrays, record: Record) -> Canvas:
    """Share of drives completed against what is changed in the world, with the points of failure."""
    shown = [name for name in AXES if f"breaks_1989_{name}" in arrays or f"breaks_1991_{name}" in arrays]
    rows = -(-len(shown) // 3)
    figure, axes = draw.canvas(3, rows, width=11.5, height=3.6 * rows, sharey=True, squeeze=False)
    for ax in axes.ravel()[len(shown) :]:
        ax.set_axis_off()
    for ax, name in zip(axes.ravel(), shown, strict=False):
        levels = np.array(record.settings[LEVELS[name]])
        for year, colour, mark in (("1989", draw.BLUE, "o"), ("1991", draw.ORANGE, "s")):
            if f"breaks_{year}_{name}" in arrays:
                share = arrays[f"breaks_{year}_{name}"][:, :, 0].mean(axis=0)
                ax.plot(levels, 100 * share, f"{mark}-", color=colour, markersize=5, linewidth=2)
                usual = USUAL[name]
                points = failure(levels, share, usual)
                if (year, name) == ("1989", "contrast"):  # it was trained on darker roads too
                    points = sorted({*points, *failure(levels, share, -usual)})
                for where in points:
                    high = 62 if year == "1989" else 38
                    ax.plot([where], [50], "x", color=colour, markersize=11, mew=2.5, zorder=5)
                    back = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8}
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
        ax.set_ylabel("drives completed, %")
    last = axes.ravel()[min(len(shown), axes.size) - 1]
    last.annotate("1989", (0.05, 0.20), xycoords="axes fraction", color=draw.BLUE)
    last.annotate("1991", (0.05, 0.08), xycoords="axes fraction", color=draw.ORANGE)
    return figure


def world(arrays: Arrays, record: Record) -> Canvas:
    """Tiles of a CarRacing track visited by network and by the scripted driver."""
    figure, ax = draw.canvas(width=8.5, height=2.8)
    own, theirs = 100 * arrays["world"].T
    draw.strip(ax, [("network, from pixels", own, None), ("scripted driver", theirs, None)], [draw.BLUE, draw.GREEN])
    ax.set(xlabel="tiles of the track visited, %", xlim=(min(90.0, float(np.nanmin(own)) - 3), 101))
    return figure
