"""The figures of `scaling`, drawn from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.datasets.history import COSTS
from core.evidence import power_laws
from core.evidence.power_laws import JOINT, PLAIN
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.scaling.laws import budgets
from reproductions.scaling.systems import hours, systems

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
    for name, p, *_ in COSTS:
        ax.plot([p], [p + 1], "D", color=draw.INK, markersize=7)
        ax.annotate(f"{name}: {_times((p + 1) / 3)} times", (p, p + 1), xytext=(-8, 6), textcoords="offset points",
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
        plain = power_laws.predict(fine[None], arrays[f"{name}_plain_fit"], PLAIN)
        ax.plot(fine, 100 * plain, ":", color=draw.PURPLE, linewidth=1.8)
        ax.plot(x, y, "o", color=draw.BLUE, alpha=0.5)
        held = arrays[f"{name}_held_x"][0]
        ax.plot(held, 100 * arrays[f"{name}_held_y"], "o", color=draw.RED)
        ax.set(xscale="log", yscale="log", xlabel=label)
        _marked(ax, x)
        _, b, floor = arrays[f"{name}_fit"]
        low = f"{100 * np.exp(floor):.2g} % + " if np.exp(floor) > 0.01 * arrays[f"{name}_y"].min() else ""
        ax.annotate(f"with a floor: {low}a · x^-{b:.2f}", (0.97, 0.95), xycoords="axes fraction",
                    ha="right", va="top", color=draw.ORANGE)  # fmt: skip
        straight = arrays[f"{name}_plain_fit"][1]
        ax.annotate(f"without: a · x^-{straight:.2f}", (0.97, 0.88), xycoords="axes fraction", ha="right", va="top",
                    color=draw.PURPLE)  # fmt: skip
        ax.annotate(
            "held out of the fits", (0.97, 0.81), xycoords="axes fraction", ha="right", va="top", color=draw.RED
        )
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
        place = np.stack([fine, np.full(60, value)])
        axes[0].plot(fine, power_laws.predict(place, fit), color=colour, linewidth=1.4)
        axes[0].plot(fine, power_laws.predict(place, arrays["text_plain_fit"], JOINT), ":", color=colour, linewidth=1.4)
    axes[0].set(xscale="log", xlabel="parameters N", ylabel="test loss, nats a character", xlim=(None, 5 * size.max()),
                title="lines: with a floor; dotted: Kaplan's form; labels: characters")  # fmt: skip
    draw.end_labels(axes[0], [
        (size.max(), float(loss[(d == value) & (size > 0.9 * size.max())].mean()), f"{value:,.0f}", colour)
        for value, colour in shades.items()
    ])  # fmt: skip
    _marked(axes[0], size)
    wanted = np.unique(size)
    for value, colour in zip(wanted, _shades(len(wanted)), strict=True):
        chosen = size == value
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
    """Loss against operations spent, and against size at equal budgets."""
    figure, axes = draw.canvas(2, width=11.5, height=5.0, sharey=True)
    runs, found = arrays["runs"], budgets(arrays["runs"])
    sizes = np.unique(runs[:, 0])
    for value, colour in zip(sizes, _shades(len(sizes)), strict=True):
        mine = runs[runs[:, 0] == value]
        spent = np.unique(mine[:, 1])
        loss = [mine[mine[:, 1] == c, 3].mean() for c in spent]
        axes[0].plot(spent, loss, "o-", color=colour, markersize=4, linewidth=1.4)
        axes[0].annotate(_short(value), (spent[0], loss[0]), xytext=(0, 5), textcoords="offset points", color=colour,
                         rotation=60)  # fmt: skip
    axes[0].set(xscale="log", xlabel="operations of training", ylabel="test loss, nats a character",
                title="one line a size; labels: parameters")  # fmt: skip
    if found:
        axes[0].plot([one.operations for one in found], [one.loss for one in found], color=draw.INK, linestyle="--")
    else:
        axes[1].annotate("no budget that three sizes reach has a best size", (0.5, 0.5), xycoords="axes fraction",
                         ha="center", color=draw.FAINT)  # fmt: skip
    chosen, ends = found[:: max(len(found) // 5, 1)][:6], []
    for one, colour in zip(chosen, _shades(len(chosen)), strict=True):
        fine = np.geomspace(one.sizes[0], one.sizes[-1], 40)
        axes[1].plot(one.sizes, one.losses, "o", color=colour, markersize=5)
        axes[1].plot(fine, np.exp(np.polyval(one.parabola, np.log(fine))), color=colour, linewidth=1.4)
        axes[1].plot([one.best], [one.loss], "D", color=draw.INK, markersize=6)
        height = float(np.exp(np.polyval(one.parabola, np.log(fine[0]))))
        ends.append((fine[0], height, _power(one.operations), colour))
    axes[1].set(xscale="log", xlabel="parameters", title="one curve a budget of operations; diamonds: best size",
                xlim=(runs[:, 0].min() / 5, 1.5 * runs[:, 0].max()))  # fmt: skip
    axes[1].set_ylim(top=1.06 * runs[:, 3].max())
    draw.end_labels(axes[1], ends, left=True)
    _marked(axes[1], sizes)
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
    sizes = np.unique(size[most])
    places = place + np.arange(len(sizes))
    ax.plot(places, [arrays["text_y"][most & (size == n)].mean() for n in sizes], "o", color=draw.BLUE)
    orders = range(1, len(grams) + 1)
    ax.set_xticks([*orders, *places], [*map(str, orders), *map(_short, sizes)])
    for n, _, _, loss in arrays["longer"]:
        ax.plot([places[np.argmin(np.abs(sizes - n))]], [loss], "D", color=draw.RED, markersize=6)
    ax.annotate("neural language model, by parameters", (places[-1], 0.95), ha="right", color=draw.BLUE,
                xycoords=("data", "axes fraction"))  # fmt: skip
    ax.annotate("the same trained for longer", (places[-1], 0.88), ha="right", color=draw.RED,
                xycoords=("data", "axes fraction"))  # fmt: skip
    ax.set(xlabel="order of the n-gram; parameters of the network", ylabel="nats a character, the same text")
    return figure


def _times(value: float) -> str:
    for word, size in (("billion", 1e9), ("million", 1e6)):
        if value >= size:
            return f"{value / size:.3g} {word}"
    return f"{value:,.0f}"


def _power(value: float) -> str:
    power = int(np.floor(np.log10(value)))
    return f"{value / 10**power:.1f}·10$^{{{power}}}$"


def _short(value: float) -> str:
    return f"{value / 1e6:.2g}M" if value >= 1e6 else f"{value / 1e3:.0f}k" if value >= 950 else f"{value:.0f}"
