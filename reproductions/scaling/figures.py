"""The figures of `scaling` on gradients, digits and characters, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets.history import COSTS
from core.evidence import power_laws
from core.evidence.power_laws import JOINT, OFFSET, PLAIN
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.scaling.film import spending
from reproductions.scaling.pictures import frontier, hours, ladder, rungs, shapes, spent, systems
from reproductions.scaling.scales import marked, percent, shades, short, times

Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of the paper file."""
    drawn: list[Callable[..., Any]] = [
        card,
        gradients,
        digits,
        widths,
        characters,
        reading,
        frontier,
        spent,
        spending,
        shapes,
        ladder,
        systems,
        hours,
        rungs,
    ]
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def card(arrays: Arrays, record: Record) -> Canvas:
    """Loss against the size of the model for the shortest and the longest text, with Kaplan's form."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    size, d = arrays["text_x"]
    lengths = np.unique(d)
    for value, colour in ((lengths[0], draw.ORANGE), (lengths[-1], draw.BLUE)):
        mine = d == value
        ax.plot(size[mine], arrays["text_y"][mine], "o", color=colour, alpha=0.6, markersize=5)
        fine = np.geomspace(size.min(), size.max(), 60)
        foretold = power_laws.predict(np.stack([fine, np.full(60, value)]), arrays["text_plain_fit"], JOINT)
        ax.plot(fine, foretold, color=colour, linewidth=1.6)
    few, many = (f"{value:,.0f}" for value in (lengths[0], lengths[-1]))
    ax.annotate(f"{few} characters", (0.97, 0.92), xycoords="axes fraction", ha="right", color=draw.ORANGE)
    ax.annotate(f"{many}", (0.03, 0.06), xycoords="axes fraction", color=draw.BLUE)
    ax.set(xscale="log", xlabel="parameters", ylabel="loss, nats a character")
    marked(ax, size, 20)
    return figure


def gradients(arrays: Arrays, record: Record) -> Canvas:
    """Forward passes for one gradient, from six parameters to 405 billion: measured, then by rule."""
    figure, ax = draw.canvas(width=7.4, height=5.4)
    order = np.argsort(arrays["cost"][:, 0])
    n, ratio = arrays["cost"][order].T
    wide = np.geomspace(n[0], 4.05e11, 200)
    ax.axvspan(n[-1], 1e13, color="#f0f0f0", zorder=0)
    ax.annotate("not run: by rule", (n[-1] * 1.6, 0.14), xycoords=("data", "axes fraction"), color=draw.INK)
    ax.plot(wide, wide + 1, "--", color=draw.GREEN, linewidth=1.4)
    ax.plot(n, n + 1, "o", color=draw.GREEN)
    ax.plot(wide, np.full_like(wide, 3.0), "--", color=draw.BLUE, linewidth=1.4)
    ax.plot(n, ratio, "o", color=draw.BLUE)
    ax.plot(n, arrays["clock"][order], "x", color=draw.BLUE, markersize=8, mew=2)
    for name, p, *_ in COSTS:
        ax.plot([p], [p + 1], "D", color=draw.INK, markersize=7)
        if p > 1e3:
            ax.annotate(
                f"{name}:\n{times((p + 1) / 3)} times",
                (p, p + 1),
                xytext=(-9, 2),
                textcoords="offset points",
                ha="right",
                va="bottom",
                fontsize=11,
            )
    ax.annotate("nudging every weight: P + 1", (0.02, 0.98), xycoords="axes fraction", color=draw.GREEN, va="top")
    ax.annotate("one walk back: about 3", (0.02, 0.92), xycoords="axes fraction", color=draw.BLUE, va="top")
    ax.annotate("(dots counted, crosses timed)", (0.02, 0.86), xycoords="axes fraction", color=draw.BLUE, va="top")
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="parameters P",
        ylabel="forward passes for one gradient",
        xlim=(3, 3e12),
        ylim=(0.8, 1e14),
    )
    return figure


def digits(arrays: Arrays, record: Record) -> Canvas:
    """Test error on digits against training examples, at two widths, with the laws of the wider nets."""
    figure, ax = _errors(arrays, "examples", "training digits")
    x, y = arrays["other_plain_x"][0], 100 * arrays["other_plain_y"]
    ax.plot(1.13 * x, y, "^", color=draw.GREEN, alpha=0.5, markersize=6)
    narrow = f"{record.settings['other_width']} hidden units"
    ax.annotate(f"triangles: {narrow}", (0.03, 0.05), xycoords="axes fraction", color=draw.GREEN)
    return figure


def widths(arrays: Arrays, record: Record) -> Canvas:
    """Test error on digits against parameters, with and without a floor."""
    return _errors(arrays, "width", "parameters")[0]


def _errors(arrays: Arrays, name: str, label: str) -> tuple[Canvas, Any]:
    figure, ax = draw.canvas(width=7.0, height=5.0)
    x, y, held = arrays[f"{name}_x"][0], 100 * arrays[f"{name}_y"], arrays[f"{name}_held"]
    fine, band = arrays[f"{name}_fine"], 100 * arrays[f"{name}_band"]
    ax.fill_between(fine, *band, color=draw.ORANGE, alpha=0.3, linewidth=0)
    ax.plot(fine, 100 * power_laws.predict(fine[None], arrays[f"{name}_fit"], OFFSET), color=draw.ORANGE)
    plain = arrays[f"{name}_plain_fit"]
    ax.plot(fine, 100 * power_laws.predict(fine[None], plain, PLAIN), ":", color=draw.PURPLE, linewidth=2)
    ax.plot(x[~held], y[~held], "o", color=draw.BLUE, alpha=0.5)
    ax.plot(x[held], y[held], "o", color=draw.RED)
    ax.set(xscale="log", yscale="log", xlabel=label, ylabel="test error, %")
    marked(ax, x)
    _, b, floor = arrays[f"{name}_fit"]
    low = f"{100 * np.exp(floor):.2g} % + " if np.exp(floor) > 0.01 * arrays[f"{name}_y"].min() else ""
    told = (
        (f"with a floor: {low}a · x^-{b:.2f}", draw.ORANGE),
        (f"without: a · x^-{plain[1]:.2f}", draw.PURPLE),
        ("red: foretold, not fitted", draw.RED),
    )
    for row, (text, colour) in enumerate(told):
        ax.annotate(text, (0.97, 0.97 - 0.07 * row), xycoords="axes fraction", ha="right", va="top", color=colour)
    ax.set_yticks(*percent(ax, (0.5, 1, 2, 5, 10, 20, 50, 90)))
    ax.minorticks_off()
    return figure, ax


def characters(arrays: Arrays, record: Record) -> Canvas:
    """Test loss of the language model against its size, one colour a length of text, with both fitted forms."""
    figure, ax = draw.canvas(width=7.4, height=5.4)
    size, d = arrays["text_x"]
    loss, lengths = arrays["text_y"], np.unique(arrays["text_x"][1])
    fine, ends = np.geomspace(size.min(), size.max(), 60), []
    for value, colour in zip(lengths, shades(len(lengths)), strict=True):
        mine = d == value
        ax.plot(size[mine], loss[mine], "o", color=colour, alpha=0.7)
        place = np.stack([fine, np.full(60, value)])
        ax.plot(fine, power_laws.predict(place, arrays["text_plain_fit"], JOINT), color=colour, linewidth=1.6)
        ax.plot(fine, power_laws.predict(place, arrays["text_fit"], OFFSET), ":", color=colour, linewidth=1.6)
        ends.append((size.max(), float(loss[mine & (size > 0.9 * size.max())].mean()), f"{value:,.0f}", colour))
    ax.set(xscale="log", xlabel="parameters", ylabel="test loss, nats a character", xlim=(None, 7 * size.max()))
    ax.set_title("lines: the form of Kaplan et al.; dotted: a sum with a floor")
    draw.end_labels(ax, ends)
    marked(ax, size)
    return figure


def reading(arrays: Arrays, record: Record) -> Canvas:
    """Test loss against the length of the text, one line a size."""
    figure, ax = draw.canvas(width=7.4, height=5.2)
    size, d = arrays["text_x"]
    sizes, ends = np.unique(size), []
    for n, colour in zip(sizes, shades(len(sizes)), strict=True):
        keys = np.unique(d[size == n])
        means = [arrays["text_y"][(size == n) & (d == k)].mean() for k in keys]
        ax.plot(keys, means, "o-", color=colour, linewidth=1.6)
        ends.append((keys[-1], means[-1], short(n), colour))
    ax.set(xscale="log", xlabel="characters read", ylabel="test loss, nats a character", xlim=(None, 2.6 * d.max()))
    draw.end_labels(ax, ends, gap=0.052)
    marked(ax, d)
    return figure
