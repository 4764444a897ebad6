"""Products of a loss's Hessian with directions: the backward walk taken beside the real axis.

Let g(w) be the ordered derivatives of a loss at the weights w. For a real direction v and a step h,

    g(w + i h v) = g(w) + i h H v - h^2/2 (third derivatives) - ...,   so   H v = Im g(w + i h v) / h + O(h^2).

Nothing is subtracted, so h may be as small as 1e-20: its square is below any rounding, and H v is exact to rounding.
The forward pass and the walk are the ones that learning uses; i h takes the place of Pearlmutter's (1994) operator R,
and no op needs a second rule. What an op must do is go through complex numbers as a function analytic at each of its
branches, as sums, products, exp, tanh and comparisons do and absolute values do not. `differences` needs nothing of an
op, costs two walks, and errs by about 1e-10 of the largest slope; tests hold the two together for every op but those
whose loops are compiled for real numbers alone, which say so.
Sources: Lyness and Moler (1967) and Squire and Trapp (1998) for the step; Pearlmutter (1994) for the product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.slopes import flatten, unflatten

Loss = Callable[..., Entry]
Arrays = dict[str, np.ndarray]
STEP = 1e-20


def slopes(loss: Loss, parameters: Mapping[str, np.ndarray], *data: Any) -> Arrays:
    """Ordered derivatives of `loss(system, parameters, *data)` by parameter name, in the parameters' own precision."""
    system = OrderedSystem()
    found = ordered_derivatives(loss(system, system.parameters(parameters), *data))
    return {name: found[name] for name in parameters}


def product(
    loss: Loss, parameters: Mapping[str, np.ndarray], direction: Mapping[str, np.ndarray], *data: Any
) -> Arrays:
    """H v for the Hessian H of a loss at real parameters, exact to rounding.

    `direction` holds an array shaped like each parameter; with one leading axis (K, ...) on all of them it holds K
    directions, whose products come from one walk if the loss takes replicas. One complex walk costs two to four real.
    Raises ValueError if an op on the way takes real numbers only: use `differences` for it.
    """
    moved = {name: value + 1j * STEP * direction[name] for name, value in parameters.items()}
    found = slopes(loss, moved, *data)
    if not any(np.iscomplexobj(value) for value in found.values()):
        raise ValueError("an op of this loss does not go through complex numbers; use curvature.differences")
    return {name: np.imag(value) / STEP for name, value in found.items()}


def differences(
    loss: Loss,
    parameters: Mapping[str, np.ndarray],
    direction: Mapping[str, np.ndarray],
    *data: Any,
    step: float | None = None,
) -> Arrays:
    """H v by a central difference of the ordered derivatives along v: two walks, for any op and any precision.

    The weights move by `step` in units of the direction's length; by default by the cube root of their precision.
    """
    length = float(np.sqrt(sum(np.sum(np.square(value)) for value in direction.values()))) or 1.0
    kind = np.result_type(*parameters.values())
    h = (step or float(np.finfo(kind).eps) ** (1 / 3)) / length
    ahead, behind = (
        slopes(loss, {name: (w + sign * h * direction[name]).astype(w.dtype) for name, w in parameters.items()}, *data)
        for sign in (1, -1)
    )
    return {name: (ahead[name] - behind[name]) / (2 * h) for name in parameters}


def along(
    loss: Loss, parameters: Mapping[str, np.ndarray], direction: Mapping[str, np.ndarray], *data: Any
) -> np.ndarray | float:
    """v^T H v: how the slope along a direction changes along it. One number, or one for each of K directions."""
    found = product(loss, parameters, direction, *data)
    total = 0.0
    for name, value in parameters.items():
        axes = tuple(range(direction[name].ndim - value.ndim, direction[name].ndim))
        total = total + np.sum(direction[name] * found[name], axis=axes)
    return total


def hessian(loss: Loss, parameters: Mapping[str, np.ndarray], *data: Any, together: int = 32) -> np.ndarray:
    # -> (P, P)
    """The whole Hessian of a small network, in the order of `slopes.flatten`, `together` columns a walk.

    The loss must take replicas. Column k is H e_k; that the result is symmetric to rounding is a test of it.
    """
    size = sum(value.size for value in parameters.values())
    columns = []
    for start in range(0, size, together):
        unit = np.eye(size)[start : start + together]
        found = product(loss, parameters, unflatten(unit, parameters), *data)
        columns.append(np.concatenate([found[name].reshape(len(unit), -1) for name in parameters], axis=1))
    return np.concatenate(columns).T


def linear_map(
    loss: Loss, parameters: Mapping[str, np.ndarray], *data: Any, exact: bool = True
) -> Callable[[np.ndarray], np.ndarray]:
    """v -> H v for flat vectors (P,), the form that methods of Lanczos take."""
    rule = product if exact else differences

    def times(v: np.ndarray) -> np.ndarray:
        return flatten(rule(loss, parameters, unflatten(np.ravel(v), parameters), *data))

    return times
