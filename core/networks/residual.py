"""Deep networks of rectifiers with and without skip connections, dense or convolutional, after He et al. (2016).

A stem, then blocks of two layers, then a dense layer of scores. With skips a block gives relu(h + f(h)), without them
relu(f(h)), f being layer, relu, layer. The two have the same parameters. There is no batch normalisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.learning.ops import add, affine, convolution, flatten, relu
from core.learning.ops.classes import mean_cross_entropy
from core.learning.ordered import Entry, OrderedSystem

KERNEL = 3


@dataclass(frozen=True)
class Shape:
    """`depth` layers in blocks of two, each `width` units wide, or `width` maps of 3x3 kernels with `convolutional`.

    inputs: numbers of a pattern, for a convolutional net those of a square image in one plane, whose side the stem
    halves. depth must be even; 0 leaves stem and scores.
    """

    inputs: int
    width: int
    depth: int
    classes: int = 10
    skips: bool = True
    convolutional: bool = False

    def __post_init__(self) -> None:
        if self.depth % 2 or self.depth < 0:
            raise ValueError(f"layers come in blocks of two, so the depth must be even, not {self.depth}")
        if self.convolutional and (self.side % 2 or self.side**2 != self.inputs):
            raise ValueError(f"a convolutional net needs square images with an even side, not {self.inputs} pixels")

    @property
    def side(self) -> int:
        """Pixels of the image each way."""
        return round(self.inputs**0.5)

    @property
    def top(self) -> int:
        """Numbers that the scores are made from."""
        return self.width * (self.side // 2) ** 2 if self.convolutional else self.width

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter: w0, b0 of the stem, w1, b1 to w{depth}, b{depth}, and w, b of the scores."""
        w, kernel = self.width, (KERNEL, KERNEL)
        stem = (w, 1, *kernel) if self.convolutional else (self.inputs, w)
        layer = (w, w, *kernel) if self.convolutional else (w, w)
        found: dict[str, tuple[int, ...]] = {"w0": stem, "b0": (w,)}
        for k in range(1, self.depth + 1):
            found |= {f"w{k}": layer, f"b{k}": (w,)}
        return found | {"w": (self.top, self.classes), "b": (self.classes,)}

    @property
    def parameters(self) -> int:
        """Number of weights and biases, the same with and without skips."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())


def init(rng: np.random.Generator, shape: Shape, kind: type = np.float32) -> dict[str, np.ndarray]:
    """Gaussian weights of variance 2 / fan-in (1 / fan-in for the scores), biases zero. He et al. (2015).

    With skips the last layer of each of B blocks starts smaller by sqrt(B), so that the sum over blocks does not grow
    with the depth: without normalisation nothing else would hold it (after Zhang, Dauphin and Ma 2019).
    """
    found: dict[str, np.ndarray] = {}
    for name, size in shape.shapes.items():
        fan = int(np.prod(size[1:])) if len(size) == 4 else size[0]
        scale = (1 if name == "w" else 2) / fan
        if shape.skips and name[1:].isdigit() and name != "w0" and int(name[1:]) % 2 == 0:
            scale /= shape.depth // 2
        drawn = rng.standard_normal(size) * scale**0.5 if name[0] == "w" else np.zeros(size)
        found[name] = drawn.astype(kind)
    return found


def _layer(system: OrderedSystem, shape: Shape, p: Mapping[str, Entry], k: int, h: Entry) -> Entry:
    op: Any = convolution if shape.convolutional else affine
    settings = {"padding": 1, "stride": 1 if k else 2} if shape.convolutional else {}
    return system.apply(op, h, p[f"w{k}"], p[f"b{k}"], **settings)


def sums(shape: Shape, p: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Sums of the stem for patterns x (N, inputs), linear in its parameters, as `landscape.values_by_layer` uses."""
    system = OrderedSystem()
    entries = system.parameters({name: p[name] for name in ("w0", "b0")})
    return _layer(system, shape, entries, 0, system.constant(_patterns(shape, x))).value


def _patterns(shape: Shape, x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), 1, shape.side, shape.side) if shape.convolutional else x


def scores(system: OrderedSystem, shape: Shape, p: Mapping[str, Entry], x: np.ndarray) -> Entry:
    """Scores (..., N, classes) for patterns x (N, inputs)."""
    return above(system, shape, p, _layer(system, shape, p, 0, system.constant(_patterns(shape, x))))


def above(system: OrderedSystem, shape: Shape, p: Mapping[str, Entry], stem: Entry) -> Entry:
    """Scores from the sums of the stem."""
    h = system.apply(relu, stem)
    for k in range(1, shape.depth, 2):
        inner = system.apply(relu, _layer(system, shape, p, k, h))
        outer = _layer(system, shape, p, k + 1, inner)
        h = system.apply(relu, system.apply(add, h, outer) if shape.skips else outer)
    h = system.apply(flatten, h) if shape.convolutional else h
    return system.apply(affine, h, p["w"], p["b"])


def loss(system: OrderedSystem, shape: Shape, p: Mapping[str, Entry], x: np.ndarray, labels: np.ndarray) -> Entry:
    """Mean cross-entropy over the patterns, in nats."""
    return system.apply(mean_cross_entropy, scores(system, shape, p, x), system.constant(labels))


def loss_above(system: OrderedSystem, shape: Shape, p: Mapping[str, Entry], stem: Entry, labels: np.ndarray) -> Entry:
    """The same from the sums of the stem."""
    return system.apply(mean_cross_entropy, above(system, shape, p, stem), system.constant(labels))
