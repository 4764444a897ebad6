"""Figures of `scaling` on budgets, shapes, n-grams and machines, and from then to now, drawn from its record."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets.history import SYSTEMS
from core.evidence.machines import MACHINES
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.scaling.claims import MODERN
from reproductions.scaling.experiment import MIXED
from reproductions.scaling.laws import budgets
from reproductions.scaling.run import RUNGS
from reproductions.scaling.scales import marked, power, shades, short
from reproductions.scaling.systems import trainings

Arrays = Mapping[str, np.ndarray]
# Systems that are named in the picture, and where their name stands, in points from the dot.
PLACES = {
    "Theseus": (8, 0),
    "ADALINE": (8, 0),
    "Neocognitron": (4, -16),
    "NETtalk": (-8, 5),
    "LeNet-5": (8, -7),
    "TD-Gammon": (-8, 3),
    "AlexNet": (-8, 3),
    "GPT-2": (8, -4),
    "GPT-3": (-8, 3),
    "Llama 3.1 405B": (-8, 0),
}


def spent(arrays: Arrays, record: Record) -> Canvas:
    """Loss against operations spent, one line a size, and the least loss for a budget."""
    figure, ax = draw.canvas(width=7.4, height=5.2)
    runs, found = arrays["runs"], budgets(arrays["runs"])
    sizes, ends = np.unique(runs[:, 0]), []
    for value, colour in zip(sizes, shades(len(sizes)), strict=True):
        mine = runs[runs[:, 0] == value]
        budget = np.unique(mine[:, 1])
        loss = [mine[mine[:, 1] == c, 3].mean() for c in budget]
        ax.plot(budget, loss, "o-", color=colour, markersize=4, linewidth=1.6)
        ends.append((budget[-1], loss[-1], short(value), colour))
    ax.set(xscale="log", xlabel="operations of training", ylabel="test loss, nats a character")
    ax.set_xlim(right=6 * runs[:, 1].max())
    if found:
        ax.plot([one.operations for one in found], [one.loss for one in found], color=draw.INK, linestyle="--")
    ax.minorticks_off()
    draw.end_labels(ax, ends)
    return figure


def frontier(arrays: Arrays, record: Record) -> Canvas:
    """Losses of all sizes at equal budgets, and the best size of each."""
    figure, ax = draw.canvas(width=7.4, height=5.4)
    runs, found = arrays["runs"], budgets(arrays["runs"])
    chosen, ends = found[:: max(len(found) // 5, 1)][:6], []
    for one, colour in zip(chosen, shades(len(chosen)), strict=True):
        fine = np.geomspace(one.sizes[0], one.sizes[-1], 40)
        curve = np.exp(np.polyval(one.parabola, np.log(fine)))
        ax.plot(one.sizes, one.losses, "o", color=colour, markersize=5)
        ax.plot(fine, curve, color=colour, linewidth=1.6)
        ax.plot([one.best], [one.loss], "D", color=draw.INK, markersize=7)
        ends.append((fine[0], float(curve[0]), power(one.operations), colour))
    if not chosen:
        ax.annotate(
            "no budget that three sizes reach has a best size",
            (0.5, 0.5),
            xycoords="axes fraction",
            ha="center",
            color=draw.FAINT,
        )
    ax.set(
        xscale="log",
        xlabel="parameters",
        ylabel="test loss, nats a character",
        xlim=(runs[:, 0].min() / 9, 1.5 * runs[:, 0].max()),
    )
    ax.set_ylim(top=1.06 * runs[:, 3].max())
    draw.end_labels(ax, ends, left=True)
    marked(ax, runs[:, 0])
    return figure


def shapes(arrays: Arrays, record: Record) -> Canvas:
    """Loss by the shape of a model, its parameters held fixed, with Kaplan's three percent above the best."""
    figure, ax = draw.canvas(width=7.0, height=4.4)
    features, loss = arrays["shapes"].T
    ax.plot(features, loss, "o", color=draw.BLUE, alpha=0.6)
    values = np.unique(features)
    means = np.array([loss[features == value].mean() for value in values])
    ax.plot(values, means, color=draw.BLUE)
    draw.paper_line(ax, 1.03 * means.min(), "3 % above the best", x=0.5)
    ax.set(xscale="log", xlabel="features of a character, parameters held fixed", ylabel="test loss, nats a character")
    marked(ax, values, 1.5)
    return figure


