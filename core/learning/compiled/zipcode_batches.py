"""The zip-code reader of 1989 trained as today: mini-batches, softmax and cross-entropy, ReLU, dropout, shifts, Adam.

A twin of plain training in batches through the ordered system, for the same network as `compiled.zipcode` and with its
loops: slopes of a batch are gathered by letting the loops of the online pass step along arrays of zeros with a rate of
-1. Every lane is one seed with its own order of the images, shifts and dropped units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.learning.compiled import layers
from core.learning.compiled.vectors import LANES, compiled, fma, load, pack, store, unpack, zeros
from core.learning.compiled.zipcode import (
    CONVOLUTIONAL,
    convolution_forward,
    convolution_to_input,
    convolution_update,
    readers_of,
)

Arrays = Mapping[str, np.ndarray]
L = LANES
NONE_DROPPED = np.zeros((0, L, 1), np.uint8)
ROOM = 1  # pixels that an image may be shifted each way


@dataclass(frozen=True)
class Parts:
    """What a network is made of: the table and borders of 1989, and which of today's parts it has.

    Without `softmax` the outputs are scaled tanh and the loss of a case is 1/2 sum (y - t)^2, targets +-1, as in 1989.
    """

    table: np.ndarray
    borders: tuple[float, float]
    relu: bool = False
    softmax: bool = True


@dataclass
class Rule:
    """How weights change after each batch: by `rate` (one number, or one for each weight), or by Adam's rule.

    `decay` is the share of `rate` by which every weight shrinks at a step (AdamW). Adam's means of slopes and of their
    squares are kept between passes; beta1 0.9, beta2 0.999, epsilon 1e-8.
    Source: Kingma and Ba (2015), algorithm 1; Loshchilov and Hutter (2019), algorithm 2.
    """

    rate: float | Arrays
    adam: bool = False
    decay: float = 0.0
    steps: int = 0
    moments: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)


@compiled
def _squash(z, relu):
    if not relu:
        layers.scaled_tanh(z)
        return
    for q in range(len(z)):
        z[q] = max(z[q], 0.0)


@compiled
def _through(d, y, relu):
    if not relu:
        layers.through_scaled_tanh(d, y)
        return
    for q in range(len(d)):
        d[q] = d[q] if y[q] > 0 else 0.0


@compiled
def _look(images, chosen, down, right, x, side, room):
    # images (N, (side + 2 room)^2) -> the middle of x (side + 3, side + 3, L): each lane's image, moved as it says
    wide, width = side + 2 * room, side + 3
    for r in range(L):
        for i in range(side):
            start = (i + room - down[r]) * wide + room - right[r]
            for j in range(side):
                x[((i + 2) * width + j + 2) * L + r] = images[chosen[r], start + j]


@compiled
def _dense_slopes(x, dz, w, gw, gb, dx):
    """Adds the slopes of one case to gw and gb, and leaves those of the input in dx."""
    outputs = len(gb) // L
    for q in range(len(gb)):
        gb[q] += dz[q]
    for i in range(len(x) // L):
        value = load(x, i * L)
        total = zeros()
        for o in range(outputs):
            at = (i * outputs + o) * L
            d = load(dz, o * L)
            total = fma(load(w, at), d, total)
            store(gw, at, fma(value, d, load(gw, at)))
        store(dx, i * L, total)


@compiled
def _drop(z, keep, grown):
    # keep (L, units) of 0 and 1; what is kept grows, so that the mean stays
    for u in range(len(z) // L):
        for r in range(L):
            z[u * L + r] *= grown * keep[r, u]


@compiled
def _less_target(y, labels, chosen, share):
    """y <- share (softmax(y) - t), lane by lane."""
    outputs = len(y) // L
    for r in range(L):
        highest = y[r]
        for o in range(1, outputs):
            highest = max(highest, y[o * L + r])
        total = 0.0
        for o in range(outputs):
            y[o * L + r] = np.exp(y[o * L + r] - highest)
            total += y[o * L + r]
        for o in range(outputs):
            y[o * L + r] *= share / total
        y[labels[chosen[r]] * L + r] -= share


@compiled
def _less_target_squared(y, labels, chosen, share):
    """y <- share (f(y) - t) f'(y) for scaled tanh f and targets of +-1, lane by lane."""
    layers.scaled_tanh(y)
    less = y.copy()
    for r in range(L):
        for o in range(len(y) // L):
            less[o * L + r] = share * (y[o * L + r] + (-1.0 if o == labels[chosen[r]] else 1.0))
    layers.through_scaled_tanh(less, y)
    y[:] = less


@compiled
def _step(w, g, m, v, rate, adam, decay, steps):
    # one weight array of all lanes; g is set to zero again
    first, second = 1 - 0.9**steps, 1 - 0.999**steps
    for q in range(len(w)):
        change = g[q]
        if adam:
            m[q] += 0.1 * (change - m[q])
            v[q] += 0.001 * (change * change - v[q])
            change = (m[q] / first) / (np.sqrt(v[q] / second) + 1e-8)
        w[q] -= rate[q] * (change + decay * w[q])
        g[q] = 0.0


@compiled
def _pass(
    images,
    labels,
    order,
    down,
    right,
    keep,
    grown,
    p,
    g,
    m,
    v,
    minus,
    rates,
    table,
    readers,
    slot,
    count,
    side,
    borders,
    relu,
    softmax,
    batch,
    adam,
    decay,
    steps,
    outputs,
    learn,
):
    # order, down, right (N, L); keep (N, L, H2) of 0 and 1, or empty; p, g, m, v, minus, rates: flat, by CONVOLUTIONAL
    one = np.zeros((len(p[1]) // (side * side * L), 1), np.int64)
    maps, half = len(one), side // 2
    width, inner = 2 * side + 3, side + 3
    x = np.full(width * width * L, borders[0])
    z1, h1 = np.empty(len(p[1])), np.full(maps * inner * inner * L, borders[1])
    z2, z3, y = np.empty(len(p[3])), np.empty(len(p[5])), np.empty(len(p[7]))
    seen = np.empty(len(z2))  # the units of H2 as H3 sees them
    d1, d2, d3 = np.empty(len(z1)), np.empty(len(z2)), np.empty(len(z3))
    f1 = np.zeros(maps * (side + 2) ** 2 * L)
    f2 = np.zeros(len(table) * (half + 2) ** 2 * L)
    for n in range(len(order)):
        _look(images, order[n], down[n], right[n], x, 2 * side, ROOM)
        convolution_forward(x, p[0], p[1], z1, one, side, width)
        _squash(z1, relu)
        layers.framed_into(z1, h1, maps, side, 2, inner)
        convolution_forward(h1, p[2], p[3], z2, table, half, inner)
        _squash(z2, relu)
        seen[:] = z2
        if len(keep):
            _drop(seen, keep[n], grown)
        layers.dense_forward(seen, p[4], p[5], z3)
        _squash(z3, relu)
        layers.dense_forward(z3, p[6], p[7], y)
        if not learn:
            outputs[n] = y
            continue
        size = min(batch, len(order) - n // batch * batch)
        if softmax:
            _less_target(y, labels, order[n], 1.0 / size)
        else:
            _less_target_squared(y, labels, order[n], 1.0 / size)
        _dense_slopes(z3, y, p[6], g[6], g[7], d3)
        _through(d3, z3, relu)
        _dense_slopes(seen, d3, p[4], g[4], g[5], d2)
        if len(keep):
            _drop(d2, keep[n], grown)
        _through(d2, z2, relu)
        layers.framed_into(d2, f2, len(table), half, 1, half + 2)
        convolution_to_input(f2, p[2], d1, readers, slot, count, table.shape[1], half)
        _through(d1, z1, relu)
        layers.framed_into(d1, f1, maps, side, 1, side + 2)
        convolution_update(h1, f2, g[2], minus[2], table, half, inner)
        convolution_update(x, f1, g[0], minus[0], one, side, width)
        layers.descend(g[3], minus[3], d2)
        layers.descend(g[1], minus[1], d1)
        if (n + 1) % batch == 0 or n + 1 == len(order):
            steps += 1
            for k in range(8):
                _step(p[k], g[k], m[k], v[k], rates[k], adam, decay, steps)


def pass_of_batches(
    parameters: Arrays,
    rule: Rule,
    images: np.ndarray,
    labels: np.ndarray,
    order: np.ndarray,
    *,
    parts: Parts,
    batch: int,
    shifts: np.ndarray | None = None,
    keep: np.ndarray | None = None,
    dropout: float = 0.0,
) -> dict[str, np.ndarray]:
    """One pass over images in batches, the loss of each being the mean over its cases.

    parameters (R, ...), images (N, 1, side, side), labels (N,), order (R, N): which image each seed sees when; `shifts`
    (R, N, 2) moves the n-th image seen down and to the right by -1, 0 or 1 pixels, the border moving in; `keep`
    (R, N, H2) of True and False says which units of H2 stay when a share `dropout` of them is dropped; they are
    multiplied by 1 / (1 - dropout). `rule` keeps Adam's moments for the next pass.
    """
    replicas, count = order.shape
    p = tuple(pack(parameters[name]) for name in CONVOLUTIONAL)
    if not rule.moments:
        rule.moments = [(np.zeros_like(w), np.zeros_like(w)) for w in p]
    if isinstance(rule.rate, float):
        rates = tuple(np.full_like(w, rule.rate) for w in p)
    else:
        rates = tuple(pack(rule.rate[name]) for name in CONVOLUTIONAL)
    moved = np.zeros((replicas, count, 2), np.int64) if shifts is None else shifts
    stay = NONE_DROPPED if keep is None else _lanes(keep.astype(np.uint8))
    wide, side = _with_room(images, parts.borders[0])
    readers = readers_of(parts.table, parameters["w1"].shape[1])
    _pass(
        wide,
        labels,
        _lanes(order),
        _lanes(moved[:, :, 0]),
        _lanes(moved[:, :, 1]),
        stay,
        1.0 / (1.0 - dropout),
        p,
        tuple(np.zeros_like(w) for w in p),
        tuple(m for m, _ in rule.moments),
        tuple(v for _, v in rule.moments),
        tuple(np.full_like(w, -1.0) for w in p),
        rates,
        parts.table,
        *readers,
        side,
        parts.borders,
        parts.relu,
        parts.softmax,
        batch,
        rule.adam,
        rule.decay,
        rule.steps,
        np.empty((0, 0)),
        True,
    )
    rule.steps += -(-count // batch)
    return {name: unpack(w, parameters[name].shape) for name, w in zip(CONVOLUTIONAL, p, strict=True)}


def outputs_of(parameters: Arrays, images: np.ndarray, *, parts: Parts) -> np.ndarray:
    """Outputs (R, N, O), before the softmax or tanh of the last layer, nothing shifted or dropped."""
    p = tuple(pack(parameters[name]) for name in CONVOLUTIONAL)
    wide, side = _with_room(images, parts.borders[0])
    count = len(images)
    order = np.repeat(np.arange(count)[:, None], L, axis=1)
    none = np.zeros((count, L), np.int64)
    raw = np.empty((count, len(p[7])))
    readers = readers_of(parts.table, parameters["w1"].shape[1])
    _pass(
        wide,
        none[:, 0],
        order,
        none,
        none,
        NONE_DROPPED,
        1.0,
        p,
        p,
        p,
        p,
        p,
        p,
        parts.table,
        *readers,
        side,
        parts.borders,
        parts.relu,
        parts.softmax,
        1,
        False,
        0.0,
        0,
        raw,
        False,
    )
    return unpack(raw.ravel(), (len(parameters["w1"]), count, raw.shape[1] // L))


def _lanes(values: np.ndarray) -> np.ndarray:
    # (R, N, ...) -> (N, L, ...), the first replica in lanes left over
    filled = np.concatenate([values, np.repeat(values[:1], L - len(values), axis=0)])
    return np.ascontiguousarray(np.moveaxis(filled, 0, 1))


def _with_room(images: np.ndarray, border: float) -> tuple[np.ndarray, int]:
    # (N, 1, S, S) -> (N, (S + 2 ROOM)^2) and the side of the first layer's maps
    wide = np.pad(images[:, 0], ((0, 0), (ROOM, ROOM), (ROOM, ROOM)), constant_values=border)
    return np.ascontiguousarray(wide.reshape(len(images), -1)), images.shape[-1] // 2
