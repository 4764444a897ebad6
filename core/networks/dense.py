"""Fully connected layered networks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.learning.ops import affine, scaled_tanh, tanh
from core.learning.ops.classes import mean_cross_entropy
from core.learning.ordered import Entry, OrderedSystem


def init(
    rng: np.random.Generator, sizes: Sequence[int], *, spread: Callable[[int], float], bias: float = 0.0
) -> dict[str, np.ndarray]:
    """Weights uniform in +-spread(inputs + 1) and constant biases for layers of the given sizes.

    Fan-in counts the bias as an input. Returns w1 (I, H), b1 (H,), w2 (H, O), ... in layer order.
    """
    parameters = {}
    for k, (inputs, outputs) in enumerate(itertools.pairwise(sizes), start=1):
        reach = spread(inputs + 1)
        parameters[f"w{k}"] = rng.uniform(-reach, reach, (inputs, outputs))
        parameters[f"b{k}"] = np.full(outputs, bias)
    return parameters


def outputs(
    system: OrderedSystem, parameters: Mapping[str, Entry], x: Entry, *, activation: Callable[..., Any] = scaled_tanh
) -> Entry:
    """The network's outputs (..., N, O) for inputs x (..., N, I); every layer, the last too, ends in `activation`."""
    for k in range(1, len(parameters) // 2 + 1):
        x = system.apply(activation, system.apply(affine, x, parameters[f"w{k}"], parameters[f"b{k}"]))
    return x


def connections(sizes: Sequence[int]) -> int:
    """Connections of a fully connected net, biases included; with no sharing they are the free parameters too."""
    return sum((inputs + 1) * outputs for inputs, outputs in itertools.pairwise(sizes))


def operations(sizes: Sequence[int]) -> int:
    """Multiply-accumulates of one presentation: forward, to the weights, and to every layer's input but the first."""
    products = [inputs * outputs for inputs, outputs in itertools.pairwise(sizes)]
    return 2 * products[0] + 3 * sum(products[1:])


def scores(system: OrderedSystem, parameters: Mapping[str, Entry], x: np.ndarray) -> Entry:
    # (N, I) -> (N, O)
    """Unnormalised log probabilities of the classes: tanh units in every layer but the last, which is linear."""
    last = len(parameters) // 2
    z = system.constant(x)
    for k in range(1, last + 1):
        z = system.apply(affine, z, parameters[f"w{k}"], parameters[f"b{k}"])
        z = system.apply(tanh, z) if k < last else z
    return z


def classifier(system: OrderedSystem, parameters: Mapping[str, Entry], x: np.ndarray, labels: np.ndarray) -> Entry:
    """Mean cross-entropy of `scores`, in nats."""
    return system.apply(mean_cross_entropy, scores(system, parameters, x), system.constant(labels))


def single_precision(rng: np.random.Generator, sizes: Sequence[int]) -> dict[str, np.ndarray]:
    """Weights uniform in +-1 / sqrt(fan-in) and zero biases, in single precision."""
    p = init(rng, sizes, spread=lambda fan: fan**-0.5)
    return {name: value.astype(np.float32) for name, value in p.items()}
