"""Networks of groups of sigmoid units, each group fully connected to some earlier ones: layers, skips and chains.

The small networks of 1986 are of this kind. `outputs` writes the forward pass as an ordered system; `wiring` lists the
same connections for the compiled loops of `core.learning.compiled.small_nets`, whose flat vector of parameters is
that of `flat`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.learning.ops import add, affine, sigmoid
from core.learning.ordered import Entry, OrderedSystem
from core.learning.wiring import Wiring


@dataclass(frozen=True)
class Net:
    """Sizes of the groups, the first `inputs` of them given, and for each other group the groups that it reads."""

    sizes: tuple[int, ...]
    reads: tuple[tuple[int, ...], ...]
    inputs: int = 1

    def __post_init__(self) -> None:
        if len(self.reads) != len(self.sizes) - self.inputs or min(self.sizes) < 1:
            raise ValueError("every group after the inputs needs a size and the groups that it reads")
        for k, sources in enumerate(self.reads, start=self.inputs):
            if not sources or any(not 0 <= s < k for s in sources) or len(set(sources)) < len(sources):
                raise ValueError(f"group {k} must read earlier groups, each once, not {sources}")

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter: w{from}_{to} (from, to) and b{to} (to,), in the order of `flat`."""
        found: dict[str, tuple[int, ...]] = {}
        for k, sources in enumerate(self.reads, start=self.inputs):
            found |= {f"w{s}_{k}": (self.sizes[s], self.sizes[k]) for s in sources}
            found[f"b{k}"] = (self.sizes[k],)
        return found

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    @property
    def operations(self) -> int:
        """Multiply-accumulates of one presentation: forward, to the weights, and to every computed unit read."""
        forward = backward = 0
        for k, sources in enumerate(self.reads, start=self.inputs):
            for s in sources:
                forward += self.sizes[s] * self.sizes[k]
                backward += self.sizes[s] * self.sizes[k] * (s >= self.inputs)
        return 2 * forward + backward

    def init(self, rng: np.random.Generator, reach: float, *, biases: bool = True) -> dict[str, np.ndarray]:
        """Weights uniform in +-reach; biases too, or zero."""
        return {
            name: rng.uniform(-reach, reach, shape) if biases or name[0] == "w" else np.zeros(shape)
            for name, shape in self.shapes.items()
        }

    def flat(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        # {name: (..., *shape)} -> (..., parameters)
        """All parameters as one vector."""
        return np.concatenate(
            [np.reshape(values[n], (*values[n].shape[: values[n].ndim - len(s)], -1)) for n, s in self.shapes.items()],
            axis=-1,
        )

    def named(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        # (..., parameters) -> {name: (..., *shape)}
        """The inverse of `flat`."""
        found, at = {}, 0
        for name, shape in self.shapes.items():
            size = int(np.prod(shape))
            found[name] = np.reshape(flat[..., at : at + size], (*flat.shape[:-1], *shape))
            at += size
        return found

    @cached_property
    def wiring(self) -> Wiring:
        """The connections as lists, for the compiled loops."""
        starts = np.cumsum([0, *self.sizes])
        places, at = {}, 0
        for name, shape in self.shapes.items():
            places[name] = at
            at += int(np.prod(shape))
        first, source, weight, bias = [0], [], [], []
        for k, sources in enumerate(self.reads, start=self.inputs):
            for unit in range(self.sizes[k]):
                for s in sources:
                    source += list(range(starts[s], starts[s + 1]))
                    weight += [places[f"w{s}_{k}"] + i * self.sizes[k] + unit for i in range(self.sizes[s])]
                bias.append(places[f"b{k}"] + unit)
                first.append(len(source))
        arrays = (np.array(a, dtype=np.int64) for a in (first, source, weight, bias))
        return Wiring(int(starts[self.inputs]), self.sizes[-1], self.parameters, *arrays)


def layers(*sizes: int) -> Net:
    """A layered network: each group reads the one before."""
    return Net(sizes, tuple((k,) for k in range(len(sizes) - 1)))


def outputs(
    system: OrderedSystem,
    net: Net,
    parameters: Mapping[str, Entry],
    x: Entry | Sequence[Entry],
    *,
    activation: Callable[..., object] = sigmoid,
) -> Entry:
    """The last group's activities (..., N, O) for one entry (..., N, I) for each input group."""
    return activities(system, net, parameters, x, activation=activation)[-1]


def activities(
    system: OrderedSystem,
    net: Net,
    parameters: Mapping[str, Entry],
    x: Entry | Sequence[Entry],
    *,
    activation: Callable[..., object] = sigmoid,
) -> list[Entry]:
    """Activities of every group, the inputs first."""
    groups = [x] if isinstance(x, Entry) else list(x)
    for k, sources in enumerate(net.reads, start=net.inputs):
        total = system.apply(affine, groups[sources[0]], parameters[f"w{sources[0]}_{k}"], parameters[f"b{k}"])
        for s in sources[1:]:
            nothing = system.constant(np.zeros(net.sizes[k]))
            total = system.apply(add, total, system.apply(affine, groups[s], parameters[f"w{s}_{k}"], nothing))
        groups.append(system.apply(activation, total))
    return groups


def evaluate(net: Net, flat: np.ndarray, *inputs: np.ndarray) -> list[np.ndarray]:
    """Activities (N, size) of every group but the inputs, for one vector of parameters as made by `Net.flat`."""
    system = OrderedSystem()
    given = [system.constant(x) for x in inputs]
    return [entry.value for entry in activities(system, net, system.parameters(net.named(flat)), given)[net.inputs :]]
