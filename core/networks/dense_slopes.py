"""All slopes of a dense network of tanh units by every way to them: backwards, forwards, and by nudging.

Counted, one operation is one multiplication or one value of a function, as in `core.learning.operation_counts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from core.learning.operation_counts import count
from core.learning.ops import squared_error, tanh
from core.learning.ordered import Entry, OrderedSystem
from core.networks import dense

Arrays = Mapping[str, np.ndarray]


class Counted(NamedTuple):
    """Weights and biases, units, numbers kept for the walk back, and operations for `cases` patterns at once.

    value: of the loss alone. backward: of the walk back. tangent: of the slope along one direction, beside the value.
    """

    parameters: int
    units: int
    numbers: int
    value: int
    backward: int
    tangent: int

    @property
    def ratio(self) -> float:
        """Value and all derivatives by one walk back, over the value alone."""
        return (self.value + self.backward) / self.value

    @property
    def forward_mode(self) -> float:
        """All derivatives by one direction after the other, each with the value, over the value alone."""
        return self.parameters * (self.value + self.tangent) / self.value


def problem(
    rng: np.random.Generator, sizes: Sequence[int], cases: int
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Weights uniform in +-1 / sqrt(fan-in), inputs uniform in +-1 and targets in +-0.5."""
    p = dense.init(rng, sizes, spread=lambda fan_in: fan_in**-0.5)
    return p, rng.uniform(-1, 1, (cases, sizes[0])), rng.uniform(-0.5, 0.5, (cases, sizes[-1]))


def loss(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, t: np.ndarray) -> Entry:
    """Half the sum of squared errors over cases and outputs; the last layer is of tanh units too."""
    y = dense.outputs(system, p, system.constant(x), activation=tanh)
    return system.apply(squared_error, y, system.constant(t))


def forward(p: Arrays, x: np.ndarray, t: np.ndarray) -> tuple[OrderedSystem, Entry]:
    """A new ordered system and its last entry, the loss."""
    system = OrderedSystem()
    return system, loss(system, system.parameters(p), x, t)


def counted(p: Arrays, x: np.ndarray, t: np.ndarray) -> Counted:
    """The costs of one network, counted entry by entry; those of a tangent by `tangent_operations`."""
    _, target = forward(p, x, t)
    costs, sizes = count(target), sizes_of(p)
    return Counted(
        parameters=sum(value.size for value in p.values()),
        units=sum(sizes[1:]),
        numbers=costs.numbers,
        value=costs.forward,
        backward=costs.backward,
        tangent=tangent_operations(sizes, len(x)),
    )


def by_formula(sizes: Sequence[int], cases: int) -> tuple[int, int]:
    """Operations of the value and of the walk back, from the sizes alone.

    Forwards a product for each weight, a tanh for each unit and a square for each output. Backwards each product
    comes once for its weight and, but in the first layer, once for its input; each unit and output costs one more.
    """
    products = [a * b for a, b in pairwise(sizes)]
    others = sum(sizes[1:]) + sizes[-1]
    return cases * (sum(products) + others), cases * (sum(products) + sum(products[1:]) + others)


def sizes_of(p: Arrays) -> tuple[int, ...]:
    """Sizes of the layers of a network, from its weights."""
    return (len(p["w1"]), *(p[f"b{k}"].size for k in range(1, len(p) // 2 + 1)))


def tangent(p: Arrays, direction: Arrays, x: np.ndarray, t: np.ndarray) -> float:
    """Derivative of the loss along one direction, carried forwards with the values (forward mode)."""
    z, dz = x, np.zeros_like(x)
    for k in range(1, len(p) // 2 + 1):
        w, dw = p[f"w{k}"], direction[f"w{k}"]
        dz = dz @ w + z @ dw + direction[f"b{k}"]
        z = np.tanh(z @ w + p[f"b{k}"])
        dz = dz * (1 - z * z)
    return float(np.sum((z - t) * dz))


def tangent_operations(sizes: Sequence[int], cases: int) -> int:
    """Multiplications of one tangent beside the value: two products for each one, and one for each unit and output."""
    return cases * (2 * sum(a * b for a, b in pairwise(sizes)) + sum(sizes[1:]) + sizes[-1])


def nudged(
    p: dict[str, np.ndarray], places: Sequence[tuple[str, int]], read: Callable[[], float], step: float
) -> np.ndarray:
    # -> (places,)
    """Forward differences (read(w + step) - read(w)) / step at these places of the arrays: places + 1 readings.

    `read` reads the loss of `p` as it stands; each number is put back as it was.
    """
    found, base = np.empty(len(places)), read()
    for k, (name, i) in enumerate(places):
        kept = p[name].flat[i]
        p[name].flat[i] = kept + step
        found[k] = (read() - base) / step
        p[name].flat[i] = kept
    return found


def units(p: Arrays) -> list[tuple[str, int]]:
    """The places of all biases: nudging a bias nudges the sum of its unit."""
    return [(name, i) for name in p if name[0] == "b" for i in range(p[name].size)]


def from_units(p: Arrays, x: np.ndarray, t: np.ndarray, sums: np.ndarray) -> dict[str, np.ndarray]:
    # x (1, I), sums (units,) -> {w1: (I, H), ...}
    """Slopes of all weights for one pattern from those of the units' sums: each times what the weight is fed.

    Source: the rule that Widrow and Lehr (1990), pages 1436-1437, call MRIII.
    """
    system, _ = forward(p, x, t)
    fed = [entry.inputs[0].value[0] for entry in system.entries if entry.op is not None and entry.op.name == "affine"]
    ends = np.cumsum(sizes_of(p)[1:])[:-1]
    return {f"w{k}": np.outer(z, d) for k, (z, d) in enumerate(zip(fed, np.split(sums, ends), strict=True), start=1)}
