"""Figures of `pdp_1986` on scale, family trees, kernels and losses, drawn from its record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets import families
from core.evidence.record import Record
from core.publishing import figures as draw

Arrays = Mapping[str, np.ndarray]


def scaling(arrays: Arrays, record: Record) -> Canvas:
    """Presentations against the number of inputs: symmetry by two recipes, parity, and the fears of 1988."""
    figure, axes = draw.canvas(2, width=11.5, height=5.0)
    n = np.array(record.settings["new_bits"])
    axes[0].plot(n, 4.0**n, "--", color=draw.INK)
    axes[0].annotate(
        "2²ⁿ, as feared", (n[-2], 4.0 ** n[-2]), xytext=(-12, 6), textcoords="offset points", ha="right", va="bottom"
    )
    recipes = ("old", draw.ORANGE, "recipe of 1986"), ("new", draw.BLUE, "8 hidden units, cross-entropy")
    for row, (name, colour, label) in enumerate(recipes):
        points = arrays[name]
        for k in np.unique(points[:, 0]):
            group = points[points[:, 0] == k]
            solved = group[:, -1] > 0
            middle = np.median(group[solved, 1]) if solved.any() else np.nan
            axes[0].plot([k], [middle], "o", color=colour, markersize=8)
            height = middle if solved.any() else 3e7
            axes[0].annotate(
                f"{100 * solved.mean():.0f} %",
                (k, height),
                textcoords="offset points",
                xytext=(0, -20 if row and solved.any() else 9),
                ha="center",
                color=colour,
                fontsize=10,
            )
        axes[0].annotate(label, (0.03, 0.95 - 0.09 * row), xycoords="axes fraction", color=colour, va="top")
    axes[0].set(
        yscale="log",
        ylim=(100, None),
        xlabel="inputs n",
        ylabel="presentations, median",
        title="symmetry; numbers: nets that learned",
    )
    points = arrays["parity_scaling"]
    bits = np.unique(points[:, 0])
    told = {2: 95, 3: 265, 4: 1200, 5: 4100, 6: 20000, 7: 100000, 8: 500000}
    axes[1].plot(bits, [told[int(k)] for k in bits], "D--", color=draw.INK)
    for k in bits:
        group = points[(points[:, 0] == k) & (points[:, 3] > 0), 2]
        axes[1].plot(np.full(len(group), k), group, "o", color=draw.BLUE, alpha=0.35, markersize=5)
    axes[1].plot(
        bits, [np.nanmedian(points[(points[:, 0] == k) & (points[:, 3] > 0), 2]) for k in bits], "-", color=draw.BLUE
    )
    axes[1].annotate("◆ Tesauro and Janssens, recalled", (0.03, 0.93), xycoords="axes fraction")
    axes[1].annotate("ours, step re-tuned", (0.03, 0.85), xycoords="axes fraction", color=draw.BLUE)
    axes[1].set(yscale="log", xlabel="bits", ylabel="presentations", title="parity, 2n hidden units", xticks=bits)
    return figure


def family_trees(arrays: Arrays, record: Record) -> Canvas:
    """Hinton diagram of the six person units, and cases held out that were right."""
    figure, axes = draw.canvas(2, width=10.5, height=6.2, gridspec_kw={"width_ratios": [1.5, 1]})
    people, ax = arrays["trees_people"], axes[0]
    limit = np.abs(people).max()
    for unit in range(6):
        for person in range(24):
            x, y, size = (
                person % 12,
                -(2 * unit + person // 12) - 0.35 * unit,
                0.95 * np.sqrt(abs(people[person, unit]) / limit),
            )
            colour = draw.INK if people[person, unit] > 0 else "white"
            ax.add_patch(_square(x, y, size, colour))
        ax.annotate(
            f"unit {unit + 1}", (-0.9, -(2 * unit) - 0.5 - 0.35 * unit), ha="right", va="center", annotation_clip=False
        )
    ax.set(xlim=(-0.7, 11.7), ylim=(-13.9, 0.8), aspect="equal", facecolor="#c9c9c9")
    ax.set_xticks(
        range(12),
        [f"{a}\n{b}" for a, b in zip(families.ENGLISH, families.ITALIAN, strict=True)],
        rotation=90,
        fontsize=9,
    )
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.set_title("weights from people: upper row English, lower row Italian")
    held = arrays["trees_held_out"]
    axes[1].bar(range(5), [100 * np.mean(held == k) for k in range(5)], color=draw.BLUE)
    axes[1].axvline(4, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    axes[1].axvline(3, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    axes[1].set(
        xlabel="of 4 held-out cases right",
        ylabel="nets, %",
        xticks=range(5),
        title="dashed: 4 in one run of the paper,\n3 in the other",
    )
    return figure


def _square(x: float, y: float, size: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - size / 2, y - size / 2), size, size, facecolor=colour, edgecolor="none")


def kernels(arrays: Arrays, record: Record) -> Canvas:
    """Kernels of nets that learned T and C."""
    figure, axes = draw.canvas(6, 2, width=9.0, height=3.4)
    for ax, kernel in zip(axes.flat, arrays["kernels"], strict=False):
        draw.image(ax, kernel, limit=float(np.abs(kernel).max()) or 1.0)
    for ax in axes.flat[len(arrays["kernels"]) :]:
        ax.set_visible(False)
    return figure


def losses(arrays: Arrays, record: Record) -> Canvas:
    """Squared error beside cross-entropy on two or three clumps."""
    figure, axes = draw.canvas(2, width=11.0, height=4.6, sharey=True)
    points = arrays["losses"]
    rates = np.unique(points[:, 0])
    for ax, start, title in zip(axes, (0.0, 8.0), ("small start", "output unit saturated at the start"), strict=True):
        for row, (ce, colour, name) in enumerate(((0, draw.ORANGE, "squared error"), (1, draw.BLUE, "cross-entropy"))):
            groups = [points[(points[:, 0] == r) & (points[:, 1] == ce) & (points[:, 2] == start), 3] for r in rates]
            low, middle, high = np.array([_quantiles(g) for g in groups]).T
            ax.fill_between(rates, low, high, color=colour, alpha=0.2, linewidth=0)
            ax.plot(rates, middle, "o-", color=colour)
            ax.annotate(name, (0.97, 0.93 - 0.08 * row), xycoords="axes fraction", ha="right", color=colour)
        ax.set(xscale="log", yscale="log", xlabel="learning rate", title=title)
        ax.set_xticks(rates[::2], [f"{r:g}" for r in rates[::2]])
        ax.minorticks_off()
    axes[0].set_ylabel("sweeps until all are right")
    return figure


def _quantiles(sweeps: np.ndarray) -> np.ndarray:
    """5 %, median and 95 % of sweeps, unsolved nets as endless; NaN where that is what it is."""
    full = np.where(np.isfinite(sweeps), sweeps, 1e300)
    found = np.quantile(full, [0.05, 0.5, 0.95], method="inverted_cdf")
    return np.where(found < 1e299, found, np.nan)
