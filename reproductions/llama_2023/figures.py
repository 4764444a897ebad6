"""The figures of 2023, drawn from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.llama_2023.tables import told

Arrays = Mapping[str, np.ndarray]
SIZES = {"usual": draw.SKY, "larger": draw.PURPLE}  # nets that were given equal steps
COLOURS = (draw.FAINT, draw.SKY, draw.GREEN, draw.ORANGE, draw.PURPLE, draw.BLUE)


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas | draw.Film]]:
    """How to draw each figure of paper.toml, and the picture of the card."""
    drawn: list[Callable[[Arrays, Record], Canvas | draw.Film]] = [card, positions, block, ladder, ablations]
    if "looks" in arrays:
        drawn += [learning, softmax, writing]
    if "pairs" in arrays:
        drawn += [story, slopes]
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def _curves(ax: Axes, arrays: Arrays, record: Record, orders: tuple[int, ...], sizes: Sequence[str] = ()) -> None:
    """Loss on the tuning part against steps, one line a net, those of other sizes too, and what counting reaches."""
    looks = [*arrays["looks"]]
    for net in looks:
        ax.plot(net[:, 0], net[:, 2], "o-", color=draw.BLUE, markersize=4, alpha=0.7)
    for name in sizes:
        for net in arrays[f"{name}_looks"]:
            ax.plot(net[:, 0], net[:, 2], "s-", color=SIZES[name], markersize=5, alpha=0.8)
        looks += [*arrays[f"{name}_looks"]]
    counted = arrays["counted_tune"]
    best = int(np.argmin(counted))
    last = float(max(net[:, 0].max() for net in looks))
    lost = np.concatenate([net[:, 2] for net in looks])
    least, most = float(min(lost.min(), counted.min())), float(lost.max())
    ax.set_xlim(0, 1.03 * last)
    for order in orders:
        if order - 1 != best and counted[order - 1] < most + 0.15:
            draw.paper_line(ax, float(counted[order - 1]), f"counting {order} characters", x=0.02)
    draw.paper_line(ax, float(counted[best]), f"best count ({best + 1})", x=0.02, below=True)
    room = 0.15 * max(0.3, most - least)
    ax.set_ylim(least - 1.5 * room, most + room)
    ax.set(xlabel="steps")


def card(arrays: Arrays, record: Record) -> Canvas:
    """Llamas that have learned, beside counting, on the test part."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    counted, ours = arrays["counted"][1:], arrays["llama"]
    orders = np.arange(1, len(counted) + 1)
    ax.plot(orders, counted, "o-", color=draw.FAINT, markersize=5)
    ax.plot(np.full(len(ours), orders[-1] + 1.5), ours, "o", color=draw.BLUE, markersize=6, alpha=0.7)
    if len(ours):
        ax.annotate(
            "Llama",
            (orders[-1] + 1.5, ours.max()),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            color=draw.BLUE,
        )
    ax.annotate("counting", (orders[1], counted[1]), xytext=(9, 4), textcoords="offset points", color=draw.FAINT)
    ax.set_xticks(orders)
    ax.set_xlim(0.5, orders[-1] + 2.6)
    ax.set(xlabel="characters counted", ylabel="nats a character")
    return figure


def learning(arrays: Arrays, record: Record) -> Canvas:
    """The same, larger, with more counts."""
    figure, ax = draw.canvas(width=7.5, height=4.6)
    sizes = [name for name in SIZES if f"{name}_looks" in arrays]
    _curves(ax, arrays, record, (2, 3, 4, 5), sizes)
    ax.set_ylabel("loss on the tuning part, nats a character")
    for place, name in enumerate(sizes):  # what a colour means, above the curves
        steps, numbers = arrays[f"{name}_is"]
        told = f"{numbers:,.0f} numbers, {steps:,.0f} steps"
        look: Mapping[str, Any] = {"xycoords": "axes fraction", "ha": "right", "va": "top", "fontsize": 12}
        ax.annotate(told, (0.98, 0.98 - 0.07 * place), color=SIZES[name], **look)
    return figure


