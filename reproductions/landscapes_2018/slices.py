"""Slices through solutions: filter-normalised and raw, with decay and scale, with skips and without.

A seed is a pair of random directions; cell["nets"] says over how many trained nets the seeds are spread. Slices are
read in double precision on some of the training digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.learning import landscape
from core.learning.ordered import OrderedSystem
from core.learning.seeds import generator
from reproductions.landscapes_2018.nets import (
    DIRECTIONS,
    Arrays,
    Net,
    Trained,
    digits_of,
    double,
    net_of,
    trained,
)

LARGEST = 128_000  # numbers of a hidden layer, over points and digits, that are held at once: they stay in the cache
NOISE = 1e-6  # curvatures smaller than this in size are rounding


def surface(
    net: Net,
    centre: Arrays,
    directions: Sequence[Mapping[str, np.ndarray]],
    coordinates: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
) -> np.ndarray:
    """Losses over a slice, whatever its dimension; losses that overflow are infinite."""
    width = max(value.size for name, value in centre.items() if name[0] == "b")
    with np.errstate(over="ignore", invalid="ignore"):
        found = landscape.values_by_layer(
            net.rest,
            lambda p: net.first(p, x),
            net.names,
            centre,
            directions,
            coordinates,
            y,
            together=max(1, LARGEST // (len(x) * width)),
        )
    return np.where(np.isfinite(found), found, np.inf)


def pair(cell: Mapping[str, Any], seed: int, centre: Arrays, kind: str) -> list[Arrays]:
    """The two directions of a seed: "filters" and "tensors" scaled to the weights, "raw" to length one.

    The same random numbers whatever the kind.
    """
    rng = generator(cell["entropy"], DIRECTIONS + seed)
    drawn = [landscape.random_direction(rng, centre) for _ in range(2)]
    if kind == "filters":
        return [landscape.filter_normalised(d, centre) for d in drawn]
    if kind == "tensors":
        return [landscape.tensor_normalised(d, centre) for d in drawn]
    lengths = [np.sqrt(sum(np.sum(np.square(v)) for v in d.values())) for d in drawn]
    return [{name: value / length for name, value in d.items()} for d, length in zip(drawn, lengths, strict=True)]


def _prepared(cell: Mapping[str, Any], seed: int) -> tuple[Net, Trained, Arrays, np.ndarray, np.ndarray]:
    net, data = net_of(cell), digits_of(cell)
    found = trained(cell, seed % cell["nets"])
    on = cell["on"]
    return net, found, double(found.end), data.x[:on].astype(np.float64), data.y[:on]


def planes(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Two-dimensional slices around a solution: how much of each curves downwards. cell: extent, points, kinds, on.

    For each kind of direction: `negative` is the share of inner grid points at which the slice curves downwards some
    way, `ratio` that at which it does so by a tenth of the other principal curvature or more, `rise` the mean loss at
    the rim over that in the middle, `bowl` the share of rim points that lie above all points halfway there, `least` and
    `most` the curvatures in the middle. `error` of the net; with cell["keep"] the surfaces themselves.
    """
    return [_plane(cell, seed) for seed in seeds]


