"""Pictures of the toy that show it learn: lines and planes over the map, as films and stills, and the card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas

from core.datasets import cities
from core.evidence.record import Record
from core.learning.ops import softmax
from core.publishing import figures as draw

COLOURS = (draw.ORANGE, draw.BLUE, draw.GREEN, draw.PURPLE)
PLACES = tuple(float(np.mean(city)) for city in cities.LONGITUDES)
WEST, EAST, SOUTH, NORTH = -8.0, 18.0, 37.0, 56.0
Arrays = Mapping[str, np.ndarray]


def _frames(steps: int, count: int) -> list[int]:
    """Steps of a film, closer together at its beginning."""
    return [int(k) for k in np.unique(np.round(steps * np.linspace(0, 1, count) ** 1.6))]


def card(arrays: Arrays, record: Record) -> Canvas:
    """The three lines after learning: over each city its own is the highest."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    _heights_of(ax, arrays["log_sgd_path"][-1])
    for k, name in enumerate(cities.NAMES):
        ax.plot([PLACES[k]], [-28], "^", color=COLOURS[k], markersize=12, clip_on=False)
        ax.annotate(name, (PLACES[k], 31), color=COLOURS[k], ha="center")
    ax.set(xlim=(WEST, EAST), ylim=(-28, 36), xlabel="longitude, °E", ylabel="height", yticks=[], xticks=[-5, 5, 15])
    return figure


def _heights_of(ax: Any, parameters: np.ndarray) -> None:
    x = np.linspace(WEST, EAST, 300)
    m, b = parameters.reshape(2, 3)
    for k, colour in enumerate(COLOURS[:3]):
        ax.plot(x, m[k] * x + b[k], color=colour, linewidth=2.6)


def learning(arrays: Arrays, record: Record) -> draw.Film:
    """Three lines and the probabilities that they make, while the published log is replayed."""
    path = arrays["log_sgd_path"]
    still, axes = draw.canvas(2, 2, width=7.6, height=5.6, sharex=True, sharey="row")
    for column, k in enumerate((0, len(path) - 1)):
        _lines(axes[:, column], path[k], f"after {k} steps" if k else "at the start")
        axes[0, column].set_ylim(-30, 30)
        axes[1, column].set_xlabel("longitude, °E")
    axes[0, 0].set_ylabel("height y = m x + b")
    axes[1, 0].set_ylabel("probability")
    return draw.Film(still, partial(_learning_frame, arrays), _frames(len(path) - 1, record.settings["frames"]), 180)


def _lines(axes: Sequence[Any], parameters: np.ndarray, title: str) -> None:
    x = np.linspace(WEST, EAST, 300)
    m, b = parameters.reshape(2, 3)
    _heights_of(axes[0], parameters)
    p, _ = softmax(x[:, None] * m + b)
    for k, colour in enumerate(COLOURS[:3]):
        axes[1].plot(x, p[:, k], color=colour, linewidth=2.6)
        axes[1].plot(cities.LONGITUDES[k], [-0.06] * 5, "^", color=colour, markersize=9, clip_on=False)
        axes[1].annotate(cities.NAMES[k], (PLACES[k], 1.06), color=colour, ha="center")
    axes[1].set(ylim=(-0.06, 1.22), xlim=(WEST, EAST))
    axes[0].set_title(title)


