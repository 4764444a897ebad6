"""The published logs, replayed one example a step, in the published order and in others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import cities
from core.learning.optimizers import Arrays, adam_step, gradient, no_moments
from core.learning.seeds import generator
from reproductions.six_parameters.toy import START, city_loss, right_cases

OUTER = [*range(5), *range(10, 15)]  # the rows of Madrid and Berlin


def replay(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The published log again, one example a step: losses before each step, shares right after it.

    cell: method, rate, steps; `order` published, reversed or by city; `options` of Adam. `outer` and `steady` are the
    steps after which Madrid and Berlin, and all, are right for good.
    """
    order = {"published": cities.ORDER, "reversed": cities.ORDER[::-1], "by city": range(len(cities.ORDER))}
    found = _follow(cell, np.resize(order[cell["order"]], (1, cell["steps"])))
    right = found["right"][0]
    row = {
        "losses": found["losses"][0],
        "shares": right.mean(axis=1),
        "path": found["path"][0],
        "drift": float(np.abs(found["path"][0].reshape(-1, 2, 3).sum(axis=-1)).max()),
        "outer": float(_steady(right[:, OUTER])),
        "steady": float(_steady(right)),
        **_first(right),
    }
    return [row for _ in seeds]


def orders(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The same from the same start in other orders, each a random one that repeats, as the published one does.

    cell["order"]: random, or within: the published sequence of cities, another point of the city each time.
    """
    drawn = [_other_order(cell["order"], generator(cell["entropy"], seed)) for seed in seeds]
    found = _follow(cell, np.stack([np.resize(order, cell["steps"]) for order in drawn]))
    return [
        {
            "right": float(right[-1].all()),
            "steady": float(_steady(right)),
            "shares": right.mean(axis=1),
            "tenth": float(losses[9]),
            **_first(right),
        }
        for right, losses in zip(found["right"], found["losses"], strict=True)
    ]


def _other_order(kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "random":
        return rng.permutation(len(cities.ORDER))
    points = 5 * np.arange(3)[:, None] + np.stack([rng.permutation(5) for _ in range(3)])
    return points.ravel()[list(cities.ORDER)]


def _first(right: np.ndarray) -> dict[str, float]:
    # right (steps, cases)
    """Whether all were right after some step, and after which first."""
    whole = np.flatnonzero(right.all(axis=1))
    return {"reached": 1.0, "first": float(whole[0] + 1)} if len(whole) else {"reached": 0.0}


def _steady(right: np.ndarray) -> int:
    # right (steps, cases)
    """The step from which on all are right; one more than there are steps if they are not at the end."""
    wrong = np.flatnonzero(~right.all(axis=1))
    return 1 if not len(wrong) else int(wrong[-1]) + 2


def _follow(cell: Mapping[str, Any], order: np.ndarray) -> dict[str, np.ndarray]:
    # order (R, steps) -> losses (R, steps), right (R, steps, 15), path (R, steps + 1, 6)
    x, t = cities.by_longitude()
    parameters: Arrays = {name: np.repeat(value[None], len(order), axis=0) for name, value in START.items()}
    moments = no_moments(parameters)
    losses, right, path = [], [], [_flat(parameters)]
    for rows in order.T:
        value, slope = gradient(city_loss, parameters, x[rows][:, None], t[rows][:, None])
        if cell["method"] == "adam":
            parameters, moments = adam_step(parameters, slope, moments, learning_rate=cell["rate"], **cell["options"])
        else:
            parameters = {name: w - cell["rate"] * slope[name] for name, w in parameters.items()}
        losses.append(value)
        right.append(right_cases(parameters, x, t))
        path.append(_flat(parameters))
    return {"losses": np.stack(losses, axis=1), "right": np.stack(right, axis=1), "path": np.stack(path, axis=1)}


def _flat(parameters: Mapping[str, np.ndarray]) -> np.ndarray:
    # (R, I, O) and (R, O) -> (R, n)
    return np.concatenate([value.reshape(len(value), -1) for value in parameters.values()], axis=1)
