"""Spending more and more: which size of model has the least loss as the budget of operations grows, as a film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.scaling.laws import Budget, budgets
from reproductions.scaling.scales import marked, power, shades, short

Arrays = Mapping[str, np.ndarray]
FRAMES = 45
APART = 2.5  # factor between sizes that are named


class Curve(NamedTuple):
    """One size of model: its parameters, and its mean loss after so many operations."""

    size: float
    operations: np.ndarray
    loss: np.ndarray
    colour: Any


def curves(runs: np.ndarray) -> list[Curve]:
    """One curve for each size that was run."""
    sizes = np.unique(runs[:, 0])
    found = []
    for size, colour in zip(sizes, shades(len(sizes)), strict=True):
        mine = runs[runs[:, 0] == size]
        spent = np.unique(mine[:, 1])
        found.append(Curve(size, spent, np.array([mine[mine[:, 1] == c, 3].mean() for c in spent]), colour))
    return found


def spending(arrays: Arrays, record: Record) -> draw.Film:
    """Losses of all sizes up to a budget that grows, as far as one has a best size; for print three budgets."""
    runs = arrays["runs"]
    every, best = curves(runs), budgets(runs)
    most = best[-1].operations if best else runs[:, 1].max()
    steps = np.geomspace(runs[:, 1].min(), most, FRAMES)
    still, axes = draw.canvas(3, width=11.0, height=4.4, sharey=True)
    for ax, k in zip(axes, (FRAMES // 3, 2 * FRAMES // 3, FRAMES - 1), strict=True):
        _spent(ax, every, steps[k], runs)
        ax.set_title(f"{power(steps[k])} operations")
    axes[0].set_ylabel("test loss, nats a character")
    return draw.Film(still, partial(_frame, runs, every, best, steps), range(FRAMES), 250)


def at(curve: Curve, budget: float) -> float:
    """The loss of a size at a budget, on straight lines in logarithms between its runs; NaN beyond them."""
    if not curve.operations[0] <= budget <= curve.operations[-1]:
        return float("nan")
    return float(np.exp(np.interp(np.log(budget), np.log(curve.operations), np.log(curve.loss))))


def _frame(runs: np.ndarray, every: Sequence[Curve], best: Sequence[Budget], steps: np.ndarray, k: int) -> Canvas:
    figure = draw.blank(9.4, 4.8)
    figure.suptitle(f"{power(steps[k])} operations spent", fontsize=14)
    left, right = figure.add_axes((0.08, 0.14, 0.42, 0.72)), figure.add_axes((0.57, 0.14, 0.4, 0.72))
    _spent(left, every, steps[k], runs)
    left.set(ylabel="test loss, nats a character", title="one line a size")
    points = [(curve.size, at(curve, steps[k]), curve.colour) for curve in every]
    right.set(xscale="log", xlim=(runs[:, 0].min() / 1.6, 1.6 * runs[:, 0].max()), ylim=left.get_ylim())
    known = [(size, loss) for size, loss, _ in points if np.isfinite(loss)]
    if known:
        right.plot(*np.array(known).T, "-", color=draw.FAINT, linewidth=1.4)
    for size, loss, colour in points:
        right.plot([size], [loss], "o", color=colour, markersize=8)
    past = [one for one in best if one.operations <= steps[k] * 1.0001]
    right.plot([one.best for one in past], [one.loss for one in past], color=draw.INK, linestyle=(0, (5, 3)))
    if past:
        right.plot([past[-1].best], [past[-1].loss], "D", color=draw.INK, markersize=9, zorder=5)
        right.annotate("◆ best size so far", (0.97, 0.93), xycoords="axes fraction", ha="right")
    right.set(title="the same, by size", xlabel="parameters")
    marked(right, runs[:, 0])
    return figure


def _spent(ax: Any, every: Sequence[Curve], budget: float, runs: np.ndarray) -> None:
    """Every size's curve, faint, and as far as the budget goes in its colour."""
    ax.set(xscale="log", xlim=(runs[:, 1].min() / 2, 2 * runs[:, 1].max()), xlabel="operations of training")
    ax.set_ylim(0.95 * runs[:, 3].min(), 1.08 * runs[:, 3].max())
    named = 0.0
    for curve in every:
        ax.plot(curve.operations, curve.loss, color=draw.GRID, linewidth=1.2)
        done = curve.operations <= budget
        x, y = curve.operations[done], curve.loss[done]
        here = at(curve, budget)
        if np.isfinite(here):
            x, y = np.append(x, budget), np.append(y, here)
        ax.plot(x, y, color=curve.colour, linewidth=2.4)
        if curve.size > APART * named:  # names of sizes nearer than that would overlap
            named, start = curve.size, (float(curve.operations[0]), float(curve.loss[0]))
            look = {"ha": "center", "va": "bottom", "color": curve.colour}
            ax.annotate(short(curve.size), start, xytext=(0, 5), textcoords="offset points", **look)
    ax.axvline(budget, color=draw.INK, linewidth=1.2)
    ax.minorticks_off()
