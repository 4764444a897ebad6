"""The wormhole as a film: one fixed plane, cut through where the net stands, while it learns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw

Arrays = Mapping[str, np.ndarray]
COLOURS = "viridis"


def wormhole(arrays: Arrays, record: Record) -> draw.Film:
    """The surface while the net learns, and three of its frames as maps for print."""
    frames = arrays["film"]
    still, axes = draw.canvas(3, width=11.0, height=4.4, sharey=True)
    at = np.linspace(-1, 1, frames.shape[1])
    shown = (0, len(frames) // 4, len(frames) - 1)
    for ax, k in zip(axes, shown, strict=True):
        ax.contourf(at, at, clipped(frames, k), levels=np.linspace(0, top(frames), 25), cmap=COLOURS)
        ax.plot(*arrays["film_places"][k][::-1], "o", color=draw.WHITE, markeredgecolor=draw.BLACK, markersize=9)
        ax.set(title=told(arrays, k), xlabel="random direction 1", aspect="equal", xticks=[-1, 0, 1])
        ax.set_yticks([-1, 0, 1])
        ax.grid(visible=False)
    axes[0].set_ylabel("random direction 2")
    return draw.Film(still, partial(_frame, arrays), range(len(frames)), 220)


def card(arrays: Arrays, record: Record) -> Canvas:
    """The last frame: the pit in the middle."""
    figure = draw.blank(3.6, 3.2)
    solid: Any = figure.add_axes((0.0, 0.0, 1.0, 1.0), projection="3d")
    solid.set_box_aspect((4, 4, 3), zoom=1.05)
    _surface(solid, arrays, len(arrays["film"]) - 1)
    solid.set(xticklabels=[], yticklabels=[], zticklabels=[])
    for x, y, angle, words in (
        (0.26, 0.07, -17, "one direction"),
        (0.86, 0.16, 56, "another"),
        (0.965, 0.62, -86, "loss"),
    ):
        figure.text(x, y, words, ha="center", va="center", rotation=angle, fontsize=11)
    return figure


def top(frames: np.ndarray) -> float:
    """The height at which surfaces are cut off: what one place in twenty of the first frame exceeds."""
    return float(np.quantile(frames[0][np.isfinite(frames[0])], 0.95))


def clipped(frames: np.ndarray, k: int) -> np.ndarray:
    """One frame, cut off above."""
    return np.clip(np.nan_to_num(frames[k], nan=np.inf, posinf=1e9), 0, top(frames))


def told(arrays: Arrays, k: int) -> str:
    """How far learning has come, and the loss of the net itself."""
    middle = arrays["film"].shape[1] // 2
    return f"{int(arrays['film_steps'][k])} steps: {arrays['film'][k, middle, middle]:.2f} nats"


def _surface(solid: Any, arrays: Arrays, k: int) -> None:
    frames = arrays["film"]
    at = np.linspace(-1, 1, frames.shape[1])
    heights, high = clipped(frames, k), top(frames)
    solid.plot_surface(
        *np.meshgrid(at, at),
        heights,
        cmap=COLOURS,
        vmin=0,
        vmax=high,
        rstride=1,
        cstride=1,
        linewidth=0,
        antialiased=False,
        rasterized=True,
        alpha=0.9,
    )
    middle = len(at) // 2
    y, x = arrays["film_places"][k]
    point = [x], [y], [heights[middle, middle]]
    solid.plot(*point, "o", color=draw.ORANGE, markeredgecolor=draw.BLACK, markersize=10, zorder=10)
    solid.set(zlim=(0, high), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    solid.view_init(elev=48, azim=-60)


def _frame(arrays: Arrays, k: int) -> Canvas:
    figure = draw.blank(5.2, 4.6)
    solid: Any = figure.add_axes((0.02, 0.02, 0.9, 0.88), projection="3d")
    _surface(solid, arrays, k)
    solid.set(zlabel="loss, nats")
    figure.suptitle(told(arrays, k))
    return figure
