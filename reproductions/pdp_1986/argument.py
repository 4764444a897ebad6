"""The figure that argues: the two hidden lines of a net that learned XOR, and the four points as they see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw

Arrays = Mapping[str, np.ndarray]
POINTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def hidden_of(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    # p (9,): w0_1 by rows, b1, w1_2, b2 -> activities (..., 2)
    """What the two hidden units of a 2-2-1 net answer to points x (..., 2)."""
    return 0.5 * (1 + np.tanh(0.5 * (x @ p[:4].reshape(2, 2) + p[4:6])))


def two_lines_over(ax: Any, p: np.ndarray, size: float) -> None:
    """The square of inputs: where the output is on, the lines of the hidden units and the four points."""
    side = np.linspace(-0.35, 1.35, 171)
    grid = np.stack(np.meshgrid(side, side), axis=-1)
    z = hidden_of(p, grid) @ p[6:8] + p[8]
    ax.contourf(side, side, z, levels=[-1e9, 0, 1e9], colors=["#ffffff", "#cfe3f1"])
    w, b = p[:4].reshape(2, 2), p[4:6]
    for k, colour in enumerate((draw.ORANGE, draw.GREEN)):
        line = grid @ w[:, k] + b[k]
        if line.min() < 0 < line.max():  # it may lie outside of what is shown
            ax.contour(side, side, line, levels=[0], colors=[colour], linewidths=size / 6)
    marked(ax, POINTS, size)
    ax.set(xlim=(-0.35, 1.35), ylim=(-0.35, 1.35), aspect="equal", xticks=[0, 1], yticks=[0, 1])
    ax.grid(visible=False)


def marked(ax: Any, places: np.ndarray, size: float) -> None:
    """The four points at these places (4, 2), each with what is wanted of it."""
    for (x, y), (a, b) in zip(places, POINTS, strict=True):
        on = a != b
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


def between(p: np.ndarray) -> list[int]:
    """Places in POINTS of the two that lie between the lines: those of one class that both hidden units see alike.

    Of a net that does not do XOR so the two that its hidden units see most alike.
    """
    hidden = hidden_of(p, POINTS)
    return min(([0, 3], [1, 2]), key=lambda pair: float(np.abs(hidden[pair[0]] - hidden[pair[1]]).max()))


def numbers(p: np.ndarray) -> list[str]:
    """The nine numbers of a net as three lines: what each hidden unit adds up, and what the output does."""

    def signed(x: float) -> str:
        return f"{'−' if x < 0 else '+'} {abs(x):.2f}"

    lines = []
    for name, by, (first, second, bias) in (
        ("hidden 1", "x", (p[0], p[2], p[4])),
        ("hidden 2", "x", (p[1], p[3], p[5])),
        ("output", "h", (p[6], p[7], p[8])),
    ):
        lead = f"{first:.2f}".replace("-", "−")
        lines.append(f"{name}: {lead} {by}₁ {signed(second)} {by}₂ {signed(bias)}")
    return lines


def two_lines(arrays: Arrays, record: Record) -> Canvas:
    """Left: the inputs, the two lines and the band between them. Right: the same four points in the hidden plane.

    Below them the nine numbers of the net.
    """
    p = arrays["xor_weights"]
    figure, axes = draw.canvas(2, width=10.5, height=5.6)
    two_lines_over(axes[0], p, 22)
    inside = between(p)
    answer = "ones" if 1 in inside else "zeros"
    axes[0].set(title=f"what goes in: the {answer} lie between the lines", xlabel="input 1", ylabel="input 2")
    told = numbers(p)
    for k, (ax, text, colour) in enumerate(
        ((axes[0], told[0], draw.ORANGE), (axes[0], told[1], draw.GREEN), (axes[1], told[2], draw.INK))
    ):
        ax.annotate(
            text,
            (0.5, -0.19 - 0.075 * (k % 2)),
            xycoords="axes fraction",
            ha="center",
            va="top",
            color=colour,
            annotation_clip=False,
        )
    hidden = hidden_of(p, POINTS)
    apart = hidden.copy()
    apart[inside, 1] = hidden[inside, 1].mean() + np.array([0.06, -0.06])  # two of them fall on one place
    marked(axes[1], apart, 22)
    pairs = ["".join(f"{x:.0f}" for x in point) for point in POINTS]
    names: dict[tuple[int, ...], str] = {tuple(inside): f"inputs {pairs[inside[0]]} and {pairs[inside[1]]}"}
    names |= {(k,): f"input {pair}" for k, pair in enumerate(pairs) if k not in inside}
    for group, name in names.items():
        x, y = hidden[list(group)].mean(axis=0)
        axes[1].annotate(
            name,
            (x, y),
            xytext=(0, -40 if len(group) > 1 else 15),
            textcoords="offset points",
            ha="center",
        )
    v, c = p[6:8], p[8]
    line = np.linspace(-0.2, 1.2, 2)
    if abs(v[1]) > abs(v[0]):
        axes[1].plot(line, -(v[0] * line + c) / v[1], color=draw.INK, linewidth=2.4)
    else:
        axes[1].plot(-(v[1] * line + c) / v[0], line, color=draw.INK, linewidth=2.4)
    axes[1].set(
        xlim=(-0.2, 1.2),
        ylim=(-0.2, 1.2),
        aspect="equal",
        xlabel="hidden unit 1",
        ylabel="hidden unit 2",
        title="what the output sees: one line is enough",
        xticks=[0, 1],
        yticks=[0, 1],
    )
    axes[1].grid(visible=False)
    return figure


def card(arrays: Arrays, record: Record) -> Canvas:
    """The picture of the front page: four points, two lines."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    two_lines_over(ax, arrays["xor_weights"], 24)
    ax.set(xlabel="input 1", ylabel="input 2")
    return figure
