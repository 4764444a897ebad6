"""The figures of 1998, drawn from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from core.evidence.record import Record
from core.networks.digit_bitmaps import HEIGHT, WIDTH
from core.publishing import figures as draw
from core.publishing.figures import Canvas, Film
from reproductions.lenet_1998.comparisons import PAPER
from reproductions.lenet_1998.experiment import CHANGES
from reproductions.lenet_1998.now import LADDER

Arrays = Mapping[str, np.ndarray]
CARD = ("linear", "nearest neighbours", "300 hidden", "300-100 hidden", "LeNet-1", "LeNet-4", "LeNet-5")


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Any]]:
    """How to draw each figure of paper.toml, and the picture of the card, as far as the run has what it needs."""
    needed = {
        learning: "curves",
        kernels: "kernels",
        misread: "hard_images",
        rejection: "rejection_lenet_5",
        sizes: "sizes",
        changes: "read_0",
        ladder: "rung_0",
        digit_film: "film_when",
        passes_film: "passes_images",
    }
    drawn = [card, methods, *(function for function, name in needed.items() if name in arrays)]
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def _rows(ax: Any, arrays: Arrays, names: list[str], size: float) -> None:
    places = {name: k for k, name in enumerate(PAPER)}
    for row, name in enumerate(names):
        values = arrays[f"method_{places[name]:02d}"]
        ax.plot([values.min(), values.max()], [row, row], color=draw.BLUE, linewidth=3, alpha=0.5)
        ax.plot([values.mean()], [row], "o", color=draw.BLUE, markersize=size, zorder=4)
        ax.plot([PAPER[name][0]], [row], "D", color=draw.INK, markersize=size - 1, fillstyle="none", mew=1.8, zorder=5)
    ax.set_yticks(range(len(names)), names)
    ax.set(xscale="log", ylim=(len(names) - 0.4, -0.6))
    ticks = [0.5, 1, 2, 5, 10, 20]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()


def _known(arrays: Arrays, names: Any) -> list[str]:
    places = {name: k for k, name in enumerate(PAPER)}
    return [name for name in names if f"method_{places[name]:02d}" in arrays]


def card(arrays: Arrays, record: Record) -> Canvas:
    """Errors of the best-known methods beside the paper's."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    _rows(ax, arrays, _known(arrays, CARD), 8)
    ax.set_xlabel("misread, %")
    for height, text, colour in ((0.74, "● ours", draw.BLUE), (0.61, "◇ 1998", draw.INK)):
        ax.annotate(text, (0.64, height), xycoords="axes fraction", color=colour)
    return figure


def methods(arrays: Arrays, record: Record) -> Canvas:
    """Every method of the table, ours and the paper's."""
    figure, ax = draw.canvas(width=7.0, height=7.4)
    _rows(ax, arrays, _known(arrays, PAPER), 9)
    ax.set_xlabel("test digits misread, %")
    for height, text, colour in ((0.63, "● ours, all trials", draw.BLUE), (0.58, "◇ paper", draw.INK)):
        ax.annotate(text, (0.64, height), xycoords="axes fraction", color=colour)
    return figure


def learning(arrays: Arrays, record: Record) -> Canvas:
    """Test error by pass, and training error as it went."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    curves = arrays["curves"]
    passes = np.arange(1, curves.shape[1] + 1)
    for column, colour in ((2, draw.BLUE), (0, draw.ORANGE)):
        draw.band(ax, passes, np.maximum(curves[:, :, column], 0.01), colour)
    draw.logarithmic_y(ax)
    draw.paper_line(ax, 0.95, "paper, test: 0.95 %", below=True)
    for row, (text, colour) in enumerate((("test digits", draw.BLUE), ("training digits, as presented", draw.ORANGE))):
        ax.annotate(text, (0.97, 0.92 - 0.08 * row), xycoords="axes fraction", ha="right", color=colour)
    ax.set(xlabel="pass", ylabel="digits misread, %", xlim=(1, passes[-1]))
    ax.set_xticks(passes if len(passes) < 8 else passes[[0, 4, 9, 14, *range(19, len(passes), 5)]])
    return figure


def kernels(arrays: Arrays, record: Record) -> Canvas:
    """The kernels of the first layer, one network a row."""
    shown = arrays["kernels"]
    figure, axes = draw.canvas(shown.shape[1], len(shown), width=5.2, height=0.9 * len(shown) + 0.2, squeeze=False)
    for row, nets in zip(axes, shown, strict=True):
        for ax, kernel in zip(row, nets, strict=True):
            draw.image(ax, kernel, limit=float(np.abs(nets).max()))
    return figure


def misread(arrays: Arrays, record: Record) -> Canvas:
    """The digits that most networks misread."""
    shown, columns = arrays["hard_images"], 6
    lines = -(-len(shown) // columns)
    figure, axes = draw.canvas(columns, lines, width=6.4, height=1.35 * lines, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, x, y, said in zip(axes.flat, shown, arrays["hard_labels"], arrays["hard_said"], strict=False):
        ax.imshow(1 - x, cmap="gray", vmin=0, vmax=1)
        ax.set_title(f"{y} as {said}", fontsize=12)
    return figure


def rejection(arrays: Arrays, record: Record) -> Canvas:
    """Error on the rest against digits rejected."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    labels = []
    for name, colour in (("LeNet-1", draw.ORANGE), ("LeNet-4", draw.GREEN), ("LeNet-5", draw.BLUE)):
        curve = arrays.get(f"rejection_{name.lower().replace('-', '_')}")
        if curve is not None:
            x = 10 * np.arange(len(curve)) / len(curve)
            ax.plot(x, np.maximum(curve, 0.01), color=colour, linewidth=2)
            labels.append((max(float(curve[-1]), 0.01), name, colour))
    draw.logarithmic_y(ax)
    draw.paper_line(ax, 0.5, "0.5 %")
    ax.set(xlabel="digits rejected, %", ylabel="error on the rest, %", xlim=(0, 10))
    for end, name, colour in labels:
        place = {"xytext": (-4, 12), "textcoords": "offset points", "ha": "right", "va": "bottom"}
        ax.annotate(name, (10, end), color=colour, **place)
    return figure


