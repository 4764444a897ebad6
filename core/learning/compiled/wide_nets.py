"""Fast twin of `core.learning.optimizers.online_pass` for fully connected nets with many inputs, one net at a time.

A register holds neighbouring units of one layer, so the weights of a net of MNIST's size stay in the caches of one
core; eight such nets side by side, as in `zipcode`, would not. All units are scaled tanh, the loss is half the squared
error. In double precision a pass equals the ordered system's to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from core.learning.compiled import dense_layers
from core.learning.compiled.registers import BYTES, SCALED_TANH, compiled, lanes

Arrays = Mapping[str, np.ndarray]


class Pass(NamedTuple):
    """Parameters (R, ...) after an online pass, and of each net the answers that were wrong as the pass went on."""

    parameters: dict[str, np.ndarray]
    wrong: np.ndarray


@compiled
def _spread(values, target):
    # values (I,) -> target (I, L): what the layer above multiplies its registers of units by
    size = BYTES // target.itemsize
    for i in range(len(target) // size):
        for r in range(size):
            target[i * size + r] = values[i]


@compiled
def _gather(partial, d):
    # partial (I, L) -> d (I, rounded up): the sums over the units of the layer above
    size = BYTES // d.itemsize
    for i in range(len(partial) // size):
        total = partial[i * size]
        for r in range(1, size):
            total += partial[i * size + r]
        d[i] = total


@compiled
def _run(x, t, p, rates, at, inputs, units, outputs, learn):
    # x (N, I), t (N, O) or (N, 0); p and rates flat, w and b of layer k from at[2 k]; outputs (N, O) or (0, 0)
    """Numbers of inputs and of units, rounded up to whole registers and fours, of each layer; how many were wrong."""
    size, top, classes = BYTES // p.itemsize, len(units) - 1, t.shape[1]
    most = 0
    for k in range(top + 1):
        most = max(most, max(inputs[k], units[k]))
    # h[k], d[k]: values and derivatives of layer k; spread[k] and back[k]: of its inputs, a register each
    h, d = np.zeros((top + 1, most), p.dtype), np.zeros((top + 1, most), p.dtype)
    spread, back = np.zeros((top + 1, most * size), p.dtype), np.zeros((top + 1, most * size), p.dtype)
    wrong = 0
    for n in range(len(x)):
        for k in range(top + 1):
            below = x[n] if k == 0 else h[k - 1]
            across = spread[k, : inputs[k] * size]
            _spread(below, across)
            w, b = p[at[2 * k] : at[2 * k + 1]], p[at[2 * k + 1] : at[2 * k + 2]]
            dense_layers.forward(across, w, b, h[k, : units[k]], True, SCALED_TANH)
        for o in range(outputs.shape[1]):
            outputs[n, o] = h[top, o]
        if not learn:
            continue
        best = 0
        for o in range(classes):
            best = o if h[top, o] > h[top, best] else best
            d[top, o] = h[top, o] - t[n, o]
        wrong += t[n, best] <= 0
        for k in range(top, -1, -1):
            here, a = d[k, : units[k]], 2 * k
            dense_layers.through(here, h[k, : units[k]], False, SCALED_TANH)
            partial = back[k, : inputs[k] * size]
            w, b = p[at[a] : at[a + 1]], p[at[a + 1] : at[a + 2]]
            w_rate, b_rate = rates[at[a] : at[a + 1]], rates[at[a + 1] : at[a + 2]]
            dense_layers.backward_update(spread[k, : inputs[k] * size], here, w, b, w_rate, b_rate, partial)
            if k > 0:
                _gather(partial, d[k - 1])
    return wrong


class WideNet:
    """The twin of a net with so many inputs, units of each layer and outputs, in float64 or float32."""

    def __init__(self, sizes: Sequence[int], *, precision: Any = np.float64) -> None:
        self.sizes, self.precision = tuple(sizes), np.dtype(precision)
        room = lanes(precision)
        self._units = np.array([-(-size // room) * room for size in self.sizes[1:]])
        first = -(-self.sizes[0] // dense_layers.AT_ONCE) * dense_layers.AT_ONCE
        self._inputs = np.array([first, *self._units[:-1]])
        pairs = zip(self._inputs, self._units, strict=True)
        self._at = np.cumsum([0, *(n for inputs, units in pairs for n in (inputs * units, units))])

    def learn(self, parameters: Arrays, rates: Arrays, x: np.ndarray, t: np.ndarray) -> Pass:
        """One online pass of every net: w <- w - rate dE/dw after each pattern. parameters and rates (R, ...),
        x (N, I), t (N, O) with +1 for the class shown. Raises ValueError for shapes that do not fit."""
        x, t = self._checked(x), np.ascontiguousarray(t, dtype=self.precision)
        if t.shape != (len(x), self.sizes[-1]):
            raise ValueError(f"targets of shape {t.shape} do not fit {len(x)} patterns and {self.sizes[-1]} outputs")
        nothing, found, wrong = np.empty((0, 0), self.precision), [], []
        for p, rate in zip(self._each(parameters), self._each(rates), strict=True):
            wrong.append(_run(x, t, p, rate, self._at, self._inputs, self._units, nothing, True))
            found.append(self._shaped(p))
        return Pass({name: np.stack([one[name] for one in found]) for name in parameters}, np.array(wrong))

    def outputs(self, parameters: Arrays, x: np.ndarray) -> np.ndarray:
        """Outputs (R, N, O) of every net, without learning."""
        x, found = self._checked(x), []
        for p in self._each(parameters):
            seen = np.empty((len(x), self.sizes[-1]), self.precision)
            _run(x, seen[:, :0], p, p, self._at, self._inputs, self._units, seen, False)
            found.append(seen)
        return np.stack(found).astype(float)

    def _checked(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 2 or x.shape[1] != self.sizes[0]:
            raise ValueError(f"patterns of shape {x.shape} do not fit {self.sizes[0]} inputs")
        return np.ascontiguousarray(np.pad(x, ((0, 0), (0, self._inputs[0] - x.shape[1]))), dtype=self.precision)

    def _each(self, arrays: Arrays) -> list[np.ndarray]:
        flat = []
        for r in range(len(arrays["w1"])):
            room = np.zeros(self._at[-1], self.precision)
            for name, place in self._places(room).items():
                place[...] = arrays[name][r]
            flat.append(room)
        return flat

    def _places(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """Where the weights and biases lie in the flat array, without the rows and columns of zeros that fill up."""
        found = {}
        for k, (inputs, units) in enumerate(zip(self.sizes[:-1], self.sizes[1:], strict=True)):
            w, b = flat[self._at[2 * k] : self._at[2 * k + 1]], flat[self._at[2 * k + 1] : self._at[2 * k + 2]]
            found[f"w{k + 1}"], found[f"b{k + 1}"] = w.reshape(self._inputs[k], -1)[:inputs, :units], b[:units]
        return found

    def _shaped(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        return {name: place.astype(float) for name, place in self._places(flat).items()}
