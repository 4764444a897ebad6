"""The figures of 1986, drawn from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import NullFormatter

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.pdp_1986.argument import card, two_lines
from reproductions.pdp_1986.film import xor_learning
from reproductions.pdp_1986.now import LADDER
from reproductions.pdp_1986.pictures import family_trees, kernels, losses, scaling

Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure; those that show a net that learned, or one that is stuck, where there is one."""
    drawn: list[Callable[..., Any]] = [
        xor_sweeps,
        stuck_map,
        chauvin,
        symmetry,
        parity_units,
        adders,
        tree_rates,
        family_trees,
        scaling,
        kernels,
    ]
    drawn += [losses, then_and_now]
    drawn += [stuck_outputs] if "stuck_outputs" in arrays else []
    drawn += [stuck_on] if "stuck_losses" in arrays else []
    drawn += [xor_learning] if np.isfinite(arrays["xor_two"]).any() else []
    drawn += [two_lines, card] if "xor_weights" in arrays else []
    drawn += [xor_surfaces] if {"xor_weights", "stuck_weights"} <= set(arrays) else []
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def _histogram(ax: Any, sweeps: np.ndarray, colour: str, title: str, *, left: bool = False) -> None:
    solved = sweeps[np.isfinite(sweeps)]
    if not len(solved):
        return
    edges = np.geomspace(max(solved.min(), 1) * 0.9, solved.max() * 1.1, 40)
    counts, _, _ = ax.hist(solved, bins=edges, color=colour, alpha=0.85)
    ax.set_ylim(0, 1.2 * np.max(counts))
    share = 100 * (1 - len(solved) / len(sweeps))
    ax.set(xscale="log", title=f"{title}: {len(sweeps):,} nets, {share:.3g} % not learned", xlabel="sweeps")
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.axvline(np.median(solved), color=colour, linewidth=2)
    ax.annotate(
        f"median {np.median(solved):,.0f}",
        (np.median(solved), 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(-5 if left else 5, 0),
        textcoords="offset points",
        va="top",
        ha="right" if left else "left",
        color=colour,
    )


def _mark(ax: Any, value: float, text: str, height: float = 0.8) -> None:
    ax.axvline(value, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.6)
    ax.annotate(text, (value, height), xycoords=("data", "axes fraction"), xytext=(5, 0), textcoords="offset points")


def xor_sweeps(arrays: Arrays, record: Record) -> Canvas:
    """Sweeps to learn XOR, over seeds."""
    figure, axes = draw.canvas(2, width=11.0, height=4.4)
    _histogram(axes[0], arrays["xor_direct"], draw.BLUE, "one hidden unit", left=True)
    _mark(axes[0], 558, "paper: 558")
    _histogram(axes[1], arrays["xor_two"], draw.ORANGE, "2-2-1")
    axes[0].set_ylabel("nets")
    return figure


def _surface(ax: Any, p: np.ndarray, title: str) -> Any:
    side = np.linspace(-0.25, 1.25, 121)
    a, b = np.meshgrid(side, side)
    h = [0.5 * (1 + np.tanh(0.5 * (p[4 + k] + p[k] * a + p[2 + k] * b))) for k in (0, 1)]
    z = 0.5 * (1 + np.tanh(0.5 * (p[8] + p[6] * h[0] + p[7] * h[1])))
    filled = ax.contourf(side, side, z, levels=np.linspace(-0.05, 1.05, 12), cmap="RdBu_r", vmin=0, vmax=1)
    filled.set_rasterized(True)
    for x, y in ((0, 0), (0, 1), (1, 0), (1, 1)):
        on = x != y
        ax.plot(
            [x], [y], "o", markersize=17, color=draw.WHITE if on else draw.BLACK, markeredgecolor=draw.BLACK, zorder=4
        )
        ax.annotate(
            "1" if on else "0", (x, y), ha="center", va="center", zorder=5, color=draw.BLACK if on else draw.WHITE
        )
    ax.set(title=title, xlabel="input 1", aspect="equal", xticks=[0, 1], yticks=[0, 1])
    ax.grid(visible=False)
    return filled


def xor_surfaces(arrays: Arrays, record: Record) -> Canvas:
    """Output over the square of inputs: a net that learned, and one that is stuck."""
    figure, axes = draw.canvas(2, width=9.5, height=4.6)
    _surface(axes[0], arrays["xor_weights"], "learned")
    filled = _surface(axes[1], arrays["stuck_weights"], "stuck")
    axes[0].set_ylabel("input 2")
    bar = figure.colorbar(filled, ax=list(axes), shrink=0.8, ticks=[0, 0.5, 1])
    bar.set_label("output")
    return figure


def stuck_map(arrays: Arrays, record: Record) -> Canvas:
    """Share of 2-2-1 nets that did not learn XOR, by learning rate and initial range."""
    figure, ax = draw.canvas(width=6.4, height=4.4)
    points = arrays["stuck_map"]
    rates, reaches = np.unique(points[:, 0]), np.unique(points[:, 1])
    share = np.array(
        [[1 - points[(points[:, 0] == a) & (points[:, 1] == b), 2].mean() for b in reaches] for a in rates]
    )
    ax.imshow(100 * share, cmap="Oranges", vmin=0, vmax=60, aspect="auto", origin="lower")
    for i in range(len(rates)):
        for j in range(len(reaches)):
            colour = draw.WHITE if share[i, j] > 0.4 else draw.BLACK
            ax.annotate(f"{100 * share[i, j]:.1f}", (j, i), ha="center", va="center", color=colour)
    ax.set_xticks(range(len(reaches)), [f"±{b:g}" for b in reaches])
    ax.set_yticks(range(len(rates)), [f"{a:g}" for a in rates])
    ax.set(title="not learned, %; the paper: 2 of hundreds", xlabel="initial range", ylabel="learning rate")
    ax.grid(visible=False)
    return figure


def stuck_outputs(arrays: Arrays, record: Record) -> Canvas:
    """What stuck nets answer to the four patterns, from the lowest to the highest."""
    figure, ax = draw.canvas(width=6.4, height=4.2)
    outputs = np.sort(arrays["stuck_outputs"], axis=1)
    for k in range(4):
        spread = np.linspace(-0.25, 0.25, len(outputs))
        ax.plot(k + spread, outputs[:, k], "o", color=draw.RED, markersize=4, alpha=0.6)
    for y in (0.1, 0.9):
        ax.axhline(y, color=draw.FAINT, linewidth=1)
    ax.axhline(0.5, color=draw.INK, linestyle=(0, (5, 3)))
    ax.set(ylim=(0, 1), ylabel="output; wanted 0.1, 0.1, 0.9, 0.9", xlabel="the four patterns, by output")
    ax.set_xticks(range(4), ["lowest", "second", "third", "highest"])
    return figure


def stuck_on(arrays: Arrays, record: Record) -> Canvas:
    """Squared error of stuck nets that are trained on."""
    figure, ax = draw.canvas(width=6.4, height=4.2)
    losses = arrays["stuck_losses"]
    t = np.arange(losses.shape[1]) * (record.settings["longer"] // 50)
    ax.plot(t[1:], losses.T[1:], color=draw.RED, linewidth=1, alpha=0.5)
    ax.set(xlabel="sweeps", ylabel="squared error", xscale="log", ylim=(0, None))
    return figure


HOW = {(1, 0.5): "one pattern, ±0.5", (1, 1.0): "one pattern, ±1", (0, 0.5): "a sweep, ±0.5", (0, 1.0): "a sweep, ±1"}
COLOURS = (draw.BLUE, draw.SKY, draw.ORANGE, draw.RED)


def chauvin(arrays: Arrays, record: Record) -> Canvas:
    """Sweeps against hidden units, by what Chauvin leaves unsaid."""
    figure, ax = draw.canvas(width=7.4, height=5.0)
    points = arrays["hidden"]
    sizes = np.unique(points[:, 0])
    ends = []
    for (online, reach), colour in zip(HOW, COLOURS, strict=True):
        here = points[(points[:, 1] == online) & (points[:, 2] == reach)]
        groups = [here[here[:, 0] == h, 3] for h in sizes]
        groups = [g[np.isfinite(g)] for g in groups]
        mean = np.array([g.mean() if len(g) else np.nan for g in groups])
        error = np.array([g.std() / np.sqrt(len(g)) if len(g) else np.nan for g in groups])
        ax.errorbar(sizes, mean, 2 * error, fmt="o-", color=colour, capsize=3)
        ends.append((sizes[0], float(mean[0]), HOW[online, reach], colour))
    ax.plot(sizes, 280 - 33 * np.log2(sizes), "--", color=draw.INK, linewidth=2)
    ax.annotate("paper: 280 − 33 log₂ H", (0.03, 0.05), xycoords="axes fraction")
    ax.set(xscale="log", xlabel="hidden units H", ylabel="sweeps, mean of nets that learned", ylim=(0, None))
    ax.set_xticks(sizes, [f"{h:g}" for h in sizes])
    ax.minorticks_off()
    for row, (_, _, name, colour) in enumerate(sorted(ends, key=lambda end: -end[1])):
        ax.annotate(name, (0.97, 0.93 - 0.08 * row), xycoords="axes fraction", ha="right", color=colour)
    return figure


def adders(arrays: Arrays, record: Record) -> Canvas:
    """Share of adders that did not learn, with two and with three hidden units."""
    figure, axes = draw.canvas(2, width=9.0, height=4.6, sharey=True)
    points = arrays["addition"]
    for ax, hidden in zip(axes, (2, 3), strict=True):
        here = points[points[:, 0] == hidden]
        for online, colour in ((0, draw.ORANGE), (1, draw.BLUE)):
            reaches = np.unique(here[:, 2])
            groups = [here[(here[:, 1] == online) & (here[:, 2] == r)] for r in reaches]
            place = np.arange(len(reaches)) + 0.4 * online - 0.2
            ax.bar(place, [100 * (1 - g[:, 3].mean()) for g in groups], 0.38, color=colour)
        ax.set_xticks(range(len(reaches)), [f"±{r:g}" for r in reaches])
        ax.set(title=f"{hidden} hidden units", xlabel="initial range", ylim=(0, 128))
        told, name = (50.0, "paper: about half") if hidden == 2 else (0.6, "paper: none")
        ax.axhline(told, color=draw.INK, linestyle=(0, (5, 3)))
        ax.annotate(name, (0.03, 0.93), xycoords="axes fraction")
    axes[0].set_ylabel("nets that did not learn, %")
    axes[1].annotate("a sweep at a time", (0.97, 0.93), xycoords="axes fraction", ha="right", color=draw.ORANGE)
    axes[1].annotate("one pattern at a time", (0.97, 0.85), xycoords="axes fraction", ha="right", color=draw.BLUE)
    return figure


def tree_rates(arrays: Arrays, record: Record) -> Canvas:
    """Training cases right after the letter's sweeps, against a factor on its learning rates."""
    figure, ax = draw.canvas(width=6.6, height=4.4)
    points = arrays["trees"]
    factors = np.unique(points[:, 0])
    for row, factor in enumerate(factors):
        right = 100 * np.sort(points[points[:, 0] == factor, 1])
        ax.plot(row + np.linspace(-0.3, 0.3, len(right)), right, "o", color=draw.BLUE, alpha=0.5, markersize=5)
    ax.set_xticks(range(len(factors)), ["as printed" if f == 1 else f"{f:g} times" for f in factors])
    draw.paper_line(ax, 100, "the letter: all 100", x=0.02)
    ax.set(xlabel="learning rates", ylabel="training cases right, %", ylim=(-3, 112))
    return figure


def then_and_now(arrays: Arrays, record: Record) -> Canvas:
    """Share of nets of nine weights that learn XOR, rung by rung from 1986 to today."""
    figure, ax = draw.canvas(width=7.4, height=4.4)
    points = arrays["now"]
    for rung in range(len(LADDER)):
        hits = points[points[:, 0] == rung, 1]
        if len(hits):
            share, error = 100 * hits.mean(), 100 * np.sqrt(hits.mean() * (1 - hits.mean()) / len(hits))
            ax.errorbar([share], [rung], xerr=[2 * error], fmt="o", color=draw.BLUE, markersize=9, capsize=4)
    ax.set_yticks(range(len(LADDER)), [LADDER[0], *(f"+ {name}" for name in LADDER[1:])])
    ax.set(xlabel="nets that learn XOR, %", ylim=(len(LADDER) - 0.5, -0.5))
    return figure


def symmetry(arrays: Arrays, record: Record) -> Canvas:
    """Sweeps to learn symmetry, and the weights found."""
    figure, axes = draw.canvas(2, width=11.0, height=4.6)
    _histogram(axes[0], arrays["symmetry"], draw.BLUE, "6-2-1")
    _mark(axes[0], 1425, "", 0.72)
    _mark(axes[0], 1208, "", 0.6)
    axes[0].annotate("papers:\n1,208, 1,425", (0.03, 0.97), xycoords="axes fraction", va="top")
    weights = arrays["symmetry_weights"]
    w = weights[:, :12].reshape(len(weights), 6, 2) if len(weights) else np.zeros((0, 6, 2))
    for k in range(len(w)):
        for unit in w[k].T:
            unit = unit * np.sign(unit[np.argmax(np.abs(unit))])
            half = np.sort(np.abs(unit[:3]))
            axes[1].plot([1, 2, 4], half / half[0], "o-", color=draw.BLUE, alpha=0.12, markersize=4, linewidth=1)
    axes[1].plot([1, 2, 4], [1, 2, 4], "D--", color=draw.INK, markersize=8)
    axes[1].annotate("paper: 1 : 2 : 4", (2, 2), xytext=(-8, 12), textcoords="offset points", ha="right")
    axes[1].set(
        xlabel="place in order of size, as 1 : 2 : 4",
        ylabel="size over the smallest",
        ylim=(0, 6),
        title="weights of each hidden unit",
    )
    axes[1].set_xticks([1, 2, 4])
    return figure


def parity_units(arrays: Arrays, record: Record) -> Canvas:
    """Sweeps to learn parity of four bits, and hidden units against the number of bits."""
    figure, axes = draw.canvas(2, width=11.0, height=4.4)
    _histogram(axes[0], arrays["parity"], draw.BLUE, "4-4-1", left=True)
    _mark(axes[0], 2825, "paper: 2,825")
    if "parity_hidden" in arrays:
        bits = np.array([bin(k).count("1") for k in range(16)])
        for unit, colour in zip(arrays["parity_hidden"].T, (draw.BLUE, draw.ORANGE, draw.GREEN, draw.RED), strict=True):
            means = [unit[bits == k].mean() for k in range(5)]
            axes[1].plot(range(5), means, color=colour, linewidth=2)
            axes[1].plot(bits, unit, "o", color=colour, markersize=5, alpha=0.6)
    axes[1].set(
        title="hidden units of the net most like a bit counter",
        xlabel="bits that are on",
        ylabel="activity",
        xticks=range(5),
    )
    return figure
