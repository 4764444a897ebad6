"""Figures of `scaling` about others' systems and old machines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets.history import SYSTEMS
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.scaling.claims import MODERN
from reproductions.scaling.machines import machines

Arrays = Mapping[str, np.ndarray]
# Systems that are named in the picture, and where their name stands, in points from the dot.
PLACES = {
    "Theseus": (8, 0), "ADALINE": (8, 0), "Perceptron on an IBM 704": (4, 14), "Neocognitron": (4, -16),
    "Family trees": (8, 2), "NETtalk": (-8, 5), "LeNet-5": (8, -7), "TD-Gammon": (-8, 3), "NPLM": (-8, 3),
    "AlexNet": (-8, 3), "GPT-2": (8, -4), "GPT-3": (-8, 3), "Llama 3.1 405B": (-8, 0), "Zip codes, NIPS": (-8, 12),
    "ALVINN": (8, -4),
}  # fmt: skip


def systems(arrays: Arrays, record: Record) -> Canvas:
    """Operations of training against the year, with a line for each era and our own runs."""
    figure, ax = draw.canvas(width=10.0, height=5.8)
    years, flop = np.array([[year, f] for _, year, _, f, _ in SYSTEMS]).T
    ax.plot(years, flop, "o", color=draw.BLUE)
    for name, year, _, value, _ in SYSTEMS:
        if name in PLACES:
            across, up = PLACES[name]
            ax.annotate(name, (year, value), xytext=(across, up), textcoords="offset points", va="center",
                        ha="left" if across > 0 else "right", fontsize=10.5)  # fmt: skip
    for chosen, colour, label in (
        (years <= MODERN, draw.ORANGE, "before 2010"), (years > MODERN, draw.RED, "from 2010"),
    ):  # fmt: skip
        slope, level = np.polyfit(years[chosen], np.log2(flop[chosen]), 1)
        ends = np.array([years[chosen].min(), years[chosen].max()])
        ax.plot(ends, 2.0 ** (slope * ends + level), color=colour, linewidth=1.6)
        ax.annotate(f"{label}: doubled in {12 / slope:.0f} months", (0.02, 0.95 if colour == draw.ORANGE else 0.88),
                    xycoords="axes fraction", color=colour, va="top")  # fmt: skip
    own = arrays["own"]
    ax.plot(np.full(len(own), 2026.0), own, "x", color=draw.GREEN, markersize=9, mew=2)
    ax.annotate("×  our published runs, all seeds", (0.02, 0.81), xycoords="axes fraction", color=draw.GREEN, va="top")
    ax.set(yscale="log", xlabel="year", ylabel="floating-point operations of training", xlim=(1946, 2030))
    return figure


def hours(arrays: Arrays, record: Record) -> Canvas:
    """Time that single trainings and our published runs would have taken on machines of their days."""
    figure, ax = draw.canvas(width=9.5, height=6.2)
    known = machines(arrays["speed"][0])
    names = [line[0] for line in next(t["rows"] for t in record.measurements["tables"] if t["id"] == "hours")]
    colours = (draw.RED, draw.ORANGE, draw.PURPLE, draw.GREEN, draw.BLUE)
    for row, (operations, measured) in enumerate(arrays["hours"]):
        for (_, rate), colour in zip(known, colours, strict=True):
            ax.plot([operations / rate / 3600], [row], "o", color=colour, markersize=8)
        ax.plot([measured], [row], "|", color=draw.INK, markersize=13, mew=2.5)
    for place, (name, _), colour in zip((0.0, 0.19, 0.38, 0.62, 0.82), known, colours, strict=True):
        ax.annotate(name, (place, 1.03), xycoords="axes fraction", color=colour, fontsize=11)
    for value, label in ((1, "hour"), (24, "day"), (8766, "year"), (876600, "century")):
        ax.axvline(value, color=draw.FAINT, linestyle=":", linewidth=1.1)
        ax.annotate(label, (value, 0.01), xycoords=("data", "axes fraction"), rotation=90, color=draw.FAINT,
                    xytext=(3, 0), textcoords="offset points", fontsize=10)  # fmt: skip
    ax.set_yticks(range(len(names)), names)
    ax.set(
        xscale="log", xlabel="hours at the machine's speed; black bars: measured here", ylim=(-0.6, len(names) - 0.4)
    )
    return figure
