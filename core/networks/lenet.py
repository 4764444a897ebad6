"""LeNet-5 and its relatives LeNet-4 and LeNet-1 (LeCun, Bottou, Bengio and Haffner 1998, sections II.B and III.C)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from core.learning.ops import (
    affine,
    convolution,
    flatten,
    linked_convolution,
    multiply,
    radial_basis,
    radial_basis_map,
    relu,
    scaled_tanh,
    softmax_cross_entropy,
    squared_error,
    subsampling,
)
from core.learning.ordered import Entry, OrderedSystem
from core.networks.digit_bitmaps import bitmaps
from core.networks.zipcode import NIPS_TABLE, LayerCount, dense_layer, local_layer

KERNEL, CLASSES = 5, 10
TAPS = KERNEL**2
Table = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Plan:
    """A network of the family, from the pixels up; layers are called as in LeNet-5.

    Images of `side` x `side`; `maps` maps of C1; `source[m]` is the map of C1 that map m of S2 reads, `table[o]` the
    maps of S2 that map o of C3 reads; S4 has one map for each of C3; `dense` the sizes of what follows, and `reads[u]`
    the maps of S4 that its unit u reads, all if None. The output is of radial basis units ("rbf", with the last of
    `dense` as their inputs), or the last of `dense` itself: of scaled tanh units ("tanh") or a softmax ("softmax").
    `units` says what all other units are.
    """

    side: int
    maps: int
    source: tuple[int, ...]
    table: Table
    dense: tuple[int, ...]
    output: Literal["rbf", "tanh", "softmax"]
    reads: Table | None = None
    units: Literal["tanh", "relu"] = "tanh"

    @property
    def sides(self) -> tuple[int, int, int, int]:
        """Sides of the maps of C1, S2, C3 and S4."""
        first = self.side - KERNEL + 1
        second = first // 2 - KERNEL + 1
        return first, first // 2, second, second // 2

    @property
    def links(self) -> np.ndarray:
        """Pairs of a map of C3 and a map of S2 that it reads, (K, 2)."""
        return np.array([(o, c) for o, row in enumerate(self.table) for c in row])

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of S4, and of each dense layer after it."""
        return (len(self.table) * self.sides[3] ** 2, *self.dense)

    @property
    def there(self) -> np.ndarray | None:
        """1 where a unit of the first dense layer reads a number of S4 and 0 where not; None if each reads all."""
        if self.reads is None:
            return None
        maps = np.array([[float(m in row) for row in self.reads] for m in range(len(self.table))])
        return np.repeat(maps, self.sides[3] ** 2, axis=0)


def contiguous(maps: int, count: int, apart: tuple[int, ...] = ()) -> Table:
    """For each of `maps` maps in a ring: itself and the next `count` - 1, or those `apart` from it."""
    steps = apart or tuple(range(count))
    return tuple(tuple(sorted((m + s) % maps for s in steps)) for m in range(maps))


# Table I of the paper: every contiguous three, every contiguous four, three discontinuous fours, and all six.
TABLE_I = (
    *contiguous(6, 3),
    *contiguous(6, 4),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)
PAIRS = (0, 0, 1, 1, 2, 2, 3, 3)

LENET_5 = Plan(32, 6, tuple(range(6)), TABLE_I, (120, 84), "rbf")
# Declared variants with ten units after F6 in place of the bitmaps.
LENET_5_TANH = replace(LENET_5, dense=(120, 84, CLASSES), output="tanh")
LENET_5_SOFTMAX = replace(LENET_5_TANH, output="softmax")
LENET_5_RELU = replace(LENET_5_SOFTMAX, units="relu")
# The paper gives LeNet-4's maps, "about 260,000 connections" and "about 17,000 free parameters", but no table. With 120
# units "fully connected" to 16 maps of 5x5 and 260,000 connections the maps of C3 read three each: 262,306
# connections, but 50,698 parameters. No full connection has 17,000. Which three, and the output units, are ours.
LENET_4 = Plan(32, 4, PAIRS, (*contiguous(8, 3), *contiguous(8, 3, (0, 2, 5))), (120, CLASSES), "tanh")
# The other reading: 60 links as in LeNet-5 and units that read 4 or 5 of the 16 maps meet both totals, 16,998 and
# 258,306, but are not "fully connected".
LENET_4_SPARSE = replace(
    LENET_4,
    table=(*contiguous(8, 4), *contiguous(8, 4, (0, 2, 4, 6))[:4], *contiguous(8, 3)[:4]),
    reads=tuple(tuple(sorted((u + 3 * s) % 16 for s in range(4 if u % 3 == 0 else 5))) for u in range(120)),
)
# LeNet-1 is the network of LeCun et al. (NIPS 1989), whose table and counts are known.
LENET_1 = Plan(
    28,
    4,
    tuple(range(4)),
    tuple(tuple(c for c in range(4) if NIPS_TABLE[c][o] == "1") for o in range(12)),
    (CLASSES,),
    "tanh",
)
PLANS = {
    "LeNet-5": LENET_5,
    "LeNet-5 tanh": LENET_5_TANH,
    "LeNet-5 softmax": LENET_5_SOFTMAX,
    "LeNet-5 relu": LENET_5_RELU,
    "LeNet-4": LENET_4,
    "LeNet-4 sparse": LENET_4_SPARSE,
    "LeNet-1": LENET_1,
}