def _learning_frame(arrays: Arrays, k: int) -> Canvas:
    figure, axes = draw.canvas(1, 2, width=5.2, height=5.8, layout="none", sharex=True)
    shown = cities.NAMES[cities.ORDER[(k - 1) % len(cities.ORDER)] // 5]
    right = round(15 * float(arrays["log_sgd_shares"][k - 1])) if k else 0
    title = f"step {k}, {shown} shown: {right} of 15 right" if k else "at the start"
    _lines(axes, arrays["log_sgd_path"][k], title)
    axes[0].set(ylim=(-30, 30), ylabel="height y = m x + b")
    axes[1].set(xlabel="longitude, °E", ylabel="probability")
    figure.subplots_adjust(left=0.15, right=0.97, top=0.93, bottom=0.1, hspace=0.12)
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
    """Each place in the colour of its highest plane, the stronger the surer, with straight borders."""
    h = _heights(arrays["map_path"][k], _grid(count))
    strength = np.maximum(np.round(4 * softmax(h)[0].max(axis=-1)) / 4, 0.5)
    colours = np.array([to_rgb(c) for c in COLOURS])[np.argmax(h, axis=-1)]
    extent = (WEST, EAST, SOUTH, NORTH)
    shaded = 1 - (1 - colours) * 0.6 * strength[..., None]
    ax.imshow(shaded, extent=extent, origin="lower", aspect="auto", interpolation="none")
    for city in range(4):
        above = h[..., city] - np.delete(h, city, axis=-1).max(axis=-1)
        if above.min() < 0 < above.max():
            ax.contour(above, levels=[0.0], extent=extent, colors="white", linewidths=3)
    places = arrays["map_x"] + np.array(cities.CENTRE)
    for city, name in enumerate(cities.MAP_NAMES):
        own = places[5 * city : 5 * city + 5]
        ax.plot(*own.T, "o", color="#222222", markersize=7)
        ax.annotate(name, own.mean(axis=0), xytext=(0, 9), textcoords="offset points", ha="center", color="#222222")
    ax.set(xlim=(WEST, EAST), ylim=(SOUTH, NORTH), xlabel="longitude, °E")
    ax.grid(visible=False)


def map_learning(arrays: Arrays, record: Record) -> draw.Film:
    """Probabilities of four cities over the map while twelve parameters are learned."""
    last = len(arrays["map_path"]) - 1
    still, axes = draw.canvas(3, width=12.0, height=4.2, sharey=True)
    for ax, k in zip(axes, (0, 10, last), strict=True):
        _map(ax, arrays, k)
        ax.set_title(f"after {k} steps: {round(20 * arrays['map_curve'][k])} of 20 right")
    axes[0].set_ylabel("latitude, °N")
    return draw.Film(still, partial(_map_frame, arrays), _frames(last, record.settings["frames"]), 140)


def _map_frame(arrays: Arrays, k: int) -> Canvas:
    figure, ax = draw.canvas(width=5.2, height=4.4, layout="none")
    _map(ax, arrays, k, 61)
    ax.set(title=f"after {k} steps: {round(20 * arrays['map_curve'][k])} of 20 right", ylabel="latitude, °N")
    figure.subplots_adjust(left=0.14, right=0.97, top=0.91, bottom=0.13)
    return figure


def planes(arrays: Arrays, record: Record) -> Canvas:
    """Four planes over the map, the highest of them coloured."""
    figure = Canvas(figsize=(6.4, 5.4))
    solid = figure.add_subplot(projection="3d")
    last = arrays["map_path"][-1]
    grid, coarse = _grid(66), _grid(9)
    h = _heights(last, grid)
    colours = np.array([to_rgb(c) for c in COLOURS])[np.argmax(h, axis=-1)]
    solid.plot_surface(
        grid[..., 0],
        grid[..., 1],
        h.max(axis=-1),
        facecolors=colours,
        rstride=1,
        cstride=1,
        linewidth=0,
        antialiased=False,
        rasterized=True,
        shade=False,
    )
    heights = _heights(last, coarse)
    for city in range(4):
        wires = coarse[..., 0], coarse[..., 1], heights[..., city]
        solid.plot_wireframe(*wires, color=COLOURS[city], linewidth=0.8, alpha=0.8)
    solid.set(xlabel="longitude, °E", ylabel="latitude, °N", xticks=[-5, 5, 15], yticks=[40, 45, 50, 55])
    solid.set_zlabel("height")
    solid.view_init(elev=28, azim=-60)
    solid.set_box_aspect(None, zoom=0.92)
    return figure