def sizes(arrays: Arrays, record: Record) -> Canvas:
    """Error against training digits, with and without distortions."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    lines = arrays["sizes"]
    lines = lines[np.isfinite(lines[:, 2])]
    regular = lines[lines[:, 1] == 0]
    regular = regular[np.argsort(regular[:, 0])]
    ax.errorbar(regular[:, 0], regular[:, 2], regular[:, 3], fmt="o-", color=draw.BLUE, markersize=8, capsize=4)
    made_up = lines[lines[:, 1] > 0]
    ours = made_up[made_up[:, 1] == 1]
    ours = ours[np.argsort(ours[:, 0])]
    ax.errorbar(ours[:, 0], ours[:, 2], ours[:, 3], fmt="s-", color=draw.ORANGE, markersize=8, capsize=4)
    for n, far, error, _ in made_up[made_up[:, 1] != 1]:
        ax.plot([n], [error], "s", color=draw.ORANGE, fillstyle="none", markersize=8)
        ax.annotate(
            f"{far:g} x range",
            (n, error),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            color=draw.ORANGE,
            fontsize=11,
        )
    largest = regular[-1, 0]
    ax.plot([largest] * 2, [0.95, 0.8], "D", color=draw.INK, fillstyle="none", markersize=8, mew=1.8, linestyle="none")
    for k, (text, colour) in enumerate((("regular digits", draw.BLUE), ("distorted digits", draw.ORANGE))):
        ax.annotate(text, (0.97, 0.92 - 0.08 * k), xycoords="axes fraction", ha="right", color=colour)
    ax.set(xscale="log", xlabel="training digits", ylabel="test digits misread, %")
    ax.set_xticks(regular[:, 0], [f"{n:,.0f}" for n in regular[:, 0]])
    ax.minorticks_off()
    return figure


def changes(arrays: Arrays, record: Record) -> Canvas:
    """Digits read rightly against how far they were changed, four kinds of change."""
    figure, axes = draw.canvas(2, 2, width=7.0, height=6.6)
    panels = (
        ("down", "moved down, pixels", 0.0),
        ("size", "size, times", 1.0),
        ("turn", "turned, degrees", 0.0),
        ("noise", "pixels inverted, %", 0.0),
    )
    for ax, (what, label, none) in zip(axes.flat, panels, strict=True):
        places = [k for k, (name, _) in enumerate(CHANGES) if name == what]
        far = np.array([CHANGES[k][1] for k in places])
        for number, colour in ((0, draw.BLUE), (1, draw.ORANGE)):
            if f"read_{number}" not in arrays:
                continue
            unchanged = 100 - float(arrays["method_15" if number == 0 else "method_16"].mean())
            x, y = np.append(far, none), np.append(arrays[f"read_{number}"][places], unchanged)
            order = np.argsort(x)
            ax.plot(100 * x[order] if what == "noise" else x[order], y[order], "o-", color=colour, markersize=5)
        ax.set(xlabel=label, ylim=(0, 103))
    for ax in axes[:, 0]:
        ax.set_ylabel("read rightly, %")
    for k, (text, colour) in enumerate((("regular", draw.BLUE), ("distorted", draw.ORANGE))):
        axes[0, 0].annotate(text, (0.5, 0.2 - 0.12 * k), xycoords="axes fraction", ha="center", color=colour)
    return figure


def ladder(arrays: Arrays, record: Record) -> Canvas:
    """Errors of every rung from 1998 to today."""
    figure, ax = draw.canvas(width=7.0, height=4.8)
    found = [(name, arrays[f"rung_{k}"], None) for k, name in enumerate(LADDER) if f"rung_{k}" in arrays]
    draw.strip(ax, found, [draw.FAINT, *[draw.BLUE] * (len(found) - 1)])
    ax.set_xlabel("test digits misread, %")
    return figure


def digit_film(arrays: Arrays, record: Record) -> Film:
    """One digit through the layers while the network learns."""
    count = len(arrays["film_when"])
    return Film(still=_layers(arrays, count - 1), frame=partial(_layers, arrays), frames=range(count), milliseconds=180)


def passes_film(arrays: Arrays, record: Record) -> Film:
    """Digits that are misread at first, pass by pass."""
    count = len(arrays["passes_wrong"])
    last, frame = _misread_after(arrays, count - 1), partial(_misread_after, arrays)
    return Film(still=last, frame=frame, frames=range(count), milliseconds=700)


def _misread_after(arrays: Arrays, k: int) -> Canvas:
    shown, columns = arrays["passes_images"], 6
    lines = -(-len(shown) // columns)
    above, cell = 0.8, 1.2  # inches for the words, and for a digit with its bar
    figure = draw.blank(columns * cell, above + lines * cell)
    ax = figure.add_axes((0, 0, 1, lines * cell / (above + lines * cell)))
    ax.set(xlim=(0, columns), ylim=(lines, 0))
    ax.set_axis_off()
    places = [(number % columns + 0.14, number // columns + 0.02) for number in range(len(shown))]
    for (left, top), x, label in zip(places, shown, arrays["passes_labels"], strict=True):
        extent = (left, left + 0.78, top + 0.78, top)
        ax.imshow(1 - x, cmap="gray", vmin=0, vmax=1, extent=extent, aspect="auto", interpolation="nearest")
        ax.text(left - 0.02, top + 0.78, str(label), ha="right", va="bottom", fontsize=13)
    for wrong, colour, alpha in ((np.ones(len(shown)), draw.FAINT, 0.35), (arrays["passes_wrong"][k], draw.RED, 1.0)):
        ends, heights = [left for left, _ in places], [top + 0.86 for _, top in places]
        ax.barh(heights, 0.78 * wrong, left=ends, height=0.08, color=colour, alpha=alpha)
    error, words = arrays["curves"][:, k, 2].mean(), above / (above + lines * cell)
    told = f"after pass {k + 1}: {error:.2f} % of all test digits misread"
    figure.text(0.02, 1 - 0.3 * words, told, va="center", fontsize=15)
    figure.text(0.02, 1 - 0.72 * words, "bars: share of the networks that misread this digit", va="center", fontsize=13)
    return figure


def _tiled(maps: np.ndarray, columns: int) -> np.ndarray:
    # (n, side, side) -> (lines, columns)
    """Small pictures as one, column by column, with empty lines between them."""
    lines, side = len(maps) // columns, maps.shape[-1]
    step = side + max(1, side // 8)
    sheet = np.full((lines * step - (step - side), columns * step - (step - side)), np.nan)
    for m, values in enumerate(maps):
        top, left = step * (m % lines), step * (m // lines)
        sheet[top : top + side, left : left + side] = values
    return sheet


def _layers(arrays: Arrays, k: int) -> Canvas:
    figure = draw.blank(7.0, 3.9)
    first = figure.add_axes((0.02, 0.3, 0.2, 0.4))
    first.imshow(1 - arrays["film_digit"], cmap="gray", vmin=0, vmax=1)
    first.set_frame_on(False)
    axes = [first]
    for name, left, columns in (("c1", 0.25, 1), ("s2", 0.37, 1), ("c3", 0.47, 2), ("s4", 0.61, 2)):
        sheet = _tiled(arrays[f"film_{name}"][k], columns)
        ax = figure.add_axes((left, 0.1, 0.76 * sheet.shape[1] / sheet.shape[0] * 3.9 / 7.0, 0.76))
        ax.imshow(sheet, cmap="gray", vmin=0, vmax=255, aspect="auto", interpolation="nearest")
        ax.set_frame_on(False)
        axes.append(ax)
    drawing = figure.add_axes((0.74, 0.3, 0.09, 0.4))
    drawing.imshow(255.0 - arrays["film_f6"][k].reshape(HEIGHT, WIDTH), cmap="gray", vmin=0, vmax=255)
    for ax in (*axes, drawing):
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
    penalties = figure.add_axes((0.89, 0.12, 0.1, 0.74))
    values = arrays["film_penalties"][k]
    colours = [draw.BLUE if digit == int(values.argmin()) else draw.FAINT for digit in range(len(values))]
    penalties.barh(range(len(values)), values, color=colours)
    penalties.set_yticks(range(len(values)), [str(digit) for digit in range(len(values))])
    penalties.set(ylim=(9.6, -0.6), xticks=[], xlim=(0, float(arrays["film_penalties"].max())))
    penalties.grid(visible=False)
    names = (
        (0.12, "digit"),
        (0.285, "C1"),
        (0.4, "S2"),
        (0.53, "C3"),
        (0.665, "S4"),
        (0.785, "F6"),
        (0.94, "distance"),
    )
    for x, text in names:
        figure.text(x, 0.89, text, ha="center")
    figure.text(0.02, 0.03, f"after {int(arrays['film_when'][k]):,} digits")
    return figure
