"""The ADALINE as its operator sees it: switches, knobs and a meter, as a film and a still; and the card."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Circle

from core.datasets import letters
from core.evidence.record import Record
from core.publishing import figures as draw

Arrays = Mapping[str, np.ndarray]
# The curve of 1960 read from its figure: (first presentation, level), +-0.3 presentations and +-100.
CURVE_1960 = (
    (0, 14381), (1.1, 19067), (2.3, 15059), (3.2, 13025), (4, 16379), (5.2, 13153), (7.6, 11085), (17, 14229),
    (18.6, 12499), (19.6, 12639), (20.5, 7754), (21.3, 5241), (23.5, 6445), (28.1, 6164), (29.3, 6784), (30.7, 10126),
    (32.5, 3640), (34, 4084), (34.9, 5218), (36.7, 4692), (37.9, 2343), (39.5, 1887), (40.3, 1443), (41.2, 1191),
    (44.4, 858), (48.2, 987), (49.8, 635), (100, 635),
)  # fmt: skip
FULL_TURN = 0.75 * np.pi  # how far the largest weight turns its knob


def adaline_learning(arrays: Arrays, record: Record) -> draw.Film:
    """Sixteen knobs in the places of their switches while the six patterns are shown; four stages for print."""
    last = len(arrays["film_weights"]) - 1
    figure, axes = draw.canvas(4, width=9.6, height=3.1)
    for ax, k in zip(axes, (0, 5, 20, last), strict=True):
        _knobs(ax, arrays, k)
        ax.set_title(f"after {k}" if k else "at the start")
        ax.annotate(f"error {arrays['film_curve'][k]:,.0f}", (1.5, 4.0), ha="center", va="center")
    frames = [*range(15), *range(16, 51, 4), *range(60, last + 1, 20)]
    return draw.Film(figure, partial(_frame, arrays), frames, 220)


def _knobs(ax: Any, arrays: Arrays, k: int) -> None:
    weights = arrays["film_weights"]
    limit = float(np.abs(weights[:, 1:]).max())
    ax.set(xlim=(-0.6, 3.6), ylim=(4.3, -0.6), aspect="equal")
    ax.set_axis_off()
    for place, value in enumerate(weights[k, 1:]):
        row, column = divmod(place, 4)
        colour = draw.RED if value > 1e-9 else draw.BLUE if value < -1e-9 else draw.FAINT
        ax.add_patch(Circle((column, row), 0.42, fill=False, edgecolor=colour, linewidth=2))
        angle = FULL_TURN * value / limit
        ax.plot([column, column + 0.4 * np.sin(angle)], [row, row - 0.4 * np.cos(angle)], color=colour, linewidth=3)


def _frame(arrays: Arrays, k: int) -> Canvas:
    figure, axes = draw.canvas(2, 2, width=5.2, height=5.6, layout="none", gridspec_kw={"height_ratios": [1, 0.9]})
    shown = arrays["film_shown"]
    if k:
        draw.image(axes[0, 0], letters.patterns()[shown[k - 1]])
        axes[0, 0].set_title(f"shown: {letters.NAMES[shown[k - 1]]}")
    else:
        draw.image(axes[0, 0], np.zeros((4, 4)))
        axes[0, 0].set_title("nothing shown yet")
    _knobs(axes[0, 1], arrays, k)
    axes[0, 1].set_title(f"knobs after {k}")
    for ax in axes[1]:
        ax.remove()
    meter = figure.add_subplot(2, 1, 2)
    outputs = arrays["film_weights"][k] @ letters.inputs(letters.patterns()).T
    meter.barh(range(6), outputs, color=[draw.BLUE, draw.BLUE, draw.FAINT, draw.FAINT, draw.ORANGE, draw.ORANGE])
    meter.plot(letters.TARGETS, range(6), "D", color=draw.INK, markersize=9)
    meter.set_yticks(range(6), letters.NAMES)
    meter.set(xlim=(-110, 110), title="the meter for each pattern, and its target ◆")
    meter.invert_yaxis()
    meter.grid(axis="y", visible=False)
    figure.subplots_adjust(left=0.2, right=0.97, top=0.93, bottom=0.07, wspace=0.15, hspace=0.3)
    return figure


def rate_of_adaptation(arrays: Arrays, record: Record) -> Canvas:
    """The curve of 1960 over the band of simulated runs."""
    figure, ax = draw.canvas(width=6.8, height=5.0)
    low, middle, high, _ = arrays["curves"]
    t = np.arange(len(middle))
    ax.fill_between(t, low, high, step="post", color=draw.BLUE, alpha=0.25, linewidth=0)
    ax.step(t, middle, where="post", color=draw.BLUE, linewidth=2)
    x, y = np.array(CURVE_1960).T
    ax.step(x, y, where="post", color=draw.INK, linewidth=2.4)
    for row, (text, colour) in enumerate(
        (
            ("1960, one run", draw.INK),
            (f"ours, median of {record.seeds:,} runs", draw.BLUE),
            ("ours, 5 to 95 % of runs: shaded", draw.BLUE),
        )
    ):
        ax.annotate(text, (0.98, 0.93 - 0.075 * row), xycoords="axes fraction", ha="right", color=colour)
    ax.set(xlabel="patterns shown", ylabel="sum of squared errors, six patterns", xlim=(0, 100), ylim=(0, 27000))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return figure


def card(arrays: Arrays, record: Record) -> Canvas:
    """The same for the front page."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    low, _, high, _ = arrays["curves"]
    ax.fill_between(np.arange(len(low)), low / 1000, high / 1000, step="post", color=draw.BLUE, alpha=0.3, linewidth=0)
    x, y = np.array(CURVE_1960).T
    ax.step(x, y / 1000, where="post", color=draw.INK, linewidth=2.4)
    ax.annotate("1960", (0.97, 0.88), xycoords="axes fraction", ha="right", color=draw.INK)
    ax.annotate("our runs", (0.97, 0.77), xycoords="axes fraction", ha="right", color=draw.BLUE)
    ax.set(xlabel="letters shown", ylabel="error, thousands", xlim=(0, 100), ylim=(0, 27))
    return figure
