"""Figures of `ordered_derivatives_1974` on series, memory and networks that learn, drawn from its record."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets import series
from core.evidence import intervals
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.ordered_derivatives_1974.run import RUNGS

Arrays = Mapping[str, np.ndarray]


def memory(arrays: Arrays, record: Record) -> Canvas:
    """Numbers kept for the walk back, against the length of the series."""
    figure, ax = draw.canvas(width=7.0, height=4.2)
    length, numbers, ratio = arrays["tape"].T
    ax.plot(length, numbers, "o-", color=draw.BLUE)
    ax.set(xscale="log", xlabel="steps in time", ylabel="numbers kept for the walk back", xlim=(None, 1.7 * length[-1]))
    draw.logarithmic_y(ax)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    steps = f"at {length[-1]:,.0f} steps as at {length[1]:,.0f}"
    told = f"value and all derivatives cost {ratio[-1]:.2f} times\nthe value, {steps}"
    ax.annotate(told, (0.97, 0.06), xycoords="axes fraction", ha="right", color=draw.FAINT)
    ax.set_xticks(length, [f"{k:g}" for k in length])
    ax.minorticks_off()
    return figure


def predators(arrays: Arrays, record: Record) -> Canvas:
    """Hares and lynxes, and the model that was fitted through time."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    years, fine = np.arange(1900, 1921), np.linspace(0, 20, 401)
    path = _orbit(np.exp(arrays["prey"]), fine)
    for k, (name, colour) in enumerate((("hares", draw.BLUE), ("lynxes", draw.ORANGE))):
        ax.plot(1900 + fine, path[:, k], color=colour, linewidth=2)
        ax.plot(years, series.pelts()[:, k], "o", color=colour)
        ax.annotate(name, (0.985, 0.97 - 0.075 * k), xycoords="axes fraction", color=colour, ha="right", va="top")
    ax.set(xlabel="year", ylabel="pelts, thousands", xticks=range(1900, 1921, 5), ylim=(0, 105))
    return figure


