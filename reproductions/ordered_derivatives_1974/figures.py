"""The figures of `ordered_derivatives_1974`, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets import series
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.ordered_derivatives_1974.experiment import page

Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas]]:
    """How to draw each figure of papers/werbos1974.toml."""
    drawn = (one_page, cost, memory, predators, truncation)
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def one_page(arrays: Arrays, record: Record) -> Canvas:
    """The ordered table as a picture: lines in order, arcs to the earlier lines that each uses, derivatives as bars."""
    target, names = page()
    entries = target.system.entries
    figure, axes = draw.canvas(2, width=10.5, height=7.6, sharey=True, gridspec_kw={"width_ratios": [1.25, 1]})
    left, right = axes
    values, exact, measured, varies = arrays["page"]
    for entry in entries:
        for source in entry.inputs:
            a, b = source.index, entry.index
            t = np.linspace(0, np.pi, 40)
            depth = 0.06 * (b - a) ** 0.8
            left.plot(-depth * np.sin(t), (a + b) / 2 - (b - a) / 2 * np.cos(t), color=draw.BLUE if source.varies
                      else draw.FAINT, linewidth=1.1, alpha=0.8)  # fmt: skip
    for k, (name, formula) in enumerate(names):
        left.annotate(f"{values[k]:.3f}", (0.93, k), va="center", ha="right", fontsize=10.5, color=draw.FAINT)
        left.annotate(f"{name} = {formula}" if "·" in formula or "+" in formula or "-" in formula or "tanh" in formula
                      else f"{name}, {formula}", (0.03, k), va="center", fontsize=10.5)  # fmt: skip
    left.set(xlim=(-0.85, 0.95), ylim=(len(names) - 0.4, -0.6))
    left.set_axis_off()
    left.set_title("each line uses earlier lines only; its value")
    shown = np.flatnonzero(varies)
    right.barh(shown, exact[shown], color=draw.BLUE, height=0.6)
    right.plot(measured[shown], shown, "o", color=draw.ORANGE, markersize=5)
    right.axvline(0, color=draw.INK, linewidth=0.8)
    right.annotate("bars: ordered derivatives of E", (0.03, 0.985), xycoords="axes fraction", color=draw.BLUE, va="top")
    right.annotate("dots: measured slopes", (0.03, 0.95), xycoords="axes fraction", color=draw.ORANGE, va="top")
    for k in shown.tolist():
        right.annotate(f"{exact[k]:.4f}", (1.02, k), xycoords=("axes fraction", "data"), va="center", fontsize=10.5,
                       color=draw.BLUE)  # fmt: skip
    right.set(title="one walk upwards gives them all", yticks=[])
    return figure


def cost(arrays: Arrays, record: Record) -> Canvas:
    """All slopes of a network, in forward passes, against its number of parameters: counted, and by the clock."""
    figure, axes = draw.canvas(2, width=11.5, height=5.2, sharey=True)
    n, units, ratio, clock, tangent, tangent_clock, forward, _ = arrays["cost"].T
    nudged, by_units, run, seconds = arrays["clock"].T
    for ax, measured, mode, unit, reverse, title in (
        (axes[0], n + 1, tangent, units + 1, ratio, "operations counted"),
        (axes[1], nudged, tangent_clock, by_units, clock, "by the clock"),
    ):
        ax.plot(n, measured, "o-", color=draw.GREEN)
        ax.plot(n, mode, "o-", color=draw.PURPLE)
        ax.plot(n, unit, "o-", color=draw.ORANGE)
        ax.plot(n, reverse, "o-", color=draw.BLUE)
        ax.set(xscale="log", yscale="log", xlabel="weights and biases n", title=title, ylim=(0.8, 1e8))
    axes[1].plot(n[run == 0], nudged[run == 0], "o", color=draw.GREEN, markerfacecolor="white")
    for bound, style in ((4, "--"), (5, ":"), (6, "-.")):
        axes[0].axhline(bound, color=draw.FAINT, linestyle=style, linewidth=1.2)
    axes[0].annotate("bounds 4, 5, 6", (n[-1], 7.5), color=draw.FAINT, ha="right")
    for row, (text, colour) in enumerate((
        ("forward mode, about 3n", draw.PURPLE), ("measured slopes, n + 1", draw.GREEN),
        ("one perturbation a unit (MRIII)", draw.ORANGE), ("ordered derivatives, 2 to 3", draw.BLUE),
    )):  # fmt: skip
        axes[0].annotate(text, (0.03, 0.95 - 0.065 * row), xycoords="axes fraction", color=colour, va="top")
    axes[0].set_ylabel("forward passes for all slopes")
    slow, quick = _duration(seconds[-1]), _duration(clock[-1] * forward[-1])
    text = f"the largest net: {slow} by nudging weights\n(some timed, not all run), {quick} by one walk"
    axes[1].annotate(text, (0.03, 0.95), xycoords="axes fraction", va="top", fontsize=10.5)
    return figure


def _duration(seconds: float) -> str:
    """A time in the unit that gives a readable number."""
    for unit, size in (("days", 86400), ("hours", 3600), ("s", 1)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.2g} s"


def memory(arrays: Arrays, record: Record) -> Canvas:
    """Numbers kept on the tape, and cost, against the length of the series."""
    figure, axes = draw.canvas(2, width=10.0, height=4.2)
    length, numbers, ratio = arrays["tape"].T
    axes[0].plot(length, numbers, "o-", color=draw.BLUE)
    axes[0].set(
        xscale="log", yscale="log", xlabel="steps in time", ylabel="numbers kept", title="memory grows with time"
    )
    axes[1].plot(length, ratio, "o-", color=draw.BLUE)
    axes[1].set(xscale="log", xlabel="steps in time", ylabel="value and derivatives\nover value, counted",
                title="passes do not", ylim=(0, 4))  # fmt: skip
    for ax in axes:
        ax.set_xticks(length, [f"{k:g}" for k in length])
        ax.minorticks_off()
    return figure


def predators(arrays: Arrays, record: Record) -> Canvas:
    """Hares and lynxes, the fitted model, and what the fits cost."""
    figure, axes = draw.canvas(2, width=11.0, height=4.6, gridspec_kw={"width_ratios": [1.7, 1]})
    years = np.arange(1900, 1921)
    rates = np.exp(arrays["prey"])
    fine = np.linspace(0, 20, 401)
    path = _orbit(rates, fine)
    for k, (name, colour) in enumerate((("hares", draw.BLUE), ("lynxes", draw.ORANGE))):
        axes[0].plot(1900 + fine, path[:, k], color=colour, linewidth=2)
        axes[0].plot(years, series.pelts()[:, k], "o", color=colour)
        axes[0].annotate(name, (0.985, 0.95 - 0.08 * k), xycoords="axes fraction", color=colour, ha="right", va="top")
    axes[0].set(xlabel="year", ylabel="pelts, thousands", title="measured (dots) and fitted through time (lines)",
                xticks=range(1900, 1921, 5))  # fmt: skip
    passes, which = arrays["passes"], arrays["passes_series"]
    for k in range(2):
        for column, colour in ((0, draw.BLUE), (1, draw.GREEN)):
            values = passes[which == k, column]
            axes[1].plot(np.full(len(values), k + 0.16 * (2 * column - 1)), values, "o", color=colour, alpha=0.4)
    axes[1].set_xticks([0, 1], ["ARMA(1,1)\n3 parameters", "predators\n6 parameters"])
    draw.logarithmic_y(axes[1])
    axes[1].set(ylabel="forward passes of a fit", xlim=(-0.6, 1.6))
    axes[1].annotate("measured slopes", (0.03, 0.97), xycoords="axes fraction", color=draw.GREEN, va="top")
    axes[1].annotate("derivatives", (0.03, 0.89), xycoords="axes fraction", color=draw.BLUE, va="top")
    return figure


def _orbit(rates: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The solution of the equations of Lotka and Volterra, for drawing."""
    from scipy.integrate import solve_ivp

    a, b, c, d, u, v = rates
    found = solve_ivp(lambda _, z: [(a - b * z[1]) * z[0], (d * z[0] - c) * z[1]], (0, times[-1]), [u, v],
                      t_eval=times, rtol=1e-8)  # fmt: skip
    return np.asarray(found.y.T)


