"""Fast twins of `core.learning.optimizers.online_pass` for the zip-code reader of 1989 and the dense net beside it.

Both have scaled-tanh units and squared error. Convolutions are 5x5 with stride 2 on inputs that already carry their
two rows of border, the form of LeCun et al. (1989); the plain op covers every other form. Derivatives of a
convolution's output come in a frame of zeros one position wide (`framed`), so that no loop needs to know where the
border is. All seeds see the same pattern in the same order, so up to LANES of them learn in lockstep.
Parameters are dicts of arrays with one replica axis in front; results agree with the ordered system to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.learning.compiled import layers
from core.learning.compiled.layers import step
from core.learning.compiled.vectors import LANES, compiled, fma, load, pack, store, unpack, zeros

CONVOLUTIONAL = ("w1", "b1", "w2", "b2", "w3", "b3", "w4", "b4")
DENSE = ("w1", "b1", "w2", "b2")
Arrays = Mapping[str, np.ndarray]
L = LANES
KERNEL = 5
TAPS = KERNEL * KERNEL


@compiled
def convolution_forward(x, w, b, z, table, side, width):
    # x (maps_in, width, width, L), w (maps, slots, 5, 5, L), b, z (maps, side, side, L); side a multiple of 4
    maps, slots = table.shape
    for o in range(maps):
        for i in range(side):
            for j in range(0, side, 4):
                at = ((o * side + i) * side + j) * L
                s0, s1 = load(b, at), load(b, at + L)
                s2, s3 = load(b, at + 2 * L), load(b, at + 3 * L)
                for c in range(slots):
                    kernel = (o * slots + c) * TAPS * L
                    for ky in range(KERNEL):
                        row = ((table[o, c] * width + 2 * i + ky) * width + 2 * j) * L
                        for kx in range(KERNEL):
                            weight = load(w, kernel + (ky * KERNEL + kx) * L)
                            s0 = fma(weight, load(x, row + kx * L), s0)
                            s1 = fma(weight, load(x, row + (kx + 2) * L), s1)
                            s2 = fma(weight, load(x, row + (kx + 4) * L), s2)
                            s3 = fma(weight, load(x, row + (kx + 6) * L), s3)
                store(z, at, s0)
                store(z, at + L, s1)
                store(z, at + 2 * L, s2)
                store(z, at + 3 * L, s3)


@compiled
def convolution_to_input(framed, w, dx, readers, slot, count, slots, side):
    # framed (maps, side+2, side+2, L) -> dx (maps_in, 2 side, 2 side, L)
    # readers, slot (maps_in, maps), count (maps_in,): which output maps read each input map
    """Each 2x2 cell of the input meets the even or odd taps of the 3x3 outputs around it, by parity."""
    frame = side + 2
    for m in range(len(count)):
        for i in range(side):
            for j in range(side):
                s00, s01, s10, s11 = zeros(), zeros(), zeros(), zeros()
                for q in range(count[m]):
                    kernel = (readers[m, q] * slots + slot[m, q]) * TAPS * L
                    corner = ((readers[m, q] * frame + i) * frame + j) * L
                    for u in range(3):
                        for v in range(3):
                            d = load(framed, corner + (u * frame + v) * L)
                            tap = kernel + ((4 - 2 * u) * KERNEL + 4 - 2 * v) * L
                            s00 = fma(d, load(w, tap), s00)
                            if v > 0:
                                s01 = fma(d, load(w, tap + L), s01)
                            if u > 0:
                                s10 = fma(d, load(w, tap + KERNEL * L), s10)
                            if u > 0 and v > 0:
                                s11 = fma(d, load(w, tap + (KERNEL + 1) * L), s11)
                at = ((m * side + i) * 4 * side + 2 * j) * L
                store(dx, at, s00)
                store(dx, at + L, s01)
                store(dx, at + 2 * side * L, s10)
                store(dx, at + (2 * side + 1) * L, s11)


@compiled
def convolution_update(x, framed, w, rate, table, side, width):
    """w <- w - rate dE/dw, one kernel row at a time: five slopes stay in registers over all positions."""
    maps, slots = table.shape
    frame = side + 2
    for o in range(maps):
        for c in range(slots):
            for ky in range(KERNEL):
                g0, g1, g2, g3, g4 = zeros(), zeros(), zeros(), zeros(), zeros()
                for i in range(side):
                    row = (table[o, c] * width + 2 * i + ky) * width * L
                    line = ((o * frame + i + 1) * frame + 1) * L
                    for j in range(side):
                        d = load(framed, line + j * L)
                        g0 = fma(d, load(x, row + 2 * j * L), g0)
                        g1 = fma(d, load(x, row + (2 * j + 1) * L), g1)
                        g2 = fma(d, load(x, row + (2 * j + 2) * L), g2)
                        g3 = fma(d, load(x, row + (2 * j + 3) * L), g3)
                        g4 = fma(d, load(x, row + (2 * j + 4) * L), g4)
                at = ((o * slots + c) * TAPS + ky * KERNEL) * L
                step(w, rate, at, g0)
                step(w, rate, at + L, g1)
                step(w, rate, at + 2 * L, g2)
                step(w, rate, at + 3 * L, g3)
                step(w, rate, at + 4 * L, g4)


@compiled
def _dense_forward(x, p, h, y):
    layers.dense_forward(x, p[0], p[1], h)
    layers.scaled_tanh(h)
    layers.dense_forward(h, p[2], p[3], y)
    layers.scaled_tanh(y)


@compiled
def _dense_backward(x, p, rates, h, y, t, dx):
    """Derivatives of 1/2 sum (y - t)^2 through both dense layers, and their updates; leaves dE/dx in dx."""
    dy, dh = np.empty_like(y), np.empty_like(h)
    for o in range(len(t)):
        for r in range(L):
            dy[o * L + r] = y[o * L + r] - t[o]
    layers.through_scaled_tanh(dy, y)
    layers.dense_backward_update(h, dy, p[2], p[3], rates[2], rates[3], dh)
    layers.through_scaled_tanh(dh, h)
    layers.dense_backward_update(x, dh, p[0], p[1], rates[0], rates[1], dx)


@compiled
def _dense_run(inputs, targets, p, rates, outputs, learn):
    x, dx = np.empty(inputs.shape[1] * L), np.empty(inputs.shape[1] * L)
    h, y = np.empty(len(p[1])), np.empty(len(p[3]))
    for n in range(len(inputs)):
        layers.spread_into(inputs[n], x)
        _dense_forward(x, p, h, y)
        if learn:
            _dense_backward(x, p, rates, h, y, targets[n], dx)
        else:
            outputs[n] = y


@compiled
def _convolutional_run(inputs, targets, p, rates, table, readers, slot, count, side, border, outputs, learn):
    # inputs (N, width*width) already framed; side: rows of the first layer's maps
    one = np.zeros((len(p[1]) // (side * side * L), 1), np.int64)
    maps, half = len(one), side // 2
    width = 2 * side + 3
    inner = side + 3
    x = np.empty(width * width * L)
    z1, h1 = np.empty(len(p[1])), np.full(maps * inner * inner * L, border)
    z2, z3, y = np.empty(len(p[3])), np.empty(len(p[5])), np.empty(len(p[7]))
    d1, d2 = np.empty(len(z1)), np.empty(len(z2))
    f1 = np.zeros(maps * (side + 2) ** 2 * L)
    f2 = np.zeros(len(table) * (half + 2) ** 2 * L)
    for n in range(len(inputs)):
        layers.spread_into(inputs[n], x)
        convolution_forward(x, p[0], p[1], z1, one, side, width)
        layers.scaled_tanh(z1)
        layers.framed_into(z1, h1, maps, side, 2, inner)
        convolution_forward(h1, p[2], p[3], z2, table, half, inner)
        layers.scaled_tanh(z2)
        _dense_forward(z2, p[4:], z3, y)
        if not learn:
            outputs[n] = y
            continue
        _dense_backward(z2, p[4:], rates[4:], z3, y, targets[n], d2)
        layers.through_scaled_tanh(d2, z2)
        layers.framed_into(d2, f2, len(table), half, 1, half + 2)
        convolution_to_input(f2, p[2], d1, readers, slot, count, table.shape[1], half)
        layers.through_scaled_tanh(d1, z1)
        layers.framed_into(d1, f1, maps, side, 1, side + 2)
        convolution_update(h1, f2, p[2], rates[2], table, half, inner)
        convolution_update(x, f1, p[0], rates[0], one, side, width)
        layers.descend(p[3], rates[3], d2)
        layers.descend(p[1], rates[1], d1)


def _packed(values: Arrays, names: tuple[str, ...]) -> tuple[np.ndarray, ...]:
    return tuple(pack(values[name]) for name in names)


def _unpacked(flat: tuple[np.ndarray, ...], like: Arrays, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    return {name: unpack(values, like[name].shape) for name, values in zip(names, flat, strict=True)}


def _outputs(raw: np.ndarray, replicas: int) -> np.ndarray:
    # (N, O*LANES) -> (R, N, O)
    return unpack(raw.ravel(), (replicas, len(raw), raw.shape[1] // L))


NO_TARGETS = np.empty((0, 0))
NO_OUTPUTS = np.empty((0, 0))


def dense_pass(parameters: Arrays, rates: Arrays, inputs: np.ndarray, targets: np.ndarray) -> dict[str, np.ndarray]:
    """One online pass of a network with one hidden layer.

    parameters and rates (R, ...), inputs (N, ...) read as rows of all their numbers, targets (N, O).
    """
    p, flat_rates = _packed(parameters, DENSE), _packed(rates, DENSE)
    _dense_run(_rows(inputs), np.ascontiguousarray(targets), p, flat_rates, NO_OUTPUTS, True)
    return _unpacked(p, parameters, DENSE)


def dense_outputs(parameters: Arrays, inputs: np.ndarray) -> np.ndarray:
    """Outputs (R, N, O) of the same network, without learning."""
    p = _packed(parameters, DENSE)
    raw = np.empty((len(inputs), len(p[3])))
    _dense_run(_rows(inputs), NO_TARGETS, p, p, raw, False)
    return _outputs(raw, len(parameters["w1"]))


def _rows(inputs: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.reshape(inputs, (len(inputs), -1)))


def convolutional_pass(
    parameters: Arrays,
    rates: Arrays,
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    table: np.ndarray,
    borders: tuple[float, float],
) -> dict[str, np.ndarray]:
    """One online pass of two 5x5 stride-2 convolutions with unshared biases and two dense layers.

    parameters (R, ...), inputs (N, 1, side, side), targets (N, O); `borders` surround the input and the first
    layer's maps; `table` (maps, slots) says which first-layer maps each second-layer map reads.
    """
    p, flat_rates = _packed(parameters, CONVOLUTIONAL), _packed(rates, CONVOLUTIONAL)
    framed, side = _framed(inputs, borders[0])
    lists = readers_of(table, parameters["w1"].shape[1])
    _convolutional_run(
        framed, np.ascontiguousarray(targets), p, flat_rates, table, *lists, side, borders[1], NO_OUTPUTS, True
    )
    return _unpacked(p, parameters, CONVOLUTIONAL)


def convolutional_outputs(
    parameters: Arrays, inputs: np.ndarray, *, table: np.ndarray, borders: tuple[float, float]
) -> np.ndarray:
    """Outputs (R, N, O) of the same network, without learning."""
    p = _packed(parameters, CONVOLUTIONAL)
    framed, side = _framed(inputs, borders[0])
    lists = readers_of(table, parameters["w1"].shape[1])
    raw = np.empty((len(inputs), len(p[7])))
    _convolutional_run(framed, NO_TARGETS, p, p, table, *lists, side, borders[1], raw, False)
    return _outputs(raw, len(parameters["w1"]))


def _framed(inputs: np.ndarray, border: float) -> tuple[np.ndarray, int]:
    # (N, 1, S, S) -> (N, (S+3)^2): two rows before and one after, all that 5x5 windows of stride 2 reach
    size = inputs.shape[-1]
    if size % 16 or inputs.shape[-2] != size:
        raise ValueError(f"inputs must be square with a side that is a multiple of 16, not {inputs.shape[-2:]}")
    framed = np.pad(inputs[:, 0], ((0, 0), (2, 1), (2, 1)), constant_values=border)
    return np.reshape(framed, (len(inputs), -1)), size // 2


def readers_of(table: np.ndarray, maps_in: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # which output maps read input map m, in which slot, and how many do
    maps = len(table)
    readers, slot = np.zeros((maps_in, maps), np.int64), np.zeros((maps_in, maps), np.int64)
    count = np.zeros(maps_in, np.int64)
    for o, row in enumerate(table):
        for s, m in enumerate(row):
            readers[m, count[m]], slot[m, count[m]] = o, s
            count[m] += 1
    return readers, slot, count
