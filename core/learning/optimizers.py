"""Learning rules that use ordered derivatives. Every rule returns new parameters and leaves its arguments alone.

A loss is a function `loss(system, parameters, inputs, targets) -> Entry` that writes the forward pass of a network
and ends in a loss op. Parameters are a dict of arrays; leading axes may be replicas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from core.learning.ordered import Entry, OrderedSystem, ordered_curvatures, ordered_derivatives

Loss = Callable[..., Entry]
Arrays = dict[str, np.ndarray]


def gradient(
    loss: Loss, parameters: Mapping[str, np.ndarray], inputs: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, Arrays]:
    """Value of the loss and its ordered derivatives, by parameter name."""
    system = OrderedSystem()
    target = loss(system, system.parameters(parameters), inputs, targets)
    return target.value, dict(ordered_derivatives(target))


def gradient_descent(
    loss: Loss,
    parameters: Mapping[str, np.ndarray],
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    learning_rate: float,
    momentum: float = 0.0,
    sweeps: int,
) -> tuple[Arrays, np.ndarray]:
    """Batch gradient descent with momentum: dw(n+1) = -learning_rate dE/dw + momentum dw(n).

    One update per sweep through all cases, E reduced as the loss says. Returns the parameters and the loss before
    each update, shape (sweeps, ...replicas).
    Source: Rumelhart, Hinton and Williams (1986).
    """
    parameters = dict(parameters)
    change = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for _ in range(sweeps):
        value, slope = gradient(loss, parameters, inputs, targets)
        losses.append(value)
        change = {name: momentum * change[name] - learning_rate * slope[name] for name in parameters}
        parameters = {name: parameters[name] + change[name] for name in parameters}
    return parameters, np.array(losses)


def online_pass(
    loss: Loss,
    parameters: Mapping[str, np.ndarray],
    rates: Mapping[str, np.ndarray | float],
    inputs: np.ndarray,
    targets: np.ndarray,
) -> Arrays:
    """One pass of stochastic gradient descent, one pattern at a time, in the order given.

    inputs (N, ...), targets (N, O). w <- w - rate dE^p/dw after every pattern p, `rates` holding one number or one
    array per parameter. This is the plain path; `core.learning.compiled` holds its fast twins.
    """
    parameters = dict(parameters)
    for p in range(len(inputs)):
        _, slope = gradient(loss, parameters, inputs[p : p + 1], targets[p : p + 1])
        parameters = {name: value - rates[name] * slope[name] for name, value in parameters.items()}
    return parameters


def mean_curvatures(
    loss: Loss,
    parameters: Mapping[str, np.ndarray],
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    chunk: int = 50,
) -> Arrays:
    """Diagonal Gauss-Newton second derivatives h_kk of the loss of one pattern, averaged over the given patterns.

    Needs a loss that is a sum over cases. `chunk` patterns are walked back together; it bounds memory only.
    """
    total: Arrays = {name: np.zeros_like(value) for name, value in parameters.items()}
    for start in range(0, len(inputs), chunk):
        system = OrderedSystem()
        rows = slice(start, start + chunk)
        found = ordered_curvatures(loss(system, system.parameters(parameters), inputs[rows], targets[rows]))
        total = {name: value + found[name] for name, value in total.items()}
    return {name: value / len(inputs) for name, value in total.items()}


def mean_curvatures_each(
    loss: Loss, parameters: Mapping[str, np.ndarray], inputs: np.ndarray, targets: np.ndarray
) -> Arrays:
    """`mean_curvatures` of every replica by itself: parameters (R, ...) -> (R, ...).

    One after the other is faster than together, because the patches of one network stay in the cache.
    """
    alone = [
        {name: value[r] for name, value in parameters.items()} for r in range(len(next(iter(parameters.values()))))
    ]
    found = [mean_curvatures(loss, one, inputs, targets) for one in alone]
    return {name: np.stack([one[name] for one in found]) for name in parameters}


def levenberg_marquardt_rates(curvatures: Mapping[str, np.ndarray], *, eta: float, mu: float) -> Arrays:
    """Individual learning rates eta / (mu + h_kk) of stochastic diagonal Levenberg-Marquardt.

    Used by `online_pass` in place of one global rate; h_kk is estimated anew before each pass.
    Source: LeCun, Bottou, Bengio and Haffner (1998), appendix C, equation 21.
    """
    return {name: eta / (mu + h) for name, h in curvatures.items()}


def uniform_rates(parameters: Mapping[str, np.ndarray], learning_rate: float) -> Arrays:
    """The same learning rate for every weight, in the shape that `online_pass` takes."""
    return {name: np.full_like(value, learning_rate) for name, value in parameters.items()}


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
            w,
            slope[name],
            first[name],
            second[name],
            np.empty_like(w),
            steps,
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
        )
    return new, Moments(first, second, steps)


def adam_in_place(
    w: np.ndarray,
    slope: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    work: np.ndarray,
    steps: int,
    *,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    decay: float = 0.0,
) -> None:
    """Step number `steps`: w <- w - learning_rate m / (sqrt(v) + epsilon), m and v corrected for starting at zero.

    With `decay` the weights shrink first, w <- w (1 - learning_rate decay), apart from the slope: AdamW.

    m <- beta1 m + (1 - beta1) slope and v <- beta2 v + (1 - beta2) slope^2, each divided by 1 - beta^steps in the step.
    Changes w, m and v; all arrays are of one shape, and `work` is only room to work in, of the precision of w.
    Source: Kingma and Ba (2015), algorithm 1; Loshchilov and Hutter (2019), algorithm 2, for the decay.
    """
    kind = w.dtype.type
    if decay:
        w *= kind(1 - learning_rate * decay)
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
