"""The figures of `ordered_derivatives_1974` on the page and on cost, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence import intervals
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.ordered_derivatives_1974.page import page
from reproductions.ordered_derivatives_1974.pictures import fits, memory, parity, predators, reach, rungs, truncation
from reproductions.ordered_derivatives_1974.walk import walk

Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of the paper file."""
    drawn = (card, one_page, walk, cost, clock, memory, predators, fits, truncation, reach, parity, rungs)
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def card(arrays: Arrays, record: Record) -> Canvas:
    """All slopes of a network: nudging each weight, and one walk back."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    n, _, ratio, _ = arrays["cost"].T
    ax.plot(n, n + 1, "o-", color=draw.GREEN, markersize=5)
    ax.plot(n, ratio, "o-", color=draw.BLUE, markersize=5)
    ax.annotate("nudge every\nweight", (0.42, 0.86), xycoords="axes fraction", ha="right", va="top", color=draw.GREEN)
    ax.annotate("one walk back", (0.97, 0.2), xycoords="axes fraction", ha="right", color=draw.BLUE)
    ax.set(xscale="log", yscale="log", xlabel="weights of the network", ylabel="forward passes", ylim=(0.5, 1e8))
    _decades(ax, 2)
    return figure


def _decades(ax: Any, every: int) -> None:
    """Ticks at every so many powers of ten on both axes."""
    for axis, (low, high) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        powers = np.arange(np.ceil(np.log10(low)), np.floor(np.log10(high)) + 1)
        axis.set_ticks(10.0 ** powers[powers % every == 0])
    ax.minorticks_off()


def one_page(arrays: Arrays, record: Record) -> Canvas:
    """The ordered table as a picture: lines in order, arcs to the earlier lines that each uses, derivatives as bars."""
    system, names = page()
    figure, axes = draw.canvas(2, width=8.4, height=8.6, sharey=True, gridspec_kw={"width_ratios": [1.55, 1]})
    left, right = axes
    values, exact, measured, varies = arrays["page"]
    for entry in system.entries:
        for source in entry.inputs:
            a, b = source.index, entry.index
            t = np.linspace(0, np.pi, 40)
            depth = 0.05 * (b - a) ** 0.8
            colour = draw.BLUE if source.varies else draw.FAINT
            left.plot(-depth * np.sin(t), (a + b) / 2 - (b - a) / 2 * np.cos(t), color=colour, linewidth=1.1, alpha=0.8)
    for k, (name, formula) in enumerate(names):
        written = any(sign in formula for sign in ("·", "+", "-", "tanh"))
        left.annotate(f"{name} = {formula}" if written else f"{name}, {formula}", (0.03, k), va="center")
        left.annotate(f"{values[k]:.3f}", (1.02, k), va="center", ha="right", color=draw.FAINT)
    left.set(xlim=(-0.7, 1.04), ylim=(len(names) - 0.4, -0.6))
    left.set_axis_off()
    left.set_title("each line uses earlier lines; its value")
    shown = np.flatnonzero(varies)
    right.barh(shown, exact[shown], color=draw.BLUE, height=0.6)
    right.plot(measured[shown], shown, "o", color=draw.ORANGE, markersize=5)
    right.axvline(0, color=draw.INK, linewidth=0.8)
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    for at, text, colour in ((0.0, "bars: one walk up", draw.BLUE), (1.0, "dots: each line nudged", draw.ORANGE)):
        right.annotate(text, (-1.05, at), color=colour, va="center", bbox=clear)
    right.set(title="derivative of the last line", yticks=[])
    return figure


def cost(arrays: Arrays, record: Record) -> Canvas:
    """All slopes of a network, in forward passes counted, against its number of weights."""
    figure, ax = draw.canvas(width=7.0, height=5.2)
    n, units, ratio, tangent = arrays["cost"].T
    for values, colour in ((tangent, draw.PURPLE), (n + 1, draw.GREEN), (units + 1, draw.ORANGE), (ratio, draw.BLUE)):
        ax.plot(n, values, "o-", color=colour)
    ax.axhline(4, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    ax.annotate("bound: 4", (n[-1], 4), xytext=(0, 5), textcoords="offset points", ha="right")
    for row, (text, colour) in enumerate(
        (
            ("forwards, one direction at a time: about 3 n", draw.PURPLE),
            ("nudging every weight: n + 1", draw.GREEN),
            ("nudging every unit, for one pattern", draw.ORANGE),
            ("one walk back: 2 to 3", draw.BLUE),
        )
    ):
        ax.annotate(text, (0.03, 0.97 - 0.065 * row), xycoords="axes fraction", color=colour, va="top")
    ax.set(
        xscale="log", yscale="log", xlabel="weights and biases n", ylabel="forward passes, counted", ylim=(0.8, 1e11)
    )
    _decades(ax, 2)
    return figure


def clock(arrays: Arrays, record: Record) -> Canvas:
    """Value and walk over the value, by the clock with intervals over repetitions, beside the count."""
    figure, ax = draw.canvas(width=7.0, height=4.8)
    n, _, ratio, _ = arrays["cost"].T
    each = arrays["ratios"]  # (repetitions, nets)
    bounds = np.array([intervals.mean(column) for column in each.T])
    ax.axhspan(2, 3, color="#ececec", zorder=0)
    ax.annotate("typical, by Baydin et al.", (0.97, 2.03), xycoords=("axes fraction", "data"), ha="right", va="bottom")
    ax.plot(n, ratio, "o-", color=draw.BLUE)
    middle = each.mean(axis=0)
    ax.errorbar(n, middle, yerr=np.abs(bounds.T - middle), fmt="s-", color=draw.RED, capsize=4)
    top = max(float(ratio.max()), float(bounds.max()), 3.0)
    ax.annotate("counted", (n[2], ratio[2]), xytext=(0, 13), textcoords="offset points", color=draw.BLUE, ha="center")
    ax.annotate(
        "by the clock", (n[2], middle[2]), xytext=(0, -22), textcoords="offset points", color=draw.RED, ha="center"
    )
    ax.set(
        xscale="log",
        xlabel="weights and biases",
        ylabel="value and all derivatives,\nover the value",
        ylim=(0.8, 1.12 * top),
    )
    ax.minorticks_off()
    return figure
