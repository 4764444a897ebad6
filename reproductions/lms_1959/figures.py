"""The figures of `lms_1959` about LMS, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets import letters
from core.evidence.record import Record
from core.learning import lms_theory as theory
from core.publishing import figures as draw
from reproductions.lms_1959 import pictures

Arrays = Mapping[str, np.ndarray]
# The curve of 1960 read from its figure: (first presentation, level), +-0.3 presentations and +-100.
CURVE_1960 = (
    (0, 14381), (1.1, 19067), (2.3, 15059), (3.2, 13025), (4, 16379), (5.2, 13153), (7.6, 11085), (17, 14229),
    (18.6, 12499), (19.6, 12639), (20.5, 7754), (21.3, 5241), (23.5, 6445), (28.1, 6164), (29.3, 6784), (30.7, 10126),
    (32.5, 3640), (34, 4084), (34.9, 5218), (36.7, 4692), (37.9, 2343), (39.5, 1887), (40.3, 1443), (41.2, 1191),
    (44.4, 858), (48.2, 987), (49.8, 635), (100, 635),
)  # fmt: skip


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of papers/widrow1960.toml."""
    drawn = (rate_of_adaptation, modes, meter_noise, stability, misadjustment)
    more = (
        pictures.adaline_learning, pictures.capacity, pictures.clouds, pictures.novikoff, pictures.flatness,
        pictures.madaline, pictures.recognition,
    )  # fmt: skip
    return {function.__name__: partial(function, arrays, record) for function in (*drawn, *more)}


def rate_of_adaptation(arrays: Arrays, record: Record) -> Canvas:
    """The curve of 1960 over the band of simulated runs."""
    figure, ax = draw.canvas(width=9.0, height=5.2)
    low, middle, high, mean = arrays["curves"]
    t = np.arange(len(mean))
    ax.fill_between(t, low, high, step="post", color=draw.BLUE, alpha=0.25, linewidth=0)
    ax.step(t, middle, where="post", color=draw.BLUE, linewidth=2)
    ax.step(t, mean, where="post", color=draw.BLUE, linewidth=1.4, linestyle=":")
    x, y = np.array(CURVE_1960).T
    ax.step(x, y, where="post", color=draw.INK, linewidth=2)
    ax.annotate("1960, one run", (9, 11085), xytext=(8, 6), textcoords="offset points", color=draw.INK)
    where = len(t) // 2
    ax.annotate(f"ours, 5 to 95 % of {len(record.seeds):,} runs", (where, high[where]), xytext=(4, 18),
                textcoords="offset points", color=draw.BLUE)  # fmt: skip
    ax.annotate("median (solid), mean (dotted)", (where, high[where]), xytext=(4, 3), textcoords="offset points",
                color=draw.BLUE)  # fmt: skip
    ax.set(
        xlabel="patterns presented", ylabel="sum of squared errors over six patterns", xlim=(0, 100), ylim=(0, 26000)
    )
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return figure


