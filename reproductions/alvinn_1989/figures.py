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
from reproductions.alvinn_1989 import drive_figures as drives
from reproductions.alvinn_1989.film import SIGNED, film, grey
from reproductions.alvinn_1989.snapshots import SHARPEST
from reproductions.alvinn_1989.tables import SAID

Arrays = Mapping[str, np.ndarray]
ROWS, COLUMNS = 30, 32


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure; the ladder only where it was run."""
    drawn: list[Any] = [
        film,
        sights,
        learning,
        hidden_1989,
        weights,
        confusion,
        drives.card,
        drives.offsets,
        drives.ablation,
        drives.one_sided,
        drives.lessons,
        drives.hidden_1991,
        drives.choices,
        drives.breaks,
    ]
    if any(name.startswith("rung_") for name in arrays):
        drawn.append(ladder)
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def sights(arrays: Arrays, record: Record) -> Canvas:
    """What the network of 1989 is shown: pictures, range images, and the hill it should answer."""
    figure, axes = draw.canvas(3, 3, width=6.2, height=5.2, gridspec_kw={"height_ratios": [3, 0.9, 1.2]})
    seen, curvature = arrays["seen"].astype(float), arrays["seen_curvature"]
    for column in range(3):
        x = seen[column]
        grey(axes[0, column], x[: alvinn.PICTURE].reshape(ROWS, COLUMNS))
        grey(axes[1, column], x[alvinn.PICTURE : -1].reshape(8, 32))
        hill = steering.hill_of_1989(curvature[column : column + 1], alvinn.STEERING, SHARPEST)[0]
        ax = axes[2, column]
        ax.bar(np.arange(alvinn.STEERING), hill[::-1], color=draw.BLUE, width=0.9)
        ax.set(xlim=(-1, alvinn.STEERING), ylim=(0, 1.1), yticks=[], xticks=[0, 22, 44])
        ax.set_xticklabels(["left", "", "right"])
        ax.get_xticklabels()[0].set_ha("left")
        ax.get_xticklabels()[2].set_ha("right")
        ax.grid(visible=False)
    for ax, name in zip(axes[:, 0], ("camera", "range", "wanted"), strict=True):
        ax.set_ylabel(name)
    return figure


def learning(arrays: Arrays, record: Record) -> Canvas:
    """Steering within two units of the correct one, against epochs."""
    figure, ax = draw.canvas(width=6.2, height=4.8)
    curves = arrays["curve_varying"]
    epochs = np.arange(curves.shape[1])
    draw.band(ax, epochs, 100 * curves[:, :, 0], draw.BLUE)
    ax.plot(epochs, 100 * np.median(curves[:, :, 1], axis=0), color=draw.FAINT, linestyle=":", linewidth=2.2)
    ax.plot(epochs, 100 * np.median(arrays["curve_fixed"][:, :, 0], axis=0), color=draw.ORANGE, linewidth=2)
    draw.paper_line(ax, 90.0, "", x=0.98)
    told = (
        ("novel roads, all of one width", draw.ORANGE),
        ("novel roads of varying width", draw.BLUE),
        ("the images trained on (dotted)", draw.FAINT),
        ("dashed: the paper, about 90 %", draw.INK),
    )
    for row, (text, colour) in enumerate(told):
        ax.annotate(text, (0.97, 0.36 - 0.09 * row), xycoords="axes fraction", color=colour, ha="right")
    ax.set(xlabel="epochs", ylabel="within two units, %", ylim=(0, 103))
    return figure


def hidden_1989(arrays: Arrays, record: Record) -> Canvas:
    """Steering within two units of the correct one, against hidden units."""
    figure, ax = draw.canvas(width=6.0, height=4.2)
    points = arrays["hidden_1989"]
    widths = np.unique(points[:, 0])
    groups = [100 * points[points[:, 0] == w, 1] for w in widths]
    for w, group in zip(widths, groups, strict=True):
        ax.plot(np.full(len(group), w), group, "o", color=draw.BLUE, markersize=4, alpha=0.4)
    ax.plot(widths, [np.nanmean(g) for g in groups], color=draw.BLUE, linewidth=2)
    draw.paper_line(ax, 90.0, "paper: about 90 %, with 29", x=0.02)
    ax.set(xlabel="hidden units", ylabel="within two units, %", xscale="log")
    ax.set_xticks(widths, [f"{w:g}" for w in widths])
    ax.minorticks_off()
    return figure


def weights(arrays: Arrays, record: Record) -> Canvas:
    """Weights of all hidden units of one network of each training: from the picture, and to the steering units."""
    figure, axes = draw.canvas(1, 2, width=6.4, height=7.6)
    names = ("varying", "fixed"), ("roads of varying width", "roads of one width")
    for ax, name, title in zip(axes, *names, strict=True):
        picture = mosaic(arrays[f"w1_{name}"], arrays[f"w2_{name}"])
        ax.imshow(picture, cmap=SIGNED, vmin=-1, vmax=1, interpolation="none")
        ax.set_title(f"trained on {title}")
        ax.set_axis_off()
    return figure


def mosaic(w1: np.ndarray, w2: np.ndarray, across: int = 8) -> np.ndarray:
    """One picture of all hidden units: picture weights above, steering weights below, each -1 to 1."""
    zoom, gap, strip = 3, 8, 12
    high, wide = zoom * ROWS + 3 + strip + gap, zoom * COLUMNS + gap
    units = w1.shape[1]
    found = np.full((-(-units // across) * high - gap, min(units, across) * wide - gap), np.nan)
    for unit in range(units):
        top, left = (unit // across) * high, (unit % across) * wide
        picture = w1[: alvinn.PICTURE, unit].astype(float).reshape(ROWS, COLUMNS)
        steers = w2[unit, alvinn.STEERING - 1 :: -1].astype(float)
        nearest = np.arange(zoom * COLUMNS) * len(steers) // (zoom * COLUMNS)
        right = left + zoom * COLUMNS
        found[top : top + zoom * ROWS, left:right] = np.kron(picture / np.abs(picture).max(), np.ones((zoom, zoom)))
        found[top + zoom * ROWS + 3 : top + high - gap, left:right] = steers[nearest] / np.abs(steers).max()
    return found


def confusion(arrays: Arrays, record: Record) -> Canvas:
    """True against chosen direction, over all networks trained on roads of varying width."""
    figure, ax = draw.canvas(width=5.6, height=5.2)
    # Unit 0 steers to the right; drawn from left to right as one sits in the vehicle.
    counts = arrays["confusion_varying"][::-1, ::-1]
    part = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(part, cmap="Blues", vmin=0, vmax=0.6, origin="lower", interpolation="nearest")
    across = np.arange(len(part))
    for gap in (-2, 2):
        ax.plot(across, across + gap, color=draw.ORANGE, linewidth=1.0, linestyle="--")
    near = sum(np.trace(counts, k) for k in range(-2, 3)) / counts.sum()
    ax.set(title=f"{100 * near:.3g} % within two units", xlabel="chosen unit", ylabel="correct unit")
    ax.set(xlim=(-0.5, 44.5), ylim=(-0.5, 44.5))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks([0, 22, 44], ["left", "straight", "right"])
    ax.grid(visible=False)
    return figure


def ladder(arrays: Arrays, record: Record) -> Canvas:
    """Mean distance from the correct unit on every rung from 1989 to today, with two standard errors."""
    names = [name for name in SAID if f"rung_{name}" in arrays]
    figure, ax = draw.canvas(width=6.4, height=0.5 * len(names) + 1.3)
    for row, name in enumerate(names):
        off = arrays[f"rung_{name}"][0]
        ax.plot(off, row + np.linspace(-0.18, 0.18, len(off)), "o", color=draw.SKY, markersize=4, alpha=0.6)
        se = off.std(ddof=1) / np.sqrt(len(off)) if len(off) > 1 else 0.0
        ax.errorbar(off.mean(), row, xerr=2 * se, fmt="o", color=draw.BLUE, markersize=7, capsize=4)
    ax.set_yticks(range(len(names)), [SAID[n] if n == "1989" else f"+ {SAID[n]}" for n in names])
    ax.invert_yaxis()
    ax.set(xlabel="steering units off, on novel roads", xlim=(0, None))
    ax.grid(axis="y", visible=False)
    return figure
