"""Pictures of `six_parameters` that show it learn: films, planes over a map, and the loss as a landscape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm, to_rgb
from matplotlib.figure import Figure as Canvas

from core.datasets import cities
from core.evidence.record import Record
from core.learning.ops import softmax
from core.publishing import figures as draw
from reproductions.six_parameters.landscape import CHOSEN, SIDE

COLOURS = (draw.ORANGE, draw.BLUE, draw.GREEN, draw.PURPLE)
PLACES = tuple(float(np.mean(city)) for city in cities.LONGITUDES)
WEST, EAST, SOUTH, NORTH = -8.0, 18.0, 37.0, 56.0
Arrays = Mapping[str, np.ndarray]


def _frames(steps: int, count: int) -> list[int]:
    """Steps of a film, closer together at its beginning."""
    return [int(k) for k in np.unique(np.round(steps * np.linspace(0, 1, count) ** 1.6))]


def learning(arrays: Arrays, record: Record) -> draw.Film:
    """Three lines and the probabilities that they make, while the published log is replayed."""
    path = arrays["log_sgd_path"]
    still, axes = draw.canvas(3, 2, width=11.0, height=5.6, sharex=True, sharey="row")
    for column, k in enumerate((0, 12, len(path) - 1)):
        _lines(axes[:, column], path[k], f"after {k} steps" if k else "at the start", names=column != 1)
        axes[0, column].set_ylim(-30, 30)
        axes[1, column].set_xlabel("longitude, °E")
    axes[0, 0].set_ylabel("height y = m x + b")
    axes[1, 0].set_ylabel("probability")
    return draw.Film(still, partial(_learning_frame, arrays), _frames(len(path) - 1, record.settings["frames"]), 180)


def _lines(axes: Sequence[Any], parameters: np.ndarray, title: str, *, names: bool = True) -> None:
    x = np.linspace(WEST, EAST, 300)
    m, b = parameters.reshape(2, 3)
    h = x[:, None] * m + b
    p, _ = softmax(h)
    for k, colour in enumerate(COLOURS[:3]):
        axes[0].plot(x, h[:, k], color=colour, linewidth=2)
        axes[1].plot(x, p[:, k], color=colour, linewidth=2)
        axes[1].plot(cities.LONGITUDES[k], [-0.06] * 5, "^", color=colour, markersize=8, clip_on=False)
        if names:
            axes[1].annotate(cities.NAMES[k], (PLACES[k], 1.06), color=colour, ha="center", fontsize=11)
    axes[1].set(ylim=(-0.06, 1.2), xlim=(WEST, EAST))
    axes[0].set_title(title)


def _learning_frame(arrays: Arrays, k: int) -> Canvas:
    figure, axes = draw.canvas(2, width=9.6, height=4.2, layout="none")
    before = cities.ORDER[(k - 1) % len(cities.ORDER)] // 5
    shown = f"after {k} steps, last shown {cities.NAMES[before]}" if k else "heights at the start"
    _lines(axes, arrays["log_sgd_path"][k], shown)
    right = round(15 * float(arrays["log_sgd_shares"][k - 1])) if k else 0
    axes[0].set(ylim=(-30, 30), xlabel="longitude, degrees east", ylabel="height y = m x + b")
    axes[1].set(xlabel="longitude, degrees east", title=f"probability; {right} of 15 right")
    figure.subplots_adjust(left=0.09, right=0.98, top=0.9, bottom=0.14, wspace=0.18)
    return figure


def _grid(count: int) -> np.ndarray:
    # -> (count, count, 2)
    """Longitudes and latitudes over the map."""
    return np.stack(np.meshgrid(np.linspace(WEST, EAST, count), np.linspace(SOUTH, NORTH, count)), axis=-1)


def _heights(parameters: np.ndarray, places: np.ndarray) -> np.ndarray:
    # (3, 4), (..., 2) -> (..., 4)
    """Four planes over the map."""
    return (places - np.array(cities.CENTRE)) @ parameters[:2] + parameters[2]


def _map(ax: Any, arrays: Arrays, k: int, count: int = 121) -> None:
    h = _heights(arrays["map_path"][k], _grid(count))
    _regions(ax, h, np.maximum(np.round(4 * softmax(h)[0].max(axis=-1)) / 4, 0.5))
    places = arrays["map_x"] + np.array(cities.CENTRE)
    for city, name in enumerate(cities.MAP_NAMES):
        own = places[5 * city : 5 * city + 5]
        ax.plot(*own.T, "o", color=draw.INK, markersize=6)
        ax.annotate(name, own.mean(axis=0), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=11)


def _regions(ax: Any, h: np.ndarray, strength: np.ndarray) -> None:
    """Each place in the colour of its highest plane, the stronger the surer, with straight borders."""
    colours = np.array([to_rgb(c) for c in COLOURS])[np.argmax(h, axis=-1)]
    extent = (WEST, EAST, SOUTH, NORTH)
    ax.imshow(1 - (1 - colours) * 0.6 * strength[..., None], extent=extent, origin="lower", aspect="auto",
              interpolation="none")  # fmt: skip
    for city in range(4):
        above = h[..., city] - np.delete(h, city, axis=-1).max(axis=-1)
        if above.min() < 0 < above.max():
            ax.contour(above, levels=[0.0], extent=extent, colors="white", linewidths=3)
    ax.set(xlim=(WEST, EAST), ylim=(SOUTH, NORTH), xlabel="longitude, °E")
    ax.grid(visible=False)


def map_learning(arrays: Arrays, record: Record) -> draw.Film:
    """Probabilities of four cities over the map while twelve parameters are learned."""
    last = len(arrays["map_path"]) - 1
    still, axes = draw.canvas(3, width=12.0, height=4.4, sharey=True)
    for ax, k in zip(axes, (0, 10, last), strict=True):
        _map(ax, arrays, k)
        ax.set_title(f"after {k} steps: {round(20 * arrays['map_curve'][k])} of 20 right")
    axes[0].set_ylabel("latitude, °N")
    return draw.Film(still, partial(_map_frame, arrays), _frames(last, record.settings["frames"]), 140)


def _map_frame(arrays: Arrays, k: int) -> Canvas:
    figure, ax = draw.canvas(width=6.4, height=4.8, layout="none")
    _map(ax, arrays, k, 61)
    ax.set(title=f"after {k} steps: {round(20 * arrays['map_curve'][k])} of 20 right", ylabel="latitude, °N")
    figure.subplots_adjust(left=0.14, right=0.97, top=0.91, bottom=0.13)
    return figure


def planes(arrays: Arrays, record: Record) -> Canvas:
    """Four planes over the map, the highest of them coloured, and the regions where each is highest."""
    figure = Canvas(figsize=(11.5, 5.2))
    solid, flat = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
    last = arrays["map_path"][-1]
    grid = _grid(66)
    h = _heights(last, grid)
    best = np.argmax(h, axis=-1)
    colours = np.array([to_rgb(c) for c in COLOURS])[best]
    solid.plot_surface(grid[..., 0], grid[..., 1], h.max(axis=-1), facecolors=colours, rstride=1, cstride=1,
                       linewidth=0, antialiased=False, rasterized=True, shade=False)  # fmt: skip
    coarse = _grid(9)
    heights = _heights(last, coarse)
    for city in range(4):
        solid.plot_wireframe(coarse[..., 0], coarse[..., 1], heights[..., city], color=COLOURS[city], linewidth=0.6,
                             alpha=0.7)  # fmt: skip
    solid.set(xlabel="longitude, °E", ylabel="latitude, °N", title="four planes; the highest wins")
    solid.set_zlabel("height h")
    solid.view_init(elev=28, azim=-60)
    solid.set_box_aspect(None, zoom=1.0)
    fine = _heights(last, _grid(240))
    _regions(flat, fine, np.ones(fine.shape[:2]))
    for city, name in enumerate(cities.MAP_NAMES):
        place = arrays["map_x"][5 * city : 5 * city + 5].mean(axis=0) + np.array(cities.CENTRE)
        flat.plot(*place, "o", color=draw.INK, markersize=6)
        flat.annotate(name, place, xytext=(0, 9), textcoords="offset points", ha="center")
    flat.set(ylabel="latitude, °N", title="where each is the highest")
    return figure


def over_surface(ax: Any, side: np.ndarray, surface: np.ndarray, path: np.ndarray) -> Any:
    """Mean loss over a square as shades and lines of equal loss, with a path (steps, 2) over it; returns the shades."""
    ends = (side[0], side[-1], side[0], side[-1])
    shades = ax.imshow(np.maximum(surface, 0.02), cmap="Blues", norm=LogNorm(0.02, 40), origin="lower", extent=ends,
                       interpolation="none")  # fmt: skip
    ax.contour(side, side, surface, levels=[0.1, 0.3, 1, 3, 10], colors="white", linewidths=0.8)
    ax.plot(*path.T, color=draw.RED, linewidth=1.6)
    ax.plot(*path[-1], "o", color=draw.RED, markersize=9, markeredgecolor="white")
    ax.grid(visible=False)
    return shades


def landscape(arrays: Arrays, record: Record) -> Canvas:
    """Mean loss over two of the six parameters, three times along the path, and what moving only some would give."""
    figure, axes = draw.canvas(4, width=14.0, height=4.2, gridspec_kw={"width_ratios": [1, 1, 1, 1.15]})
    path, surfaces = arrays["surface_path"], arrays["surface_surfaces"]
    when = (0, 3, len(path) - 1)
    two = path[:, list(CHOSEN)]
    shades: Any = None
    for ax, surface, k in zip(axes, surfaces, when, strict=False):
        shades = over_surface(ax, SIDE, surface, two[: k + 1])
        mean = arrays["surface_all"][k]
        ax.set(xlabel="slope of Madrid", title=f"after {k} steps: loss {mean:.2g}", aspect="equal")
    axes[0].set_ylabel("slope of Berlin")
    figure.colorbar(shades, ax=axes[:3], location="right", shrink=0.7, pad=0.01, label="mean loss")
    steps = np.arange(len(path))
    for name, colour, text in (("only_two", draw.ORANGE, "only these two move"), ("only_four", draw.GREEN,
                               "only the other four move"), ("all", draw.RED, "all six move")):  # fmt: skip
        axes[3].plot(steps, arrays[f"surface_{name}"], color=colour, linewidth=2)
        below = name == "all"
        axes[3].annotate(text, (steps[-1], arrays[f"surface_{name}"][-1]), xytext=(0, -8 if below else 7), color=colour,
                         textcoords="offset points", ha="right", va="top" if below else "bottom")  # fmt: skip
    axes[3].set(yscale="log", xlabel="step", title="mean loss along the log", ylim=(0.08, 30))
    return figure
