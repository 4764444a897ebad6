"""Tables and arrays that `zipcodes_1989` keeps, and the figures drawn from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from core.evidence.record import Record
from core.evidence.summaries import stacked
from core.evidence.tables import intervals_table, means_table
from core.evidence.trials import Row
from core.publishing import figures as draw

LABELS = {
    "headline": "as in the paper",
    "sgd": "plain gradient descent",
    "init_sqrt": "initial range 2.4/√F",
    "control": "fully connected, 40 hidden",
    "other_table": "cyclic table",
    "zero_border": "border of H1 zero",
    "fewer_maps": "half the maps",
}
COLOURS = {
    "headline": draw.BLUE, "sgd": draw.ORANGE, "init_sqrt": draw.GREEN, "control": draw.RED,
    "other_table": draw.SKY, "zero_border": draw.PURPLE, "fewer_maps": draw.FAINT,
}  # fmt: skip
SWEEP_MEASURES = (("validation error, %", "test_error", 100.0), ("validation MSE", "test_mse", 1.0),
                  ("train error, %", "train_error", 100.0), ("train MSE", "train_mse", 1.0))  # fmt: skip
TRAIN_ERROR, TRAIN_MSE, TEST_ERROR, TEST_MSE = range(4)
LAYERS = {"w1": "H1 weights", "b1": "H1 biases", "w2": "H2 weights", "b2": "H2 biases",
          "w3": "H3 weights", "b3": "H3 biases", "w4": "output weights", "b4": "output biases"}  # fmt: skip
Arrays = Mapping[str, np.ndarray]


def tables(arms: Mapping[str, list[Row]], patterns: int) -> list[dict[str, Any]]:
    """Every network trained, and what the intervals of the test error cover."""
    groups = [([LABELS[name], rows[0].cell["rate"], rows[0].cell["mu"] or None], rows) for name, rows in arms.items()]
    measures = [
        ("train error, %", "train_error", 100.0),
        ("test error, %", "test_error", 100.0),
        ("rejects for 1 %, %", "rejects", 100.0),
        ("train MSE", "train_mse", 1.0),
        ("test MSE", "test_mse", 1.0),
    ]
    return [
        means_table(
            "networks",
            "Every network trained on the whole training set, means over seeds",
            ["network", "eta or rate", "mu"],
            groups,
            measures,
        ),
        intervals_table(
            "intervals",
            "Test error: what each interval covers",
            [(LABELS[name], arms[name]) for name in ("headline", "control")],
            "test_error",
            "test_error_se",
            patterns,
        ),
    ]


def gather(arms: Mapping[str, list[Row]], images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays that the figures draw: curves by arm, rejection curves, kernels, curvatures and the hardest digits."""
    arrays = {
        f"curves_{name}": stacked(rows, "curves") for name, rows in arms.items() if any(not r.failed for r in rows)
    }
    for name in ("headline", "control"):
        if f"curves_{name}" in arrays:
            arrays[f"rejection_{name}"] = stacked(arms[name], "rejection").astype(np.float32)
    if "curves_headline" in arrays:
        headline = arms["headline"]
        predictions = stacked(headline, "predictions")
        wrong = (predictions != labels).sum(axis=0)
        hardest = np.argsort(-wrong, kind="stable")[: min(24, np.count_nonzero(wrong))]
        said = [
            np.bincount(p[p != y], minlength=10).argmax()
            for p, y in zip(predictions.T[hardest], labels[hardest], strict=True)
        ]
        arrays |= {
            "kernels": stacked(headline, "kernels")[0, :, 0],
            "curvatures": stacked(headline, "curvatures"),
            "hard_images": images[hardest].astype(np.float32),
            "hard_labels": labels[hardest],
            "hard_said": np.array(said),
            "hard_wrong": wrong[hardest] / len(predictions),
            "always_wrong": np.array(int(np.sum(wrong == len(predictions)))),
        }
    return arrays


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas]]:
    """How to draw each figure of papers/lecun1989.toml; none if every network diverged."""
    if "curves_headline" not in arrays:
        return {}
    drawn = (error_per_pass, mse_per_pass, error_by_network, rejection, h1_kernels, confused_digits, curvatures)
    return {function.__name__: partial(function, arrays, record) for function in drawn} | {
        "cost": partial(cost, record)
    }