def init(
    rng: np.random.Generator, plan: Plan, *, spread: Callable[[float], float] = lambda fan: 2.4 / fan, bias: float = 0.0
) -> dict[str, np.ndarray]:
    """Weights and coefficients uniform in +-spread(F), F the inputs of a unit and its bias; constant biases.

    Returns w1 (maps, 1, 5, 5), w2 (maps of S2,), w3 (links, 5, 5), w4 (maps of C3,), w5 (S4, D), ... and b1, b2, ...,
    one bias for each map and dense unit. Source: the paper's appendix A; it does not say what biases start from.
    """
    p: dict[str, np.ndarray] = {}

    def add(k: int, shape: tuple[int, ...], fan: np.ndarray, units: int) -> None:
        reach = np.vectorize(spread, otypes=[float])(fan)
        p[f"w{k}"] = rng.uniform(-1, 1, shape) * reach
        p[f"b{k}"] = np.full(units, bias)

    rows = np.array([len(plan.table[o]) for o, _ in plan.links])
    add(1, (plan.maps, 1, KERNEL, KERNEL), np.array(TAPS + 1), plan.maps)
    add(2, (len(plan.source),), np.array(5), len(plan.source))
    add(3, (len(rows), KERNEL, KERNEL), (rows * TAPS + 1)[:, None, None], len(plan.table))
    add(4, (len(plan.table),), np.array(5), len(plan.table))
    for k, (inputs, units) in enumerate(itertools.pairwise(plan.sizes), start=5):
        there = plan.there if k == 5 else None
        fan = np.array(inputs + 1) if there is None else there.sum(axis=0) + 1
        add(k, (inputs, units), fan, units)
        if there is not None:
            p[f"w{k}"] *= there
    return p


def layers(system: OrderedSystem, p: Mapping[str, Entry], x: Entry, plan: Plan) -> list[Entry]:
    """C1, S2, C3, S4 and each dense layer for images x (..., N, 1, side, side); a softmax's last layer as it is."""
    found = []
    for k in range(1, len(p) // 2 + 1):
        w, b = p[f"w{k}"], p[f"b{k}"]
        if k == 1:
            x = system.apply(convolution, x, w, b)
        elif k in (2, 4):
            x = system.apply(subsampling, x, w, b, source=np.array(plan.source) if k == 2 else None)
        elif k == 3:
            x = system.apply(linked_convolution, x, w, b, links=plan.links)
        else:
            if k == 5:
                x = system.apply(flatten, x)
                w = w if plan.there is None else system.apply(multiply, w, system.constant(plan.there))
            x = system.apply(affine, x, w, b)
        if plan.output != "softmax" or k < len(p) // 2:
            x = system.apply(relu if plan.units == "relu" else scaled_tanh, x)
        found.append(x)
    return found


def outputs(system: OrderedSystem, p: Mapping[str, Entry], x: Entry, plan: Plan) -> Entry:
    """(..., N, 10): penalties of the classes ("rbf", the least is the answer), units or logits (the largest is)."""
    last = layers(system, p, x, plan)[-1]
    return system.apply(radial_basis, last, system.constant(bitmaps())) if plan.output == "rbf" else last


def loss(
    system: OrderedSystem,
    p: Mapping[str, Entry],
    x: np.ndarray,
    t: np.ndarray,
    *,
    plan: Plan,
    rubbish: float = 0.0,
    whole: bool = False,
) -> Entry:
    """Sum over cases of the loss of images x (..., N, 1, side, side) with targets t (N, 10).

    "rbf": the discriminative criterion with constant j = `rubbish`, t of ones and zeros, `whole` as `radial_basis_map`
    has it; "softmax": cross-entropy with the same t; "tanh": half the squared error with t of +1 and -1.
    """
    last, wanted = layers(system, p, system.constant(x), plan)[-1], system.constant(t)
    if plan.output == "rbf":
        return system.apply(radial_basis_map, last, system.constant(bitmaps()), wanted, rubbish=rubbish, whole=whole)
    return system.apply(softmax_cross_entropy if plan.output == "softmax" else squared_error, last, wanted)


def counts(plan: Plan) -> list[LayerCount]:
    """The network layer by layer; the links of the radial basis units are connections without free parameters."""
    c1, s2, c3, s4 = plan.sides
    maps, links = len(plan.table), len(plan.links)
    found = [
        local_layer("C1", maps=plan.maps, side=c1, taps=TAPS, kernels=plan.maps * TAPS, shared_bias=True),
        local_layer("S2", maps=len(plan.source), side=s2, taps=4, kernels=len(plan.source), shared_bias=True),
        LayerCount("C3", maps * c3**2, c3**2 * (links * TAPS + maps), links * TAPS + maps),
        local_layer("S4", maps=maps, side=s4, taps=4, kernels=maps, shared_bias=True),
    ]
    for k, (inputs, units) in enumerate(itertools.pairwise(plan.sizes)):
        layer = dense_layer(("C5", "F6", "output")[k], inputs, units)
        if k == 0 and plan.there is not None:
            layer = LayerCount("C5", units, (read := int(plan.there.sum()) + units), read)
        found.append(layer)
    if plan.output == "rbf":
        found.append(LayerCount("output", CLASSES, CLASSES * plan.dense[-1], 0))
    return found


def operations(plan: Plan) -> int:
    """Multiply-accumulates of one presentation: forward, to the weights, and to every layer's input but the pixels."""
    c1, s2, c3, s4 = plan.sides
    first = plan.maps * c1**2 * TAPS
    rest = len(plan.source) * s2**2 + len(plan.links) * c3**2 * TAPS + len(plan.table) * s4**2
    rest += sum(a * b for a, b in itertools.pairwise(plan.sizes))
    return 2 * first + 3 * rest + (2 * CLASSES * plan.dense[-1] if plan.output == "rbf" else 0)
