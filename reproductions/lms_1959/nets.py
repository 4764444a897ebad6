"""Nets with hidden units: MADALINE by Rules I and II, and backpropagation on the same nets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import dichotomies
from core.learning import madaline as plain_madaline
from core.learning import optimizers
from core.learning.compiled import madaline
from core.learning.ops import squared_error, tanh
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.networks import dense

FIRST_LAYER = 55  # weights of the first layer of the larger nets: five units that read ten inputs and the constant


def many_units(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Presentations until a net with hidden units is right on every pattern; failed if `presentations` do not do."""
    return [_many_units(cell, generator(cell["entropy"], seed)) for seed in seeds]


def task(cell: Mapping[str, Any], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """XNOR of two +-1 inputs, or a random dichotomy of Gaussian points; the constant input first."""
    if cell["task"] == "XNOR":
        points = np.array([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
        d = points[:, 0] * points[:, 1]
    else:
        points, d = dichotomies.random_dichotomy(cell["patterns"], cell["inputs"], rng)
    return np.column_stack([np.ones(len(points)), points]), d


def _many_units(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    x, d = task(cell, rng)
    units, n, most = int(cell["units"]), x.shape[1], int(cell["presentations"])
    w = rng.uniform(-1, 1, (units, n)) / np.sqrt(n)
    v = rng.uniform(-1, 1, units + 1)  # its bias too: without one a second layer of two units is only one of them
    if cell["rule"] == "backprop":
        return _backprop(x, d, w, v, cell["rate"], most)
    order = np.arange(most) % len(d) if cell["order"] == "cyclic" else rng.integers(0, len(d), most)
    if cell["rule"] == "Rule II":
        took = madaline.rule_two(w, v, x, d, order, cell["alpha"], len(d))
        right = np.where(v[0] + plain_madaline.answers(w, x) @ v[1:] >= 0, 1.0, -1.0)
    else:
        logic = {"OR": plain_madaline.OR, "majority": plain_madaline.MAJORITY}[cell["logic"]]
        took = madaline.rule_one(w, x, d, order, logic, cell["alpha"], len(d))
        right = plain_madaline.fixed_logic(plain_madaline.answers(w, x), logic)
    return _took(took, float(np.mean(right == d)))


def _took(presentations: int, right: float) -> dict[str, Any]:
    if presentations < 0:
        return {"solved": 0.0, "right": right}
    return {"solved": 1.0, "right": right, "presentations": float(presentations)}


def _backprop(x: np.ndarray, d: np.ndarray, w: np.ndarray, v: np.ndarray, rate: float, most: int) -> dict[str, Any]:
    """Batch gradient descent with momentum 0.9 on the same net with tanh units, from the same weights."""
    p = {"w1": w.T[1:], "b1": w.T[0], "w2": v[1:, None], "b2": v[:1]}
    inputs, targets = x[:, 1:], 0.8 * d[:, None]

    def loss(system: OrderedSystem, parameters: Mapping[str, Entry], inputs: np.ndarray, targets: np.ndarray) -> Entry:
        y = dense.outputs(system, parameters, system.constant(inputs), activation=tanh)
        return system.apply(squared_error, y, system.constant(targets))

    change = {name: np.zeros_like(value) for name, value in p.items()}
    right = 0.0
    for sweep in range(most // len(d) + 1):
        y = np.tanh(np.tanh(inputs @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"])[:, 0]
        right = float(np.mean(y * d > 0))
        if right == 1.0:
            return _took(sweep * len(d), right)
        _, slope = optimizers.gradient(loss, p, inputs, targets)
        change = {name: 0.9 * change[name] - rate / len(d) * slope[name] for name in p}
        p = {name: p[name] + change[name] for name in p}
    return _took(-1, right)
