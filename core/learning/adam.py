"""Adam: steps scaled by running means of the slope and of its square, one scale per parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

Arrays = dict[str, np.ndarray]


class Moments(NamedTuple):
    """Running means of the slope and of its square, by parameter name, and the number of steps taken."""

    first: Arrays
    second: Arrays
    steps: int


def no_moments(parameters: Mapping[str, np.ndarray]) -> Moments:
    """The moments before the first step: zero."""
    zeros = {name: np.zeros_like(value, dtype=float) for name, value in parameters.items()}
    return Moments(zeros, dict(zeros), 0)


def adam_step(
    parameters: Mapping[str, np.ndarray],
    slope: Mapping[str, np.ndarray],
    moments: Moments,
    *,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[Arrays, Moments]:
    """One step w <- w - learning_rate m / (sqrt(v) + epsilon), m and v being the bias-corrected running means.

    m <- beta1 m + (1 - beta1) slope and v <- beta2 v + (1 - beta2) slope^2, divided by 1 - beta^steps. Returns the new
    parameters and moments; leading axes may be replicas. Source: Kingma and Ba (2015), algorithm 1.
    """
    k = moments.steps + 1
    first = {name: beta1 * moments.first[name] + (1 - beta1) * slope[name] for name in parameters}
    second = {name: beta2 * moments.second[name] + (1 - beta2) * np.square(slope[name]) for name in parameters}
    new = {
        name: value
        - learning_rate * (first[name] / (1 - beta1**k)) / (np.sqrt(second[name] / (1 - beta2**k)) + epsilon)
        for name, value in parameters.items()
    }
    return new, Moments(first, second, k)
