"""The figures of `six_parameters`, drawn from its record: the published point and log, losses, temperature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets import cities
from core.evidence.record import Record
from core.learning.ops import softmax
from core.publishing import figures as draw
from reproductions.six_parameters.experiment import STEPS
from reproductions.six_parameters.tables import ADAM_TENTH, NAMES, PUBLISHED
from reproductions.six_parameters.pictures import (
    COLOURS,
    PLACES,
    landscape,
    learning,
    map_learning,
    planes,
)
from reproductions.six_parameters.planes import random_plane, shadows

Arrays = Mapping[str, np.ndarray]
METHOD = {0.0: ("cross-entropy", draw.BLUE), 1.0: ("squared error", draw.RED)}


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of papers/welch2025.toml."""
    drawn = (learning, nudges, log, map_learning, planes, losses, temperature, landscape, shadows,
             random_plane)  # fmt: skip
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def nudges(arrays: Arrays, record: Record) -> Canvas:
    """Error of the six measured slopes against the nudge."""
    figure, axes = draw.canvas(3, 2, width=11.0, height=6.4, sharex=True, sharey=True)
    exact = arrays["point_exact"]
    for k, ax in enumerate(axes.flat):
        for kind, colour in (("forward", draw.ORANGE), ("central", draw.BLUE)):
            error = np.maximum(np.abs(arrays[f"point_{kind}"][:, k] - exact[k]), 1e-12)
            ax.plot(STEPS, error, "o-", color=colour, markersize=4)
        ax.set(xscale="log", yscale="log", title=f"{NAMES[k]}: exactly {exact[k]:.4f}", ylim=(1e-12, 1))
        ax.set_xticks(10.0 ** np.array([-12.0, -8, -4]))
        ax.set_yticks(10.0 ** np.array([-12.0, -8, -4, 0]))
        ax.minorticks_off()
    for ax in axes[1]:
        ax.set_xlabel("nudge")
    axes[0, 0].annotate("forward", (3e-4, 1e-2), color=draw.ORANGE, ha="center")
    axes[0, 0].annotate("central", (2e-3, 1e-11), color=draw.BLUE, ha="center")
    figure.supylabel("error of the measured slope", fontsize=12)
    return figure


def log(arrays: Arrays, record: Record) -> Canvas:
    """Both published logs beside ours: losses before each step, and how many are right after it."""
    figure, axes = draw.canvas(2, 2, width=11.0, height=6.0, sharey="row", gridspec_kw={"height_ratios": [2, 1]})
    said = {"sgd": PUBLISHED, "adam": {10: ADAM_TENTH}}
    names = {"sgd": "stochastic gradient descent", "adam": "Adam"}
    for column, method in enumerate(("sgd", "adam")):
        values, shares = arrays[f"log_{method}_losses"], 15 * arrays[f"log_{method}_shares"]
        steps = np.arange(1, len(values) + 1)
        top, bottom = axes[:, column]
        top.plot(steps, np.maximum(values, 1e-5), color=draw.FAINT, linewidth=1.0)
        top.plot(steps, np.maximum(values, 1e-5), ".", color=draw.BLUE, markersize=6, rasterized=True)
        top.plot(list(said[method]), np.maximum(list(said[method].values()), 1e-5), "D", color=draw.INK,
                 markersize=7, fillstyle="none")  # fmt: skip
        top.set(yscale="log", title=f"{names[method]}, rate {record.settings['rate']:g}", ylim=(4e-6, 200))
        top.set_yticks([1e-4, 1e-2, 1, 100], ["0.0001", "0.01", "1", "100"])
        top.minorticks_off()
        others = 15 * arrays[f"orders_{method}"]
        bottom.plot(steps, others, color=draw.FAINT, linewidth=1.6)
        bottom.plot(steps, shares, color=draw.GREEN, linewidth=1.8)
        bottom.set(xlabel="step", ylim=(-0.8, 16.2))
        bottom.set_yticks([0, 5, 10, 15])
    axes[0, 0].set_ylabel("loss of the example")
    axes[1, 0].set_ylabel("right, of 15")
    axes[0, 0].annotate("◇ published", (0.97, 0.05), xycoords="axes fraction", ha="right")
    axes[1, 1].annotate("published order", (0.97, 0.48), xycoords="axes fraction", color=draw.GREEN, ha="right")
    axes[1, 1].annotate("mean of random orders", (0.97, 0.26), xycoords="axes fraction", color="#6a6a6a", ha="right")
    return figure


