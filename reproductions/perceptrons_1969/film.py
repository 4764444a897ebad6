"""The perceptron rule as a film: on points that a line separates it finds one, on XOR it goes round in circles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets import boolean
from core.evidence.record import Record
from core.learning import lms
from core.publishing import figures as draw

Arrays = Mapping[str, np.ndarray]
FRAMES = 66
SWEEPS = 3000  # at most, of what the film shows


class Moment(NamedTuple):
    """Weights and bias before a correction, and the place of the pattern that is wrong; -1 where none is."""

    weights: np.ndarray
    wrong: int


def corrections(start: np.ndarray, x: np.ndarray, d: np.ndarray, most: int) -> list[Moment]:
    # (3,), (P, 3), (P,)
    """Every correction that the rule makes, patterns in turn, at most so many; a last moment where all are right."""
    w, found = start, list[Moment]()
    for _ in range(SWEEPS):
        sweep = lms.perceptron(w, x, d, keep=True)
        wrong = np.flatnonzero(sweep.errors)
        if not len(wrong):
            return [*found, Moment(w, -1)]
        found += [Moment(sweep.history[p], int(p)) for p in wrong]
        if len(found) > most:
            break
        w = sweep.weights
    return found[:most]


def correcting(arrays: Arrays, record: Record) -> draw.Film:
    """Both tasks, correction by correction; for print a moment on the way and the end of each."""
    points, classes = arrays["points"], arrays["classes"]
    easy = corrections(np.zeros(3), np.column_stack([np.ones(len(points)), points]), classes, 10**5)
    bits, wanted = boolean.parity(2)
    xor = corrections(
        arrays["perceptron"][0], np.column_stack([np.ones(4), bits]), 2 * wanted[:, 0] - 1, max(len(easy), 8)
    )
    tasks = ((points, classes, easy), (bits, 2 * wanted[:, 0] - 1, xor))
    still, axes = draw.canvas(4, width=11.0, height=3.5)
    for j, (places, sides, moments) in enumerate(tasks):
        for ax, k in zip(axes[2 * j : 2 * j + 2], (len(easy) // 3, len(easy) - 1), strict=True):
            _panel(ax, places, sides, moments, min(k, len(moments) - 1))
    frames = np.unique(np.round(np.linspace(0, len(easy) - 1, FRAMES)).astype(int)).tolist()
    return draw.Film(still, partial(_frame, tasks), frames, 300)


def _frame(tasks: Sequence[tuple[np.ndarray, np.ndarray, list[Moment]]], k: int) -> Canvas:
    figure = draw.blank(8.0, 4.6)
    for j, (places, sides, moments) in enumerate(tasks):
        ax = figure.add_axes((0.02 + 0.5 * j, 0.02, 0.46, 0.8))
        _panel(ax, places, sides, moments, min(k, len(moments) - 1))
    figure.text(0.25, 0.95, "points that a line separates", ha="center", fontsize=13)
    figure.text(0.75, 0.95, "XOR, by the same rule", ha="center", fontsize=13)
    return figure


def _panel(ax: Any, places: np.ndarray, sides: np.ndarray, moments: list[Moment], k: int) -> None:
    """Points, the side that the unit answers to, its line, and the point that is wrong."""
    w, wrong = moments[k]
    low, high = places.min() - 0.35, places.max() + 0.35
    side = np.linspace(low, high, 161)
    z = w[0] + w[1] * side[None, :] + w[2] * side[:, None]
    if z.max() > 0:
        ax.contourf(side, side, z, levels=[0, 1e9], colors=[draw.SKY], alpha=0.35)
    if z.min() < 0 < z.max():
        ax.contour(side, side, z, levels=[0], colors=[draw.ORANGE], linewidths=3)
    size = 8 if len(places) > 4 else 20
    for kind, colour in ((1, draw.BLUE), (-1, draw.WHITE)):
        ax.plot(
            *places[sides == kind].T, "o", color=colour, markersize=size, markeredgecolor=draw.BLACK, linestyle="none"
        )
    if wrong >= 0:
        ring = {"markersize": size + 9, "markeredgewidth": 2.5, "markeredgecolor": draw.RED, "fillstyle": "none"}
        ax.plot(*places[wrong], "o", **ring)
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal", xticks=[], yticks=[])
    ax.grid(visible=False)
    for edge in ax.spines.values():
        edge.set_visible(True)
        edge.set_color(draw.FAINT)
    told = f"correction {k + 1}: the ringed point" if wrong >= 0 else f"after {k} corrections: all right"
    ax.set_title(told, color=draw.RED if wrong >= 0 else draw.GREEN)
