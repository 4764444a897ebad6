"""Fully ordered networks in `ordered_derivatives_1974`: their derivatives, and parity beside layered ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import boolean
from core.learning import slopes
from core.learning.compiled import small_nets
from core.learning.ops import squared_error, tanh
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks import grouped
from core.networks.fully_ordered import fully_ordered

STEP = slopes.best_step()


def network_slopes(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Largest difference of ordered derivatives from central slopes, over the largest derivative, at random points."""
    net = fully_ordered(cell["inputs"], cell["units"])
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        x, t = rng.uniform(-1, 1, (4, cell["inputs"])), rng.uniform(0, 1, (4, 1))

        def loss(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, t: np.ndarray) -> Entry:
            y = grouped.outputs(system, net, p, system.constant(x), activation=tanh)
            return system.apply(squared_error, y, system.constant(t))

        start = net.init(rng, 1.0)
        system = OrderedSystem()
        exact = slopes.flatten(dict(ordered_derivatives(loss(system, system.parameters(start), x, t))))
        read, w = slopes.network_loss(loss, start, x, t)
        measured = slopes.central(slopes.Meter(read), w, STEP)
        rows.append(
            {"relative": float(np.abs(measured - exact).max() / np.abs(exact).max()), "weights": net.parameters}
        )
    return rows


def parity(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Parity by a layered and by a fully ordered network, batch gradient descent with momentum.

    A net that has not learned after cell["sweeps"] sweeps has solved = 0; that is an outcome, not a failed trial.
    """
    bits, units = cell["bits"], cell["units"]
    net = fully_ordered(bits, units) if cell["form"] == "ordered" else grouped.layers(bits, units, 1)
    x, t = boolean.parity(bits)
    start = np.stack([net.flat(net.init(generator(cell["entropy"], seed), 0.5)) for seed in seeds])
    found = small_nets.train(
        net.wiring, start, x, 0.1 + 0.8 * t, rate=cell["rate"], momentum=0.9, margin=0.4, sweeps=cell["sweeps"]
    )
    rows = []
    for took in found.solved:
        shown = float(took if took >= 0 else cell["sweeps"]) * len(x)
        row = {
            "solved": float(took >= 0),
            "weights": net.parameters,
            "presentations": shown,
            "operations": shown * net.operations,
        }
        rows.append(row | ({"sweeps": float(took)} if took >= 0 else {}))
    return rows
