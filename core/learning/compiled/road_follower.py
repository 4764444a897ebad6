"""Online learning of a network with one hidden layer of sigmoid units, one network at a time, quick for many inputs.

LANES hidden units lie side by side in a vector, so the weights of a wide first layer stay in the cache of one core.
Each presentation walks over them once: the update that the last pattern asked for and the sums of the next pattern
share the walk. The last input may be fed back: the network's own last output at the presentation before.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.learning.compiled.vectors import LANES, add, compiled, fma, load, mul, sigmoid, splat, store, sub, zeros

NAMES = ("w1", "b1", "w2", "b2")
Arrays = Mapping[str, np.ndarray]
L = LANES


@compiled
def _update_and_sum(w, change, before, x, z):
    # w (blocks, I, L), change and z (blocks, L), before and x (I,)
    """w <- w + before * change, and z = x w of the new weights, in one walk."""
    inputs = len(x)
    even = inputs - inputs % 4
    for block in range(len(z) // L):
        step = load(change, block * L)
        s0, s1, s2, s3 = zeros(), zeros(), zeros(), zeros()
        at = block * inputs * L
        for i in range(0, even, 4):
            q = at + i * L
            v0 = fma(splat(before[i]), step, load(w, q))
            v1 = fma(splat(before[i + 1]), step, load(w, q + L))
            v2 = fma(splat(before[i + 2]), step, load(w, q + 2 * L))
            v3 = fma(splat(before[i + 3]), step, load(w, q + 3 * L))
            store(w, q, v0)
            store(w, q + L, v1)
            store(w, q + 2 * L, v2)
            store(w, q + 3 * L, v3)
            s0 = fma(splat(x[i]), v0, s0)
            s1 = fma(splat(x[i + 1]), v1, s1)
            s2 = fma(splat(x[i + 2]), v2, s2)
            s3 = fma(splat(x[i + 3]), v3, s3)
        for i in range(even, inputs):
            v0 = fma(splat(before[i]), step, load(w, at + i * L))
            store(w, at + i * L, v0)
            s0 = fma(splat(x[i]), v0, s0)
        store(z, block * L, add(add(s0, s1), add(s2, s3)))


@compiled
def _output_layer(h, hidden, w, b, y):
    # h (hidden blocks, L), w (hidden, O blocks, L), b, y (O blocks, L)
    outputs = len(b)
    for o in range(0, outputs, L):
        total = load(b, o)
        for k in range(hidden):
            total = fma(splat(h[k]), load(w, k * outputs + o), total)
        store(y, o, sigmoid(total))


@compiled
def _learn_output_layer(h, hidden, w, b, d, back, rate):
    """back = w d from the old weights; then w <- w - rate h d and b <- b - rate d."""
    outputs = len(b)
    scratch = np.empty(L)
    for k in range(hidden):
        total = zeros()
        move = splat(-rate * h[k])
        for o in range(0, outputs, L):
            old, slope = load(w, k * outputs + o), load(d, o)
            total = fma(old, slope, total)
            store(w, k * outputs + o, fma(move, slope, old))
        store(scratch, 0, total)
        back[k] = 0.0
        for lane in range(L):
            back[k] += scratch[lane]
    for o in range(0, outputs, L):
        store(b, o, sub(load(b, o), mul(splat(rate), load(d, o))))


@compiled
def _run(w1, b1, w2, b2, x, t, order, fed, own, hidden, outputs, rate, seen, learn):
    # x (N, I), t (N, O), order and fed (P,), seen (P, O) or empty; returns the last output of the last presentation
    inputs = x.shape[1]
    now, before = np.zeros(inputs), np.zeros(inputs)
    z, change, back = np.zeros(len(b1)), np.zeros(len(b1)), np.zeros(len(b1))
    y, d = np.zeros(len(b2)), np.zeros(len(b2))
    for p in range(len(order)):
        now[:] = x[order[p]]
        if len(fed):
            now[inputs - 1] = fed[p] if fed[p] == fed[p] else own
        _update_and_sum(w1, change, before, now, z)
        for k in range(0, len(b1), L):
            store(z, k, sigmoid(add(load(z, k), load(b1, k))))
        _output_layer(z, hidden, w2, b2, y)
        own = y[outputs - 1]
        for o in range(seen.shape[1]):
            seen[p, o] = y[o]
        if learn:
            for o in range(outputs):
                d[o] = (y[o] - t[order[p], o]) * y[o] * (1.0 - y[o])
            _learn_output_layer(z, hidden, w2, b2, d, back, rate)
            for k in range(hidden):
                slope = back[k] * z[k] * (1.0 - z[k])
                b1[k] -= rate * slope
                change[k] = -rate * slope
            now, before = before, now
    if learn:
        now[:] = 0.0
        _update_and_sum(w1, change, before, now, z)
    return own


def _wide(size: int) -> int:
    return -(-size // L) * L


def _packed(p: Arrays) -> tuple[np.ndarray, ...]:
    inputs, hidden = p["w1"].shape
    outputs = p["w2"].shape[1]
    w1, w2 = np.zeros((inputs, _wide(hidden))), np.zeros((hidden, _wide(outputs)))
    w1[:, :hidden], w2[:, :outputs] = p["w1"], p["w2"]
    b1, b2 = np.zeros(_wide(hidden)), np.zeros(_wide(outputs))
    b1[:hidden], b2[:outputs] = p["b1"], p["b2"]
    return np.ascontiguousarray(w1.reshape(inputs, -1, L).swapaxes(0, 1)).ravel(), b1, w2.ravel(), b2


def _unpacked(flat: tuple[np.ndarray, ...], like: Arrays) -> dict[str, np.ndarray]:
    (inputs, hidden), outputs = like["w1"].shape, like["w2"].shape[1]
    w1 = flat[0].reshape(-1, inputs, L).swapaxes(0, 1).reshape(inputs, -1)[:, :hidden]
    w2 = flat[2].reshape(hidden, -1)[:, :outputs]
    return {"w1": w1.copy(), "b1": flat[1][:hidden].copy(), "w2": w2.copy(), "b2": flat[3][:outputs].copy()}


def _checked(p: Arrays, x: np.ndarray, order: np.ndarray | None, fed: np.ndarray | None) -> tuple[np.ndarray, ...]:
    x = np.ascontiguousarray(x, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != p["w1"].shape[0]:
        raise ValueError(f"patterns of shape {x.shape} do not fit {p['w1'].shape[0]} inputs")
    order = np.arange(len(x)) if order is None else np.ascontiguousarray(order, dtype=np.int64)
    if len(order) and not 0 <= order.min() <= order.max() < len(x):
        raise ValueError(f"the order must hold numbers of patterns, 0 to {len(x) - 1}")
    fed = np.empty(0) if fed is None else np.ascontiguousarray(fed, dtype=np.float64)
    if len(fed) not in (0, len(order)):
        raise ValueError(f"{len(fed)} fed-back values do not fit {len(order)} presentations")
    return x, order, fed


def train(
    parameters: Arrays,
    x: np.ndarray,
    t: np.ndarray,
    *,
    rate: float,
    order: np.ndarray | None = None,
    fed: np.ndarray | None = None,
    own: float = 0.5,
) -> tuple[dict[str, np.ndarray], float]:
    """Stochastic gradient descent on half the sum of squared errors, one pattern at a time.

    parameters w1 (I, H), b1 (H,), w2 (H, O), b2 (O,); x (N, I), t (N, O); `order` (P,) says which pattern is shown
    when, by default all as given. `fed` (P,) holds the last input of every presentation, NaN for the network's own
    last output at the presentation before, which is `own` at first. Returns the parameters and that output at the end.
    Raises ValueError for shapes that do not fit.
    """
    x, order, fed = _checked(parameters, x, order, fed)
    t = np.ascontiguousarray(t, dtype=np.float64)
    hidden, outputs = parameters["w2"].shape
    if t.shape != (len(x), outputs):
        raise ValueError(f"targets of shape {t.shape} do not fit {len(x)} patterns and {outputs} outputs")
    flat = _packed(parameters)
    own = _run(*flat, x, t, order, fed, float(own), hidden, outputs, float(rate), np.empty((0, 0)), True)
    return _unpacked(flat, parameters), float(own)


def outputs_of(parameters: Arrays, x: np.ndarray, *, fed: np.ndarray | None = None, own: float = 0.5) -> np.ndarray:
    """Outputs (N, O) of the same network for patterns in turn, without learning."""
    x, order, fed = _checked(parameters, x, None, fed)
    hidden, outputs = parameters["w2"].shape
    seen = np.empty((len(x), outputs))
    _run(*_packed(parameters), x, np.empty((0, 0)), order, fed, float(own), hidden, outputs, 0.0, seen, False)
    return seen