def ladder(arrays: Arrays, record: Record) -> Canvas:
    """N-grams by order, the network by itself, and mixtures of both."""
    figure, ax = draw.canvas(width=7.4, height=4.8)
    grams = arrays["grams"]
    orders = np.arange(1, len(grams) + 1)
    ax.plot(orders, grams, "o-", color=draw.INK)
    alone = arrays["longer"][:, 3]
    for values, colour, name in (
        (alone, draw.BLUE, "the network alone"),
        *(
            (mixed, colour, f"mixed with order {k}")
            for mixed, colour, k in zip(arrays["mixed"], (draw.ORANGE, draw.RED), MIXED, strict=True)
        ),
    ):
        ax.axhspan(values.min(), values.max(), color=colour, alpha=0.35, linewidth=0)
        ax.annotate(name, (1.01, values.mean()), xycoords=("axes fraction", "data"), color=colour, va="center")
    ax.annotate("n-grams", (orders[1], grams[1]), xytext=(8, 8), textcoords="offset points")
    ax.set(xlabel="order of the n-gram", ylabel="nats a character, the same text", xticks=orders)
    return figure


def systems(arrays: Arrays, record: Record) -> Canvas:
    """Operations of training against the year, with a line for each era."""
    figure, ax = draw.canvas(width=7.4, height=5.6)
    years, flop = np.array([[year, f] for _, year, _, f, _ in SYSTEMS]).T
    ax.plot(years, flop, "o", color=draw.BLUE)
    for name, year, _, value, _ in SYSTEMS:
        if name in PLACES:
            across, up = PLACES[name]
            ax.annotate(
                name,
                (year, value),
                xytext=(across, up),
                textcoords="offset points",
                va="center",
                ha="left" if across > 0 else "right",
                fontsize=11,
            )
    for row, (chosen, colour, label) in enumerate(
        ((years <= MODERN, draw.ORANGE, "before 2010"), (years > MODERN, draw.RED, "from 2010"))
    ):
        slope, level = np.polyfit(years[chosen], np.log2(flop[chosen]), 1)
        ends = np.array([years[chosen].min(), years[chosen].max()])
        ax.plot(ends, 2.0 ** (slope * ends + level), color=colour, linewidth=1.6)
        ax.annotate(
            f"{label}: doubled in {12 / slope:.0f} months",
            (0.02, 0.97 - 0.065 * row),
            xycoords="axes fraction",
            color=colour,
            va="top",
        )
    ax.set(yscale="log", xlabel="year", ylabel="operations of training", xlim=(1946, 2030), ylim=(1, 1e29))
    return figure


def hours(arrays: Arrays, record: Record) -> Canvas:
    """Time that single trainings would have taken on machines of their days."""
    figure, ax = draw.canvas(width=7.4, height=4.8)
    colours = (draw.RED, draw.ORANGE, draw.PURPLE, draw.GREEN, draw.BLUE)
    found = trainings()
    for row, (_, operations) in enumerate(found):
        for machine, colour in zip(MACHINES, colours, strict=True):
            ax.plot([machine.seconds(operations) / 3600], [row], "o", color=colour, markersize=9)
    for row, (machine, colour) in enumerate(zip(MACHINES, colours, strict=True)):
        name = machine.name.split(" with")[0]
        ax.annotate(
            f"{name}, {machine.year}", (0.98, 0.42 - 0.075 * row), xycoords="axes fraction", color=colour, ha="right"
        )
    for value, label in ((1 / 60, "minute"), (1, "hour"), (24, "day"), (8766, "year"), (876600, "century")):
        ax.axvline(value, color=draw.FAINT, linestyle=":", linewidth=1.1)
        ax.annotate(label, (value, 1.01), xycoords=("data", "axes fraction"), ha="center", va="bottom")
    ax.set_yticks(range(len(found)), [name for name, _ in found])
    ax.set(xscale="log", xlabel="hours at the machine's speed, at least", ylim=(-0.6, len(found) - 0.4))
    return figure


def rungs(arrays: Arrays, record: Record) -> Canvas:
    """The ladder from the recipe of 2003 to today's: the loss of every model."""
    figure, ax = draw.canvas(width=7.0, height=4.4)
    for k in range(len(RUNGS)):
        losses = arrays["rungs"][arrays["rungs"][:, 0] == k, 1]
        ax.plot(losses, k + np.linspace(-0.15, 0.15, len(losses)), "o", color=draw.BLUE, alpha=0.6)
        ax.plot([losses.mean()] * 2, [k - 0.32, k + 0.32], color=draw.INK, linewidth=2.5)
        ax.annotate(f"{losses.mean():.3f}", (1.01, k), xycoords=("axes fraction", "data"), va="center")
    ax.set_yticks(range(len(RUNGS)), [("+ " if k else "") + name for k, name in enumerate(RUNGS)])
    ax.set(xlabel="test loss, nats a character", ylim=(len(RUNGS) - 0.5, -0.5))
    ax.grid(axis="y", visible=False)
    return figure
