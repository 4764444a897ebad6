"""Pictures of the toy's loss as a landscape: over two parameters, and on random planes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.six_parameters.landscape import CHOSEN, SIDE

Arrays = Mapping[str, np.ndarray]
LLAMA = 1_235_814_400  # parameters of Llama 3.2 1B


def _over_surface(ax: Any, side: np.ndarray, surface: np.ndarray, path: np.ndarray) -> Any:
    """Mean loss over a square as shades and lines of equal loss, with a path (steps, 2) over it; returns the shades."""
    ends = (side[0], side[-1], side[0], side[-1])
    shades = ax.imshow(
        np.maximum(surface, 0.02),
        cmap="Blues",
        norm=LogNorm(0.02, 40),
        origin="lower",
        extent=ends,
        interpolation="none",
    )
    ax.contour(side, side, surface, levels=[0.1, 0.3, 1, 3, 10], colors="white", linewidths=1)
    ax.plot(*path.T, color=draw.RED, linewidth=2)
    ax.plot(*path[-1], "o", color=draw.RED, markersize=11, markeredgecolor="white")
    ax.grid(visible=False)
    return shades


def _bar(figure: Canvas, shades: Any, axes: Any) -> None:
    bar = figure.colorbar(shades, ax=axes, shrink=0.8, label="mean loss", ticks=[0.1, 1, 10])
    bar.ax.set_yticklabels(["0.1", "1", "10"])


def landscape(arrays: Arrays, record: Record) -> Canvas:
    """Mean loss over two of the six parameters, three times along the path."""
    figure, axes = draw.canvas(3, width=12.0, height=4.2)
    path, surfaces = arrays["surface_path"], arrays["surface_surfaces"]
    two = path[:, list(CHOSEN)]
    for ax, surface, k in zip(axes, surfaces, (0, 3, len(path) - 1), strict=False):
        shades = _over_surface(ax, SIDE, surface, two[: k + 1])
        ax.set(xlabel="slope of Madrid", title=f"after {k} steps: loss {arrays['surface_all'][k]:.2g}", aspect="equal")
        ax.set_ylabel("slope of Berlin")
    _bar(figure, shades, list(axes))
    return figure


def landscape_loss(arrays: Arrays, record: Record) -> Canvas:
    """What moving only some of the six parameters would give."""
    figure, ax = draw.canvas(width=6.4, height=4.4)
    steps = np.arange(len(arrays["surface_all"]))
    for row, (name, colour, text) in enumerate(
        (
            ("only_four", draw.GREEN, "only the other four move"),
            ("only_two", draw.ORANGE, "only these two move"),
            ("all", draw.RED, "all six move"),
        )
    ):
        ax.plot(steps, arrays[f"surface_{name}"], color=colour, linewidth=2.4)
        ax.annotate(text, (0.98, 0.93 - 0.08 * row), xycoords="axes fraction", color=colour, ha="right")
    ax.set(yscale="log", xlabel="step of the log", ylabel="mean loss", ylim=(0.08, 300))
    ax.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    ax.minorticks_off()
    return figure


def shadows(arrays: Arrays, record: Record) -> Canvas:
    """The published path on three random planes."""
    figure, axes = draw.canvas(3, width=12.0, height=4.2)
    extent = float(arrays["shadow_extent"][0])
    side = np.linspace(-extent, extent, arrays["shadow_surface"].shape[-1])
    shades: Any = None
    for ax, surface, seen, share in zip(
        axes, arrays["shadow_surface"], arrays["shadow_seen"], arrays["shadow_share"], strict=False
    ):
        shades = _over_surface(ax, side, surface, seen)
        ax.plot(0, 0, "o", color="#222222", markersize=7)
        ax.set(title=f"{100 * share:.0f} % of the way seen", aspect="equal", xlabel="one direction")
        ax.set_ylabel("the other")
    for ax in axes[len(arrays["shadow_surface"]) :]:
        ax.set_axis_off()
    _bar(figure, shades, list(axes))
    return figure


def shadow_loss(arrays: Arrays, record: Record) -> Canvas:
    """The loss at the projections of the path beside that on the path itself."""
    figure, ax = draw.canvas(width=6.4, height=4.4)
    low, middle, high = np.percentile(arrays["shadow_along"], [5, 50, 95], axis=0)
    steps = np.arange(len(middle))
    ax.fill_between(steps, low, high, color=draw.ORANGE, alpha=0.3, linewidth=0)
    ax.plot(steps, middle, color=draw.ORANGE, linewidth=2.4)
    ax.plot(steps, arrays["surface_all"], color=draw.RED, linewidth=2.4)
    for row, (text, colour) in enumerate((("projected on a random plane", draw.ORANGE), ("on the path", draw.RED))):
        ax.annotate(text, (0.98, 0.93 - 0.08 * row), xycoords="axes fraction", ha="right", color=colour)
    ax.set(yscale="log", xlabel="step of the log", ylabel="mean loss", ylim=(0.08, 300))
    ax.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    ax.minorticks_off()
    return figure


def random_plane(arrays: Arrays, record: Record) -> Canvas:
    """A path of learning on a random plane, with six parameters and with many."""
    figure, axes = draw.canvas(2, width=9.2, height=4.6)
    sizes = np.unique(arrays["planes"][:, 0])
    angle = np.linspace(0, 2 * np.pi, 200)
    for ax, n in zip(axes, (sizes[0], sizes[-1]), strict=False):
        seen = arrays[f"in_plane_{n:.0f}"]
        ax.plot(np.cos(angle), np.sin(angle), "--", color=draw.FAINT, linewidth=2)
        ax.plot(*seen.T, color=draw.RED, linewidth=2.6)
        ax.plot(*seen[-1], "o", color=draw.RED, markersize=11)
        ax.plot(0, 0, "o", color=draw.INK, markersize=7)
        ax.annotate("the whole way", (0, 1.05), ha="center", color=draw.FAINT)
        ax.set(title=f"{n:,.0f} parameters", aspect="equal", xlim=(-1.2, 1.2), ylim=(-1.2, 1.3))
        ax.set_xticks([-1, 0, 1])
        ax.set_yticks([-1, 0, 1])
    return figure


def share_seen(arrays: Arrays, record: Record) -> Canvas:
    """The share of the way that a random plane sees, by number of parameters."""
    figure, ax = draw.canvas(width=6.6, height=4.8)
    points = arrays["planes"]
    fine = np.geomspace(4, 2e9, 50)
    ax.plot(fine, 100 * np.sqrt(2 / fine), color=draw.INK, linestyle="--", linewidth=1.8)
    for n in np.unique(points[:, 0]):
        own = 100 * points[points[:, 0] == n, 1]
        ax.plot(np.full(len(own), n), own, "o", color=draw.RED, markersize=5, alpha=0.25, mew=0, rasterized=True)
        ax.plot([n], [np.sqrt(np.mean(own**2))], "_", color=draw.INK, markersize=20, markeredgewidth=3)
    ax.plot([LLAMA], [100 * np.sqrt(2 / LLAMA)], "D", color=draw.INK, fillstyle="none", markersize=10)
    ax.annotate("dashed: √(2 / n)", (0.98, 0.93), xycoords="axes fraction", ha="right")
    ax.annotate("◇ Llama 3.2 1B, by the formula", (0.98, 0.85), xycoords="axes fraction", ha="right")
    ax.set(
        xscale="log", yscale="log", xlabel="parameters n", ylabel="share of the way that is seen, %", ylim=(1e-3, 300)
    )
    ax.set_xticks([10, 1e3, 1e6, 1e9], ["10", "1,000", "million", "billion"])
    ax.set_yticks([0.01, 1, 100], ["0.01", "1", "100"])
    ax.minorticks_off()
    return figure
