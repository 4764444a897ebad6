"""Convolutional networks of the 2010s, each from a short list of layers.

Two small nets for CIFAR-10 that came with Krizhevsky's program cuda-convnet (example-layers/layers-80sec.cfg and
layers-18pct.cfg), variants of them, and the net of Krizhevsky, Sutskever and Hinton (2012). Images are (N, H, W, C).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.learning.ops import (
    affine,
    average_pool,
    batch_convolution,
    dropout,
    flatten,
    max_pool,
    mean_cross_entropy,
    pooled_convolution,
    relu,
    response_normalization,
    sigmoid,
    tanh,
)
from core.learning.ordered import Entry, OrderedSystem

UNITS: dict[str, Callable[..., Any]] = {"relu": relu, "tanh": tanh, "logistic": sigmoid}
POOLS: dict[str, Callable[..., Any]] = {"max": max_pool, "average": average_pool}


@dataclass(frozen=True)
class Convolution:
    """A layer of maps. Initial weights are normal with standard deviation `spread`, biases all `bias`."""

    maps: int
    kernel: int = 5
    padding: int | tuple[int, int] = 2
    stride: int = 1
    groups: int = 1
    spread: float = 0.01
    bias: float = 0.0
    decay: float = 0.0  # weight decay that the net's authors set for this layer


@dataclass(frozen=True)
class Pool:
    """Pooling, "max" or "average"."""

    kind: str
    size: int = 3
    stride: int = 2


@dataclass(frozen=True)
class Unit:
    """The units' function: "relu", "tanh" or "logistic"."""

    function: str = "relu"


@dataclass(frozen=True)
class Normalization:
    """Local response normalisation, see the op `response_normalization`."""

    size: int = 5
    k: float = 2.0
    alpha: float = 1e-4
    beta: float = 0.75
    across: bool = True


@dataclass(frozen=True)
class Dense:
    """A fully connected layer."""

    units: int
    spread: float = 0.01
    bias: float = 0.0
    decay: float = 0.0


@dataclass(frozen=True)
class Dropout:
    """The units before it are left out with probability `share` in training; later all are scaled by 1 - share."""

    share: float = 0.5


Layer = Convolution | Pool | Unit | Normalization | Dense | Dropout


@dataclass(frozen=True)
class Net:
    """Images of side x side pixels with so many maps (3 for colour), and the layers; the last one gives the scores."""

    side: int
    layers: tuple[Layer, ...]
    maps: int = 3


def init(rng: np.random.Generator, net: Net, *, gain: float | None = None, dtype: Any = np.float32) -> dict[str, Any]:
    """Normal weights w1, w2, ... and constant biases b1, b2, ..., one pair for each layer that has them.

    The standard deviation is each layer's own, or with `gain` it is gain / sqrt(fan-in), and 1 / sqrt(fan-in) in the
    last layer, which has no units after it. Convolutions have (K, K, C / groups, maps), dense layers (inputs, units).
    """
    sized = [(layer, shape) for layer, shape in zip(net.layers, _weights(net), strict=True) if shape]
    found = {}
    for k, (layer, shape) in enumerate(sized, start=1):
        assert isinstance(layer, Convolution | Dense)
        fan_in = np.prod(shape[:-1])
        spread = layer.spread if gain is None else (gain if k < len(sized) else 1.0) / np.sqrt(fan_in)
        found[f"w{k}"] = (spread * rng.standard_normal(shape)).astype(dtype)
        found[f"b{k}"] = np.full(shape[-1], layer.bias, dtype)
    return found


def decays(net: Net) -> dict[str, float]:
    """The weight decay of each layer's weights, by parameter name."""
    trained = [layer for layer in net.layers if isinstance(layer, Convolution | Dense)]
    return {f"w{k}": layer.decay for k, layer in enumerate(trained, start=1)}