def truncation(arrays: Arrays, record: Record) -> Canvas:
    """Estimates by derivatives that reach back k steps, and how far a truncated derivative points aside."""
    figure, axes = draw.canvas(2, width=11.0, height=4.6)
    theta, cuts = arrays["theta"], arrays["theta_cuts"]
    order = np.argsort(np.where(cuts == 0, 10**9, cuts))
    for place, column in enumerate(order):
        values = theta[np.isfinite(theta[:, column]), column]
        axes[0].plot(np.full(len(values), place), values, "o", color=draw.BLUE, alpha=0.15, markersize=5)
        if len(values):
            axes[0].plot([place], [np.median(values)], "_", color=draw.INK, markersize=22, mew=2.5)
    axes[0].axhline(0.6, color=draw.INK, linestyle=(0, (5, 3)), linewidth=1.4)
    axes[0].annotate("planted", (len(order) - 1.5, 0.6), xytext=(0, 4), ha="center", textcoords="offset points",
                     fontsize=11)  # fmt: skip
    axes[0].set_xticks(range(len(order)), ["full" if cuts[k] == 0 else str(cuts[k]) for k in order])
    axes[0].set(xlabel="steps that derivatives reach back", ylabel="estimate of theta",
                title="ARMA(1,1), simulated; bars: medians")  # fmt: skip
    years = arrays["reach_years"]
    for k, (name, colour) in enumerate((("cosine with the full derivative", draw.BLUE), ("length over its length",
                                                                                         draw.ORANGE))):  # fmt: skip
        values = arrays["reach"][:, :, k]
        axes[1].plot(np.arange(len(years)), values.T, "o", color=colour, alpha=0.25, markersize=5)
        axes[1].plot(np.arange(len(years)), np.median(values, axis=0), color=colour, linewidth=2)
        axes[1].annotate(name, (0.03, 0.97 - 0.08 * k), xycoords="axes fraction", color=colour, va="top")
    axes[1].axhline(1, color=draw.FAINT, linewidth=1)
    axes[1].set_xticks(np.arange(len(years)), [str(k) for k in years])
    top = max(1.5, 1.35 * float(np.max(arrays["reach"])))
    axes[1].set(xlabel="years that derivatives reach back", title="predators and prey", ylim=(-1.1, top))
    return figure
