"""The figures of `zipcodes_1989`, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.zipcodes_1989 import map_figures
from reproductions.zipcodes_1989.claims import TEST_ERROR, TEST_MSE, TRAIN_ERROR, TRAIN_MSE
from reproductions.zipcodes_1989.consistency import FIGURE
from reproductions.zipcodes_1989.film import pass_by_pass
from reproductions.zipcodes_1989.tables import KARPATHY, LABELS, SAID

COLOURS = {
    "headline": draw.BLUE, "sgd": draw.ORANGE, "init_sqrt": draw.GREEN, "control": draw.RED,
    "other_table": draw.SKY, "zero_border": draw.PURPLE, "fewer_maps": draw.FAINT,
}  # fmt: skip
LAYERS = {
    "w1": "H1 weights", "b1": "H1 biases", "w2": "H2 weights", "b2": "H2 biases",
    "w3": "H3 weights", "b3": "H3 biases", "w4": "output weights", "b4": "output biases",
}  # fmt: skip
Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure; those of the map, the silences and the ladder only where they were run."""
    if "curves_headline" not in arrays:
        return {}
    drawn: list[Callable[..., Any]] = [
        card,
        error_per_pass,
        mse_per_pass,
        pass_by_pass,
        error_by_network,
        rejection,
        h1_kernels,
        confused_digits,
        curvatures,
    ]
    found: dict[str, Callable[[], Any]] = {function.__name__: partial(function, arrays, record) for function in drawn}
    found["cost"] = partial(cost, record)
    if "map_places" in arrays:
        found |= {name: partial(function, arrays) for name, function in map_figures.OF_MAP.items()}
    if "silences" in arrays:
        found["silences"] = partial(map_figures.silences, arrays)
    if any(name.startswith("rung_") for name in arrays):
        found["ladder"] = partial(ladder, arrays, record)
    return found


def paper(record: Record, claim: str) -> float:
    """The paper's value of a claim."""
    return record.claim(claim).value


def _strip(ax: Axes, arrays: Arrays, record: Record, names: list[str], labels: Mapping[str, str]) -> None:
    theirs = {"headline": paper(record, "test_error"), "control": paper(record, "control_test_error")}
    groups = [(labels[name], 100 * arrays[f"errors_{name}"], theirs.get(name)) for name in names]
    draw.strip(ax, groups, [COLOURS[name] for name in names])


def card(arrays: Arrays, record: Record) -> Canvas:
    """The picture of the front page: test errors with and without shared weights, and the paper's."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    names = [name for name in ("headline", "control") if f"errors_{name}" in arrays]
    _strip(ax, arrays, record, names, {"headline": "weights\nshared", "control": "fully\nconnected"})
    ax.set(xlabel="test digits misread, %")
    theirs = paper(record, "control_test_error"), names.index("control") if "control" in names else 0
    ax.annotate("1989", theirs, xytext=(0, 12), textcoords="offset points", ha="center", va="bottom")
    low, high = ax.get_xlim()
    ax.set_xlim(low, max(high, theirs[0] + 0.12 * (high - low)))
    return figure


def error_per_pass(arrays: Arrays, record: Record) -> Canvas:
    """Test and training error after every pass, and the paper's curve."""
    figure, axes = draw.canvas(rows=2, width=6.2, height=7.4, sharex=True)
    curves = arrays["curves_headline"]
    passes = np.arange(curves.shape[1])
    columns = (TEST_ERROR, "test_error", "test", 4), (TRAIN_ERROR, "train_error", "training", 3)
    for ax, (column, claim, name, place) in zip(axes, columns, strict=True):
        draw.band(ax, passes[1:], 100 * curves[:, 1:, column], draw.BLUE)
        theirs = [(line[0], line[place]) for line in FIGURE if line[0] <= passes[-1]]
        ax.plot(*np.array(theirs).T, "--", color=draw.INK, linewidth=1.4)
        if passes[-1] >= FIGURE[-1][0]:
            draw.paper_mark(ax, passes[-1], paper(record, claim), "its text", shift=(-62, -5))
        ax.set(title=f"{name} digits misclassified", ylabel="%")
        draw.logarithmic_y(ax)
    axes[0].annotate("dashed: read off the paper's figure", (0.97, 0.9), xycoords="axes fraction", ha="right")
    axes[1].set_xlabel("passes")
    return figure