def _plane(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    net, found, centre, x, y = _prepared(cell, seed)
    if not found.sound:
        return {"failed": "diverged"}
    row: dict[str, Any] = {"error": found.error, "train_error": found.train_error, "loss": found.loss}
    middle = cell["points"] // 2
    for kind in cell["kinds"]:
        extent = cell["extent"] * (length(centre) if kind == "raw" and cell.get("in_lengths") else 1.0)
        coordinates = landscape.grid(extent, cell["points"])
        losses = surface(net, centre, pair(cell, seed, centre, kind), coordinates, x, y)
        row |= {f"{kind}_{name}": value for name, value in seen(losses, 2 * extent / (cell["points"] - 1)).items()}
        row[f"{kind}_middle"] = float(losses[middle, middle])
        if cell.get("keep"):
            row[f"{kind}_surface"] = losses
    return row


def seen(losses: np.ndarray, step: float) -> dict[str, float]:
    """Measures of one surface; see `planes`. Where it is not finite there is no curvature."""
    middle = len(losses) // 2
    with np.errstate(invalid="ignore"):
        curvatures = landscape.surface_curvatures(losses, step)
    known = np.isfinite(curvatures).all(axis=-1)
    small, large = curvatures[..., 0], curvatures[..., 1]
    rim = np.concatenate([losses[0], losses[-1], losses[1:-1, 0], losses[1:-1, -1]])
    half = middle // 2
    ring = losses[half : len(losses) - half, half : len(losses) - half]
    halfway = np.concatenate([ring[0], ring[-1], ring[1:-1, 0], ring[1:-1, -1]])
    return {
        "negative": float(np.mean(small[known] < -NOISE)),
        "ratio": float(np.mean(-small[known] > 0.1 * large[known])),
        "rise": float(np.mean(rim) - losses[middle, middle]),
        "bowl": float(np.mean(rim > halfway.max())),
        "least": float(small[middle - 1, middle - 1]),
        "most": float(large[middle - 1, middle - 1]),
        "known": float(known.mean()),
    }


def length(p: Mapping[str, np.ndarray]) -> float:
    """Length of all parameters as one vector."""
    return float(np.sqrt(sum(np.sum(np.square(value)) for value in p.values())))


def widths(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """One-dimensional slices around a solution and how wide they are, raw and filter-normalised. cell: reach, points.

    `*_width` is the mean distance both ways at which the loss has risen by cell["rise"] nats, in units of the direction
    (the reach of the slice if it does not), `*_sharp` the second difference in the middle; `norm` the length of the
    weights; error on training and test digits.
    """
    return [_width(cell, seed) for seed in seeds]


def _width(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    net, found, centre, x, y = _prepared(cell, seed)
    if not found.sound:
        return {"failed": "diverged"}
    row: dict[str, Any] = {
        "error": found.error,
        "train_error": found.train_error,
        "loss": found.loss,
        "norm": length(centre),
        "gap": found.error - found.train_error,
    }
    for kind, reach in cell["reach"].items():
        at = np.linspace(-reach, reach, cell["points"])
        losses = surface(net, centre, pair(cell, seed, centre, kind)[:1], at[:, None], x, y)
        row |= {f"{kind}_slice": losses, f"{kind}_width": width_of(at, losses, cell["rise"])}
        middle = cell["points"] // 2
        row[f"{kind}_sharp"] = float(np.diff(losses[middle - 1 : middle + 2], 2)[0] / (at[1] - at[0]) ** 2)
    return row


def width_of(at: np.ndarray, losses: np.ndarray, rise: float) -> float:
    """Mean over both sides of the distance at which a slice first lies `rise` above its middle, between points too."""
    middle = len(at) // 2
    found = []
    for side in (slice(middle, None), slice(middle, None, -1)):
        places, line = np.abs(at[side] - at[middle]), losses[side] - losses[middle]
        above = np.flatnonzero(line >= rise)
        if not len(above):
            found.append(places[-1])
            continue
        k = above[0]
        part = (rise - line[k - 1]) / (line[k] - line[k - 1]) if np.isfinite(line[k]) else 1.0
        found.append(places[k - 1] + part * (places[k] - places[k - 1]))
    return float(np.mean(found))


def rescaled(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The same function with other weights: layer one times a factor and layer two divided by it, for rectifiers.

    `*_width` and `*_scaled_width` of slices before and after, raw and normalised, and the largest difference of the two
    slices; `outputs` the largest difference of any score, which only rounding makes.
    """
    rows = []
    for seed in seeds:
        net, _, centre, x, y = _prepared(cell, seed)
        other = scaled(centre, cell["factor"])
        row: dict[str, Any] = {"outputs": float(np.abs(_scores(net, centre, x) - _scores(net, other, x)).max())}
        for kind, reach in cell["reach"].items():
            at = np.linspace(-reach, reach, cell["points"])
            lines = [surface(net, p, pair(cell, seed, p, kind)[:1], at[:, None], x, y) for p in (centre, other)]
            row[f"{kind}_width"], row[f"{kind}_scaled_width"] = (width_of(at, one, cell["rise"]) for one in lines)
            row[f"{kind}_difference"] = float(np.abs(lines[0] - lines[1]).max())
            row |= {f"{kind}_slice": lines[0], f"{kind}_scaled_slice": lines[1]}
        rows.append(row)
    return rows


def scaled(p: Arrays, factor: float) -> Arrays:
    """A layered net of rectifiers with layer one times a factor and the weights of layer two divided by it."""
    return {**p, "w1": p["w1"] * factor, "b1": p["b1"] * factor, "w2": p["w2"] / factor}


def _scores(net: Net, p: Arrays, x: np.ndarray) -> np.ndarray:
    system = OrderedSystem()
    return net.scores(system, system.parameters(p), x).value