def modes(arrays: Arrays, record: Record) -> Canvas:
    """The six exponentials of the mean weight error."""
    figure, ax = draw.canvas(width=8.5, height=5.0)
    r = theory.correlations(letters.inputs(letters.patterns()), letters.TARGETS)[0]
    values = theory.eigenvalues(r)[:6]
    colours = (draw.BLUE, draw.ORANGE, draw.GREEN, draw.RED, draw.PURPLE, draw.SKY)
    measured = np.abs(arrays["modes"])
    t = np.arange(len(measured))
    for k, (value, colour) in enumerate(zip(values, colours, strict=True)):
        start = measured[0, k]
        ax.plot(t, measured[:, k], color=colour, linewidth=2)
        ax.plot(t, start * (1 - value / 17) ** t, "--", color=draw.INK, linewidth=0.9)
        ax.annotate(
            f"{17 / value:.1f}",
            (0.7 + 0.14 * (k % 3), 0.87 - 0.065 * (k // 3)),
            xycoords="axes fraction",
            ha="right",
            color=colour,
        )
    ax.set(yscale="log", ylim=(0.1, 60), xlim=(0, 105), xlabel="patterns presented",
           ylabel="|mean weight error| along a mode")  # fmt: skip
    ax.annotate("time constants 17/λ, in patterns:", (0.98, 0.93), xycoords="axes fraction", ha="right")
    return figure


def meter_noise(arrays: Arrays, record: Record) -> Canvas:
    """The floor that a meter read with noise leaves, and the effect of alpha."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8, sharey=True)
    x, y = np.array(CURVE_1960).T
    noises = sorted(float(name.split("_")[1]) for name in arrays if name.startswith("noise_"))
    shades = (draw.BLUE, draw.SKY, draw.GREEN, draw.ORANGE, draw.RED)
    for noise, colour in zip(noises, shades, strict=False):
        curve = arrays[f"noise_{noise:g}"][1]
        axes[0].step(np.arange(len(curve)), curve, where="post", color=colour)
        draw.end_label(axes[0], len(curve) - 1, float(curve[-1]), f"{noise:g}", colour)
    alphas = sorted(float(name.split("_")[1]) for name in arrays if name.startswith("alpha_"))
    for alpha, colour in zip(reversed(alphas), shades, strict=False):
        curve = arrays[f"alpha_{alpha:g}"]
        axes[1].step(np.arange(len(curve)), curve, where="post", color=colour)
        draw.end_label(axes[1], len(curve) - 1, float(curve[-1]), f"{alpha:g}", colour)
    for ax, title in zip(axes, ("noise of the meter (units), alpha = 1", "alpha, no noise"), strict=True):
        ax.step(x, y, where="post", color=draw.INK, linewidth=1.2)
        ax.set(title=title, xlabel="patterns presented", yscale="log", ylim=(1, 3e4), xlim=(0, 110))
    axes[1].annotate("1960", (75, 700), color=draw.INK)
    axes[0].set_ylabel("sum of squared errors")
    return figure


def stability(arrays: Arrays, record: Record) -> Canvas:
    """Share of runs that diverge against the rate, in units of the bound."""
    figure, ax = draw.canvas(width=9.0, height=5.0)
    kinds = {
        ("stability_alpha_gauss", 16): ("alpha-LMS, bound 2", draw.BLUE, "o-", 0),
        ("stability_mu_signs", 16): ("mu-LMS, ±1 patterns", draw.GREEN, "s--", 0.025),
        ("stability_mu_gauss", 16): ("mu-LMS, Gaussian, 16 weights", draw.ORANGE, "^-", 0),
        ("stability_mu_gauss", 1): ("mu-LMS, Gaussian, 1 weight", draw.RED, "v-", 0),
    }
    for row, ((name, n), (label, colour, mark, lift)) in enumerate(kinds.items()):
        points = arrays[name][arrays[name][:, 0] == n]
        times = np.unique(points[:, 1])
        share = np.array([points[points[:, 1] == k, 2].mean() for k in times])
        ax.plot(times, share + lift, mark, color=colour, markersize=7)
        ax.annotate(label, (0.17, 0.89 - 0.075 * row), xycoords="axes fraction", color=colour)
    ax.axvline(1.0, color=draw.INK, linestyle="--", linewidth=1.2)
    ax.axvline(1 / 3, color=draw.RED, linestyle=":", linewidth=1.4)
    ax.annotate("mean square diverges\nfrom here, 1 weight", (1 / 3, 0.33), xytext=(5, 0), textcoords="offset points",
                color=draw.RED)  # fmt: skip
    ax.set(xlabel="rate over its bound (2 for alpha, 1 / trace R for mu)", ylabel="share of runs diverged")
    ax.set(ylim=(-0.04, 1.08))
    return figure


def misadjustment(arrays: Arrays, record: Record) -> Canvas:
    """Measured misadjustment against mu trace R, and where the two forms of LMS settle."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8, gridspec_kw={"width_ratios": [1.3, 1]})
    points = arrays["misadjustment"]
    colours = (draw.BLUE, draw.ORANGE, draw.GREEN, draw.RED, draw.PURPLE, draw.SKY)
    ax = axes[0]
    for mu, colour in zip(np.unique(points[:, 1]), colours, strict=False):
        chosen = points[points[:, 1] == mu]
        widths = np.unique(chosen[:, 0])
        means = 100 * np.array([chosen[chosen[:, 0] == n, 2].mean() for n in widths])
        ax.plot(widths, means, "o", color=colour, markersize=7)
        ax.axhline(100 * mu, color=colour, linestyle="--", linewidth=1.2)
        fine = [100 * theory.misadjustment_gaussian(np.eye(int(n)), mu / n) for n in widths]
        ax.plot(widths, fine, color=colour, linewidth=1.6)
        draw.end_label(ax, widths[-1] * 1.05, fine[-1], f"{mu:g}", colour)
    ax.set(xscale="log", yscale="log", xlabel="number of weights", ylabel="misadjustment, %",
           title="mu trace R (numbers); dashed: first order")  # fmt: skip
    ax.set_xticks(widths, [f"{n:g}" for n in widths])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    found = arrays["solutions"][arrays["solutions"][:, 0] == 1, 1:].mean(axis=0)
    right = axes[1]
    names = ("alpha-LMS to\nWiener", "alpha-LMS to\nnormalised", "mu-LMS to\nWiener", "mu-LMS to\nnormalised")
    right.barh(range(4), found, color=[draw.BLUE, draw.BLUE, draw.ORANGE, draw.ORANGE], height=0.6)
    right.set_yticks(range(4), names)
    right.invert_yaxis()
    right.set(xlabel="distance, in units of the\ndistance between the two", title="patterns of unequal length")
    right.grid(axis="y", visible=False)
    return figure
