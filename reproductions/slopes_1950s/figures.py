"""The figures of measured slopes, drawn from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.learning import slope_theory as theory
from core.publishing import figures as draw
from reproductions.slopes_1950s import meter
from reproductions.slopes_1950s.networks import STEPS

COLOURS = {"DSD": draw.BLUE, "LRS": draw.GREEN, "LMS": draw.ORANGE}
NAMES = {"DSD": "steepest descent (DSD)", "LRS": "random search (LRS)", "LMS": "LMS"}
Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of paper.toml, and the picture of the card."""
    drawn = (
        meter.card,
        meter.nudge_read_turn,
        bowl,
        step_size,
        readings,
        misadjustment,
        fixed_perturbation,
        step_trade,
        task,
    )
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def bowl(arrays: Arrays, record: Record) -> Canvas:
    """The one-weight picture: two readings give the slope, and cost gamma on average."""
    figure, ax = draw.canvas(width=6.4, height=4.4)
    v = np.linspace(-1.6, 2.2, 200)
    least, at, d = 1.0, 1.1, 0.8
    ax.plot(v, least + v**2, color=draw.BLUE, linewidth=2.5)
    ends = np.array([at - d, at + d])
    heights = least + ends**2
    ax.plot(ends, heights, "o-", color=draw.ORANGE, linewidth=2, markersize=9)
    ax.plot([at, at], [least + at**2, heights.mean()], color=draw.RED, linewidth=4)
    ax.plot([at], [least + at**2], "o", color=draw.BLUE, markersize=9)
    ax.annotate(
        "ξ(v − d)", (ends[0], heights[0]), xytext=(-8, 12), textcoords="offset points", ha="right", color=draw.ORANGE
    )
    ax.annotate(
        "ξ(v + d)", (ends[1], heights[1]), xytext=(-12, 4), textcoords="offset points", ha="right", color=draw.ORANGE
    )
    ax.annotate("γ = λ d²", (at, least + at**2 + 0.3), xytext=(22, -14), textcoords="offset points", color=draw.RED)
    ax.annotate("the chord is as steep\nas the curve at v", (-0.1, 3.6), ha="center", color=draw.ORANGE)
    ax.set(xlabel="weight v, from its best value", ylabel="loss ξ", ylim=(0.6, 5.8))
    return figure


def step_size(arrays: Arrays, record: Record) -> Canvas:
    """Error of a measured slope against the nudge, in two precisions."""
    figure, axes = draw.canvas(2, width=10.0, height=4.8, sharey=True)
    for ax, precision, bits in zip(axes, ("float64", "float32"), (64, 32), strict=True):
        for kind, colour, power in (("forward", draw.ORANGE, 1 / 2), ("central", draw.BLUE, 1 / 3)):
            draw.band(ax, STEPS, np.maximum(arrays[f"{kind}_{precision}"], 1e-16), colour)
            ax.plot([np.finfo(precision).eps ** power], [1e3], "v", color=colour, markersize=11, zorder=4)
        ax.set(xscale="log", yscale="log", xlabel="nudge", title=f"numbers of {bits} bits", ylim=(1e-13, 1e5))
        ax.set_xticks(10.0 ** np.arange(-15, 0, 3))
        ax.set_yticks(10.0 ** np.arange(-12, 6, 4))
        ax.minorticks_off()
    axes[0].set_ylabel("relative error of the slope")
    for row, (text, colour) in enumerate(
        (("forward", draw.ORANGE), ("central", draw.BLUE), ("▼ what theory calls best", draw.INK))
    ):
        axes[1].annotate(text, (0.03, 0.2 - 0.08 * row), xycoords="axes fraction", color=colour)
    return figure


def readings(arrays: Arrays, record: Record) -> Canvas:
    """Readings for one gradient, by the number of weights."""
    figure, ax = draw.canvas(width=6.6, height=4.8)
    counts = arrays["counts"][np.argsort(arrays["counts"][:, 0])]
    n = counts[:, 0]
    lines = (
        (2, draw.BLUE, "central, 2n"),
        (1, draw.GREEN, "forward, n + 1"),
        (4, draw.PURPLE, "units pushed, units + 1"),
        (3, draw.ORANGE, "backpropagation, 2 to 3"),
    )
    for row, (column, colour, name) in enumerate(lines):
        ax.plot(n, counts[:, column], "o" if column == 4 else "o-", color=colour)
        ax.annotate(name, (0.04, 0.92 - 0.075 * row), xycoords="axes fraction", color=colour)
    ax.set(xscale="log", yscale="log", xlabel="weights and biases n", ylabel="forward passes for one gradient")
    ax.set_ylim(1, 1e6)
    return figure