def output(
    system: OrderedSystem,
    p: Mapping[str, Entry],
    x: Entry,
    net: Net,
    *,
    rng: np.random.Generator | None = None,
    layers: int | None = None,
) -> Entry:
    """What the first `layers` layers, by default all, make of images x (N, side, side, maps).

    `rng` chooses the units that are left out. Without it none is, and those after a layer of dropout are scaled down.
    """
    chosen, k, pooled = net.layers[:layers], 0, False
    for place, layer in enumerate(chosen):
        following = chosen[place + 1] if place + 1 < len(chosen) else None
        if isinstance(layer, Convolution):
            k += 1
            weights, pooled = (p[f"w{k}"], p[f"b{k}"]), _in_one(layer, following)
            if pooled:
                assert isinstance(following, Pool)
                x = system.apply(pooled_convolution, x, *weights, size=following.size, stride=following.stride)
            else:
                x = system.apply(batch_convolution, x, *weights, stride=layer.stride, padding=layer.padding)
        elif isinstance(layer, Dense):
            k += 1
            x = system.apply(flatten, x) if x.value.ndim == 4 else x
            x = system.apply(affine, x, p[f"w{k}"], p[f"b{k}"])
        elif isinstance(layer, Pool):
            x = x if pooled else system.apply(POOLS[layer.kind], x, size=layer.size, stride=layer.stride)
            pooled = False
        elif isinstance(layer, Unit):
            x = system.apply(UNITS[layer.function], x)
        elif isinstance(layer, Normalization):
            settings = {"size": layer.size, "k": layer.k, "alpha": layer.alpha, "beta": layer.beta}
            x = system.apply(response_normalization, x, **settings, across=layer.across)
        elif rng is not None:
            numbers = rng.random(x.value.shape, dtype=np.float32)
            x = system.apply(dropout, x, system.constant(numbers), share=layer.share)
        else:
            x = x * np.asarray(1 - layer.share, x.value.dtype)
    return x


def _in_one(layer: Convolution, following: Layer | None) -> bool:
    """Whether convolution and pooling are one step."""
    same = layer.stride == 1 and layer.kernel % 2 == 1 and layer.padding == layer.kernel // 2
    return same and isinstance(following, Pool) and following.kind == "max"


def loss(
    system: OrderedSystem,
    p: Mapping[str, Entry],
    x: np.ndarray,
    labels: np.ndarray,
    *,
    net: Net,
    rng: np.random.Generator | None = None,
) -> Entry:
    """Mean cross-entropy of the softmax of the scores."""
    scores = output(system, p, system.constant(x), net, rng=rng)
    return system.apply(mean_cross_entropy, scores, system.constant(labels))


def values(
    p: Mapping[str, np.ndarray], x: np.ndarray, net: Net, *, layers: int | None = None, chunk: int = 128
) -> np.ndarray:
    """The scores (N, classes) of a trained net, or what its first `layers` layers put out, a few images at a time."""
    found = []
    for start in range(0, len(x), chunk):
        system = OrderedSystem()
        entries = {name: system.constant(value) for name, value in p.items()}
        found.append(output(system, entries, system.constant(x[start : start + chunk]), net, layers=layers).value)
    return np.concatenate(found)


@dataclass(frozen=True)
class LayerCount:
    """One layer: the shape of its output, its multiplications for one image, and its weights and biases."""

    layer: Layer
    shape: tuple[int, ...]
    multiplications: int
    parameters: int

    @property
    def units(self) -> int:
        """Numbers that the layer puts out."""
        return int(np.prod(self.shape))


def counts(net: Net) -> list[LayerCount]:
    """Sizes of the net layer by layer, from its definition; multiplications are those of weights with inputs."""
    found = []
    shape: tuple[int, ...] = (net.side, net.side, net.maps)
    for layer, weights in zip(net.layers, _weights(net), strict=True):
        shape = _shape_after(layer, shape)
        if weights:
            products = int(np.prod(shape[:-1], dtype=np.int64)) * int(np.prod(weights))
            found.append(LayerCount(layer, shape, products, int(np.prod(weights)) + weights[-1]))
        else:
            found.append(LayerCount(layer, shape, 0, 0))
    return found


def _shape_after(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    if isinstance(layer, Convolution):
        before, after = layer.padding if isinstance(layer.padding, tuple) else (layer.padding, layer.padding)
        side = (shape[0] + before + after - layer.kernel) // layer.stride + 1
        return (side, side, layer.maps)
    if isinstance(layer, Pool):
        side = -(-(shape[0] - layer.size) // layer.stride) + 1
        return (side, side, shape[2])
    return (layer.units,) if isinstance(layer, Dense) else shape


def _weights(net: Net) -> list[tuple[int, ...]]:
    """The shape of each layer's weights, empty for layers without."""
    found: list[tuple[int, ...]] = []
    shape: tuple[int, ...] = (net.side, net.side, net.maps)
    for layer in net.layers:
        if isinstance(layer, Convolution):
            found.append((layer.kernel, layer.kernel, shape[2] // layer.groups, layer.maps))
        else:
            found.append((int(np.prod(shape)), layer.units) if isinstance(layer, Dense) else ())
        shape = _shape_after(layer, shape)
    return found
