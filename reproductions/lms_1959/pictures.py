"""The figures of 1959 about threshold units: what one holds, how the perceptron rule fares, and more than one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.lms_1959.nets import FIRST_LAYER
from reproductions.lms_1959.now import LADDER
from reproductions.lms_1959.tables import cover_curve

Arrays = Mapping[str, np.ndarray]
COLOURS = (draw.BLUE, draw.ORANGE, draw.GREEN, draw.RED, draw.PURPLE, draw.SKY)


def capacity(arrays: Arrays, record: Record) -> Canvas:
    """Probability that a random task is separable."""
    figure, ax = draw.canvas(width=6.8, height=4.8)
    points = arrays["capacity"]
    for row, (n, colour) in enumerate(zip(np.unique(points[:, 0]), COLOURS, strict=False)):
        ax.plot(*cover_curve(int(n), 3.0), color=colour, linewidth=1.8)
        chosen = points[points[:, 0] == n]
        sizes = np.unique(chosen[:, 1])
        ax.plot(sizes / n, [chosen[chosen[:, 1] == p, 2].mean() for p in sizes], "o", color=colour, markersize=7)
        ax.annotate(f"{n:g} weights", (0.98, 0.93 - 0.08 * row), xycoords="axes fraction", color=colour, ha="right")
    draw.paper_mark(ax, 2.0, 0.5, "half at two\nper weight", shift=(14, 6))
    ax.set(xlabel="patterns per weight", ylabel="share that one unit can do", xlim=(0, 3.05), ylim=(-0.02, 1.05))
    return figure


def clouds(arrays: Arrays, record: Record) -> Canvas:
    """LMS and the perceptron rule on three pairs of clouds, seed 0."""
    figure, axes = draw.canvas(3, width=11.0, height=4.0)
    titles = {"apart": "separable", "fargroup": "separable, some far away", "overlapping": "not separable"}
    for ax, (kind, title) in zip(axes, titles.items(), strict=True):
        x, d = arrays[f"cloud_{kind}_x"], arrays[f"cloud_{kind}_d"]
        for sign, colour, mark in ((1, draw.SKY, "o"), (-1, draw.ORANGE, "s")):
            ax.plot(*x[d == sign, 1:].T, mark, color=colour, markersize=5, alpha=0.8)
        low, high = x[:, 2].min() - 0.5, x[:, 2].max() + 0.5
        y = np.array([low, high])
        for rule, colour, width in (("perceptron", draw.GREEN, 5), ("lms", draw.INK, 2.4)):
            w = arrays[f"cloud_{kind}_{rule}"]
            if abs(w[1]) > 1e-9:
                ax.plot(-(w[0] + w[2] * y) / w[1], y, color=colour, linewidth=width)
        ax.set(title=title, xlim=(x[:, 1].min() - 1, x[:, 1].max() + 1), ylim=(low, high))
        ax.grid(visible=False)
    axes[0].set_ylabel("black: LMS;  green: perceptron rule")
    return figure


def novikoff(arrays: Arrays, record: Record) -> Canvas:
    """Mistakes of the perceptron rule against the planted margin, under the bound."""
    figure, ax = draw.canvas(width=6.8, height=5.0)
    margins = np.geomspace(8e-4, 0.6, 50)
    ax.plot(margins, margins**-2, color=draw.INK, linestyle="--", linewidth=2)
    kinds = (
        ("planted", draw.BLUE, "margin or more"),
        ("thin", draw.ORANGE, "all at the margin"),
        ("orthogonal", draw.RED, "orthogonal: the worst case"),
    )
    for row, (kind, colour, name) in enumerate(kinds):
        points = arrays[f"novikoff_{kind}"]
        worst = kind == "orthogonal"
        ax.plot(
            points[:, 0],
            points[:, 2],
            "D" if worst else "o",
            color=colour,
            markersize=10 if worst else 5,
            alpha=1 if worst else 0.5,
            rasterized=True,
        )
        ax.annotate(name, (0.98, 0.86 - 0.07 * row), xycoords="axes fraction", color=colour, ha="right")
    ax.annotate("dashed: the bound 1/γ²", (0.98, 0.93), xycoords="axes fraction", color=draw.INK, ha="right")
    ax.set(xscale="log", yscale="log", xlabel="margin γ", ylabel="mistakes before all are right", ylim=(0.7, 1e8))
    return figure


def flatness(arrays: Arrays, record: Record) -> Canvas:
    """A cut through the error surface of one unit: signum, tanh, linear; one fixed set of ten patterns."""
    figure, ax = draw.canvas(width=6.8, height=4.8)
    rng = np.random.default_rng(record.settings["entropy"])
    x, d = rng.standard_normal((10, 2)), rng.choice([-1.0, 1.0], 10)
    side = np.linspace(-4, 4, 2001)
    s = np.stack([side, np.full_like(side, 0.7)], axis=-1) @ x.T
    squashes: tuple[tuple[str, Callable[[Any], Any], str], ...] = (
        ("no limiter: a parabola", lambda s: s, draw.GREEN),
        ("smooth limiter: slopes everywhere", np.tanh, draw.BLUE),
        ("hard limiter: steps, and no slope", np.sign, draw.RED),
    )
    for row, (name, squash, colour) in enumerate(squashes):
        ax.plot(side, np.mean((d - squash(s)) ** 2, axis=-1), color=colour, linewidth=2.4)
        ax.annotate(name, (0.5, 0.93 - 0.075 * row), xycoords="axes fraction", color=colour, ha="center")
    ax.set(xlabel="one of two weights", ylabel="mean squared error", xlim=(-4, 4), ylim=(0, 8))
    return figure


RULES = {
    "RuleI_random_majority": ("Rule I, majority", draw.BLUE),
    "RuleI_random_OR": ("Rule I, OR", draw.PURPLE),
    "RuleI_cyclic_majority": ("Rule I, majority, cyclic order", draw.SKY),
    "RuleII_random_majority": ("Rule II", draw.GREEN),
    "backprop_random_majority": ("backpropagation", draw.ORANGE),
}


def madaline(arrays: Arrays, record: Record) -> Canvas:
    """Share of random tasks that nets learn."""
    figure, ax = draw.canvas(width=6.8, height=5.2)
    for row, (rule, (name, colour)) in enumerate(RULES.items()):
        points = arrays[f"nets_random_{rule}"]
        sizes = np.unique(points[:, 0])
        shares = [100 * points[points[:, 0] == p, 1].mean() for p in sizes]
        ax.plot(sizes / FIRST_LAYER, shares, "o-", color=colour, linewidth=2)
        ax.annotate(name, (0.03, 0.31 - 0.065 * row), xycoords="axes fraction", color=colour)
    ax.axvline(2.0, color=draw.INK, linestyle="--", linewidth=1.6)
    ax.annotate("told: 2", (2.0, 103), xytext=(5, 0), textcoords="offset points", va="center")
    ax.set(xlabel="patterns per first-layer weight", ylabel="tasks learned, %", ylim=(-3, 108), xlim=(0, None))
    return figure


def recognition(arrays: Arrays, record: Record) -> Canvas:
    """Letters read aright against noise."""
    figure, ax = draw.canvas(width=6.8, height=4.8)
    points = arrays["recognition"]
    flips = np.unique(points[:, 0])
    named = (
        ("LMS, taught without noise", draw.BLUE),
        ("LMS, taught with this noise", draw.ORANGE),
        ("best weights for this noise", draw.GREEN),
        ("nearest pattern, beyond one layer", draw.INK),
    )
    for column, (name, colour) in enumerate(named, start=1):
        means = [100 * points[points[:, 0] == f, column].mean() for f in flips]
        ax.plot(flips, means, "o-", color=colour, linewidth=2)
        ax.annotate(name, (0.03, 0.27 - 0.075 * (column - 1)), xycoords="axes fraction", color=colour)
    ax.set(xlabel="share of switches thrown", ylabel="letters read aright, %", ylim=(0, 104))
    ax.set_yticks([0, 20, 40, 60, 80, 100])
    return figure


def then_and_now(arrays: Arrays, record: Record) -> Canvas:
    """Noisy letters told apart, rung by rung from 1960 to today."""
    figure, ax = draw.canvas(width=6.8, height=4.6)
    points = arrays["now"]
    for rung in range(len(LADDER)):
        right = 100 * points[points[:, 0] == rung, 1]
        if len(right) > 1:
            error = right.std(ddof=1) / np.sqrt(len(right))
            colour = draw.GREEN if rung == len(LADDER) - 1 else draw.BLUE
            ax.errorbar([right.mean()], [rung], xerr=[2 * error], fmt="o", color=colour, markersize=10, capsize=4)
    ax.set_yticks(range(len(LADDER)), [LADDER[0], *(f"+ {name}" for name in LADDER[1:])])
    ax.set(xlabel="noisy letters told apart, %", ylim=(len(LADDER) - 0.5, -0.5), xlim=(80, 100))
    return figure
