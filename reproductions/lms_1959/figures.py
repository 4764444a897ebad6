"""The figures of 1959 about the rule itself, drawn from the record; others stand in `adaline` and `pictures`."""

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
from reproductions.lms_1959 import adaline, pictures

Arrays = Mapping[str, np.ndarray]
COLOURS = (draw.BLUE, draw.ORANGE, draw.GREEN, draw.RED, draw.PURPLE, draw.SKY)


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of paper.toml, and the picture of the card."""
    drawn = (
        adaline.card,
        adaline.adaline_learning,
        adaline.rate_of_adaptation,
        meter,
        alphas,
        modes,
        stability,
        misadjustment,
        solutions,
        pictures.capacity,
        pictures.clouds,
        pictures.novikoff,
        pictures.flatness,
        pictures.madaline,
        pictures.recognition,
        pictures.then_and_now,
    )
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def _falling(curves: Mapping[str, np.ndarray]) -> Canvas:
    """Medians on a logarithmic axis, with the curve of 1960 and names in a column."""
    figure, ax = draw.canvas(width=6.8, height=5.4)
    for row, (name, curve) in enumerate(curves.items()):
        ax.step(np.arange(len(curve)), np.maximum(curve, 1), where="post", color=COLOURS[row % 6], linewidth=2)
        ax.annotate(name, (0.02, 0.025 + 0.06 * row), xycoords="axes fraction", color=COLOURS[row % 6])
    x, y = np.array(adaline.CURVE_1960).T
    ax.step(x, y, where="post", color=draw.INK, linewidth=2)
    ax.annotate("1960, one run", (0.02, 0.025 + 0.06 * len(curves)), xycoords="axes fraction", color=draw.INK)
    ax.set(xlabel="patterns shown", ylabel="sum of squared errors", yscale="log", ylim=(10, 4e4), xlim=(0, 100))
    ax.set_yticks([10, 100, 1000, 10000], ["10", "100", "1,000", "10,000"])
    ax.minorticks_off()
    return figure


def meter(arrays: Arrays, record: Record) -> Canvas:
    """What the way of reading the meter does to the curve."""
    ways = {name[4:]: curves[1] for name, curves in arrays.items() if name.startswith("way ")}
    noisy, left = ([name for name in ways if word in name] for word in ("noise", "alone"))
    shown = ["read exactly", *noisy[1:3], *dict.fromkeys([*left[:1], *left[-1:]])]
    return _falling({name: ways[name] for name in shown})


def alphas(arrays: Arrays, record: Record) -> Canvas:
    """What the share of the error that is removed does to it."""
    found = sorted((float(name[6:]) for name in arrays if name.startswith("alpha_")), reverse=True)
    return _falling({f"{100 * alpha:g} % of the error removed": arrays[f"alpha_{alpha:g}"] for alpha in found})


def modes(arrays: Arrays, record: Record) -> Canvas:
    """The six exponentials of the mean weight error."""
    figure, ax = draw.canvas(width=6.8, height=5.0)
    r = theory.correlations(letters.inputs(letters.patterns()), letters.TARGETS)[0]
    measured = np.abs(arrays["modes"])
    t = np.arange(len(measured))
    for k, (value, colour) in enumerate(zip(theory.eigenvalues(r)[:6], COLOURS, strict=True)):
        ax.plot(t, measured[:, k], color=colour, linewidth=2.2)
        ax.plot(t, measured[0, k] * (1 - value / 17) ** t, "--", color=draw.INK, linewidth=1)
        place = (0.62 + 0.17 * (k % 3), 0.86 - 0.07 * (k // 3))
        ax.annotate(f"{17 / value:.1f}", place, xycoords="axes fraction", color=colour)
    ax.annotate("time constants, in patterns:", (0.98, 0.93), xycoords="axes fraction", ha="right")
    ax.set(yscale="log", ylim=(0.1, 300), xlim=(0, 100), xlabel="patterns shown", ylabel="mean weight error in a mode")
    ax.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    ax.minorticks_off()
    return figure


def stability(arrays: Arrays, record: Record) -> Canvas:
    """Share of runs that diverge against the rate, in units of the bound."""
    figure, ax = draw.canvas(width=6.8, height=5.0)
    kinds = {
        ("stability_alpha_gauss", 16): ("alpha-LMS", draw.BLUE, "o-", 0),
        ("stability_mu_signs", 16): ("mu-LMS, ±1 patterns", draw.GREEN, "s--", 2.5),
        ("stability_mu_gauss", 16): ("mu-LMS, Gaussian, 16 weights", draw.ORANGE, "^-", 0),
        ("stability_mu_gauss", 1): ("mu-LMS, Gaussian, 1 weight", draw.RED, "v-", 0),
    }
    for row, ((name, n), (label, colour, mark, lift)) in enumerate(kinds.items()):
        points = arrays[name][arrays[name][:, 0] == n]
        times = np.unique(points[:, 1])
        share = np.array([points[points[:, 1] == k, 2].mean() for k in times])
        ax.plot(times, 100 * share + lift, mark, color=colour, markersize=8)
        ax.annotate(label, (0.03, 0.92 - 0.075 * row), xycoords="axes fraction", color=colour)
    ax.axvline(1.0, color=draw.INK, linestyle="--", linewidth=1.4)
    ax.set(xlabel="rate over its bound", ylabel="runs that diverge, %", ylim=(-4, 145), yticks=[0, 25, 50, 75, 100])
    return figure


def misadjustment(arrays: Arrays, record: Record) -> Canvas:
    """Measured misadjustment against the number of weights, at rates of mu trace R."""
    figure, ax = draw.canvas(width=6.8, height=4.8)
    points = arrays["misadjustment"]
    widths = np.unique(points[:, 0])
    for mu, colour in zip(np.unique(points[:, 1]), COLOURS, strict=False):
        chosen = points[points[:, 1] == mu]
        means = 100 * np.array([chosen[chosen[:, 0] == n, 2].mean() for n in widths])
        ax.plot(widths, means, "o", color=colour, markersize=8)
        ax.axhline(100 * mu, color=colour, linestyle="--", linewidth=1.4)
        fine = [100 * theory.misadjustment_gaussian(np.eye(int(n)), mu / n) for n in widths]
        ax.plot(widths, fine, color=colour, linewidth=2)
        draw.end_label(ax, widths[-1] * 1.08, 100 * mu, f"{mu:g}", colour)
    ax.set(xscale="log", yscale="log", xlabel="number of weights", ylabel="misadjustment, %")
    ax.set_xticks(widths, [f"{n:g}" for n in widths])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    return figure


def solutions(arrays: Arrays, record: Record) -> Canvas:
    """Where the two forms of LMS settle, for patterns of unequal length."""
    figure, ax = draw.canvas(width=6.4, height=3.4)
    found = arrays["solutions_unequal"][:, 1:].mean(axis=0)
    names = (
        "alpha-LMS to best weights",
        "alpha-LMS to best for\nnormalised patterns",
        "mu-LMS to best weights",
        "mu-LMS to best for\nnormalised patterns",
    )
    ax.barh(range(4), found, color=[draw.BLUE, draw.BLUE, draw.ORANGE, draw.ORANGE], height=0.6)
    ax.set_yticks(range(4), names)
    ax.invert_yaxis()
    ax.set(xlabel="distance, over that between the two")
    ax.grid(axis="y", visible=False)
    return figure
