"""The figures of `pdp_1986`, drawn from its record."""

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
from reproductions.pdp_1986.pictures import family_trees, kernels, losses, scaling

Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas]]:
    """How to draw each figure; those that show a net that learned, or one that is stuck, where there is one."""
    drawn = [xor_sweeps, stuck, chauvin, symmetry, parity_units, scaling, family_trees, kernels, losses]
    drawn += [two_lines, card] if "xor_weights" in arrays else []
    drawn += [xor_surfaces] if {"xor_weights", "stuck_weights"} <= set(arrays) else []
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def _histogram(ax: Any, sweeps: np.ndarray, colour: str, title: str) -> None:
    solved = sweeps[np.isfinite(sweeps)]
    if not len(solved):
        return
    edges = np.geomspace(max(solved.min(), 1) * 0.9, solved.max() * 1.1, 40)
    ax.hist(solved, bins=edges, color=colour, alpha=0.85)
    share = 100 * (1 - len(solved) / len(sweeps))
    ax.set(xscale="log", title=f"{title}: {len(sweeps):,} nets, {share:.3g} % not learned", xlabel="sweeps")
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.axvline(np.median(solved), color=colour, linewidth=2)
    ax.annotate(
        f"median {np.median(solved):,.0f}",
        (np.median(solved), 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(5, 0),
        textcoords="offset points",
        va="top",
        color=colour,
    )


def _mark(ax: Any, value: float, text: str, height: float = 0.8) -> None:
    ax.axvline(value, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.6)
    ax.annotate(text, (value, height), xycoords=("data", "axes fraction"), xytext=(5, 0), textcoords="offset points")


def xor_sweeps(arrays: Arrays, record: Record) -> Canvas:
    """Sweeps to learn XOR, over seeds."""
    figure, axes = draw.canvas(2, width=11.0, height=4.4)
    _histogram(axes[0], arrays["xor_direct"], draw.BLUE, "one hidden unit")
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
        ax.plot([x], [y], "o", markersize=17, color="white" if on else draw.INK, markeredgecolor=draw.INK, zorder=4)
        ax.annotate("1" if on else "0", (x, y), ha="center", va="center", zorder=5, color=draw.INK if on else "white")
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


def stuck(arrays: Arrays, record: Record) -> Canvas:
    """How often 2-2-1 does not learn XOR, what it then answers, and what longer training does."""
    figure, axes = draw.canvas(3, width=12.0, height=4.2)
    points = arrays["stuck_map"]
    rates, reaches = np.unique(points[:, 0]), np.unique(points[:, 1])
    share = np.array(
        [[1 - points[(points[:, 0] == a) & (points[:, 1] == b), 2].mean() for b in reaches] for a in rates]
    )
    axes[0].imshow(100 * share, cmap="Oranges", vmin=0, vmax=60, aspect="auto", origin="lower")
    for i in range(len(rates)):
        for j in range(len(reaches)):
            axes[0].annotate(f"{100 * share[i, j]:.0f}", (j, i), ha="center", va="center")
    axes[0].set_xticks(range(len(reaches)), [f"±{b:g}" for b in reaches])
    axes[0].set_yticks(range(len(rates)), [f"{a:g}" for a in rates])
    axes[0].set(title="not learned, %", xlabel="initial range", ylabel="learning rate")
    axes[0].grid(visible=False)
    if "stuck_outputs" in arrays:
        outputs = np.sort(arrays["stuck_outputs"], axis=1)
        for k in range(4):
            spread = np.linspace(-0.25, 0.25, len(outputs))
            axes[1].plot(k + spread, outputs[:, k], "o", color=draw.RED, markersize=4, alpha=0.5)
    axes[1].set(title="outputs of stuck nets, sorted", ylim=(-0.03, 1.03), xlabel="four patterns", ylabel="output")
    axes[1].set_xticks(range(4), ["lowest", "", "", "highest"])
    if "stuck_losses" in arrays:
        losses = arrays["stuck_losses"]
        t = np.arange(losses.shape[1]) * (record.settings["longer"] // 50)
        axes[2].plot(t[1:], losses.T[1:], color=draw.RED, linewidth=1, alpha=0.5)
    axes[2].set(title="the same, trained on", xlabel="sweeps", ylabel="squared error", xscale="log", ylim=(0, None))
    return figure


def chauvin(arrays: Arrays, record: Record) -> Canvas:
    """Sweeps against hidden units and against learning rate."""
    figure, axes = draw.canvas(2, width=11.0, height=4.8)
    points = arrays["hidden"]
    sizes = np.unique(points[:, 0])
    axes[0].plot(sizes, 280 - 33 * np.log2(sizes), "--", color=draw.INK)
    axes[0].annotate("paper: 280 − 33 log₂ H", (0.03, 0.12), xycoords="axes fraction")
    for row, (direct, colour, name) in enumerate(
        ((0, draw.BLUE, "layers"), (1, draw.GREEN, "layers and direct links"))
    ):
        groups = [points[(points[:, 0] == h) & (points[:, 1] == direct), 2] for h in sizes]
        groups = [g[np.isfinite(g)] for g in groups]
        mean = np.array([g.mean() if len(g) else np.nan for g in groups])
        error = np.array([g.std() / np.sqrt(len(g)) if len(g) else np.nan for g in groups])
        axes[0].errorbar(sizes, mean, 2 * error, fmt="o-", color=colour, capsize=3)
        axes[0].annotate(name, (0.97, 0.93 - 0.08 * row), xycoords="axes fraction", ha="right", color=colour)
    axes[0].set(xscale="log", xlabel="hidden units H", ylabel="sweeps, mean of nets that learned", ylim=(0, None))
    axes[0].set_xticks(sizes, [f"{h:g}" for h in sizes])
    axes[0].minorticks_off()
    rates = np.unique(arrays["rates"][:, 0])
    groups = [arrays["rates"][arrays["rates"][:, 0] == r, 1] for r in rates]
    axes[1].plot(rates, [np.nanmean(g) for g in groups], "o-", color=draw.BLUE)
    for rate, name, shift in ((0.1, "chauvin_slow", (-8, -20)), (0.75, "chauvin_fast", (-24, -22))):
        draw.paper_mark(axes[1], rate, record.claim(name).value, "recalled", shift=shift)
    axes[1].set(xlabel="learning rate, 8 hidden units", ylabel="sweeps", ylim=(0, None))
    return figure


def symmetry(arrays: Arrays, record: Record) -> Canvas:
    """Sweeps to learn symmetry, and the weights found."""
    figure, axes = draw.canvas(2, width=11.0, height=4.6)
    _histogram(axes[0], arrays["symmetry"], draw.BLUE, "6-2-1")
    _mark(axes[0], 1425, "1,425", 0.72)
    _mark(axes[0], 1208, "1,208  ", 0.6)
    axes[0].texts[-1].set_ha("right")
    axes[0].texts[-1].set_position((-5, 0))
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
    _histogram(axes[0], arrays["parity"], draw.BLUE, "4-4-1")
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
