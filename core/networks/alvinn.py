"""The road followers of Pomerleau (1989, 1991): dense networks of sigmoid units from a retina to steering units.

The network of 1989 reads a 30x32 picture, an 8x32 range image and its own road intensity unit at the image before.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.learning.ops import sigmoid
from core.learning.ordered import Entry, OrderedSystem
from core.networks import dense

PICTURE, RANGES, FEEDBACK = 30 * 32, 8 * 32, 1
STEERING, INTENSITY = 45, 1
SIZES_1989 = (PICTURE + RANGES + FEEDBACK, 29, STEERING + INTENSITY)
SIZES_1991 = (PICTURE, 5, 30)


def weights(sizes: tuple[int, int, int]) -> int:
    """Connections between units, without biases."""
    inputs, hidden, outputs = sizes
    return (inputs + outputs) * hidden


def init(rng: np.random.Generator, sizes: tuple[int, int, int], *, reach: float = 1.0) -> dict[str, np.ndarray]:
    """Weights uniform in +-reach over the square root of the fan-in, and biases of zero."""
    return dense.init(rng, sizes, spread=lambda fan_in: reach / np.sqrt(fan_in))


def outputs(system: OrderedSystem, parameters: Mapping[str, Entry], x: Entry) -> Entry:
    """Activities (..., N, O) of the output units for inputs (..., N, I)."""
    return dense.outputs(system, parameters, x, activation=sigmoid)


def answers(parameters: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    # parameters (..., I, H) and so on, x (..., N, I) -> (..., N, O)
    """The same activities as plain numbers."""
    system = OrderedSystem()
    return outputs(system, system.parameters(parameters), system.constant(x)).value
