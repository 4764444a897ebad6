"""Learning to read zip codes as a film: every network's errors, and the second derivatives that set its rates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.zipcodes_1989.claims import TEST_ERROR, TRAIN_ERROR
from reproductions.zipcodes_1989.consistency import FIGURE

Arrays = Mapping[str, np.ndarray]
GROUPS = {
    "w1": "H1", "w2": "H2", "w3": "H3", "w4": "output",
    "b1": "H1 bias", "b2": "H2 bias", "b3": "H3 bias", "b4": "output bias",
}  # fmt: skip
COLOURS = (draw.BLUE, draw.GREEN, draw.ORANGE, draw.RED)
LEAST = 0.03  # percent: where networks without a mistake are drawn


def pass_by_pass(arrays: Arrays, record: Record) -> draw.Film:
    """Training and test error of every network after each pass; in print after three of them."""
    last = arrays["curves_headline"].shape[1] - 1
    still, axes = draw.canvas(3, width=11.0, height=4.2, sharey=True)
    for ax, k in zip(axes, (min(1, last), min(5, last), last), strict=True):
        _errors(ax, arrays, record, k)
        ax.set_title(_after(k))
    axes[0].set_ylabel("test digits wrong, %")
    return draw.Film(still, partial(_frame, arrays, record), range(last + 1), 400)


def _after(k: int) -> str:
    return f"after {k} pass{'es' if k > 1 else ''}" if k else "before the first pass"


def _frame(arrays: Arrays, record: Record, k: int) -> Canvas:
    figure = draw.blank(9.2, 4.8)
    figure.suptitle(_after(k), fontsize=14)
    errors = figure.add_axes((0.08, 0.14, 0.4, 0.72))
    _errors(errors, arrays, record, k)
    errors.set(ylabel="test digits wrong, %", title=f"{len(arrays['curves_headline'])} networks")
    _curvatures(figure.add_axes((0.64, 0.14, 0.33, 0.72)), arrays, k)
    return figure


def _errors(ax: Any, arrays: Arrays, record: Record, k: int) -> None:
    """A dot for each network, their path so far, and the paper's."""
    curves = np.maximum(100 * arrays["curves_headline"], LEAST)
    ax.set(xscale="log", yscale="log", xlim=(LEAST / 1.3, 140), ylim=(2, 140), xlabel="training digits wrong, %")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.minorticks_off()
    ax.set_yticks([2, 5, 10, 20, 50, 100])
    ax.plot([line[3] for line in FIGURE], [line[4] for line in FIGURE], "--", color=draw.INK, linewidth=1.4)
    theirs = record.claim("train_error").value, record.claim("test_error").value
    draw.paper_mark(ax, *theirs, "1989, its text", shift=(-4, -20))
    middle = np.median(curves[:, : k + 1], axis=0)
    ax.plot(middle[:, TRAIN_ERROR], middle[:, TEST_ERROR], "-", color=draw.BLUE, linewidth=1.5, alpha=0.6)
    ax.plot(curves[:, k, TRAIN_ERROR], curves[:, k, TEST_ERROR], "o", color=draw.BLUE, alpha=0.6, markersize=6)
    ax.annotate("dashed: its figure", (0.97, 0.05), xycoords="axes fraction", ha="right")


def _curvatures(ax: Any, arrays: Arrays, k: int) -> None:
    """The middle half of the second derivatives of every group of weights before this pass, and their medians."""
    every = np.maximum(arrays["curvatures"], 1e-9)  # (passes, groups by name, quantiles)
    now = every[min(k, len(every) - 1)]
    for row, name in enumerate(GROUPS):
        _, quarter, median, three_quarters, _ = now[sorted(GROUPS).index(name)]
        colour = COLOURS[row % 4]
        ax.plot([quarter, three_quarters], [row, row], color=colour, linewidth=7, solid_capstyle="butt")
        ax.plot([median], [row], "o", color=draw.WHITE, markeredgecolor=draw.BLACK, markersize=7)
    ax.set_yticks(range(len(GROUPS)), list(GROUPS.values()))
    ax.set(xscale="log", xlim=(every[..., 1].min() / 2, 2 * every[..., 3].max()), ylim=(len(GROUPS) - 0.5, -0.5))
    ax.set(title="second derivatives", xlabel="large: small steps")
    ax.minorticks_off()
    ax.grid(axis="y", visible=False)
