"""Then and now in `ordered_derivatives_1974`: parity by the fully ordered net, one part of the recipe after the other.

All nets have the same weights to set and the same patterns; learned means every output on the right side of one half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import boolean
from core.learning.ops import add, affine, sigmoid, softmax_cross_entropy, squared_error, tanh
from core.learning.optimizers import adam_step, no_moments
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks.fully_ordered import fully_ordered
from core.networks.grouped import Net

BOTH = np.array([[0.0, 1.0]])  # from the sum of the output to the scores of no and of yes


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Parity of cell["bits"] bits, all seeds of a block together, each with patterns in an order of its own.

    cell: `loss` squared (targets 0.1 and 0.9) or cross-entropy, summed over patterns; `rule` momentum or adam; `hidden`
    sigmoid or tanh; `inputs` 0 or -1 for a bit that is off; `start` a range, or 0 for one over the root of the fan-in;
    `batch` patterns before each change of the weights, or 0 for all of them.
    """
    net = fully_ordered(cell["bits"], cell["units"])
    x, t = boolean.parity(cell["bits"])
    x = x if cell["inputs"] == 0 else 2 * x - 1
    rngs = [generator(cell["entropy"], seed) for seed in seeds]
    state = _State(_start(net, cell, rngs))
    solved = np.full(len(seeds), -1)
    for sweep in range(cell["sweeps"] + 1):
        system = OrderedSystem()
        total = _sums(system, net, system.parameters(state.p), system.constant(x), cell["hidden"])
        right = ((total.value > 0) == (t > 0.5)).all(axis=(-2, -1))
        solved[right & (solved < 0)] = sweep
        if (solved >= 0).all() or sweep == cell["sweeps"]:
            break
        if cell["batch"]:
            order = np.array([rng.permutation(len(x)) for rng in rngs])
            for at in range(0, len(x), cell["batch"]):
                some = order[:, at : at + cell["batch"]]
                system = OrderedSystem()
                part = _sums(system, net, system.parameters(state.p), system.constant(x[some]), cell["hidden"])
                state.step(dict(ordered_derivatives(_loss(system, part, t[some], cell["loss"]))), cell)
        else:
            state.step(dict(ordered_derivatives(_loss(system, total, t, cell["loss"]))), cell)
    finite = np.all([np.isfinite(w).all(axis=tuple(range(1, w.ndim))) for w in state.p.values()], axis=0)
    rows = []
    for k, took in enumerate(solved):
        row: dict[str, Any] = {"solved": float(took >= 0), "weights": float(net.parameters)}
        row |= {"sweeps": float(took)} if took >= 0 else {}
        rows.append(row if finite[k] or took >= 0 else row | {"failed": "diverged"})
    return rows


class _State:
    """The weights of all seeds and what their rule remembers."""

    def __init__(self, p: dict[str, np.ndarray]) -> None:
        self.p, self.moments = p, no_moments(p)
        self.change = {name: np.zeros_like(value) for name, value in p.items()}

    def step(self, slope: Mapping[str, np.ndarray], cell: Mapping[str, Any]) -> None:
        if cell["rule"] == "adam":
            self.p, self.moments = adam_step(self.p, slope, self.moments, learning_rate=cell["rate"])
        else:
            self.change = {name: 0.9 * self.change[name] - cell["rate"] * slope[name] for name in self.p}
            self.p = {name: value + self.change[name] for name, value in self.p.items()}


def _start(net: Net, cell: Mapping[str, Any], rngs: Sequence[np.random.Generator]) -> dict[str, np.ndarray]:
    """Weights uniform in +-`start`, or in +-1 / sqrt(what their unit reads); the same draws, scaled, for both."""
    unit = [net.init(rng, 1.0) for rng in rngs]
    fan = {k: sum(net.sizes[s] for s in sources) + 1 for k, sources in enumerate(net.reads, start=net.inputs)}
    reach = {name: cell["start"] or fan[int(name.split("_")[-1].lstrip("b"))] ** -0.5 for name in net.shapes}
    return {name: reach[name] * np.stack([one[name] for one in unit]) for name in net.shapes}


def _sums(system: OrderedSystem, net: Net, p: Mapping[str, Entry], x: Entry, hidden: str) -> Entry:
    # -> (seeds, patterns, 1)
    """The sum of the output unit, before any squashing."""
    groups, activation = [x], tanh if hidden == "tanh" else sigmoid
    for k, sources in enumerate(net.reads, start=net.inputs):
        total = system.apply(affine, groups[sources[0]], p[f"w{sources[0]}_{k}"], p[f"b{k}"])
        for s in sources[1:]:
            nothing = system.constant(np.zeros(net.sizes[k]))
            total = system.apply(add, total, system.apply(affine, groups[s], p[f"w{s}_{k}"], nothing))
        groups.append(system.apply(activation, total) if k < len(net.sizes) - 1 else total)
    return groups[-1]


def _loss(system: OrderedSystem, total: Entry, t: np.ndarray, loss: str) -> Entry:
    if loss == "squared":
        return system.apply(squared_error, system.apply(sigmoid, total), system.constant(0.1 + 0.8 * t))
    scores = system.apply(affine, total, system.constant(BOTH), system.constant(np.zeros(2)))
    return system.apply(softmax_cross_entropy, scores, system.constant(np.concatenate([1 - t, t], axis=-1)))
