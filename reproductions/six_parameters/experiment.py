"""The experiments of `six_parameters`: the published point, its log replayed, and learning from many starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from core.datasets import cities
from core.learning import slopes
from core.learning.ops import affine, softmax, softmax_cross_entropy, squared_error
from core.learning.optimizers import Arrays, adam_step, gradient, no_moments
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.seeds import generator

START = {"m": np.array([[1.0, 0.0, -1.0]]), "b": np.zeros(3)}  # of the video: slopes and intercepts of three lines
PARIS = 5  # the row of the published point, and the first that the log shows
STEPS = 10.0 ** -np.arange(1, 13)
KEPT = np.unique(np.geomspace(1, 3000, 60).astype(int))  # steps of long runs at which curves are kept


def city_loss(
    system: OrderedSystem, parameters: Mapping[str, Entry], x: Any, t: Any, *, kind: str = "cross-entropy",
    temperature: float = 1.0,
) -> Entry:  # fmt: skip
    # x (..., N, I), t (..., N, O), m (..., I, O), b (..., O) -> (...)
    """One line, or plane, per city; its heights divided by T go through softmax into a loss, summed over cases."""
    h = system.apply(affine, system.constant(x), parameters["m"], parameters["b"])
    t = system.constant(t)
    if kind == "squared error":
        return system.apply(squared_error, system.apply(softmax, h, temperature=temperature), t)
    if kind != "cross-entropy":
        raise ValueError(f"there is no loss {kind!r}")
    if temperature != 1.0:
        outputs = h.value.shape[-1]
        h = system.apply(affine, h, system.constant(np.eye(outputs) / temperature), system.constant(np.zeros(outputs)))
    return system.apply(softmax_cross_entropy, h, t)


def heights(parameters: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    # (..., I, O) and (..., O), x (..., N, I) -> (..., N, O)
    """The logits of every case."""
    return affine(x, parameters["m"], parameters["b"])[0]


def share_right(parameters: Mapping[str, np.ndarray], x: np.ndarray, t: np.ndarray) -> np.ndarray:
    # -> (...)
    """Share of cases whose largest logit is that of their city."""
    return np.mean(np.argmax(heights(parameters, x), axis=-1) == np.argmax(t, axis=-1), axis=-1)


def point(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Everything at the published point: one example, Paris, at the start. Nothing is random."""
    x, t = cities.by_longitude()
    one = slice(PARIS, PARIS + 1)
    value, exact = gradient(city_loss, START, x[one], t[one])
    read, w = slopes.network_loss(city_loss, START, x[one], t[one])
    meter, double = slopes.Meter(read), slopes.Meter(read)
    nudged = w + 0.1 * np.eye(6)[1]
    found = {
        "logits": heights(START, x[one])[0],
        "probabilities": softmax(heights(START, x[one]))[0][0],
        "point_loss": float(value),
        "exact": slopes.flatten(exact),
        "nudged_loss": float(read(nudged)),
        "forward": np.stack([slopes.forward(meter, w, step) for step in STEPS]),
        "central": np.stack([slopes.central(double, w, step) for step in STEPS]),
        "balance": _balance(x, t),
    }
    readings = {"forward_readings": meter.evaluations / len(STEPS), "central_readings": double.evaluations / len(STEPS)}
    return [found | readings for _ in seeds]


def _balance(x: np.ndarray, t: np.ndarray) -> float:
    """Largest |dL/dh - (p - t)| over all examples."""
    system = OrderedSystem()
    parameters = system.parameters(START)
    h = system.apply(affine, system.constant(x), parameters["m"], parameters["b"])
    found = ordered_derivatives(system.apply(softmax_cross_entropy, h, system.constant(t))).of(h)
    return float(np.max(np.abs(found - (softmax(h.value)[0] - t))))


