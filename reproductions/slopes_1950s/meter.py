"""Nudge, read, turn: three knobs and a meter, as a film, a still and a card."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Circle, Wedge

from core.evidence.record import Record
from core.learning import slopes
from core.publishing import figures as draw

Arrays = Mapping[str, np.ndarray]
BEST = np.array([0.8, -0.9, 0.3])  # where the three knobs should stand, drawn and not measured
NUDGE, RATE, TURNS, FULL = 0.35, 0.26, 6, 8.0


class Moment(NamedTuple):
    """What the machine shows: three knobs, the reading, which knob is nudged (or -1), words, readings so far."""

    knobs: np.ndarray
    reading: float
    nudged: int
    says: str
    readings: int


def _loss(w: np.ndarray) -> np.ndarray:
    return 0.4 + np.sum((w - BEST) ** 2, axis=-1)


def moments() -> list[Moment]:
    """Steepest descent by forward slopes, one reading after another."""
    meter, w, found = slopes.Meter(_loss), np.array([-0.9, 0.5, -0.7]), []
    for _ in range(TURNS):
        here = float(meter.read(w))
        found.append(Moment(w, here, -1, f"read: {here:.2f}", meter.evaluations))
        slope = np.zeros(3)
        for k in range(3):
            nudged = w + NUDGE * np.eye(3)[k]
            there = float(meter.read(nudged))
            slope[k] = (there - here) / NUDGE
            found.append(Moment(nudged, there, k, f"nudge knob {k + 1}, read: {there:.2f}", meter.evaluations))
        w = w - RATE * slope
        found.append(Moment(w, float(_loss(w)), -1, "turn all three, each against its slope", meter.evaluations))
    return found


def _machine(ax: Any, moment: Moment, *, words: bool = True) -> None:
    """A meter above three knobs."""
    ax.set(xlim=(-2.1, 2.1), ylim=(-1.75, 2.0), aspect="equal")
    ax.set_axis_off()
    ax.add_patch(Wedge((0, 0.25), 1.45, 0, 180, width=0.2, facecolor=draw.SKY, alpha=0.35))
    ax.add_patch(Wedge((0, 0.25), 1.45, 180 - 36, 180, width=0.2, facecolor=draw.GREEN, alpha=0.6))
    angle = np.pi * (1 - min(moment.reading, FULL) / FULL)
    ax.plot([0, 1.35 * np.cos(angle)], [0.25, 0.25 + 1.35 * np.sin(angle)], color=draw.RED, linewidth=3)
    ax.plot([0], [0.25], "o", color=draw.INK, markersize=7)
    ax.annotate("error", (0, 1.78), ha="center", va="center")
    for k, value in enumerate(moment.knobs):
        centre = np.array([1.3 * (k - 1), -0.75])
        own = moment.nudged == k
        edge = draw.ORANGE if own else draw.INK
        ax.add_patch(Circle(tuple(centre), 0.46, fill=False, edgecolor=edge, linewidth=4 if own else 2))
        turn = np.pi / 2 - 1.6 * value
        tip = centre + 0.42 * np.array([np.cos(turn), np.sin(turn)])
        ax.plot(*np.stack([centre, tip]).T, color=edge, linewidth=3)
    if words:
        ax.annotate(moment.says, (0, -1.55), ha="center", va="center")


def nudge_read_turn(arrays: Arrays, record: Record) -> draw.Film:
    """A machine with three knobs that finds their places by readings alone."""
    every = moments()
    figure, axes = draw.canvas(3, width=9.6, height=3.5)
    for ax, k, title in zip(axes, (0, 2, 4), ("read", "nudge one, read again", "turn all"), strict=True):
        _machine(ax, every[k], words=k != 4)
        ax.set_title(title)
    axes[2].annotate("each against its slope", (0, -1.55), ha="center", va="center")
    return draw.Film(figure, partial(_frame, every), range(len(every)), 450)


def _frame(every: list[Moment], k: int) -> Canvas:
    figure, ax = draw.canvas(width=4.8, height=4.5, layout="none")
    _machine(ax, every[k])
    ax.set_title(f"readings: {every[k].readings}")
    figure.subplots_adjust(left=0.02, right=0.98, top=0.92, bottom=0.02)
    return figure


def card(arrays: Arrays, record: Record) -> Canvas:
    """One weight: nudge it, read the error again, turn it downhill."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    v = np.linspace(-1.0, 2.15, 200)
    ax.plot(v, 0.4 + v**2, color=draw.BLUE, linewidth=3)
    at, d, after = 1.35, 0.42, 0.45
    for x, colour in ((at, draw.INK), (at + d, draw.ORANGE), (after, draw.GREEN)):
        ax.plot([x, x], [0, 0.4 + x**2], color=colour, linewidth=1.6, linestyle=":")
        ax.plot([x], [0.4 + x**2], "o", color=colour, markersize=11)
    arrow = {"arrowstyle": "-|>", "linewidth": 2.4, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (at + d, 0.12), (at, 0.12), arrowprops=arrow | {"color": draw.ORANGE})
    ax.annotate("", (after, 0.12), (at, 0.12), arrowprops=arrow | {"color": draw.GREEN})
    ax.annotate("nudge", (at + d, 0.35), ha="left", color=draw.ORANGE, xytext=(6, 0), textcoords="offset points")
    ax.annotate(
        "read",
        (at + d, 0.4 + (at + d) ** 2),
        ha="right",
        va="center",
        color=draw.ORANGE,
        xytext=(-10, 0),
        textcoords="offset points",
    )
    ax.annotate("turn", ((at + after) / 2, 0.22), ha="center", va="bottom", color=draw.GREEN)
    ax.set(xlim=(-1.0, 2.6), ylim=(0, 4.6), xlabel="weight", ylabel="error", xticks=[], yticks=[])
    ax.grid(visible=False)
    return figure
