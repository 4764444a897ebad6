"""The figures of 1969, drawn from the record."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.perceptrons_1969.experiment import connectedness_figures
from reproductions.perceptrons_1969.film import correcting
from reproductions.perceptrons_1969.tables import LISTED

Arrays = Mapping[str, np.ndarray]
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of paper.toml, and the picture of the card."""
    drawn = (
        card,
        no_line,
        correcting,
        margins,
        letters,
        xor_one_layer,
        xor_surfaces,
        separable_functions,
        parity,
        connectedness,
    )
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def _corners(ax: Any, size: float, rule: Callable[[int, int], bool]) -> None:
    for x, y in CORNERS:
        on = bool(rule(x, y))
        ax.plot(
            [x], [y], "o", markersize=size, color=draw.BLUE if on else draw.WHITE, markeredgecolor=draw.BLACK, zorder=4
        )
        ax.annotate(
            "1" if on else "0",
            (x, y),
            ha="center",
            va="center",
            zorder=5,
            color=draw.WHITE if on else draw.BLACK,
            fontsize=0.6 * size,
        )
    ax.set(xlim=(-0.35, 1.35), ylim=(-0.35, 1.35), aspect="equal", xticks=[0, 1], yticks=[0, 1])
    ax.grid(visible=False)


def _wrong_side(ax: Any) -> None:
    ax.annotate("wrong side", (1, 1), xytext=(0, 17), textcoords="offset points", ha="center", color=draw.RED)


def card(arrays: Arrays, record: Record) -> Canvas:
    """The four points of XOR, and a line that leaves one of them on the wrong side, as every line does."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    _corners(ax, 24, operator.ne)
    x = np.array([-0.35, 1.35])
    ax.plot(x, 0.5 - x, color=draw.ORANGE, linewidth=3)
    _wrong_side(ax)
    ax.set(xlabel="input 1", ylabel="input 2")
    return figure


def no_line(arrays: Arrays, record: Record) -> Canvas:
    """OR, AND and XOR: a line for the first two; for the third one that fails, and the two that it takes."""
    figure, axes = draw.canvas(4, width=13.0, height=3.9, sharey=True)
    tasks: tuple[tuple[str, Callable[[int, int], bool], tuple[float, ...]], ...] = (
        ("OR: one line", operator.or_, (0.5,)),
        ("AND: one line", operator.and_, (1.5,)),
        ("XOR: every line fails", operator.ne, (0.5,)),
        ("XOR: it takes two", operator.ne, (0.5, 1.5)),
    )
    side = np.array([-0.35, 1.35])
    for ax, (name, rule, heights) in zip(axes, tasks, strict=True):
        _corners(ax, 24, rule)
        for height in heights:
            ax.plot(side, height - side, color=draw.ORANGE, linewidth=3, linestyle=(0, (2, 2)) if heights[1:] else "-")
        ax.set(title=name, xlabel="input 1")
    _wrong_side(axes[2])
    axes[0].set_ylabel("input 2")
    return figure


def margins(arrays: Arrays, record: Record) -> Canvas:
    """Updates that the rule needed, under the bound of the theorem."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    bound, updates = arrays["margins"].T
    ax.plot(bound, np.maximum(updates, 0.5), "o", color=draw.BLUE, alpha=0.35, markersize=5)
    ends = np.array([bound.min(), bound.max()])
    ax.plot(ends, ends, color=draw.INK, linestyle=(0, (5, 3)))
    ax.annotate("dashed: the theorem's bound", (0.04, 0.92), xycoords="axes fraction")
    ax.set(xscale="log", yscale="log", xlabel="bound, (longest input / gap)²", ylabel="updates needed")
    return figure


