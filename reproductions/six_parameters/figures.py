"""The figures of the toy about its slopes, logs, losses and temperature; others stand in `films` and `landscapes`."""

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
from reproductions.six_parameters import films, landscapes
from reproductions.six_parameters.films import COLOURS, PLACES
from reproductions.six_parameters.point import STEPS
from reproductions.six_parameters.tables import ADAM_TENTH, PUBLISHED

Arrays = Mapping[str, np.ndarray]
METHOD = {0.0: ("cross-entropy", draw.BLUE), 1.0: ("squared error", draw.RED)}


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of paper.toml, and the picture of the card."""
    drawn = (
        films.card,
        films.learning,
        nudges,
        log,
        log_adam,
        films.map_learning,
        films.planes,
        losses,
        temperature,
        temperature_learning,
        landscapes.landscape,
        landscapes.landscape_loss,
        landscapes.shadows,
        landscapes.shadow_loss,
        landscapes.random_plane,
        landscapes.share_seen,
    )
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def nudges(arrays: Arrays, record: Record) -> Canvas:
    """Error of the six measured slopes against the nudge."""
    figure, ax = draw.canvas(width=6.6, height=4.8)
    exact = arrays["point_exact"]
    for row, (kind, colour) in enumerate((("forward", draw.ORANGE), ("central", draw.BLUE))):
        error = np.maximum(np.abs(arrays[f"point_{kind}"] - exact), 1e-13)
        ax.plot(STEPS, error, "o-", color=colour, markersize=5, linewidth=1.4, alpha=0.8)
        text = f"{kind} differences, six slopes"
        ax.annotate(text, (0.03, 0.92 - 0.075 * row), xycoords="axes fraction", color=colour)
    ax.set(xscale="log", yscale="log", xlabel="nudge", ylabel="error of the measured slope", ylim=(1e-13, 30))
    ax.set_xticks(10.0 ** np.array([-12.0, -9, -6, -3]))
    ax.set_yticks(10.0 ** np.array([-12.0, -8, -4, 0]))
    ax.minorticks_off()
    return figure


def log(arrays: Arrays, record: Record) -> Canvas:
    """The published log of gradient descent beside ours."""
    return _log(arrays, "sgd", PUBLISHED)


def log_adam(arrays: Arrays, record: Record) -> Canvas:
    """The one published loss of Adam beside our replay."""
    return _log(arrays, "adam", {10: ADAM_TENTH})


def _log(arrays: Arrays, method: str, said: Mapping[int, float]) -> Canvas:
    """Losses before each step above, how many are right after it below."""
    figure, (top, bottom) = draw.canvas(
        1, 2, width=6.8, height=6.2, sharex=True, gridspec_kw={"height_ratios": [1.7, 1]}
    )
    values, shares = arrays[f"log_{method}_losses"], 15 * arrays[f"log_{method}_shares"]
    steps = np.arange(1, len(values) + 1)
    top.plot(steps, np.maximum(values, 1e-5), "-", color=draw.FAINT, linewidth=0.8)
    top.plot(steps, np.maximum(values, 1e-5), ".", color=draw.BLUE, markersize=7, rasterized=True)
    top.plot(list(said), np.maximum(list(said.values()), 1e-5), "D", color=draw.INK, markersize=9, fillstyle="none")
    top.set(yscale="log", ylim=(4e-6, 3000), ylabel="loss of the example")
    top.set_yticks([1e-4, 1e-2, 1, 100], ["0.0001", "0.01", "1", "100"])
    top.minorticks_off()
    top.annotate("◇ published", (0.98, 0.92), xycoords="axes fraction", ha="right")
    top.annotate("ours", (0.7, 0.92), xycoords="axes fraction", ha="right", color=draw.BLUE)
    bottom.plot(steps, 15 * arrays[f"orders_{method}"], color=draw.FAINT, linewidth=2)
    bottom.plot(steps, shares, color=draw.GREEN, linewidth=2)
    bottom.set(xlabel="step", ylim=(-0.8, 16.2), ylabel="right, of 15", yticks=[0, 5, 10, 15])
    bottom.annotate("published order", (0.98, 0.3), xycoords="axes fraction", color=draw.GREEN, ha="right")
    bottom.annotate("mean of random orders", (0.98, 0.12), xycoords="axes fraction", color=draw.FAINT, ha="right")
    return figure


def losses(arrays: Arrays, record: Record) -> Canvas:
    """Cross-entropy and squared error: the slope they leave, and what that does to learning."""
    figure, axes = draw.canvas(3, width=12.0, height=4.4)
    left, middle, right = axes
    for kind, (name, colour) in METHOD.items():
        left.plot(arrays["saturation_gap"], arrays[f"saturation_{name.replace(' ', '_')}"], color=colour, linewidth=2)
        points = arrays["learn_losses"]
        points = points[points[:, 0] == kind]
        rates, spreads = np.unique(points[:, 2]), np.unique(points[:, 1])
        share = {
            (s, r): 100 * np.mean(np.isfinite(points[(points[:, 1] == s) & (points[:, 2] == r), 4]))
            for s in spreads
            for r in rates
        }
        middle.plot(rates, [share[record.settings["far"], r] for r in rates], "o-", color=colour)
        right.plot(spreads, [max(share[s, r] for r in rates) for s in spreads], "o-", color=colour)
    left.set(yscale="log", ylim=(1e-7, 100), xlabel="right city below the best, in height", title="slope that is left")
    left.annotate("cross-entropy", (0.97, 0.93), xycoords="axes fraction", color=draw.BLUE, ha="right")
    left.annotate("squared error", (0.05, 0.06), xycoords="axes fraction", color=draw.RED)
    middle.set(xscale="log", ylim=(-4, 109), xlabel="learning rate", title="all right, %, from far starts")
    right.set(xscale="log", ylim=(-4, 109), xlabel="spread of the start", title="all right, %, at the best rate")
    left.set_yticks(10.0 ** np.arange(-6, 1, 2))
    right.set_xticks(spreads, [f"{s:g}" for s in spreads])
    middle.set_xticks(rates[::2], [f"{r:g}" for r in rates[::2]])
    for ax in axes:
        ax.minorticks_off()
    return figure


def temperature(arrays: Arrays, record: Record) -> Canvas:
    """Softmax temperature: probabilities along the map."""
    figure, axes = draw.canvas(3, width=11.0, height=3.8, sharey=True)
    x = np.linspace(-8, 18, 400)
    final = arrays["log_sgd_path"][-1].reshape(2, 3)
    for ax, t in zip(axes, (0.25, 1.0, 4.0), strict=False):
        p, _ = softmax(x[:, None] * final[0] + final[1], temperature=t)
        for k, (name, colour) in enumerate(zip(cities.NAMES, COLOURS, strict=False)):
            ax.plot(x, p[:, k], color=colour, linewidth=2.4)
            ax.plot([PLACES[k]], [-0.05], "^", color=colour, markersize=10, clip_on=False)
            ax.annotate(name, (PLACES[k], 1.05), color=colour, ha="center")
        ax.set(title=f"temperature {t:g}", xlabel="longitude, °E", ylim=(-0.05, 1.18), xticks=[-5, 0, 5, 10, 15])
    axes[0].set_ylabel("probability")
    return figure


def temperature_learning(arrays: Arrays, record: Record) -> Canvas:
    """Steps until all are right when learning at a temperature."""
    figure, ax = draw.canvas(width=6.4, height=4.4)
    points = arrays["learn_temperature"]
    values = np.unique(points[:, 3])
    low, middle, high = np.array(
        [np.quantile(points[points[:, 3] == t, 4], [0.05, 0.5, 0.95], method="inverted_cdf") for t in values]
    ).T
    top = record.settings["steps"]
    ax.fill_between(values, np.minimum(low, top), np.minimum(high, top), color=draw.BLUE, alpha=0.25, linewidth=0)
    ax.plot(values, np.where(np.isfinite(middle), middle, np.nan), "o-", color=draw.BLUE, linewidth=2)
    ax.axhline(top, color=draw.FAINT, linestyle=":")
    ax.annotate("end of the run", (values[0], top), xytext=(0, -16), textcoords="offset points", color=draw.FAINT)
    ax.set(xscale="log", yscale="log", xlabel="temperature in learning", ylabel="steps until all are right")
    ax.set_xticks(values, [f"{t:g}" for t in values])
    ax.minorticks_off()
    return figure
