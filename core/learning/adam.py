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
    """One step of `adam_in_place` for parameters by name, in double precision; nothing given is changed.

    Returns the new parameters and moments; leading axes may be replicas.
    """
    new, first, second = (
        {name: np.array(values[name], dtype=float) for name in parameters}
        for values in (parameters, moments.first, moments.second)
    )
    steps = moments.steps + 1
    for name, w in new.items():
        adam_in_place(
            w, slope[name], first[name], second[name], np.empty_like(w), steps,
            learning_rate=learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon,
        )  # fmt: skip
    return new, Moments(first, second, steps)


def adam_in_place(
    w: np.ndarray, slope: np.ndarray, m: np.ndarray, v: np.ndarray, work: np.ndarray, steps: int,
    *, learning_rate: float, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8,
) -> None:  # fmt: skip
    """Step number `steps`: w <- w - learning_rate m / (sqrt(v) + epsilon), m and v corrected for starting at zero.

    m <- beta1 m + (1 - beta1) slope and v <- beta2 v + (1 - beta2) slope^2, each divided by 1 - beta^steps in the step.
    Changes w, m and v; all arrays are of one shape, and `work` is only room to work in, of the precision of w.
    Source: Kingma and Ba (2015), algorithm 1.
    """
    kind = w.dtype.type
    m *= kind(beta1)
    np.multiply(slope, kind(1 - beta1), out=work)
    m += work
    np.multiply(slope, slope, out=work)
    work *= kind(1 - beta2)
    v *= kind(beta2)
    v += work
    np.sqrt(v, out=work)
    work *= kind(1 / np.sqrt(1 - beta2**steps))
    work += kind(epsilon)
    np.divide(m, work, out=work)
    work *= kind(learning_rate / (1 - beta1**steps))
    w -= work