def saturation(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Length of dL/dh for both losses when the right city lies `gap` below the best of three. Nothing is random."""
    gap = np.linspace(-6, 16, 89)
    h = np.stack([np.zeros_like(gap), np.full_like(gap, -50.0), -gap], axis=-1)[:, None, :]  # each a replica
    t = np.array([[0.0, 0.0, 1.0]])
    found = {"gap": gap}
    for kind in ("cross-entropy", "squared error"):
        given = {"m": np.zeros((len(gap), 1, 3)), "b": h[:, 0]}
        loss = partial(city_loss, kind=kind)
        _, slope = gradient(loss, given, np.zeros((1, 1)), t)
        found[kind] = np.linalg.norm(slope["b"], axis=-1)
    return [found for _ in seeds]


def replay(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The published log again, one example a step: losses before each step, shares right after it.

    cell: method, rate, steps; `order` published, reversed or by city; `options` of Adam.
    """
    order = {"published": cities.ORDER, "reversed": cities.ORDER[::-1], "by city": range(len(cities.ORDER))}
    found = _follow(cell, np.resize(order[cell["order"]], (1, cell["steps"])))
    path = found["path"][0]
    row = {name: values[0] for name, values in found.items()}
    return [row | {"drift": float(np.abs(path.reshape(-1, 2, 3).sum(axis=-1)).max())} for _ in seeds]


def orders(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The same from the same start in other orders, each a random one that repeats, as the published one does.

    cell["order"]: random, or within: the published sequence of cities, another point of the city each time.
    """
    drawn = [_other_order(cell["order"], generator(cell["entropy"], seed)) for seed in seeds]
    found = _follow(cell, np.stack([np.resize(order, cell["steps"]) for order in drawn]))
    return [
        {"right": float(shares[-1] == 1), "steady": float(_steady(shares)), "shares": shares, "tenth": float(losses[9])}
        | ({"first": float(first)} if first > 0 else {"failed": "never were all fifteen right"})
        for first, shares, losses in zip(found["first"], found["shares"], found["losses"], strict=True)
    ]


def _other_order(kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "random":
        return rng.permutation(len(cities.ORDER))
    points = 5 * np.arange(3)[:, None] + np.stack([rng.permutation(5) for _ in range(3)])
    return points.ravel()[list(cities.ORDER)]


def _steady(shares: np.ndarray) -> int:
    """The step from which on all are right; one more than there are steps if they are not at the end."""
    wrong = np.flatnonzero(shares < 1)
    return 1 if not len(wrong) else int(wrong[-1]) + 2


def _follow(cell: Mapping[str, Any], order: np.ndarray) -> dict[str, np.ndarray]:
    # order (R, steps) -> losses, shares (R, steps), path (R, steps + 1, 6), first (R,)
    x, t = cities.by_longitude()
    parameters: Arrays = {name: np.repeat(value[None], len(order), axis=0) for name, value in START.items()}
    moments = no_moments(parameters)
    losses, shares, path = [], [], [_flat(parameters)]
    for rows in order.T:
        value, slope = gradient(city_loss, parameters, x[rows][:, None], t[rows][:, None])
        if cell["method"] == "adam":
            parameters, moments = adam_step(parameters, slope, moments, learning_rate=cell["rate"], **cell["options"])
        else:
            parameters = {name: w - cell["rate"] * slope[name] for name, w in parameters.items()}
        losses.append(value)
        shares.append(share_right(parameters, x, t))
        path.append(_flat(parameters))
    right = np.stack(shares, axis=1)
    first = np.where((right == 1).any(axis=1), np.argmax(right == 1, axis=1) + 1.0, np.nan)
    return {"losses": np.stack(losses, axis=1), "shares": right, "path": np.stack(path, axis=1), "first": first}


def _flat(parameters: Mapping[str, np.ndarray]) -> np.ndarray:
    # (R, I, O) and (R, O) -> (R, n)
    return np.concatenate([value.reshape(len(value), -1) for value in parameters.values()], axis=1)


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
