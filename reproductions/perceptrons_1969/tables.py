"""Tables, arrays and figures of `perceptrons_1969`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.evidence.summaries import finished
from core.evidence.trials import Row
from core.publishing import figures as draw
from reproductions.perceptrons_1969.experiment import connectedness_figures

Rows = Mapping[str, Sequence[Row]]
Arrays = Mapping[str, np.ndarray]
# Threshold functions of n inputs, n = 0 .. 9 (sequence A000609 of the On-Line Encyclopedia of Integer Sequences).
LISTED = (2, 4, 14, 104, 1882, 94572, 15028134, 8378070864, 17561539552946, 144130531453121108)


def tables(rows: Rows) -> list[dict[str, Any]]:
    """Separable functions, orders and coefficients, updates, and how XOR went."""
    counted = {row.cell["n"]: row.values["separable"] for row in rows["functions"]}
    sampled: dict[int, list[Row]] = {}
    for row in rows["fraction"]:
        sampled.setdefault(row.cell["n"], []).append(row)
    functions = []
    for n, listed in enumerate(LISTED):
        if n:
            group = sampled.get(n, [])
            drawn = sum(row.cell["draws"] for row in group)
            hits = sum(row.values["hits"] for row in group)
            # The share of so few functions is below what a table of numbers can hold for large n.
            functions.append([n, f"{listed:,}", counted.get(n), f"{listed / 2.0 ** (2**n):.3g}" if n < 10 else "",
                              f"{hits / drawn:.3g} of {drawn:,}" if drawn else None])  # fmt: skip
    hidden = rows["hidden layer"]
    solved, took = finished(hidden, "solved"), finished(hidden, "sweeps")
    one = rows["one layer"]
    xor = [
        ["perceptron rule, one unit", len(one), "runs in circles",
         f"{np.mean(finished(one, 'period') > 0):.0%} of runs"],
        ["LMS, one unit", len(one), "settles near zero", f"outputs within {finished(one, 'lms_largest').max():.3g}"],
        ["logistic unit, gradient descent", len(one), "answers one half to all",
         f"outputs within {finished(one, 'logistic_from_half').max():.3g} of 0.5"],
        ["two hidden units, gradient descent", len(hidden), "solved", f"{solved.mean():.1%} of nets, median "
         f"{np.nanmedian(took):.0f} sweeps"],
    ]  # fmt: skip
    updates = {row.cell["n"]: row.values for row in rows["updates"]}
    sizes = {row.cell["n"]: row.values for row in rows["coefficients"]}
    orders = {row.cell["n"]: row.values["order"] for row in rows["order"]}
    parity = [
        [n, orders.get(n), sizes.get(n, {}).get("largest"), updates.get(n, {}).get("updates"), 10.0**n,
         updates.get(n, {}).get("largest")]
        for n in sorted({*updates, *sizes, *orders})
    ]  # fmt: skip
    boxes = [[row.cell["m"], 4 * row.cell["m"] ** 2, row.values["order"]] for row in rows["boxes"]]
    return [
        {"id": "xor", "title": "XOR, with one layer and with two",
         "columns": ["rule", "seeds", "what it does", "measured"],
         "rows": xor},
        {"id": "functions", "title": "Logic functions that one unit can do",
         "columns": ["inputs", "listed", "counted by us", "share of all functions", "share of random functions, ours"],
         "rows": functions},
        {"id": "parity", "title": "Parity with masks",
         "columns": ["bits", "order, by linear programs", "least largest coefficient", "updates of the perceptron rule",
                     "bound 10^n", "largest weight then"], "rows": parity},
        {"id": "boxes", "title": "One in a box",
         "columns": ["boxes", "points in each", "order, by linear programs"], "rows": boxes},
    ]  # fmt: skip


def gather(rows: Rows) -> dict[str, np.ndarray]:
    """Paths of the first seed on XOR, weights of the first net that solved it, and the numbers of each study."""
    first = rows["one layer"][0]
    solved = [row for row in rows["hidden layer"] if row.values.get("solved")]
    arrays = {name: first.arrays[name] for name in ("perceptron", "linear", "logistic", "settled")}
    if solved:
        arrays["hidden"] = solved[0].arrays["weights"]
    arrays["sweeps"] = np.array([row.values.get("sweeps", np.nan) for row in rows["hidden layer"]])
    arrays["updates"] = np.array([[row.cell["n"], row.values.get("updates", np.nan)] for row in rows["updates"]])
    arrays["coefficients"] = np.array(
        [[row.cell["n"], row.values["largest"], row.values["last"]] for row in rows["coefficients"]]
    )
    arrays["functions"] = np.array([[row.cell["n"], row.values["separable"]] for row in rows["functions"]])
    arrays["fraction"] = np.array([[row.cell["n"], row.values["share"]] for row in rows["fraction"]])
    return arrays


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas]]:
    """How to draw each figure of papers/minsky1969.toml."""
    drawn = (xor_one_layer, xor_surfaces, separable_functions, parity, connectedness)
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def xor_one_layer(arrays: Arrays, record: Record) -> Canvas:
    """Weights over time for three rules on one unit."""
    figure, axes = draw.canvas(3, width=11.0, height=4.0)
    panels = (("perceptron", "perceptron rule: in circles", "presentations", 1),
              ("linear", "LMS: towards zero", "presentations", 100),
              ("logistic", "logistic unit: to zero, so one half", "sweeps", 1))  # fmt: skip
    for ax, (name, title, unit, step) in zip(axes, panels, strict=True):
        path = arrays[name][:61]
        t = np.arange(len(path)) * step
        for column, colour, label in (
            (0, draw.FAINT, "bias"),
            (1, draw.BLUE, "weight 1"),
            (2, draw.ORANGE, "weight 2"),
        ):
            ax.step(t, path[:, column], where="post", color=colour, linewidth=2 if column else 1.5)
            ax.annotate(
                label, (0.97, 0.95 - 0.08 * column), xycoords="axes fraction", ha="right", color=colour, va="top"
            )
        ax.axhline(0, color=draw.INK, linewidth=0.8)
        ax.set(title=title, xlabel=unit)
        reach = 1.6 * max(0.6, float(np.abs(path).max()))
        ax.set_ylim(-reach, reach)
    axes[0].set_ylabel("weights")
    return figure


def xor_surfaces(arrays: Arrays, record: Record) -> Canvas:
    """Output over the square of inputs: one logistic unit and a net with two hidden units."""
    figure, axes = draw.canvas(2, width=9.5, height=4.6)
    side = np.linspace(-0.25, 1.25, 121)
    a, b = np.meshgrid(side, side)
    w = arrays["logistic"][-1]
    surfaces = [1 / (1 + np.exp(-(w[0] + w[1] * a + w[2] * b)))]
    if "hidden" in arrays:
        p = arrays["hidden"]  # w0_1 (2, 2), b1 (2,), w1_2 (2, 1), b2 (1,)
        h = [1 / (1 + np.exp(-(p[4 + k] + p[k] * a + p[2 + k] * b))) for k in (0, 1)]
        surfaces.append(1 / (1 + np.exp(-(p[8] + p[6] * h[0] + p[7] * h[1]))))
    for ax, z, title in zip(
        axes, surfaces, ("one layer: one half everywhere", "two hidden units: solved"), strict=False
    ):
        filled = ax.contourf(side, side, z, levels=np.linspace(-0.05, 1.05, 12), cmap="RdBu_r", vmin=0, vmax=1)
        filled.set_rasterized(True)
        for x, y in ((0, 0), (0, 1), (1, 0), (1, 1)):
            on = x != y
            ax.plot([x], [y], "o", markersize=16, color="white" if on else draw.INK, markeredgecolor=draw.INK, zorder=4)
            ax.annotate(
                "1" if on else "0", (x, y), ha="center", va="center", zorder=5, color=draw.INK if on else "white"
            )
        ax.set(title=title, xlabel="input 1", aspect="equal", xticks=[0, 1], yticks=[0, 1])
        ax.grid(visible=False)
    axes[0].set_ylabel("input 2")
    bar = figure.colorbar(filled, ax=list(axes), shrink=0.8, ticks=[0, 0.5, 1])
    bar.set_label("output")
    return figure


def separable_functions(arrays: Arrays, record: Record) -> Canvas:
    """Share of logic functions that one unit can do, against the number of inputs."""
    figure, ax = draw.canvas(width=8.0, height=4.8)
    n = np.arange(1, 8)
    ax.plot(n, [LISTED[k] / 2.0 ** (2**k) for k in n], "D-", color=draw.INK, markersize=7)
    counted = arrays["functions"]
    ax.plot(
        counted[:, 0],
        counted[:, 1] / 2.0 ** (2 ** counted[:, 0]),
        "o",
        color=draw.BLUE,
        markersize=13,
        fillstyle="none",
        mew=2,
    )
    sampled = arrays["fraction"]
    for k in np.unique(sampled[:, 0]):
        mean = sampled[sampled[:, 0] == k, 1].mean()
        if mean:
            ax.plot([k], [mean], "s", color=draw.ORANGE, markersize=19, fillstyle="none", mew=2)
    for row, (text, colour) in enumerate((("◆ listed counts", draw.INK), ("○ counted by us", draw.BLUE),
                                          ("□ sampled by us", draw.ORANGE))):  # fmt: skip
        ax.annotate(text, (0.05, 0.3 - 0.08 * row), xycoords="axes fraction", color=colour)
    ax.set(yscale="log", xlabel="inputs", ylabel="share of all logic functions", xticks=n)
    return figure


def parity(arrays: Arrays, record: Record) -> Canvas:
    """Updates of the perceptron rule on parity, and least coefficients."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8)
    n, updates = arrays["updates"].T
    axes[0].plot(n, 10.0**n, "--", color=draw.INK)
    axes[0].plot(n, updates, "o-", color=draw.BLUE, markersize=8)
    axes[0].plot(n, 2.0**n / n, ":", color=draw.FAINT)
    for row, (text, colour) in enumerate((("- - bound of the theorem, 10ⁿ", draw.INK), ("measured", draw.BLUE),
                                          ("··· at least 2ⁿ/n", draw.FAINT))):  # fmt: skip
        axes[0].annotate(text, (0.04, 0.93 - 0.08 * row), xycoords="axes fraction", color=colour)
    axes[0].set(yscale="log", xlabel="bits", ylabel="updates until all are right", title="perceptron rule on all masks")
    bits, largest, _ = arrays["coefficients"].T
    axes[1].plot(bits, 2.0 ** (bits - 1), "--", color=draw.INK)
    axes[1].plot(bits, largest, "o", color=draw.BLUE, markersize=8)
    axes[1].annotate("2ⁿ⁻¹", (bits[-3], 2.0 ** (bits[-3] - 1)), xytext=(-10, 6), textcoords="offset points", ha="right")
    axes[1].set(yscale="log", xlabel="bits", ylabel="least largest coefficient", title="linear programs")
    for ax, ticks in zip(axes, (n, bits[::2]), strict=True):
        ax.set_xticks(ticks, [f"{k:g}" for k in ticks])
    return figure


def connectedness(arrays: Arrays, record: Record) -> Canvas:
    """Two figures that every small window sees alike."""
    figure, axes = draw.canvas(2, width=8.0, height=4.8)
    pieces = [next(c.ours.estimate for c in record.claims if c.id == "connected" and c.ours)]
    for ax, picture, title in zip(
        axes, connectedness_figures(), ("connected", f"{1 + pieces[0]:g} pieces"), strict=True
    ):
        draw.image(ax, 2.0 * picture - 1, title)
    return figure
