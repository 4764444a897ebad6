"""The figures of `alvinn_1989` about networks and snapshots, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets.roads import steering
from core.evidence.record import Record
from core.networks import alvinn
from core.publishing import figures as draw
from reproductions.alvinn_1989 import drives
from reproductions.alvinn_1989.experiment import SHARPEST
from reproductions.alvinn_1989.film import SIGNED, film, grey

Arrays = Mapping[str, np.ndarray]
ROWS, COLUMNS = 30, 32


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of papers/pomerleau1989.toml; the other world only where it was visited."""
    drawn: list[Any] = [film, sights, learning, weights, confusion, drives.offsets, drives.ablation, drives.lessons,
                        drives.choices, drives.breaks]  # fmt: skip
    if "world" in arrays:
        drawn.append(drives.world)
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def sights(arrays: Arrays, record: Record) -> Canvas:
    """What the network of 1989 is shown: pictures, range images, and the hill it should answer."""
    figure, axes = draw.canvas(6, 3, width=11.0, height=5.6, gridspec_kw={"height_ratios": [3, 0.9, 1.2]})
    seen, curvature = arrays["seen"].astype(float), arrays["seen_curvature"]
    for column in range(6):
        x = seen[column]
        grey(axes[0, column], x[: alvinn.PICTURE].reshape(ROWS, COLUMNS))
        grey(axes[1, column], x[alvinn.PICTURE : -1].reshape(8, 32))
        hill = steering.hill_of_1989(curvature[column : column + 1], alvinn.STEERING, SHARPEST)[0]
        ax = axes[2, column]
        ax.bar(np.arange(alvinn.STEERING), hill[::-1], color=draw.BLUE, width=0.9)
        ax.set(xlim=(-1, alvinn.STEERING), ylim=(0, 1.1), yticks=[], xticks=[0, 22, 44])
        ax.set_xticklabels(["left", "", "right"], fontsize=10)
        ax.get_xticklabels()[0].set_ha("left")
        ax.get_xticklabels()[2].set_ha("right")
        ax.grid(visible=False)
    for ax, name in zip(axes[:, 0], ("camera", "range", "wanted"), strict=True):
        ax.set_ylabel(name)
    return figure


def learning(arrays: Arrays, record: Record) -> Canvas:
    """Steering within two units of the correct one, against epochs and against hidden units."""
    figure, axes = draw.canvas(2, width=11.0, height=4.8, sharey=True, gridspec_kw={"width_ratios": [1.5, 1]})
    curves = arrays["curve_varying"]
    epochs = np.arange(curves.shape[1])
    draw.band(axes[0], epochs, 100 * curves[:, :, 0], draw.BLUE)
    axes[0].plot(epochs, 100 * np.median(curves[:, :, 1], axis=0), color=draw.FAINT, linestyle="--", linewidth=1.8)
    axes[0].plot(epochs, 100 * np.median(arrays["curve_fixed"][:, :, 0], axis=0), color=draw.ORANGE, linewidth=2)
    axes[0].axhline(90.0, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    for row, (text, colour) in enumerate((
        ("novel roads of varying width", draw.BLUE), ("the images trained on (dashed)", draw.FAINT),
        ("novel roads, all of one width", draw.ORANGE),
    )):  # fmt: skip
        axes[0].annotate(text, (0.97, 0.26 - 0.08 * row), xycoords="axes fraction", color=colour, ha="right")
    axes[0].set(xlabel="epochs", ylabel="images steered within two units, %", ylim=(0, 103))
    points = arrays["hidden_1989"]
    widths = np.unique(points[:, 0])
    groups = [100 * points[points[:, 0] == w, 1] for w in widths]
    for w, group in zip(widths, groups, strict=True):
        axes[1].plot(np.full(len(group), w), group, "o", color=draw.BLUE, markersize=4, alpha=0.4)
    axes[1].plot(widths, [np.nanmean(g) for g in groups], color=draw.BLUE, linewidth=2)
    draw.paper_line(axes[1], 90.0, "paper: about 90 %", x=0.02)
    axes[1].set(xlabel="hidden units", xscale="log")
    axes[1].set_xticks(widths, [f"{w:g}" for w in widths])
    axes[1].minorticks_off()
    return figure


def weights(arrays: Arrays, record: Record) -> Canvas:
    """Weights of all hidden units of one network of each training: from the picture, and to the steering units."""
    figure, axes = draw.canvas(1, 2, width=10.5, height=8.4)
    for ax, name, title in zip(
        axes, ("varying", "fixed"), ("roads of varying width", "roads of one width"), strict=True
    ):
        ax.imshow(mosaic(arrays[f"w1_{name}"], arrays[f"w2_{name}"]), cmap=SIGNED, vmin=-1, vmax=1,
                  interpolation="none")  # fmt: skip
        ax.set_title(f"trained on {title}")
        ax.set_axis_off()
    return figure


def mosaic(w1: np.ndarray, w2: np.ndarray) -> np.ndarray:
    """One picture of all hidden units, ten in a row: picture weights above, steering weights below, each -1 to 1."""
    zoom, gap, strip = 3, 8, 12
    high, wide = zoom * ROWS + 3 + strip + gap, zoom * COLUMNS + gap
    units = w1.shape[1]
    found = np.full((-(-units // 10) * high - gap, min(units, 10) * wide - gap), np.nan)
    for unit in range(units):
        top, left = (unit // 10) * high, (unit % 10) * wide
        picture = w1[: alvinn.PICTURE, unit].astype(float).reshape(ROWS, COLUMNS)
        steers = w2[unit, alvinn.STEERING - 1 :: -1].astype(float)
        nearest = np.arange(zoom * COLUMNS) * len(steers) // (zoom * COLUMNS)
        right = left + zoom * COLUMNS
        found[top : top + zoom * ROWS, left:right] = np.kron(picture / np.abs(picture).max(), np.ones((zoom, zoom)))
        found[top + zoom * ROWS + 3 : top + high - gap, left:right] = steers[nearest] / np.abs(steers).max()
    return found


def confusion(arrays: Arrays, record: Record) -> Canvas:
    """True against chosen direction, over all networks."""
    figure, axes = draw.canvas(2, width=11.0, height=5.2)
    for ax, name, title in zip(
        axes, ("varying", "fixed"), ("novel roads of varying width", "novel roads of one width"), strict=True
    ):
        # Unit 0 steers to the right; drawn from left to right as one sits in the vehicle.
        counts = arrays[f"confusion_{name}"][::-1, ::-1]
        part = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        ax.imshow(part, cmap="Blues", vmin=0, vmax=0.6, origin="lower", interpolation="nearest")
        across = np.arange(len(part))
        for gap in (-2, 2):
            ax.plot(across, across + gap, color=draw.ORANGE, linewidth=1.0, linestyle="--")
        near = sum(np.trace(counts, k) for k in range(-2, 3)) / counts.sum()
        ax.set(title=f"{title}: {100 * near:.3g} %", xlabel="chosen unit", xlim=(-0.5, 44.5), ylim=(-0.5, 44.5))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_ticks([0, 22, 44], ["left", "straight", "right"])
        ax.grid(visible=False)
    axes[0].set_ylabel("correct unit")
    return figure
