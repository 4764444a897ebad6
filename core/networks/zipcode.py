"""The zip-code reader of LeCun, Boser, Denker, Henderson, Howard, Hubbard and Jackel (1989), and its family's sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.learning.ops import affine, convolution, flatten, multiply, scaled_tanh
from core.learning.ordered import Entry, OrderedSystem
from core.networks import dense

SIDE = 16  # pixels of the input image, each way
MAPS, SLOTS, KERNEL = 12, 8, 5
H1_SIDE, H2_SIDE, H3, CLASSES = 8, 4, 30, 10
CONTROL = (SIDE * SIDE, 40, CLASSES)  # the fully connected control experiment

# The paper says that each map of H2 reads 8 of the 12 maps of H1 by "a scheme that will not be discussed here".
TABLES = {
    "blocks": np.array([[*range(8)]] * 4 + [[*range(4, 12)]] * 4 + [[*range(4), *range(8, 12)]] * 4),
    "cyclic": np.array([sorted((o + s) % MAPS for s in range(SLOTS)) for o in range(MAPS)]),
    # Half the maps in both layers, each of H2 still reading two thirds of H1: "fewer feature maps gave worse results".
    "half": np.array([sorted((o + s) % 6 for s in range(4)) for o in range(6)]),
}


def init(
    rng: np.random.Generator,
    *,
    spread: Callable[[int], float],
    bias: float | None = 0.0,
    table: np.ndarray = TABLES["blocks"],
) -> dict[str, np.ndarray]:
    """Weights uniform in +-spread(fan-in), bias counted in the fan-in, and constant biases; None draws them as weights.

    Returns w1 (12, 1, 5, 5), b1 (12, 8, 8), w2 (12, 8, 5, 5), b2 (12, 4, 4), w3 (192, 30), b3, w4 (30, 10), b4 for a
    table of 12 maps that read 8 of 12.
    """
    maps, slots = table.shape
    maps_in, taps = int(table.max()) + 1, KERNEL**2
    shapes = {
        "w1": ((maps_in, 1, KERNEL, KERNEL), taps + 1),
        "w2": ((maps, slots, KERNEL, KERNEL), slots * taps + 1),
        "w3": ((maps * H2_SIDE**2, H3), maps * H2_SIDE**2 + 1),
        "w4": ((H3, CLASSES), H3 + 1),
    }
    parameters = {name: rng.uniform(-spread(fan), spread(fan), shape) for name, (shape, fan) in shapes.items()}
    biases = {"b1": (maps_in, H1_SIDE, H1_SIDE), "b2": (maps, H2_SIDE, H2_SIDE), "b3": (H3,), "b4": (CLASSES,)}
    if bias is not None:
        return parameters | {name: np.full(shape, bias) for name, shape in biases.items()}
    reach = {"b" + name[1:]: spread(fan) for name, (_, fan) in shapes.items()}
    return parameters | {name: rng.uniform(-reach[name], reach[name], shape) for name, shape in biases.items()}


def outputs(
    system: OrderedSystem,
    parameters: Mapping[str, Entry],
    x: Entry,
    *,
    table: np.ndarray,
    borders: tuple[float, float],
    squash: Callable[..., Any] = scaled_tanh,
    squash_outputs: bool = True,
    keep: np.ndarray | None = None,
) -> Entry:
    """Outputs (..., N, 10) for images x (..., N, 1, 16, 16); `borders` surround the image and the maps of H1.

    With today's parts: another `squash` of the hidden layers, outputs left linear for a softmax, and `keep`
    (..., N, 192), which multiplies the units of H2: 0 drops one.
    """
    p = parameters
    a1 = system.apply(convolution, x, p["w1"], p["b1"], stride=2, padding=2, border=borders[0])
    h1 = system.apply(squash, a1)
    a2 = system.apply(convolution, h1, p["w2"], p["b2"], stride=2, padding=2, border=borders[1], table=table)
    h2 = system.apply(flatten, system.apply(squash, a2))
    if keep is not None:
        h2 = system.apply(multiply, h2, system.constant(keep))
    h3 = system.apply(squash, system.apply(affine, h2, p["w3"], p["b3"]))
    a4 = system.apply(affine, h3, p["w4"], p["b4"])
    return system.apply(scaled_tanh, a4) if squash_outputs else a4


def control_outputs(system: OrderedSystem, parameters: Mapping[str, Entry], x: Entry) -> Entry:
    """Outputs (..., N, 10) of the fully connected control for the same images."""
    return dense.outputs(system, parameters, system.apply(flatten, x))


@dataclass(frozen=True)
class LayerCount:
    """Size of one layer: its units, its connections (biases included) and its free parameters."""

    name: str
    units: int
    connections: int
    parameters: int


def local_layer(name: str, *, maps: int, side: int, taps: int, kernels: int, shared_bias: bool) -> LayerCount:
    """Count a layer of feature maps whose units each read `taps` pixels; `kernels` is the number of shared weights."""
    units = maps * side * side
    return LayerCount(name, units, units * (taps + 1), kernels + (maps if shared_bias else units))


def dense_layer(name: str, inputs: int, units: int) -> LayerCount:
    """Count a fully connected layer."""
    return LayerCount(name, units, units * (inputs + 1), units * (inputs + 1))


def counts() -> list[LayerCount]:
    """The network of this module, layer by layer, from its definition."""
    taps = KERNEL**2
    return [
        LayerCount("input", SIDE**2, 0, 0),
        local_layer("H1", maps=MAPS, side=H1_SIDE, taps=taps, kernels=MAPS * taps, shared_bias=False),
        local_layer("H2", maps=MAPS, side=H2_SIDE, taps=SLOTS * taps, kernels=MAPS * SLOTS * taps, shared_bias=False),
        dense_layer("H3", MAPS * H2_SIDE**2, H3),
        dense_layer("output", H3, CLASSES),
    ]


# Which of the 4 maps of H2 each of the 12 maps of H3 reads in the net of NIPS 1989, page 400.
NIPS_TABLE = ("111011000000", "011111000000", "000000111011", "000000011111")


def nips_counts() -> list[LayerCount]:
    """The larger relative of LeCun et al. (NIPS 1989): 28x28 input plane, 5x5 kernels and trainable 2x2 averaging.

    The averaging layers have one coefficient and one bias per map; all biases are shared. The paper's unit count
    includes the constant unit that feeds the biases.
    """
    links = sum(row.count("1") for row in NIPS_TABLE)
    h3_connections = sum(8 * 8 * (25 * sum(row[o] == "1" for row in NIPS_TABLE) + 1) for o in range(12))
    return [
        LayerCount("input and bias unit", 28 * 28 + 1, 0, 0),
        local_layer("H1", maps=4, side=24, taps=25, kernels=4 * 25, shared_bias=True),
        local_layer("H2", maps=4, side=12, taps=4, kernels=4, shared_bias=True),
        LayerCount("H3", 12 * 64, h3_connections, 25 * links + 12),
        local_layer("H4", maps=12, side=4, taps=4, kernels=12, shared_bias=True),
        dense_layer("output", 12 * 16, CLASSES),
    ]


def total(layers: list[LayerCount]) -> LayerCount:
    """The sum of several layers."""
    return LayerCount(
        "total",
        sum(layer.units for layer in layers),
        sum(layer.connections for layer in layers),
        sum(layer.parameters for layer in layers),
    )


def operations(table: np.ndarray) -> int:
    """Multiply-accumulates of one presentation: forward, to the weights, and to every layer's input but the pixels."""
    (maps, slots), maps_in, taps = table.shape, int(table.max()) + 1, KERNEL**2
    h1, h2 = maps_in * H1_SIDE**2 * taps, maps * H2_SIDE**2 * slots * taps
    h3_and_output = maps * H2_SIDE**2 * H3 + H3 * CLASSES
    return 2 * h1 + 3 * (h2 + h3_and_output)
