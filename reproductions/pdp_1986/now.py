"""Then and now: the same nine weights on XOR, by the recipe of 1986 and by single changes towards today's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import boolean
from core.learning.ops import affine, sigmoid, softmax_cross_entropy, squared_error, tanh
from core.learning.optimizers import adam_step, gradient, no_moments
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator

# Each rung changes one thing and keeps those before it.
LADDER = ("the recipe of 1986", "cross-entropy", "tanh hidden units", "weights by fan-in", "Adam")


def _outputs(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, rung: int) -> Entry:
    """Sums of the output unit (..., 4, 1)."""
    squash = tanh if rung >= 2 else sigmoid
    h = system.apply(squash, system.apply(affine, system.constant(x), p["w1"], p["b1"]))
    return system.apply(affine, h, p["w2"], p["b2"])


def climb(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """2-2-1 nets learn XOR in lockstep, by the recipe of a rung of LADDER: sweeps until all four are right.

    cell: rung (0 to 4), sweeps. Rates are 0.5 with momentum 0.9, and 0.05 for Adam.
    """
    x, t = boolean.parity(2)
    rung = int(cell["rung"])
    rngs = [generator(cell["entropy"], seed) for seed in seeds]
    shapes = {"w1": (2, 2), "b1": (2,), "w2": (2, 1), "b2": (1,)}
    p = {name: np.stack([rng.uniform(-0.5, 0.5, shape) for rng in rngs]) for name, shape in shapes.items()}
    if rung >= 3:  # spread of one over the square root of the fan-in, biases of zero
        p = {name: (2 * w * np.sqrt(3 / w.shape[-2]) if name[0] == "w" else 0 * w) for name, w in p.items()}

    def loss(system: OrderedSystem, q: Mapping[str, Entry], inputs: np.ndarray, targets: np.ndarray) -> Entry:
        z = _outputs(system, q, inputs, rung)
        if rung == 0:
            return system.apply(squared_error, system.apply(sigmoid, z), system.constant(0.1 + 0.8 * targets))
        both = system.apply(affine, z, system.constant(np.array([[1.0, 0.0]])), system.constant(np.zeros(2)))
        return system.apply(
            softmax_cross_entropy, both, system.constant(np.concatenate([targets, 1 - targets], axis=1))
        )

    change = {name: np.zeros_like(w) for name, w in p.items()}
    moments = no_moments(p)
    solved = np.full(len(seeds), -1)
    for sweep in range(cell["sweeps"] + 1):
        system = OrderedSystem()
        z = _outputs(system, system.parameters(p), x, rung).value
        right = ((z > 0) == (t > 0.5)).all(axis=(-2, -1))
        solved[right & (solved < 0)] = sweep
        if (solved >= 0).all():
            break
        _, slope = gradient(loss, p, x, t)
        if rung >= 4:
            p, moments = adam_step(p, slope, moments, learning_rate=0.05)
        else:
            change = {name: 0.9 * change[name] - 0.5 * slope[name] for name in p}
            p = {name: p[name] + change[name] for name in p}
    return [{"solved": float(s >= 0)} | ({"sweeps": float(s)} if s >= 0 else {}) for s in solved]