def losses(arrays: Arrays, record: Record) -> Canvas:
    """Cross-entropy and squared error: the slope they leave, and what that does to learning."""
    figure, axes = draw.canvas(3, width=12.0, height=4.6)
    for kind, (name, colour) in METHOD.items():
        left, middle, right = axes
        left.plot(arrays["saturation_gap"], arrays[f"saturation_{name.replace(' ', '_')}"], color=colour, linewidth=2)
        points = arrays["learn_losses"]
        points = points[points[:, 0] == kind]
        rates, spreads = np.unique(points[:, 2]), np.unique(points[:, 1])
        spread = record.settings["far"]
        solved = [np.mean(np.isfinite(points[(points[:, 1] == spread) & (points[:, 2] == r), 4])) for r in rates]
        middle.plot(rates, 100 * np.array(solved), "o-", color=colour)
        best = [max(np.mean(np.isfinite(points[(points[:, 1] == s) & (points[:, 2] == r), 4])) for r in rates)
                for s in spreads]  # fmt: skip
        right.plot(spreads, 100 * np.array(best), "o-", color=colour)
    left.set(yscale="log", ylim=(1e-7, 20), xlabel="logit of the right city below the best", ylabel="length of dL/dh")
    left.annotate("cross-entropy", (15.5, 2.4), color=draw.BLUE, ha="right")
    left.annotate("squared error", (6.0, 1e-4), color=draw.RED, ha="right")
    middle.set(xscale="log", ylim=(-4, 109), xlabel="learning rate", title=f"starts of spread {spread:g}",
               ylabel="runs that got all right, %")  # fmt: skip
    right.set(xscale="log", ylim=(-4, 109), xlabel="spread of the start", title="at the best rate")
    right.set_xticks(spreads, [f"{s:g}" for s in spreads])
    left.set_yticks(10.0 ** np.arange(-6, 1, 2))
    middle.set_xticks(rates, [f"{r:g}" for r in rates])
    for ax in axes:
        ax.minorticks_off()
    left.set_title("one wrong example")
    return figure


def temperature(arrays: Arrays, record: Record) -> Canvas:
    """Softmax temperature: probabilities along the map, and learning."""
    figure, axes = draw.canvas(4, width=13.0, height=4.2, gridspec_kw={"width_ratios": [1, 1, 1, 1.2]})
    x = np.linspace(-8, 18, 400)
    final = arrays["log_sgd_path"][-1].reshape(2, 3)
    for ax, t in zip(axes, (0.25, 1.0, 4.0), strict=False):
        p, _ = softmax(x[:, None] * final[0] + final[1], temperature=t)
        for k, colour in enumerate(COLOURS[:3]):
            ax.plot(x, p[:, k], color=colour, linewidth=2)
            ax.plot([PLACES[k]], [-0.05], "^", color=colour, markersize=8, clip_on=False)
        ax.set(title=f"T = {t:g}", xlabel="longitude, degrees east", ylim=(-0.05, 1.12))
        ax.set_xticks([-5, 0, 5, 10, 15])
    for k, (name, where) in enumerate(zip(cities.NAMES, (-4.6, 2.5, 14.4), strict=True)):
        axes[0].annotate(name, (where, 1.03), color=COLOURS[k], ha="center")
    axes[0].set_ylabel("probability")
    points = arrays["learn_temperature"]
    values = np.unique(points[:, 3])
    middles = [np.median(points[points[:, 3] == t, 4]) for t in values]
    spread = [np.percentile(points[points[:, 3] == t, 4], [5, 95], method="nearest") for t in values]
    last = axes[3]
    top = record.settings["steps"]
    low, high = np.minimum(np.array(spread).T, top)
    last.fill_between(values, low, high, color=draw.BLUE, alpha=0.25, linewidth=0)
    last.plot(values, np.where(np.isfinite(middles), middles, np.nan), "o-", color=draw.BLUE)
    last.axhline(top, color=draw.FAINT, linestyle=":")
    last.annotate("end of the run", (values[0], top), xytext=(0, -14), textcoords="offset points", color="#6a6a6a")
    last.set(xscale="log", yscale="log", xlabel="temperature in learning", ylabel="steps until all are right",
             title="learning at T")  # fmt: skip
    last.set_xticks(values, [f"{t:g}" for t in values])
    last.minorticks_off()
    return figure
