"""NETtalk (Sejnowski and Rosenberg 1987): logistic units, 203 inputs, up to two hidden layers, 26 outputs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.learning.ops import sigmoid
from core.learning.ops.tolerant import tolerant_error
from core.learning.ordered import Entry, OrderedSystem
from core.networks import dense

INPUTS, OUTPUTS = 203, 26
REACH = 0.3  # initial weights are uniform in +-0.3
MARGIN = 0.1  # errors that are smaller are not propagated back


def sizes(*hidden: int) -> tuple[int, ...]:
    """Units of every layer, for the hidden layers given; zeros among them are no layer."""
    return (INPUTS, *(size for size in hidden if size), OUTPUTS)


def init(
    rng: np.random.Generator, layers: Sequence[int], reach: float = REACH, *, biases: bool = True
) -> dict[str, np.ndarray]:
    """Weights uniform in +-reach, and biases too, or zero: w1 (203, H), b1 (H,), w2 (H, 26), b2 (26,), ..."""
    p = {}
    for k, (inputs, outputs) in enumerate(itertools.pairwise(layers), start=1):
        p[f"w{k}"] = rng.uniform(-reach, reach, (inputs, outputs))
        p[f"b{k}"] = rng.uniform(-reach, reach, outputs) if biases else np.zeros(outputs)
    return p


def outputs(
    system: OrderedSystem, parameters: Mapping[str, Entry], x: Entry, activation: Callable[..., Any] = sigmoid
) -> Entry:
    """Activities (..., N, 26) of the output units for patterns x (N, 203)."""
    return dense.outputs(system, parameters, x, activation=activation)


def loss(system: OrderedSystem, parameters: Mapping[str, Entry], x: np.ndarray, t: np.ndarray) -> Entry:
    """Half the squared error, summed over letters and outputs, without the errors within the margin."""
    y = outputs(system, parameters, system.constant(x))
    return system.apply(tolerant_error, y, system.constant(t), margin=MARGIN)


def connections(layers: Sequence[int], *, input_thresholds: bool = False) -> int:
    """Weights and biases; with `input_thresholds` one more for each input, which alone gives the paper's 18,629."""
    return dense.connections(layers) + (layers[0] if input_thresholds else 0)


def operations(layers: Sequence[int], active: int = 7) -> int:
    """Multiply-accumulates of one letter in training when `active` inputs of the first layer are on.

    Forward, to the weights, and to every layer's input but the letters.
    """
    first, *rest = (inputs * units for inputs, units in itertools.pairwise((active, *layers[1:])))
    return 2 * first + 3 * sum(rest)
