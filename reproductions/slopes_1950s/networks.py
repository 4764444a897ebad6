"""Slopes of small networks, measured by nudging weights or the sums of units, beside the exact derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from core.learning import slopes
from core.learning.checks import Loss
from core.learning.ops import squared_error, tanh
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks import dense

STEPS = np.geomspace(1e-1, 1e-15, 43)
SIZES, CASES = (4, 6, 2), 8
FIT = {"forward": (1e-5, 1e-2), "central": (1e-4, 1e-2)}  # steps whose error is truncation, where the order is fitted
PUSH = 1e-6  # what Madaline Rule III adds to the sum of a unit


def step_sweep(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Relative error of forward and central slopes of a small network at every step size, at a random point."""
    return [_step_sweep(cell["precision"], generator(cell["entropy"], seed)) for seed in seeds]


def _step_sweep(precision: str, rng: np.random.Generator) -> dict[str, Any]:
    kind = np.dtype(precision).type
    start = dense.init(rng, SIZES, spread=lambda fan_in: 1.0)
    x, t = rng.uniform(-1, 1, (CASES, SIZES[0])), rng.uniform(-1, 1, (CASES, SIZES[-1]))
    exact = _exact(network_loss(x, t), start)
    narrow = {name: value.astype(kind) for name, value in start.items()}
    read, w = slopes.network_loss(network_loss(x.astype(kind), t.astype(kind)), narrow)
    found: dict[str, Any] = {}
    for name, estimate in (("forward", slopes.forward), ("central", slopes.central)):
        error = [
            np.linalg.norm(estimate(slopes.Meter(read), w, step) - exact) / np.linalg.norm(exact) for step in STEPS
        ]
        low, high = FIT[name]
        inside = (low <= STEPS * 1.001) & (high * 1.001 >= STEPS)
        found |= {
            name: np.array(error),
            f"{name}_order": np.polyfit(np.log(STEPS[inside]), np.log(np.array(error)[inside]), 1)[0],
            f"{name}_best": np.log10(STEPS[int(np.argmin(error))]),
            f"{name}_least": float(np.min(error)),
        }
    return found


def network_loss(x: np.ndarray, t: np.ndarray) -> Loss:
    """Squared error of a dense network on fixed cases, as an ordered system."""

    def loss(system: OrderedSystem, parameters: Mapping[str, Entry]) -> Entry:
        return system.apply(squared_error, dense.outputs(system, parameters, system.constant(x)), system.constant(t))

    return loss


def _exact(loss: Loss, start: Mapping[str, np.ndarray]) -> np.ndarray:
    """All derivatives of a loss, as one vector."""
    system = OrderedSystem()
    return slopes.flatten(dict(ordered_derivatives(loss(system, system.parameters(start)))))


def evaluations(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Readings that one gradient of a dense network takes, counted by the meter, and its error."""
    return [_evaluations(tuple(cell["sizes"]), generator(cell["entropy"], seed)) for seed in seeds]


def _evaluations(sizes: tuple[int, ...], rng: np.random.Generator) -> dict[str, Any]:
    start = dense.init(rng, sizes, spread=lambda fan_in: fan_in**-0.5)
    loss = network_loss(rng.uniform(-1, 1, (1, sizes[0])), rng.uniform(-1, 1, (1, sizes[-1])))
    exact = _exact(loss, start)
    found: dict[str, Any] = {"parameters": exact.size, "backward_cost": dense_cost(sizes)}
    for name, estimate in (("forward", slopes.forward), ("central", slopes.central)):
        read, w = slopes.network_loss(loss, start)
        meter = slopes.Meter(read)
        measured = estimate(meter, w, slopes.best_step(central=name == "central"))
        found |= {
            f"{name}_readings": meter.evaluations,
            f"{name}_error": np.linalg.norm(measured - exact) / np.linalg.norm(exact),
        }
    return found


def dense_cost(sizes: Sequence[int]) -> float:
    """Multiply-accumulates of a forward and a backward pass over those of the forward pass alone."""
    return dense.operations(sizes) / sum(a * b for a, b in pairwise(sizes))


def pushed_sums(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Madaline Rule III on a network of tanh units and one pattern: readings of the error, and its gradient's error.

    The sum of one unit after another is pushed by PUSH and the squared error read again; the slope of a weight is that
    of its unit's sum times the weight's input. The bias is a weight whose input is 1.
    """
    return [_pushed_sums(tuple(cell["sizes"]), generator(cell["entropy"], seed)) for seed in seeds]


def _pushed_sums(sizes: tuple[int, ...], rng: np.random.Generator) -> dict[str, Any]:
    start = dense.init(rng, sizes, spread=lambda fan_in: fan_in**-0.5)
    x, t = rng.uniform(-1, 1, sizes[0]), rng.uniform(-1, 1, sizes[-1])

    def read(layer: int, unit: int) -> tuple[float, list[np.ndarray]]:
        """Half the squared error with one unit's sum pushed, none for layer 0; and what every layer reads."""
        y, inputs = x, []
        for k in range(1, len(sizes)):
            inputs.append(y)
            total = y @ start[f"w{k}"] + start[f"b{k}"]
            if k == layer:
                total[unit] += PUSH
            y = np.tanh(total)
        return 0.5 * float(np.sum((y - t) ** 2)), inputs

    unpushed, inputs = read(0, 0)
    readings, measured = 1, []
    for k, units in enumerate(sizes[1:], start=1):
        slope = np.array([(read(k, unit)[0] - unpushed) / PUSH for unit in range(units)])
        readings += units
        measured += [np.outer(inputs[k - 1], slope).ravel(), slope]

    def loss(system: OrderedSystem, parameters: Mapping[str, Entry]) -> Entry:
        y = dense.outputs(system, parameters, system.constant(x[None]), activation=tanh)
        return system.apply(squared_error, y, system.constant(t[None]))

    exact = _exact(loss, start)
    error = np.linalg.norm(np.concatenate(measured) - exact) / np.linalg.norm(exact)
    return {"units": sum(sizes[1:]), "unit_readings": readings, "unit_error": float(error)}
