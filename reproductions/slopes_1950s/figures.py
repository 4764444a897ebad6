"""The figures of `slopes_1950s`, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.learning import slope_theory as theory
from core.publishing import figures as draw
from reproductions.slopes_1950s.experiment import STEPS

COLOURS = {"DSD": draw.BLUE, "LRS": draw.GREEN, "LMS": draw.ORANGE}
NAMES = {"DSD": "steepest descent (DSD)", "LRS": "random search (LRS)", "LMS": "LMS"}
Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas]]:
    """How to draw each figure of papers/slopes1950s.toml."""
    drawn = (step_size, bowl, misadjustment, step_trade, cost)
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def step_size(arrays: Arrays, record: Record) -> Canvas:
    """Error of a measured slope against the step, in two precisions."""
    figure, axes = draw.canvas(2, width=10.0, height=4.8, sharey=True)
    for ax, precision in zip(axes, ("float64", "float32"), strict=True):
        eps = np.finfo(precision).eps
        for kind, colour, power in (("forward", draw.ORANGE, 1 / 2), ("central", draw.BLUE, 1 / 3)):
            curves = np.maximum(arrays[f"{kind}_{precision}"], 1e-16)
            draw.band(ax, STEPS, curves, colour)
            ax.axvline(eps**power, color=colour, linestyle=":", linewidth=1.6)
            ax.annotate(f"eps$^{{1/{round(1 / power)}}}$", (eps**power, 4e2 if kind == "forward" else 2e4),
                        color=colour, xytext=(-4, 0), textcoords="offset points", ha="right")  # fmt: skip
        ax.set(xscale="log", yscale="log", xlabel="step", title=f"{precision}, eps = {eps:.1e}", ylim=(1e-13, 1e6))
        ax.set_xticks(10.0 ** np.arange(-15, 0, 3))
        ax.set_yticks(10.0 ** np.arange(-12, 7, 3))
    axes[0].set_ylabel("relative error of the slope")
    axes[0].annotate("forward: error ~ step", (1.3e-1, 8e-1), ha="right", color=draw.ORANGE, va="bottom")
    axes[0].annotate("central:\nerror ~ step²", (2e-3, 3e-10), ha="left", color=draw.BLUE, va="top")
    axes[0].annotate("round-off ~ eps / step", (2e-15, 1e-8), ha="left", color=draw.INK)
    return figure


def bowl(arrays: Arrays, record: Record) -> Canvas:
    """The one-weight picture: two readings give the slope, and cost gamma on average."""
    figure, ax = draw.canvas(width=8.0, height=4.6)
    v = np.linspace(-1.6, 2.4, 200)
    least, at, d = 1.0, 1.2, 0.6
    loss = lambda x: least + x**2  # noqa: E731
    ax.plot(v, loss(v), color=draw.BLUE, linewidth=2)
    ends = np.array([at - d, at + d])
    ax.plot(ends, loss(ends), "o-", color=draw.ORANGE, linewidth=1.6, markersize=8)
    middle = float(loss(ends).mean())
    ax.plot([at, at], [loss(at), middle], color=draw.RED, linewidth=3)
    ax.annotate("γ = λ d²", (at, 0.5 * (loss(at) + middle)), xytext=(30, -26), textcoords="offset points",
                color=draw.RED, arrowprops={"arrowstyle": "-", "color": draw.RED})  # fmt: skip
    ax.annotate("ξ(v − d)", (ends[0], loss(ends[0])), xytext=(-8, 10), textcoords="offset points", ha="right",
                color=draw.ORANGE)  # fmt: skip
    ax.annotate("ξ(v + d)", (ends[1], loss(ends[1])), xytext=(10, -4), textcoords="offset points", color=draw.ORANGE)
    ax.plot([at], [loss(at)], "o", color=draw.BLUE, markersize=8)
    ax.annotate("chord slope = 2 λ v,\nexactly the tangent's", (0.75, 2.6), ha="right", color=draw.ORANGE)
    ax.set(xlabel="weight, from its best value v = 0", ylabel="loss ξ", ylim=(0.6, 5.6))
    return figure


def _by(points: np.ndarray, column: int, value: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Distinct values of a column and, for each, another column over seeds."""
    keys = np.unique(points[:, column])
    return keys, [points[points[:, column] == k, value] for k in keys]