def _orbit(rates: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The solution of the equations of Lotka and Volterra, for drawing."""
    from scipy.integrate import solve_ivp

    a, b, c, d, u, v = rates
    found = solve_ivp(
        lambda _, z: [(a - b * z[1]) * z[0], (d * z[0] - c) * z[1]], (0, times[-1]), [u, v], t_eval=times, rtol=1e-8
    )
    return np.asarray(found.y.T)


def fits(arrays: Arrays, record: Record) -> Canvas:
    """Forward passes of every fit, by derivatives and by measured slopes."""
    figure, ax = draw.canvas(width=7.0, height=4.4)
    for which, by_derivatives, by_slopes in arrays["passes"]:
        ax.plot([which - 0.15, which + 0.15], [by_derivatives, by_slopes], "-", color=draw.FAINT, alpha=0.3)
    for k in (0, 1):
        group = arrays["passes"][arrays["passes"][:, 0] == k, 1:]
        for column, colour in ((0, draw.BLUE), (1, draw.GREEN)):
            ax.plot(np.full(len(group), k + 0.15 * (2 * column - 1)), group[:, column], "o", color=colour, alpha=0.5)
    ax.set_xticks([0, 1], ["Series A\n3 parameters", "hares and lynxes\n6 parameters"])
    draw.logarithmic_y(ax)
    ax.set(ylabel="forward passes of one fit", xlim=(-0.6, 1.6))
    ax.annotate("by measured slopes", (0.03, 0.97), xycoords="axes fraction", color=draw.GREEN, va="top")
    ax.annotate("by derivatives", (0.03, 0.89), xycoords="axes fraction", color=draw.BLUE, va="top")
    return figure


def truncation(arrays: Arrays, record: Record) -> Canvas:
    """Estimates by derivatives that reach back k steps, of simulated series."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    theta, cuts = arrays["theta"], arrays["theta_cuts"]
    order = np.argsort(np.where(cuts == 0, 10**9, cuts))
    for place, column in enumerate(order):
        values = theta[np.isfinite(theta[:, column]), column]
        spread = np.linspace(-0.2, 0.2, len(values)) if len(values) > 1 else np.zeros(len(values))
        ax.plot(place + spread, values, "o", color=draw.BLUE, alpha=0.25, markersize=5)
        if len(values):
            ax.plot([place - 0.32, place + 0.32], [np.median(values)] * 2, color=draw.INK, linewidth=2.5)
    ax.axhline(0.6, color=draw.RED, linestyle=(0, (5, 3)), linewidth=1.6)
    ax.annotate("planted", (1.01, 0.6), xycoords=("axes fraction", "data"), va="center", color=draw.RED)
    ax.set_xticks(range(len(order)), ["full" if cuts[k] == 0 else str(cuts[k]) for k in order])
    ax.set(xlabel="steps that derivatives reach back", ylabel="estimate of theta")
    return figure


def reach(arrays: Arrays, record: Record) -> Canvas:
    """How far a cut derivative points aside, for the predators."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    years = arrays["reach_years"]
    labels = (("cosine with the full derivative", draw.BLUE), ("length over its length", draw.ORANGE))
    for k, (name, colour) in enumerate(labels):
        values = arrays["reach"][:, :, k]
        ax.plot(np.arange(len(years)), values.T, "o", color=colour, alpha=0.25, markersize=5)
        ax.plot(np.arange(len(years)), np.median(values, axis=0), color=colour, linewidth=2)
        ax.annotate(name, (0.03, 0.97 - 0.075 * k), xycoords="axes fraction", color=colour, va="top")
    ax.axhline(1, color=draw.FAINT, linewidth=1)
    ax.set_xticks(np.arange(len(years)), [str(k) for k in years])
    top = max(1.9, 1.6 * float(np.max(arrays["reach"])))
    ax.set(xlabel="years that derivatives reach back", ylabel="beside the full derivative", ylim=(-1.1, top))
    return figure


def parity(arrays: Arrays, record: Record) -> Canvas:
    """Share of nets that learned parity, by their number of weights, layered and fully ordered."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    points = arrays["parity"]
    for ordered, name, colour in ((1, "fully ordered", draw.BLUE), (0, "layered", draw.ORANGE)):
        mine = points[points[:, 0] == ordered]
        lines = []
        for units in np.unique(mine[:, 1]):
            group = mine[mine[:, 1] == units]
            low, high = intervals.wilson(int(group[:, 3].sum()), len(group))
            lines.append([group[0, 2], 100 * group[:, 3].mean(), 100 * low, 100 * high, units])
        x, share, low, high, hidden = np.array(lines).T
        ax.errorbar(x, share, yerr=[share - low, high - share], fmt="o-", color=colour, capsize=4)
        for a, b, u in zip(x, share, hidden, strict=True):
            ax.annotate(
                f"{u:.0f}",
                (a, b),
                xytext=(8, -14),
                textcoords="offset points",
                color=colour,
            )
        ax.annotate(name, (0.97, 0.42 - 0.08 * (1 - ordered)), xycoords="axes fraction", ha="right", color=colour)
    ax.annotate("numbers: hidden units", (0.97, 0.26), xycoords="axes fraction", ha="right")
    ax.set(xlabel="weights and biases", ylabel="learned, %", ylim=(-14, 116), yticks=range(0, 101, 25))
    return figure


def rungs(arrays: Arrays, record: Record) -> Canvas:
    """The ladder from the recipe of 1986 to today's: sweeps of every net, and the share that learned."""
    figure, ax = draw.canvas(width=7.0, height=5.0)
    solved, took = arrays["rungs_solved"], arrays["rungs_sweeps"]
    given = float(record.settings["now_sweeps"])
    for row, (right, sweeps) in enumerate(zip(solved, took, strict=True)):
        spread = row + np.linspace(-0.25, 0.25, len(sweeps))
        ax.plot(np.maximum(sweeps, 1)[right > 0], spread[right > 0], "o", color=draw.BLUE, alpha=0.5, markersize=5)
        ax.plot([max(np.median(sweeps), 1)] * 2, [row - 0.36, row + 0.36], color=draw.INK, linewidth=2.5)
        ax.annotate(f"{100 * right.mean():.0f} %", (1.02, row), xycoords=("axes fraction", "data"), va="center")
    ax.annotate("learned", (1.02, -0.75), xycoords=("axes fraction", "data"), va="center")
    ax.set_yticks(range(len(RUNGS)), [("+ " if k else "") + name for k, name in enumerate(RUNGS)])
    ax.set(xscale="log", xlim=(None, 1.1 * given), ylim=(len(RUNGS) - 0.5, -1.0), xlabel="sweeps until learned")
    ax.grid(axis="y", visible=False)
    return figure
