"""Ticks, shades and short numbers that the figures of `scaling` share."""

from __future__ import annotations

from typing import Any

import numpy as np


def marked(ax: Any, values: np.ndarray, apart: float = 2.2) -> None:
    """Ticks of a logarithmic axis at some of the values themselves, at least a factor apart."""
    kept: list[float] = []
    for value in np.unique(values):
        if not kept or value > apart * kept[-1]:
            kept.append(float(value))
    ax.set_xticks(kept, [short(v) for v in kept])
    ax.minorticks_off()


def percent(ax: Any, ticks: tuple[float, ...]) -> tuple[list[float], list[str]]:
    """Those of the ticks that lie on the vertical axis, and their labels."""
    low, high = ax.get_ylim()
    kept = [t for t in ticks if low <= t <= high]
    return kept, [f"{t:g}" for t in kept]


def shades(count: int) -> list[Any]:
    """So many colours from dark to light, in order."""
    import matplotlib

    return [matplotlib.colormaps["viridis"](k) for k in np.linspace(0.05, 0.85, count)]


def short(value: float) -> str:
    """A number of parameters or characters in few signs.

    >>> short(1000120.0), short(99923.0), short(60.0)
    ('1M', '100k', '60')
    """
    return f"{value / 1e6:.2g}M" if value >= 9.5e5 else f"{value / 1e3:.0f}k" if value >= 950 else f"{value:.0f}"


def times(value: float) -> str:
    """A large factor in words."""
    for word, size in (("billion", 1e9), ("million", 1e6)):
        if value >= size:
            return f"{value / size:.3g} {word}"
    return f"{value:,.0f}"


def power(value: float) -> str:
    """A number as a digit and a power of ten."""
    exponent = int(np.floor(np.log10(value)))
    return f"{value / 10**exponent:.1f}·10$^{{{exponent}}}$"
