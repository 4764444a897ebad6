"""Pictures of `six_parameters` of what random planes see of a path of learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.six_parameters.pictures import over_surface

Arrays = Mapping[str, np.ndarray]


def shadows(arrays: Arrays, record: Record) -> Canvas:
    """The published path on three random planes, and the loss at its projections beside that on the path itself."""
    figure, axes = draw.canvas(4, width=14.0, height=4.2, gridspec_kw={"width_ratios": [1, 1, 1, 1.15]})
    extent = float(arrays["shadow_extent"][0])
    side = np.linspace(-extent, extent, arrays["shadow_surface"].shape[-1])
    shades: Any = None
    for ax, surface, seen, share in zip(
        axes, arrays["shadow_surface"], arrays["shadow_seen"], arrays["shadow_share"], strict=False
    ):
        shades = over_surface(ax, side, surface, seen)
        ax.plot(0, 0, "o", color=draw.INK, markersize=6)
        ax.set(title=f"a random plane: {100 * share:.0f} % of the way", aspect="equal", xlabel="first direction")
    axes[0].set_ylabel("second direction")
    for ax in axes[len(arrays["shadow_surface"]) : 3]:
        ax.set_axis_off()
    figure.colorbar(shades, ax=axes[:3], location="right", shrink=0.7, pad=0.01, label="mean loss")
    along = arrays["shadow_along"]
    steps = np.arange(along.shape[1])
    low, middle, high = np.percentile(along, [5, 50, 95], axis=0)
    axes[3].fill_between(steps, low, high, color=draw.ORANGE, alpha=0.3, linewidth=0)
    axes[3].plot(steps, middle, color=draw.ORANGE, linewidth=2)
    axes[3].plot(steps, arrays["surface_all"], color=draw.RED, linewidth=2)
    axes[3].annotate("projected on a plane", (0.98, 0.95), xycoords="axes fraction", ha="right", va="top",
                     color="#9a6a00")  # fmt: skip
    axes[3].annotate("on the path", (steps[-1], arrays["surface_all"][-1]), xytext=(0, -8), ha="right", va="top",
                     textcoords="offset points", color=draw.RED)  # fmt: skip
    axes[3].set(yscale="log", xlabel="step", title="mean loss along the log", ylim=(0.08, 100))
    return figure


def random_plane(arrays: Arrays, record: Record) -> Canvas:
    """The same learning in a random plane: the share of the way that it sees, by number of parameters."""
    figure, axes = draw.canvas(3, width=13.0, height=4.4)
    points = arrays["planes"]
    sizes = np.unique(points[:, 0])
    angle = np.linspace(0, 2 * np.pi, 200)
    for ax, n in zip(axes, (sizes[0], sizes[-1]), strict=False):
        seen = arrays[f"in_plane_{n:.0f}"]
        ax.plot(np.cos(angle), np.sin(angle), "--", color=draw.FAINT)
        ax.plot(*seen.T, color=draw.RED, linewidth=2)
        ax.plot(*seen[-1], "o", color=draw.RED, markersize=8)
        ax.plot(0, 0, "o", color=draw.INK, markersize=5)
        ax.annotate("whole way", (0, 1.03), ha="center", color="#6a6a6a")
        ax.set(title=f"{n:,.0f} parameters, one random plane", aspect="equal", xlim=(-1.2, 1.2), ylim=(-1.2, 1.25))
        ax.set_xticks([-1, 0, 1])
        ax.set_yticks([-1, 0, 1])
    last = axes[2]
    fine = np.geomspace(4, 2e9, 50)
    last.plot(fine, np.sqrt(2 / fine), color=draw.INK, linestyle="--")
    for n in sizes:
        own = points[points[:, 0] == n, 1]
        last.plot(np.full(len(own), n), own, "o", color=draw.RED, markersize=4, alpha=0.25, markeredgewidth=0,
                  rasterized=True)  # fmt: skip
        last.plot([n], [np.sqrt(np.mean(own**2))], "_", color=draw.INK, markersize=16, markeredgewidth=2.5)
    last.plot([1_235_814_400], [np.sqrt(2 / 1_235_814_400)], "D", color=draw.INK, fillstyle="none", markersize=8)
    last.annotate("Llama 3.2 1B,\nby the formula", (4e8, 1.4e-5), ha="right", va="bottom")
    last.annotate("√(2 / n)", (1e6, 1.9e-3), color=draw.INK)
    last.set(xscale="log", yscale="log", xlabel="parameters n", title="share of the way that is seen", ylim=(1e-5, 2))
    last.set_xticks([10, 1e3, 1e6, 1e9], ["10", "1,000", "million", "billion"])
    last.set_yticks([1e-4, 1e-2, 1], ["0.01 %", "1 %", "100 %"])
    last.minorticks_off()
    return figure