def letters(arrays: Arrays, record: Record) -> Canvas:
    """Exposures of each letter until the alphabet was known."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    points = arrays["letters"]
    sizes = np.unique(points[:, 0])
    for row, k in enumerate(sizes):
        took = points[points[:, 0] == k, 1]
        took = took[np.isfinite(took)]
        ax.plot(row + np.linspace(-0.25, 0.25, len(took)), np.sort(took), "o", color=draw.BLUE, alpha=0.6, markersize=5)
    ax.set_xticks(range(len(sizes)), [f"{k:g}" for k in sizes])
    draw.paper_line(ax, 40, "Mark I: 40", x=0.02)
    ax.set(xlabel="points of the retina that a unit reads", ylabel="exposures of each letter", ylim=(0, None))
    return figure


def xor_one_layer(arrays: Arrays, record: Record) -> Canvas:
    """Weights over time for three rules on one unit."""
    figure, axes = draw.canvas(1, 3, width=7.0, height=9.0)
    panels = (
        ("perceptron", "perceptron rule: in circles", "presentations", 1),
        ("linear", "LMS: towards zero", "presentations", 100),
        ("logistic", "logistic unit: to zero, so one half", "sweeps", 1),
    )
    for ax, (name, title, unit, step) in zip(axes, panels, strict=True):
        path = arrays[name][:61]
        t = np.arange(len(path)) * step
        for column, colour, label in (
            (0, draw.FAINT, "bias"),
            (1, draw.BLUE, "weight 1"),
            (2, draw.ORANGE, "weight 2"),
        ):
            ax.step(t, path[:, column], where="post", color=colour, linewidth=2 if column else 1.5)
            ax.annotate(
                label, (0.97, 0.95 - 0.08 * column), xycoords="axes fraction", ha="right", color=colour, va="top"
            )
        ax.axhline(0, color=draw.INK, linewidth=0.8)
        ax.set(title=title, xlabel=unit)
        reach = 1.6 * max(0.6, float(np.abs(path).max()))
        ax.set_ylim(-reach, reach)
    axes[1].set_ylabel("weights")
    return figure


def xor_surfaces(arrays: Arrays, record: Record) -> Canvas:
    """Output over the square of inputs: one logistic unit and a net with two hidden units."""
    figure, axes = draw.canvas(2, width=9.5, height=4.6)
    side = np.linspace(-0.25, 1.25, 121)
    a, b = np.meshgrid(side, side)
    w = arrays["logistic"][-1]
    surfaces = [1 / (1 + np.exp(-(w[0] + w[1] * a + w[2] * b)))]
    if "hidden" in arrays:
        p = arrays["hidden"]  # w0_1 (2, 2), b1 (2,), w1_2 (2, 1), b2 (1,)
        h = [1 / (1 + np.exp(-(p[4 + k] + p[k] * a + p[2 + k] * b))) for k in (0, 1)]
        surfaces.append(1 / (1 + np.exp(-(p[8] + p[6] * h[0] + p[7] * h[1]))))
    for ax, z, title in zip(
        axes, surfaces, ("one layer: one half everywhere", "two hidden units: solved"), strict=False
    ):
        filled = ax.contourf(side, side, z, levels=np.linspace(-0.05, 1.05, 12), cmap="RdBu_r", vmin=0, vmax=1)
        filled.set_rasterized(True)
        for x, y in ((0, 0), (0, 1), (1, 0), (1, 1)):
            on = x != y
            ax.plot(
                [x],
                [y],
                "o",
                markersize=16,
                color=draw.WHITE if on else draw.BLACK,
                markeredgecolor=draw.BLACK,
                zorder=4,
            )
            ax.annotate(
                "1" if on else "0", (x, y), ha="center", va="center", zorder=5, color=draw.BLACK if on else draw.WHITE
            )
        ax.set(title=title, xlabel="input 1", aspect="equal", xticks=[0, 1], yticks=[0, 1])
        ax.grid(visible=False)
    axes[0].set_ylabel("input 2")
    bar = figure.colorbar(filled, ax=list(axes), shrink=0.8, ticks=[0, 0.5, 1])
    bar.set_label("output")
    return figure


def separable_functions(arrays: Arrays, record: Record) -> Canvas:
    """Share of logic functions that one unit can do, against the number of inputs."""
    figure, ax = draw.canvas(width=8.0, height=4.8)
    n = np.arange(1, 8)
    ax.plot(n, [LISTED[k] / 2.0 ** (2**k) for k in n], "D-", color=draw.INK, markersize=7)
    counted = arrays["functions"]
    ax.plot(
        counted[:, 0],
        counted[:, 1] / 2.0 ** (2 ** counted[:, 0]),
        "o",
        color=draw.BLUE,
        markersize=13,
        fillstyle="none",
        mew=2,
    )
    sampled = arrays["fraction"]
    for k in np.unique(sampled[:, 0]):
        mean = sampled[sampled[:, 0] == k, 1].mean()
        if mean:
            ax.plot([k], [mean], "s", color=draw.ORANGE, markersize=19, fillstyle="none", mew=2)
    for row, (text, colour) in enumerate(
        (("◆ listed counts", draw.INK), ("○ counted by us", draw.BLUE), ("□ sampled by us", draw.ORANGE))
    ):
        ax.annotate(text, (0.05, 0.3 - 0.08 * row), xycoords="axes fraction", color=colour)
    ax.set(yscale="log", xlabel="inputs", ylabel="share of all logic functions", xticks=n)
    return figure


def parity(arrays: Arrays, record: Record) -> Canvas:
    """Updates of the perceptron rule on parity, and least coefficients."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8)
    n, updates = arrays["updates"].T
    axes[0].plot(n, 10.0**n, "--", color=draw.INK)
    axes[0].plot(n, updates, "o-", color=draw.BLUE, markersize=8)
    axes[0].plot(n, 2.0**n / n, ":", color=draw.FAINT)
    for row, (text, colour) in enumerate(
        (("- - bound of the theorem, 10ⁿ", draw.INK), ("measured", draw.BLUE), ("··· at least 2ⁿ/n", draw.FAINT))
    ):
        axes[0].annotate(text, (0.04, 0.93 - 0.08 * row), xycoords="axes fraction", color=colour)
    axes[0].set(yscale="log", xlabel="bits", ylabel="updates until all are right", title="perceptron rule on all masks")
    bits, largest, _ = arrays["coefficients"].T
    axes[1].plot(bits, 2.0 ** (bits - 1), "--", color=draw.INK)
    axes[1].plot(bits, largest, "o", color=draw.BLUE, markersize=8)
    axes[1].annotate("2ⁿ⁻¹", (bits[-3], 2.0 ** (bits[-3] - 1)), xytext=(-10, 6), textcoords="offset points", ha="right")
    axes[1].set(yscale="log", xlabel="bits", ylabel="least largest coefficient", title="linear programs")
    for ax, ticks in zip(axes, (n, bits[::2]), strict=True):
        ax.set_xticks(ticks, [f"{k:g}" for k in ticks])
    return figure


def connectedness(arrays: Arrays, record: Record) -> Canvas:
    """Two figures that every small window sees alike."""
    figure, axes = draw.canvas(2, width=8.0, height=4.8)
    connected = record.claim("connected").ours
    pieces = 1 + (connected.estimate if connected else 0)
    for ax, picture, title in zip(axes, connectedness_figures(), ("one piece", f"{pieces:g} pieces"), strict=True):
        draw.image(ax, 2.0 * picture - 1, title)
    return figure
