"""The figures of `alexnet_2012`, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from core.evidence.measured import Ours
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.alexnet_2012 import photographs
from reproductions.alexnet_2012.run import RUNGS

Arrays = Mapping[str, np.ndarray]
UNITS = {"relu": ("ReLU", draw.BLUE), "tanh": ("tanh", draw.ORANGE), "logistic": ("logistic", draw.GREEN)}
EFFECTS = {
    "lrn": "normalisation", "overlap": "overlapping pooling", "overlap_gap": "overlapping pooling, gap",
    "dropout_gap": "dropout, gap", "crops_gap": "crops, gap", "crops_test": "crops, test error",
    "decay": "decay, training error", "depth": "a middle stage",
}  # fmt: skip
PIXELS = {
    "original_original": "learned originals,\ntested on originals", "original_jpeg": "learned originals,\non copies",
    "jpeg_original": "learned copies,\non originals", "jpeg_jpeg": "learned copies,\non copies",
}  # fmt: skip
LAYERS = ("conv 1", "conv 2", "conv 3", "conv 4", "conv 5", "dense 6", "dense 7", "dense 8")


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure; those of a study only where it was run. The card is of the race between units."""
    found: dict[str, Callable[[], Any]] = {"operations": partial(operations, arrays), "card": partial(card, arrays)}
    if "ratios" in arrays:
        found |= {"units": partial(units, arrays, record), "curves": partial(curves, arrays, record)}
        found["rates_tried"] = partial(rates_tried, arrays, record)
    if "kernels_relu" in arrays and "kernels_tanh" in arrays:
        found["kernels_film"] = partial(photographs.film, arrays)
    if effects(record):
        found["parts"] = partial(parts, record)
    if "pixels_jpeg_jpeg" in arrays:
        found["pixels"] = partial(pixels, arrays)
    if "first_kernels" in arrays:
        found |= {
            name: partial(function, arrays)
            for name, function in (
                ("kernels", photographs.kernels),
                ("neighbours", photographs.neighbours),
                ("mistakes", photographs.mistakes),
            )
        }
    if any(name.startswith("rung_") for name in arrays):
        found["ladder"] = partial(ladder, arrays)
    return found


def card(arrays: Arrays) -> Canvas:
    """The picture of the front page: two kinds of units on the way to a quarter of the images wrong."""
    if "running_relu" not in arrays:
        return operations(arrays, width=3.6, height=3.2)
    figure, ax = draw.canvas(width=3.6, height=3.2)
    _race(ax, arrays, ("relu", "tanh"), 25.0)
    ax.set(xlabel="passes", ylabel="images wrong, %")
    return figure


def curves(arrays: Arrays, record: Record) -> Canvas:
    """The share of images wrong when shown, over passes, for every kind of units."""
    figure, ax = draw.canvas(width=6.4, height=4.6)
    _race(ax, arrays, tuple(UNITS), 100 * record.settings["target"])
    ax.set(xlabel="passes", ylabel="training images wrong when shown, %")
    return figure