def _means(groups: Sequence[np.ndarray]) -> np.ndarray:
    """Means over seeds; NaN where more than half of the seeds failed."""
    return np.array([np.nanmean(g) if np.mean(np.isfinite(g)) > 0.5 else np.nan for g in groups])


def misadjustment(arrays: Arrays, record: Record) -> Canvas:
    """Misadjustment against the number of weights, simulated and by theory."""
    figure, axes = draw.canvas(2, width=10.5, height=5.0, sharey=True)
    constant, samples = record.settings["time_constant"], record.settings["samples"]
    widths = np.array(record.settings["widths"])
    fixed = record.settings["fixed_perturbation"]
    for ax, series in zip(axes, ("best", "fixed"), strict=True):
        for method in ("DSD", "LRS", "LMS") if series == "best" else ("DSD", "LRS"):
            points = arrays[f"noise_{series}_{method}"]
            total = points.copy()
            if series == "best":
                total[:, 3] += total[:, 4]
            n, groups = _by(total, 0, 3)
            ax.plot(n, 100 * _means(groups), "o", color=COLOURS[method], markersize=8)
            first, mean_field = [], []
            for k, step in sorted({(int(a), b) for a, b in points[:, :2]}):
                if method == "LMS":
                    first.append(k / (4 * constant))
                    mean_field.append(np.nan)
                elif method == "DSD":
                    rate, p = theory.descent_rate(k, samples, constant), step**2 * (series == "best")
                    first.append(theory.descent_first_order(k, rate, samples, step) + p)
                    mean_field.append(theory.descent_mean_field(k, rate, samples, step) + p)
                else:
                    rate, p = theory.search_rate(step, samples, constant), k * step**2 / 2 * (series == "best")
                    first.append(theory.search_first_order(k, rate, samples) + p)
                    mean_field.append(theory.search_mean_field(k, rate, samples, step) + p)
            ax.plot(n, 100 * np.array(first), "--", color=COLOURS[method], linewidth=1.4)
            ax.plot(n, 100 * np.array(mean_field), "-", color=COLOURS[method], linewidth=2)
            gone = [float(np.mean(~np.isfinite(g))) for g in groups]
            for k, share in zip(n, gone, strict=True):
                if share > 0.5:
                    ax.plot([k], [3e3 if method == "DSD" else 6e3], "x", color=COLOURS[method], markersize=9, mew=2.5)
        ax.set(xscale="log", yscale="log", xlabel="number of weights n", ylim=(2e-3, 1e4))
        ax.set_xticks(widths, [str(k) for k in widths])
        ax.minorticks_off()
        ax.set_title(
            "M + P at its best step; M for LMS" if series == "best" else f"M at a fixed P of {100 * fixed:g} %"
        )
        ax.annotate("× diverged", (0.02, 0.94), xycoords="axes fraction", va="top")
    axes[0].set_ylabel("percent of the least loss")
    left = widths[len(widths) // 2]
    for method, height in (("LMS", 100 * left / (4 * constant)), ("DSD", 4.5), ("LRS", 60.0)):
        side, down = ("right", 0) if method == "LRS" else ("left", -16)
        axes[0].annotate(NAMES[method], (left, height), xytext=(0, down), textcoords="offset points",
                         color=COLOURS[method], ha=side)  # fmt: skip
    return figure


def step_trade(arrays: Arrays, record: Record) -> Canvas:
    """M, P and M + P against the step."""
    figure, ax = draw.canvas(width=8.5, height=5.0)
    constant, samples, n = (record.settings[k] for k in ("time_constant", "samples", "u_width"))
    points = arrays["noise_step_DSD"]
    steps, groups = _by(points, 1, 3)
    rate = theory.descent_rate(n, samples, constant)
    fine = np.geomspace(steps[0], steps[-1], 300)
    first = np.array([theory.descent_first_order(n, rate, samples, d) for d in fine])
    full = np.array([theory.descent_mean_field(n, rate, samples, d) for d in fine])
    ax.plot(fine, 100 * fine**2, color=draw.GREEN, linewidth=2)
    ax.plot(fine, 100 * first, "--", color=draw.BLUE, linewidth=1.3)
    ax.plot(fine, 100 * full, color=draw.BLUE, linewidth=2)
    ax.plot(fine, 100 * (full + fine**2), color=draw.INK, linewidth=2)
    ax.plot(steps, 100 * _means(groups), "o", color=draw.BLUE)
    ax.plot(steps, 100 * (_means(groups) + steps**2), "o", color=draw.INK)
    share = np.array([np.mean(~np.isfinite(g)) for g in groups])
    for d, s in zip(steps, share, strict=True):
        if s > 0.5:
            ax.plot([d], [150], "x", color=draw.RED, markersize=10, mew=2.5)
    if np.any(share > 0.5):
        ax.annotate("diverged", (steps[share > 0.5][-1], 150), xytext=(9, 0), textcoords="offset points",
                    color=draw.RED, va="center")  # fmt: skip
    right = fine[-1]
    draw.end_label(ax, right, 100 * right**2 * 0.9, "P", draw.GREEN)
    draw.end_label(ax, right, 100 * float(full[-1]), "M", draw.BLUE)
    draw.end_label(ax, right, 100 * float(full[-1] + right**2) * 1.15, "M + P", draw.INK)
    best = theory.best_descent_step(n, constant)
    ax.axvline(best, color=draw.FAINT, linestyle=":", linewidth=1.5)
    ax.annotate("M = P\n(first order)", (best, 0.9), xytext=(5, 0), textcoords="offset points", color=draw.FAINT)
    ax.set(xscale="log", yscale="log", xlabel="step d, weights of curvature 1", ylabel="percent of the least loss",
           ylim=(0.5, 300))  # fmt: skip
    ticks = [d for d in (0.1, 0.15, 0.2, 0.3, 0.5, 0.7) if fine[0] <= d <= fine[-1]]
    ax.set_xticks(ticks, [f"{d:g}" for d in ticks])
    ax.minorticks_off()
    return figure


def cost(arrays: Arrays, record: Record) -> Canvas:
    """Readings per gradient, and samples to the same error."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8)
    counts = arrays["counts"][np.argsort(arrays["counts"][:, 0])]
    left, right = axes
    n = counts[:, 0]
    for values, colour, name in (
        (counts[:, 2], draw.BLUE, "central, 2n"),
        (counts[:, 1], draw.GREEN, "forward, n + 1"),
    ):
        left.plot(n, values, "o-", color=colour)
        left.annotate(name, (0.04, 0.93 if colour == draw.BLUE else 0.86), xycoords="axes fraction", color=colour)
    left.plot(n, counts[:, 3], "o-", color=draw.ORANGE)
    left.annotate("backprop, 2 to 3", (n[-1], counts[-1, 3]), xytext=(-10, 8), textcoords="offset points",
                  color=draw.ORANGE, ha="right")  # fmt: skip
    left.set(xscale="log", yscale="log", xlabel="weights and biases n", ylabel="forward passes for one gradient")
    start = record.settings["start"]
    for method in ("LRS", "DSD", "LMS"):
        points = arrays[f"reach_{method}"]
        points = points[points[:, 1] == start]
        widths, groups = _by(points, 0, 2)
        low, middle, high = np.array([np.nanpercentile(g, [5, 50, 95]) for g in groups]).T
        right.fill_between(widths, low, high, color=COLOURS[method], alpha=0.25, linewidth=0)
        right.plot(widths, middle, "o-", color=COLOURS[method])
        height = {"LRS": 0.93, "DSD": 0.86, "LMS": 0.79}[method]
        right.annotate(NAMES[method], (0.04, height), xycoords="axes fraction", color=COLOURS[method])
    right.set(xscale="log", yscale="log", xlabel="number of weights n", ylabel="squared errors read to the goal")
    right.set_xticks(widths, [f"{k:g}" for k in widths])
    right.minorticks_off()
    return figure
