"""Learning from many starts: three cities by longitude, and four on a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from core.datasets import cities
from core.learning.optimizers import Arrays, adam_step, gradient, no_moments
from core.learning.seeds import generator
from reproductions.six_parameters.toy import city_loss, share_right

KEPT = np.unique(np.geomspace(1, 3000, 60).astype(int))  # steps of long runs at which curves are kept


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Stochastic gradient descent from random starts, in a new random order every pass; seeds side by side.

    cell: loss, rate, temperature, spread (of the Gaussian starts), steps. `steps` to the first time that all fifteen
    are right is left out where that never happens.
    """
    x, t = cities.by_longitude()
    generators = [generator(cell["entropy"], seed) for seed in seeds]
    drawn = [cell["spread"] * g.standard_normal((2, 3)) for g in generators]
    parameters: Arrays = {"m": np.stack([d[:1] for d in drawn]), "b": np.stack([d[1] for d in drawn])}
    order = _orders(generators, len(x), cell["steps"])
    loss = partial(city_loss, kind=cell["loss"], temperature=cell["temperature"])
    first = np.full(len(seeds), np.inf)
    kept = []
    for k in range(cell["steps"]):
        rows = order[:, k]
        _, slope = gradient(loss, parameters, x[rows][:, None], t[rows][:, None])
        parameters = {name: w - cell["rate"] * slope[name] for name, w in parameters.items()}
        right = share_right(parameters, x, t)
        first = np.where((right == 1) & np.isinf(first), k + 1.0, first)
        if k + 1 in KEPT:
            kept.append(right)
    curves = np.stack(kept, axis=1)
    return [
        {"solved": float(np.isfinite(n)), "right": float(curve[-1]), "curve": curve}
        | ({"steps": float(n)} if np.isfinite(n) else {})
        for n, curve in zip(first, curves, strict=True)
    ]


def _orders(generators: Sequence[np.random.Generator], cases: int, steps: int) -> np.ndarray:
    # -> (seeds, steps)
    passes = -(-steps // cases)
    return np.stack([np.concatenate([g.permutation(cases) for _ in range(passes)])[:steps] for g in generators])


def on_the_map(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Four cities, two inputs, twelve parameters: Adam, one example a step. cell: rate, steps, spread, keep."""
    generators = [generator(cell["entropy"], seed) for seed in seeds]
    drawn = [cities.on_the_map(g) for g in generators]
    x, t = np.stack([d[0] for d in drawn]), np.stack([d[1] for d in drawn])
    starts = [cell["spread"] * g.standard_normal((3, 4)) for g in generators]
    parameters: Arrays = {"m": np.stack([s[:2] for s in starts]), "b": np.stack([s[2] for s in starts])}
    order = _orders(generators, x.shape[1], cell["steps"])
    moments, first = no_moments(parameters), np.full(len(seeds), np.inf)
    paths, shares, replicas = [parameters], [share_right(parameters, x, t)], np.arange(len(seeds))
    for k in range(cell["steps"]):
        rows = order[:, k]
        _, slope = gradient(city_loss, parameters, x[replicas, rows][:, None], t[replicas, rows][:, None])
        parameters, moments = adam_step(parameters, slope, moments, learning_rate=cell["rate"])
        right = share_right(parameters, x, t)
        first = np.where((right == 1) & np.isinf(first), k + 1.0, first)
        paths.append(parameters)
        shares.append(right)
    found = []
    for r in range(len(seeds)):
        row: dict[str, Any] = {"solved": float(np.isfinite(first[r])), "right": float(shares[-1][r])}
        row |= {"steps": float(first[r])} if np.isfinite(first[r]) else {}
        if cell["keep"]:
            row["path"] = np.stack([np.concatenate([p["m"][r], p["b"][r][None]]) for p in paths])
            row |= {"x": x[r], "curve": np.array([share[r] for share in shares])}
        found.append(row)
    return found
