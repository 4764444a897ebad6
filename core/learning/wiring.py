"""The connections of a network as lists, unit by unit, as `core.learning.compiled.small_nets` reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Wiring:
    """Connections of a network: unit `inputs + k` reads `source[first[k] : first[k + 1]]` through the parameters of
    the same places in `weight`, plus the parameter `bias[k]`. The last `outputs` units are the outputs."""

    inputs: int
    outputs: int
    parameters: int
    first: np.ndarray
    source: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
