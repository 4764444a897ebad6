"""The film of `alvinn_1989`: a network learns while a person drives, then drives itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw

Arrays = Mapping[str, np.ndarray]
# Few levels keep the files small.
GREYS, SIGNED = colormaps["gray"].resampled(16), colormaps["RdBu_r"].resampled(11)


def grey(ax: Any, pixels: np.ndarray) -> None:
    """A picture from -1, black, to 1, white, kept in its own pixels."""
    ax.imshow(pixels.astype(float), cmap=GREYS, vmin=-1, vmax=1, interpolation="none")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)


def film(arrays: Arrays, record: Record) -> draw.Film:
    """Camera, outputs beside the teacher's hill, weights of the hidden units and the trace from above."""
    learning, total = len(arrays["film_w1"]), len(arrays["film_pictures"])
    still = Canvas(figsize=(10.0, 10.4))
    moments = (0, learning // 4, learning - 1, learning + (total - learning) // 2)
    parts: Any = still.subfigures(len(moments), 1)
    for part, k in zip(parts, moments, strict=True):
        _scene(part, arrays, k)
    return draw.Film(still, partial(_frame, arrays), range(total), milliseconds=180)


def _frame(arrays: Arrays, k: int) -> Canvas:
    by_hand: Any = "none"
    figure = Canvas(figsize=(9.6, 2.7), layout=by_hand)
    _scene(figure, arrays, k)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.86, bottom=0.13, wspace=0.08)
    return figure


def _scene(figure: Any, arrays: Arrays, k: int) -> None:
    learning = len(arrays["film_w1"])
    watching, hidden = k < learning, arrays["film_w1"].shape[1]
    axes = figure.subplots(1, 3 + hidden, gridspec_kw={"width_ratios": [2.2, 2.6, *[1.0] * hidden, 2.4]})
    seconds = arrays["film_seconds"][k] if watching else 0
    place = f"person, {seconds / 60:.1f} min" if watching else "network drives"
    grey(axes[0], arrays["film_pictures"][k] / 127.5 - 1)
    axes[0].set_title(place, fontsize=11, pad=3)
    outputs, wanted = arrays["film_outputs"][k][::-1], arrays["film_wanted"][k][::-1]
    across = np.arange(len(outputs))
    axes[1].bar(across, outputs, color=draw.BLUE, width=0.9)
    axes[1].plot(across, wanted, color=draw.ORANGE, linewidth=2)
    axes[1].set(ylim=(0, 1.1), yticks=[])
    axes[1].set_xticks([0, (len(outputs) - 1) / 2, len(outputs) - 1], ["left", "straight", "right"], fontsize=9)
    axes[1].get_xticklabels()[0].set_ha("left")
    axes[1].get_xticklabels()[2].set_ha("right")
    axes[1].set_title("outputs, and the teacher's (line)", fontsize=11, pad=3)
    axes[1].grid(visible=False)
    weights = arrays["film_w1"][min(k, learning - 1)].astype(float)
    limit = 127.0
    for ax, picture in zip(axes[2 : 2 + hidden], weights, strict=True):
        ax.imshow(picture, cmap=SIGNED, vmin=-limit, vmax=limit, interpolation="none")
        ax.set_axis_off()
    axes[2 + hidden // 2].set_title("weights of the hidden units", fontsize=11, pad=3)
    _from_above(axes[-1], arrays, k, watching)


def _from_above(ax: Any, arrays: Arrays, k: int, watching: bool) -> None:
    name, last = ("learning", k) if watching else ("driving", k - len(arrays["film_w1"]))
    road, trace = arrays[f"film_road_{name}"], arrays[f"film_places_{name}"][: last + 1]
    ax.plot(*road.T, color="#cfcfcf", linewidth=6, solid_capstyle="round")
    ax.plot(*trace.T, color=draw.ORANGE if watching else draw.BLUE, linewidth=1.8)
    ax.plot(*trace[-1:].T, "o", color=draw.INK, markersize=5)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.set_title("from above", fontsize=11, pad=3)
