"""The page as a film: values walk down it, line by line, and slopes walk back up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.ordered_derivatives_1974.page import page

Arrays = Mapping[str, np.ndarray]
HOLD = 3  # frames that the page stands still between the two walks
VALUE, SLOPE, BAR = 0.98, 1.3, 1.62  # where columns stand: the right ends of numbers, and the zero of bars
REACH = 0.24  # of the longest bar


class Line(NamedTuple):
    """One line of the page: its name and formula, the lines it uses, those that use it, and whether it varies."""

    name: str
    formula: str
    uses: tuple[int, ...]
    used_by: tuple[int, ...]
    varies: bool


def lines() -> list[Line]:
    """Every line of the page, in order."""
    system, names = page()
    uses = [tuple(dict.fromkeys(source.index for source in entry.inputs)) for entry in system.entries]
    return [
        Line(name, formula, uses[k], tuple(j for j, of in enumerate(uses) if k in of), system.entries[k].varies)
        for k, (name, formula) in enumerate(names)
    ]


def moments(every: list[Line]) -> list[tuple[int, bool]]:
    """Where the walk is in each frame: a line, and whether it is on its way back; given numbers have no slope."""
    down = [(k, False) for k in range(len(every))]
    up = [(k, True) for k in reversed(range(len(every))) if every[k].varies]
    return [*down, *[down[-1]] * HOLD, *up]


def walk(arrays: Arrays, record: Record) -> draw.Film:
    """Values forwards and slopes backwards, one line in each frame; a moment of either walk for print."""
    every = lines()
    steps = moments(every)
    still, axes = draw.canvas(2, width=10.6, height=6.4, layout="none")
    net3 = next(k for k, line in enumerate(every) if line.name == "net3")
    for ax, back in zip(axes, (False, True), strict=True):
        _page(ax, arrays, every, net3, back)
    still.subplots_adjust(left=0.0, right=1.0, top=0.94, bottom=0.0, wspace=0.02)
    return draw.Film(still, partial(_frame, arrays, every, steps), range(len(steps)), 350)


def _frame(arrays: Arrays, every: list[Line], steps: list[tuple[int, bool]], k: int) -> Canvas:
    figure = draw.blank(6.0, 6.3)
    _page(figure.add_axes((0.0, 0.0, 1.0, 0.935)), arrays, every, *steps[k])
    return figure


def _page(ax: Any, arrays: Arrays, every: list[Line], at: int, back: bool) -> None:
    """The page when the walk has come to line `at`, on its way down or back up."""
    values, slopes, *_ = arrays["page"]
    colour = draw.RED if back else draw.BLUE
    line = every[at]
    ax.set(xlim=(-0.5, 1.9), ylim=(len(every) + 0.6, -1.6))
    ax.set_axis_off()
    ax.set_title("backwards: slopes of E" if back else "forwards: values", color=colour)
    for x, text, own in ((VALUE, "value", draw.BLUE), (SLOPE, "slope", draw.RED)):
        if back or x == VALUE:
            ax.annotate(text, (x, -1.1), ha="right", va="center", color=own)
    for k, one in enumerate(every):
        for source in one.uses:
            now = (k in line.used_by and source == at) if back else k == at
            _arc(ax, source, k, colour if now else draw.GRID, 2.4 if now else 1.0)
    ax.axhspan(at - 0.5, at + 0.5, color=draw.TINT, zorder=0)
    longest = float(np.abs(slopes).max())
    for k, one in enumerate(every):
        written = f"{one.name} = {one.formula}" if one.uses else one.name
        known = back or k <= at
        ax.annotate(written, (0.0, k), va="center", color=draw.INK if known else draw.FAINT)
        if known:
            lit = draw.BLUE if not back and (k == at or k in line.uses) else draw.INK if one.varies else draw.FAINT
            ax.annotate(f"{values[k]:.3f}", (VALUE, k), ha="right", va="center", color=lit)
        if back and k >= at and one.varies:
            lit = draw.RED if k == at or k in line.used_by else draw.INK
            ax.annotate(f"{slopes[k]:.3f}", (SLOPE, k), ha="right", va="center", color=lit)
            ax.barh(k, REACH * slopes[k] / longest, left=BAR, height=0.6, color=draw.RED)
    if back:
        ax.plot([BAR, BAR], [at - 0.4, len(every) - 0.6], color=draw.INK, linewidth=0.8)
    ax.annotate(_told(every, at, back), (-0.45, len(every) + 0.1), va="center", color=colour)


def _told(every: list[Line], at: int, back: bool) -> str:
    """What happens in this frame, in words."""
    line = every[at]
    if not back:
        return f"{line.name}: from the lines above" if line.uses else f"{line.name}: {line.formula}"
    if not line.used_by:
        return f"{line.name} itself: a slope of 1"
    return f"{line.name}: from the slope of {' and '.join(every[k].name for k in line.used_by)} below"


def _arc(ax: Any, a: int, b: int, colour: str, width: float) -> None:
    """From line `a` to the later line `b`, bulging to the left, more for a longer way."""
    t = np.linspace(0, np.pi, 30)
    bulge = 0.04 * (b - a) ** 0.8
    over = 3 if width > 1 else 1
    ax.plot(
        -0.03 - bulge * np.sin(t), (a + b) / 2 - (b - a) / 2 * np.cos(t), color=colour, linewidth=width, zorder=over
    )