def _by(points: np.ndarray, column: int, value: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Distinct values of a column and, for each, another column over seeds."""
    keys = np.unique(points[:, column])
    return keys, [points[points[:, column] == k, value] for k in keys]


def _means(groups: Sequence[np.ndarray]) -> np.ndarray:
    """Means over seeds; NaN where more than half of the seeds failed."""
    return np.array([np.nanmean(g) if np.mean(np.isfinite(g)) > 0.5 else np.nan for g in groups])


def misadjustment(arrays: Arrays, record: Record) -> Canvas:
    """What each method costs at its best nudge, against the number of weights."""
    return _noise(arrays, record, "best", ("DSD", "LRS", "LMS"), "noise and nudging together, % of the least loss")


def fixed_perturbation(arrays: Arrays, record: Record) -> Canvas:
    """The part of it that is noise, at a fixed cost of nudging."""
    return _noise(arrays, record, "fixed", ("DSD", "LRS"), "misadjustment M, % of the least loss")


def _noise(arrays: Arrays, record: Record, series: str, methods: Sequence[str], label: str) -> Canvas:
    figure, ax = draw.canvas(width=6.6, height=5.0)
    constant, samples = record.settings["time_constant"], record.settings["samples"]
    widths = np.array(record.settings["widths"])
    for row, method in enumerate(methods):
        points = arrays[f"noise_{series}_{method}"]
        total = points[:, 2] + (points[:, 3] if series == "best" else 0)
        n, groups = _by(np.column_stack([points[:, 0], total]), 0, 1)
        ax.plot(n, 100 * _means(groups), "o", color=COLOURS[method], markersize=9)
        first, mean_field = np.array(
            [
                _theory(method, int(k), step, samples, constant, series == "best")
                for k, step in sorted({(a, b) for a, b in points[:, :2]})
            ]
        ).T
        ax.plot(n, 100 * first, "--", color=COLOURS[method], linewidth=1.6)
        ax.plot(n, 100 * mean_field, "-", color=COLOURS[method], linewidth=2.2)
        for k, group in zip(n, groups, strict=True):
            if np.mean(~np.isfinite(group)) > 0.5:
                place = 700 * 2.0**row
                ax.plot([k], [place], "x", color=COLOURS[method], markersize=11, mew=3)
        ax.annotate(NAMES[method], (0.04, 0.92 - 0.075 * row), xycoords="axes fraction", color=COLOURS[method])
    ax.annotate("× diverged", (0.04, 0.92 - 0.075 * len(methods)), xycoords="axes fraction")
    ax.set(xscale="log", yscale="log", xlabel="number of weights n", ylabel=label)
    ax.set_ylim(2e-3 if series == "best" else 0.02, 3e4)
    ax.set_xticks(widths, [str(k) for k in widths])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    return figure


def _theory(method: str, n: int, step: float, samples: int, constant: int, total: bool) -> tuple[float, float]:
    """Misadjustment to first order and by mean field, with the perturbation where the total is wanted."""
    if method == "LMS":
        return n / (4 * constant), np.nan
    if method == "DSD":
        rate, p = theory.descent_rate(n, samples, constant), step**2 * total
        first = theory.descent_first_order(n, rate, samples, step)
        return first + p, theory.descent_mean_field(n, rate, samples, step) + p
    rate, p = theory.search_rate(step, samples, constant), n * step**2 / 2 * total
    return theory.search_first_order(n, rate, samples) + p, theory.search_mean_field(n, rate, samples, step) + p


def step_trade(arrays: Arrays, record: Record) -> Canvas:
    """M, P and M + P against the size of the nudge."""
    figure, ax = draw.canvas(width=6.6, height=4.8)
    constant, samples, n = (record.settings[k] for k in ("time_constant", "samples", "u_width"))
    steps, groups = _by(arrays["noise_step_DSD"], 1, 2)
    rate = theory.descent_rate(n, samples, constant)
    fine = np.geomspace(steps[0], steps[-1], 300)
    full = np.array([theory.descent_mean_field(n, rate, samples, d) for d in fine])
    ax.plot(fine, 100 * fine**2, color=draw.GREEN, linewidth=2)
    ax.plot(fine, 100 * full, color=draw.BLUE, linewidth=2)
    ax.plot(fine, 100 * (full + fine**2), color=draw.INK, linewidth=2)
    ax.plot(steps, 100 * _means(groups), "o", color=draw.BLUE)
    ax.plot(steps, 100 * (_means(groups) + steps**2), "o", color=draw.INK)
    gone = np.array([np.mean(~np.isfinite(g)) > 0.5 for g in groups])
    ax.plot(steps[gone], np.full(gone.sum(), 150), "x", color=draw.RED, markersize=11, mew=3)
    if gone.any():
        ax.annotate(
            "diverged", (steps[gone][-1], 150), xytext=(10, 0), textcoords="offset points", color=draw.RED, va="center"
        )
    for height, text, colour in (
        (100 * fine[-1] ** 2 * 0.92, "P", draw.GREEN),
        (100 * float(full[-1]), "M", draw.BLUE),
        (100 * float(full[-1] + fine[-1] ** 2) * 1.18, "M + P", draw.INK),
    ):
        draw.end_label(ax, fine[-1], height, text, colour)
    ax.set(xscale="log", yscale="log", xlabel="nudge d", ylabel="% of the least loss", ylim=(0.5, 300))
    ticks = [d for d in (0.1, 0.15, 0.2, 0.3, 0.5, 0.7) if fine[0] <= d <= fine[-1]]
    ax.set_xticks(ticks, [f"{d:g}" for d in ticks])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    return figure


def task(arrays: Arrays, record: Record) -> Canvas:
    """Squared errors read until the same task is done."""
    figure, ax = draw.canvas(width=6.6, height=4.8)
    for row, method in enumerate(("LRS", "DSD", "LMS")):
        points = arrays[f"reach_{method}"]
        widths, groups = _by(points[points[:, 1] == record.settings["start"]], 0, 2)
        low, middle, high = np.array([np.quantile(g, [0.05, 0.5, 0.95], method="inverted_cdf") for g in groups]).T
        ax.fill_between(widths, low, np.minimum(high, 1e9), color=COLOURS[method], alpha=0.25, linewidth=0)
        ax.plot(widths, middle, "o-", color=COLOURS[method])
        ax.annotate(NAMES[method], (0.04, 0.92 - 0.075 * row), xycoords="axes fraction", color=COLOURS[method])
    top = max(float(np.max(a[np.isfinite(a[:, 2]), 2])) for a in (arrays[f"reach_{k}"] for k in COLOURS))
    ax.set(xscale="log", yscale="log", xlabel="number of weights n", ylabel="squared errors read until done")
    ax.set_ylim(5, 300 * top)
    ax.set_xticks(widths, [f"{k:g}" for k in widths])
    ax.minorticks_off()
    return figure
