"""Paths of learning: their principal components, what a random plane sees of them, and the plane while they go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.learning import landscape
from core.learning.seeds import generator
from core.learning.slopes import flatten
from reproductions.landscapes_2018.nets import DIRECTIONS, digits_of, double, net_of, trained
from reproductions.landscapes_2018.slices import length, pair, surface


def components(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of a path's variance in its first principal components, and in pairs of random directions. cell: looks.

    Points are those of the looks, evenly spread over the steps. `two` and `one` are shares of the moves from the last
    point, as Li et al. take them; `two_centred` of the moves from the mean; `random` the mean share that cell["planes"]
    random planes see, `random_most` the largest; `walk` the share `two` of a random walk of as many steps with the
    same lengths, which has a large one too; `along` and `across` the path in the plane of its first two.
    """
    return [_components(cell, seed) for seed in seeds]


def _components(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    found = trained(cell, seed)
    if not found.sound:
        return {"failed": "diverged"}
    path = np.stack([flatten(double(look)) for look in found.looks])
    rng = generator(cell["entropy"], DIRECTIONS + seed)
    shares, centred = landscape.component_shares(path, centred=False), landscape.component_shares(path)
    moves = path[:-1] - path[-1]
    total = np.sum(np.square(moves))
    seen = []
    for _ in range(cell["planes"]):
        basis = np.linalg.qr(rng.standard_normal((path.shape[1], 2)))[0]
        seen.append(np.sum(np.square(moves @ basis)) / total)
    steps = rng.standard_normal(moves.shape)
    steps *= (np.linalg.norm(np.diff(path, axis=0), axis=1) / np.linalg.norm(steps, axis=1))[:, None]
    walk = np.concatenate([np.zeros((1, path.shape[1])), np.cumsum(steps, axis=0)])
    places = _in_first_two(path)
    return {
        "one": float(shares[0]),
        "two": float(shares[:2].sum()),
        "two_centred": float(centred[:2].sum()),
        "walk": float(landscape.component_shares(walk, centred=False)[:2].sum()),
        "random": float(np.mean(seen)),
        "random_most": float(np.max(seen)),
        "parameters": float(path.shape[1]),
        "along": places[:, 0],
        "across": places[:, 1],
        "error": found.error,
    }


def _in_first_two(path: np.ndarray) -> np.ndarray:
    # -> (S, 2)
    moves = path - path[-1]
    left, sizes, _ = np.linalg.svd(moves, full_matrices=False)
    return left[:, :2] * sizes[:2]


def displacement(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """How little of the way from start to end lies along a random direction, by the number of parameters.

    `seen` is the mean of |cosine| of the way with cell["directions"] random ones, `expected` sqrt(2 / (pi P)) for
    directions that know nothing of it; `filters` the same for filter-normalised directions, which lean towards large
    weights; `way` the length of the way, `start` that of the starting weights.
    """
    rows: list[dict[str, Any]] = []
    for seed in seeds:
        found = trained(cell, seed)
        if not found.sound:
            rows.append({"failed": "diverged"})
            continue
        start, end = double(found.start), double(found.end)
        way = landscape.difference(start, end)
        flat, rng = flatten(way), generator(cell["entropy"], DIRECTIONS + seed)
        size = np.linalg.norm(flat)
        seen: list[float] = []
        filters: list[float] = []
        for _ in range(cell["directions"]):
            d = landscape.random_direction(rng, start)
            for kind, values in ((d, seen), (landscape.filter_normalised(d, start), filters)):
                v = flatten(kind)
                values.append(float(abs(flat @ v) / (size * np.linalg.norm(v))))
        count = flat.size
        rows.append(
            {
                "seen": float(np.mean(seen)),
                "filters": float(np.mean(filters)),
                "parameters": float(count),
                "expected": float(np.sqrt(2 / (np.pi * count))),
                "way": float(size),
                "start": length(start),
                "error": found.error,
                "loss": found.loss,
            }
        )
    return rows


def wormhole(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The loss over one fixed random plane while the net learns: a film whose point stands still and sinks.

    The plane goes through the start along two directions scaled array by array, as Welch Labs (2025) do. Frame k shows
    it through where the net is at look k: `frames` (looks, points, points), kept with cell["keep"]. `middle` (looks,)
    is the loss of the net itself, `in_plane` (looks, 2) its displacement along the two directions in units of them,
    `out_of_plane` that across in units of the starting weights; `climbed` how far the start would have had to move in
    the plane of the start to reach the lowest loss that this plane holds, `lowest` that loss, and `walked` the loss at
    the end's shadow on that plane.
    """
    return [_wormhole(cell, seed) for seed in seeds]


def _wormhole(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    net, data, found = net_of(cell), digits_of(cell), trained(cell, seed)
    if not found.sound:
        return {"failed": "diverged"}
    on = cell["on"]
    x, y = data.x[:on].astype(np.float64), data.y[:on]
    start = double(found.start)
    directions = pair(cell, seed, start, "tensors")
    coordinates = landscape.grid(cell["extent"], cell["points"])
    middle, frames = cell["points"] // 2, []
    for look in found.looks:
        frames.append(surface(net, double(look), directions, coordinates, x, y))
    film = np.array(frames)
    flat = np.stack([flatten(d) for d in directions])
    moves = np.stack([flatten(double(look)) - flatten(start) for look in found.looks])
    places = np.linalg.lstsq(flat.T, moves.T, rcond=None)[0].T
    across = np.linalg.norm(moves - places @ flat, axis=1) / length(start)
    shadow = surface(net, start, directions, places[-1:], x, y)
    low = np.unravel_index(np.argmin(film[0]), film[0].shape)
    row = {
        "middle": film[:, middle, middle],
        "in_plane": places,
        "out_of_plane": across,
        "moved": float(np.hypot(*places[-1])),
        "walked": float(shadow[0]),
        "lowest": float(film[0][low]),
        "climbed": float(np.hypot(*coordinates[low])),
        "steps": found.steps.astype(float),
        "error": found.error,
        "parameters": float(flat.shape[1]),
    }
    return row | ({"frames": film} if cell.get("keep") else {})