def _race(ax: Axes, arrays: Arrays, units: tuple[str, ...], target: float) -> None:
    height = 0.92
    for unit in units:
        name, colour = UNITS[unit]
        for line in 100 * arrays.get(f"running_{unit}", np.zeros((0, 1))):
            ax.plot(np.arange(1, len(line) + 1), line, color=colour, linewidth=1.6, alpha=0.7)
            there = np.flatnonzero(np.isfinite(line))
            if len(there):
                ax.plot(there[-1] + 1, line[there[-1]], "o", color=colour, markersize=5)
        if f"running_{unit}" in arrays:
            ax.annotate(name, (0.96, height), xycoords="axes fraction", ha="right", va="top", color=colour, fontsize=14)
            height -= 0.11
    ax.axhline(target, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    ax.set(ylim=(0, None), xlim=(0, None))


def units(arrays: Arrays, record: Record) -> Canvas:
    """Passes of tanh over those of ReLU at every place, with intervals, and the paper's six."""
    labels = [answer.label for answer in record.claim("six").answers]
    figure, ax = draw.canvas(width=6.4, height=0.62 * len(labels) + 1.7)
    for row, (middle, low, high) in enumerate(arrays["ratios"]):
        end = high if np.isfinite(high) else 12.0
        ax.plot([max(low, 0.05), end], [row, row], color=draw.BLUE, linewidth=2.5)
        ax.plot([middle], [row], "o", color=draw.BLUE, markersize=9)
        if not np.isfinite(high):
            ax.plot([end], [row], ">", color=draw.BLUE, markersize=8)
    ax.axvline(1, color=draw.FAINT, linestyle=":", linewidth=1.8)
    ax.axvline(6, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    ax.annotate("2012", (6, -0.62), xytext=(-5, 0), textcoords="offset points", ha="right", va="center")
    ax.set_yticks(range(len(labels)), [_broken(label) for label in labels])
    ax.set_ylim(len(labels) - 0.5, -0.95)
    ax.set(xscale="log", xlabel="passes of tanh over passes of ReLU")
    ticks = [0.5, 1, 2, 3, 6, 12]
    ax.set_xlim(0.4, 13)
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.grid(axis="y", visible=False)
    return figure


def _broken(label: str) -> str:
    net, rest = label.split(", ", 1)
    return f"{net},\n{rest}"


def rates_tried(arrays: Arrays, record: Record) -> Canvas:
    """Passes at every rate tried, one panel for each net and batch."""
    tried, labels = arrays["tried"], [answer.label for answer in record.claim("six").answers]
    places = [int(number) for number in np.unique(tried[:, 0])] if len(tried) else [0]
    figure, axes = draw.canvas(rows=len(places), width=6.2, height=2.5 * len(places) + 0.6, sharex=True, squeeze=False)
    most = float(record.settings["unit_passes"])
    for ax, number in zip(axes[:, 0], places, strict=True):
        for kind, (name, colour) in enumerate(UNITS.values()):
            here = tried[(tried[:, 0] == number) & (tried[:, 1] == kind)]
            if len(here):
                passes = np.where(np.isfinite(here[:, 3]), here[:, 3], most)
                ax.plot(here[:, 2], passes, "o-", color=colour, label=name)
        ax.set(xscale="log", ylabel="passes", ylim=(0, 1.08 * most))
        ax.set_title(labels[number] if number < len(labels) else "", fontsize=12, loc="left")
        rates = np.unique(tried[:, 2])
        ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
        ax.minorticks_off()
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncol=3, fontsize=12, frameon=False
    )
    axes[-1, 0].set_xlabel("learning rate")
    return figure


def effects(record: Record) -> list[tuple[str, Ours, float]]:
    """Every effect that was measured: its name, our side and the paper's number, 0 where it gives none."""
    found = []
    for name, text in EFFECTS.items():
        claim = record.claim(name)
        sides = [(f"{text} {one.label}", one.ours) for one in claim.answers] or [(text, claim.ours)]
        found += [(label, ours, claim.value) for label, ours in sides if ours is not None]
    return found


def parts(record: Record) -> Canvas:
    """How much every part lowers an error, with intervals, and the paper's numbers."""
    rows = effects(record)
    figure, ax = draw.canvas(width=6.6, height=0.5 * len(rows) + 1.4)
    ax.axvline(0, color=draw.FAINT, linewidth=1.4)
    for row, (_, ours, theirs) in enumerate(rows):
        ax.plot([ours.low, ours.high], [row, row], color=draw.BLUE, linewidth=2.5)
        ax.plot([ours.estimate], [row], "o", color=draw.BLUE, markersize=8)
        if theirs:
            ax.plot([theirs], [row], "D", color=draw.PAPER, markeredgecolor=draw.INK, markersize=8, zorder=5)
    ax.set_yticks(range(len(rows)), [row[0] for row in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel("error lowered by, points")
    ax.grid(axis="y", visible=False)
    return figure


def pixels(arrays: Arrays) -> Canvas:
    """Test errors by what was learned from and what was tested on."""
    figure, ax = draw.canvas(width=6.2, height=3.6)
    groups = [(text, 100 * arrays[f"pixels_{name}"], None) for name, text in PIXELS.items()]
    draw.strip(ax, groups, [draw.BLUE, draw.SKY, draw.ORANGE, draw.RED])
    ax.set_xlabel("test images wrong, %")
    return figure


def operations(arrays: Arrays, width: float = 6.4, height: float = 4.4) -> Canvas:
    """Shares of parameters and of multiplications in AlexNet's layers."""
    figure, ax = draw.canvas(width=width, height=height)
    shares = 100 * arrays["layers"] / arrays["layers"].sum(axis=0)
    rows = np.arange(len(shares))
    for column, (name, colour, shift) in enumerate((("parameters", draw.ORANGE, -0.2), ("work", draw.BLUE, 0.2))):
        ax.barh(rows + shift, shares[:, column], height=0.38, color=colour)
        ax.annotate(name, (0.97, 0.95 - 0.1 * column), xycoords="axes fraction", ha="right", va="top", color=colour)
    ax.set_yticks(rows, LAYERS)
    ax.invert_yaxis()
    ax.set_xlabel("share of all, %")
    ax.grid(axis="y", visible=False)
    return figure


def ladder(arrays: Arrays) -> Canvas:
    """Test error on every rung from 2012 to today, with two standard errors."""
    names = [name for name in RUNGS if f"rung_{name}" in arrays]
    figure, ax = draw.canvas(width=6.4, height=0.55 * len(names) + 1.3)
    for row, name in enumerate(names):
        errors = 100 * arrays[f"rung_{name}"]
        ax.plot(errors, row + np.linspace(-0.18, 0.18, len(errors)), "o", color=draw.SKY, markersize=4, alpha=0.7)
        spread = errors.std(ddof=1) / np.sqrt(len(errors)) if len(errors) > 1 else 0.0
        ax.errorbar(errors.mean(), row, xerr=2 * spread, fmt="o", color=draw.BLUE, markersize=7, capsize=4)
    ax.set_yticks(range(len(names)), ["the recipe of 2012" if n == "2012" else f"+ {n}" for n in names])
    ax.invert_yaxis()
    ax.set_xlabel("test images wrong, %")
    ax.grid(axis="y", visible=False)
    return figure
