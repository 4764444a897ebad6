"""The figures of `lms_1959` about threshold units, and the film of an ADALINE that learns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets import letters
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.lms_1959.threshold_units import NET_WEIGHTS
from reproductions.lms_1959.tables import cover_curve

Arrays = Mapping[str, np.ndarray]
COLOURS = (draw.BLUE, draw.ORANGE, draw.GREEN, draw.RED, draw.PURPLE, draw.SKY)


def adaline_learning(arrays: Arrays, record: Record) -> draw.Film:
    """Sixteen weights as the 4x4 array while the six patterns are shown; a still for print."""
    frames = [*range(15), *range(16, 51, 4), *range(60, len(arrays["film_weights"]), 20)]
    still = _stages(arrays, (0, 1, 5, 20, 50, len(arrays["film_weights"]) - 1))
    return draw.Film(still, partial(_frame, arrays), frames, milliseconds=220)


def _weights(ax: Any, weights: np.ndarray, limit: float, title: str) -> None:
    ax.imshow(weights[1:].reshape(4, 4), cmap="RdBu_r", vmin=-limit, vmax=limit)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.set_title(title, fontsize=12)


def _frame(arrays: Arrays, k: int) -> Canvas:
    figure, axes = draw.canvas(3, width=9.6, height=3.7, layout="none", gridspec_kw={"width_ratios": [1, 1, 1.7]})
    weights, shown = arrays["film_weights"], arrays["film_shown"]
    limit = float(np.abs(weights[:, 1:]).max())
    if k:
        draw.image(axes[0], letters.patterns()[shown[k - 1]], f"shown: {letters.NAMES[shown[k - 1]]}")
    else:
        draw.image(axes[0], np.zeros((4, 4)), "nothing shown yet")
    _weights(axes[1], weights[k], limit, f"weights after {k}")
    outputs = weights[k] @ letters.inputs(letters.patterns()).T
    axes[2].barh(range(6), outputs, color=[draw.BLUE, draw.BLUE, draw.FAINT, draw.FAINT, draw.ORANGE, draw.ORANGE])
    axes[2].plot(letters.TARGETS, range(6), "D", color=draw.INK, markersize=8)
    axes[2].set_yticks(range(6), letters.NAMES)
    axes[2].set(xlim=(-110, 110), title="meter (bars) and target (◆)")
    axes[2].invert_yaxis()
    axes[2].grid(axis="y", visible=False)
    figure.subplots_adjust(left=0.02, right=0.98, top=0.88, bottom=0.1, wspace=0.35)
    return figure


def _stages(arrays: Arrays, when: tuple[int, ...]) -> Canvas:
    figure, axes = draw.canvas(len(when), width=10.0, height=2.6)
    weights, curve = arrays["film_weights"], arrays["film_curve"]
    limit = float(np.abs(weights[:, 1:]).max())
    for ax, k in zip(axes, when, strict=True):
        _weights(ax, weights[k], limit, f"after {k}")
        ax.set_xlabel(f"error {curve[k]:,.0f}", fontsize=11)
    return figure


def capacity(arrays: Arrays, record: Record) -> Canvas:
    """Probability that a random dichotomy is separable."""
    figure, ax = draw.canvas(width=8.5, height=5.0)
    points = arrays["capacity"]
    for n, colour in zip(np.unique(points[:, 0]), COLOURS, strict=False):
        ratio, exact = cover_curve(int(n), 3.0)
        ax.plot(ratio, exact, color=colour, linewidth=1.6)
        chosen = points[points[:, 0] == n]
        sizes = np.unique(chosen[:, 1])
        ax.plot(sizes / n, [chosen[chosen[:, 1] == p, 2].mean() for p in sizes], "o", color=colour, markersize=6)
    for row, (n, colour) in enumerate(zip(np.unique(points[:, 0]), COLOURS, strict=False)):
        ax.annotate(f"{n:g} weights", (0.97, 0.93 - 0.08 * row), xycoords="axes fraction", color=colour, ha="right")
    draw.paper_mark(ax, 2.0, 0.5, "2 patterns\nper weight", shift=(12, 4))
    ax.annotate("lines: Cover's formula\ndots: linear programs", (0.03, 0.06), xycoords="axes fraction")
    ax.set(xlabel="patterns per weight", ylabel="probability of separability", xlim=(0, 3.05), ylim=(-0.02, 1.05))
    return figure


def clouds(arrays: Arrays, record: Record) -> Canvas:
    """LMS and the perceptron rule on three pairs of clouds, seed 0."""
    figure, axes = draw.canvas(3, width=11.0, height=4.2)
    kinds = ("apart", "fargroup", "overlapping")
    titles = ("separable", "separable, with a far group", "not separable")
    for ax, kind, title in zip(axes, kinds, titles, strict=True):
        x, d = arrays[f"cloud_{kind}_x"], arrays[f"cloud_{kind}_d"]
        for sign, colour, mark in ((1, draw.BLUE, "o"), (-1, draw.ORANGE, "s")):
            ax.plot(*x[d == sign, 1:].T, mark, color=colour, markersize=4, alpha=0.7)
        low, high = x[:, 2].min() - 0.5, x[:, 2].max() + 0.5
        reach = x[:, 1].min() - 1, x[:, 1].max() + 1
        y = np.array([low, high])
        for rule, style in (("lms", "-"), ("perceptron", "--")):
            w = arrays[f"cloud_{kind}_{rule}"]
            if abs(w[1]) > 1e-9:
                ax.plot(-(w[0] + w[2] * y) / w[1], y, style, color=draw.INK, linewidth=2)
        ax.set(title=title, xlim=reach, ylim=(low, high))
    figure.supxlabel("decision lines: LMS solid, perceptron rule dashed", fontsize=12)
    return figure


def novikoff(arrays: Arrays, record: Record) -> Canvas:
    """Mistakes of the perceptron rule against the planted margin, under the bound."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8, sharey=True)
    margins = np.geomspace(8e-4, 0.6, 50)
    for ax, kind, title in zip(axes, ("planted", "thin"), ("margin or more", "all at the margin"), strict=True):
        points = arrays[f"novikoff_{kind}"]
        ax.plot(margins, margins**-2, color=draw.INK, linestyle="--")
        for row, (n, colour) in enumerate(zip(np.unique(points[:, 1]), COLOURS, strict=False)):
            chosen = points[points[:, 1] == n]
            ax.plot(chosen[:, 0], chosen[:, 2], "o", color=colour, markersize=5, alpha=0.6, rasterized=True)
            ax.annotate(f"{n:g} weights", (0.97, 0.72 - 0.07 * row), xycoords="axes fraction", color=colour, ha="right")
        worst = arrays["novikoff_orthogonal"]
        ax.plot(worst[:, 0], worst[:, 2], "D", color=draw.INK, markersize=8)
        ax.set(xscale="log", yscale="log", xlabel="margin γ", title=f"random patterns, {title}", ylim=(0.7, 3e6))
    axes[0].annotate("bound 1/γ²", (0.0025, 2.5e5), color=draw.INK)
    axes[0].annotate("◆ orthogonal patterns:\nthe worst case", (0.97, 0.86), xycoords="axes fraction", ha="right",
                     color=draw.INK)  # fmt: skip
    axes[0].set_ylabel("mistakes before all are right")
    return figure


