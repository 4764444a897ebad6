"""The figures of the consistency map: where it agrees with the paper's numbers, the ridge, and the best curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from core.publishing import figures as draw
from reproductions.zipcodes_1989.consistency import FIGURE, NUMBERS, printed, reach
from reproductions.zipcodes_1989.tables import TOLD

Arrays = Mapping[str, np.ndarray]
COLOURS = (draw.BLUE, draw.ORANGE, draw.GREEN, draw.PURPLE, draw.RED)


def _grid(arrays: Arrays, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values by place -> (ratios,), (mus,) and a picture (mus, ratios)."""
    places = arrays["map_places"]
    ratios, mus = np.unique(places[:, 0]), np.unique(places[:, 1])
    picture = np.full((len(mus), len(ratios)), np.nan)
    for (ratio, mu), value in zip(places, values, strict=True):
        picture[np.searchsorted(mus, mu), np.searchsorted(ratios, ratio)] = value
    return ratios, mus, picture


def _tiles(ax: Any, arrays: Arrays, values: np.ndarray, inside: np.ndarray, norm: Normalize, colours: str) -> None:
    ratios, mus, picture = _grid(arrays, values)
    _, _, marked = _grid(arrays, inside.astype(float))
    ax.imshow(picture, origin="lower", aspect="auto", cmap=colours, norm=norm)
    for i, j in np.argwhere(marked > 0.5):
        ax.add_patch(Rectangle((j - 0.46, i - 0.46), 0.92, 0.92, fill=False, edgecolor=draw.INK, linewidth=2))
    for i, j in np.argwhere(np.isnan(picture)):
        ax.annotate("×", (j, i), ha="center", va="center", color=draw.FAINT)
    ax.set_xticks(range(0, len(ratios), 2), [f"{r:.2g}".lstrip("0") for r in ratios[::2]])
    ax.set_yticks(range(len(mus)), [f"{mu:g}".lstrip("0") for mu in mus])
    ax.grid(visible=False)


def consistency_map(arrays: Arrays) -> Canvas:
    """Each of the five numbers over the map: ours over the paper's, and the cells that may give the paper's."""
    figure, axes = draw.canvas(2, 3, width=6.4, height=8.4, sharex=True, sharey=True)
    over = arrays["map_means"] / printed()
    over[arrays["map_lost"] > 0] = np.nan
    for k, (ax, name) in enumerate(zip(axes.flat, NUMBERS, strict=False)):
        norm = LogNorm(0.25, 4)
        _tiles(ax, arrays, np.clip(over[:, k], 0.26, 3.9), arrays["map_fits"][:, k], norm, "RdBu_r")
        ax.set_title(name, fontsize=12)
    ax, distances = axes.flat[5], arrays["map_distances"].copy()
    distances[arrays["map_lost"] > 0] = np.nan
    near = np.nan_to_num(distances, nan=np.inf) <= reach()
    _tiles(ax, arrays, np.clip(distances, 0, 12), near, Normalize(0, 12), "viridis_r")
    ax.set_title("distance from all five", fontsize=12)
    for ax in axes[-1]:
        ax.set_xlabel("eta / mu")
    for ax in axes[:, 0]:
        ax.set_ylabel("mu")
    return figure


def ridge(arrays: Arrays) -> Canvas:
    """Ours over the paper's for each of the five numbers, against eta over mu; a line for each mu."""
    figure, ax = draw.canvas(width=6.4, height=5.2)
    places, over = arrays["map_places"], arrays["map_means"] / printed()
    labels = []
    for k, (name, colour) in enumerate(zip(NUMBERS, COLOURS, strict=True)):
        for mu in np.unique(places[:, 1]):
            here = (places[:, 1] == mu) & (arrays["map_lost"] == 0)
            order = np.argsort(places[here, 0])
            ax.plot(places[here, 0][order], over[here, k][order], color=colour, linewidth=1.3, alpha=0.55)
        left = places[:, 0] == places[:, 0].min()
        labels.append((float(places[:, 0].min()), float(np.nanmean(over[left, k])), name.split(" for")[0], colour))
    ax.axhline(1.0, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.6)
    ax.set(xscale="log", xlabel="eta / mu", ylabel="ours over the paper's")
    ax.set_xlim(places[:, 0].min() / 3.6, places[:, 0].max() * 1.1)
    draw.logarithmic_y(ax)
    ratios = np.unique(places[:, 0])
    ax.set_xticks(ratios[1::2], [f"{r:.2g}" for r in ratios[1::2]])
    ax.minorticks_off()
    draw.end_labels(ax, labels, left=True)
    return figure


def best_curve(arrays: Arrays) -> Canvas:
    """The curves of the cell nearest to the paper's curves, beside what is read off the paper's figure."""
    figure, axes = draw.canvas(rows=2, width=6.2, height=7.0, sharex=True)
    passes, curve = arrays["map_passes"], arrays["map_curve"]
    theirs = np.array([line for line in FIGURE if line[0] <= passes.max()])
    panels = (
        (axes[0], "mean of ½ (y − t)²", 0.5, ((3, 2, "test", draw.ORANGE), (1, 1, "training", draw.BLUE))),
        (axes[1], "digits wrong, %", 100.0, ((2, 4, "test", draw.ORANGE), (0, 3, "training", draw.BLUE))),
    )
    for ax, label, unit, lines in panels:
        for ours, place, name, colour in lines:
            ax.plot(passes, unit * curve[:, ours], "o-", color=colour, linewidth=2)
            draw.end_label(ax, passes[-1], float(unit * curve[-1, ours]), name, colour)
            ax.plot(theirs[:, 0], theirs[:, place], "--", color=draw.INK, linewidth=1.4)
        ax.set_ylabel(label)
        draw.logarithmic_y(ax)
    axes[0].annotate("dashed: read off the paper's figure", (0.97, 0.93), xycoords="axes fraction", ha="right")
    axes[1].set_xlabel("passes")
    return figure


def silences(arrays: Arrays) -> Canvas:
    """By what factor each other silence changes each number, on the ridge."""
    figure, axes = draw.canvas(rows=len(TOLD), width=6.2, height=1.9 * len(TOLD) + 0.6, sharex=True)
    lines = arrays["silences"].reshape(len(TOLD), len(NUMBERS), 3)
    for ax, name, group in zip(np.atleast_1d(axes), TOLD.values(), lines, strict=True):
        for row, ((factor, low, high), colour) in enumerate(zip(group, COLOURS, strict=True)):
            ax.errorbar(factor, row, xerr=[[factor - low], [high - factor]], fmt="o", color=colour, capsize=3)
        ax.axvline(1.0, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
        ax.set_yticks(range(len(NUMBERS)), list(NUMBERS))
        ax.set_ylim(len(NUMBERS) - 0.5, -0.5)
        ax.set_title(name, fontsize=12)
        ax.grid(axis="y", visible=False)
    np.atleast_1d(axes)[-1].set_xlabel("factor on the number")
    return figure


OF_MAP: Mapping[str, Callable[[Arrays], Canvas]] = {
    "consistency_map": consistency_map, "ridge": ridge, "best_curve": best_curve,
}  # fmt: skip
