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
SIZE = (8.4, 5.2)  # inches of a frame and of the still, nearly as a slide


def grey(ax: Any, pixels: np.ndarray) -> None:
    """A picture from -1, black, to 1, white, kept in its own pixels."""
    ax.imshow(pixels.astype(float), cmap=GREYS, vmin=-1, vmax=1, interpolation="none")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)


def film(arrays: Arrays, record: Record) -> draw.Film:
    """Camera, outputs beside the teacher's hill, weights of the hidden units and the trace from above.

    The still shows a moment at which the network drives itself.
    """
    learning, total = len(arrays["film_w1"]), len(arrays["film_pictures"])
    still = _frame(arrays, learning + (total - learning) // 2)
    return draw.Film(still, partial(_frame, arrays), range(total), milliseconds=180)


def _frame(arrays: Arrays, k: int) -> Canvas:
    figure = Canvas(figsize=SIZE)
    figure.set_layout_engine("none")  # axes stay where they are put, also when a second format is written
    learning, hidden = len(arrays["film_w1"]), arrays["film_w1"].shape[1]
    watching = k < learning
    top = figure.add_gridspec(1, 2, left=0.02, right=0.98, top=0.9, bottom=0.47, width_ratios=[1.2, 2], wspace=0.08)
    low = figure.add_gridspec(
        1, 1 + hidden, left=0.02, right=0.98, top=0.34, bottom=0.03, width_ratios=[2.2, *[1.0] * hidden], wspace=0.1
    )
    camera, answers = figure.add_subplot(top[0]), figure.add_subplot(top[1])
    seconds = arrays["film_seconds"][k] if watching else 0
    who = f"a person drives, {seconds / 60:.1f} min" if watching else "the network drives"
    grey(camera, arrays["film_pictures"][k] / 127.5 - 1)
    camera.set_title(who, fontsize=14, color=draw.ORANGE if watching else draw.BLUE)
    outputs, wanted = arrays["film_outputs"][k][::-1], arrays["film_wanted"][k][::-1]
    across = np.arange(len(outputs))
    answers.bar(across, outputs, color=draw.BLUE, width=0.9)
    answers.plot(across, wanted, color=draw.ORANGE, linewidth=2.5)
    answers.set(ylim=(0, 1.1), yticks=[])
    answers.set_xticks([0, (len(outputs) - 1) / 2, len(outputs) - 1], ["left", "straight on", "right"], fontsize=13)
    answers.get_xticklabels()[0].set_horizontalalignment("left")
    answers.get_xticklabels()[2].set_horizontalalignment("right")
    answers.set_title("its answer, and the teacher's (line)", fontsize=14)
    answers.grid(visible=False)
    weights = arrays["film_w1"][min(k, learning - 1)].astype(float)
    for unit, picture in enumerate(weights):
        ax = figure.add_subplot(low[1 + unit])
        ax.imshow(picture, cmap=SIGNED, vmin=-127.0, vmax=127.0, interpolation="none")
        ax.set_axis_off()
        if unit == hidden // 2:
            ax.set_title("what its hidden units look for", fontsize=14)
    _from_above(figure.add_subplot(low[0]), arrays, k, watching)
    return figure


def _from_above(ax: Any, arrays: Arrays, k: int, watching: bool) -> None:
    name, last = ("learning", k) if watching else ("driving", k - len(arrays["film_w1"]))
    road, trace = arrays[f"film_road_{name}"], arrays[f"film_places_{name}"][: last + 1]
    ax.plot(*road.T, color="#cfcfcf", linewidth=6, solid_capstyle="round")
    ax.plot(*trace.T, color=draw.ORANGE if watching else draw.BLUE, linewidth=2)
    ax.plot(*trace[-1:].T, "o", color=draw.INK, markersize=6)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.set_title("from above", fontsize=14)