def mse_per_pass(arrays: Arrays, record: Record) -> Canvas:
    """Test and training squared error after every pass, with the half, and the paper's curves."""
    figure, ax = draw.canvas(width=6.2, height=5.0)
    curves = arrays["curves_headline"]
    passes = np.arange(curves.shape[1])
    lines = (TEST_MSE, "test", draw.ORANGE, 2), (TRAIN_MSE, "training", draw.BLUE, 1)
    for column, name, colour, place in lines:
        draw.band(ax, passes, curves[:, :, column] / 2, colour)
        draw.end_label(ax, passes[-1], float(np.median(curves[:, -1, column])) / 2, name, colour)
        theirs = [(0, 0.49), *((line[0], line[place]) for line in FIGURE if line[0] <= passes[-1])]
        ax.plot(*np.array(theirs).T, "--", color=draw.INK, linewidth=1.4)
    ax.annotate("dashed: read off the paper's figure", (0.97, 0.92), xycoords="axes fraction", ha="right")
    ax.set(xlabel="passes", ylabel="mean of ½ (y − t)²")
    draw.logarithmic_y(ax)
    return figure


def error_by_network(arrays: Arrays, record: Record) -> Canvas:
    """Final test error of every seed of every arm."""
    figure, ax = draw.canvas(width=6.4, height=4.8)
    _strip(ax, arrays, record, [name for name in LABELS if f"errors_{name}" in arrays], LABELS)
    ax.set(xlabel="test digits misclassified, %")
    ax.annotate("◆ paper", (0.98, 0.03), xycoords="axes fraction", ha="right")
    return figure


def rejection(arrays: Arrays, record: Record) -> Canvas:
    """Error on the digits kept against the share rejected."""
    figure, ax = draw.canvas(width=6.2, height=4.6)
    for name, text in (("headline", "shared weights"), ("control", "fully connected")):
        if f"rejection_{name}" in arrays:
            curves = 100 * arrays[f"rejection_{name}"].astype(float)
            share = 50 * np.arange(curves.shape[1]) / curves.shape[1]
            inside = share <= 30
            draw.band(ax, share[inside], curves[:, inside], COLOURS[name])
            height = 0.94 if name == "control" else 0.86
            ax.annotate(text, (0.98, height), xycoords="axes fraction", ha="right", color=COLOURS[name])
    ax.axhline(1.0, color=draw.FAINT, linewidth=1)
    for claim, shift in (("rejects", (-8, 12)), ("control_rejects", (2, 12))):
        draw.paper_mark(ax, paper(record, claim), 1.0, f"paper: {paper(record, claim):g} %", shift=shift)
    ax.set(xlabel="digits rejected, %", ylabel="error on the rest, %", xlim=(0, 30), ylim=(0, None))
    return figure


def h1_kernels(arrays: Arrays, record: Record) -> Canvas:
    """The shared kernels of H1 after training."""
    figure, axes = draw.canvas(4, 3, width=5.0, height=4.0)
    kernels = arrays["kernels"]
    for ax, kernel in zip(axes.flat, kernels, strict=False):
        draw.image(ax, kernel, limit=float(np.abs(kernels).max()))
    for ax in axes.flat[len(kernels) :]:
        ax.set_visible(False)
    return figure


def confused_digits(arrays: Arrays, record: Record) -> Canvas:
    """The test digits that most seeds misread."""
    figure, axes = draw.canvas(6, 4, width=6.4, height=5.6)
    hardest = zip(arrays["hard_images"], arrays["hard_labels"], arrays["hard_said"], arrays["hard_wrong"], strict=True)
    for ax, (pixels, label, said, share) in zip(axes.flat, hardest, strict=False):
        draw.image(ax, pixels)
        ax.set_title(f"{label}→{said} {share:.0%}", fontsize=12, pad=3)
    for ax in axes.flat[len(arrays["hard_labels"]) :]:
        ax.set_visible(False)
    return figure