def paper(record: Record, claim: str) -> float:
    """The paper's value of a claim."""
    return next(one.value for one in record.claims if one.id == claim)


def _passes(curves: np.ndarray) -> np.ndarray:
    return np.arange(curves.shape[1])


def error_per_pass(arrays: Arrays, record: Record) -> Canvas:
    """Test and training error after every pass."""
    figure, axes = draw.canvas(2, width=9.0, height=4.2, sharex=True)
    curves = arrays["curves_headline"]
    claims = (TEST_ERROR, "test_error", "test"), (TRAIN_ERROR, "train_error", "training")
    for ax, (column, claim, name) in zip(axes, claims, strict=True):
        draw.band(ax, _passes(curves)[1:], 100 * curves[:, 1:, column], draw.BLUE)
        draw.paper_line(ax, paper(record, claim), f"paper: {paper(record, claim):g} %", x=0.02)
        ax.set(title=f"{name} digits misclassified", xlabel="passes", ylabel="%")
        draw.logarithmic_y(ax)
    return figure


def mse_per_pass(arrays: Arrays, record: Record) -> Canvas:
    """Test and training MSE after every pass, logarithmic."""
    figure, ax = draw.canvas(width=8.0, height=4.8)
    curves = arrays["curves_headline"]
    for column, name, colour in ((TEST_MSE, "test", draw.ORANGE), (TRAIN_MSE, "training", draw.BLUE)):
        draw.band(ax, _passes(curves)[1:], curves[:, 1:, column], colour)
        draw.end_label(ax, curves.shape[1] - 1, float(np.median(curves[:, -1, column])), name, colour)
    for claim, name in (("mse_test", "test"), ("mse_train", "training")):
        value = paper(record, claim)
        draw.paper_line(ax, value, f"paper, {name}: {value:g}")
        draw.paper_line(ax, 2 * value, f"paper, {name}, doubled: {2 * value:g}", below=True)
    ax.set(xlabel="passes", ylabel="mean squared error")
    draw.logarithmic_y(ax)
    return figure


def error_by_network(arrays: Arrays, record: Record) -> Canvas:
    """Final test error of every seed of every arm."""
    figure, ax = draw.canvas(width=8.0, height=4.8)
    theirs = {"headline": paper(record, "test_error"), "control": paper(record, "control_test_error")}
    names = [name for name in LABELS if f"curves_{name}" in arrays]
    groups = [(LABELS[name], 100 * arrays[f"curves_{name}"][:, -1, TEST_ERROR], theirs.get(name)) for name in names]
    draw.strip(ax, groups, [COLOURS[name] for name in names])
    ax.set(xlabel="test digits misclassified, %")
    ax.annotate("◆ paper", (0.98, 0.03), xycoords="axes fraction", ha="right", fontsize=11)
    return figure


def rejection(arrays: Arrays, record: Record) -> Canvas:
    """Error on the digits kept against the share rejected."""
    figure, ax = draw.canvas(width=8.0, height=4.6)
    for name in ("headline", "control"):
        if f"rejection_{name}" in arrays:
            curves = 100 * arrays[f"rejection_{name}"]
            share = 50 * np.arange(curves.shape[1]) / curves.shape[1]
            inside = share <= 30
            draw.band(ax, share[inside], curves[:, inside], COLOURS[name])
            ax.annotate(LABELS[name], (0.98, 0.94 if name == "control" else 0.87), xycoords="axes fraction",
                        ha="right", color=COLOURS[name])  # fmt: skip
    ax.axhline(1.0, color=draw.FAINT, linewidth=1)
    for claim, name in (("rejects", "paper"), ("control_rejects", "paper, control")):
        value = paper(record, claim)
        draw.paper_mark(ax, value, 1.0, f"{name}: {value:g} %", shift=(2, 9))
    ax.set(xlabel="digits rejected, %", ylabel="error on the rest, %", xlim=(0, 30), ylim=(0, None))
    return figure


