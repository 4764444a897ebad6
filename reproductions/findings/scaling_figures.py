"""The figures of `scaling`, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets.history import COSTS, MACHINES, SYSTEMS
from core.evidence import power_laws
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.findings.scaling_claims import MODERN

Arrays = Mapping[str, np.ndarray]


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas]]:
    """How to draw each figure of papers/kaplan2020.toml."""
    drawn = (gradients, digits, characters, frontier, ladder, systems, hours)
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def gradients(arrays: Arrays, record: Record) -> Canvas:
    """Forward passes for one gradient, from six parameters to 405 billion: measured, then by rule."""
    figure, ax = draw.canvas(width=9.5, height=5.4)
    cost = arrays["cost"][np.argsort(arrays["cost"][:, 0])]
    n = cost[:, 0]
    wide = np.geomspace(n[0], 4.05e11, 200)
    ax.axvspan(n[-1], 1e12, color="#f0f0f0", zorder=0)
    ax.annotate("not run: by rule", (n[-1] * 1.6, 0.2), xycoords=("data", "axes fraction"), color=draw.FAINT)
    ax.plot(wide, wide + 1, "--", color=draw.GREEN, linewidth=1.4)
    ax.plot(n, n + 1, "o", color=draw.GREEN)
    ax.plot(wide, np.full_like(wide, 3.0), "--", color=draw.BLUE, linewidth=1.4)
    ax.plot(n, cost[:, 1], "o", color=draw.BLUE)
    ax.plot(n, cost[:, 2], "x", color=draw.BLUE, markersize=8, mew=2)
    for name, p in COSTS:
        ax.plot([p], [p + 1], "D", color=draw.INK, markersize=7)
        ax.annotate(f"{name}: {(p + 1) / 3:,.3g} times", (p, p + 1), xytext=(-8, 6), textcoords="offset points",
                    ha="right", fontsize=10.5) if p > 1e3 else None  # fmt: skip
    ax.annotate("measured slopes, P + 1", (0.02, 0.95), xycoords="axes fraction", color=draw.GREEN, va="top")
    ax.annotate("one walk backwards, about 3 (o counted, x by the clock)", (0.02, 0.88), xycoords="axes fraction",
                color=draw.BLUE, va="top")  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel="parameters P", ylabel="forward passes for one gradient",
           xlim=(3, 1e12), ylim=(0.8, 1e13))  # fmt: skip
    return figure


def digits(arrays: Arrays, record: Record) -> Canvas:
    """Test error on digits against training examples and against parameters."""
    figure, axes = draw.canvas(2, width=11.0, height=4.8, sharey=True)
    for ax, name, label in (
        (axes[0], "examples", "training examples"), (axes[1], "width", "parameters, all training examples"),
    ):  # fmt: skip
        x, y = arrays[f"{name}_x"][0], 100 * arrays[f"{name}_y"]
        fine, band = arrays[f"{name}_fine"], 100 * arrays[f"{name}_band"]
        ax.fill_between(fine, *band, color=draw.ORANGE, alpha=0.3, linewidth=0)
        ax.plot(fine, 100 * power_laws.predict(fine[None], arrays[f"{name}_fit"]), color=draw.ORANGE, linewidth=1.6)
        ax.plot(x, y, "o", color=draw.BLUE, alpha=0.5)
        held = arrays[f"{name}_held_x"][0]
        ax.plot(held, 100 * arrays[f"{name}_held_y"], "o", color=draw.RED)
        ax.set(xscale="log", yscale="log", xlabel=label)
        _marked(ax, x)
        _, b, floor = arrays[f"{name}_fit"]
        ax.annotate(f"floor {100 * np.exp(floor):.2g} % + a · x^-{b:.2f}", (0.97, 0.95), xycoords="axes fraction",
                    ha="right", va="top", color=draw.ORANGE)  # fmt: skip
        ax.annotate("held out of the fit", (0.97, 0.88), xycoords="axes fraction", ha="right", va="top", color=draw.RED)
    axes[0].set_ylabel("test error, %")
    axes[0].set_yticks(*_plain(axes[0], (0.5, 1, 2, 5, 10, 20, 50, 90)))
    axes[0].minorticks_off()
    return figure


def _marked(ax: Any, values: np.ndarray) -> None:
    """Ticks of a logarithmic axis at some of the values themselves, at least a factor of two apart."""
    kept: list[float] = []
    for value in np.unique(values):
        if not kept or value > 2.2 * kept[-1]:
            kept.append(float(value))
    ax.set_xticks(kept, [_short(v) for v in kept])
    ax.minorticks_off()


def _plain(ax: Any, ticks: tuple[float, ...]) -> tuple[list[float], list[str]]:
    low, high = ax.get_ylim()
    kept = [t for t in ticks if low <= t <= high]
    return kept, [f"{t:g}" for t in kept]


def characters(arrays: Arrays, record: Record) -> Canvas:
    """Test loss of the language model against its size and against its text, with the fitted surface."""
    figure, axes = draw.canvas(2, width=11.5, height=5.0, sharey=True)
    size, d = arrays["text_x"]
    loss, fit = arrays["text_y"], arrays["text_fit"]
    shades = dict(zip(np.unique(d), _shades(len(np.unique(d))), strict=True))
    for value, colour in shades.items():
        chosen = d == value
        axes[0].plot(size[chosen], loss[chosen], "o", color=colour, alpha=0.7)
        fine = np.geomspace(size.min(), size.max(), 60)
        axes[0].plot(fine, power_laws.predict(np.stack([fine, np.full(60, value)]), fit), color=colour, linewidth=1.4)
        draw.end_label(axes[0], size.max(), float(np.mean(loss[chosen & (size > 0.9 * size.max())])),
                       f"{value:,.0f}", colour)  # fmt: skip
    axes[0].set(xscale="log", xlabel="parameters N", ylabel="test loss, nats a character",
                title="lines: E + A/N^α + B/D^β; labels: training characters", xlim=(None, 5 * size.max()))  # fmt: skip
    _marked(axes[0], size)
    wanted = np.unique(np.round(np.log10(size), 2))
    for value, colour in zip(wanted, _shades(len(wanted)), strict=True):
        chosen = np.round(np.log10(size), 2) == value
        keys = np.unique(d[chosen])
        axes[1].plot(keys, [loss[chosen & (d == k)].mean() for k in keys], "o-", color=colour, linewidth=1.4)
    axes[1].annotate("fewest parameters", (0.97, 0.95), xycoords="axes fraction", ha="right", va="top",
                     color=_shades(len(wanted))[0])  # fmt: skip
    axes[1].annotate("most parameters", (0.97, 0.88), xycoords="axes fraction", ha="right", va="top",
                     color=_shades(len(wanted))[-1])  # fmt: skip
    axes[1].set(xscale="log", xlabel="training characters D", title="the same by D; lines join means")
    _marked(axes[1], d)
    return figure


def _shades(count: int) -> list[Any]:
    import matplotlib

    return [matplotlib.colormaps["viridis"](k) for k in np.linspace(0.05, 0.85, count)]


def frontier(arrays: Arrays, record: Record) -> Canvas:
    """Loss along training against operations spent: each size has its budget."""
    figure, ax = draw.canvas(width=8.5, height=5.0)
    looks = arrays["looks"]
    sizes = np.unique(looks[:, 0])
    for value, colour in zip(sizes, _shades(len(sizes)), strict=True):
        line = looks[looks[:, 0] == value]
        ax.plot(line[:, 3], line[:, 2], "o-", color=colour, markersize=4, linewidth=1.4)
        ax.annotate(f"{value:,.0f}", (line[0, 3], line[0, 2]), xytext=(0, 5), textcoords="offset points",
                    color=colour, ha="center", fontsize=10)  # fmt: skip
    order = np.argsort(looks[:, 3])
    best = np.minimum.accumulate(looks[order, 2])
    ax.step(looks[order, 3], best, where="post", color=draw.INK, linewidth=1.2, linestyle="--")
    ax.set_title("labels: parameters; dashed: least loss for the operations spent")
    ax.set(xscale="log", xlabel="operations of training so far", ylabel="test loss, nats a character")
    return figure


def ladder(arrays: Arrays, record: Record) -> Canvas:
    """The language models beside n-grams on the same characters."""
    figure, ax = draw.canvas(width=8.5, height=4.6)
    grams = arrays["grams"]
    ax.plot(range(1, len(grams) + 1), grams, "o-", color=draw.FAINT)
    ax.annotate("Kneser-Ney, by order", (1, grams[0]), xytext=(10, -2), textcoords="offset points", color=draw.FAINT)
    size, d = arrays["text_x"]
    most = d == d.max()
    place = len(grams) + 1.5
    keys = np.unique(np.round(np.log10(size[most]), 2))
    for k, value in enumerate(keys):
        chosen = most & (np.round(np.log10(size), 2) == value)
        ax.plot([place + k], [arrays["text_y"][chosen].mean()], "o", color=draw.BLUE)
    labels = [str(k) for k in range(1, len(grams) + 1)] + [f"{10**v:,.2g}" for v in keys]
    short = [_short(10**v) for v in keys]
    ax.set_xticks([*range(1, len(grams) + 1), *(place + np.arange(len(keys)))], [*labels[: len(grams)], *short])
    ax.annotate("neural language model, by parameters", (place + len(keys) - 1, 0.9), ha="right", color=draw.BLUE,
                xycoords=("data", "axes fraction"))  # fmt: skip
    ax.set(xlabel="order of the n-gram; parameters of the network", ylabel="nats a character, the same text")
    return figure


def _short(value: float) -> str:
    return f"{value / 1e6:.2g}M" if value >= 1e6 else f"{value / 1e3:.0f}k" if value >= 950 else f"{value:.0f}"


def systems(arrays: Arrays, record: Record) -> Canvas:
    """Operations of training against the year, with a line for each era and our own runs."""
    figure, ax = draw.canvas(width=10.0, height=5.8)
    years, flop = np.array([[year, f] for _, year, _, f, _ in SYSTEMS]).T
    ax.plot(years, flop, "o", color=draw.BLUE)
    left = {
        "Theseus",
        "Samuel's checkers",
        "NETtalk",
        "ALVINN",
        "Zip codes",
        "LLaMA 65B",
        "Llama 3 70B",
        "Symmetry",
        "Neocognitron",
    }
    named = {"Theseus", "ADALINE", "Perceptron on an IBM 704", "Neocognitron", "Family trees", "NETtalk", "LeNet-5",
             "TD-Gammon", "NPLM", "AlexNet", "GPT-2", "GPT-3", "Llama 3.1 405B", "Zip codes, NIPS"}  # fmt: skip
    for name, year, _, value, _ in SYSTEMS:
        if name in named:
            side = -1 if name in left or name.startswith(("Llama", "GPT", "AlexNet")) else 1
            ax.annotate(name, (year, value), xytext=(7 * side, -7 if name == "LeNet-5" else 0),
                        textcoords="offset points", va="center",
                        ha="left" if side > 0 else "right", fontsize=10.5)  # fmt: skip
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
    """Time that our published runs would have taken on machines of their days."""
    figure, ax = draw.canvas(width=9.5, height=5.0)
    machines = [*((f"{name}, {year}", rate) for name, year, rate, _ in MACHINES), ("one core here", arrays["speed"][0])]
    lines = next(table["rows"] for table in record.measurements["tables"] if table["id"] == "hours")
    colours = (draw.RED, draw.ORANGE, draw.PURPLE, draw.BLUE)
    for row, (own, _) in enumerate(zip(arrays["own"], lines, strict=False)):
        for (_, rate), colour in zip(machines, colours, strict=True):
            ax.plot([own / rate / 3600], [row], "o", color=colour, markersize=8)
    for k, ((name, _), colour) in enumerate(zip(machines, colours, strict=True)):
        ax.annotate(name, (0.02 + 0.25 * k, 1.03), xycoords="axes fraction", color=colour)
    for value, label in ((1, "hour"), (24, "day"), (8766, "year"), (876600, "century")):
        ax.axvline(value, color=draw.FAINT, linestyle=":", linewidth=1.1)
        ax.annotate(label, (value, 0.01), xycoords=("data", "axes fraction"), rotation=90, color=draw.FAINT,
                    xytext=(3, 0), textcoords="offset points", fontsize=10)  # fmt: skip
    ax.set_yticks(range(len(lines)), [line[0] for line in lines])
    ax.set(xscale="log", xlabel="hours, at the machine's speed", ylim=(-0.6, max(len(lines), 1) - 0.4))
    return figure