def curvatures(arrays: Arrays, record: Record) -> Canvas:
    """Range of second derivatives in every group of weights, at the start and at the end."""
    figure, axes = draw.canvas(rows=2, width=6.4, height=7.6, sharex=True)
    h = np.maximum(arrays["curvatures"], 1e-12)  # (passes, groups by name, quantiles)
    mu = float(record.words["chosen_mu"])
    order = [sorted(LAYERS).index(name) for name in LAYERS]
    for ax, number, title in zip(axes, (0, -1), ("before the first pass", "before the last pass"), strict=True):
        for row, group in enumerate(order):
            low, quarter, middle, three_quarters, high = h[number, group]
            ax.plot([low, high], [row, row], color=draw.BLUE, linewidth=1.2)
            ax.plot([quarter, three_quarters], [row, row], color=draw.BLUE, linewidth=6, solid_capstyle="butt")
            ax.plot([middle], [row], "o", color="white", markeredgecolor=draw.BLUE, markersize=6)
        ax.axvline(mu, color=draw.RED, linestyle=":", linewidth=1.6)
        ax.set(xscale="log", title=title)
        ax.set_yticks(range(len(LAYERS)), list(LAYERS.values()))
        ax.invert_yaxis()
    axes[0].annotate("mu", (mu, -0.9), xytext=(5, 0), textcoords="offset points", color=draw.RED, annotation_clip=False)
    axes[1].set_xlabel("second derivative")
    return figure


def cost(record: Record) -> Canvas:
    """Training time of one network, the paper's and ours."""
    figure, ax = draw.canvas(width=6.4, height=2.8)
    now = record.cost.seconds_each or float("nan")
    values = [3 * 86400.0, now]
    ax.barh([0, 1], values, color=[draw.INK, draw.BLUE], height=0.55)
    for row, (value, text) in enumerate(zip(values, ("3 days", f"{now:.1f} s"), strict=True)):
        ax.annotate(text, (value, row), xytext=(6, 0), textcoords="offset points", va="center")
    ax.set_yticks([0, 1], ["1989, a SUN-4/260", "now, one core,\none of eight"])
    ax.invert_yaxis()
    ax.set(xscale="log", xlim=(0.1, 3e7))
    ticks = {1.0: "1 s", 60.0: "1 min", 3600.0: "1 h", 86400.0: "1 day"}
    ax.set_xticks(list(ticks))
    ax.minorticks_off()
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: ticks.get(value, "")))
    ax.grid(axis="y", visible=False)
    return figure


def ladder(arrays: Arrays, record: Record) -> Canvas:
    """Test error on every rung from 1989 to today, with two standard errors, and that of the re-creation of 2022."""
    names = [name for name in SAID if f"rung_{name}" in arrays]
    figure, ax = draw.canvas(width=6.4, height=0.5 * len(names) + 1.3)
    for row, name in enumerate(names):
        errors = 100 * arrays[f"rung_{name}"][0]
        ax.plot(errors, row + np.linspace(-0.18, 0.18, len(errors)), "o", color=draw.SKY, markersize=4, alpha=0.6)
        se = errors.std(ddof=1) / np.sqrt(len(errors)) if len(errors) > 1 else 0.0
        ax.errorbar(errors.mean(), row, xerr=2 * se, fmt="o", color=draw.BLUE, markersize=7, capsize=4)
        if name in KARPATHY:
            ax.plot([KARPATHY[name]], [row], "D", color="white", markeredgecolor=draw.INK, markersize=8)
    words = {
        **SAID,
        "more passes": f"{record.settings['now_passes']} passes",
        "batches": f"batches of {record.settings['now_batch']}, shuffled",
    }
    ax.set_yticks(range(len(names)), ["the recipe of 1989" if n == "1989" else f"+ {words[n]}" for n in names])
    ax.invert_yaxis()
    ax.set_title("◇ Karpathy 2022, on MNIST digits", fontsize=12, loc="right")
    ax.set(xlabel="test digits misclassified, %", xlim=(0, None))
    ax.grid(axis="y", visible=False)
    return figure