def ladder(arrays: Arrays, record: Record) -> Canvas:
    """Loss on the test part of everything that foresees, one below the other."""
    figure, ax = draw.canvas(width=7.5, height=5.6)
    counted = arrays["counted"]
    nets = {"network of 2003": (arrays["old"], draw.ORANGE), "Llama": (arrays["llama"], draw.BLUE)}
    for size, colour in SIZES.items():
        if size in arrays:
            steps, numbers = arrays[f"{size}_is"]
            nets[f"{numbers / 1e6:.2f} million, {steps:,.0f} steps"] = (arrays[size], colour)
    names = ["chance", *(f"counting, {k}" for k in range(1, len(counted))), *nets]
    runs = [lost for lost, _ in nets.values()]
    values = [*counted, *(lost.mean() if len(lost) else np.nan for lost in runs)]
    colours = [draw.FAINT] * len(counted) + [colour for _, colour in nets.values()]
    rows = np.arange(len(names))
    ax.barh(rows, values, color=colours, height=0.7)
    ends = [*counted, *(lost.max() if len(lost) else np.nan for lost in runs)]
    for row, value in zip(rows, values, strict=True):
        ax.annotate(f"{value:.2f}", (ends[row], row), xytext=(8, 0), textcoords="offset points", va="center")
    for place, lost in enumerate(runs, start=len(counted)):
        ax.plot(lost, np.full(len(lost), place), "o", color=draw.INK, markersize=4)
    ax.set_yticks(rows, names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(0, 1.12 * max(counted))
    ax.set_xlabel("nats a character, text not seen")
    ax.grid(axis="y", visible=False)
    return figure


def ablations(arrays: Arrays, record: Record) -> Canvas:
    """How much worse a net is without a part, dot by dot."""
    figure, ax = draw.canvas(width=8.0, height=5.0)
    names = [str(name) for name in arrays["without"]][1:]
    groups = [(name, arrays["gaps"][arrays["gaps"][:, 0] == k, 1], None) for k, name in enumerate(names, start=1)]
    draw.strip(ax, groups, [draw.BLUE] * len(groups))
    ax.axvline(0, color=draw.INK, linewidth=1.2)
    ax.set_xlabel("worse than Llama by, nats a character")
    return figure


def positions(arrays: Arrays, record: Record) -> Canvas:
    """The bound and the size of the score, by distance."""
    figure, ax = draw.canvas(width=7.0, height=4.2)
    x = np.arange(len(arrays["bound"]))
    labels = []
    for name, text, colour in (("bound", "the bound", draw.ORANGE), ("sizes", "the score's\nown size", draw.BLUE)):
        y = arrays[name] / arrays[name][0]
        ax.plot(x, y, color=colour, linewidth=2)
        labels.append((float(x[-1]), float(y[-10:].mean()), text, colour))
    ax.set_ylim(0, 1.35)
    draw.end_labels(ax, labels)
    ax.set(xlabel="distance of two tokens", ylabel="over the value at distance 0")
    return figure


def softmax(arrays: Arrays, record: Record) -> Canvas:
    """Probabilities of the next token, the likeliest first, at several moments."""
    figure, ax = draw.canvas(width=7.0, height=4.6)
    steps, p = arrays["moment_steps"], arrays["moment_probabilities"]
    x = np.arange(1, p.shape[1] + 1)
    labels = []
    for k, step in enumerate(steps):
        colour = COLOURS[k % len(COLOURS)]
        ax.plot(x, p[k], color=colour, linewidth=2)
        labels.append((float(x[-1]), float(p[k, -1]), f"{step:.0f} steps", colour))
    ax.set(xscale="log", yscale="log", xlabel="tokens, the likeliest first", ylabel="probability")
    draw.end_labels(ax, labels, gap=0.07)
    return figure


def slopes(arrays: Arrays, record: Record) -> Canvas:
    """Measured slopes against the walk's."""
    figure, ax = draw.canvas(width=5.4, height=4.8)
    ours, measured = arrays["pairs"].T
    size = float(np.abs(ours).max())
    limit = 10.0 ** np.floor(np.log10(size) - 3)
    ax.plot([-size, size], [-size, size], color=draw.FAINT, linewidth=1.5)
    ax.plot(ours, measured, "o", color=draw.BLUE, markersize=5)
    ax.set_xscale("symlog", linthresh=limit)
    ax.set_yscale("symlog", linthresh=limit)
    ticks = [-100 * limit, 0, 100 * limit]
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(ticks, [f"{tick:.0e}" if tick else "0" for tick in ticks])
    ax.set(xlabel="derivative by the walk", ylabel="measured by moving the parameter")
    return figure


def story(arrays: Arrays, record: Record) -> Canvas:
    """The story, each token on a ground as dark as the model was in doubt before it."""
    figure = draw.blank(9.0, 5.6)
    ax = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    ax.axis("off")
    ax.set(xlim=(0, 78), ylim=(0, 16))
    column, line = 0, 15.2
    for code, doubt in zip(arrays["chosen"].astype(int), arrays["doubt"], strict=True):
        piece = str(arrays["pieces"][code])
        if code <= 2 and piece.strip().startswith("<"):
            continue
        if "\n" in piece or column + len(piece) > (69 if piece.startswith(" ") else 77):
            column, line = 0, line - 1.3
            piece = piece.strip()
        if line < 0 or not piece:
            continue
        strength = min(1.0, float(doubt) / 3.0)
        look: Mapping[str, Any] = {"facecolor": draw.ORANGE, "alpha": 0.75 * strength, "linewidth": 0}
        ax.add_patch(Rectangle((column, line - 0.45), len(piece), 0.95, **look))
        ax.text(
            column,
            line,
            piece.replace(" ", "\N{NO-BREAK SPACE}"),
            family="monospace",
            fontsize=12,
            va="center",
            color=draw.INK,
        )
        column += len(piece)
    return figure


def writing(arrays: Arrays, record: Record) -> draw.Film:
    """What one net writes from the same prompt, after more and more steps."""
    steps = arrays["moment_steps"]

    def frame(k: int) -> Canvas:
        figure = draw.blank(9.0, 0.75 * len(steps) + 0.3)
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        ax.axis("off")
        ax.set(xlim=(0, 1), ylim=(len(steps), 0))
        for row in range(k + 1):
            text = " ".join(told(arrays["moment_drawn"][row]).split())
            text = (text[:68] + "...") if len(text) > 70 else text
            text = "".join(c if c.isprintable() and c != "\ufffd" else "?" for c in text).replace("$", r"\$")
            ax.text(0.02, row + 0.5, f"{steps[row]:.0f}", ha="left", va="center", color=draw.BLUE, fontsize=13)
            ax.text(0.12, row + 0.5, text, ha="left", va="center", color=draw.INK, fontsize=12)
        return figure

    last = len(steps) - 1
    return draw.Film(frame(last), frame, [*range(len(steps)), last], milliseconds=1400)


def block(arrays: Arrays, record: Record) -> Canvas:
    """The entries of one layer: parameters to the left, what is worked out to the right."""
    names, inputs = [str(name) for name in arrays["entries"]], arrays["inputs"].astype(int)
    made = [k for k in range(len(names)) if (inputs[k] >= 0).any()]
    given = [k for k in range(len(names)) if k not in made]
    heights = {k: row for row, k in enumerate(made)}
    places = {k: (1.0, float(row) + 1) for k, row in heights.items()}
    used = {k: [row for row, one in enumerate(made) if k in inputs[one]] for k in given}
    for row, k in enumerate(sorted(given, key=lambda k: (min(used[k], default=0), k))):
        places[k] = (0.0, row * (len(made) + 0.5) / max(1, len(given) - 1))
    figure = draw.blank(7.0, 6.6)
    ax = figure.add_axes((0.2, 0.03, 0.55, 0.94))
    ax.axis("off")
    ax.set(xlim=(-0.1, 1.5), ylim=(len(made) + 1, -0.6))
    for k in made:
        for source in inputs[k][inputs[k] >= 0]:
            (x0, y0), (x1, y1) = places[int(source)], places[k]
            if x0 == x1 and y1 - y0 > 1:  # around what lies between
                bend = 0.12 * np.sqrt(y1 - y0)
                t = np.linspace(0, np.pi, 30)
                ax.plot(1.0 + bend * np.sin(t), y0 + (y1 - y0) * t / np.pi, color=draw.ORANGE, linewidth=1.4)
            else:
                ax.plot([x0, x1], [y0, y1], color=draw.BLUE if x0 == x1 else draw.FAINT, linewidth=1.4)
    for k, (x, y) in places.items():
        ax.plot([x], [y], "o", color=draw.BLUE if x else draw.GREEN, markersize=8)
        text = names[k].removeprefix("fast_").replace("_", " ")
        shift = (-12, 0) if not x else (56, 0)
        ax.annotate(
            text,
            (x, y),
            xytext=shift,
            textcoords="offset points",
            ha="left" if x else "right",
            va="center",
            fontsize=12,
        )
    return figure
