"""The loss of `six_parameters` as a landscape: over two parameters, and in random planes of wider networks too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import cities
from core.learning import slopes
from core.learning.ops import affine, softmax_cross_entropy, tanh
from core.learning.optimizers import Arrays, adam_step, gradient, no_moments
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from reproductions.six_parameters.logs import replay
from reproductions.six_parameters.toy import START, city_loss

CHOSEN = (0, 2)  # the two of the six parameters that are drawn: the slopes of Madrid and of Berlin
SIDE = np.linspace(-3.0, 2.0, 61)


def surface(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Mean loss over two of the six parameters along the published log, the others where they are by then.

    cell: rate, steps, when. Also the loss along the log if only the two moved, if only the other four did, or all.
    """
    x, t = cities.by_longitude()
    read, _ = slopes.network_loss(city_loss, START, x, t)
    log = {"method": "sgd", "rate": cell["rate"], "steps": cell["steps"], "order": "published", "options": {}}
    path = replay(log, [0])[0]["path"]
    two = np.zeros(6, dtype=bool)
    two[list(CHOSEN)] = True
    grid = np.stack(np.meshgrid(SIDE, SIDE), axis=-1)
    surfaces = []
    for step in cell["when"]:
        points = np.broadcast_to(path[step], (*grid.shape[:2], 6)).copy()
        points[..., list(CHOSEN)] = grid
        surfaces.append(read(points) / len(x))
    found = {
        "surfaces": np.array(surfaces),
        "path": path,
        "all": read(path) / len(x),
        "only_two": read(np.where(two, path, path[0])) / len(x),
        "only_four": read(np.where(two, path[0], path)) / len(x),
    }
    return [found for _ in seeds]


def shadow(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The published path on a random plane through its start: its projection, and the mean loss there.

    cell: rate, steps. `surface` is the mean loss over the plane, coordinates from -extent to extent; `along` that at
    the projection of every step; `share` how much of the way from start to end the plane sees.
    """
    x, t = cities.by_longitude()
    read, _ = slopes.network_loss(city_loss, START, x, t)
    log = {"method": "sgd", "rate": cell["rate"], "steps": cell["steps"], "order": "published", "options": {}}
    path = replay(log, [0])[0]["path"]
    moved = path - path[0]
    extent = 1.1 * float(np.linalg.norm(moved, axis=1).max())
    grid = np.stack(np.meshgrid(*[np.linspace(-extent, extent, 41)] * 2), axis=-1)
    rows = []
    for seed in seeds:
        plane = plane_of(generator(cell["entropy"], seed), path.shape[1])
        seen = moved @ plane
        rows.append(
            {
                "seen": seen,
                "surface": read(path[0] + grid @ plane.T) / len(x),
                "extent": extent,
                "along": read(path[0] + seen @ plane.T) / len(x),
                "share": float(np.linalg.norm(seen[-1]) / np.linalg.norm(moved[-1])),
            }
        )
    return rows


def plane_of(rng: np.random.Generator, parameters: int) -> np.ndarray:
    # -> (parameters, 2)
    """Two random directions of length one at right angles."""
    return np.linalg.qr(rng.standard_normal((parameters, 2)))[0]


def wide_loss(system: OrderedSystem, parameters: Mapping[str, Entry], x: Any, t: Any) -> Entry:
    """The six parameters, or a layer of hyperbolic tangents before them where there is a `w`; summed over cases."""
    if "w" not in parameters:
        return city_loss(system, parameters, x, t)
    y = system.apply(tanh, system.apply(affine, system.constant(x), parameters["w"], parameters["c"]))
    h = system.apply(affine, y, parameters["m"], parameters["b"])
    return system.apply(softmax_cross_entropy, h, system.constant(t))


def wide_start(hidden: int, rng: np.random.Generator) -> Arrays:
    """A random start; with no hidden units, the six parameters."""
    if hidden == 0:
        return {"m": rng.standard_normal((1, 3)), "b": rng.standard_normal(3)}
    return {
        "w": rng.normal(0.0, 0.3, (1, hidden)),
        "c": rng.standard_normal(hidden),
        "m": rng.normal(0.0, hidden**-0.5, (hidden, 3)),
        "b": np.zeros(3),
    }


def random_plane(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """How much of a path of learning a random plane through its start sees. cell: hidden, sweeps, rate."""
    return [_random_plane(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _random_plane(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    x, t = cities.by_longitude()
    start = wide_start(cell["hidden"], rng)
    parameters, moments, path = start, no_moments(start), [slopes.flatten(start)]
    for _ in range(cell["sweeps"]):
        _, slope = gradient(wide_loss, parameters, x, t)
        parameters, moments = adam_step(parameters, slope, moments, learning_rate=cell["rate"])
        path.append(slopes.flatten(parameters))
    read, _ = slopes.network_loss(wide_loss, start, x, t)
    moved = np.array(path) - path[0]
    plane = plane_of(rng, moved.shape[1])
    seen = moved @ plane
    total = np.linalg.norm(moved[-1])
    outside = path[-1] - plane @ seen[-1]
    first, last, sunk = (float(read(p)) / len(x) for p in (path[0], path[-1], outside))
    inside = float(read(path[0] + plane @ seen[-1])) / len(x)
    parts = np.linalg.svd(moved - moved.mean(axis=0), compute_uv=False) ** 2
    return {
        "parameters": moved.shape[1],
        "seen": np.linalg.norm(seen[-1]) / total,
        "squared": float(np.sum(seen[-1] ** 2) / total**2),
        "sinking": (first - sunk) / (first - last),
        "walking": (first - inside) / (first - last),
        "loss_before": first,
        "loss_after": last,
        "two_best": float(parts[:2].sum() / parts.sum()),
        "in_plane": seen / total,
    }
