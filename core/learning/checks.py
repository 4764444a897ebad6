"""Gradient checks: hand-written derivatives against measured slopes.

The projection check costs two evaluations whatever the size; the full check measures every slope and says where
the worst one is. Both return a relative error and leave the judgement to the caller; `require` makes the usual one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.learning.ops.table import Op
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives

STEP = np.finfo(float).eps ** (1 / 3)  # near the best step of a central difference in float64
TOLERANCE = 1e-6


def projection_error(op: Op, inputs: Sequence[np.ndarray], rng: np.random.Generator, **settings: Any) -> float:
    """Relative error of an op's derivative along one random direction.

    For random v (shaped like the inputs) and u (shaped like the output) the slope of u . f(x + h v) at h = 0,
    measured by a central difference, must equal sum_i backward_i(u) . v_i.
    """
    inputs = [np.asarray(x, dtype=float) for x in inputs]
    directions = [rng.standard_normal(x.shape) for x in inputs]
    y, cache = op.forward(*inputs, **settings)
    u = rng.standard_normal(np.shape(y))
    derivatives = op.backward(u, cache)
    for x, d in zip(inputs, derivatives, strict=True):
        if np.shape(d) != x.shape:
            return np.inf  # a derivative of the wrong shape is wrong however it projects
    analytic = sum(float(np.sum(d * v)) for d, v in zip(derivatives, directions, strict=True))
    ahead = op.forward(*(x + STEP * v for x, v in zip(inputs, directions, strict=True)), **settings)[0]
    behind = op.forward(*(x - STEP * v for x, v in zip(inputs, directions, strict=True)), **settings)[0]
    measured = float(np.sum(u * (ahead - behind))) / (2 * STEP)
    return relative_error(analytic, measured)


def relative_error(analytic: Any, measured: Any) -> float:
    """Largest |analytic - measured| over the largest magnitude of either, floored at 1e-3."""
    analytic, measured = np.asarray(analytic, dtype=float), np.asarray(measured, dtype=float)
    scale = max(float(np.max(np.abs(analytic))), float(np.max(np.abs(measured))), 1e-3)
    return float(np.max(np.abs(analytic - measured))) / scale


def measured_slopes(f: Callable[[np.ndarray], float], x: np.ndarray, step: float = STEP) -> np.ndarray:
    """Central-difference slope of the scalar f with respect to every element of x: 2 x.size evaluations."""
    slopes = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros(x.shape)
        nudge[index] = step
        slopes[index] = (f(x + nudge) - f(x - nudge)) / (2 * step)
    return slopes


Loss = Callable[..., Entry]


def loss_value(loss: Loss, parameters: Mapping[str, np.ndarray], *data: np.ndarray) -> float:
    """The value of `loss(system, parameters, *data)` in a fresh ordered system."""
    system = OrderedSystem()
    return float(np.sum(loss(system, system.parameters(parameters), *data).value))


def full_error(loss: Loss, parameters: Mapping[str, np.ndarray], *data: np.ndarray) -> float:
    """Worst relative error, over parameters, of ordered derivatives against every measured slope."""
    system = OrderedSystem()
    derivatives = ordered_derivatives(loss(system, system.parameters(parameters), *data))
    return max(
        relative_error(
            derivatives[name],
            measured_slopes(lambda v, name=name: loss_value(loss, {**parameters, name: v}, *data), value),  # type: ignore[misc]
        )
        for name, value in parameters.items()
    )


def measured_curvatures(loss: Loss, parameters: Mapping[str, np.ndarray], *data: np.ndarray) -> dict[str, np.ndarray]:
    """Diagonal of the Hessian, by central differences of the ordered derivatives: 2 backward walks per parameter."""

    def slopes(name: str, value: np.ndarray) -> np.ndarray:
        system = OrderedSystem()
        entries = system.parameters({**parameters, name: value})
        return ordered_derivatives(loss(system, entries, *data))[name]

    found = {}
    for name, value in parameters.items():
        diagonal = np.empty(value.shape)
        for index in np.ndindex(*value.shape):
            nudge = np.zeros(value.shape)
            nudge[index] = STEP
            diagonal[index] = (slopes(name, value + nudge)[index] - slopes(name, value - nudge)[index]) / (2 * STEP)
        found[name] = diagonal
    return found


def require(error: float, what: str, tolerance: float = TOLERANCE) -> None:
    """Raise AssertionError unless `error` is within `tolerance` (a NaN is not)."""
    if not error <= tolerance:
        raise AssertionError(f"{what}: hand-written derivative is off by {error:.3g} (tolerance {tolerance:.3g})")
