"""The figures of the report on landscapes, drawn from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.landscapes_2018 import stuck as ground
from reproductions.landscapes_2018.film import card, wormhole
from reproductions.landscapes_2018.run import MADE, ORDINARY

Arrays = Mapping[str, np.ndarray]
DASHED = (0, (5, 3))


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas | draw.Film]]:
    """How to draw each figure of paper.toml, and the picture of the card."""
    drawn: tuple[Callable[[Arrays, Record], Canvas | draw.Film], ...] = (
        card,
        lines,
        pairs,
        rescaled,
        planes_by_skips,
        curved,
        components,
        random_planes,
        wormhole,
        spectrum,
        index_loss,
        stuck,
        chance,
    )
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def lines(arrays: Arrays, record: Record) -> Canvas:
    """Straight lines of every kind of net, those that climb in orange."""
    kinds = [(name, arrays[f"line_{k}"]) for k, name in enumerate((*ORDINARY, *MADE))]
    kinds.insert(3, ("zip-code reader of 1989", arrays["line_zip"]))
    kinds.append(("XOR nets of 1986", arrays["line_xor"]))
    rows = -(-len(kinds) // 2)
    figure, axes = draw.canvas(2, rows, width=7.4, height=2.3 * rows, sharex=True)
    for ax, (name, table) in zip(axes.flat, kinds, strict=False):
        if table.size:
            at = np.linspace(0, 1, table.shape[1] - 1)
            for line, falls in sorted(((row[:-1], row[-1]) for row in table), key=lambda each: -each[1]):
                colour = draw.BLUE if falls else draw.ORANGE
                ax.plot(at, line, color=colour, linewidth=1.1, alpha=0.5 if falls else 0.8)
            climbing = int(np.sum(table[:, -1] == 0))
            ax.annotate(
                f"{climbing} of {len(table)} climb", (0.96, 0.9), xycoords="axes fraction", ha="right", va="top"
            )
        ax.set_title(name, fontsize=12)
        ax.set(ylim=(-0.1, 2.0), yticks=[0, 1, 2])
    for ax in axes.flat[len(kinds) :]:
        ax.set_visible(False)
    for ax in axes[-1]:
        ax.set_xlabel("share of the line")
    axes.flat[len(kinds) - 1].set_xlabel("share of the line")
    figure.supylabel("loss, start 1, solution 0")
    return figure


def pairs(arrays: Arrays, record: Record) -> Canvas:
    """Loss between two solutions, before and after matching."""
    figure, ax = draw.canvas(width=6.6, height=4.6)
    at = np.linspace(0, 1, arrays["pairs"].shape[1])
    for name, colour in (("pairs", draw.ORANGE), ("pairs_matched", draw.BLUE)):
        ax.plot(at, arrays[name].T, color=colour, linewidth=1.3, alpha=0.55)
    ax.set(xlabel="share of the line between two solutions", ylabel="loss, nats")
    ax.set_ylim(0, 1.3 * float(arrays["pairs"].max()))
    ax.annotate("as they came", (0.03, 0.92), xycoords="axes fraction", color=draw.ORANGE)
    ax.annotate("units renamed to match", (0.03, 0.84), xycoords="axes fraction", color=draw.BLUE)
    return figure


def rescaled(arrays: Arrays, record: Record) -> Canvas:
    """Two slices of one function, raw and filter-normalised."""
    figure, axes = draw.canvas(2, width=9.6, height=4.2)
    for ax, kind, reach, title in zip(
        axes, ("raw", "filters"), (20.0, 1.0), ("raw direction", "filter-normalised"), strict=True
    ):
        before, after = arrays[f"{kind}_slice"], arrays[f"{kind}_scaled_slice"]
        at = np.linspace(-reach, reach, len(before))
        ax.plot(at, before, color=draw.BLUE, linewidth=3)
        ax.plot(at, after, color=draw.ORANGE, linewidth=2, linestyle=DASHED)
        ax.set(title=title, xlabel="distance from the solution", ylim=(0, 1.15 * float(np.nanmax(before)) + 0.1))
    axes[0].set_ylabel("loss, nats")
    axes[1].annotate("as trained", (0.5, 0.9), xycoords="axes fraction", ha="center", color=draw.BLUE)
    axes[1].annotate("rescaled by ten", (0.5, 0.81), xycoords="axes fraction", ha="center", color=draw.ORANGE)
    return figure


def planes_by_skips(arrays: Arrays, record: Record) -> Canvas:
    """Contours through the deepest nets, shaded where a slice curves downwards."""
    figure, axes = draw.canvas(2, width=9.6, height=5.6, sharey=True)
    for ax, name, title in zip(axes, ("with", "without"), ("with skips", "without skips"), strict=True):
        surface = arrays[f"plane_{name}"].astype(float)
        at = np.linspace(-1, 1, len(surface))
        ax.contourf(at[1:-1], at[1:-1], downwards(surface, at[1] - at[0]), levels=[0.5, 1.5], colors=[draw.TINT])
        shown = np.log10(np.clip(surface, 1e-3, 1e6))
        ax.contour(at, at, shown, levels=14, colors=[draw.BLUE], linewidths=1.2, linestyles="solid")
        ax.plot([0], [0], "o", color=draw.RED, markersize=7)
        ax.set(title=title, xlabel="random direction 1", aspect="equal", xticks=[-0.5, 0, 0.5], yticks=[-1, 0, 1])
        ax.grid(visible=False)
    axes[0].set_ylabel("random direction 2")
    return figure


def downwards(surface: np.ndarray, step: float) -> np.ndarray:
    # (n, n) -> (n - 2, n - 2)
    """1 where a surface curves downwards some way, else 0; the matrix of second differences decides."""
    inner = surface[1:-1, 1:-1]
    across = (surface[1:-1, 2:] - 2 * inner + surface[1:-1, :-2]) / step**2
    up = (surface[2:, 1:-1] - 2 * inner + surface[:-2, 1:-1]) / step**2
    mixed = (surface[2:, 2:] - surface[2:, :-2] - surface[:-2, 2:] + surface[:-2, :-2]) / (4 * step**2)
    return np.where((across + up) / 2 - np.hypot((across - up) / 2, mixed) < 0, 1.0, 0.0)


def curved(arrays: Arrays, record: Record) -> Canvas:
    """Share that curves downwards, by depth."""
    figure, ax = draw.canvas(width=6.6, height=4.6)
    table = arrays["curved"]
    depths = np.unique(table[:, 0])
    labels = []
    for skips, colour, name, shift in ((1, draw.BLUE, "with skips", -0.06), (0, draw.ORANGE, "without", 0.06)):
        groups = [100 * table[(table[:, 0] == d) & (table[:, 1] == skips), 2] for d in depths]
        for k, group in enumerate(groups):
            ax.plot(np.full(len(group), k + shift), group, "o", color=colour, alpha=0.5, markersize=5)
        means = [group.mean() for group in groups]
        ax.plot(np.arange(len(depths)) + shift, means, color=colour)
        labels.append((len(depths) - 1 + 0.1, float(means[-1]), name, colour))
    ax.set_xticks(range(len(depths)), [f"{d:g}" for d in depths])
    ax.set(xlabel="layers", ylabel="share that curves downwards, %", ylim=(0, None), xlim=(-0.3, len(depths) - 0.3))
    draw.end_labels(ax, labels)
    return figure


def components(arrays: Arrays, record: Record) -> Canvas:
    """Paths in their own first two directions."""
    names = ("small batch", "small batch, decay", "large batch", "Adam")
    figure, axes = draw.canvas(2, 2, width=7.4, height=6.6)
    for k, (ax, name) in enumerate(zip(axes.flat, names, strict=True)):
        path = arrays[f"path_{k}"]
        ax.plot(path[:, 0], path[:, 1], "o-", color=draw.BLUE, markersize=5)
        ax.plot(*path[-1], "x", color=draw.RED, markersize=12, mew=3)
        ax.set_title(name)
        ax.margins(0.1)
    for ax in axes[1]:
        ax.set_xlabel("first component")
    for ax in axes[:, 0]:
        ax.set_ylabel("second component")
    return figure


def random_planes(arrays: Arrays, record: Record) -> Canvas:
    """What a random direction sees, by the number of parameters."""
    figure, ax = draw.canvas(width=6.6, height=4.6)
    count, seen = arrays["random_planes"].T
    ax.plot(count, seen, "o", color=draw.BLUE, alpha=0.7, markersize=7)
    ends = np.array([count.min() / 1.5, count.max() * 1.5])
    ax.plot(ends, np.sqrt(2 / (np.pi * ends)), color=draw.INK, linestyle=DASHED)
    ax.annotate("dashed: √(2 / (π P))", (0.96, 0.9), xycoords="axes fraction", ha="right")
    ax.set(xscale="log", yscale="log", xlabel="parameters P", ylabel="share of the way seen")
    return figure


def spectrum(arrays: Arrays, record: Record) -> Canvas:
    """Sorted eigenvalues at the start and at the end."""
    figure, ax = draw.canvas(width=6.6, height=4.8)
    values = arrays["eigenvalues"]
    for when, colour in ((0, draw.ORANGE), (1, draw.BLUE)):
        for net in values[:, when]:
            ax.plot(np.arange(1, len(net) + 1), net[::-1], color=colour, linewidth=1.2, alpha=0.6)
    ax.axhline(0, color=draw.INK, linewidth=0.8)
    ax.set_yscale("symlog", linthresh=1e-3)
    ax.set(xlabel="eigenvalue, the largest first", ylabel="curvature", yticks=[-0.1, -0.001, 0, 0.001, 0.1, 10])
    ax.set_yticklabels(["−0.1", "−0.001", "0", "0.001", "0.1", "10"])
    ax.annotate("start", (0.94, 0.9), xycoords="axes fraction", ha="right", color=draw.ORANGE)
    ax.annotate("end of training", (0.94, 0.82), xycoords="axes fraction", ha="right", color=draw.BLUE)
    return figure


def index_loss(arrays: Arrays, record: Record) -> Canvas:
    """Loss and share of ways down of still points."""
    figure, ax = draw.canvas(width=6.6, height=4.6)
    ax.plot(*arrays["still"].T, "o", color=draw.BLUE, alpha=0.6, markersize=7)
    ax.set(xlabel="loss with decay, nats", ylabel="share of directions that lead down")
    ax.set_ylim(-0.01, 1.08 * float(np.max(arrays["still"][:, 1], initial=0.1)))
    ax.ticklabel_format(axis="x", useOffset=False)
    return figure


def stuck(arrays: Arrays, record: Record) -> Canvas:
    """Length of stuck nets' weights, before and after more sweeps."""
    figure, ax = draw.canvas(width=6.6, height=4.8)
    table = arrays["stuck"]
    colours = (draw.FAINT, draw.GREEN, draw.PURPLE, draw.BLUE, draw.RED)
    shown = 0
    for k, kind in enumerate(ground.KINDS):
        group = table[table[:, 2] == k]
        if len(group):
            ax.plot(group[:, 0], group[:, 1], "o", color=colours[k], alpha=0.6, markersize=7)
            told = f"{kind}: {len(group)}"
            ax.annotate(told, (0.04, 0.92 - 0.08 * shown), xycoords="axes fraction", color=colours[k])
            shown += 1
    if len(table):
        ends = np.array([table[:, 0].min() - 1, table[:, 0].max() + 1])
        ax.plot(ends, ends, color=draw.INK, linestyle=DASHED)
    ax.set(xlabel="length of the weights when it stopped", ylabel="and after more sweeps")
    return figure


def chance(arrays: Arrays, record: Record) -> Canvas:
    """Probability that all eigenvalues are positive."""
    figure, ax = draw.canvas(width=6.6, height=4.6)
    n, share = arrays["chance"].T
    ax.plot(n, 0.5**n, color=draw.INK, linestyle=DASHED)
    ax.plot(n, np.where(share > 0, share, np.nan), "o-", color=draw.BLUE, markersize=9)
    ax.annotate("dashed: tosses of a coin", (0.96, 0.92), xycoords="axes fraction", ha="right")
    ax.annotate("all curvatures positive", (0.05, 0.1), xycoords="axes fraction", color=draw.BLUE)
    ax.set(yscale="log", xlabel="dimensions", ylabel="probability", xticks=n)
    return figure
