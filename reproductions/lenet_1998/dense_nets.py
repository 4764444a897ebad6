"""The fully connected rivals: one and two hidden layers, trained online with the method of the paper's appendix C."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import digit_fields
from core.datasets.digits import targets
from core.learning import optimizers
from core.learning.compiled.wide_nets import WideNet
from core.learning.ops import squared_error
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.networks import dense
from reproductions.lenet_1998 import written
from reproductions.lenet_1998.experiment import CURVATURE_PATTERNS, MU, PRECISIONS, SPREADS, closing, eta

CURVATURE_CHUNK = 100


def loss(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, t: np.ndarray) -> Entry:
    """Half the squared error of scaled tanh outputs, summed over cases."""
    return system.apply(squared_error, dense.outputs(system, p, system.constant(x)), system.constant(t))


def rows_of(fields: np.ndarray, side: int) -> np.ndarray:
    """Fields as rows of numbers with the input values of LeNet-5; the paper names none for these networks."""
    return digit_fields.network_input(fields, side).reshape(len(fields), -1)


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train one fully connected net per seed and look at it after each pass.

    cell: what `written.digits` and `written.chunks` read; side of the field (28, or 20 for deslanted digits), hidden
    (sizes), passes, init, factor on the paper's global rates, precision.
    """
    data, side = written.digits(cell), cell.get("side", digit_fields.SIDE)
    sizes = (side * side, *cell["hidden"], 10)
    net = WideNet(sizes, precision=PRECISIONS[cell["precision"]])
    spread = SPREADS[cell.get("init", "1/F")]
    alone = [dense.init(generator(cell["entropy"], seed), sizes, spread=spread) for seed in seeds]
    p = {name: np.stack([one[name] for one in alone]) for name in alone[0]}
    t, seen = targets(data.y), rows_of(data.seen_x, side)
    curves, scores = [], np.empty(0)
    for number in range(cell["passes"]):
        count = min(cell.get("curvature_patterns", CURVATURE_PATTERNS), len(data.x))
        some = (np.arange(count) * len(data.x) // count + number) % len(data.x)
        h = optimizers.mean_curvatures_each(loss, p, rows_of(data.x[some], side).astype(float), t[some])
        rates = {name: cell.get("factor", 1.0) * eta(number) / (MU + value) for name, value in h.items()}
        wrong = np.zeros(len(seeds))
        for fields, here in written.chunks(data.x, cell, number):
            done = net.learn(p, rates, rows_of(fields, side), t[here])
            p, wrong = done.parameters, wrong + done.wrong
        scores = net.outputs(p, seen)
        looked = (scores.argmax(axis=-1) != data.seen_y).mean(axis=-1)
        curves.append(np.stack([wrong / len(data.x), np.full(len(seeds), np.nan), looked], axis=-1))
    history = np.stack(curves, axis=1)
    shown = float(cell["passes"] * len(data.x))
    return [
        closing(history[r], scores[r], data.seen_y, scores[r].argmax(axis=-1) == data.seen_y)
        | {
            "presentations": shown,
            "operations": shown * dense.operations(sizes),
            "parameters": float(dense.connections(sizes)),
        }
        for r in range(len(seeds))
    ]