def flatness(arrays: Arrays, record: Record) -> Canvas:
    """Squared error over the two weights of a unit: signum, tanh, linear; one fixed set of ten patterns."""
    figure, axes = draw.canvas(3, width=11.0, height=4.0)
    rng = np.random.default_rng(record.settings["entropy"])
    x, d = rng.standard_normal((10, 2)), rng.choice([-1.0, 1.0], 10)
    side = np.linspace(-5, 5, 121)
    w = np.stack(np.meshgrid(side, side), axis=-1)
    for ax, (name, squash) in zip(axes, (("signum", np.sign), ("tanh", np.tanh), ("linear", None)), strict=True):
        s = w @ x.T
        loss = np.mean((d - (s if squash is None else squash(s))) ** 2, axis=-1)
        ax.contourf(side, side, loss, levels=14, cmap="Blues").set_rasterized(True)
        share = next(claim.ours.estimate for claim in record.claims if claim.id == f"flat_{name}" and claim.ours)
        ax.set(title=f"{name}: flat at {100 * share:.3g} %", xlabel="weight 1", aspect="equal")
        ax.grid(visible=False)
    axes[0].set_ylabel("weight 2")
    return figure


def madaline(arrays: Arrays, record: Record) -> Canvas:
    """Share of random dichotomies that nets learn, and presentations."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8)
    rules = {"RuleI_random": ("Rule I, random order", draw.BLUE), "RuleI_cyclic": ("Rule I, cyclic order", draw.SKY),
             "RuleII_random": ("Rule II", draw.GREEN), "backprop_random": ("backpropagation", draw.ORANGE)}  # fmt: skip
    for row, (rule, (name, colour)) in enumerate(rules.items()):
        points = arrays[f"nets_random_{rule}"]
        sizes = np.unique(points[:, 0])
        groups = [points[points[:, 0] == p] for p in sizes]
        axes[0].plot(sizes / NET_WEIGHTS, [100 * g[:, 1].mean() for g in groups], "o-", color=colour)
        took = [np.nanmedian(g[:, 2]) if np.isfinite(g[:, 2]).any() else np.nan for g in groups]
        axes[1].plot(sizes / NET_WEIGHTS, took, "o-", color=colour)
        axes[1].annotate(name, (0.97, 0.06 + 0.075 * row), xycoords="axes fraction", ha="right", color=colour)
    axes[0].axvline(2.0, color=draw.INK, linestyle="--", linewidth=1.4)
    axes[0].annotate(
        "capacity told\nfor Rule I: 2", (2.0, 20), xytext=(-6, 0), textcoords="offset points", va="top", ha="right"
    )
    axes[0].set(xlabel="patterns per first-layer weight", ylabel="dichotomies learned, %", ylim=(-3, 105))
    axes[1].set(xlabel="patterns per first-layer weight", ylabel="presentations, median of learned", yscale="log")
    return figure


def recognition(arrays: Arrays, record: Record) -> Canvas:
    """Letters read aright against noise."""
    figure, ax = draw.canvas(width=8.5, height=4.8)
    points = arrays["recognition"]
    flips = np.unique(points[:, 0])
    named = (
        ("LMS, taught without noise", draw.BLUE), ("LMS, taught with this noise", draw.ORANGE),
        ("least-squares weights for this noise", draw.GREEN), ("nearest pattern, beyond one layer", draw.INK),
    )  # fmt: skip
    for column, (name, colour) in enumerate(named, start=1):
        means = [100 * points[points[:, 0] == f, column].mean() for f in flips]
        ax.plot(flips, means, "o-", color=colour)
        ax.annotate(name, (0.02, 0.24 - 0.07 * (column - 1)), xycoords="axes fraction", color=colour)
    ax.axhline(100 / 3, color=draw.FAINT, linestyle=":")
    ax.annotate(
        "guessing", (flips[-1], 100 / 3), xytext=(0, -14), textcoords="offset points", color=draw.FAINT, ha="right"
    )
    ax.set(xlabel="probability that a switch is thrown", ylabel="letters read aright, %", ylim=(0, 104))
    ax.set_yticks([0, 20, 40, 60, 80, 100])
    return figure