def h1_kernels(arrays: Arrays, record: Record) -> Canvas:
    """The shared kernels of H1 after training."""
    figure, axes = draw.canvas(6, 2, width=8.0, height=3.0)
    kernels = arrays["kernels"]
    for ax, kernel in zip(axes.flat, kernels, strict=False):
        draw.image(ax, kernel, limit=float(np.abs(kernels).max()))
    for ax in axes.flat[len(kernels) :]:
        ax.set_visible(False)
    return figure


def confused_digits(arrays: Arrays, record: Record) -> Canvas:
    """The test digits that most seeds misread."""
    figure, axes = draw.canvas(8, 3, width=9.0, height=4.6)
    hardest = zip(arrays["hard_images"], arrays["hard_labels"], arrays["hard_said"], arrays["hard_wrong"], strict=True)
    for ax, (pixels, label, said, share) in zip(axes.flat, hardest, strict=False):
        draw.image(ax, pixels, f"{label}→{said}  {share:.0%}")
    for ax in axes.flat[len(arrays["hard_labels"]) :]:
        ax.set_visible(False)
    return figure


def curvatures(arrays: Arrays, record: Record) -> Canvas:
    """Range of second derivatives in every group of weights, at the start and at the end."""
    figure, axes = draw.canvas(2, width=9.0, height=4.6, sharey=True, sharex=True)
    h = np.maximum(arrays["curvatures"].mean(axis=0), 1e-12)  # (passes, groups by name, quantiles)
    mu = record.measurements["chosen"]["headline"]["mu"]
    order = [sorted(LAYERS).index(name) for name in LAYERS]
    for ax, number, title in zip(axes, (0, -1), ("before the first pass", "before the last pass"), strict=True):
        for row, group in enumerate(order):
            low, quarter, middle, three_quarters, high = h[number, group]
            ax.plot([low, high], [row, row], color=draw.BLUE, linewidth=1.2)
            ax.plot([quarter, three_quarters], [row, row], color=draw.BLUE, linewidth=6, solid_capstyle="butt")
            ax.plot([middle], [row], "o", color="white", markeredgecolor=draw.BLUE, markersize=6)
        ax.axvline(mu, color=draw.RED, linestyle=":", linewidth=1.6)
        ax.annotate("mu", (mu, 2.5), xytext=(4, 0), textcoords="offset points", color=draw.RED, va="center")
        ax.set(xscale="log", title=title, xlabel="second derivative")
    axes[0].set_yticks(range(len(LAYERS)), list(LAYERS.values()))
    axes[0].invert_yaxis()
    return figure


def cost(record: Record) -> Canvas:
    """Training time of one network, the paper's and ours."""
    figure, ax = draw.canvas(width=8.0, height=2.6)
    now = record.cost.seconds_each
    digits = record.measurements["words"]["training_digits"]
    values = [3 * 86400.0, now]
    ax.barh([0, 1], values, color=[draw.INK, draw.BLUE], height=0.55)
    for row, (value, text) in enumerate(zip(values, ("about 3 days", f"{now:.1f} s"), strict=True)):
        ax.annotate(text, (value, row), xytext=(6, 0), textcoords="offset points", va="center")
    passes = record.settings["passes"]
    ax.set_yticks(
        [0, 1],
        [
            "1989, SUN-4/260,\n23 passes over 7,291 digits",
            f"now, one core, as one of eight,\n{passes} passes over {digits:,} digits",
        ],
    )
    ax.invert_yaxis()
    ax.set(xscale="log", xlim=(0.1, 3e7))
    ticks = {1.0: "1 s", 60.0: "1 min", 3600.0: "1 h", 86400.0: "1 day"}
    ax.set_xticks(list(ticks))
    ax.minorticks_off()
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: ticks.get(value, "")))
    ax.grid(axis="y", visible=False)
    return figure
